//! The proof of a suite: evidence that its checks can fail, and that nothing fails that should not.
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
    /// What the suite is called, if that is not what `suite` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite_name: Option<String>,
    /// The target whose answers were mutated.
    pub target: String,
    /// The recording that the answers come from; absent if they come from the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingReport>,
    /// The selection (`--only`), empty when everything was selected.
    pub selection: Vec<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// The passing run that the answers come from.
    pub clean: CleanRun,
    /// Mutants: answers with one change each, judged again.
    pub mutants: Mutants,
    /// The rules of the schemas that answers were checked with.
    #[serde(default)]
    pub rules: Rules,
    /// Inverted checks.
    pub inverted: Inverted,
    /// Servers with one fault each; `null` when the target is not the reference deployment.
    pub faults: Option<Faults>,
    /// Conforming variants; `null` when the target is not the reference deployment.
    pub variants: Option<Variants>,
    /// Cleanup: what the cases left behind in the state of those servers; `null` when the target is not the reference deployment.
    pub undoing: Option<Undoing>,
    /// For each requirement, what violated it and was detected.
    pub requirements: Vec<RequirementProof>,
}

/// The passing run whose answers are mutated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CleanRun {
    /// Cases that were selected.
    pub cases: usize,
    /// Cases that passed (or only warned), and so can be proven.
    pub green: usize,
    /// Answers that were recorded.
    pub answers: usize,
    /// Cases that did not pass: nothing is proven about them.
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

/// The results of the mutants.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Mutants {
    /// How many mutants were made.
    pub total: usize,
    /// Killed: a check failed.
    pub killed: usize,
    /// Equivalent: a check reads the place, and accepts the change.
    pub legal: usize,
    /// Allowed: no check reads the place, and the suite accepts that with a reason.
    pub accepted: usize,
    /// Survived: no check reads the place.
    pub survived: usize,
    /// The mutation score: killed, in percent of killed and survived.
    pub killed_percent: f64,
    /// The places that no check reads, including allowed ones.
    pub unchecked: Vec<UncheckedPlace>,
    /// The equivalent changes: the places that a check reads, with the changes that it accepts there. A rule that was
    /// removed from a schema shows here.
    #[serde(default)]
    pub free: Vec<FreePlace>,
    /// Killed elsewhere: those that were not killed where they were made, although a check of another exchange of the
    /// same operation would kill them. They are counted above, too.
    #[serde(default)]
    pub elsewhere: Elsewhere,
    /// Entries of the suite that match nothing.
    pub unmatched: Vec<UnmatchedAcceptance>,
}

/// A place in the answers of an operation that no check reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct UncheckedPlace {
    /// The contract.
    pub contract: String,
    /// Method, path and status: `POST /users/batch 200`.
    pub operation: String,
    /// `status`, `body`, `header NAME`, or a pointer with `*` for array elements; `/**` at its end says
    /// that all below it is meant too.
    pub place: String,
    /// A check reads the place, but accepts a value of any type there; otherwise no check reads it at all.
    pub of_any_type: bool,
    /// The changes that survived there.
    pub changes: Vec<String>,
    /// How many mutants that were.
    pub mutants: usize,
    /// A case whose answer has the place.
    pub case: String,
    /// Why the suite accepts it; `null` when it does not.
    pub accepted: Option<String>,
}

/// A place in the answers of an operation that a check reads, with the changes that it accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FreePlace {
    /// The contract.
    pub contract: String,
    /// Method, path and status: `POST /users/batch 200`.
    pub operation: String,
    /// `status`, `body`, `header NAME`, or a pointer with `*` for array elements.
    pub place: String,
    /// The changes that no case detects there: `removed`, `null` ...
    pub changes: Vec<String>,
}

/// The mutants that survived in one exchange and that a check of another exchange of the same operation would kill.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Elsewhere {
    /// How many, without allowed ones.
    pub mutants: usize,
    /// Those of them that a check of a MUST would kill.
    pub must: usize,
    /// Those of them that a check of a SHOULD would kill, and none of a MUST.
    pub should: usize,
    /// Those of them that only checks of a MAY would kill.
    pub may: usize,
    /// How many the suite allows, with a reason.
    pub accepted: usize,
    /// Killed where they were made, in percent of those that were and these.
    pub everywhere_percent: f64,
    /// The exchanges, each with the check of another one, strictest first by operation; including allowed ones.
    pub pairs: Vec<ElsewherePair>,
}

/// An exchange in which mutants survived, and the check of another exchange that would kill them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ElsewherePair {
    /// The contract.
    pub contract: String,
    /// Method, path and status: `POST /users/batch 200`.
    pub operation: String,
    /// The case in which the mutants survived.
    pub case: String,
    /// Index of its step, from 0.
    pub step: usize,
    /// The level of what the check proves.
    pub level: Level,
    /// The requirements that the mutants would violate.
    pub requirements: Vec<String>,
    /// The check, in the first exchange that makes it.
    pub killed_by: KillingCheck,
    /// The mutants, by place.
    pub places: Vec<ElsewherePlace>,
    /// Why the suite accepts it; `null` when it does not.
    pub accepted: Option<String>,
}

/// A check that would kill mutants of another exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct KillingCheck {
    /// The case that has it.
    pub case: String,
    /// Index of its step, from 0.
    pub step: usize,
    /// What the check is: `schema`, `header Content-Type`.
    pub check: String,
    /// Where it is written.
    pub place: Place,
}

/// The mutants at one place of an answer that are killed elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ElsewherePlace {
    /// `status`, `body`, `header NAME`, or a pointer with `*` for array elements.
    pub place: String,
    /// The changes.
    pub changes: Vec<String>,
    /// How many mutants that were.
    pub mutants: usize,
}

/// The results of the rules of the schemas that answers were checked with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Rules {
    /// Rules, each where it is written: a keyword that can reject, or a name in `required`.
    pub total: usize,
    /// Those that rejected a mutant, or an answer of a server with a fault.
    pub refusing: usize,
    /// The same in percent.
    pub refusing_percent: f64,
    /// Those that never did, by schema.
    pub idle: Vec<IdleRules>,
}

/// The rules of one schema that rejected nothing.
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

/// The results of the inverted checks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Inverted {
    /// Checks of the suite, as written in its files.
    pub total: usize,
    /// Those whose opposite fails, at exactly that place.
    pub caught: usize,
    /// Blind checks: their opposite passes as well.
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

/// The results of the faults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Faults {
    /// How many servers were run.
    pub total: usize,
    /// Those killed by a check of the requirement that they violate.
    pub killed: usize,
    /// One entry for each, in the order of the catalogue.
    pub outcomes: Vec<FaultOutcome>,
}

/// The result of one fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FaultOutcome {
    /// The fault.
    pub fault: String,
    /// What the server does.
    pub sentence: String,
    /// The requirement that it violates.
    pub requirement: String,
    /// The result.
    pub outcome: FaultResult,
    /// How often a request reached the fault.
    pub hits: u64,
    /// The cases that did not pass.
    pub cases: Vec<String>,
    /// All requirements that were violated.
    pub violated: Vec<String>,
}

/// The result of a server with a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultResult {
    /// A case that proves the violated requirement failed for it, or got no evidence from a server that does not answer.
    Killed,
    /// A case failed, but for another requirement.
    KilledByOther,
    /// A request reached the fault, and every case passed.
    #[serde(rename = "silent")]
    Survived,
    /// No request reached the fault.
    #[serde(rename = "dead")]
    NotReached,
    /// The server could not be started.
    #[serde(rename = "broken")]
    NotStarted,
}

impl FaultResult {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            FaultResult::Killed => "killed",
            FaultResult::KilledByOther => "killed by another requirement",
            FaultResult::Survived => "survived",
            FaultResult::NotReached => "not reached",
            FaultResult::NotStarted => "not started",
        }
    }
}

/// The results of the conforming variants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Variants {
    /// How many servers were run: each variant alone, and all that can be combined.
    pub total: usize,
    /// Those that passed.
    pub quiet: usize,
    /// False alarms: findings about conforming servers.
    pub false_alarms: Vec<FalseAlarm>,
}

/// A finding about a conforming server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FalseAlarm {
    /// What the server does differently.
    pub variant: String,
    /// The case that did not pass.
    pub case: String,
    /// The requirement that it reported as violated; `null` if there was no evidence.
    pub requirement: Option<String>,
    /// The finding.
    pub message: String,
}

/// Cleanup: what the cases left behind in the state of servers, run completely, interrupted after each step, with faults
/// and with variants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Undoing {
    /// Cases whose cleanup was checked.
    pub cases: usize,
    /// Those that left every server as it was before, except for what the suite allows.
    pub tidy: usize,
    /// How often a case was run for this, completely or in part.
    pub runs: usize,
    /// What was left behind, allowed or not.
    pub left: Vec<LeftBehind>,
    /// Entries of the suite that match nothing.
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
    /// The value before the case, as JSON; empty if there was none.
    pub before: String,
    /// The value after the case, as JSON; empty if there is none.
    pub after: String,
    /// When it first occurred: `run completely`, `interrupted after step 1`, `with the fault user-kept`.
    pub when: String,
    /// In how many runs it occurred.
    pub runs: usize,
    /// Why the suite accepts it; `null` when it does not.
    pub accepted: Option<String>,
}

/// The evidence that a violation of a requirement is detected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RequirementProof {
    /// Its id.
    pub id: String,
    /// The contract.
    pub contract: String,
    /// MUST, SHOULD or MAY.
    pub level: Level,
    /// Passing cases that prove it.
    pub cases: usize,
    /// Mutants that violated it and were killed.
    pub mutants: usize,
    /// Faults that violate it and were killed.
    pub faults: usize,
    /// Why no evidence is needed, or what is missing; empty if it is proven.
    pub gap: String,
    /// Does the gap count? Not where no black-box test can see the requirement.
    pub counts: bool,
}
