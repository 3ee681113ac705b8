//! A comparison: what changed between two runs, by stable keys. It changes no verdict.

use serde::{Deserialize, Serialize};

use crate::model::contract::Level;
use crate::model::disposition::Disposition;
use crate::model::verdict::Verdict;

/// What an exit code means.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// Whether the target conforms to its contract.
    #[default]
    Contract,
    /// Whether anything got worse than it was.
    Regressions,
}

/// Two runs, compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Comparison {
    /// What the exit code of the report means.
    pub gate: Gate,
    /// The earlier run.
    pub old: Side,
    /// The later run.
    pub new: Side,
    /// What cannot be compared, and why; a sentence each.
    pub notes: Vec<String>,
    /// How many cases are in both runs.
    pub common: usize,
    /// How many cases of the earlier run were not selected in the later one.
    pub not_selected: usize,
    /// Ids of the cases of both runs that were edited in between.
    pub edited: Vec<String>,
    /// Every case that failed, gave no evidence or was missing on one side; worst first, then by id.
    pub cases: Vec<CaseChange>,
    /// What fails alike in several cases, on either side, and in more or fewer cases now; the worst change first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<CauseChange>,
    /// Every requirement whose disposition changed, by id.
    pub requirements: Vec<RequirementChange>,
    /// Every place at which the bodies of passing cases look different, by operation and place.
    pub drift: Vec<Drift>,
    /// Operations whose answers take clearly more or less time, by name. Never a verdict.
    pub latency: Vec<LatencyShift>,
}

/// One of the two runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Side {
    /// The target.
    pub target: String,
    /// The suite.
    pub suite: String,
    /// When it started.
    pub started: String,
    /// How many cases it had.
    pub cases: usize,
}

/// How a case changed.
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
pub enum CaseClass {
    /// It fails now; before, it did not, or only a SHOULD requirement failed.
    Regression,
    /// It fails as it did before, but not in the same way.
    FailingDifferently,
    /// It gave evidence, and cannot be judged now.
    LostEvidence,
    /// It gave evidence, and is skipped now.
    LostCoverage,
    /// It no longer exists.
    Vanished,
    /// It is new, or was not judged before, and fails.
    NewFailure,
    /// It could not be judged before, and cannot be judged now.
    StillWithoutEvidence,
    /// It fails as before.
    StillFailing,
    /// It failed before; now it does not, or only a SHOULD requirement fails.
    Fixed,
    /// It could not be judged, and passes now.
    Gained,
    /// It did not exist before.
    New,
}

impl CaseClass {
    /// Every class, worst first.
    pub const ALL: [CaseClass; 11] = [
        CaseClass::Regression,
        CaseClass::FailingDifferently,
        CaseClass::LostEvidence,
        CaseClass::LostCoverage,
        CaseClass::Vanished,
        CaseClass::NewFailure,
        CaseClass::StillWithoutEvidence,
        CaseClass::StillFailing,
        CaseClass::Fixed,
        CaseClass::Gained,
        CaseClass::New,
    ];

    /// The class of a case with these verdicts in the earlier and in the later run (`None`: it was not there). Of two
    /// failures that are equally bad, whether they differ decides. Nothing, when there is no word to say: the case
    /// passes as it passed, or is skipped as it was.
    pub(crate) fn of(
        then: Option<Verdict>,
        now: Option<Verdict>,
        differs: bool,
    ) -> Option<CaseClass> {
        let (then, now) = match (then, now) {
            (Some(then), Some(now)) => (then, now),
            (Some(_), None) => return Some(CaseClass::Vanished),
            (None, Some(Verdict::Pass | Verdict::Skip)) => return Some(CaseClass::New),
            (None, Some(Verdict::Error)) => return Some(CaseClass::StillWithoutEvidence),
            (None, Some(_)) => return Some(CaseClass::NewFailure),
            (None, None) => return None,
        };
        match (then.severity(), now.severity()) {
            (Some(0), Some(0)) => None,
            (Some(before), Some(after)) if after > before => Some(CaseClass::Regression),
            (Some(before), Some(after)) if after < before => Some(CaseClass::Fixed),
            (Some(_), Some(_)) if differs => Some(CaseClass::FailingDifferently),
            (Some(_), Some(_)) => Some(CaseClass::StillFailing),
            (Some(_), None) if now == Verdict::Error => Some(CaseClass::LostEvidence),
            (Some(_), None) => Some(CaseClass::LostCoverage),
            (None, Some(0)) => Some(CaseClass::Gained),
            (None, Some(_)) => Some(CaseClass::NewFailure),
            (None, None) if (then, now) == (Verdict::Skip, Verdict::Skip) => None,
            (None, None) => Some(CaseClass::StillWithoutEvidence),
        }
    }

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            CaseClass::Regression => "regression",
            CaseClass::FailingDifferently => "failing differently",
            CaseClass::LostEvidence => "lost evidence",
            CaseClass::LostCoverage => "lost coverage",
            CaseClass::Vanished => "vanished",
            CaseClass::NewFailure => "new failure",
            CaseClass::StillWithoutEvidence => "still without evidence",
            CaseClass::StillFailing => "still failing",
            CaseClass::Fixed => "fixed",
            CaseClass::Gained => "judged again",
            CaseClass::New => "new",
        }
    }
}

/// A case that changed, or still fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CaseChange {
    /// The id.
    pub id: String,
    /// How it changed.
    pub class: CaseClass,
    /// Its verdict then; `None`: it was not there.
    pub old: Option<Verdict>,
    /// Its verdict now; `None`: it is not there.
    pub new: Option<Verdict>,
    /// Was the case edited in between? Then the suite changed, and perhaps not the target.
    pub edited: bool,
    /// Is what fails in it waived?
    pub waived: bool,
    /// How it fails now and did not then.
    pub appeared: Vec<String>,
    /// How it failed then and does not now.
    pub gone: Vec<String>,
    /// Why it was skipped or could not be judged; of a case that still fails: why that was accepted.
    pub reason: String,
}

impl CaseChange {
    /// Is it worse than it was, and not waived?
    pub fn is_worse(&self) -> bool {
        let is_worse = match self.class {
            CaseClass::Regression
            | CaseClass::LostEvidence
            | CaseClass::LostCoverage
            | CaseClass::Vanished
            | CaseClass::NewFailure => true,
            // To fail in fewer ways is no step back.
            CaseClass::FailingDifferently => !self.appeared.is_empty(),
            CaseClass::StillWithoutEvidence
            | CaseClass::StillFailing
            | CaseClass::Fixed
            | CaseClass::Gained
            | CaseClass::New => false,
        };
        is_worse && !self.waived
    }
}

/// What fails alike in several cases, and in how many of them then and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CauseChange {
    /// What fails: a line of a fingerprint, without the step.
    pub cause: String,
    /// In how many cases it failed then.
    pub old: usize,
    /// In how many cases it fails now.
    pub new: usize,
}

/// A requirement whose disposition changed, or whose sentence did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RequirementChange {
    /// The id.
    pub id: String,
    /// The contract.
    pub contract: String,
    /// The level now, or the last one.
    pub level: Level,
    /// The sentence now, or the last one.
    pub sentence: String,
    /// What was said about it then; `None`: it was not there.
    pub old: Option<Disposition>,
    /// What is said about it now; `None`: it is not there.
    pub new: Option<Disposition>,
    /// Is it another sentence, or another level, under the same id? Then nothing is compared.
    pub edited: bool,
    /// Is it so only because of what is waived?
    pub waived: bool,
}

impl RequirementChange {
    /// Is it worse than it was, and not waived?
    pub fn is_worse(&self) -> bool {
        let is_binding = self.level != Level::May;
        let is_worse = match (self.old, self.new) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(old), Some(new)) => rank(new) > rank(old),
        };
        is_binding && is_worse && !self.edited && !self.waived
    }

    /// Is it, or could it be, better?
    pub fn is_better(&self) -> bool {
        match (self.old, self.new) {
            (Some(old), Some(new)) => !self.edited && rank(new) < rank(old),
            _ => false,
        }
    }
}

/// Upheld is best. Violated is worse than unproven, and what was taken out of the contract is worst: it
/// hides the rest.
fn rank(disposition: Disposition) -> u8 {
    match disposition {
        Disposition::Upheld => 0,
        Disposition::Unproven => 1,
        Disposition::Violated => 2,
        Disposition::NotApplicable => 3,
    }
}

/// A place at which the bodies of passing cases look different.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct Drift {
    /// Contract, method and path.
    pub operation: String,
    /// The status of the answer.
    pub status: u16,
    /// JSON Pointer with `*` for every index; `None`: the status itself changed, or the body is no JSON now.
    pub pointer: Option<String>,
    /// What was there, in words; `None`: nothing.
    pub then: Option<String>,
    /// What is there now, in words; `None`: nothing.
    pub now: Option<String>,
    /// Ids of the cases that saw it, in order.
    pub cases: Vec<String>,
}

/// An operation whose answers take longer or shorter than they took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LatencyShift {
    /// Contract, method and path.
    pub operation: String,
    /// Then.
    pub old: LatencySummary,
    /// Now.
    pub new: LatencySummary,
}

impl LatencyShift {
    /// Does it take longer?
    pub fn is_slower(&self) -> bool {
        self.new.median_ms > self.old.median_ms
    }
}

/// How long answers took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LatencySummary {
    /// How many answers there were.
    pub answers: usize,
    /// Half of them took at most so many milliseconds.
    pub median_ms: f64,
    /// Nineteen of twenty took at most so many milliseconds.
    pub p95_ms: f64,
}

impl Comparison {
    /// How many cases changed in that way.
    pub fn count(&self, class: CaseClass) -> usize {
        self.of(class).count()
    }

    /// The cases that changed in that way, by id.
    pub fn of(&self, class: CaseClass) -> impl Iterator<Item = &CaseChange> {
        self.cases.iter().filter(move |case| case.class == class)
    }

    /// How a case changed, if it did.
    pub fn change_of(&self, id: &str) -> Option<&CaseChange> {
        self.cases.iter().find(|case| case.id == id)
    }

    /// Did nothing at all change? Failures that persist are no change.
    pub fn is_unchanged(&self) -> bool {
        let persists = |class| {
            matches!(
                class,
                CaseClass::StillFailing | CaseClass::StillWithoutEvidence
            )
        };
        self.notes.is_empty()
            && self.cases.iter().all(|case| persists(case.class))
            && self.requirements.is_empty()
            && self.drift.is_empty()
            && self.latency.is_empty()
    }
}
