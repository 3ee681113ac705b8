//! The report as one HTML file: for whoever wants to see what broke, and for the record.
//!
//! The file needs no network and no server. Everything that came from outside is text: it goes through
//! [`shown()`], and a `Content-Security-Policy` lets only the style and the script run whose digests it
//! names. What matters stands in the markup and can be read without JavaScript: the verdict, what
//! broke, what was not proven, the requirements, the timing. Only the list of all cases is drawn by
//! the script, a hundred rows at a time, from compact JSON, so that ten thousand cases open at once.

mod case;
mod cases;
mod data;
mod diff;
mod exchange;
mod finding;
mod gaps;
mod head;
mod latency;
mod matrix;
mod shown;
mod waterfall;

#[cfg(test)]
mod tests;

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::verdict;
use crate::model::Report;
use head::masthead;
use shown::shown;

/// The look.
const STYLE: &str = include_str!("report.css");

/// What can be done: search, fold, copy, switch.
const SCRIPT: &str = include_str!("report.js");

/// Writes the report as one self-contained page.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(page(report).0.as_bytes())?;
    out.write_all(b"\n")
}

fn page(report: &Report) -> Markup {
    let (word, ..) = verdict::words(report);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content={ "probity " (shown(&report.probity)) };
                title { (word) " · " (shown(&report.target.name)) " · Probity" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to what broke" }
                (masthead(report))
                main #main {
                    (case::broken(report))
                    (gaps::section(report))
                    (matrix::section(report))
                    section #timing aria-labelledby="timing-heading" {
                        h2 #timing-heading { "Timing" }
                        (waterfall::figure(report))
                        (latency::figure(report))
                    }
                    (cases::section(report))
                }
                (foot(report))
                script #data type="application/json" { (PreEscaped(data::json(report))) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
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

/// Nothing may be fetched, framed or sent; one style and one script may be used, by their digests.
fn policy() -> String {
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

/// The digest of an inline element: of the exact octets between its tags.
fn digest(content: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, content.as_bytes());
    format!("sha256-{}", STANDARD.encode(digest))
}
