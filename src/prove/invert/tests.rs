use super::*;
use crate::json::SchemaId;
use crate::judge::judge_step;
use crate::load::{SuiteSource, Thoroughness, load_suite};
use crate::model::{BodyCheck, Case, Coded, Response, Scope, Suite};

const CONTRACT: &str = "contract: c\ntitle: c\nservice: c\nservices: { c: {} }\nrequirements:\n  \
    - { id: C-01, level: MUST, sentence: s, source: here }\n";

const CASES: &str = r#"contract: c
title: c
cases:
  - id: nothing
    request: { GET: / }
    expect: [{ proves: [C-01], status: 200, schema: { not: {} } }]
  - id: one
    request: { GET: / }
    expect:
      - proves: [C-01]
        status: 200
        headers:
          Content-Type: <media-type application/x-ndjson; charset=utf-8>
          Set-Cookie: { sid: { value: <non-empty>, HttpOnly: true, Secure: false, Path: /, Domain: <absent> }, a: <present>, b: <absent> }
          Link: { next: /2, last: { url: /9, title: t }, prev: <absent> }
      - proves: [C-01]
        bytes: { length: 16, starts-with: "{", sha256: "6f5dbbc9ed6c9f4bb5ac0fe2d68f0b4f61b3a0e0b1d5e4a3b2c1d0e9f8a7b6c5" }
      - { proves: [C-01], encoded: { coding: gzip, size: 3 } }
      - { proves: [C-01], jsonl: { each: { a: <integer> }, schema: { type: object }, count: 2 } }
      - { proves: [C-01], when: { headers: { Link: <present> } }, headers: { Content-Encoding: gzip } }
      - { proves: [C-01], when: { status: 206, headers: { A: <present> } }, headers: { A: x, B: y } }
      - proves: [C-01]
        any-of:
          - { status: 204, text: "" }
          - { status: 200, headers: { Link: <present> }, jsonl: { count: 2 } }
          - { status: 200, jsonl: { count: 2 } }
  - id: feed
    request: { GET: / }
    expect:
      - proves: [C-01]
        status: 200
        events: { take: 2, each: { json: { a: <integer> } }, first: [{ event: up, id: "1" }, { event: message }], count: 2 }
"#;

fn suite() -> Suite {
    let body = b"{\"a\":1}\n{\"a\":2}\n";
    let digest = ring::digest::digest(&ring::digest::SHA256, body);
    let digest = crate::model::hexadecimal(digest.as_ref());
    let cases = CASES.replace(
        "6f5dbbc9ed6c9f4bb5ac0fe2d68f0b4f61b3a0e0b1d5e4a3b2c1d0e9f8a7b6c5",
        &digest,
    );
    let files = [
        ("cases/c/contract.yaml", CONTRACT),
        ("cases/c/all.yaml", &cases),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let loaded = load_suite(&SuiteSource::Texts(files.into()), Thoroughness::ForRun);
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    loaded.suite
}

fn case<'s>(suite: &'s Suite, id: &str) -> &'s Case {
    let mut cases = suite.cases.iter();
    cases.find(|case| case.id.ends_with(id)).unwrap()
}

/// The schema of the first check of a case.
fn schema_of(case: &Case) -> SchemaId {
    match case.steps[0].expect[0].body[0] {
        BodyCheck::Schema { schema, .. } => schema,
        _ => panic!("a schema"),
    }
}

#[test]
fn every_check_of_an_answer_passes_and_each_of_its_opposites_fails_at_its_place() {
    let suite = suite();
    let case = |id: &str| case(&suite, id);
    let schema = schema_of(case("nothing"));
    let headers = [
        ("Content-Type", "application/x-ndjson; charset=UTF-8"),
        ("Content-Encoding", "gzip"),
        ("Set-Cookie", "sid=1; HttpOnly; Path=/"),
        ("Set-Cookie", "a=1"),
        ("Link", "</2>; rel=next, </9>; rel=last; title=t"),
    ];
    let response = Response {
        status: 200,
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.into()))
            .into(),
        body: b"{\"a\":1}\n{\"a\":2}\n".to_vec(),
        coded: Some(Coded {
            codings: "gzip".into(),
            received: vec![0; 3],
            fault: None,
        }),
        ..Response::default()
    };
    let none = BTreeMap::new();
    let scope = Scope {
        fixtures: &BTreeMap::new(),
        captures: &none,
    };
    let step = &case("one").steps[0];
    let judged = judge_step(0, step, scope, &response, &suite);
    assert_eq!(judged.findings, []);
    let all = inversions(step, &response, &judged.blocks, schema);
    let checks: Vec<&str> = all.iter().map(|one| one.check.as_str()).collect();
    let of = |name: &str| checks.iter().filter(|check| **check == name).count();
    assert_eq!(of("header Content-Type"), 2);
    assert_eq!(of("header Set-Cookie"), 7);
    assert_eq!(
        checks.iter().filter(|one| one.starts_with("bytes")).count(),
        3
    );
    assert_eq!(
        checks
            .iter()
            .filter(|one| one.starts_with("encoded"))
            .count(),
        2
    );
    assert_eq!(
        checks.iter().filter(|one| one.starts_with("jsonl")).count(),
        4
    );
    let mut branches = Vec::new();
    for inversion in &all {
        let What::Check { spans, block, step } = &inversion.what else {
            let is_taken = matches!(inversion.what, What::Branch(true));
            branches.push((inversion.check.as_str(), is_taken));
            continue;
        };
        let findings = judge_step(0, step, scope, &response, &suite).findings;
        let places: Vec<CheckAt> = spans
            .iter()
            .map(|span| check_at(&suite.sources.place(*span)))
            .collect();
        let verdict = verdict(&findings, *block, &places);
        assert_eq!(verdict, Ok(()), "{}", inversion.check);
    }
    assert_eq!(
        branches,
        [
            ("when header Link", true),
            ("when status 206 and header A", false),
            ("any-of, alternative 1", false),
            ("any-of, alternative 2", true),
            ("any-of, alternative 3", false),
        ]
    );
    // Those of the branch that was not taken are left out, and no two have the same number.
    assert_eq!(
        (of("header A"), of("header B"), of("header Link")),
        (0, 0, 5)
    );
    let numbers: HashSet<_> = all.iter().map(|one| one.number).collect();
    assert_eq!(numbers.len(), all.len());
}

#[test]
fn each_opposite_of_a_check_of_events_fails_at_its_place() {
    let suite = suite();
    let case = |id: &str| case(&suite, id);
    let schema = schema_of(case("nothing"));
    let stream = Response {
        status: 200,
        headers: vec![("Content-Type".into(), b"text/event-stream".to_vec())],
        body: b"event: up\nid: 1\ndata: {\"a\":1}\n\ndata: {\"a\":2}\n\n".to_vec(),
        ..Response::default()
    };
    let scope = Scope {
        fixtures: &BTreeMap::new(),
        captures: &BTreeMap::new(),
    };
    let step = &case("feed").steps[0];
    let judged = judge_step(0, step, scope, &stream, &suite);
    assert_eq!(judged.findings, []);
    let all = inversions(step, &stream, &judged.blocks, schema);
    // The status, the events, three leaves of `first`, one of `each`, and the count.
    assert_eq!(all.len(), 7);
    for inversion in &all {
        let What::Check { spans, block, step } = &inversion.what else {
            panic!("no branches");
        };
        let findings = judge_step(0, step, scope, &stream, &suite).findings;
        let places = spans
            .iter()
            .map(|span| check_at(&suite.sources.place(*span)));
        let places: Vec<CheckAt> = places.collect();
        assert_eq!(
            verdict(&findings, *block, &places),
            Ok(()),
            "{}",
            inversion.check
        );
    }
}
