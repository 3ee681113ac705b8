//! One JSON text against a schema or a pattern.

use serde_json::Value;

use crate::json::pointer::Path;
use crate::json::{Document, SchemaId};
use crate::judge::diff;
use crate::judge::form::Form;
use crate::judge::mismatch::Mismatch;
use crate::judge::pattern::Checker;
use crate::judge::refusal::inexact_numbers;
use crate::judge::sink::Sink;
use crate::model::{FindingKind, Pattern, Scope, Span, Suite};

/// What a schema rejects.
pub(super) fn schema_violations(
    schema: SchemaId,
    span: Span,
    document: &Document,
    suite: &Suite,
) -> Vec<Mismatch> {
    let violations = match suite.schema(schema).violations_in(document) {
        Ok(violations) => violations,
        Err(pointers) => return inexact_numbers(document, &pointers, span),
    };
    let value = &document.value;
    let mut view = (!violations.is_empty()).then(|| diff::of_refused(value, &violations));
    violations
        .iter()
        .map(|violation| {
            let actual = value.pointer(&violation.pointer);
            let mut mismatch = Mismatch::new(FindingKind::Schema, span, &*violation.message)
                .at(&*violation.pointer)
                .expected(format!(
                    "{}: {}",
                    violation.rule.keyword, violation.rule.rule
                ))
                .actual(match document.inexact.get(&violation.pointer) {
                    Some(written) => format!("{written} (number)"),
                    None => actual.map_or_else(String::new, crate::judge::mismatch::shown),
                });
            mismatch.schema = Some(violation.rule.clone());
            mismatch.requirement.clone_from(&violation.requirement);
            mismatch.diff = view.take();
            mismatch
        })
        .collect()
}

/// What a pattern does not accept, with a diff at the first mismatch.
pub(super) fn matching(
    checker: Checker<'_>,
    pattern: &Pattern,
    value: &Value,
    scope: Scope<'_>,
) -> Vec<Mismatch> {
    let form = match Form::of(pattern, scope) {
        Ok(form) => form,
        Err(mismatch) => return vec![*mismatch],
    };
    let start = Path::Start("");
    if checker.matches(&form, value, &start) {
        return Vec::new();
    }
    let mut sink = Sink::all();
    checker.check(&form, value, &start, &mut sink);
    let mut found = sink.mismatches;
    if let Some(first) = found.first_mut() {
        first.diff = Some(diff::against(&checker, &form, value, ""));
    }
    found
}
