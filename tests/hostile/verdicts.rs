//! Each answer on each transport: the verdict, its kind, and the neighbours.

use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use probity::model::{CaseReport, ExitCode, Verdict};

use crate::answer::{Answer, BODY, Outcome, body};
use crate::run::{case, run};
use crate::server::Server;
use crate::suite;
use crate::support::folder::Folder;
use crate::support::request::nobody;

const TRANSPORTS: [&str; 3] = ["normal", "exact", "raw"];

/// What the neighbours expect.
const NEIGHBOURLY: &str = "status: 200, json: { ok: true }";

/// For an answer that takes all the time there is, and for the others: more than a busy machine needs.
const SHORT: Duration = Duration::from_millis(700);
const LONG: Duration = Duration::from_mins(1);

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for answer in crate::answers::all() {
        for (number, transport) in TRANSPORTS.into_iter().enumerate() {
            let answer = answer.clone();
            let name = format!("answers::{}::{transport}", answer.name);
            trials.push(Trial::test(name, move || {
                comes_to(&answer, transport, answer.outcomes[number])
            }));
        }
    }
    for transport in TRANSPORTS {
        trials.push(Trial::test(
            format!("answers::nobody-listens::{transport}"),
            move || nobody_listens(transport),
        ));
        trials.push(Trial::test(
            format!("answers::answers-swapped::{transport}"),
            move || answers_swapped(transport),
        ));
        trials.push(Trial::test(
            format!("answers::a-redirect-to-another-host::{transport}"),
            move || nobody_follows(transport),
        ));
    }
    trials
}

fn comes_to(answer: &Answer, transport: &str, outcome: Outcome) -> Result<(), Failed> {
    let folder = Folder::new();
    suite::write(
        &folder,
        &[
            suite::case("before", "good", transport, "HOSTILE-02", NEIGHBOURLY),
            suite::case(
                "meets-it",
                "hostile",
                transport,
                "HOSTILE-01",
                answer.checks,
            ),
            suite::case("after", "good", transport, "HOSTILE-02", NEIGHBOURLY),
        ],
    );
    let script = answer.script.clone();
    let server = Server::answering(move |asked| match asked.path.as_str() {
        "/hostile" => script.clone(),
        _ => body(BODY),
    })?;
    let timeout = if answer.lasts { SHORT } else { LONG };
    let report = run(&folder, &server.url(), &server.url(), timeout)?;
    for neighbour in ["before", "after"] {
        let neighbour = case(&report, neighbour)?;
        if neighbour.verdict != Verdict::Pass {
            return Err(format!("harmed: {}", told(&neighbour)).into());
        }
    }
    is(&case(&report, "meets-it")?, outcome)?;
    let exit = match outcome {
        Outcome::Met => ExitCode::Conforms,
        Outcome::Fails(_) => ExitCode::Violated,
        Outcome::Unheard(_) | Outcome::PutOff => ExitCode::Error,
    };
    if report.exit != exit {
        return Err(format!("exit {}: {:?}", report.exit, report.reasons).into());
    }
    Ok(())
}

/// Did the case come to this?
fn is(case: &CaseReport, outcome: Outcome) -> Result<(), Failed> {
    let is_so = match outcome {
        Outcome::Met => case.verdict == Verdict::Pass,
        Outcome::Fails(kind) => {
            let mut findings = case.findings.iter();
            case.verdict == Verdict::Fail && findings.any(|finding| finding.kind.name() == kind)
        }
        Outcome::Unheard(kind) => case.verdict == Verdict::Error && unheard(case) == Some(kind),
        Outcome::PutOff => case.verdict == Verdict::Error && unheard(case).is_none(),
    };
    if is_so {
        Ok(())
    } else {
        Err(format!("expected {outcome:?}, got {}", told(case)).into())
    }
}

fn unheard(case: &CaseReport) -> Option<&str> {
    let exchange = case.steps.first()?.exchange.as_ref()?;
    Some(exchange.no_answer.as_ref()?.kind.name())
}

/// A verdict with its reasons, for people.
fn told(case: &CaseReport) -> String {
    let findings: Vec<String> = case
        .findings
        .iter()
        .map(|finding| format!("{}: {}", finding.kind.name(), finding.message))
        .collect();
    let kind = unheard(case).unwrap_or_default();
    format!(
        "{} {} {kind} {} {findings:?}",
        case.id,
        case.verdict.name(),
        case.reason
    )
}

/// One service of the target is down, the other is not.
fn nobody_listens(transport: &str) -> Result<(), Failed> {
    let folder = Folder::new();
    let asks = format!(
        "- id: meets-it\n  request: {{ GET: /hostile, service: other, transport: {transport} }}\n  \
         expect: [{{ proves: [HOSTILE-01], status: <2xx> }}]\n"
    );
    suite::write(
        &folder,
        &[
            suite::case("before", "good", transport, "HOSTILE-02", NEIGHBOURLY),
            asks,
            suite::case("after", "good", transport, "HOSTILE-02", NEIGHBOURLY),
        ],
    );
    let server = Server::answering(|_| body(BODY))?;
    let report = run(&folder, &server.url(), &nobody(), LONG)?;
    is(&case(&report, "before")?, Outcome::Met)?;
    is(&case(&report, "meets-it")?, Outcome::Unheard("refused"))?;
    is(&case(&report, "after")?, Outcome::Met)
}

/// Each of two requests gets the answer of the other.
fn answers_swapped(transport: &str) -> Result<(), Failed> {
    let folder = Folder::new();
    suite::write(
        &folder,
        &[
            suite::case(
                "one",
                "one",
                transport,
                "HOSTILE-01",
                "status: 200, json: { id: one }",
            ),
            suite::case(
                "two",
                "two",
                transport,
                "HOSTILE-02",
                "status: 200, json: { id: two }",
            ),
        ],
    );
    let server = Server::answering(|asked| match asked.path.as_str() {
        "/one" => body(r#"{"id":"two"}"#),
        _ => body(r#"{"id":"one"}"#),
    })?;
    let report = run(&folder, &server.url(), &server.url(), LONG)?;
    is(&case(&report, "one")?, Outcome::Fails("value"))?;
    is(&case(&report, "two")?, Outcome::Fails("value"))
}

/// A redirect is an answer: where it leads to hears nothing.
fn nobody_follows(transport: &str) -> Result<(), Failed> {
    let folder = Folder::new();
    suite::write(
        &folder,
        &[suite::case(
            "meets-it",
            "hostile",
            transport,
            "HOSTILE-01",
            NEIGHBOURLY,
        )],
    );
    let elsewhere = Server::answering(|_| body(BODY))?;
    let location = format!("Location: {}/hostile\r\n", elsewhere.url());
    let server = Server::answering(move |_| crate::answer::with(307, &location, ""))?;
    let report = run(&folder, &server.url(), &server.url(), LONG)?;
    is(&case(&report, "meets-it")?, Outcome::Fails("status"))?;
    if elsewhere.connections() == 0 {
        Ok(())
    } else {
        Err("somebody followed".into())
    }
}
