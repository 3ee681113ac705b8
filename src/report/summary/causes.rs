//! The causes of a run, and what is written out of each: one example in full, the other cases by id.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::model::{
    CaseReport, Cause, ExchangeReport, Finding, FindingKind, Report, Verdict, cause_of, origin,
};
use crate::report::page::count;
use crate::report::summary::advice::advice;
use crate::report::summary::case::{brief, label_at, with_expected};
use crate::report::summary::known::Known;
use crate::text::printable::printable;

/// What is written out together: a cause with its example, or all causes that show in one case only.
pub(crate) struct Unit<'r> {
    /// What it does to the cases.
    pub(crate) verdict: Verdict,
    /// The causes, the most binding first; none for a case that is shown for itself.
    pub(crate) causes: Vec<&'r Cause>,
    /// The example.
    pub(crate) case: Cow<'r, CaseReport>,
    /// The positions of its findings that belong to these causes.
    own: Vec<usize>,
    /// The ids of the other cases.
    pub(crate) others: Vec<&'r str>,
    /// Was it there before, and only what got worse counts?
    pub(crate) is_known: bool,
}

impl<'r> Unit<'r> {
    /// All that is wrong with one case, whatever the causes are.
    pub(crate) fn of_case(case: Cow<'r, CaseReport>) -> Unit<'r> {
        Unit {
            verdict: case.verdict,
            causes: Vec::new(),
            own: (0..case.findings.len()).collect(),
            case,
            others: Vec::new(),
            is_known: false,
        }
    }

    /// The findings of the example that belong to these causes.
    pub(crate) fn findings(&self) -> Vec<&Finding> {
        let own = self.own.iter();
        own.filter_map(|at| self.case.findings.get(*at)).collect()
    }

    /// What goes with the causes in some of the cases, and not in the example.
    pub(crate) fn elsewhere(&self) -> impl Iterator<Item = &'r Cause> {
        let shown: HashSet<String> = self.ids();
        let also = self.causes.iter().flat_map(|cause| &cause.also);
        also.filter(move |cause| !shown.contains(&cause.id))
    }

    fn ids(&self) -> HashSet<String> {
        let findings = self.findings().into_iter();
        findings
            .map(|finding| cause_of(&self.case, finding))
            .collect()
    }
}

/// Everything to write out, in the order of the causes; what is known comes last.
pub(crate) fn units(report: &Report) -> Vec<Unit<'_>> {
    let mut units: Vec<Unit<'_>> = Vec::new();
    let mut alone: HashMap<&str, usize> = HashMap::new();
    for cause in &report.causes {
        if cause.cases.len() <= 1
            && let Some(position) = alone.get(cause.example.as_str())
        {
            units[*position].causes.push(cause);
            continue;
        }
        let Some(case) = report.cases.find(&cause.example) else {
            continue;
        };
        if cause.cases.len() > 1 {
            let others = cause.cases.iter().map(String::as_str);
            units.push(Unit {
                verdict: cause.verdict,
                causes: vec![cause],
                others: others.filter(|id| *id != case.id).collect(),
                case,
                own: Vec::new(),
                is_known: false,
            });
            continue;
        }
        alone.insert(&cause.example, units.len());
        units.push(Unit {
            verdict: cause.verdict,
            causes: vec![cause],
            case,
            own: Vec::new(),
            others: Vec::new(),
            is_known: false,
        });
    }
    let shared: HashSet<&str> = units
        .iter()
        .filter(|unit| !unit.others.is_empty())
        .flat_map(|unit| ids(&unit.causes))
        .collect();
    let known = Known::of(report);
    for unit in &mut units {
        let own: HashSet<&str> = ids(&unit.causes).collect();
        // What got worse is shown, also where a known failure is the better example.
        let worse = |id: &str| !known.is_known(id, &own);
        if known.is_known(&unit.case.id, &own)
            && let Some(at) = unit.others.iter().position(|id| worse(id))
            && let Some(other) = report.cases.find(unit.others[at])
            && let Some(example) = example_id(unit)
        {
            unit.others[at] = example;
            unit.case = other;
        }
        unit.is_known = known.is_known(&unit.case.id, &own);
        let is_alone = unit.others.is_empty();
        let findings = unit
            .case
            .findings
            .iter()
            .enumerate()
            .filter(|(_, finding)| {
                let id = cause_of(&unit.case, finding);
                // A case that is shown for itself also shows what is optional or waived.
                own.contains(id.as_str()) || is_alone && !shared.contains(id.as_str())
            });
        unit.own = findings.map(|(at, _)| at).collect();
    }
    units.extend(unnamed(report, &known));
    units.sort_by_key(|unit| unit.is_known);
    units
}

/// The id of the example of the first cause.
fn example_id<'r>(unit: &Unit<'r>) -> Option<&'r str> {
    unit.causes.first().map(|cause| cause.example.as_str())
}

/// What no cause names, each case for itself: nothing that is wrong is left out.
fn unnamed<'r>(report: &'r Report, known: &Known<'r>) -> impl Iterator<Item = Unit<'r>> {
    let named = report.causes.iter().flat_map(|cause| &cause.cases);
    let named: HashSet<&str> = named.map(String::as_str).collect();
    let cases = report.cases.notable().filter(move |case| {
        !matches!(case.verdict, Verdict::Pass | Verdict::Skip)
            && !named.contains(case.id.as_str())
            && report.waiver_of(case).is_none()
    });
    cases.map(|case| Unit {
        is_known: known.is_known(&case.id, &HashSet::new()),
        ..Unit::of_case(case)
    })
}

fn ids<'r>(causes: &[&'r Cause]) -> impl Iterator<Item = &'r str> {
    let causes = causes.iter().copied();
    causes.flat_map(|cause| {
        let also = cause.also.iter().map(|one| one.id.as_str());
        std::iter::once(cause.id.as_str()).chain(also)
    })
}

/// `19 cases fail for 1 cause`, or `21 cases for 2 causes: 19 fail, 2 warn`; empty where nothing is red or a warning.
pub(crate) fn in_numbers(report: &Report) -> String {
    numbers(report, |_| true)
}

/// The same without causes that only warn.
pub(crate) fn failures_in_numbers(report: &Report) -> String {
    numbers(report, |cause| cause.verdict != Verdict::Warn)
}

/// Verdicts, and what is said of one case and of several.
const VERDICTS: [(Verdict, &str, &str); 4] = [
    (Verdict::Fail, "fails", "fail"),
    (Verdict::Flaky, "is flaky", "are flaky"),
    (Verdict::Error, "gives no evidence", "give no evidence"),
    (Verdict::Warn, "warns", "warn"),
];

fn numbers(report: &Report, is_wanted: impl Fn(&&Cause) -> bool) -> String {
    let causes: Vec<&Cause> = report.causes.iter().filter(is_wanted).collect();
    let named = causes.iter().flat_map(|cause| &cause.cases);
    let named: HashSet<&str> = named.map(String::as_str).collect();
    let cases = report.cases.notable();
    let cases = cases.filter(|case| named.contains(case.id.as_str()));
    let cases: Vec<Verdict> = cases.map(|case| case.verdict).collect();
    let parts = VERDICTS.into_iter().filter_map(|(verdict, one, several)| {
        let number = cases.iter().filter(|one| **one == verdict).count();
        let verb = if number == 1 { one } else { several };
        (number > 0).then_some((number, verb))
    });
    let parts: Vec<(usize, &str)> = parts.collect();
    let beside: usize = causes.iter().map(|cause| cause.also.len()).sum();
    let beside = match beside {
        0 => String::new(),
        1 => " (1 more may follow from it)".to_owned(),
        several => format!(" ({several} more may follow from them)"),
    };
    let causes = format!("{}{beside}", count(causes.len(), "cause"));
    match parts.as_slice() {
        [] => String::new(),
        [(number, verb)] => format!("{} {verb} for {causes}", count(*number, "case")),
        several => {
            let parts: Vec<String> = several
                .iter()
                .map(|(number, verb)| format!("{number} {verb}"))
                .collect();
            format!(
                "{} for {causes}: {}",
                count(cases.len(), "case"),
                parts.join(", ")
            )
        }
    }
}

/// `MUST PRESENCE-40`, or `setup`, or `no evidence` where there was no answer.
pub(crate) fn blamed(cause: &Cause) -> String {
    let requirements = match cause.requirements.as_slice() {
        [] if cause.kind == Some(FindingKind::Incomplete) => return "incomplete answer".to_owned(),
        [] if cause.kind.is_some() => return "setup".to_owned(),
        [] => return "no evidence".to_owned(),
        [only] => printable(only).into_owned(),
        [first, more @ ..] => format!("{} and {} more", printable(first), more.len()),
    };
    match cause.level {
        Some(level) => format!("{level} {requirements}"),
        None => requirements,
    }
}

/// `c/f/a, c/f/b and 7 more`: the cases of a cause.
pub(crate) fn some_cases(cause: &Cause) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<_> = cause
        .cases
        .iter()
        .take(SHOWN)
        .map(|id| printable(id))
        .collect();
    let shown = shown.join(", ");
    match cause.cases.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The fact in one line: `got 200 OK, expected 404`, `body /*/state: got number`, or `for example body /0/state: got "asleep"` where others differ.
pub(crate) fn fact(report: &Report, cause: &Cause) -> String {
    let example = report.cases.find(&cause.example);
    let finding = example
        .as_ref()
        .and_then(|case| case.findings.get(cause.finding?));
    let Some(finding) = finding else {
        let message = brief(&cause.message);
        return match example.as_ref().and_then(|case| unanswered(case, cause)) {
            Some(exchange) => format!("{}: {message}", printable(origin(&exchange.url))),
            None => message,
        };
    };
    let several_places = cause.place.is_none() && finding.pointer.is_some();
    let lead = if cause.varies || several_places {
        "for example "
    } else {
        ""
    };
    let pointer = cause.place.as_deref().or(finding.pointer.as_deref());
    let fact = with_expected(finding, label_at(finding, pointer));
    format!("{lead}{fact}")
}

/// What to do about a cause, where it is known.
pub(crate) fn help(report: &Report, cause: &Cause) -> Option<String> {
    let example = report.cases.find(&cause.example)?;
    advice(unanswered(&example, cause)?)
}

/// The exchange of a cause that is about no answer.
fn unanswered<'c>(example: &'c CaseReport, cause: &Cause) -> Option<&'c ExchangeReport> {
    let step = cause.step.filter(|_| cause.kind.is_none())?;
    let step = example.steps.get(step)?;
    let exchange = step.exchange.as_deref()?;
    exchange.no_answer.as_ref().map(|_| exchange)
}
