//! Finds the causes in a report: findings that say the same, across cases, steps and rows.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::cause::Cause;
use crate::model::contract::Level;
use crate::model::exchange::NoAnswerKind;
use crate::model::finding::{Finding, FindingKind};
use crate::model::fingerprint::{shape, symptom};
use crate::model::follows::{Answer, Found, Part, folded};
use crate::model::report::{BodyReport, CaseReport, Cases, Report, StepReport};
use crate::model::spot::Spot;
use crate::model::verdict::Verdict;
use crate::model::waiver::WaiverReport;

impl Report {
    /// The same with its causes: call it when the cases and waivers are complete.
    #[must_use]
    pub fn with_causes(mut self) -> Report {
        self.causes = causes(&self.cases, &self.waivers);
        self
    }
}

/// The order of examples: the first is the best. Its level, then how few steps, findings about the answer, and bytes.
type Length = (Reverse<Option<Level>>, usize, usize, usize);

/// The causes of everything in these cases that is red or a warning, and not waived: by verdict, then by the number of cases.
pub fn causes(cases: &Cases, waivers: &[WaiverReport]) -> Vec<Cause> {
    let mut collector = Collector::default();
    for (position, case) in cases.notable().enumerate() {
        let is_asked = !matches!(case.verdict, Verdict::Pass | Verdict::Skip);
        if is_asked && case.waiver_of(waivers).is_none() {
            collector.case(position, &case, waivers);
        }
    }
    let mut spots: Vec<(&Spot, usize)> = collector.spots.iter().map(|(s, n)| (s, *n)).collect();
    spots.sort_unstable_by_key(|(_, number)| *number);
    let spots: Vec<&Spot> = spots.into_iter().map(|(spot, _)| spot).collect();
    let found = collector.found.into_iter().map(|(one, _)| one);
    let mut found: Vec<Found> = found.collect();
    found.sort_by_key(|one| (rank(one.cause.verdict), Reverse(one.cause.cases.len())));
    folded(found, &spots)
}

#[derive(Default)]
struct Collector {
    /// Each with how good its example is.
    found: Vec<(Found, Length)>,
    known: HashMap<String, usize>,
    /// The spots by number.
    spots: HashMap<Spot, usize>,
}

impl Collector {
    fn case(&mut self, position: usize, case: &CaseReport, waivers: &[WaiverReport]) {
        let is_waived = |finding: &Finding| waivers.iter().any(|one| one.waives(&case.id, finding));
        let mut any = false;
        for (number, finding) in case.findings.iter().enumerate() {
            if finding.level != Some(Level::May) && !is_waived(finding) {
                any = true;
                let cause = of_finding(case, finding, number);
                let part = Part::of(finding);
                let spot = (part == Part::Body).then(|| self.spot(case, finding));
                self.add(cause, part, case, ((position, finding.step), spot));
            }
        }
        if !any {
            let (cause, step) = of_silence(case);
            self.add(cause, Part::Other, case, ((position, step), None));
        }
    }

    /// The number of the place of a finding.
    fn spot(&mut self, case: &CaseReport, finding: &Finding) -> usize {
        let spot = Spot::of(finding, body(case, finding.step));
        let next = self.spots.len();
        *self.spots.entry(spot).or_insert(next)
    }

    fn add(
        &mut self,
        cause: Cause,
        part: Part,
        case: &CaseReport,
        (answer, spot): (Answer, Option<usize>),
    ) {
        let length = length(&cause, case, answer.1);
        let finding = cause.finding.and_then(|number| case.findings.get(number));
        // Of other kinds the message says it.
        let of_status = finding.filter(|finding| finding.kind == FindingKind::Status);
        let expected = of_status.map(|finding| finding.expected.clone());
        let Some(position) = self.known.get(&cause.id) else {
            self.known.insert(cause.id.clone(), self.found.len());
            let found = Found {
                first: cause.requirements.clone(),
                cause,
                part,
                expected,
                answers: BTreeMap::from([(answer, Vec::from_iter(spot))]),
            };
            self.found.push((found, length));
            return;
        };
        let (known, known_length) = &mut self.found[*position];
        let spots = known.answers.entry(answer).or_default();
        spots.extend(spot.filter(|spot| !spots.contains(spot)));
        let mut cases = std::mem::take(&mut known.cause.cases);
        if cases.last() != Some(&case.id) {
            cases.push(case.id.clone());
        }
        let mut requirements: BTreeSet<String> = known.cause.requirements.drain(..).collect();
        requirements.extend(cause.requirements.iter().cloned());
        let level = known.cause.level.max(cause.level);
        let verdict = if cause.verdict.outweighs(known.cause.verdict) {
            cause.verdict
        } else {
            known.cause.verdict
        };
        let varies = known.cause.varies
            || known.cause.message != cause.message
            || known.expected != expected;
        let place = common_place(known.cause.place.as_deref(), cause.place.as_deref());
        if length < *known_length {
            *known_length = length;
            known.first.clone_from(&cause.requirements);
            known.cause = cause;
        }
        known.cause.cases = cases;
        let others = requirements
            .into_iter()
            .filter(|id| !known.first.contains(id));
        known.cause.requirements = known.first.iter().cloned().chain(others).collect();
        known.cause.level = level;
        known.cause.verdict = verdict;
        known.cause.varies = varies;
        known.cause.place = place;
    }
}

/// The place of both, with `*` for each index if they are not the same.
fn common_place(one: Option<&str>, other: Option<&str>) -> Option<String> {
    let (one, other) = (one?, other?);
    if one == other {
        return Some(one.to_owned());
    }
    let shape_of_one = shape(one);
    (shape_of_one == shape(other)).then_some(shape_of_one)
}

/// The body of the answer of a step.
fn body(case: &CaseReport, step: usize) -> Option<&BodyReport> {
    let exchange = case.steps.get(step)?.exchange.as_ref()?;
    exchange.response.as_ref()?.body.as_ref()
}

fn of_finding(case: &CaseReport, finding: &Finding, number: usize) -> Cause {
    let verdict = match finding.level {
        None => Verdict::Error,
        Some(Level::Must) if case.verdict == Verdict::Flaky => Verdict::Flaky,
        Some(Level::Must) => Verdict::Fail,
        Some(_) => Verdict::Warn,
    };
    Cause {
        id: cause_of(case, finding),
        verdict,
        kind: Some(finding.kind),
        requirements: finding.requirement.iter().cloned().collect(),
        level: finding.level,
        message: finding.message.clone(),
        place: finding.pointer.as_ref().map(ToString::to_string),
        varies: false,
        example: case.id.clone(),
        step: Some(finding.step),
        finding: Some(number),
        cases: vec![case.id.clone()],
        also: Vec::new(),
    }
}

/// The id of the cause of a finding: what it says, without the step or the rule that says it.
///
/// An error status that was not expected is one cause in a whole contract: whatever was asked for, the target refused it.
pub fn cause_of(case: &CaseReport, finding: &Finding) -> String {
    let requirement = finding.requirement.as_deref().unwrap_or("setup");
    let what = match (
        finding.kind,
        &finding.schema,
        &finding.pointer,
        &finding.header,
    ) {
        (FindingKind::Status, ..) => {
            let status = finding.actual.split(' ').next().unwrap_or_default();
            if status.starts_with(['4', '5']) {
                return format!("{}: status {status}", case.contract);
            }
            format!("status {status}")
        }
        (FindingKind::Incomplete, ..) => return format!("{}: incomplete answer", case.contract),
        (FindingKind::NotJson, ..) => "not-json".to_owned(),
        // A rule may hold for several members of one name.
        (_, Some(rule), Some(pointer), _) => {
            let member = member(pointer);
            format!(
                "{} of {member}, refused by {}",
                finding.kind.name(),
                rule.location
            )
        }
        (_, None, None, None) => format!(
            "{}, {}",
            finding.kind.name(),
            without_values(&finding.message)
        ),
        _ => symptom(finding),
    };
    format!("{requirement}: {what}")
}

/// The last name in a JSON Pointer.
fn member(pointer: &str) -> &str {
    let is_name = |segment: &&str| segment.bytes().any(|byte| !byte.is_ascii_digit());
    let mut segments = pointer.rsplit('/');
    segments.find(is_name).unwrap_or("the body")
}

/// A message with `…` for each quoted text and number, cut where it is long.
fn without_values(message: &str) -> String {
    const LONGEST: usize = 200;
    let mut kept = String::new();
    let mut rest = message;
    while let Some(first) = rest.chars().next().filter(|_| kept.len() < LONGEST) {
        let length = match first {
            '"' | '\'' => quoted(rest, first),
            '0'..='9' => rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len()),
            _ => 0,
        };
        if length > 0 {
            kept.push('…');
            rest = &rest[length..];
        } else {
            kept.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    kept
}

/// How long the quoted text is with which this begins, in bytes.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A case that is red without a finding: there was no answer, or it was not started.
fn of_silence(case: &CaseReport) -> (Cause, usize) {
    let unanswered = |step: &StepReport| {
        let exchange = step.exchange.as_ref()?;
        let none = exchange.no_answer.as_ref()?;
        Some((none.kind, exchange.url.clone(), none.detail.clone()))
    };
    let mut steps = case.steps.iter().enumerate();
    let first = steps.find_map(|(step, report)| Some((step, unanswered(report)?)));
    let (id, message, step) = match first {
        Some((step, (kind, url, detail))) => {
            let message = if case.reason.is_empty() {
                detail
            } else {
                case.reason.clone()
            };
            let end = end_of_fact(&message);
            let message = message.cut_to(end);
            let mut id = format!(
                "no answer: {} of {}",
                NoAnswerKind::name(kind),
                origin(&url)
            );
            // These have many reasons, which are in the message alone.
            if matches!(kind, NoAnswerKind::NoToken | NoAnswerKind::NotHttp) {
                id = format!("{id}: {}", without_values(&message));
            }
            (id, message, Some(step))
        }
        None => (
            format!("no evidence: {}", case.reason.as_str()),
            case.reason.clone(),
            None,
        ),
    };
    let cause = Cause {
        id,
        verdict: case.verdict,
        kind: None,
        requirements: Vec::new(),
        level: None,
        message,
        place: None,
        varies: false,
        example: case.id.clone(),
        step,
        finding: None,
        cases: vec![case.id.clone()],
        also: Vec::new(),
    };
    (cause, step.unwrap_or(0))
}

/// Where the words begin that say that a service is lost: every case without an answer has them, or none.
pub(crate) fn end_of_fact(reason: &str) -> usize {
    reason.find("; service `").unwrap_or(reason.len())
}

/// `http://127.0.0.1:4040`, of a URL.
pub(crate) fn origin(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url[authority..].find(['/', '?', '#']);
    end.map_or(url, |end| &url[..authority + end])
}

fn length(cause: &Cause, case: &CaseReport, step: usize) -> Length {
    let findings = case.findings.iter().filter(|finding| finding.step == step);
    let bytes = body(case, step).map_or(0, |body| body.octets);
    (
        Reverse(cause.level),
        case.steps.len(),
        findings.count(),
        bytes,
    )
}

/// The order of causes: what breaks the contract first.
fn rank(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Flaky => 1,
        Verdict::Error => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn values_are_not_part_of_a_cause() {
        assert_eq!(
            without_values("\"45\" is not at $[?@.id == 'x'][12].é"),
            "… is not at $[?@.id == …][…].é"
        );
        assert_eq!(without_values("an open \"quote"), "an open …");
        assert_eq!(without_values(r#"got "a \"b\" é" of 2"#), "got … of …");
        assert!(without_values(&"x ".repeat(10_000)).len() < 300);
        assert_eq!(member("/a/17/b/3"), "b");
        assert_eq!(member("/0"), "the body");
    }

    #[test]
    fn every_case_that_is_red_or_warns_has_a_cause_and_no_other_has() {
        for report in sample::all() {
            let of_causes: BTreeSet<&str> = report
                .causes
                .iter()
                .flat_map(|cause| cause.cases.iter().map(String::as_str))
                .collect();
            for case in &report.cases {
                let is_asked = !matches!(case.verdict, Verdict::Pass | Verdict::Skip)
                    && report.waiver_of(&case).is_none();
                assert_eq!(
                    of_causes.contains(case.id.as_str()),
                    is_asked,
                    "{}",
                    case.id
                );
            }
        }
    }

    /// Cases that fail by these findings, a copy of the first of a sample each.
    fn failing(findings: &[&[(usize, FindingKind, &str, &str)]]) -> Vec<CaseReport> {
        let sample = sample::broken();
        let pattern = sample.cases.of(Verdict::Fail).next().unwrap();
        let cases = findings.iter().enumerate().map(|(number, findings)| {
            let mut case = pattern.clone().into_owned();
            case.id = format!("a/b/{number}");
            let one = case.findings[0].clone();
            let made = findings.iter().map(|(step, kind, requirement, actual)| {
                let mut finding = one.clone();
                (finding.step, finding.kind) = (*step, *kind);
                finding.requirement = Some((*requirement).to_owned());
                (finding.actual, finding.message) = ((*actual).into(), (*actual).into());
                (finding.schema, finding.pointer, finding.header) = (None, None, None);
                finding
            });
            case.findings = made.collect();
            case
        });
        cases.collect()
    }

    fn ids(cases: &[CaseReport]) -> Vec<(String, usize, usize)> {
        let causes = causes(&cases.to_vec().into(), &[]);
        let causes = causes.into_iter();
        causes
            .map(|cause| (cause.id, cause.cases.len(), cause.also.len()))
            .collect()
    }

    #[test]
    fn the_same_in_many_cases_is_one_cause_and_the_commonest_comes_first() {
        use FindingKind::{Header, Value};
        let cases = failing(&[
            &[(0, Value, "A-1", "got 7")],
            &[(1, Value, "A-2", "got 1")],
            &[(0, Value, "A-2", "got 2"), (0, Header, "A-3", "gone")],
            &[(0, Header, "A-3", "gone")],
        ]);
        assert_eq!(
            ids(&cases),
            [
                ("A-2: value, got …".to_owned(), 2, 0),
                ("A-3: header, gone".to_owned(), 2, 0),
                ("A-1: value, got …".to_owned(), 1, 0),
            ]
        );
    }

    #[test]
    fn what_shows_only_beside_another_cause_goes_with_it_and_the_rest_does_not() {
        use FindingKind::{Count, Status, Value};
        let beside = failing(&[
            &[(0, Value, "A-1", "got 7"), (0, Count, "A-2", "3 of them")],
            &[(0, Value, "A-1", "got 7")],
        ]);
        assert_eq!(ids(&beside), [("A-1: value, got …".to_owned(), 2, 1)]);
        let elsewhere = failing(&[
            &[(0, Value, "A-1", "got 7"), (1, Count, "A-2", "3 of them")],
            &[(0, Value, "A-1", "got 7")],
        ]);
        assert_eq!(ids(&elsewhere).len(), 2);
        let after_a_wrong_status = failing(&[
            &[
                (0, Status, "A-1", "500 Error"),
                (1, Count, "A-2", "3 of them"),
            ],
            &[(0, Status, "A-3", "500 Error")],
        ]);
        assert_eq!(
            ids(&after_a_wrong_status),
            [(
                format!("{}: status 500", after_a_wrong_status[0].contract),
                2,
                1
            )]
        );
        let before_a_wrong_status = failing(&[
            &[
                (0, Count, "A-2", "3 of them"),
                (1, Status, "A-1", "500 Error"),
            ],
            &[(0, Status, "A-3", "500 Error")],
        ]);
        assert_eq!(ids(&before_a_wrong_status).len(), 2);
    }
}
