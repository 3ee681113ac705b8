//! What to do about an answer that did not come.

use std::collections::BTreeMap;

use crate::model::{
    CaseReport, CurlInput, EVENT_STREAM, ExchangeReport, Finding, FindingKind, NoAnswerKind,
    NoAnswerReport, Report, ResponseReport, origin,
};
use crate::text::excerpt::short_text;
use crate::text::names::some_of;
use crate::text::printable::printable;

/// What to do about an answer that did not come, in one line; nothing if it came.
pub(crate) fn advice(exchange: &ExchangeReport) -> Option<String> {
    let last = exchange.hops.iter().rev().find_map(|hop| hop.url.as_ref());
    let none = exchange.no_answer.as_ref()?;
    let is_stream = exchange.response.as_ref().is_some_and(is_event_stream);
    Some(of_silence(none, is_stream, last.unwrap_or(&exchange.url)))
}

/// So many answers that are alike are no chance.
const ALIKE: usize = 3;

/// Identities that are named before the rest is counted.
const NAMED: usize = 4;

/// What may be wrong with the target file rather than with the target: the host, the path or the credentials.
pub(crate) fn wrong_setup(report: &Report) -> Option<String> {
    another_server(report)
        .or_else(|| wrong_path(report))
        .or_else(|| wrong_credentials(report))
}

/// Whether the base URL may be wrong: every answer of the run is 404.
fn wrong_path(report: &Report) -> Option<String> {
    let statuses = |case: &CaseReport| -> Vec<u16> {
        let statuses = case.steps.iter().filter_map(|step| step.status);
        statuses.collect()
    };
    let is_404 = |status: &u16| *status == 404;
    // Most runs are ruled out by what is in memory.
    let mut notable = report.cases.notable();
    if !notable.all(|case| statuses(&case).iter().all(is_404)) {
        return None;
    }
    let all: Vec<u16> = report
        .cases
        .iter()
        .flat_map(|case| statuses(&case))
        .collect();
    (all.len() >= ALIKE && all.iter().all(is_404))
        .then(|| "is the base URL right, its path included? Every answer is 404".to_owned())
}

/// Whether credentials may be wrong: each request of an identity in a case that failed was answered 401.
fn wrong_credentials(report: &Report) -> Option<String> {
    let mut identities: BTreeMap<String, (usize, bool)> = BTreeMap::new();
    for case in report.cases.notable() {
        for step in &case.steps {
            let mut inputs = step
                .exchange
                .iter()
                .flat_map(|exchange| &exchange.curl_inputs);
            if let Some(identity) = inputs.find_map(CurlInput::identity) {
                let known = identities.entry(identity.to_owned());
                let (answers, are_401) = known.or_insert((0, true));
                *answers += usize::from(step.status.is_some());
                *are_401 &= step.status.is_none_or(|status| status == 401);
            }
        }
    }
    let refused = identities.iter();
    let refused = refused.filter(|(_, (answers, are_401))| *are_401 && *answers >= ALIKE);
    let refused: Vec<String> = refused.map(|(name, _)| format!("`{name}`")).collect();
    let refused: Vec<&str> = refused.iter().map(String::as_str).collect();
    (!refused.is_empty()).then(|| {
        let names = some_of(&refused, NAMED);
        let names = printable(&names);
        format!("are the credentials of {names} right? Every request with them that is shown was answered 401")
    })
}

/// Whether this may be another server than the one that the suite is about: nothing passed, and every answer is a web page.
fn another_server(report: &Report) -> Option<String> {
    let is_hopeless = report.summary.pass + report.summary.warn == 0;
    let wants_another = |finding: &Finding| {
        matches!(finding.kind, FindingKind::MediaType | FindingKind::NotJson)
            || finding.expected.contains("json")
    };
    let mut cases = report.cases.notable();
    if !is_hopeless || !cases.any(|case| case.findings.iter().any(wants_another)) {
        return None;
    }
    let is_page = |answer: &ResponseReport| {
        field(answer, "content-type").is_some_and(|value| value.starts_with("text/html"))
    };
    // The server of the first answer.
    let mut known: Option<Option<String>> = None;
    let is_alike = report.cases.notable().all(|case| {
        let exchanges = case
            .steps
            .iter()
            .filter_map(|step| step.exchange.as_deref());
        let mut answers = exchanges.filter_map(|exchange| exchange.response.as_ref());
        answers.all(|answer| {
            let server = field(answer, "server");
            is_page(answer) && *known.get_or_insert_with(|| server.clone()) == server
        })
    });
    let server = known?;
    let from = server.map_or_else(String::new, |server| {
        format!(" from {}", printable(&short_text(&server, 60)))
    });
    is_alike.then(|| format!("is this the right server? Every answer is text/html{from}"))
}

/// The value of a header field, in lower case unless it names the server.
fn field(response: &ResponseReport, name: &str) -> Option<String> {
    let mut headers = response.headers.iter();
    let (known, value) = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(if known.eq_ignore_ascii_case("server") {
        value.to_string()
    } else {
        value.to_ascii_lowercase()
    })
}

/// Does the head say that the body is a stream of events?
fn is_event_stream(response: &ResponseReport) -> bool {
    let mut headers = response.headers.iter();
    headers.any(|(name, value)| {
        let media_type = value.split(';').next().unwrap_or_default();
        name.eq_ignore_ascii_case("content-type")
            && media_type.trim().eq_ignore_ascii_case(EVENT_STREAM)
    })
}

fn of_silence(none: &NoAnswerReport, is_stream: bool, url: &str) -> String {
    let origin = printable(origin(url));
    let is_redirect = none.detail.starts_with("the answer of the redirect");
    match none.kind {
        NoAnswerKind::TimedOut | NoAnswerKind::TooLarge if is_stream => {
            "a stream of events need not end: read its beginning with `events: { take: 1, within: 2s }`, \
             with `within` below the time limit"
                .to_owned()
        }
        NoAnswerKind::TooLarge if is_redirect => {
            "this limit is fixed: opt out of the rule with `without` if redirects may be so large".to_owned()
        }
        NoAnswerKind::Refused => format!("is it running? Nothing listens at {origin}"),
        NoAnswerKind::Unresolved => format!("is the name right? No address is known for {origin}"),
        NoAnswerKind::Tls => {
            format!("does {origin} speak TLS, with a certificate that this machine trusts?")
        }
        NoAnswerKind::TimedOut => {
            "if this is not a hang, raise `limits.timeout` in the target file".to_owned()
        }
        NoAnswerKind::Cut => {
            "the connection was closed in the middle; the target's log should say why".to_owned()
        }
        NoAnswerKind::NotHttp => format!(
            "if the scheme is right and {origin} is an HTTP server, its answer breaks the syntax of HTTP"
        ),
        NoAnswerKind::TooLarge => {
            "if the answer may be that large, raise `limits.body` in the target file".to_owned()
        }
        NoAnswerKind::Unsendable => {
            "nothing was sent: fix the case or the fixture that the request is made of".to_owned()
        }
        NoAnswerKind::Elsewhere => {
            "requests only go to services of the target: if it belongs there, add a service with this host"
                .to_owned()
        }
        NoAnswerKind::Redirects => {
            "if the chain is meant to be that long, raise `max` under `follow` in the case".to_owned()
        }
        NoAnswerKind::Proxy => {
            "check `network.proxy` in the target file, and that the proxy is running".to_owned()
        }
        NoAnswerKind::NoToken => {
            "check the credentials and the token URL or login of the identity in the target file".to_owned()
        }
        NoAnswerKind::Unrecorded => "record the run again, with this case selected".to_owned(),
    }
}
