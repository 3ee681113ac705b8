//! The report as one HTML file: for people who look for what broke, and for the record.
//!
//! The file needs no network and no server. Everything that came from outside is text: it goes through
//! [`shown()`], and a `Content-Security-Policy` allows only the style and the script whose digests it
//! names. What matters is in the markup and can be read without JavaScript: the verdict, what
//! broke, what was not proven, the requirements, the timing. Only the list of all cases is drawn by
//! the script, a hundred rows at a time, from compact JSON, so that ten thousand cases open at once.

mod case;
mod cases;
mod changed_cases;
mod comparison;
mod data;
mod diff;
mod document;
mod exchange;
mod finding;
mod gaps;
mod head;
mod history;
mod latency;
mod matrix;
mod operation_trend;
mod recording;
mod shown;
mod strips;
mod targets;
mod unsteady;
mod waivers;
mod waterfall;

#[cfg(test)]
mod tests;

use std::io;

use maud::{Markup, html};

pub use history::render_history;
pub use targets::render_targets;

use crate::model::Report;
use crate::report::summary::verdict;
use document::Document;
use head::masthead;
use shown::shown;

/// Draws the list of cases.
const SCRIPT: &str = include_str!("cases.js");

/// Writes the report as one self-contained page.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let (word, ..) = verdict::words(report);
    let document = Document {
        title: &format!("{word} · {} · Probity", report.target.name),
        probity: &report.probity,
        body: body(report),
        script: SCRIPT,
    };
    document.write(|out| data::write(report, out), out)
}

fn body(report: &Report) -> Markup {
    html! {
        a.skip href="#main" { "Skip to what broke" }
        (masthead(report))
        main #main {
            (waivers::to_review(report))
            (comparison::section(report))
            (case::broken(report))
            (gaps::section(report))
            (recording::section(report))
            (waivers::in_force(report))
            (matrix::section(report))
            section #timing aria-labelledby="timing-heading" {
                h2 #timing-heading { "Timing" }
                (waterfall::figure(report))
                (latency::figure(report))
            }
            (cases::section(report))
        }
        (foot(report))
    }
}

fn foot(report: &Report) -> Markup {
    html! {
        footer {
            p {
                "Probity " (shown(&report.probity)) " · " (shown(&report.format))
                " · one file, no network. The JSON report of the same run has every detail."
            }
        }
    }
}
