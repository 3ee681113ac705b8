//! The HTML report in a real browser: headless Chromium, driven by `pages.test.mjs`.
//!
//! It needs Chromium, Node.js and what `npm ci` puts beside this file. Where one of them is absent the
//! test is left out and says so; with `PROBITY_BROWSER=required` that is a failure instead. `PROBITY_CASES=100000` opens a
//! report of as many cases in place of 10,000.

#![expect(
    clippy::print_stderr,
    reason = "what is left out, and the figures, are for whoever runs the tests"
)]

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use probity::history::{MatrixBuilder, MatrixBy, Trends, baseline_of, compare, moment_of};
use probity::model::history::Moment;
use probity::model::matrix::Matrix;
use probity::model::{
    CaseReport, Disposition, RecordingReport, Report, Unmatched, Verdict, WaiverKind, WaiverReport,
    WaiverStanding,
};
use probity::report::html;
use serde_json::Value;

/// A run against the reference deployment with the fault `missing-member`.
const FAILING: &str = include_str!("../../reports/missing-member/report.json");

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let absent = absent();
    let is_required = std::env::var("PROBITY_BROWSER").is_ok_and(|value| value == "required");
    let is_left_out = absent.is_some() && !is_required;
    if let Some(what) = absent.as_ref().filter(|_| !arguments.list) {
        eprintln!("left out: the browser tests, because {what}");
    }
    let trial = Trial::test("the_report_works_in_a_browser", move || match absent {
        Some(what) => Err(Failed::from(what)),
        None => run(),
    });
    libtest_mimic::run(&arguments, vec![trial.with_ignored_flag(is_left_out)]).exit_code()
}

/// What is missing to run them.
fn absent() -> Option<String> {
    if chromium().is_none() {
        return Some("Chromium is not installed".into());
    }
    if Command::new("node").arg("--version").output().is_err() {
        return Some("Node.js is not installed".into());
    }
    let modules = Path::new(HERE).join("node_modules/playwright-core");
    (!modules.is_dir()).then(|| "`npm ci` was not run in tests/browser".into())
}

fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let known = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].map(PathBuf::from);
    named.into_iter().chain(known).find(|path| path.is_file())
}

fn run() -> Result<(), Failed> {
    let pages = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&pages)?;
    let failing: Report = serde_json::from_str(FAILING)?;
    let cases = match std::env::var("PROBITY_CASES") {
        Ok(number) => number.parse()?,
        Err(_) => 10_000,
    };
    for (name, report) in [
        ("failing", failing.clone()),
        ("green", green(failing.clone())),
        ("waived", waived(failing.clone())),
        ("hostile", hostile(&failing)?),
        ("compared", compared(failing.clone())),
        ("judged", judged(failing.clone())),
        ("many", many(failing.clone(), cases)),
    ] {
        let mut page = Vec::new();
        html::render(&report.with_causes(), &mut page)?;
        std::fs::write(pages.join(format!("{name}.html")), page)?;
    }
    let mut history = Vec::new();
    html::render_history(
        &moments(&failing)
            .into_iter()
            .collect::<Trends>()
            .by_target(),
        &["old.json cannot be read".into()],
        &mut history,
    )?;
    std::fs::write(pages.join("history.html"), history)?;
    let matrix = matrix(&failing.clone().with_causes());
    let mut page = Vec::new();
    let links = [Some("./failing.html".to_owned())];
    let unread = ["old.json cannot be read".to_owned()];
    html::render_targets(&matrix, &links, &unread, &mut page)?;
    std::fs::write(pages.join("matrix.html"), page)?;
    let output = Command::new("node")
        .args(["--test", "--test-reporter=spec", "pages.test.mjs"])
        .current_dir(HERE)
        .env("PAGES", &pages)
        .env("CASES", cases.to_string())
        .env("CHROMIUM", chromium().unwrap_or_default())
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let figures = said.lines().filter(|line| line.contains("opened in"));
    figures.for_each(|line| eprintln!("{}", line.trim()));
    if output.status.success() {
        return Ok(());
    }
    let complaints = String::from_utf8_lossy(&output.stderr);
    Err(Failed::from(format!("{said}\n{complaints}")))
}

/// Changes each case, which comes with its place.
fn change(report: &mut Report, mut change: impl FnMut(usize, &mut CaseReport)) {
    let mut cases = std::mem::take(&mut report.cases).into_vec();
    for (place, case) in cases.iter_mut().enumerate() {
        change(place, case);
    }
    report.cases = cases.into();
}

/// The same run with nothing wrong.
fn green(mut report: Report) -> Report {
    report.exit = probity::model::ExitCode::Conforms;
    report.reasons.clear();
    change(&mut report, |_, case| {
        case.verdict = Verdict::Pass;
        case.findings.clear();
    });
    for requirement in &mut report.requirements {
        if requirement.disposition == Disposition::Violated {
            requirement.disposition = Disposition::Upheld;
        }
    }
    report.summary.pass = report.cases.len();
    report.summary.fail = 0;
    report.summary.warn = 0;
    report
}

/// The same run, compared with the one in which all was well and answered faster, and with a case that is gone.
fn compared(mut report: Report) -> Report {
    let mut old = green(report.clone());
    old.started = "2025-12-25T00:00:00Z".into();
    old.target.name = "staging".into();
    let mut cases = old.cases.into_vec();
    let mut gone = cases[0].clone();
    gone.id = "presence/answer/no-more".into();
    cases.push(gone);
    old.cases = cases.into();
    change(&mut report, |_, case| {
        for step in &mut case.steps {
            step.duration_ms = 80.0;
        }
    });
    report.comparison = Some(Box::new(compare(&baseline_of(&old), &baseline_of(&report))));
    report
}

/// The same run, judged from a recording.
fn judged(mut report: Report) -> Report {
    let unmatched = (0..30).map(|number| Unmatched {
        place: format!("log.entries[{number}]"),
        request: format!("GET https://api.example/photo/{number}"),
        reason: "no case sends this method to this path".into(),
    });
    let recording = RecordingReport::<String> {
        file: "recordings/of-last-week/staging.har".into(),
        creator: "probity 0.1.0".into(),
        recorded: Some("2025-12-31T12:00:00.123456Z".into()),
        is_other_suite: true,
        is_live: false,
        exchanges: 211,
        unmatched: unmatched.collect(),
    };
    report.recording = Some(recording.redacted(&probity::redact::Redactor::default()));
    report
}

/// Eight runs of one target, of which some fail, and one of another.
fn moments(failing: &Report) -> Vec<Moment> {
    let green = green(failing.clone());
    let mut moments: Vec<Moment> = (1..=8)
        .map(|day| {
            let mut report = if matches!(day, 3 | 7 | 8) {
                failing
            } else {
                &green
            }
            .clone();
            report.started = format!("2026-01-0{day}T00:00:00Z");
            moment_of(format!("run-{day}.json"), &report)
        })
        .collect();
    let mut other = green;
    other.target.name = "staging".into();
    moments.push(moment_of("staging/run.json".into(), &other));
    moments.extend((0..40).map(|number| of_long_history(&moments_base(failing), number)));
    moments
}

/// The reports of which a long history is made: all is well, and something fails.
fn moments_base(failing: &Report) -> [Report; 2] {
    [green(failing.clone()), failing.clone()]
}

/// One of forty runs: answers take longer from the 25th on, one case fails now and then.
fn of_long_history([green, failing]: &[Report; 2], number: usize) -> Moment {
    let is_bad = number % 7 == 3;
    let mut report = if number > 33 { failing } else { green }.clone();
    report.target.name = "long history".into();
    report.started = format!("2026-02-{:02}T{:02}:00:00Z", number / 24 + 1, number % 24);
    let level = if number < 24 { 12.0 } else { 31.0 };
    let mut index = number * 3;
    change(&mut report, |place, case| {
        case.verdict = match place {
            1 if is_bad => Verdict::Fail,
            2 if is_bad => Verdict::Flaky,
            _ => case.verdict,
        };
        for step in &mut case.steps {
            step.duration_ms = level + f64::from(u32::try_from(index % 7).unwrap_or(0));
            index += 1;
        }
    });
    moment_of(format!("long/{number}.json"), &report)
}

/// Three targets: one conforms, one fails, one is judged by another suite.
fn matrix(failing: &Report) -> Matrix {
    let mut other = failing.clone();
    other.target.name = "asia".into();
    other.suite_digest = Some("0123456789abcdef".into());
    other.requirements.pop();
    let mut good = green(failing.clone());
    good.target.name = "europe".into();
    let mut builder = MatrixBuilder::new(MatrixBy::Target);
    for report in [other, good, failing.clone()] {
        let file = format!("out/{}.json", report.target.name);
        builder.add(&report, file, None);
    }
    builder.matrix()
}

/// The same run with every failure waived, and one waiver more, which is over.
fn waived(mut report: Report) -> Report {
    let failing = report.cases.iter();
    let failing = failing.filter(|case| case.verdict != Verdict::Pass);
    report.waivers = failing
        .map(|case| WaiverReport {
            case: case.id.clone(),
            requirement: None,
            kind: WaiverKind::Failure,
            reason: "the mock drops xuid".into(),
            issue: Some("https://tracker.example/7".into()),
            owner: Some("presence".into()),
            expires: "2026-01-10".into(),
            days_left: 9,
            standing: WaiverStanding::Applied,
            advice: String::new(),
            place: case.place.clone(),
        })
        .collect();
    let mut over = report.waivers[0].clone();
    over.case = report
        .cases
        .iter()
        .take(1)
        .map(|case| case.id.clone())
        .collect();
    over.days_left = -3;
    over.standing = WaiverStanding::Expired;
    over.advice = "it ended on 2025-12-29: delete or renew it".into();
    report.waivers.push(over);
    report.exit = probity::model::ExitCode::StaleWaiver;
    report
}

/// The same run against a target that puts everything at hand into every text.
fn hostile(report: &Report) -> Result<Report, serde_json::Error> {
    let evil = "</script></style></pre>\"'><script>owned=1;alert(1)</script><img src=x onerror=\"owned=1\">\
                <svg onload=owned=1><a href=\"javascript:owned=1\">\u{202e}\u{2066}\0\u{1b}[2J\u{feff}\u{fffd}&lt;b&gt;";
    let mut value = serde_json::to_value(report)?;
    plant(&mut value, evil, &mut 0);
    serde_json::from_value(value)
}

/// Puts the text in place of every text that is not one of our own words; now and then a huge line.
fn plant(value: &mut Value, evil: &str, number: &mut usize) {
    const OURS: [&str; 8] = [
        "digest",
        "verdict",
        "disposition",
        "level",
        "kind",
        "side",
        "format",
        "standing",
    ];
    match value {
        Value::String(text) => {
            *number += 1;
            let tail = if number.is_multiple_of(50) {
                "long".repeat(5_000)
            } else {
                String::new()
            };
            *text = format!("{evil}{number}{tail}");
        }
        Value::Array(items) => items.iter_mut().for_each(|item| plant(item, evil, number)),
        Value::Object(members) => members
            .iter_mut()
            .filter(|(name, _)| !OURS.contains(&name.as_str()))
            .for_each(|(_, member)| plant(member, evil, number)),
        _ => {}
    }
}

/// The cases over and over, under other names.
fn many(mut report: Report, number: usize) -> Report {
    let failing = report
        .cases
        .iter()
        .filter(|case| case.verdict != Verdict::Pass);
    let failing: Vec<CaseReport> = failing.map(Cow::into_owned).collect();
    let passing = report
        .cases
        .iter()
        .filter(|case| case.verdict == Verdict::Pass);
    let passing: Vec<CaseReport> = passing.map(Cow::into_owned).collect();
    report.cases = (0..number)
        .map(|number| {
            let from = if number % 100 == 99 {
                &failing
            } else {
                &passing
            };
            let mut case = from[number % from.len()].clone();
            case.id = format!("{}/number-{number}", case.id);
            case
        })
        .collect();
    report
}
