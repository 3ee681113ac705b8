//! A finding for the report: without secrets, and without the values of header fields that are never shown.

use std::borrow::Cow;

use crate::engine::binary::{has_secret, hides_secret};
use crate::engine::received::{lines, values};
use crate::engine::step::StepOutcome;
use crate::model::{AnswerPlace, Finding, FindingKind, RawFinding, Response};
use crate::redact::Redactor;
use crate::redact::headers::{NOT_SHOWN, is_sensitive};
use crate::text::excerpt::short_text;

/// Longest value of bytes after the end of an answer, in characters.
const VALUE_SHOWN: usize = 200;
/// A message that holds so many characters of a value quotes it.
const QUOTED: usize = 4;

/// The findings of a step.
pub(super) fn findings(step: &StepOutcome, redactor: &Redactor) -> Vec<Finding> {
    let findings = step.judged.judgement.findings.iter();
    findings
        .map(|finding| {
            let response = match finding.redirect {
                Some(number) => step.exchange.answers().at(AnswerPlace::Redirect(number)),
                None => step.exchange.received(),
            };
            shown(finding, response, redactor)
        })
        .collect()
}

/// Of a header field that is never shown, only what the case file itself says is shown.
fn shown(finding: &RawFinding, response: Option<&Response>, redactor: &Redactor) -> Finding {
    let mut shown = finding.clone().redacted(redactor);
    if finding.kind == FindingKind::NotEmpty
        && let Some(response) = response.filter(|response| !response.trailing.is_empty())
    {
        let (body, trailing) = (&response.body, &response.trailing);
        let [body, trailing] = [body, trailing].map(|bytes| String::from_utf8_lossy(bytes));
        if let (_, Cow::Owned(trailing)) = redactor.apart(&body, &trailing) {
            // The value begins in the middle of a secret.
            let value = short_text(&trailing, VALUE_SHOWN);
            shown.actual = redactor.text(&format!("{value:?}"));
        }
    }
    if response.is_some_and(|response| spells_secret(finding, response, redactor)) {
        shown.message = redactor.text("the body is not the expected one");
        shown.actual = redactor.text("bytes with a secret");
        shown.diff = None;
    }
    let name = finding.header.as_deref().filter(|name| is_sensitive(name));
    let Some((name, response)) = name.zip(response) else {
        return shown;
    };
    let lines = lines(response, name);
    let values: Vec<&str> = lines.iter().flat_map(|line| values(name, line)).collect();
    let is_literal = |value: &&str| finding.place.source.contains(*value);
    if values.iter().all(is_literal) {
        return shown;
    }
    let hidden: Vec<String> = lines
        .iter()
        // A secret can be longer than what is hidden.
        .map(|line| without_values(name, &redactor.redact(line)))
        .collect();
    let hidden = hidden.join(" | ");
    let is_quoted = |value: &&str| {
        let beginning: String = value.chars().take(QUOTED).collect();
        finding.message.contains(&beginning)
    };
    if values.iter().any(is_quoted) {
        shown.message = redactor.text(&format!("header `{name}` is `{hidden}`"));
    }
    shown.actual = redactor.text(&hidden);
    shown
}

/// Does the finding spell a secret of the body in a way that no search finds: in digits, or in another charset?
fn spells_secret(finding: &RawFinding, response: &Response, redactor: &Redactor) -> bool {
    match finding.kind {
        FindingKind::Status | FindingKind::Header | FindingKind::MediaType => false,
        FindingKind::Bytes => has_secret(&response.body, redactor),
        _ => hides_secret(response, redactor),
    }
}

fn without_values(name: &str, line: &str) -> String {
    let mut shown = String::new();
    let mut rest = line;
    for value in values(name, line) {
        // A value is behind its name: the last place, where the two are equal.
        let at = value.as_ptr().addr() - rest.as_ptr().addr();
        shown.push_str(&rest[..at]);
        shown.push_str(NOT_SHOWN);
        rest = &rest[at + value.len()..];
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_values_of_sensitive_fields_are_hidden() {
        for (name, line, shown) in [
            (
                "Set-Cookie",
                "sid=abc; Path=/; Secure",
                "sid=[not shown]; Path=/; Secure",
            ),
            ("set-cookie", "a=a; a=a", "a=[not shown]; a=a"),
            ("set-cookie", "", ""),
            ("Cookie", "a=1; b=2", "a=[not shown]; b=[not shown]"),
            ("Authorization", "Bearer xyz", "Bearer [not shown]"),
            ("X-Api-Key", "k=1", "[not shown]"),
        ] {
            assert_eq!(without_values(name, line), shown);
        }
    }
}
