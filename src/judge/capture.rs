//! Values taken from a response for later steps.

use ring::digest::{SHA256, digest};
use serde_json::Value;

use crate::json::Selector;
use crate::judge::body::Body;
use crate::judge::headers::is_list;
use crate::judge::links;
use crate::judge::mismatch::{Mismatch, brief, brief_text, count};
use crate::judge::refusal::inexact_number;
use crate::judge::selected::{inexact_within, unselectable};
use crate::judge::xml_nodes;
use crate::model::{
    Capture, CaptureFrom, FindingKind, ItemKind, Response, TextPattern, hexadecimal,
};
use crate::xml::XPath;

/// The captured value.
///
/// # Errors
///
/// Why it cannot be captured. A number that no double holds is an error too: later steps would get another number.
pub(super) fn take(
    capture: &Capture,
    response: &Response,
    body: &Body<'_>,
) -> Result<Value, Vec<Mismatch>> {
    let value = whole(capture, response, body)?;
    match &capture.part {
        None => Ok(value),
        Some(pattern) => part(capture, pattern, &value),
    }
}

/// The part of a text that an expression names.
fn part(capture: &Capture, pattern: &TextPattern, value: &Value) -> Result<Value, Vec<Mismatch>> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => {
            let message = format!("{} has no text for `match`", brief(other));
            return Err(vec![failed(capture, &message)]);
        }
    };
    pattern.part_of(&text).map(Value::from).ok_or_else(|| {
        let expression = pattern.as_str();
        let message = format!("`{expression}` does not match `{}`", brief_text(&text));
        let mismatch = failed(capture, &message)
            .expected(format!("text that matches /{expression}/"))
            .actual(text);
        vec![match &capture.from {
            CaptureFrom::Header(name) => mismatch.header(name),
            CaptureFrom::Cookie(_) => mismatch.header("set-cookie"),
            CaptureFrom::Link(_) => mismatch.header("link"),
            _ => mismatch,
        }]
    })
}

fn whole(capture: &Capture, response: &Response, body: &Body<'_>) -> Result<Value, Vec<Mismatch>> {
    let one = |mismatch| vec![mismatch];
    match &capture.from {
        CaptureFrom::Status => Ok(Value::from(response.status)),
        CaptureFrom::Header(name) => {
            header(capture, name, response).map_err(|mismatch| one(*mismatch))
        }
        CaptureFrom::Text => match (body.fault(), std::str::from_utf8(&response.body)) {
            (Some(fault), _) => Err(one(failed(capture, fault))),
            (None, Ok(text)) => Ok(Value::from(text)),
            (None, Err(_)) => Err(one(failed(capture, "the body is not UTF-8 text"))),
        },
        CaptureFrom::Cookie(name) => {
            cookie(capture, name, response).map_err(|mismatch| one(*mismatch))
        }
        CaptureFrom::Link(relation) => {
            link(capture, relation, response).map_err(|mismatch| one(*mismatch))
        }
        CaptureFrom::Sha256 => match body.fault() {
            Some(fault) => Err(one(failed(capture, fault))),
            None => Ok(hexadecimal(digest(&SHA256, &response.body).as_ref()).into()),
        },
        CaptureFrom::One(selector) => {
            let mut nodes = select(capture, selector, body)?;
            match (nodes.len(), nodes.pop()) {
                (1, Some(node)) => Ok(node),
                (selected, _) => Err(one(failed(
                    capture,
                    &format!("{} at {}", count(selected, "node"), selector.as_str()),
                )
                .expected("exactly 1 node"))),
            }
        }
        CaptureFrom::All(selector) => select(capture, selector, body).map(Value::Array),
        CaptureFrom::Xml(path) => xml(capture, path, body).map_err(|mismatch| one(*mismatch)),
    }
}

/// The value of an XPath: the text of its only node, or what it yields.
fn xml(capture: &Capture, path: &XPath, body: &Body<'_>) -> Result<Value, Box<Mismatch>> {
    let failed = |message: &str| Box::new(failed(capture, message));
    if let Some(fault) = body.fault() {
        return Err(failed(fault));
    }
    let document = body
        .xml()
        .map_err(|error| failed(&format!("the body is not XML: {error}")))?;
    let found = xml_nodes::captured(path, document);
    found.map_err(|message| Box::new(failed(&message).expected("exactly 1 node")))
}

fn select(
    capture: &Capture,
    selector: &Selector,
    body: &Body<'_>,
) -> Result<Vec<Value>, Vec<Mismatch>> {
    if let Some(fault) = body.fault() {
        return Err(vec![failed(capture, fault)]);
    }
    let document = body.document().map_err(|error| {
        let message = format!(
            "the body is not JSON: {} (line {}, column {})",
            error.message, error.line, error.column
        );
        vec![failed(capture, &message)]
    })?;
    let nodes = match selector.select_in(document) {
        Ok(nodes) => nodes,
        Err(why) => return Err(unselectable(selector, &why, document, capture.span)),
    };
    let inexact: Vec<Mismatch> = nodes
        .iter()
        .flat_map(|(pointer, _)| inexact_within(document, pointer))
        .map(|pointer| inexact_number(&document.inexact, pointer, capture.span))
        .collect();
    if inexact.is_empty() {
        Ok(nodes.into_iter().map(|(_, value)| value.clone()).collect())
    } else {
        Err(inexact)
    }
}

/// The value of a cookie (RFC 6265 section 4.1.1).
fn cookie(capture: &Capture, name: &str, response: &Response) -> Result<Value, Box<Mismatch>> {
    let lines = response.header_values("set-cookie");
    let lines = lines.filter_map(|line| std::str::from_utf8(line).ok());
    let values = lines.filter_map(|line| {
        let (found, value) = line.split(';').next()?.split_once('=')?;
        (found.trim() == name).then(|| value.trim())
    });
    match values.collect::<Vec<&str>>().as_slice() {
        [value] => Ok(Value::from(*value)),
        several => {
            let message = match several.len() {
                0 => format!("no cookie `{name}` is set"),
                count => format!("the cookie `{name}` is set {count} times"),
            };
            let mismatch = failed(capture, &message).header("set-cookie");
            Err(Box::new(mismatch.expected("one cookie of this name")))
        }
    }
}

/// The URL of a link (RFC 8288 section 3). One that is listed several times is the same link.
fn link(capture: &Capture, relation: &str, response: &Response) -> Result<Value, Box<Mismatch>> {
    let lines = response.header_values("link");
    let lines = lines.filter_map(|line| std::str::from_utf8(line).ok());
    let read: Result<Vec<_>, &str> = lines.map(links::parse).collect();
    let items = read.map_err(|_| {
        let mismatch = failed(capture, "the header `Link` cannot be read").header("link");
        Box::new(mismatch.expected("links as in RFC 8288"))
    })?;
    let named = items.into_iter().flatten();
    let named = named.filter(|item| item.name == relation);
    let url = ItemKind::Link.main_member();
    let mut urls: Vec<Value> = Vec::new();
    for item in named {
        if let Some(url) = item.member(url).filter(|url| !urls.contains(url)) {
            urls.push(url.clone());
        }
    }
    match (urls.len(), urls.pop()) {
        (1, Some(url)) => Ok(url),
        (count, _) => {
            let message = match count {
                0 => format!("there is no link `{relation}`"),
                _ => format!("there are {count} links `{relation}`"),
            };
            let mismatch = failed(capture, &message).header("link");
            Err(Box::new(mismatch.expected("one link of this relation")))
        }
    }
}

fn header(capture: &Capture, name: &str, response: &Response) -> Result<Value, Box<Mismatch>> {
    let values: Vec<&[u8]> = response.header_values(name).collect();
    let message = match values.len() {
        0 => Some(format!("header `{name}` is missing")),
        2.. if !is_list(name) => Some(format!(
            "there are {} lines of header `{name}`",
            values.len()
        )),
        _ => None,
    };
    if let Some(message) = message {
        return Err(Box::new(
            failed(capture, &message).header(name).expected("one line"),
        ));
    }
    let lines = values
        .iter()
        .map(|value| std::str::from_utf8(value).map(|text| text.trim_matches([' ', '\t'])));
    if let Ok(lines) = lines.collect::<Result<Vec<&str>, _>>() {
        return Ok(Value::from(lines.join(", ")));
    }
    let message = format!("header `{name}` is not UTF-8");
    Err(Box::new(failed(capture, &message).header(name)))
}

fn failed(capture: &Capture, message: &str) -> Mismatch {
    let message = format!("cannot capture `{}`: {message}", capture.name);
    Mismatch::new(FindingKind::Capture, capture.span, message)
}

#[cfg(test)]
mod tests {
    use crate::json::Selector;
    use crate::judge::testing::{block, response, span, step, suite};
    use crate::model::{Capture, CaptureFrom, StatusCheck, StatusPattern, TextPattern};
    use serde_json::{Value, json};

    #[test]
    fn a_part_of_a_text_is_its_first_group_or_all_that_matches() {
        let text =
            |part: &str| take_part(CaptureFrom::Text, Some(part), "id=42; next=/books?page=2");
        assert_eq!(text(r"id=(\d+)").unwrap(), "42");
        assert_eq!(text(r"/books\S*").unwrap(), "/books?page=2");
        assert_eq!(text("id=(x)?42").unwrap_err()[0].0, "capture");
        assert_eq!(
            text("^book").unwrap_err()[0].1,
            "cannot capture `it`: `^book` does not match `id=42; next=/books?page=2`"
        );
        let number = take_part(
            CaptureFrom::One(Selector::new("$.a").unwrap()),
            Some("^.(.)"),
            r#"{"a": 123}"#,
        );
        assert_eq!(number.unwrap(), "2");
        let object = take_part(
            CaptureFrom::One(Selector::new("$").unwrap()),
            Some("a"),
            r#"{"a": 123}"#,
        );
        assert!(object.unwrap_err()[0].1.contains("no text for `match`"));
    }

    #[test]
    fn a_cookie_and_a_digest_are_captured() {
        let cookie = |name: &str| take(CaptureFrom::Cookie(name.into()), "");
        assert_eq!(cookie("sid").unwrap(), "abc-1");
        assert_eq!(cookie("theme").unwrap(), "dark");
        assert_eq!(
            cookie("SID").unwrap_err()[0].1,
            "cannot capture `it`: no cookie `SID` is set"
        );
        assert_eq!(
            cookie("twice").unwrap_err()[0].1,
            "cannot capture `it`: the cookie `twice` is set 2 times"
        );
        assert_eq!(
            take(CaptureFrom::Sha256, "abc").unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    fn take(from: CaptureFrom, body: &str) -> Result<Value, Vec<(&'static str, String)>> {
        take_part(from, None, body)
    }

    fn take_part(
        from: CaptureFrom,
        part: Option<&str>,
        body: &str,
    ) -> Result<Value, Vec<(&'static str, String)>> {
        let mut response = response(201, body);
        response.headers.push(("ETag".into(), b" \"a\" ".to_vec()));
        for cookie in ["sid=abc-1; Path=/", "theme=dark", "twice=1", "twice=2"] {
            let line = cookie.as_bytes().to_vec();
            response.headers.push(("Set-Cookie".into(), line));
        }
        take_from(from, part, &response)
    }

    #[test]
    fn what_only_finally_needs_may_be_missing_from_a_refusal_that_the_step_expects() {
        let missing = |status: u16, expected: StatusPattern, is_for_cleanup: bool| {
            let mut one = block(&[], None);
            one.status = Some(StatusCheck {
                accepts: vec![expected],
                span: span(),
            });
            let mut step = step(vec![one]);
            step.captures.push(Capture {
                name: "it".into(),
                from: CaptureFrom::One(Selector::new("$.id").unwrap()),
                part: None,
                is_for_cleanup,
                span: span(),
            });
            crate::judge::capture(0, &step, &response(status, "{}"), &suite()).is_err()
        };
        let exactly = StatusPattern::Exact;
        assert!(!missing(422, exactly(422), true));
        assert!(missing(422, exactly(422), false));
        assert!(missing(409, exactly(422), true));
        assert!(!missing(422, StatusPattern::Class(4), true));
        assert!(missing(422, StatusPattern::Any, true));
        assert!(missing(201, exactly(201), true));
        assert!(missing(500, exactly(500), true));
    }

    fn take_from(
        from: CaptureFrom,
        part: Option<&str>,
        response: &crate::model::Response,
    ) -> Result<Value, Vec<(&'static str, String)>> {
        let mut step = step(Vec::new());
        step.captures.push(Capture {
            name: "it".into(),
            from,
            part: part.map(|part| TextPattern::new(part).unwrap()),
            is_for_cleanup: false,
            span: span(),
        });
        match crate::judge::capture(0, &step, response, &suite()) {
            Ok(mut values) => {
                let (name, value) = values.remove(0);
                assert_eq!(name, "it");
                Ok(value)
            }
            Err((_, findings)) => {
                let findings = findings.into_iter();
                Err(findings
                    .map(|finding| (finding.kind.name(), finding.message))
                    .collect())
            }
        }
    }

    fn path(text: &str) -> Selector {
        Selector::new(text).unwrap()
    }

    #[test]
    fn status_header_and_nodes_are_captured() {
        assert_eq!(take(CaptureFrom::Status, ""), Ok(json!(201)));
        assert_eq!(
            take(CaptureFrom::Header("etag".into()), ""),
            Ok(json!("\"a\""))
        );
        assert_eq!(
            take(CaptureFrom::One(path("$.a")), r#"{"a":[1]}"#),
            Ok(json!([1]))
        );
        assert_eq!(take(CaptureFrom::All(path("$.a")), "{}"), Ok(json!([])));
    }

    #[test]
    fn what_cannot_be_captured_is_reported() {
        let found = |from, body| take(from, body).unwrap_err().remove(0);
        assert_eq!(
            found(CaptureFrom::One(path("$.a")), "{}"),
            ("capture", "cannot capture `it`: 0 nodes at $.a".to_owned())
        );
        assert_eq!(found(CaptureFrom::One(path("$[*]")), "[1,2]").0, "capture");
        assert_eq!(found(CaptureFrom::All(path("$[*]")), "x").0, "capture");
        assert_eq!(found(CaptureFrom::Header("X".into()), "").0, "capture");
    }

    #[test]
    fn the_url_of_a_link_is_that_of_the_only_one_with_its_relation() {
        let take = |lines: &[&str]| {
            let response = crate::model::Response {
                headers: lines
                    .iter()
                    .map(|line| ("Link".to_owned(), line.as_bytes().to_vec()))
                    .collect(),
                ..response(200, "")
            };
            take_from(CaptureFrom::Link("next".into()), None, &response)
        };
        let one = "</a?p=1>; rel=prev, </a?p=3>; rel=\"last NEXT\"";
        assert_eq!(take(&[one]).unwrap(), "/a?p=3");
        assert_eq!(take(&[one, "</a?p=3>; rel=next"]).unwrap(), "/a?p=3");
        for (lines, why) in [
            (&["</b>; rel=prev"][..], "there is no link `next`"),
            (&[], "there is no link `next`"),
            (&[one, "</b>; rel=next"], "there are 2 links `next`"),
        ] {
            let message = format!("cannot capture `it`: {why}");
            assert_eq!(take(lines).unwrap_err(), [("capture", message)]);
        }
    }

    #[test]
    fn a_rounded_number_is_not_captured() {
        let found = take(
            CaptureFrom::All(path("$.a")),
            r#"{"a":{"b":[18446744073709551617]}}"#,
        );
        assert_eq!(found.unwrap_err()[0].0, "inexact");
    }
}
