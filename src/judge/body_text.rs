//! The body as text.

use serde_json::Value;

use crate::judge::body_bytes::content;
use crate::judge::diff;
use crate::judge::form::{Accepts, Form};
use crate::judge::mismatch::Mismatch;
use crate::judge::pattern::Checker;
use crate::judge::tally::Tally;
use crate::model::{FindingKind, Pattern, Response, Scope, Span};
use crate::text::charset::Charset;

/// Two texts of which one is longer, in characters, are shown by where they differ: messages show only beginnings.
const SHOWN: usize = 60;

/// Text in the charset that the answer declares. What is declared and not known here is not judged.
pub(super) fn judge(
    pattern: &Pattern,
    span: Span,
    scope: Scope<'_>,
    response: &Response,
    tally: &mut Tally,
) {
    let form = match Form::of(pattern, scope) {
        Ok(form) => form,
        Err(mismatch) => return tally.record(vec![*mismatch]),
    };
    let Some(charset) = charset(response) else {
        tally.unjudged += 1;
        return;
    };
    let Some(text) = charset.decode(&response.body) else {
        let message = format!("the body is not {} text", charset.name());
        let mismatch = Mismatch::new(FindingKind::Text, span, message);
        let mismatch = mismatch.expected(form.describe());
        return tally.record(vec![mismatch.actual(content(&response.body))]);
    };
    let long = long_texts(&form, &text).map(line_of_difference);
    let value = Value::from(text);
    let checker = Checker::of_text();
    let found = checker.first_mismatch(&form, &value);
    let mismatch = found.map(|found| Mismatch {
        kind: FindingKind::Text,
        message: match long {
            Some(line) => format!("the body differs from the expected text in line {line}"),
            None => format!("the body {}", found.message),
        },
        pointer: None,
        diff: long.map(|_| diff::against(&checker, &form, &value, "")),
        ..found
    });
    tally.record(mismatch.into_iter().collect());
}

/// The expected text and the actual one, if one of them is too long for a message.
fn long_texts<'t>(form: &'t Form<'_>, text: &'t str) -> Option<(&'t str, &'t str)> {
    let Accepts::Value(expected) = &form.accepts else {
        return None;
    };
    let expected = expected.as_str()?;
    let is_long = |text: &str| text.chars().nth(SHOWN).is_some();
    (is_long(expected) || is_long(text)).then_some((expected, text))
}

/// The number of the line in which two texts begin to differ.
fn line_of_difference((expected, actual): (&str, &str)) -> usize {
    let pairs = expected.bytes().zip(actual.bytes());
    let common = pairs.take_while(|(one, other)| one == other);
    1 + common.filter(|(byte, _)| *byte == b'\n').count()
}

/// The charset that the answer declares, UTF-8 without one; `None` if it is not known here.
fn charset(response: &Response) -> Option<Charset> {
    match response.charset() {
        None => Some(Charset::Utf8),
        Some(name) => Charset::named(&name),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::judge::testing::{judge, must, pattern, response, span};
    use crate::model::{BodyCheck, DiffSide, Judgement};

    fn compare(expected: &str, actual: &str) -> Judgement {
        let check = BodyCheck::Text {
            pattern: pattern(&json!(expected)),
            span: span(),
        };
        judge(vec![must().body(check)], &response(200, actual))
    }

    #[test]
    fn long_texts_are_shown_by_where_they_differ() {
        let page = |message: &str| format!("{}\n<p>{message}</p>\n</body>\n", "[html]".repeat(20));
        let judged = compare(
            &page("User or password is wrong."),
            &page("There is no such user."),
        );
        let found = &judged.findings[0];
        assert_eq!(
            found.message,
            "the body differs from the expected text in line 2"
        );
        let lines = &found.diff.as_ref().unwrap().lines;
        let sides: Vec<DiffSide> = lines.iter().map(|line| line.side).collect();
        assert_eq!(sides, [DiffSide::Expected, DiffSide::Actual]);
        assert!(lines[0].text.starts_with("\"…") && lines[0].text.contains("User or"));
        assert!(lines[1].text.contains("There is no such user."));
    }

    #[test]
    fn short_texts_are_shown_in_the_message() {
        let judged = compare("pong", "ping");
        assert_eq!(
            judged.findings[0].message,
            "the body is \"ping\", expected \"pong\""
        );
        assert!(judged.findings[0].diff.is_none());
    }
}
