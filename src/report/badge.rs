//! A badge: one line of SVG for a README or a status page.
//!
//! Green says that the target conforms, as a statement would: never of an incomplete run, of selected cases, or where the
//! gate only rejects regressions.

use std::io;

use crate::model::{Conformance, Report, WaiverStanding};
use crate::report::page::{cells, count, cut};
use crate::report::summary::comparison::moment;
use crate::text::printable::printable;

/// The words on the left.
const LABEL: &str = "contract";

/// Width of a character at 11 pixels, and the space around a text.
const CHARACTER: usize = 7;
const SPACE: usize = 14;

/// The longest name of a target in the description, in cells.
const NAME: usize = 100;

/// Writes the badge.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let (conformance, reasons) = Conformance::of(report);
    let (words, colour) = shown(conformance, report);
    let side = |text: &str| cells(text) * CHARACTER + SPACE;
    let (left, right) = (side(LABEL), side(&words));
    let all = left + right;
    let reasons = match reasons.as_slice() {
        [] => String::new(),
        reasons => format!(" ({})", cut(&printable(&reasons.join("; ")), 2 * NAME)),
    };
    let title = escaped(&format!(
        "{LABEL}: {words}, {} on {}{reasons}",
        cut(&printable(&report.target.name), NAME),
        cut(&printable(&moment(&report.started)), NAME),
    ));
    let words = escaped(&words);
    let (at_label, at_words) = (left / 2, left + right / 2);
    let (label_length, words_length) = (left - SPACE, right - SPACE);
    write!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="20" role="img" aria-label="{title}">
<title>{title}</title>
<clipPath id="r"><rect width="{all}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)">
<rect width="{left}" height="20" fill="#3b4048"/>
<rect x="{left}" width="{right}" height="20" fill="{colour}"/>
</g>
<g fill="#ffffff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
<text x="{at_label}" y="14" textLength="{label_length}" lengthAdjust="spacingAndGlyphs">{LABEL}</text>
<text x="{at_words}" y="14" textLength="{words_length}" lengthAdjust="spacingAndGlyphs">{words}</text>
</g>
</svg>
"##
    )
}

/// The words on the right and their background, on which white has a contrast of at least 4.5.
fn shown(conformance: Conformance, report: &Report) -> (String, &'static str) {
    const GREEN: &str = "#1d633c";
    const AMBER: &str = "#7a5200";
    const RED: &str = "#a51d16";
    const GREY: &str = "#565c64";
    match conformance {
        // Anyone may have answered.
        Conformance::Conforms if report.target.insecure => ("conforms (insecure)".into(), AMBER),
        Conformance::Conforms if report.recording.is_some() => {
            ("conforms (recorded)".into(), GREEN)
        }
        Conformance::Conforms => ("conforms".into(), GREEN),
        Conformance::Waived => {
            let waivers = report.waivers.iter();
            let applied = waivers.filter(|one| one.standing == WaiverStanding::Applied);
            let text = format!("conforms with {}", count(applied.count(), "waiver"));
            (text, AMBER)
        }
        Conformance::Violated => ("violated".into(), RED),
        Conformance::StaleWaiver => ("waiver stale".into(), RED),
        Conformance::Selected => ("selected cases only".into(), GREY),
        Conformance::Incomplete => ("incomplete".into(), GREY),
        Conformance::Unjudged => ("not judged".into(), GREY),
        Conformance::NoMust => ("no MUST requirement".into(), GREY),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Comparison, ExitCode, Gate, Level, Verdict};
    use crate::report::sample;

    fn badge(report: &Report) -> String {
        let mut out = Vec::new();
        render(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// A run of which every MUST requirement is upheld.
    fn green() -> Report {
        let mut report = sample::green();
        for one in &mut report.requirements {
            one.disposition = crate::model::Disposition::Upheld;
        }
        report.exit = ExitCode::Conforms;
        report.reasons.clear();
        report
    }

    fn is_green(report: &Report) -> bool {
        badge(report).contains("#1d633c")
    }

    #[test]
    fn only_a_complete_run_that_proves_every_must_is_green() {
        type Edit = fn(&mut Report);
        assert!(is_green(&green()));
        let changes: [(&str, Edit); 15] = [
            ("interrupted", |report| report.interrupted = true),
            ("selected", |report| report.selection = vec!["a".into()]),
            ("no cases", |report| report.cases.clear()),
            ("a gap", |report| {
                report.requirements[0].disposition = crate::model::Disposition::Unproven;
            }),
            // A selection that left it out, in a report that does not say so.
            ("a gap that is not required", |report| {
                report.requirements[0].disposition = crate::model::Disposition::Unproven;
                report.requirements[0].required = false;
            }),
            ("violated", |report| {
                report.requirements[0].disposition = crate::model::Disposition::Violated;
            }),
            ("a failed case", |report| {
                report.cases[0].verdict = Verdict::Fail;
            }),
            ("an error", |report| {
                report.cases[0].verdict = Verdict::Error;
            }),
            ("nothing but skipped cases", |report| {
                report
                    .cases
                    .iter_mut()
                    .for_each(|case| case.verdict = Verdict::Skip);
            }),
            ("nothing upheld", |report| {
                for one in &mut report.requirements {
                    one.disposition = crate::model::Disposition::NotApplicable;
                }
            }),
            ("another exit code", |report| {
                report.exit = ExitCode::StaleWaiver;
            }),
            ("without verification", |report| {
                report.target.insecure = true;
            }),
            ("no MUST", |report| {
                report.requirements.retain(|one| one.level != Level::Must);
            }),
            ("no MUST that applies", |report| {
                for one in &mut report.requirements {
                    if one.level == Level::Must {
                        one.disposition = crate::model::Disposition::NotApplicable;
                    }
                }
            }),
            ("a shard", |report| report.shard = sample::shard().shard),
        ];
        for (name, change) in changes {
            let mut report = green();
            change(&mut report);
            assert!(!is_green(&report), "{name}");
        }
        for (name, report) in sample::named() {
            let is_one = report.exit == ExitCode::Conforms && report.requirements.len() > 1;
            assert!(!is_green(&report) || is_one, "{name}");
        }
    }

    #[test]
    fn a_gate_for_regressions_makes_no_violation_green() {
        let mut report = sample::regressed();
        report.exit = ExitCode::Conforms;
        let comparison = report.comparison.as_ref().map(|one| Comparison {
            gate: Gate::Regressions,
            ..(**one).clone()
        });
        report.comparison = comparison.map(Box::new);
        assert!(!is_green(&report));
    }
}
