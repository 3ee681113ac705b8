//! The nouns: everything that the stages hand to each other.

pub mod api_coverage;
pub mod baseline;
pub mod body;
pub mod body_bytes;
pub mod bound;
pub mod byte_encoding;
pub mod case;
pub mod cause;
pub mod causes;
pub mod comparison;
pub mod condition;
pub mod conformance;
pub mod contract;
pub mod contradiction;
pub mod diagnostic;
pub mod disposition;
pub(crate) mod evidence;
pub mod exchange;
pub mod exit;
pub mod expectation;
pub mod finding;
pub mod fingerprint;
pub mod fixture_form;
mod follows;
pub mod gate;
pub mod head_check;
pub mod header_item;
mod header_list;
pub mod history;
pub mod login;
pub mod marker;
pub mod matrix;
pub mod network;
pub mod operation;
pub mod pattern;
pub mod proof;
pub(crate) mod reasons;
pub mod recording;
pub mod report;
pub mod request;
pub mod rule;
pub mod run_start;
pub mod sent_body;
pub mod server_events;
pub mod shard;
pub mod shared_step;
pub mod source;
mod spot;
pub mod statement;
pub mod step_place;
pub mod suite;
pub(crate) mod sums;
pub mod target;
pub mod template;
pub mod throttle;
pub mod trend;
pub mod verdict;
pub mod waiver;
pub mod when;
pub mod xml;

pub use crate::redact::{AuthScheme, Redacted, Secret, SecretBytes};
pub(crate) use crate::text::hexadecimal::hexadecimal;
pub use api_coverage::{
    ApiCoverage, ApiPart, ApiPartKind, DescribedOperation, OperationCoverage, SeenAnswer,
    SeenRequest,
};
pub use baseline::Baseline;
pub use body::{Body, BodyFile, BodyPart, EncodedBytes, PartContent};
pub use body_bytes::{BytesCondition, CodingCondition, Prefix};
pub use bound::{Bound, Limit, Period, PeriodSide, Range};
pub use byte_encoding::{BadEncoding, ByteEncoding};
pub use case::{Capture, CaptureFrom, Case, Effect, Eventually, Needs, Step};
pub use cause::Cause;
pub use causes::{cause_of, causes};
pub(crate) use causes::{end_of_fact, origin};
pub use comparison::{
    CaseChange, CaseClass, CauseChange, Comparison, Drift, Gate, LatencyShift, LatencySummary,
    RequirementChange, Side,
};
pub use condition::{Condition, Conditions};
pub use conformance::Conformance;
pub use contract::{Contract, Lasting, Level, Requirement, Service, Throttling, Unchecked};
pub use contradiction::{
    Contradiction, contradiction, contradiction_in_case, contradiction_in_times,
    outcome_by_contract,
};
pub use diagnostic::{Diagnostic, Severity};
pub use disposition::{Disposition, Dispositions};
pub use exchange::{
    AnswerPlace, Answers, Coded, Exchange, Fragment, Hop, NoAnswer, NoAnswerKind, Opening,
    Response, SentRequest, Timing,
};
pub use exit::{ExitCode, Reason};
pub use expectation::{Block, BodyCheck, JsonLines, Selection};
pub use finding::{
    BlockOutcome, Diff, DiffLine, DiffSide, Finding, FindingKind, Judgement, NO_HEADER, RawFinding,
};
pub use fingerprint::{fingerprint, in_words};
pub use fixture_form::FixtureForm;
pub use head_check::{HeaderCheck, HeaderExpectation, MediaType, StatusCheck, StatusPattern};
pub use header_item::{
    COOKIE_ATTRIBUTES, COOKIE_FLAGS, COOKIE_VALUE, ItemCheck, ItemExpectation, ItemKind,
};
pub use header_list::is_list_of_elements;
pub use login::{
    Fetched, Login, LoginBody, LoginCapture, LoginCaptureFrom, LoginGives, LoginRequest,
    MOST_LOGIN_CAPTURES, captured_index, captured_value,
};
pub use marker::{
    ArgumentKind, InversionScope, MARKERS, MarkerKind, MarkerPlace, MarkerRow, rows_in,
};
pub use network::{ClientCertificate, HttpChoice, Network, Override, Proxy, ProxyKind};
pub use operation::Operation;
pub use pattern::{Argument, Marker, Pattern, Shape, TextPattern};
pub use proof::{
    BlindCheck, CleanRun, Elsewhere, ElsewherePair, ElsewherePlace, FalseAlarm, FaultOutcome,
    FaultResult, Faults, FreePlace, IdleRules, Inverted, KillingCheck, LeftBehind, Mutants,
    NotGreen, Proof, RequirementProof, Rules, UncheckedPlace, Undoing, UnmatchedAcceptance,
    Variants,
};
pub use recording::{
    BodyGap, EntryFacts, Gaps, HopAnswer, Origin, RecordedExchange, RecordedText, Recording,
    RunFacts, TargetFacts, Unmatched,
};
pub use report::{
    BodyReport, BranchReport, CaseReport, Cases, CodedReport, ContractReport, CurlInput,
    ExchangeReport, HopReport, IncompleteShard, Lacking, NoAnswerReport, OpeningParts,
    OpeningReport, RecordingReport, Report, RequirementReport, RerunReport, ResponseReport,
    ShardOptions, ShardReport, Shelf, Slip, StepReport, Summary, TargetReport,
};
pub use request::{HeaderLine, HeaderValue, Request, Transport};
pub use rule::{ContractRule, Rule, StepRule};
pub use run_start::{RunCommand, Setup};
pub use sent_body::{Framing, Piece, SentBody, WrittenBody, WrittenPart};
pub use server_events::{EVENT_STREAM, EventLimit, EventReader, MOST_EVENTS, StreamEvent, events};
pub use shard::{MOST_SHARDS, Shard, ShardError};
pub use shared_step::{GivenValue, SharedUse, UsedStep};
pub use source::{FileId, Place, SourceFile, Sources, Span};
pub use statement::Statement;
pub use step_place::StepPlace;
pub use suite::Suite;
pub use target::{
    ClientAuth, Identity, Limits, OAuth2, ServiceLimits, Stretch, Target, VariableUse,
};
pub use template::{
    BodyFact, CaseValue, Draft, Expression, FUNCTIONS, Function, GENERATED_LIMIT, Made, Maker,
    Part, Scope, Template, TextPiece, TimeFormat, Unresolved, ValueSource, fill_path,
};
pub use throttle::ThrottleDecision;
pub use verdict::Verdict;
pub use waiver::{Waiver, WaiverKind, WaiverReport, WaiverStanding};
pub use when::When;
pub use xml::{XmlCheck, XmlDocument, XmlPath, XmlSelection};
