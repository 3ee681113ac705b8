//! What a body that is no document breaks: what is about its form, and not what is about its content.

use serde_json::Value;

use crate::json::DocumentError;
use crate::judge::body_bytes::content;
use crate::judge::mismatch::{Mismatch, WithoutDocument};
use crate::judge::tally::Tally;
use crate::model::{BodyCheck, FindingKind, Response, Span, Suite, XmlCheck};

/// Does the check reject a body that is no document? A schema does if it rejects null, and that it is XML.
pub(super) fn requires_form(check: &BodyCheck, suite: &Suite) -> bool {
    match check {
        BodyCheck::Schema { schema, .. } => !suite.schema(*schema).accepts(&Value::Null),
        BodyCheck::Xml { check, .. } => matches!(check, XmlCheck::WellFormed),
        _ => false,
    }
}

/// A mismatch of the document as such: it is that of the rules of a schema that reject null.
pub(super) fn about_form(check: &BodyCheck, mismatch: &Mismatch, suite: &Suite) -> Vec<Mismatch> {
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
pub(super) fn without_document(
    check: &BodyCheck,
    mismatch: Mismatch,
    suite: &Suite,
    is_reported: &mut bool,
    tally: &mut Tally,
) {
    let checks = check.checks();
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

/// A body that its content coding does not fit (RFC 9110 section 8.4).
pub(super) fn undecoded(fault: &str, span: Span, response: &Response) -> Mismatch {
    let codings = response.coded.as_ref().map(|coded| coded.codings.as_str());
    Mismatch::new(FindingKind::NotJson, span, fault)
        .expected(format!(
            "a body with the content coding {}",
            codings.unwrap_or_default()
        ))
        .actual(content(&response.body))
}

pub(super) fn not_json(error: &DocumentError, span: Span, response: &Response) -> Mismatch {
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

#[cfg(test)]
mod tests {
    use crate::json::{SchemaDocuments, SchemaId, SchemaLibrary};
    use crate::judge::testing::{block, judge_in, kinds, must, response, span, suite};
    use crate::model::{BodyCheck, Judgement, Level, StatusPattern};
    use serde_json::json;

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
