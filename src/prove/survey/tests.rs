use super::*;
use crate::model::Unchecked;

fn spot(operation: &str, place: &str) -> Spot {
    Spot {
        contract: 0,
        operation: operation.into(),
        place: place.into(),
    }
}

fn contract(unchecked: Vec<Unchecked>) -> (Contract, crate::model::Sources) {
    let mut sources = crate::model::Sources::default();
    let file = sources.add("contract.yaml", "contract: c\n");
    let span = sources.whole(file);
    let unchecked = unchecked
        .into_iter()
        .map(|one| Unchecked { span, ..one })
        .collect();
    let contract = Contract {
        name: "c".into(),
        title: String::new(),
        service: "c".into(),
        services: BTreeMap::new(),
        identities: BTreeMap::new(),
        fixtures: BTreeMap::new(),
        capabilities: BTreeMap::new(),
        disposable: std::collections::BTreeSet::new(),
        requirements: Vec::new(),
        throttling: None,
        unchecked,
        lasting: Vec::new(),
        span,
    };
    (contract, sources)
}

fn unchecked(operation: Option<&str>, at: &str) -> Unchecked {
    let mut sources = crate::model::Sources::default();
    let file = sources.add("x", "x");
    Unchecked {
        operation: operation.map(str::to_owned),
        cases: Vec::new(),
        at: vec![at.into()],
        may_match_nothing: false,
        reason: "because".into(),
        span: sources.whole(file),
    }
}

/// A survey with these places: killed and survived.
fn survey_of(places: &[(&str, usize, usize)]) -> Survey {
    let mut survey = Survey::default();
    for (place, killed, survived) in places {
        let tally = Tally {
            killed: *killed,
            survived: [("removed".to_owned(), *survived)].into(),
            case: "c/f/one".into(),
            is_typed: *killed > 0,
            ..Tally::default()
        };
        survey.places.insert(spot("GET /a 200", place), tally);
    }
    survey
}

fn places(report: &Mutants) -> Vec<(&str, usize)> {
    let places = report.unchecked.iter();
    places
        .map(|one| (one.place.as_str(), one.mutants))
        .collect()
}

#[test]
fn a_mutant_at_a_place_that_a_check_reads_is_equivalent() {
    let (contract, sources) = contract(Vec::new());
    let report =
        survey_of(&[("/a", 1, 5), ("/b", 0, 3)]).report(&[], &[contract], &sources, &[0].into());
    assert_eq!((report.killed, report.legal, report.survived), (1, 5, 3));
    assert_eq!(places(&report), [("/b", 3)]);
    assert!((report.killed_percent - 25.0).abs() < 0.01);
}

#[test]
fn equivalent_changes_are_listed_by_place() {
    let (contract, sources) = contract(Vec::new());
    let mut survey = survey_of(&[("/a", 1, 5), ("/b", 0, 3)]);
    let tally = survey.places.get_mut(&spot("GET /a 200", "/a")).unwrap();
    tally.detected = ["null".to_owned()].into();
    tally.survived.insert("null".to_owned(), 2);
    let report = survey.report(&[], &[contract], &sources, &[0].into());
    assert_eq!(report.free.len(), 1);
    assert_eq!(report.free[0].place, "/a");
    assert_eq!(report.free[0].changes, ["removed"]);
}

#[test]
fn places_are_reported_with_the_outermost_one_around_them() {
    let (contract, sources) = contract(Vec::new());
    let survey = survey_of(&[
        ("/a", 0, 1),
        ("/a/b", 0, 1),
        ("/a/b/*", 0, 1),
        ("/ab", 0, 1),
        ("/c", 1, 1),
    ]);
    assert_eq!(
        places(&survey.report(&[], &[contract], &sources, &[0].into())),
        [("/a/**", 3), ("/ab", 1)]
    );
}

#[test]
fn a_body_that_no_check_reads_is_one_line() {
    let (contract, sources) = contract(Vec::new());
    let survey = survey_of(&[("/a", 0, 1), ("body", 0, 2), ("status", 0, 1)]);
    assert_eq!(
        places(&survey.report(&[], &[contract], &sources, &[0].into())),
        [("body", 3), ("status", 1)]
    );
}

#[test]
fn an_allowed_place_is_reported_with_its_reason() {
    let (contract, sources) = contract(vec![unchecked(Some("GET /a"), "/a/**")]);
    let report = survey_of(&[("/a", 0, 1), ("/a/b", 0, 1), ("/b", 0, 1)]).report(
        &[],
        &[contract],
        &sources,
        &[0].into(),
    );
    assert_eq!((report.accepted, report.survived), (2, 1));
    assert_eq!(report.unchecked[0].accepted, None);
    assert_eq!(report.unchecked[1].accepted.as_deref(), Some("because"));
    assert_eq!(report.unmatched, []);
}

#[test]
fn an_entry_that_matches_nothing_is_surviving() {
    for (operation, at) in [(Some("GET /a 404"), "/b"), (None, "/a"), (None, "/c")] {
        let (contract, sources) = contract(vec![unchecked(operation, at)]);
        let report = survey_of(&[("/a", 1, 1), ("/b", 0, 1)]).report(
            &[],
            &[contract],
            &sources,
            &[0].into(),
        );
        assert_eq!(report.unmatched.len(), 1, "{at}");
    }
}

#[test]
fn a_place_whose_type_nothing_looks_at_is_surviving() {
    let (contract, sources) = contract(Vec::new());
    let mut survey = survey_of(&[("/a", 2, 5), ("/a/b", 0, 1)]);
    let tally = survey.places.get_mut(&spot("GET /a 200", "/a")).unwrap();
    tally.is_typed = false;
    tally.untyped = [("a number".to_owned(), 3)].into();
    let report = survey.report(&[], &[contract], &sources, &[0].into());
    assert_eq!((report.legal, report.survived), (2, 4));
    assert_eq!(places(&report), [("/a", 3), ("/a/b", 1)]);
    assert!(report.unchecked[0].of_any_type && !report.unchecked[1].of_any_type);
    assert_eq!(report.unchecked[0].changes, ["a number"]);
}
