//! `probity coverage --openapi`: how much of a document a suite, a report or a recording exercises.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::export::coverage::{cover, members_of_value, seen_in_step, seen_in_suite};
use crate::import::described_operations;
use crate::json::Outline;
use crate::model::{
    Case, Diagnostic, ExitCode, RecordedExchange, Report, SeenAnswer, SeenRequest, Sources, Step,
    Suite, Verdict,
};
use crate::recording::load_recording;
use crate::report::{api_coverage, diagnostics, json};
use crate::text::names;

use crate::cli::arguments::CoverageOptions;
use crate::cli::output::{Terminal, count};
use crate::cli::{report, suite};

/// Compares and prints.
pub(crate) fn coverage(
    options: &CoverageOptions,
    document: &Path,
    width: usize,
    terminal: &Terminal,
) -> Result<ExitCode, ExitCode> {
    let mut sources = Sources::default();
    let mut found = Vec::new();
    let described = described_operations(document, &mut sources, &mut found);
    if !found.is_empty() {
        terminal.print_error(|out| {
            let (colour, width) = (terminal.error_colour, terminal.width);
            diagnostics::render(&found, &sources, colour, width, out)
        });
    }
    let described = described.ok_or(ExitCode::Invalid)?;
    // What such a reference leads to is missing in the count.
    let is_missing = |one: &&Diagnostic| one.code == "openapi/reference";
    let missing = found.iter().filter(is_missing).count();
    let (source, seen) = seen(options, terminal)?;
    let document = document.display().to_string();
    let has_checks = options.har.is_none();
    let coverage = cover((&document, &described), (&source, &seen), has_checks);
    terminal.print(|out| {
        if options.json {
            json::write(&api_coverage::json(&coverage), out)
        } else {
            api_coverage::render(&coverage, terminal.colour, width, out)
        }
    });
    let percent = coverage.percent();
    match options.fail_under {
        Some(least) if percent < least => {
            let message = format!("{percent:.1} % exercised, less than {least} %");
            Err(terminal.fail(ExitCode::Incomplete, &message, &[]))
        }
        Some(_) if missing > 0 => {
            let missing = count(missing, "reference");
            let message =
                format!("the share of the whole is not known: {missing} could not be followed");
            Err(terminal.fail(ExitCode::Incomplete, &message, &[]))
        }
        _ => Ok(ExitCode::Conforms),
    }
}

/// What exercises the document, and its name for people.
fn seen(
    options: &CoverageOptions,
    terminal: &Terminal,
) -> Result<(String, Vec<SeenRequest>), ExitCode> {
    if let Some(path) = &options.har {
        let loaded = load_recording(path);
        terminal.print_error(|out| {
            let (colour, width) = (terminal.error_colour, terminal.width);
            diagnostics::render(&loaded.diagnostics, &loaded.sources, colour, width, out)
        });
        let recording = loaded.recording.ok_or(ExitCode::Invalid)?;
        let seen = recording.exchanges.iter().filter_map(in_exchange);
        return Ok((path.display().to_string(), seen.collect()));
    }
    let loaded = suite::load_for_run(&options.suite, true, terminal);
    let loaded = loaded.ok_or(ExitCode::Invalid)?;
    let Some(path) = &options.report else {
        let name = names::suite(&loaded.name);
        return Ok((name, seen_in_suite(&loaded)));
    };
    let report = report::load(path, terminal).ok_or(ExitCode::Invalid)?;
    Ok((path.display().to_string(), in_report(&report, &loaded)))
}

/// What the cases of a report sent, as the suite says, and what they received. A case that did not pass proves nothing.
fn in_report(report: &Report, suite: &Suite) -> Vec<SeenRequest> {
    let cases: BTreeMap<&str, &Case> = suite
        .cases
        .iter()
        .map(|case| (case.id.as_str(), case))
        .collect();
    let mut seen = Vec::new();
    for reported in report
        .cases
        .iter()
        .filter(|case| case.verdict != Verdict::Skip)
    {
        let has_passed = matches!(reported.verdict, Verdict::Pass | Verdict::Warn);
        let case = cases.get(reported.id.as_str()).copied();
        let steps = |of: fn(&Case) -> &[Step]| case.map_or(&[][..], |case| of(case)).iter();
        let (mut own, mut last) = (steps(|case| &case.steps), steps(|case| &case.finally));
        for step in &reported.steps {
            let Some((method, path)) = step.operation.split_once(' ') else {
                continue;
            };
            // A case that ended early has no report of its other steps, but those of `finally`.
            let written = if step.finally { &mut last } else { &mut own };
            let known = written.find(|one| one.request.operation() == *step.operation);
            let known = known.zip(case);
            let known = known.and_then(|(step, case)| seen_in_step(suite, case, step));
            let mut request = known.unwrap_or_else(|| SeenRequest {
                method: method.to_owned(),
                paths: vec![path.to_owned()],
                ..SeenRequest::default()
            });
            let received = step.outline.as_ref();
            let received = received.and_then(|text| Outline::parse(text));
            let received = received.map(|outline| outline.member_names());
            let received: BTreeSet<String> = received.unwrap_or_default();
            let status = step.status.map(|status| status.to_string());
            let checked = std::mem::take(&mut request.answers);
            if let Some(status) = status {
                let class = format!("{}XX", &status[..1]);
                let mut proven = BTreeSet::new();
                let mut is_proven = false;
                let fits = |one: &&SeenAnswer| {
                    one.status == status || one.status == class || one.status == "default"
                };
                for one in checked.iter().filter(fits).filter(|one| one.is_proven) {
                    is_proven |= has_passed;
                    proven.extend(one.members.intersection(&received).cloned());
                }
                request.answers.push(SeenAnswer {
                    status: status.clone(),
                    members: proven,
                    is_proven,
                });
                request.answers.push(SeenAnswer {
                    status,
                    members: received,
                    is_proven: false,
                });
            }
            seen.push(request);
        }
    }
    seen
}

/// What an exchange sent and received.
fn in_exchange(recorded: &RecordedExchange) -> Option<SeenRequest> {
    let request = &recorded.exchange.request;
    let (path, query) = match request.target.split_once('?') {
        Some((path, query)) => (path, query),
        None => (request.target.as_str(), ""),
    };
    if !path.starts_with('/') {
        return None;
    }
    let mut parameters = BTreeSet::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap_or_default();
        // `$select` is often written `%24select`.
        parameters.insert(format!("query {}", name.replace("%24", "$")));
    }
    for (name, _) in &request.headers {
        parameters.insert(format!("header {}", name.to_ascii_lowercase()));
    }
    let body = recorded.request_body.as_deref().unwrap_or_default();
    let answers = recorded.exchange.received().map(|response| SeenAnswer {
        status: response.status.to_string(),
        members: members(&recorded.response_body),
        is_proven: false,
    });
    Some(SeenRequest {
        method: request.method.clone(),
        paths: vec![path.to_owned()],
        parameters,
        body: members(body),
        answers: answers.into_iter().collect(),
    })
}

/// The members of a JSON body; of one that is no JSON, none.
fn members(body: &[u8]) -> BTreeSet<String> {
    let value = serde_json::from_slice(body);
    value.map_or_else(|_| BTreeSet::new(), |value| members_of_value(&value))
}
