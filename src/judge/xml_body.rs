//! The body as XML: well-formed, with what XPaths yield, and compared with a document.

use crate::judge::body_bytes::content;
use crate::judge::mismatch::{Mismatch, count};
use crate::judge::xml_diff;
use crate::judge::xml_nodes;
use crate::model::{FindingKind, Response, Scope, Span, XmlCheck, XmlDocument};
use crate::text::charset::Charset;
use crate::text::excerpt::short_text;
use crate::xml::compare::{Line, Prefixes, lines};
use crate::xml::document::{Document, DocumentError};

/// Longest line of a document in a message, in characters.
const SHOWN: usize = 100;

/// Parses the body. A charset that the answer declares takes precedence over the document (RFC 7303 section 3).
pub(super) fn parse(response: &Response) -> Result<Document, DocumentError> {
    let declared = response.charset();
    let charset = declared.and_then(|name| Charset::named(&name));
    let text = match charset {
        None | Some(Charset::Utf8) => None,
        Some(charset) => charset.decode(&response.body),
    };
    match text {
        None => Document::parse(&response.body),
        Some(text) => Document::parse_text(text.strip_prefix('\u{feff}').unwrap_or(&text)),
    }
}

/// A body that is not XML.
pub(super) fn not_xml(error: &DocumentError, span: Span, response: &Response) -> Mismatch {
    let message = if response.body.is_empty() {
        "there is no body, XML expected".to_owned()
    } else if error.is_refused {
        format!("the body was not read as XML: {error}")
    } else {
        format!("the body is not well-formed XML: {error}")
    };
    Mismatch::new(FindingKind::NotXml, span, message)
        .expected("well-formed XML")
        .actual(content(&response.body))
}

/// Checks a document; one list of mismatches per condition.
pub(super) fn judge(
    check: &XmlCheck,
    span: Span,
    scope: Scope<'_>,
    document: &Document,
) -> Vec<Vec<Mismatch>> {
    match check {
        XmlCheck::WellFormed => vec![Vec::new()],
        XmlCheck::Select(selection) => xml_nodes::judge(selection, scope, document),
        XmlCheck::Equals(expected) => {
            vec![
                differs(expected, span, scope, document)
                    .into_iter()
                    .collect(),
            ]
        }
    }
}

/// The mismatch of a document with another structure: one for all differences, with a diff.
fn differs(
    expected: &XmlDocument,
    span: Span,
    scope: Scope<'_>,
    document: &Document,
) -> Option<Mismatch> {
    let fill = match expected.filler(scope) {
        Ok(fill) => fill,
        Err(why) => return Some(Mismatch::unresolved(span, &why)),
    };
    let mut prefixes = Prefixes::default();
    let wanted = lines(&expected.document, &mut prefixes, &fill);
    let found = lines(document, &mut prefixes, &str::to_owned);
    let is_same = |(one, other): (&Line, &Line)| one.depth == other.depth && one.text == other.text;
    let same = wanted.iter().zip(&found).take_while(|pair| is_same(*pair));
    let first = same.count();
    if first == wanted.len() && first == found.len() {
        return None;
    }
    let node = found.get(first).or(found.last()).map(|line| line.node)?;
    let (line, column) = document.place(node);
    let path = document.path(node);
    let shown = |line: Option<&Line>| {
        line.map_or("the end".to_owned(), |line| short_text(&line.text, SHOWN))
    };
    let (wanted_line, found_line) = (shown(wanted.get(first)), shown(found.get(first)));
    let (diff, changes) = xml_diff::of(&wanted, &found, first);
    let message = format!(
        "the document differs in {}, first at {path} (line {line}, column {column}): {found_line}, expected {wanted_line}",
        count(changes, "line")
    );
    let mut mismatch = Mismatch::new(FindingKind::Value, span, message)
        .expected(wanted_line)
        .actual(found_line);
    mismatch.diff = Some(diff);
    Some(mismatch)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::judge::testing::{judge as judged, kinds, must, pattern, response, span};
    use crate::model::{
        Block, BodyCheck, Condition, Draft, Expression, Finding, StatusPattern, XmlPath,
        XmlSelection,
    };
    use crate::xml::xpath::{Namespaces, XPath, hole};
    use serde_json::json;

    const BODY: &str = "<s:Envelope xmlns:s='urn:s' xmlns='urn:d'><s:Body>\n <item id='1' price='2.50'>one</item>\n <item id='2' price='10'>two</item>\n <none/>\n</s:Body></s:Envelope>";

    fn xml(check: XmlCheck) -> Block {
        let span = span();
        must()
            .status(&[StatusPattern::Any])
            .body(BodyCheck::Xml { check, span })
    }

    fn found(check: XmlCheck, body: &str) -> Vec<Finding<String>> {
        let judgement = judged(vec![xml(check)], &response(200, body));
        assert_eq!(judgement.blocks[0].held, judgement.findings.is_empty());
        judgement.findings
    }

    fn select(path: &str, condition: Condition, or_none: bool) -> XmlCheck {
        let pairs = [("s", "urn:s"), ("d", "urn:d")];
        let pairs = pairs.map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned()));
        let path = XmlPath {
            xpath: XPath::new(path, &Namespaces::from(pairs)).unwrap(),
            holes: Vec::new(),
            written: path.to_owned(),
        };
        XmlCheck::Select(Box::new(XmlSelection {
            path,
            conditions: [(condition, span())].into(),
            or_none,
            span: span(),
        }))
    }

    fn messages(path: &str, condition: Condition) -> Vec<String> {
        let findings = found(select(path, condition, false), BODY).into_iter();
        findings
            .map(|finding| {
                assert_eq!(finding.pointer, None);
                finding.message
            })
            .collect()
    }

    fn each(json: &serde_json::Value) -> Condition {
        Condition::Each(pattern(json))
    }

    fn literal(json: serde_json::Value) -> Draft {
        Draft::Literal(Box::new(json))
    }

    #[test]
    fn nodes_are_texts_and_digits_are_numbers_where_a_number_is_expected() {
        for (path, condition) in [
            ("//d:item/@id", each(&json!("<integer>"))),
            ("//d:item/@id", each(&json!("<string>"))),
            ("//d:item/@price", each(&json!("<number>"))),
            ("//d:item", each(&json!("<non-empty>"))),
            ("//d:item[1]", Condition::Equal(literal(json!("one")))),
            ("//d:item[1]/@id", Condition::Equal(literal(json!(1)))),
            ("//d:item[1]/@id", Condition::Equal(literal(json!("1")))),
            ("//d:item[1]/@price", Condition::Equal(literal(json!(2.5)))),
            (
                "//d:item",
                Condition::Count {
                    min: 2,
                    max: Some(2),
                },
            ),
            ("count(//d:item)", Condition::Equal(literal(json!(2)))),
            ("not(//d:item)", Condition::Equal(literal(json!(false)))),
            ("string(//d:item)", each(&json!("one"))),
            ("//d:item/@id", Condition::Unique),
            (
                "//d:item/@price",
                Condition::Sorted {
                    is_descending: false,
                    by: None,
                },
            ),
            ("//d:item/@id", Condition::SameSet(literal(json!([2, "1"])))),
            (
                "//d:item/@id",
                Condition::SubsetOf(literal(json!([1, 2, 3]))),
            ),
            ("//d:item", Condition::None(pattern(&json!("three")))),
            (
                "//d:item[@id = 3]",
                Condition::None(pattern(&json!("<any>"))),
            ),
            (
                "//d:none/@id",
                Condition::Count {
                    min: 0,
                    max: Some(0),
                },
            ),
        ] {
            assert_eq!(
                messages(path, condition.clone()),
                [""; 0],
                "{path} {condition:?}"
            );
        }
    }

    #[test]
    fn a_mismatch_names_the_node_and_its_place() {
        assert_eq!(
            messages("//d:item/@price", each(&json!("<integer>"))),
            ["/s:Envelope/s:Body/item[1]/@price (line 2, column 2): is 2.5, expected an integer"]
        );
        assert_eq!(
            messages("//d:item", each(&json!("one"))),
            ["/s:Envelope/s:Body/item[2] (line 3, column 2): is \"two\", expected \"one\""]
        );
        assert_eq!(
            messages("//d:item[1]/@id", Condition::Equal(literal(json!(2)))),
            ["/s:Envelope/s:Body/item[1]/@id (line 2, column 2): is 1, expected 2"]
        );
        assert_eq!(
            messages("count(//d:item)", Condition::Equal(literal(json!(3)))),
            ["count(//d:item): is 2, expected 3"]
        );
        assert_eq!(
            messages("//d:item", Condition::Count { min: 3, max: None }),
            ["2 nodes at //d:item, expected at least 3"]
        );
        assert_eq!(messages("//@*", Condition::Unique), [""; 0]);
        assert_eq!(
            messages(
                "//d:item/@*[name() = 'id'] | //d:none | //s:Body/d:none",
                Condition::None(pattern(&json!("1")))
            )[0],
            "/s:Envelope/s:Body/item[1]/@id (line 2, column 2): \"1\" must not be selected"
        );
    }

    #[test]
    fn what_leads_nowhere_is_no_evidence() {
        let zero = || Condition::Count {
            min: 0,
            max: Some(0),
        };
        let other_namespace = "elements `item` are in the namespace `urn:d` here, and the path";
        for (path, condition, part) in [
            ("//item", zero(), other_namespace),
            (
                "//item",
                Condition::None(pattern(&json!("<any>"))),
                other_namespace,
            ),
            ("//item", each(&json!("<any>")), other_namespace),
            (
                "count(//item)",
                Condition::Equal(literal(json!(0))),
                other_namespace,
            ),
            (
                "not(//item[1])",
                Condition::Equal(literal(json!(true))),
                other_namespace,
            ),
            (
                "//d:itemz/@id",
                zero(),
                "leads nowhere: there is nothing at //d:itemz",
            ),
            (
                "count(/d:order/d:item)",
                Condition::Equal(literal(json!(0))),
                "leads nowhere",
            ),
        ] {
            let messages = messages(path, condition);
            assert_eq!(messages.len(), 1, "{path}");
            assert!(messages[0].contains(part), "{messages:?}");
        }
        let none = || Condition::None(pattern(&json!("<any>")));
        for (path, condition, message) in [
            (
                "//d:item[d:zz/@q = 1]/d:b",
                none(),
                "the path //d:item[d:zz/@q = 1]/d:b leads nowhere: there is nothing at d:zz, in a predicate of //d:item",
            ),
            (
                "//d:zz/d:q | //d:item/@id",
                each(&json!("<integer>")),
                "the path //d:zz/d:q | //d:item/@id leads nowhere: there is nothing at //d:zz",
            ),
            (
                "//d:zz/d:q | //d:item/@id",
                Condition::Unique,
                "the path //d:zz/d:q | //d:item/@id leads nowhere: there is nothing at //d:zz",
            ),
            (
                "count(/s:Envelope/s:Body/d:itme)",
                Condition::Equal(literal(json!(0))),
                "there is nothing at /s:Envelope/s:Body/d:itme, but there is `item`: one of them is misspelt",
            ),
            (
                "string(//d:error)",
                Condition::Equal(literal(json!(""))),
                "the path string(//d:error) leads nowhere: there is nothing at //d:error",
            ),
        ] {
            assert_eq!(messages(path, condition), [message], "{path}");
        }
        // A condition that does not hold says so.
        assert_eq!(
            messages("//d:zz/d:q | //d:item[1]/@id", each(&json!("<boolean>"))),
            [
                "/s:Envelope/s:Body/item[1]/@id (line 2, column 2): is \"1\" (string), expected true or false"
            ]
        );
        let allowed = select("//item", zero(), true);
        assert_eq!(found(allowed, BODY), []);
        let allowed = select("count(//item)", Condition::Equal(literal(json!(0))), true);
        assert_eq!(found(allowed, BODY), []);
    }

    #[test]
    fn what_is_not_well_formed_is_a_finding() {
        let cases = [
            (
                "<a>\n<b></a>",
                "not-xml",
                "the body is not well-formed XML: mismatched end tag: expected </b>, found </a> (line 2, column 8)",
            ),
            ("", "not-xml", "there is no body, XML expected"),
            (
                "<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>",
                "not-xml",
                "the body was not read as XML: it declares entities, which are never expanded",
            ),
        ];
        for (body, kind, message) in cases {
            for check in [
                XmlCheck::WellFormed,
                select("//d:a", Condition::Count { min: 0, max: None }, true),
            ] {
                let findings = found(check, body);
                assert_eq!(findings.len(), 1);
                assert_eq!(findings[0].kind.name(), kind);
                assert!(
                    findings[0].message.starts_with(message),
                    "{}",
                    findings[0].message
                );
            }
        }
        assert_eq!(found(XmlCheck::WellFormed, "<a/>"), []);
    }

    #[test]
    fn that_the_body_is_no_xml_is_to_blame_on_the_block_that_says_it_is() {
        let inside = xml(select("//d:item", each(&json!("one")), false));
        let form = crate::judge::testing::block(&["R-4"], Some(crate::model::Level::Must)).body(
            BodyCheck::Xml {
                check: XmlCheck::WellFormed,
                span: span(),
            },
        );
        let judgement = judged(vec![inside, form], &response(200, "<a>"));
        assert_eq!(kinds(&judgement), [("not-xml", "-")]);
        assert_eq!(judgement.findings[0].requirements, ["R-4"]);
        assert_eq!(judgement.blocks[0].unproven, ["R-1"]);
    }

    fn equals(expected: &str, holes: Vec<Expression>) -> XmlCheck {
        XmlCheck::Equals(Box::new(XmlDocument {
            document: Arc::new(Document::parse_text(expected).unwrap()),
            holes,
        }))
    }

    #[test]
    fn documents_are_compared_by_structure() {
        let same = "<p:Envelope xmlns:p='urn:s' xmlns:d='urn:d'><p:Body><d:item price='2.50' id='1'>one</d:item><d:item id='2' price='10'><![CDATA[two]]></d:item><d:none></d:none></p:Body></p:Envelope>";
        assert_eq!(found(equals(same, Vec::new()), BODY), []);
        let findings = found(equals(&same.replace("two", "three"), Vec::new()), BODY);
        assert_eq!(findings.len(), 1);
        assert_eq!(
            findings[0].message,
            "the document differs in 2 lines, first at /s:Envelope/s:Body/item[2] (line 3, column 2): \
             <d:item id=\"2\" price=\"10\">two</d:item>, expected <d:item id=\"2\" price=\"10\">three</d:item>"
        );
        let diff = findings[0].diff.as_ref().unwrap();
        let lines = diff
            .lines
            .iter()
            .map(|line| format!("{:?} {}", line.side, line.text));
        let lines: Vec<String> = lines.collect();
        assert!(
            lines.contains(&"Expected <d:item id=\"2\" price=\"10\">three</d:item>".to_owned()),
            "{lines:?}"
        );
        assert!(
            lines.contains(&"Actual <d:item id=\"2\" price=\"10\">two</d:item>".to_owned()),
            "{lines:?}"
        );
    }

    #[test]
    fn values_are_filled_into_a_document() {
        let mark = hole(0).unwrap();
        let check = || {
            equals(
                &format!("<a b='{mark}'>x{mark}</a>"),
                vec![Expression::Fixture("f".into())],
            )
        };
        let fixtures = [("f".to_owned(), json!("<&\"1"))].into();
        let captures = std::collections::BTreeMap::new();
        let scope = Scope {
            fixtures: &fixtures,
            captures: &captures,
        };
        let judged = |body: &str| {
            let document = Document::parse_text(body).unwrap();
            judge(&check(), span(), scope, &document).concat()
        };
        assert!(judged("<a b='&lt;&amp;&quot;1'>x&lt;&amp;\"1</a>").is_empty());
        assert_eq!(judged("<a b='1'>x1</a>").len(), 1);
    }
}
