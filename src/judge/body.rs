//! The body: parsed once, and only when a check needs it.

use std::cell::{Cell, OnceCell};

use serde_json::Value;

use crate::json::{Document, DocumentError};
use crate::judge::body_bytes;
use crate::judge::body_text;
use crate::judge::coding;
use crate::judge::document_form::{
    about_form, not_json, requires_form, undecoded, without_document,
};
use crate::judge::events;
use crate::judge::extra_bytes;
use crate::judge::extra_bytes::after_the_end;
use crate::judge::json_lines;
use crate::judge::json_value::{matching, schema_violations};
use crate::judge::judged_blocks;
use crate::judge::mismatch::Mismatch;
use crate::judge::pattern::Checker;
use crate::judge::selection;
use crate::judge::sink::KEPT;
use crate::judge::tally::Tally;
use crate::judge::xml_body;
use crate::model::{
    AnswerPlace, Block, BodyCheck, FindingKind, Level, Response, Scope, Step, Suite,
};
use crate::xml;

/// A response's body as the checks of all blocks see it.
pub(super) struct Body<'r> {
    response: &'r Response,
    document: OnceCell<Result<Document, DocumentError>>,
    xml: OnceCell<Result<xml::Document, xml::DocumentError>>,
    /// Were bytes after its end reported?
    is_rest_reported: Cell<bool>,
    /// Were duplicate members reported?
    are_duplicates_reported: Cell<bool>,
    /// The step whose checks see it.
    step: Option<(&'r Step, AnswerPlace)>,
    /// Does a required schema of the step say that there is a document?
    is_form_required: OnceCell<bool>,
}

impl<'r> Body<'r> {
    pub(super) fn new(response: &'r Response) -> Body<'r> {
        Body {
            response,
            document: OnceCell::new(),
            xml: OnceCell::new(),
            is_rest_reported: Cell::new(false),
            are_duplicates_reported: Cell::new(false),
            step: None,
            is_form_required: OnceCell::new(),
        }
    }

    /// The body as the checks of a step see it.
    pub(super) fn of_step(step: &'r Step, place: AnswerPlace, response: &'r Response) -> Body<'r> {
        Body {
            step: Some((step, place)),
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
            let mut judged =
                judged.flat_map(|(step, place)| judged_blocks(step, place, self.response));
            // A block with a condition may say nothing about this answer.
            judged.any(|block| block.when.is_none() && requires(block))
        });
        !is_required || requires(block)
    }

    /// The answer that has it.
    pub(super) fn response(&self) -> &'r Response {
        self.response
    }

    /// What was reported about the body as such: bytes after its end, duplicate members.
    pub(super) fn reported(&self) -> [bool; 2] {
        [
            self.is_rest_reported.get(),
            self.are_duplicates_reported.get(),
        ]
    }

    /// Takes back, or repeats, what was reported about the body as such.
    pub(super) fn set_reported(&self, [rest, duplicates]: [bool; 2]) {
        self.is_rest_reported.set(rest);
        self.are_duplicates_reported.set(duplicates);
    }

    /// Are there no bytes?
    pub(super) fn is_empty(&self) -> bool {
        self.response.body.is_empty() && self.response.trailing.is_empty()
    }

    /// The body as JSON; an event stream as an array of its events.
    pub(super) fn document(&self) -> Result<&Document, &DocumentError> {
        self.document
            .get_or_init(|| match Document::parse(&self.response.body) {
                Err(_) if self.response.is_event_stream() => events::document(&self.response.body),
                parsed => parsed,
            })
            .as_ref()
    }

    /// The body as XML.
    pub(super) fn xml(&self) -> Result<&xml::Document, &xml::DocumentError> {
        self.xml
            .get_or_init(|| xml_body::parse(self.response))
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
        let checks: usize = block.body.iter().map(BodyCheck::checks).sum();
        return tally.pass(checks);
    }
    let mut is_reported = false;
    let fault = body.fault();
    for check in &block.body {
        let reads_content = !matches!(check, BodyCheck::Empty { .. });
        if let Some(fault) = fault.filter(|_| reads_content) {
            let mismatch = undecoded(fault, check.span(), body.response);
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
            let mismatch = after_the_end(check.span(), body.response);
            tally.record(about_form(check, &mismatch, suite));
        }
        match check {
            BodyCheck::Empty { span } => extra_bytes::judge_empty(*span, body.response, tally),
            BodyCheck::Text { pattern, span } => {
                body_text::judge(pattern, *span, scope, body.response, tally);
            }
            BodyCheck::Bytes { condition, span } => {
                let mismatch = body_bytes::judge(condition, *span, scope, &body.response.body);
                tally.record(mismatch.into_iter().collect());
            }
            BodyCheck::Encoded { condition, span } => {
                let method = body.step.map(|(step, _)| step.request.method.as_str());
                let has_no_content = coding::has_no_content(method, body.response);
                coding::judge(
                    condition,
                    *span,
                    scope,
                    body.response,
                    has_no_content,
                    tally,
                );
            }
            BodyCheck::Events { limit, span } => {
                let method = body.step.map(|(step, _)| step.request.method.as_str());
                let has_no_content = coding::has_no_content(method, body.response);
                let found = events::judge(*limit, *span, body.response, has_no_content);
                tally.record(found);
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
            BodyCheck::Xml {
                check: of_xml,
                span,
            } => match body.xml() {
                Ok(document) => {
                    for mismatches in xml_body::judge(of_xml, *span, scope, document) {
                        tally.record(mismatches);
                    }
                }
                Err(error) => {
                    let mismatch = xml_body::not_xml(error, *span, body.response);
                    without_document(check, mismatch, suite, &mut is_reported, tally);
                }
            },
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
                    let mismatch = not_json(error, check.span(), body.response);
                    without_document(check, mismatch, suite, &mut is_reported, tally);
                }
            },
        }
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
        | BodyCheck::Events { .. }
        | BodyCheck::JsonLines { .. }
        | BodyCheck::Xml { .. } => {}
    }
}

/// Two members of one name: which of them counts is each reader's guess (RFC 8259 section 4).
fn duplicates(document: &Document, check: &BodyCheck, suite: &Suite, tally: &mut Tally) {
    let span = check.span();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{SchemaDocuments, SchemaLibrary};
    use crate::judge::testing::{judge, kinds, must, pattern, response, span};
    use crate::model::{Block, Judgement, StatusPattern};
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
}
