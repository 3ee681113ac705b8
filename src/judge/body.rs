//! The body: parsed once, and only when a check needs it.

use std::cell::{Cell, OnceCell};

use serde_json::Value;

use crate::json::{Document, DocumentError};
use crate::judge::body_bytes;
use crate::judge::body_bytes::content;
use crate::judge::coding;
use crate::judge::form::Form;
use crate::judge::json_lines;
use crate::judge::json_value::{matching, schema_violations};
use crate::judge::judged_blocks;
use crate::judge::mismatch::{Mismatch, SHOWN, WithoutDocument, count};
use crate::judge::pattern::Checker;
use crate::judge::selection;
use crate::judge::sink::KEPT;
use crate::judge::tally::Tally;
use crate::model::{
    Block, BodyCheck, FindingKind, Level, Pattern, Response, Scope, Span, Step, Suite,
};
use crate::text::charset::Charset;
use crate::text::excerpt::short_text;
use crate::text::parameters::value_of;

/// A response's body as the checks of all blocks see it.
pub(super) struct Body<'r> {
    response: &'r Response,
    document: OnceCell<Result<Document, DocumentError>>,
    /// Were bytes after its end reported?
    is_rest_reported: Cell<bool>,
    /// Were duplicate members reported?
    are_duplicates_reported: Cell<bool>,
    /// The step whose checks see it.
    step: Option<&'r Step>,
    /// Does a required schema of the step say that there is a document?
    is_form_required: OnceCell<bool>,
}

impl<'r> Body<'r> {
    pub(super) fn new(response: &'r Response) -> Body<'r> {
        Body {
            response,
            document: OnceCell::new(),
            is_rest_reported: Cell::new(false),
            are_duplicates_reported: Cell::new(false),
            step: None,
            is_form_required: OnceCell::new(),
        }
    }

    /// The body as the checks of a step see it.
    pub(super) fn of_step(step: &'r Step, response: &'r Response) -> Body<'r> {
        Body {
            step: Some(step),
            ..Body::new(response)
        }
    }

    /// Does this block report what is wrong with the document as such? The one that requires its form does, and any if
    /// there is none.
    fn is_reported_by(&self, block: &Block, suite: &Suite) -> bool {
        let requires = |block: &Block| {
            block.level == Some(Level::Must)
                && block.body.iter().any(|check| requires_form(check, suite))
        };
        let is_required = self.is_form_required.get_or_init(|| {
            let judged = self.step.into_iter();
            let mut judged = judged.flat_map(|step| judged_blocks(step, self.response));
            judged.any(requires)
        });
        !is_required || requires(block)
    }

    /// Are there no bytes?
    pub(super) fn is_empty(&self) -> bool {
        self.response.body.is_empty() && self.response.trailing.is_empty()
    }

    /// The body as JSON.
    pub(super) fn document(&self) -> Result<&Document, &DocumentError> {
        self.document
            .get_or_init(|| Document::parse(&self.response.body))
            .as_ref()
    }

    /// The value, if a check read the body as JSON and it is.
    pub(super) fn into_value(self) -> Option<Value> {
        let document = self.document.into_inner()?;
        document.ok().map(|document| document.value)
    }

    /// Why its content codings could not be undone.
    pub(super) fn fault(&self) -> Option<&'r str> {
        let coded = self.response.coded.as_ref();
        coded.and_then(|coded| coded.fault.as_deref())
    }
}

/// Checks the body against one block.
pub(super) fn judge(
    block: &Block,
    scope: Scope<'_>,
    body: &Body<'_>,
    suite: &Suite,
    tally: &mut Tally,
) {
    if block.or_empty && body.is_empty() {
        let checks: usize = block.body.iter().map(checks_in).sum();
        return tally.pass(checks);
    }
    let mut is_reported = false;
    let fault = body.fault();
    for check in &block.body {
        let reads_content = !matches!(check, BodyCheck::Empty { .. });
        if let Some(fault) = fault.filter(|_| reads_content) {
            let mismatch = undecoded(fault, span_of(check), body.response);
            if let BodyCheck::Encoded { .. } = check {
                // Whatever else is to blame: this is what the check is about.
                tally.record(vec![mismatch]);
                is_reported = true;
                continue;
            }
            without_document(check, mismatch, suite, &mut is_reported, tally);
            continue;
        }
        if reads_content
            && !body.response.trailing.is_empty()
            && !body.is_rest_reported.get()
            && body.is_reported_by(block, suite)
        {
            body.is_rest_reported.set(true);
            let mismatch = after_the_end(span_of(check), body.response);
            tally.record(about_form(check, &mismatch, suite));
        }
        match check {
            BodyCheck::Empty { span } => empty(*span, body.response, tally),
            BodyCheck::Text { pattern, span } => {
                text(pattern, *span, scope, body.response, tally);
            }
            BodyCheck::Bytes { condition, span } => {
                let mismatch = body_bytes::judge(condition, *span, scope, &body.response.body);
                tally.record(mismatch.into_iter().collect());
            }
            BodyCheck::Encoded { condition, span } => {
                coding::judge(condition, *span, scope, body.response, tally);
            }
            BodyCheck::JsonLines { condition, span } => {
                let bytes = &body.response.body;
                match json_lines::judge(condition, *span, scope, bytes, suite) {
                    Ok(found) => tally.record(found),
                    Err(_) if is_reported => tally.fail_unreported(1),
                    Err(broken) => {
                        is_reported = true;
                        tally.record(broken);
                    }
                }
            }
            BodyCheck::Schema { .. }
            | BodyCheck::Json { .. }
            | BodyCheck::JsonExactly { .. }
            | BodyCheck::Select(_) => match body.document() {
                Ok(document) => {
                    if !document.duplicates.is_empty()
                        && !body.are_duplicates_reported.get()
                        && body.is_reported_by(block, suite)
                    {
                        body.are_duplicates_reported.set(true);
                        duplicates(document, check, suite, tally);
                    }
                    json(check, document, scope, suite, tally);
                }
                Err(error) => {
                    let mismatch = not_json(error, span_of(check), body.response);
                    without_document(check, mismatch, suite, &mut is_reported, tally);
                }
            },
        }
    }
}

/// Does the check reject a body that is no document? A schema does if it rejects null.
fn requires_form(check: &BodyCheck, suite: &Suite) -> bool {
    match check {
        BodyCheck::Schema { schema, .. } => !suite.schema(*schema).accepts(&Value::Null),
        _ => false,
    }
}

/// A mismatch of the document as such: it is that of the rules of a schema that reject null.
fn about_form(check: &BodyCheck, mismatch: &Mismatch, suite: &Suite) -> Vec<Mismatch> {
    let BodyCheck::Schema { schema, .. } = check else {
        return vec![mismatch.clone()];
    };
    let violations = suite.schema(*schema).violations(&Value::Null);
    let mut named: Vec<Option<String>> = Vec::new();
    for violation in violations {
        if !named.contains(&violation.requirement) {
            named.push(violation.requirement);
        }
    }
    if named.is_empty() {
        return vec![mismatch.clone()];
    }
    let each = named.into_iter().map(|requirement| Mismatch {
        requirement,
        ..mismatch.clone()
    });
    each.collect()
}

/// Records that there is no document: once for the checks of a block that look inside, and for each that is about its form.
fn without_document(
    check: &BodyCheck,
    mismatch: Mismatch,
    suite: &Suite,
    is_reported: &mut bool,
    tally: &mut Tally,
) {
    let checks = checks_in(check);
    if requires_form(check, suite) {
        let broken = Mismatch {
            without_document: Some(WithoutDocument::Broken),
            ..mismatch
        };
        tally.record(about_form(check, &broken, suite));
        *is_reported = true;
        return;
    }
    tally.without_document += checks;
    if std::mem::replace(is_reported, true) {
        return tally.fail_unreported(checks);
    }
    tally.record(vec![Mismatch {
        without_document: Some(WithoutDocument::NothingToJudge),
        ..mismatch
    }]);
    tally.fail_unreported(checks - 1);
}

/// How many checks a body check counts for: each condition of a selection is one.
pub(super) fn checks_in(check: &BodyCheck) -> usize {
    match check {
        BodyCheck::Select(selection) => selection.conditions.len(),
        _ => 1,
    }
}

fn json(
    check: &BodyCheck,
    document: &Document,
    scope: Scope<'_>,
    suite: &Suite,
    tally: &mut Tally,
) {
    match check {
        BodyCheck::Schema { schema, span } => {
            tally.record(schema_violations(*schema, *span, document, suite));
        }
        BodyCheck::Json { pattern, .. } => {
            let checker = Checker::open(&document.inexact).within(document);
            tally.record(matching(checker, pattern, &document.value, scope));
        }
        BodyCheck::JsonExactly { pattern, .. } => {
            let checker = Checker::closed(&document.inexact).within(document);
            tally.record(matching(checker, pattern, &document.value, scope));
        }
        BodyCheck::Select(select) => {
            for mismatches in selection::judge(select, scope, document) {
                tally.record(mismatches);
            }
        }
        BodyCheck::Empty { .. }
        | BodyCheck::Text { .. }
        | BodyCheck::Bytes { .. }
        | BodyCheck::Encoded { .. }
        | BodyCheck::JsonLines { .. } => {}
    }
}

/// Bytes after the end of the answer, seen on the wire: its length is not the one that it states (RFC 9112 section
/// 6.3), and a client on a persistent connection takes them for the beginning of the next answer.
fn after_the_end(span: Span, response: &Response) -> Mismatch {
    let bytes = &response.trailing;
    let message = format!(
        "{} came after the end of the answer",
        count(bytes.len(), "byte")
    );
    Mismatch::new(FindingKind::NotEmpty, span, message)
        .expected("no bytes after the end")
        .actual(beginning(bytes))
}

/// No bytes at all. That none came after the end is evidence only if the transport sees the wire.
fn empty(span: Span, response: &Response, tally: &mut Tally) {
    let body = response.received_body();
    if !body.is_empty() {
        let size = count(body.len(), "byte");
        let message = format!("the body has {size}, none expected");
        let mismatch = Mismatch::new(FindingKind::NotEmpty, span, message)
            .expected("no bytes")
            .actual(beginning(body));
        tally.record(vec![mismatch]);
    } else if !response.trailing.is_empty() {
        tally.record(vec![after_the_end(span, response).expected("no bytes")]);
    } else if response.saw_wire {
        tally.record(Vec::new());
    } else {
        tally.unjudged += 1;
    }
}

/// Text in the charset that the answer declares. What is declared and not known here is not judged.
fn text(pattern: &Pattern, span: Span, scope: Scope<'_>, response: &Response, tally: &mut Tally) {
    let form = match Form::of(pattern, scope) {
        Ok(form) => form,
        Err(mismatch) => return tally.record(vec![*mismatch]),
    };
    let Some(charset) = declared_charset(response) else {
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

/// The charset of the `Content-Type` (RFC 9110 section 8.3.2), UTF-8 without one; `None` if it is not known here.
fn declared_charset(response: &Response) -> Option<Charset> {
    let line = response.header_values("content-type").next();
    let line = line.and_then(|line| std::str::from_utf8(line).ok());
    match line.and_then(|line| value_of(line, "charset")) {
        None => Some(Charset::Utf8),
        Some(name) => Charset::named(&name),
    }
}

/// Two members of one name: which of them counts is each reader's guess (RFC 8259 section 4).
fn duplicates(document: &Document, check: &BodyCheck, suite: &Suite, tally: &mut Tally) {
    let span = span_of(check);
    let mismatches = document.duplicates.iter().take(KEPT).flat_map(|pointer| {
        let message = format!("duplicate member {pointer}");
        let mismatch = Mismatch::new(FindingKind::DuplicateMember, span, message)
            .at(pointer)
            .expected("each member name once")
            .actual("a duplicate member name");
        about_form(check, &mismatch, suite)
    });
    tally.record(mismatches.collect());
}

/// A body that its content coding does not fit (RFC 9110 section 8.4).
fn undecoded(fault: &str, span: Span, response: &Response) -> Mismatch {
    let codings = response.coded.as_ref().map(|coded| coded.codings.as_str());
    Mismatch::new(FindingKind::NotJson, span, fault)
        .expected(format!(
            "a body with the content coding {}",
            codings.unwrap_or_default()
        ))
        .actual(content(&response.body))
}

fn not_json(error: &DocumentError, span: Span, response: &Response) -> Mismatch {
    let message = if response.body.is_empty() {
        "there is no body, JSON expected".to_owned()
    } else {
        format!(
            "the body is not JSON: {} (line {}, column {})",
            error.message, error.line, error.column
        )
    };
    Mismatch::new(FindingKind::NotJson, span, message)
        .expected("JSON")
        .actual(content(&response.body))
}

/// Bytes that should not be there: quoted text, or what they are in words. As much text as could be shown, so that a
/// large body is not decoded for its first line; with `…` where it was cut, so that the beginning of a secret is
/// recognised there.
fn beginning(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(SHOWN * 4)];
    let is_cut = head.len() < bytes.len();
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if is_cut && error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return content(bytes),
    };
    let mut text = text.to_owned();
    if is_cut {
        text.push('…');
    }
    format!("{:?}", short_text(&text, SHOWN))
}

fn span_of(check: &BodyCheck) -> Span {
    match check {
        BodyCheck::Empty { span }
        | BodyCheck::Schema { span, .. }
        | BodyCheck::Json { span, .. }
        | BodyCheck::JsonExactly { span, .. }
        | BodyCheck::Text { span, .. }
        | BodyCheck::Bytes { span, .. }
        | BodyCheck::Encoded { span, .. }
        | BodyCheck::JsonLines { span, .. } => *span,
        BodyCheck::Select(selection) => selection.span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{SchemaDocuments, SchemaId, SchemaLibrary};
    use crate::judge::testing::{
        block, judge, judge_in, kinds, must, pattern, response, span, suite,
    };
    use crate::model::{Block, Judgement, Level, StatusPattern};
    use serde_json::json;

    fn any() -> Block {
        must().status(&[StatusPattern::Any])
    }

    #[test]
    fn a_body_that_is_not_json_is_reported_once_for_each_block() {
        let blocks = vec![
            any().json(&json!({})).json(&json!([])),
            must().json(&json!({})),
        ];
        let judgement = judge(blocks, &response(200, "<html>"));
        assert_eq!(kinds(&judgement), [("not-json", "-"), ("not-json", "-")]);
        assert_eq!(judgement.failed, 3);
        let finding = &judgement.findings[0];
        assert_eq!(
            finding.message,
            "the body is not JSON: expected a value, found `<` (line 1, column 1)"
        );
        assert_eq!(finding.actual, "<html>");
    }

    #[test]
    fn a_body_that_its_coding_does_not_fit_fails_each_block_that_looks_at_it() {
        let response = Response {
            coded: Some(crate::model::Coded {
                codings: "gzip".into(),
                fault: Some("the body is not gzip".into()),
                ..crate::model::Coded::default()
            }),
            ..response(200, r#"{"a":1}"#)
        };
        let blocks = vec![
            any(),
            must().json(&json!({ "a": 1 })).json(&json!({ "a": 1 })),
            must().json(&json!({ "a": 1 })),
        ];
        let judgement = judge(blocks, &response);
        assert_eq!(kinds(&judgement), [("not-json", "-"), ("not-json", "-")]);
        assert_eq!(judgement.failed, 3);
        assert_eq!(judgement.findings[0].message, "the body is not gzip");
        assert!(judgement.blocks[0].held && !judgement.blocks[1].held);
    }

    #[test]
    fn a_missing_body_is_not_json() {
        let judgement = judge(vec![any().json(&json!({}))], &response(200, ""));
        assert_eq!(
            judgement.findings[0].message,
            "there is no body, JSON expected"
        );
    }

    #[test]
    fn a_member_that_stands_twice_is_reported_in_the_first_block_that_looks() {
        let blocks = vec![
            any(),
            must().json(&json!({ "a": 2 })),
            must().json(&json!({ "a": 2 })),
        ];
        let judgement = judge(blocks, &response(200, r#"{"a":1,"a":2}"#));
        assert_eq!(kinds(&judgement), [("duplicate-member", "/a")]);
        assert_eq!(judgement.findings[0].block, Some(1));
        assert!(!judgement.blocks[1].held && judgement.blocks[2].held);
    }

    fn empty(body: &str, trailing: &str, saw_wire: bool) -> Judgement {
        let response = Response {
            trailing: trailing.into(),
            saw_wire,
            ..response(204, body)
        };
        let block = any().body(BodyCheck::Empty { span: span() });
        judge(vec![block], &response)
    }

    #[test]
    fn an_empty_body_has_no_bytes_after_its_end_either() {
        assert!(empty("", "", true).blocks[0].held);
        assert_eq!(kinds(&empty("{}", "", true)), [("not-empty", "-")]);
        assert_eq!(kinds(&empty("", "{}", true)), [("not-empty", "-")]);
        assert_eq!(kinds(&empty(" ", "", false)), [("not-empty", "-")]);
    }

    #[test]
    fn bytes_after_the_end_are_reported_once_by_the_first_check_of_the_body() {
        let response = Response {
            trailing: b"and more".to_vec(),
            saw_wire: true,
            ..response(200, r#"{"a":2}"#)
        };
        let blocks = vec![
            any(),
            must().json(&json!({ "a": 2 })),
            must().json(&json!({ "a": 2 })),
        ];
        let judgement = judge(blocks, &response);
        assert_eq!(kinds(&judgement), [("not-empty", "-")]);
        assert_eq!(judgement.findings[0].block, Some(1));
        assert!(judgement.blocks[0].held && !judgement.blocks[1].held && judgement.blocks[2].held);
    }

    #[test]
    fn a_body_that_may_be_missing_is_checked_where_it_is_there() {
        let or_empty = || Block {
            or_empty: true,
            ..any().json(&json!({ "a": 1 }))
        };
        let judgement = judge(vec![or_empty()], &response(404, ""));
        assert!(judgement.blocks[0].held);
        assert_eq!(judgement.passed, 2);
        let judgement = judge(vec![or_empty()], &response(404, "{}"));
        assert_eq!(kinds(&judgement), [("missing", "/a")]);
    }

    #[test]
    fn markers_and_schemas_agree() {
        let library = SchemaLibrary::new(&SchemaDocuments::new()).unwrap();
        let accepts =
            |schema: &Value, value: &Value| library.compile_inline(schema).unwrap().accepts(value);
        let matches = |marker: &str, value: &Value| {
            let judgement = judge(
                vec![any().json(&json!(marker))],
                &response(200, &value.to_string()),
            );
            judgement.blocks[0].held
        };
        for (text, is_date_time, is_number) in [
            ("2024-01-01T10:00:00-08", false, false),
            ("2024-01-01t10:00:00z", true, false),
            ("2024-02-29T23:59:60Z", true, false),
            ("2024-02-29T22:59:60Z", false, false),
            ("2024-02-30T22:59:00Z", false, false),
            ("\u{661}\u{662}\u{663}", false, false),
            ("123", false, true),
        ] {
            let value = json!(text);
            let format = json!({ "format": "date-time" });
            assert_eq!(matches("<date-time>", &value), is_date_time, "{text}");
            assert_eq!(accepts(&format, &value), is_date_time, "{text}");
            assert_eq!(matches(r"</^\d+$/>", &value), is_number, "{text}");
            assert_eq!(
                accepts(&json!({ "pattern": r"^\d+$" }), &value),
                is_number,
                "{text}"
            );
        }
    }

    #[test]
    fn an_end_that_was_not_seen_proves_nothing() {
        let judgement = empty("", "", false);
        assert_eq!(judgement.findings, []);
        assert_eq!(judgement.unjudged, 1);
        assert_eq!(judgement.blocks[0].unproven, ["R-1"]);
    }

    #[test]
    fn text_is_text() {
        let text = |expected: &str, body: &[u8]| {
            let check = BodyCheck::Text {
                pattern: pattern(&json!(expected)),
                span: span(),
            };
            let mut response = response(200, "");
            response.body = body.to_vec();
            let judgement = judge(vec![any().body(check)], &response);
            let findings = judgement.findings.into_iter();
            findings.map(|finding| finding.message).collect::<Vec<_>>()
        };
        assert!(text("ok", b"ok").is_empty());
        assert_eq!(text("ok", b"no"), ["the body is \"no\", expected \"ok\""]);
        assert_eq!(text("</o/>", b"\xff"), ["the body is not UTF-8 text"]);
    }

    /// A block that proves R-1 and R-2 by a schema that blames R-2 (or a stranger) for one rule.
    fn by_schema(named: &str, body: &str) -> Judgement {
        let mut suite = suite();
        let library = SchemaLibrary::new(&SchemaDocuments::new()).unwrap();
        let schema = library.compile_inline(&json!({
            "type": "object",
            "properties": { "a": { "type": "string", "x-requirement": named } },
        }));
        suite.schemas.push(schema.unwrap());
        let block = block(&["R-1", "R-2"], Some(Level::Must))
            .status(&[StatusPattern::Any])
            .body(BodyCheck::Schema {
                schema: SchemaId(0),
                span: span(),
            });
        judge_in(&suite, vec![block], &response(200, body))
    }

    #[test]
    fn a_schema_blames_the_requirement_that_it_names() {
        let judgement = by_schema("R-2", r#"{"a":1}"#);
        let finding = &judgement.findings[0];
        assert_eq!(finding.requirements, ["R-2"]);
        assert_eq!(finding.level, Some(Level::Should));
        assert_eq!(finding.pointer.as_deref(), Some("/a"));
        assert_eq!(finding.expected, "type: \"string\"");
        assert_eq!(judgement.blocks[0].violated, ["R-2"]);
        assert_eq!(judgement.blocks[0].upheld, ["R-1"]);
        assert_eq!(finding.diff.as_ref().unwrap().lines.len(), 3);
    }

    #[test]
    fn a_requirement_that_the_block_does_not_prove_is_not_blamed() {
        let judgement = by_schema("R-4", r#"{"a":1}"#);
        assert_eq!(judgement.findings[0].requirements, ["R-1", "R-2"]);
        assert_eq!(judgement.blocks[0].violated, ["R-1", "R-2"]);
    }

    /// A step whose first block looks inside the document, and whose second is about its form; both are required.
    fn with_form(response: &crate::model::Response) -> Judgement {
        let mut suite = suite();
        let library = SchemaLibrary::new(&SchemaDocuments::new()).unwrap();
        let schema = library.compile_inline(&json!({
            "allOf": [{ "type": "object", "x-requirement": "R-1" }],
            "properties": { "a": { "type": "string", "x-requirement": "R-2" } },
        }));
        suite.schemas.push(schema.unwrap());
        let inside = block(&["R-4"], Some(Level::Must))
            .status(&[StatusPattern::Any])
            .json(&json!({ "a": "x" }));
        let form = block(&["R-1", "R-2"], Some(Level::Must)).body(BodyCheck::Schema {
            schema: SchemaId(0),
            span: span(),
        });
        judge_in(&suite, vec![inside, form], response)
    }

    #[test]
    fn no_document_violates_what_is_about_its_form_and_leaves_the_rest_unproven() {
        for body in ["", "<html>", r#"{"a":"#] {
            let judgement = with_form(&response(200, body));
            assert_eq!(kinds(&judgement), [("not-json", "-")], "{body}");
            assert_eq!(judgement.findings[0].requirements, ["R-1"]);
            assert_eq!(judgement.blocks[0].violated, [""; 0]);
            assert_eq!(judgement.blocks[0].unproven, ["R-4"]);
            assert_eq!(judgement.blocks[1].violated, ["R-1"]);
            assert_eq!(judgement.blocks[1].unproven, ["R-2"]);
        }
    }

    #[test]
    fn a_document_of_another_form_is_judged_by_every_block() {
        let judgement = with_form(&response(200, "[]"));
        assert_eq!(judgement.blocks[0].violated, ["R-4"]);
        assert_eq!(judgement.blocks[1].violated, ["R-1"]);
    }

    #[test]
    fn bytes_after_the_end_and_duplicates_are_findings_of_the_form() {
        let trailing = crate::model::Response {
            trailing: b"more".to_vec(),
            saw_wire: true,
            ..response(200, r#"{"a":"x"}"#)
        };
        for response in [trailing, response(200, r#"{"a":"x","a":"x"}"#)] {
            let judgement = with_form(&response);
            assert_eq!(judgement.findings.len(), 1);
            assert_eq!(judgement.blocks[0].upheld, ["R-4"]);
            assert_eq!(judgement.blocks[1].violated, ["R-1"]);
        }
    }

    #[test]
    fn a_recommended_form_excuses_no_required_block() {
        let mut suite = suite();
        let library = SchemaLibrary::new(&SchemaDocuments::new()).unwrap();
        let schema = library.compile_inline(&json!({ "type": "object" }));
        suite.schemas.push(schema.unwrap());
        let inside = must().status(&[StatusPattern::Any]).json(&json!({}));
        let form = block(&["R-2"], Some(Level::Should)).body(BodyCheck::Schema {
            schema: SchemaId(0),
            span: span(),
        });
        let judgement = judge_in(&suite, vec![inside, form], &response(200, "no"));
        assert_eq!(judgement.blocks[0].violated, ["R-1"]);
        assert_eq!(judgement.blocks[1].violated, ["R-2"]);
    }

    #[test]
    fn a_rule_without_requirement_blames_all_of_the_block() {
        let judgement = by_schema("R-2", "[]");
        assert_eq!(judgement.blocks[0].violated, ["R-1", "R-2"]);
    }
}
