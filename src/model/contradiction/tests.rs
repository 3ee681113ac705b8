//! Edited reports.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::history::{baseline_of, hold_against};
use crate::model::{Conformance, Disposition, ExitCode, Gate, Report, contradiction};
use crate::report::sample;

/// Reports as runs write them: of every sort, and the two of the repository.
fn written() -> Vec<(String, Report)> {
    let samples = sample::named().into_iter();
    let samples = samples.map(|(name, report)| (name.to_owned(), sample::settled(report)));
    let mut regressed = sample::settled(sample::broken());
    let before = baseline_of(&sample::settled(sample::green()));
    hold_against(&mut regressed, &before, Gate::Regressions);
    let mut unchanged = sample::settled(sample::broken());
    let before = baseline_of(&unchanged);
    hold_against(&mut unchanged, &before, Gate::Regressions);
    assert_eq!(unchanged.exit, ExitCode::Error, "one case has no evidence");
    let gates = [
        ("regressed by gate", regressed),
        ("known by gate", unchanged),
    ];
    let gates = gates.map(|(name, report)| (name.to_owned(), report));
    samples.chain(gates).collect()
}

fn of_repository(name: &str) -> Report {
    let path = format!("{}/reports/{name}/report.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn reports_of_runs_contradict_nothing() {
    for (name, report) in written() {
        assert_eq!(contradiction(&report), None, "{name}");
    }
    for name in ["reference", "missing-member"] {
        assert_eq!(contradiction(&of_repository(name)), None, "{name}");
    }
}

/// What is said about a report after one member of it was set.
fn said(report: &Report, pointer: &str, value: Value) -> String {
    let mut edited = serde_json::to_value(report).unwrap();
    *edited.pointer_mut(pointer).unwrap() = value;
    let edited: Report = serde_json::from_value(edited).unwrap();
    contradiction(&edited).map_or_else(String::new, |found| found.to_string())
}

#[test]
fn what_is_stated_and_what_follows_are_named() {
    let report = of_repository("missing-member");
    let failed = report
        .cases
        .iter()
        .position(|case| !case.findings.is_empty());
    let failed = failed.unwrap();
    let broken = &report.cases[failed].violated[0];
    let requirement = report.requirements.iter().position(|one| one.id == *broken);
    let requirement = requirement.unwrap();
    let case = |member: &str| format!("/cases/{failed}/{member}");
    let said = |pointer: &str, value| said(&report, pointer, value);
    let one = said("/exit", json!(0));
    assert!(
        one.starts_with("`$.exit` is 0, but `$.reasons` has 1"),
        "{one}"
    );
    let one = said(&case("verdict"), json!("pass"));
    let start =
        format!("`$.cases[{failed}].verdict` is pass, but a finding is about a MUST requirement (");
    assert!(one.starts_with(&start), "{one}");
    let one = said(&case("findings"), json!([]));
    let start =
        format!("`$.cases[{failed}].verdict` is fail, but no finding is about a MUST requirement");
    assert!(one.starts_with(&start), "{one}");
    let one = said(&case("violated"), json!([]));
    let start = format!("`$.cases[{failed}].violated` is [], but a finding blames \"{broken}\"");
    assert!(one.starts_with(&start), "{one}");
    let pointer = format!("/requirements/{requirement}/disposition");
    let one = said(&pointer, json!("upheld"));
    let start = format!(
        "`$.requirements[{requirement}].disposition` is upheld, but the cases give violated ({broken})"
    );
    assert!(one.starts_with(&start), "{one}");
    assert_eq!(
        said("/summary/fail", json!(0)),
        format!(
            "`$.summary.fail` is 0, but the cases give {}",
            report.summary.fail
        )
    );
    let contracts = report.contracts.iter();
    let contract = contracts
        .enumerate()
        .find(|(_, one)| one.requirements.violated > 0);
    let (contract, _) = contract.unwrap();
    let one = said(
        &format!("/contracts/{contract}/requirements/violated"),
        json!(0),
    );
    let start = format!(
        "`$.contracts[{contract}].requirements.violated` is 0, but the requirements of the contract give"
    );
    assert!(one.starts_with(&start), "{one}");
}

/// Someone who edits with care: the verdict, all counts, the requirements and the exit code.
#[test]
fn a_failed_case_that_passed_needs_other_findings() {
    let mut report = of_repository("missing-member");
    for case in report.cases.list_mut() {
        case.verdict = crate::model::Verdict::Pass;
    }
    let found = contradiction(&sample::settled(report)).unwrap();
    assert!(found.path.ends_with(".verdict"), "{found}");
    let mut report = of_repository("missing-member");
    for case in report.cases.list_mut() {
        case.verdict = crate::model::Verdict::Pass;
        case.findings.clear();
        case.violated.clear();
    }
    // Findings about what is not applicable are removed, so checks that failed say nothing where something is not.
    assert_eq!(contradiction(&sample::settled(report.clone())), None);
    for one in &mut report.requirements {
        if one.disposition == Disposition::NotApplicable {
            one.disposition = Disposition::Unproven;
        }
    }
    let found = contradiction(&sample::settled(report)).unwrap();
    assert!(found.follows.starts_with("checks failed"), "{found}");
}

#[test]
fn the_exit_code_is_decided_again_with_its_reasons() {
    let report = sample::settled(sample::broken());
    let mut edited = report.clone();
    (edited.exit, edited.reasons) = (ExitCode::Conforms, Vec::new());
    let found = contradiction(&edited).unwrap();
    assert_eq!(
        (found.path.as_str(), found.stated.as_str()),
        ("$.exit", "0")
    );
    assert!(
        found
            .follows
            .starts_with("the rest of the report gives 1 (violated: ")
    );
    // A defect is known from its reason alone.
    let mut edited = sample::settled(sample::green());
    (edited.exit, edited.reasons) = (ExitCode::Defect, vec!["defect in probity: x".into()]);
    assert_eq!(contradiction(&edited), None);
    edited.reasons = vec!["all is well".into()];
    assert!(contradiction(&edited).is_some());
    (edited.exit, edited.reasons) = (ExitCode::Conforms, vec!["defect in probity: x".into()]);
    assert!(contradiction(&edited).is_some());
    // A service that was lost after its last case.
    edited.exit = ExitCode::Error;
    edited.reasons = vec!["service `seats` is lost: 3 requests had no answer".into()];
    assert_eq!(contradiction(&edited), None);
    edited.reasons.push("the weather was bad".into());
    let found = contradiction(&edited).unwrap().to_string();
    assert_eq!(
        found,
        "`$.reasons[1]` is \"the weather was bad\", but it does not follow from the rest of the report"
    );
    edited.reasons.remove(0);
    let found = contradiction(&edited).unwrap().to_string();
    assert_eq!(found, "`$.exit` is 5, but the rest of the report gives 0");
    // In a strict run a SHOULD decides, and in no other.
    let mut strict = sample::settled(sample::warned());
    assert_eq!(
        (strict.exit, contradiction(&strict)),
        (ExitCode::Conforms, None)
    );
    let should = strict.requirements.iter().find(|one| {
        one.required
            && one.level == crate::model::contract::Level::Should
            && one.disposition == crate::model::Disposition::Violated
    });
    let reason = format!("violated: 1 SHOULD ({})", should.unwrap().id);
    strict.strict = true;
    let found = contradiction(&strict).unwrap().to_string();
    assert_eq!(
        found,
        format!("`$.exit` is 0, but the rest of the report gives 1 ({reason})")
    );
    (strict.exit, strict.reasons) = (ExitCode::Violated, vec![reason]);
    assert_eq!(contradiction(&strict), None);
    strict.strict = false;
    let found = contradiction(&strict).unwrap().to_string();
    assert_eq!(found, "`$.exit` is 1, but the rest of the report gives 0");
}

#[test]
fn a_finding_blames_what_the_report_lists_at_its_level() {
    let report = of_repository("missing-member");
    let mut cases = report.cases.iter();
    let failed = cases.position(|case| !case.findings.is_empty()).unwrap();
    let finding = |member: &str| format!("/cases/{failed}/findings/0/{member}");
    let one = said(&report, &finding("level"), json!("MAY"));
    let start = format!("`$.cases[{failed}].findings[0].level` is MAY, but [");
    assert!(
        one.starts_with(&start) && one.ends_with("] is MUST"),
        "{one}"
    );
    let one = said(&report, &finding("requirements"), json!([]));
    let start = format!("`$.cases[{failed}].findings[0].requirement` is ");
    assert!(one.starts_with(&start), "{one}");
    let one = said(&report, &finding("requirement"), json!(null));
    let start =
        format!("`$.cases[{failed}].findings[0].requirement` is null, but the finding blames [");
    assert!(one.starts_with(&start), "{one}");
    // One that no case proves any more has no disposition to show.
    let mut edited = report.clone();
    let proven = edited.cases[0].proves[0].clone();
    edited.requirements.retain(|one| one.id != proven);
    let one = contradiction(&edited).unwrap().to_string();
    let all = format!(
        "`$.cases[0].proves[0]` is \"{proven}\", but `$.requirements` has no such requirement"
    );
    assert_eq!(one, all);
}

#[test]
fn times_statuses_reasons_and_causes_are_those_of_the_rest() {
    let report = of_repository("missing-member");
    let mut cases = report.cases.iter();
    let failed = cases.position(|case| case.steps.iter().any(|step| step.exchange.is_some()));
    let failed = failed.unwrap();
    let steps = report.cases[failed].steps.clone();
    let step = steps
        .iter()
        .position(|step| step.exchange.is_some())
        .unwrap();
    let in_case = |member: &str| format!("/cases/{failed}/{member}");
    let in_step = |member: &str| format!("/cases/{failed}/steps/{step}/{member}");
    let said = |pointer: &str, value| said(&report, pointer, value);
    for text in [
        "yesterday",
        "2026-13-01T00:00:00Z",
        "2026-01-01T00:00:00",
        "",
    ] {
        assert_eq!(
            said("/started", json!(text)),
            format!(
                "`$.started` is \"{text}\", but a run starts at a date and time with a zone (RFC 3339)"
            )
        );
    }
    for pointer in [
        "/duration_ms".to_owned(),
        in_case("duration_ms"),
        in_case("started_ms"),
        in_step("duration_ms"),
        in_step("first_byte_ms"),
    ] {
        let one = said(&pointer, json!(-1.5));
        assert!(
            one.ends_with("is -1.5, but a time is a number from 0 on"),
            "{one}"
        );
    }
    let mut infinite = report.clone();
    infinite.duration_ms = f64::INFINITY;
    assert_eq!(contradiction(&infinite).unwrap().path, "$.duration_ms");
    for (status, stated) in [(json!(299), "299"), (json!(null), "null")] {
        let one = said(&in_step("status"), status);
        let start = format!(
            "`$.cases[{failed}].steps[{step}].status` is {stated}, but its answer has the status "
        );
        assert!(one.starts_with(&start), "{one}");
    }
    assert_eq!(
        said("/reasons", json!(["it rained"])),
        "`$.reasons[0]` is \"it rained\", but it does not follow from the rest of the report"
    );
    let mut more = report.reasons.clone();
    more.push("it rained".into());
    assert!(said("/reasons", json!(more)).starts_with("`$.reasons[1]` is \"it rained\""));
    more.pop();
    more.push(more[0].clone());
    assert_eq!(
        said("/reasons", json!(more)),
        "`$.reasons` is a list of 2, but each is stated once, strongest first"
    );
    let one = said("/causes", json!([]));
    assert!(
        one.starts_with("`$.causes` is a list of 0, but the cases give "),
        "{one}"
    );
    let one = said("/causes/0/id", json!("something else"));
    assert_eq!(
        one,
        "`$.causes[0].id` is \"something else\", but the cases give no such cause"
    );
    let one = said("/causes/0/message", json!("all is well"));
    assert!(one.starts_with("`$.causes[0]` is "), "{one}");
    let green = Report {
        causes: report.causes.clone(),
        ..of_repository("reference")
    };
    let found = contradiction(&green).unwrap().to_string();
    assert!(
        found.ends_with("but the cases give no such cause"),
        "{found}"
    );
    // What another version found in its cases is not known.
    let other = Report {
        probity: "0.0.1".into(),
        causes: Vec::new(),
        reasons: vec!["in other words".into()],
        ..report.clone()
    };
    assert_eq!(contradiction(&other), None);
}

/// The places of all values that can have an effect on what a report says about its target.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    const TEXTS: [&str; 8] = [
        "place", "steps", "diff", "schema", "title", "sentence", "causes", "latency",
    ];
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if !TEXTS.contains(&name.as_str()) {
                    places(member, &format!("{at}/{}", name.replace('/', "~1")), found);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Other values for one.
fn others(value: &Value) -> Vec<Value> {
    const WORDS: [&str; 19] = [
        "pass",
        "warn",
        "fail",
        "flaky",
        "error",
        "skip",
        "upheld",
        "violated",
        "unproven",
        "not-applicable",
        "MUST",
        "SHOULD",
        "MAY",
        "applied",
        "dormant",
        "contract",
        "regressions",
        "still-failing",
        "fixed",
    ];
    match value {
        Value::Null => vec![json!("x"), json!(0)],
        Value::Bool(is) => vec![json!(!is)],
        Value::Number(number) => {
            let number = number.as_u64().unwrap_or(7);
            vec![json!(0), json!(1), json!(number + 1), json!(130)]
        }
        Value::String(_) => WORDS.iter().map(|word| json!(word)).collect(),
        Value::Array(items) => {
            let mut others = vec![json!([])];
            if !items.is_empty() {
                others.push(items[1..].into());
                others.push(items[..items.len() - 1].into());
            }
            others
        }
        Value::Object(_) => vec![Value::Null],
    }
}

/// Is it worse than, or like, the truth?
fn assert_not_greener(edited: &Report, truth: &Report, what: &str) {
    let exit = ExitCode::strongest([edited.exit, truth.exit]);
    assert_eq!(exit, edited.exit, "{what}");
    let red = |report: &Report| {
        let red = report
            .cases
            .iter()
            .filter(|case| case.verdict.is_red(false));
        red.count()
    };
    assert!(red(edited) >= red(truth), "{what}");
    let is_positive = |report: &Report| Conformance::of(report).0.is_positive();
    assert!(!is_positive(edited) || is_positive(truth), "{what}");
    for (one, other) in edited.requirements.iter().zip(&truth.requirements) {
        let is_violated = |one: &crate::model::RequirementReport| {
            one.disposition == crate::model::Disposition::Violated
        };
        assert!(is_violated(one) || !is_violated(other), "{what}");
    }
}

/// That a selection was made is in no case.
fn is_of_the_selection(place: &str) -> bool {
    place.is_empty() || place.starts_with("/selection")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn one_edited_value_makes_no_report_greener(
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
    ) {
        thread_local! {
            static REPORTS: Vec<(String, Report, Value, Vec<String>)> = written()
                .into_iter()
                .map(|(name, report)| {
                    let value = serde_json::to_value(&report).unwrap();
                    let mut found = Vec::new();
                    places(&value, "", &mut found);
                    found.retain(|place| !is_of_the_selection(place));
                    (name, report, value, found)
                })
                .collect();
        }
        REPORTS.with(|reports| {
            let (name, truth, value, all) = which.get(reports);
            let at = place.get(all);
            let mut edited = value.clone();
            let member = edited.pointer_mut(at).unwrap();
            let others = others(member);
            *member = other.get(&others).clone();
            let what = format!("{name}: {at} = {member}");
            let Ok(edited) = serde_json::from_value::<Report>(edited) else { return };
            if contradiction(&edited).is_none() {
                assert_not_greener(&edited.with_causes(), truth, &what);
            }
        });
    }
}
