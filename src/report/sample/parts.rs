//! What sample reports are made of.

use std::sync::Arc;

use crate::model::{
    BodyReport, CaseReport, CurlInput, ExchangeReport, Finding, FindingKind, NoAnswerKind,
    NoAnswerReport, OpeningReport, Place, ResponseReport, StepReport, Verdict,
};
use crate::report::sample::sums::REQUIREMENTS;

pub(super) const BASE: &str = "http://127.0.0.1:4040";

pub(super) fn unanswered(id: &str, kind: NoAnswerKind, detail: &str, took: f64) -> CaseReport {
    let mut error = case(id, "the operation answers", Verdict::Error);
    error.reason = detail.into();
    error.duration_ms = took;
    let mut exchange = users_batch();
    exchange.no_answer = Some(NoAnswerReport {
        kind,
        detail: detail.into(),
    });
    error.steps = vec![StepReport {
        first_byte_ms: took,
        duration_ms: took,
        ..step(exchange, None)
    }];
    error
}

pub(super) fn passing(id: &str, proves: &[&str]) -> CaseReport {
    let mut pass = case(id, "the operation answers as documented", Verdict::Pass);
    pass.proves = proves.iter().map(ToString::to_string).collect();
    pass
}

pub(super) fn case(id: &str, title: &str, verdict: Verdict) -> CaseReport {
    let contract = id.split('/').next().unwrap().to_owned();
    let mut sent = step(users_batch(), Some(answer(200, "OK", "[]")));
    sent.exchange = None;
    CaseReport {
        id: id.into(),
        digest: None,
        title: title.into(),
        verdict,
        reason: "".into(),
        proves: Arc::default(),
        by_rules: Arc::default(),
        place: place(12, "  - id: some-case", "some-case"),
        started_ms: 1.5,
        duration_ms: 3.4,
        checks_passed: 5,
        checks_failed: 0,
        checks_unjudged: 0,
        findings: Vec::new(),
        steps: vec![sent],
        left_behind: Vec::new(),
        violated: Vec::new(),
        unproven: Vec::new(),
        reruns: Vec::new(),
        contract: contract.into(),
    }
}

pub(super) fn finding(
    requirement: &str,
    kind: FindingKind,
    message: &str,
    (expected, actual): (&str, &str),
    place: Place,
) -> Finding {
    let (_, level, ..) = REQUIREMENTS
        .iter()
        .find(|(id, ..)| *id == requirement)
        .unwrap();
    Finding {
        step: 0,
        block: Some(0),
        rule: None,
        redirect: None,
        requirement: Some(requirement.into()),
        requirements: vec![requirement.into()],
        level: Some(*level),
        kind,
        message: message.into(),
        pointer: None,
        header: None,
        expected: expected.into(),
        actual: actual.into(),
        schema: None,
        diff: None,
        place,
        used: None,
    }
}

/// A place in the case file: the words in the line.
pub(super) fn place(line: u32, source: &str, words: &str) -> Place {
    let at = source.rfind(words).unwrap();
    Place {
        file: "cases/presence/users-batch.yaml".into(),
        line,
        column: u32::try_from(at).unwrap() + 1,
        length: u32::try_from(words.len()).unwrap(),
        source: source.into(),
    }
}

pub(super) fn state_place() -> Place {
    place(
        28,
        "            - { xuid: \"${fixture.online}\", state: <ignore-case online> }",
        "<ignore-case online>",
    )
}

pub(super) fn step(exchange: ExchangeReport, response: Option<ResponseReport>) -> StepReport {
    let path = exchange.url.trim_start_matches(BASE);
    StepReport {
        title: format!("{} {path}", exchange.method).into(),
        operation: format!("{} {path}", exchange.method).into(),
        outline: None,
        finally: false,
        attempts: 1,
        throttled: 0,
        resent: 0,
        status: response.as_ref().map(|response| response.status),
        version: response
            .as_ref()
            .map(|response| response.version.as_str().into()),
        branches: Vec::new(),
        opening: OpeningReport::default(),
        first_byte_ms: 2.9,
        duration_ms: 3.1,
        exchange: Some(Box::new(ExchangeReport {
            response,
            ..exchange
        })),
    }
}

pub(super) fn users_batch() -> ExchangeReport {
    ExchangeReport {
        request_headers: vec![
            ("Authorization".into(), "<presence.caller>".into()),
            ("Accept".into(), "application/json".into()),
            ("x-xbl-contract-version".into(), "3".into()),
            ("Content-Type".into(), "application/json".into()),
        ],
        request_body: Some(body(
            "{\"users\":[\"2533274800000001\",\"2533274800000002\"]}",
        )),
        curl: format!(
            "curl -sS -X POST {BASE}/users/batch -H \"Authorization: $PRESENCE_CALLER_AUTHORIZATION\" -H 'Accept: application/json' \
             -H 'x-xbl-contract-version: 3' -H 'Content-Type: application/json' \
             -d '{{\"users\":[\"2533274800000001\",\"2533274800000002\"]}}'"
        )
        .into(),
        curl_inputs: vec![CurlInput {
            name: "PRESENCE_CALLER_AUTHORIZATION".into(),
            meaning: "the whole header `Authorization` of the identity `presence.caller`, with its scheme".into(),
        }],
        ..request("POST", "/users/batch")
    }
}

pub(super) fn request(method: &str, path: &str) -> ExchangeReport {
    ExchangeReport {
        hops: Vec::new(),
        transport: "normal".into(),
        method: method.into(),
        url: format!("{BASE}{path}").into(),
        request_headers: vec![("Accept".into(), "application/json".into())],
        request_body: None,
        curl: format!("curl -sS -X {method} {BASE}{path} -H 'Accept: application/json'").into(),
        curl_inputs: Vec::new(),
        response: None,
        no_answer: None,
    }
}

pub(super) fn answer(status: u16, reason: &str, text: &str) -> ResponseReport {
    ResponseReport {
        version: "HTTP/1.1".into(),
        status,
        reason: reason.into(),
        headers: vec![
            ("Content-Type".into(), "application/json".into()),
            ("Date".into(), "Thu, 01 Jan 2026 00:00:00 GMT".into()),
        ],
        body: Some(body(text)),
        trailing: "".into(),
    }
}

pub(super) fn body(text: &str) -> BodyReport {
    BodyReport {
        text: text.into(),
        octets: text.len(),
        coded: None,
        truncated: false,
    }
}

/// Two presence records, deep enough that not all lines can be shown.
pub(super) fn records() -> String {
    let devices = "[{\"type\":\"Console\",\"titles\":[{\"id\":\"1\",\"name\":\"Home\",\"placement\":\"full\"}]}]";
    format!(
        "[{{\"xuid\":\"2533274800000001\",\"devices\":{devices},\"state\":\"asleep\"}},\
         {{\"xuid\":\"2533274800000002\",\"devices\":{devices},\"state\":7}}]"
    )
}
