//! Where the answers came from: how many requests were sent, or which recording was judged.
//!
//! ```text
//! judged from run.har, recorded 2026-01-31T12:00:00Z by probity 0.1.0: 181 exchanges; nothing was sent
//!   2 exchanges were not used as evidence:
//!   log.entries[3] GET https://api.example/photo: no case sends this method to this path
//! ```

use std::io;

use crate::model::{RecordingReport, Summary};
use crate::report::page::{Page, Tone, count};
use crate::text::printable::printable;

/// So many exchanges that belong to no case are listed; the JSON report has all.
const SHOWN: usize = 20;

/// The file, who made it, how much it holds: `run.har, recorded 2026-01-31T12:00:00Z by probity 0.1.0: 181
/// exchanges; nothing was sent`.
pub(crate) fn in_words(recording: &RecordingReport) -> String {
    let recorded = match &recording.recorded {
        Some(at) => format!("recorded {} by {}", to_the_second(at), recording.creator),
        None if recording.creator.is_empty() => "recorded by another tool".into(),
        None => format!("recorded by {}", recording.creator),
    };
    let exchanges = count(recording.exchanges, "exchange");
    if recording.is_live {
        return format!(
            "{}, {recorded}: {exchanges}, sent by its clients",
            recording.file
        );
    }
    let changed = if recording.is_other_suite {
        "; the suite has changed since"
    } else {
        ""
    };
    format!(
        "{}, {recorded}: {exchanges}; nothing was sent{changed}",
        recording.file
    )
}

/// A time without parts of a second.
fn to_the_second(at: &str) -> String {
    match at.split_once('.') {
        Some((second, _)) if at.ends_with('Z') => format!("{second}Z"),
        _ => at.to_owned(),
    }
}

/// Writes what was judged instead of a target.
pub(crate) fn render(page: &mut Page<'_>, recording: &RecordingReport) -> io::Result<()> {
    let tone = if recording.is_other_suite {
        Tone::Warn
    } else {
        Tone::Plain
    };
    page.flow(
        &[(Tone::Plain, "judged from ")],
        tone,
        &printable(&in_words(recording)),
    )?;
    let unmatched = &recording.unmatched;
    if !unmatched.is_empty() {
        let number = match unmatched.len() {
            1 => "1 exchange was".to_owned(),
            number => format!("{number} exchanges were"),
        };
        page.line(&format!("  {number} not used as evidence:"))?;
    }
    for one in unmatched.iter().take(SHOWN) {
        let lead = format!("  {} ", printable(&one.place));
        let text = format!("{}: {}", one.request, one.reason);
        page.flow(&[(Tone::Dim, &lead)], Tone::Plain, &printable(&text))?;
    }
    if unmatched.len() > SHOWN {
        let more = unmatched.len() - SHOWN;
        page.line(&format!("  and {more} more; see the JSON report"))?;
    }
    page.blank()
}

/// `201 requests (and 9 for tokens, 1 to check that a service is alive)`: those of cases, and the others.
pub(crate) fn requests(summary: &Summary) -> String {
    let others = [
        (summary.token_requests, "for tokens"),
        (
            summary.liveness_requests,
            "to check that a service is alive",
        ),
    ];
    let others = others.into_iter().filter(|(number, _)| *number > 0);
    let others: Vec<String> = others
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    let of_cases = count(summary.requests, "request");
    match others.as_slice() {
        [] => of_cases,
        others => format!("{of_cases} (and {})", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Report, Unmatched};
    use crate::report::sample;
    use crate::report::{ctrf, html, junit, markdown, sarif, tap, terminal};

    fn recording() -> RecordingReport {
        RecordingReport {
            file: "run.har".into(),
            creator: "probity 0.1.0".into(),
            recorded: Some("2026-01-31T12:00:00.123456Z".into()),
            is_other_suite: true,
            is_live: false,
            exchanges: 181,
            unmatched: (0..22)
                .map(|number| Unmatched {
                    place: format!("log.entries[{number}]"),
                    request: "GET https://api.example/photo".into(),
                    reason: "no case sends this method to this path".into(),
                })
                .collect(),
        }
    }

    #[test]
    fn what_was_judged_and_what_is_no_evidence() {
        let mut bytes = Vec::new();
        let mut page = Page::new(&mut bytes, false, 80);
        render(&mut page, &recording()).unwrap();
        insta::assert_snapshot!(String::from_utf8(bytes).unwrap());
    }

    #[test]
    fn every_format_for_people_says_that_nothing_was_sent() {
        type Render = fn(&Report, &mut dyn io::Write) -> io::Result<()>;
        let report = Report {
            recording: Some(recording()),
            ..sample::green()
        };
        let formats: [(&str, Render); 7] = [
            ("ctrf", ctrf::render),
            ("html", html::render),
            ("junit", junit::render),
            ("markdown", markdown::render),
            ("sarif", sarif::render),
            ("tap", tap::render),
            ("terminal", |report, out| {
                terminal::render(report, &terminal::TerminalOptions::default(), out)
            }),
        ];
        for (name, render) in formats {
            let mut bytes = Vec::new();
            render(&report, &mut bytes).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let words = "run.har, recorded 2026-01-31T12:00:00Z by probity 0.1.0: 181 exchanges; \
                        nothing was sent; the suite has changed since";
            assert!(text.contains(words), "{name}");
        }
    }

    #[test]
    fn requests_outside_of_cases_are_counted_apart() {
        let mut summary = Summary {
            requests: 201,
            ..Summary::default()
        };
        assert_eq!(requests(&summary), "201 requests");
        summary.liveness_requests = 1;
        summary.token_requests = 9;
        assert_eq!(
            requests(&summary),
            "201 requests (and 9 for tokens, 1 to check that a service is alive)"
        );
    }
}
