//! What a failure looks like, apart from values and times: the same text when it fails the same way again.
//!
//! Waivers and comparisons contain these lines, and people read them in reviews, so they are plain text and no hash: `PRESENCE-41 step 1: value at /*/state, text expected, null found`.

use std::collections::BTreeSet;

use crate::model::contract::Level;
use crate::model::finding::{Finding, FindingKind, NO_HEADER, NO_NODE, NOTHING};

/// The lines of everything that was not met and matters (MUST, SHOULD, and what arranges), each once.
pub fn fingerprint<'f, T: AsRef<str> + 'f>(
    findings: impl IntoIterator<Item = &'f Finding<T>>,
) -> BTreeSet<String> {
    findings
        .into_iter()
        .filter(|finding| finding.level != Some(Level::May))
        .map(line)
        .collect()
}

/// Requirement, step, and the symptom.
fn line<T: AsRef<str>>(finding: &Finding<T>) -> String {
    let requirement = finding.requirement.as_deref().unwrap_or("arranging");
    let check = match &finding.rule {
        // A rule is the same in every step.
        Some(rule) => format!("rule {rule}"),
        None => format!("step {}", finding.step + 1),
    };
    format!("{requirement} {check}: {}", symptom(finding))
}

/// Kind, the shape of the place, and of which sort expected and actual are: `missing at /*/xuid, text expected, nothing found`.
pub(crate) fn symptom<T: AsRef<str>>(finding: &Finding<T>) -> String {
    let (expected, actual) = (finding.expected.as_ref(), finding.actual.as_ref());
    let pointer = finding.pointer.as_ref().map(AsRef::as_ref);
    let header = finding.header.as_ref().map(AsRef::as_ref);
    let place = match (pointer, header) {
        (Some(""), _) => " at the whole body".to_owned(),
        (Some(pointer), _) => format!(" at {}", shape(pointer)),
        (None, Some(header)) => format!(" of {}", header.to_lowercase()),
        (None, None) => String::new(),
    };
    let what = match &finding.schema {
        Some(rule) => format!(
            "{} refused by {}",
            sort(finding.kind, actual),
            rule.location
        ),
        None => format!(
            "{} expected, {} found",
            expected_sort(finding.kind, expected, actual),
            sort(finding.kind, actual)
        ),
    };
    format!("{}{place}, {what}", finding.kind.name())
}

/// A line of a fingerprint for people: it says in what way two values of one sort differ, and not that there was something.
///
/// The line itself is in waivers and baselines, where it must stay as it is.
pub fn in_words(line: &str) -> String {
    let parts = || {
        let (rest, actual) = line.strip_suffix(" found")?.rsplit_once(", ")?;
        let (place, expected) = rest.strip_suffix(" expected")?.rsplit_once(", ")?;
        Some((place, expected, actual))
    };
    let Some((place, expected, actual)) = parts() else {
        return line.to_owned();
    };
    // These kinds say it all.
    let is_said = |kind: &str| place.contains(&format!(": {kind} at "));
    if is_said("missing") && actual == NOTHING || is_said("extra") && expected == NOTHING {
        return place.to_owned();
    }
    let of_header = || place.contains(": header of ");
    match (expected, actual) {
        ("something", "something") if of_header() => format!("{place}: missing, or another value"),
        ("something", "something") => format!("{place}: not as expected"),
        ("something", NOTHING) => format!("{place}: nothing found"),
        ("something", actual) => format!("{place}: not as expected ({actual} found)"),
        (expected, "something") => format!("{place}: {expected} expected"),
        (expected, actual) if expected == actual => format!("{place}: another {actual}"),
        (expected, actual) => format!("{place}: {expected} expected, {actual} found"),
    }
}

/// A JSON Pointer with `*` for every index: which element it was this time says nothing.
pub(super) fn shape(pointer: &str) -> String {
    let is_index =
        |segment: &str| !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit());
    let segments: Vec<&str> = pointer
        .split('/')
        .map(|segment| if is_index(segment) { "*" } else { segment })
        .collect();
    segments.join("/")
}

/// Like [`sort`], and the name of a marker, which is in the case file: `<one-of>`.
///
/// Of a header field that is missing it is always `something`: waivers and baselines have these lines since before findings
/// showed what was expected of it.
fn expected_sort(kind: FindingKind, expected: &str, actual: &str) -> String {
    if kind == FindingKind::Header && actual == NO_HEADER {
        return "something".to_owned();
    }
    match expected.strip_prefix('<') {
        Some(marker) => {
            let name = marker.split([' ', '>']).next().unwrap_or_default();
            format!("<{name}>")
        }
        None => sort(kind, expected),
    }
}

/// The sort of a value: its JSON type, a status, a media type; never the value.
fn sort(kind: FindingKind, text: &str) -> String {
    match (kind, text.as_bytes().first()) {
        (_, None) => "something".to_owned(),
        (FindingKind::Status, _) => text.split(' ').next().unwrap_or_default().to_owned(),
        (FindingKind::MediaType, Some(b'a'..=b'z')) if text.contains('/') => {
            let essence = text.split([';', ' ']).find(|word| word.contains('/'));
            essence.unwrap_or_default().to_lowercase()
        }
        (_, Some(b'"')) => "text".to_owned(),
        (_, Some(b'{')) => "object".to_owned(),
        (_, Some(b'[')) => "array".to_owned(),
        _ if text == NOTHING || text == NO_NODE => NOTHING.to_owned(),
        _ if text == "null" => "null".to_owned(),
        _ if text == "true" || text == "false" => "boolean".to_owned(),
        _ if text.parse::<f64>().is_ok() => "number".to_owned(),
        _ => "something".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_lines_of_one_failure_of_each_kind() {
        let lines: Vec<String> = sample::broken()
            .cases
            .iter()
            .flat_map(|case| fingerprint(&case.findings))
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn what_is_expected_of_a_missing_header_field_is_not_in_its_line() {
        let mut finding = sample::broken().cases[3].findings[2].clone();
        (finding.kind, finding.pointer) = (FindingKind::Header, None);
        finding.header = Some("Location".into());
        finding.actual = NO_HEADER.into();
        for expected in ["the expected value", "any value", "\"bar\"", "</^x$/>"] {
            finding.expected = expected.into();
            let line = fingerprint([&finding]).pop_first().unwrap();
            let end = ": header of location, something expected, something found";
            assert!(line.ends_with(end), "{line}");
        }
    }

    #[test]
    fn the_words_for_people() {
        let words = [
            "A-1 step 1: header of location, something expected, something found",
            "A-1 step 1: value at /items/*/id, something expected, text found",
            "A-1 step 1: value at /items/*/id, <one-of> expected, text found",
            "A-1 step 1: value at /a, text expected, text found",
            "A-1 step 1: missing at /a, something expected, nothing found",
            "A-1 step 1: extra at /a, nothing expected, something found",
            "A-1 rule r: status, 200 expected, 404 found",
            "A-1 step 1: text at the whole body, text expected, something found",
            "A-1 step 1: schema at /a, null refused by #/properties/a",
            "anything else",
        ];
        insta::assert_snapshot!(words.map(in_words).join("\n"));
    }

    #[test]
    fn another_value_at_another_index_is_the_same_failure() {
        let mut finding = sample::broken().cases[3].findings[2].clone();
        let before = fingerprint([&finding]);
        finding.pointer = Some("/17/state".into());
        finding.actual = "\"drowsy\"".into();
        finding.message = "another".into();
        assert_eq!(fingerprint([&finding]), before);
        finding.actual = "null".into();
        assert_ne!(fingerprint([&finding]), before);
    }
}
