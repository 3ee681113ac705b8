//! A finding: one expectation that a response did not meet.

use crate::json::SchemaRule;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::contract::Level;
use crate::model::shared_step::UsedStep;
use crate::model::source::Place;
use crate::redact::{Redacted, Redactor};

/// What a finding shows in place of a value that is missing.
pub const NOTHING: &str = "nothing";
/// What a finding shows in place of the nodes of a path that selects none.
pub const NO_NODE: &str = "none";

/// What a finding shows in place of a header field that is missing.
pub const NO_HEADER: &str = "no such header";

/// What sort of expectation was not met.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The status is not an accepted one.
    Status,
    /// A header field is missing, should not be there, or has another value.
    Header,
    /// The media type is another one.
    MediaType,
    /// There are bytes where there must be none.
    NotEmpty,
    /// There is no body, or it is not JSON, or not the expected text.
    NotJson,
    /// There is no body, or it is not well-formed XML.
    NotXml,
    /// A schema refuses the body.
    Schema,
    /// A value is another one.
    Value,
    /// A value is of another JSON type.
    Type,
    /// A member, element or node is missing.
    Missing,
    /// A member or element is there that must not be.
    Extra,
    /// A list has another length, or a selection another number of nodes.
    Count,
    /// The same element twice.
    Duplicate,
    /// A duplicate member name in one object.
    DuplicateMember,
    /// A number that cannot be compared exactly.
    Inexact,
    /// Text that is not the expected one.
    Text,
    /// Bytes that are not the expected ones.
    Bytes,
    /// Another content coding, or another size as it came.
    Coding,
    /// A value could not be captured from the response.
    Capture,
    /// The answer took too long.
    Late,
    /// The answer did not come to its end. It is beside findings about its head.
    Incomplete,
}

impl FindingKind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            FindingKind::Status => "status",
            FindingKind::Header => "header",
            FindingKind::MediaType => "media-type",
            FindingKind::NotEmpty => "not-empty",
            FindingKind::NotJson => "not-json",
            FindingKind::NotXml => "not-xml",
            FindingKind::Schema => "schema",
            FindingKind::Value => "value",
            FindingKind::Type => "type",
            FindingKind::Missing => "missing",
            FindingKind::Extra => "extra",
            FindingKind::Count => "count",
            FindingKind::Duplicate => "duplicate",
            FindingKind::DuplicateMember => "duplicate-member",
            FindingKind::Inexact => "inexact",
            FindingKind::Text => "text",
            FindingKind::Bytes => "bytes",
            FindingKind::Coding => "coding",
            FindingKind::Capture => "capture",
            FindingKind::Late => "late",
            FindingKind::Incomplete => "incomplete",
        }
    }
}

/// One expectation not met: what was expected, what came, and where both are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Finding")]
#[non_exhaustive]
pub struct Finding<T = Redacted> {
    /// Index of the step in its case, from 0.
    pub step: usize,
    /// Index of the block in its step, from 0; `None` for a capture.
    pub block: Option<usize>,
    /// The rule of the contract that was not met; `None` for an expectation of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The number of the redirect, from 0, that the rule is about; `None` for the last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<usize>,
    /// The requirement to blame: the one a schema rule names, else the first that the block proves.
    /// `None` when an arranging block failed.
    pub requirement: Option<String>,
    /// All requirements that this finding violates.
    pub requirements: Vec<String>,
    /// The level of those requirements; `None` when an arranging block failed.
    pub level: Option<Level>,
    /// What sort of expectation.
    pub kind: FindingKind,
    /// The fact in one line, lower case, no full stop: `got 200 OK`.
    pub message: T,
    /// JSON Pointer into the body (RFC 6901); empty is the whole body, `None` is not about JSON.
    pub pointer: Option<T>,
    /// The header field concerned.
    pub header: Option<T>,
    /// What was expected, in words or as JSON text.
    pub expected: T,
    /// What came, in words or as JSON text (shortened).
    pub actual: T,
    /// The rule of a schema that refused.
    pub schema: Option<SchemaRule>,
    /// A structural diff of expected and actual, where there is an expected value to compare with.
    pub diff: Option<Diff<T>>,
    /// Where the expectation is written.
    pub place: Place,
    /// The use of the shared step that the expectation is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Box<UsedStep>>,
}

/// A structural diff of two JSON values, as lines ready to print.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Diff")]
pub struct Diff<T = Redacted> {
    /// The lines in order; unchanged stretches are cut to a few lines of context.
    pub lines: Vec<DiffLine<T>>,
    /// How many lines were left out because the diff was too long.
    pub left_out: usize,
}

/// One line of a diff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "DiffLine")]
pub struct DiffLine<T = Redacted> {
    /// Which side the line belongs to.
    pub side: DiffSide,
    /// Depth of nesting; a renderer indents by it.
    pub depth: usize,
    /// The text without indentation, one line.
    pub text: T,
    /// Stretches of `text` that differ from the other side, as half-open ranges of characters.
    pub marks: Vec<(usize, usize)>,
    /// What is said beside the line: `value`, `type integer -> string`, `missing`; empty for context.
    pub note: T,
    /// JSON Pointer of what the line shows, in the actual value where it is there.
    pub pointer: T,
}

/// A finding as the judge makes it. It may quote a secret.
pub type RawFinding = Finding<String>;

impl RawFinding {
    /// The finding for a report.
    pub fn redacted(self, redactor: &Redactor) -> Finding {
        let text = |text: String| redactor.text(&text);
        let place = self.place;
        Finding {
            step: self.step,
            block: self.block,
            rule: self.rule,
            redirect: self.redirect,
            requirement: self.requirement,
            requirements: self.requirements,
            level: self.level,
            kind: self.kind,
            message: text(self.message),
            pointer: self.pointer.map(text),
            header: self.header.map(text),
            expected: text(self.expected),
            actual: text(self.actual),
            schema: self.schema,
            diff: self.diff.map(|diff| diff.redacted(redactor)),
            place: Place {
                source: redactor.redact(&place.source).into_owned(),
                ..place
            },
            used: self.used.map(|used| Box::new(used.redacted(redactor))),
        }
    }
}

impl Diff<String> {
    fn redacted(self, redactor: &Redactor) -> Diff {
        let lines = self.lines.into_iter().map(|line| {
            let text = redactor.text(&line.text);
            DiffLine {
                // They count characters of the other text.
                marks: if text == line.text {
                    line.marks
                } else {
                    Vec::new()
                },
                side: line.side,
                depth: line.depth,
                text,
                note: redactor.text(&line.note),
                pointer: redactor.text(&line.pointer),
            }
        });
        Diff {
            lines: lines.collect(),
            left_out: self.left_out,
        }
    }
}

/// Which side a line of a diff belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DiffSide {
    /// In both.
    Same,
    /// Expected, and missing or different in the actual value.
    Expected,
    /// In the actual value only.
    Actual,
    /// A stretch of equal lines was left out here.
    Gap,
}

/// What judging one response gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// What became of each block, in the order of the step.
    pub blocks: Vec<BlockOutcome>,
    /// Everything that was not met, statuses first, then in the order of the file.
    pub findings: Vec<RawFinding>,
    /// The body, where a check looked at it as JSON.
    pub body: Option<Value>,
    /// How many checks were made and held.
    pub passed: usize,
    /// How many checks were made and failed.
    pub failed: usize,
    /// How many checks were not made, because the status says that the answer is not the one they describe.
    pub unjudged: usize,
}

/// What became of one block.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockOutcome {
    /// The requirements upheld by this block on this response.
    pub upheld: Vec<String>,
    /// The requirements violated.
    pub violated: Vec<String>,
    /// The requirements about which this response says nothing.
    pub unproven: Vec<String>,
    /// Did every check of the block hold?
    pub held: bool,
    /// Is the block about this response? False if its `when` does not hold.
    pub applied: bool,
    /// The first alternative of `any-of` that holds, from 0.
    pub alternative: Option<usize>,
}
