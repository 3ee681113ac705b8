//! The body as text.

use serde_json::Value;

use crate::judge::body_bytes::content;
use crate::judge::form::Form;
use crate::judge::mismatch::Mismatch;
use crate::judge::pattern::Checker;
use crate::judge::tally::Tally;
use crate::model::{FindingKind, Pattern, Response, Scope, Span};
use crate::text::charset::Charset;

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
    let found = Checker::of_text().first_mismatch(&form, &Value::from(text));
    let mismatch = found.map(|found| Mismatch {
        kind: FindingKind::Text,
        message: format!("the body {}", found.message),
        pointer: None,
        ..found
    });
    tally.record(mismatch.into_iter().collect());
}

/// The charset that the answer declares, UTF-8 without one; `None` if it is not known here.
fn charset(response: &Response) -> Option<Charset> {
    match response.charset() {
        None => Some(Charset::Utf8),
        Some(name) => Charset::named(&name),
    }
}
