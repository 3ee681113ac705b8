//! The proof of a suite: what shows that its checks can fail, and that nothing fails that should not.
//!
//! This is also the JSON form: its fields are the JSON members, in this order.

use serde::{Deserialize, Serialize};

use crate::json::SchemaRule;
use crate::model::contract::Level;
use crate::model::exit::ExitCode;
use crate::model::report::RecordingReport;
use crate::model::source::Place;

/// The value of [`Proof::format`]: name and version of the JSON form.
pub const PROOF_FORMAT: &str = "probity-proof/1";

/// A finished proof.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Proof {
    /// Always `probity-proof/1`; the number changes when a reader would break.
    pub format: String,
    /// The exit code; 0 says that everything is proven.
    pub exit: ExitCode,
    /// Every reason for the exit code, strongest first; empty when it is 0.
    pub reasons: Vec<String>,
    /// Version of Probity.
    pub probity: String,
    /// The suite: `embedded`, or its directory.
    pub suite: String,
    /// The target whose answers were changed.
    pub target: String,
    /// The recording that the answers come from; left out when the target was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingReport>,
    /// The selection (`--only`), empty when everything was selected.
    pub selection: Vec<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// The run that everything starts from.
    pub clean: CleanRun,
    /// Answers changed one thing at a time, and judged again.
    pub mutants: Mutants,
    /// The rules of the schemas that answers were held against.
    #[serde(default)]
    pub rules: Rules,
    /// Checks turned into their opposite.
    pub inverted: Inverted,
    /// Servers with one fault each; `null` when the target is not the reference deployment.
    pub faults: Option<Faults>,
    /// Servers that differ and conform; `null` when the target is not the reference deployment.
    pub variants: Option<Variants>,
    /// What the cases left in the state of those servers; `null` when the target is not the reference deployment.
    pub undoing: Option<Undoing>,
    /// What shows for each requirement that breaking it is noticed.
    pub requirements: Vec<RequirementProof>,
}

/// The run whose answers are the material of the proof.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CleanRun {
    /// Cases that were selected.
    pub cases: usize,
    /// Cases that passed (or only warned), and so can be proven.
    pub green: usize,
    /// Answers that were recorded.
    pub answers: usize,
    /// Cases that were not green: nothing is proven about them.
    pub not_green: Vec<NotGreen>,
}

/// A case that cannot be proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NotGreen {
    /// Its id.
    pub case: String,
    /// `fail`, `error` or `skip`.
    pub verdict: String,
    /// Why, in one line.
    pub reason: String,
}

/// What became of the changed answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Mutants {
    /// How many answers were made.
    pub total: usize,
    /// Noticed by a check.
    pub killed: usize,
    /// Not noticed, and legal: a check looks at the place, and accepts the change.
    pub legal: usize,
    /// Not noticed, and nothing looks at the place; the suite accepts that with a reason.
    pub accepted: usize,
    /// Not noticed, and nothing looks at the place.
    pub survived: usize,
    /// Killed, in percent of killed and survived.
    pub killed_percent: f64,
    /// The places that nothing looks at, accepted ones included.
    pub unchecked: Vec<UncheckedPlace>,
    /// What is legal: the places that a check looks at, with the changes that it accepts there. A rule that was taken
    /// out of a schema shows here.
    #[serde(default)]
    pub free: Vec<FreePlace>,
    /// Acceptances in the suite that match nothing.
    pub unmatched: Vec<UnmatchedAcceptance>,
}

/// A place in the answers of an operation that no check looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct UncheckedPlace {
    /// The contract.
    pub contract: String,
    /// Method, path and status: `POST /users/batch 200`.
    pub operation: String,
    /// `status`, `body`, `header NAME`, or a pointer with `*` for array elements; `/**` at its end says
    /// that all below it is meant too.
    pub place: String,
    /// Something looks at the place, and takes a value of any type there; else nothing looks there at all.
    pub of_any_type: bool,
    /// The changes that nobody noticed there.
    pub changes: Vec<String>,
    /// How many changed answers that were.
    pub mutants: usize,
    /// A case in which it can be seen.
    pub case: String,
    /// Why the suite accepts it; `null` when it does not.
    pub accepted: Option<String>,
}

/// A place in the answers of an operation that a check looks at, with what may happen there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FreePlace {
    /// The contract.
    pub contract: String,
    /// Method, path and status: `POST /users/batch 200`.
    pub operation: String,
    /// `status`, `body`, `header NAME`, or a pointer with `*` for array elements.
    pub place: String,
    /// The changes that no case notices there: `removed`, `null` ...
    pub changes: Vec<String>,
}

/// What became of the rules of the schemas that answers were held against.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Rules {
    /// Rules, each where it is written: a keyword that can refuse, or a name in `required`.
    pub total: usize,
    /// Those that refused a changed answer, or one of a faulty server.
    pub refusing: usize,
    /// The same in percent.
    pub refusing_percent: f64,
    /// Those that never did, by schema.
    pub idle: Vec<IdleRules>,
}

/// The rules of one schema that were not seen to refuse anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct IdleRules {
    /// The file below `schemas/`; of a schema in a case the place in the case, `FILE:LINE:COLUMN`.
    pub schema: String,
    /// The rules, in the order of their pointers.
    pub rules: Vec<SchemaRule>,
}

/// An entry of `unchecked` or `lasting` that matches nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct UnmatchedAcceptance {
    /// The contract.
    pub contract: String,
    /// What it names.
    pub at: String,
    /// Where it is written.
    pub place: Place,
}

/// What became of the checks that were turned into their opposite.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Inverted {
    /// Checks of the suite, as they stand in its files.
    pub total: usize,
    /// Those whose opposite fails, at exactly that place.
    pub caught: usize,
    /// Those whose opposite holds as well: they look at nothing.
    pub blind: Vec<BlindCheck>,
}

/// A check that cannot fail on the answers that came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BlindCheck {
    /// A case that has it.
    pub case: String,
    /// What the check is: `select $.items[*] none`.
    pub check: String,
    /// Why it cannot fail.
    pub why: String,
    /// Where it is written.
    pub place: Place,
}

/// What became of the servers with a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Faults {
    /// How many servers were run.
    pub total: usize,
    /// Those that were killed by name.
    pub killed: usize,
    /// One entry for each, in the order of the catalogue.
    pub outcomes: Vec<FaultOutcome>,
}

/// What became of one server with a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FaultOutcome {
    /// The fault.
    pub fault: String,
    /// What the server does.
    pub sentence: String,
    /// The requirement that it violates.
    pub requirement: String,
    /// What became of it.
    pub outcome: FaultFate,
    /// How often a request came to where the fault shows.
    pub hits: u64,
    /// The cases that were not green.
    pub cases: Vec<String>,
    /// All requirements that were violated.
    pub violated: Vec<String>,
}

/// What can become of a server with a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultFate {
    /// A case that proves the violated requirement failed for it, or got no evidence from a server that does
    /// not answer.
    Killed,
    /// Something failed, but nothing that blames the violated requirement.
    KilledByOther,
    /// The fault showed itself, and everything stayed green.
    Silent,
    /// No request came to where the fault shows.
    Dead,
    /// The server could not be started.
    Broken,
}

impl FaultFate {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            FaultFate::Killed => "killed",
            FaultFate::KilledByOther => "killed-by-other",
            FaultFate::Silent => "silent",
            FaultFate::Dead => "dead",
            FaultFate::Broken => "broken",
        }
    }
}

/// What became of the servers that differ and conform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Variants {
    /// How many servers were run: each variant alone, and those that can stand together.
    pub total: usize,
    /// Those about which nothing complained.
    pub quiet: usize,
    /// Complaints about servers that conform.
    pub false_alarms: Vec<FalseAlarm>,
}

/// A complaint about a server that conforms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FalseAlarm {
    /// What the server does differently.
    pub variant: String,
    /// The case that complained.
    pub case: String,
    /// The requirement that it blamed; `null` when there was no evidence.
    pub requirement: Option<String>,
    /// The complaint.
    pub message: String,
}

/// What became of what the cases did to the state of a server: whole, broken off after each of their steps, on
/// servers with a fault, and on servers that differ and conform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Undoing {
    /// Cases whose doings were looked at.
    pub cases: usize,
    /// Those that left every server as they had found it, but for what the suite accepts.
    pub tidy: usize,
    /// How often a case was run for this, whole or in part.
    pub runs: usize,
    /// What was left behind, accepted or not.
    pub left: Vec<LeftBehind>,
    /// Acceptances in the suite that match nothing.
    pub unmatched: Vec<UnmatchedAcceptance>,
}

/// Something that a case left in the state of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LeftBehind {
    /// The contract.
    pub contract: String,
    /// The case.
    pub case: String,
    /// A pointer into the state.
    pub place: String,
    /// What stood there before the case, as JSON; empty when nothing did.
    pub before: String,
    /// What stands there after it, as JSON; empty when nothing does.
    pub after: String,
    /// When it was first seen: `run whole`, `broken off after step 1`, `on a server with the fault user-kept`.
    pub when: String,
    /// In how many runs it was seen.
    pub runs: usize,
    /// Why the suite accepts it; `null` when it does not.
    pub accepted: Option<String>,
}

/// What shows that breaking a requirement is noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RequirementProof {
    /// Its id.
    pub id: String,
    /// The contract.
    pub contract: String,
    /// MUST, SHOULD or MAY.
    pub level: Level,
    /// Green cases that prove it.
    pub cases: usize,
    /// Changed answers for which it was blamed.
    pub mutants: usize,
    /// Faults for which it was blamed by name.
    pub faults: usize,
    /// Why nothing is asked for, or what is missing; empty when it is proven.
    pub gap: String,
    /// Does the gap count? Not where no black-box test can see the requirement.
    pub counts: bool,
}
