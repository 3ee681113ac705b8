//! Waiver files: which failures are waived, why, and until when.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::Date;

use crate::load::files;
use crate::load::record::{Read, Record, Text, record};
use crate::load::value_schemas::{Day, NotEmpty, RequirementId, WaiverKind as WaiverKindSchema};
use crate::load::yaml;
use crate::model::waiver::LONGEST;
use crate::model::{Diagnostic, Severity, Sources, Waiver, WaiverKind};
use crate::text::nearest::nearest;

record! {
    /// A waiver file: known failures that are waived, each for a reason and until a date.
    WaiversFile, "a waiver file" {
        /// The waivers.
        required "waivers" waivers: Vec<WaiverFormat<'n>>,
    }
}

record! {
    /// A waiver for one failure of one case.
    WaiverFormat, "a waiver" {
        /// The id of the case.
        required "case" case: Text<'n>,
        /// Waive only failures of this requirement.
        optional "requirement" requirement: Text<'n> as RequirementId,
        /// `failure` (default): a case that always fails. `flaky`: a case that fails sometimes; waived only if it
        /// passed in another attempt of the same run (`--retries`).
        optional "kind" kind: Text<'n> as WaiverKindSchema,
        /// The name of the target.
        required "target" target: Text<'n>,
        /// Why it may fail.
        required "reason" reason: Text<'n> as NotEmpty,
        /// The issue that tracks it.
        optional "issue" issue: Text<'n>,
        /// Who is responsible for it.
        optional "owner" owner: Text<'n>,
        /// The date of the waiver.
        required "created" created: Text<'n> as Day,
        /// The last day of the waiver, at most 180 days after `created`.
        required "expires" expires: Text<'n> as Day,
        /// The failure; `probity waive` writes these lines.
        required "fingerprint" fingerprint: Vec<Text<'n>>,
    }
}

/// Reads a waiver file. The file joins the sources, so that diagnostics can show it.
///
/// # Errors
///
/// Everything that is wrong with the file.
pub fn load_waivers(path: &Path, sources: &mut Sources) -> Result<Vec<Waiver>, Vec<Diagnostic>> {
    let text = files::read_file(path).map_err(|diagnostic| vec![*diagnostic])?;
    read_waivers(&path.display().to_string(), text, sources)
}

/// Reads the text of a waiver file.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn read_waivers(
    name: &str,
    text: String,
    sources: &mut Sources,
) -> Result<Vec<Waiver>, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let file = sources.add(name, text);
    let waivers = yaml::parse(sources, file, &mut diagnostics).and_then(|node| {
        let format = WaiversFile::read(&node, &mut diagnostics)?;
        Some(entries(&format, sources, &mut diagnostics))
    });
    let is_broken = diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error);
    match waivers {
        Some(waivers) if !is_broken => Ok(waivers),
        _ => Err(diagnostics),
    }
}

fn entries(
    format: &WaiversFile<'_>,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Waiver> {
    let mut waivers: Vec<Waiver> = Vec::new();
    let mut spans = Vec::new();
    for entry in &format.waivers {
        let Some(waiver) = waiver(entry, sources, diagnostics) else {
            continue;
        };
        let key = |one: &Waiver| {
            (
                one.case.clone(),
                one.requirement.clone(),
                one.target.clone(),
            )
        };
        let span = entry.node().beginning();
        if let Some(first) = waivers.iter().position(|known| key(known) == key(&waiver)) {
            let message = format!("duplicate waiver of `{}`", waiver.case);
            diagnostics.push(
                Diagnostic::error("waivers/duplicate", span, message)
                    .also(spans[first], "first waiver"),
            );
        }
        waivers.push(waiver);
        spans.push(span);
    }
    waivers
}

fn waiver(
    entry: &WaiverFormat<'_>,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Waiver> {
    let kind = entry.kind.map(|text| kind(text, diagnostics));
    let reason = not_empty(entry.reason, "reason", diagnostics);
    let created = date(entry.created, diagnostics);
    let expires = date(entry.expires, diagnostics);
    if let (Some(created), Some(expires)) = (created, expires) {
        let days = created
            .until(expires)
            .map_or(i32::MAX, |span| span.get_days());
        if !(0..=LONGEST).contains(&days) {
            let message = format!("the waiver lasts {days} days, from {created} to {expires}");
            diagnostics.push(
                Diagnostic::error("waivers/too-long", entry.expires.span, message).help(format!(
                    "choose a day at most {LONGEST} days after `created`"
                )),
            );
        }
    }
    if entry.fingerprint.is_empty() {
        let at = entry.node().beginning();
        diagnostics.push(
            Diagnostic::error("waivers/no-fingerprint", at, "empty `fingerprint`")
                .help("let `probity waive` write the entry from the report of a run"),
        );
    }
    let fingerprint: BTreeSet<String> = entry
        .fingerprint
        .iter()
        .map(|line| line.value.to_owned())
        .collect();
    Some(Waiver {
        case: entry.case.value.to_owned(),
        requirement: entry.requirement.map(|text| text.value.to_owned()),
        kind: kind.unwrap_or_default(),
        target: entry.target.value.to_owned(),
        reason: reason?,
        issue: entry.issue.map(|text| text.value.to_owned()),
        owner: entry.owner.map(|text| text.value.to_owned()),
        created: created?,
        expires: expires?,
        fingerprint,
        place: sources.place(entry.case.span),
    })
}

/// `failure` or `flaky`.
fn kind(text: Text<'_>, diagnostics: &mut Vec<Diagnostic>) -> WaiverKind {
    match text.value {
        "failure" => WaiverKind::Failure,
        "flaky" => WaiverKind::Flaky,
        other => {
            let shown = other.escape_debug();
            let message = format!("expected `failure` or `flaky`, found `{shown}`");
            let diagnostic = Diagnostic::error("waivers/kind", text.span, message);
            diagnostics.push(match nearest(other, ["failure", "flaky"]) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic
                    .help("`flaky` waives a case that passed in another attempt of the same run"),
            });
            WaiverKind::Failure
        }
    }
}

/// A string that is not empty.
fn not_empty(text: Text<'_>, key: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    let trimmed = text.value.trim();
    if trimmed.is_empty() {
        let message = format!("empty `{key}`");
        diagnostics.push(Diagnostic::error("waivers/empty", text.span, message));
        return None;
    }
    Some(trimmed.to_owned())
}

/// A day: `2026-01-31`.
fn date(text: Text<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Date> {
    let date = Some(text.value)
        .filter(|value| value.len() == "2026-01-31".len())
        .and_then(|value| value.parse().ok());
    if date.is_none() {
        let message = format!("invalid date `{}`", text.value.escape_debug());
        diagnostics.push(
            Diagnostic::error("waivers/date", text.span, message)
                .help("write year, month and day: \"2026-01-31\""),
        );
    }
    date
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = "  - case: a/b/c\n    target: staging\n    reason: known\n    created: \"2026-01-01\"\n    \
                         expires: \"2026-06-30\"\n    fingerprint: [\"X-1 step 1: status, 200 expected, 500 found\"]\n";

    fn codes(text: &str) -> Vec<&'static str> {
        match read_waivers("w.yaml", text.to_owned(), &mut Sources::default()) {
            Ok(_) => Vec::new(),
            Err(found) => found.iter().map(|diagnostic| diagnostic.code).collect(),
        }
    }

    #[test]
    fn a_waiver_is_read_with_its_place() {
        let text = format!("waivers:\n{ENTRY}");
        let read = read_waivers("w.yaml", text, &mut Sources::default()).unwrap();
        assert_eq!(read[0].expires.to_string(), "2026-06-30");
        assert_eq!((read[0].place.line, read[0].fingerprint.len()), (2, 1));
    }

    #[test]
    fn invalid_waivers_are_rejected() {
        let with = |from: &str, to: &str| codes(&format!("waivers:\n{}", ENTRY.replace(from, to)));
        assert_eq!(with("2026-06-30", "2026-07-01"), ["waivers/too-long"]);
        assert_eq!(with("2026-06-30", "2025-12-31"), ["waivers/too-long"]);
        assert_eq!(with("2026-06-30", "2026-02-30"), ["waivers/date"]);
        assert_eq!(with("known", "\" \""), ["waivers/empty"]);
        assert_eq!(with("target", "targt"), ["format/unknown-key"]);
        assert_eq!(
            with("    reason", "    kind: flakey\n    reason"),
            ["waivers/kind"]
        );
        assert_eq!(
            codes(&format!("waivers:\n{ENTRY}{ENTRY}")),
            ["waivers/duplicate"]
        );
        assert_eq!(codes("waivers: []\n"), [""; 0]);
    }
}
