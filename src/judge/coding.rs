//! The content coding of a body (RFC 9110 section 8.4): which one, and how many bytes came.

use serde_json::Value;

use crate::judge::body_bytes::{bounds, is_within};
use crate::judge::form::Form;
use crate::judge::mismatch::{Mismatch, count};
use crate::judge::pattern::Checker;
use crate::judge::tally::Tally;
use crate::model::{CodingCondition, FindingKind, Pattern, Response, Scope, Span};

/// The field that names the codings.
pub(super) const CONTENT_ENCODING: &str = "Content-Encoding";

/// The name of no coding at all (RFC 9110 section 12.5.3).
const IDENTITY: &str = "identity";

/// Does an answer have no content whatever its header says: to HEAD, and with the status 204 or 304 (RFC 9110 sections
/// 6.4.1 and 8.4)?
pub(super) fn has_no_content(method: Option<&str>, response: &Response) -> bool {
    method == Some("HEAD") || matches!(response.status, 204 | 304)
}

/// Checks one condition. The size of a body that came coded and of which only the content is known is not judged.
pub(super) fn judge(
    condition: &CodingCondition,
    span: Span,
    scope: Scope<'_>,
    response: &Response,
    has_no_content: bool,
    tally: &mut Tally,
) {
    let name = codings(response);
    match condition {
        CodingCondition::Name(_)
            if name != IDENTITY && response.received_body().is_empty() && !has_no_content =>
        {
            // No coding makes an empty body, not even of nothing.
            let message =
                format!("the body is empty, and so not {name} although Content-Encoding says so");
            let mismatch = Mismatch::new(FindingKind::Coding, span, message);
            tally.record(vec![
                mismatch
                    .expected("a body with this coding")
                    .actual("0 bytes"),
            ]);
        }
        CodingCondition::Name(pattern) => {
            tally.record(
                named(pattern, &name, span, scope, response)
                    .into_iter()
                    .collect(),
            );
        }
        CodingCondition::Size { .. } if response.coded.is_none() && name != IDENTITY => {
            tally.unjudged += 1;
        }
        CodingCondition::Size { min, max } => {
            let size = response.received_body().len();
            let expected = bounds(*min, *max, "byte");
            let mismatch = (!is_within(size, *min, *max)).then(|| {
                let came = count(size, "byte");
                let message = format!("the body came as {came}, expected {expected}");
                let mismatch = Mismatch::new(FindingKind::Coding, span, message);
                mismatch
                    .expected(&expected)
                    .actual(in_words(&name, response))
            });
            tally.record(mismatch.into_iter().collect());
        }
    }
}

fn named(
    pattern: &Pattern,
    name: &str,
    span: Span,
    scope: Scope<'_>,
    response: &Response,
) -> Option<Mismatch> {
    let form = match Form::of(pattern, scope) {
        Ok(form) => form,
        Err(mismatch) => return Some(*mismatch),
    };
    let found = Checker::of_text().first_mismatch(&form, &Value::from(name))?;
    let message = format!("the content coding {}", found.message);
    let mismatch = Mismatch::new(FindingKind::Coding, span, message);
    Some(
        mismatch
            .expected(found.expected)
            .actual(in_words(name, response)),
    )
}

/// The codings that the answer names, in lower case: `gzip`, `gzip, br`, `identity`.
fn codings(response: &Response) -> String {
    let lines = response.header_values(CONTENT_ENCODING);
    let lines = lines.map(|line| String::from_utf8_lossy(line).to_ascii_lowercase());
    let names = lines.flat_map(|line| {
        let names = line.split(',').map(|name| name.trim().to_owned());
        names.collect::<Vec<String>>()
    });
    let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        IDENTITY.to_owned()
    } else {
        names.join(", ")
    }
}

/// `gzip, 30 bytes of 1000`.
fn in_words(name: &str, response: &Response) -> String {
    let came = count(response.received_body().len(), "byte");
    match &response.coded {
        Some(coded) if coded.fault.is_none() => {
            format!("{name}, {came} for {}", count(response.body.len(), "byte"))
        }
        _ => format!("{name}, {came}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{judge as judged, must, pattern, response, span};
    use crate::model::{BodyCheck, Coded, Judgement, StatusPattern};
    use serde_json::json;

    fn gzip(fault: Option<&str>) -> Response {
        Response {
            headers: vec![("content-encoding".into(), b" GZIP".to_vec())],
            coded: Some(Coded {
                codings: "gzip".into(),
                received: vec![0; 30],
                fault: fault.map(str::to_owned),
            }),
            ..response(200, "a long text that was much shorter")
        }
    }

    fn check(condition: CodingCondition, response: &Response) -> Judgement {
        let block = must().status(&[StatusPattern::Any]);
        let span = span();
        judged(
            vec![block.body(BodyCheck::Encoded { condition, span })],
            response,
        )
    }

    fn message(condition: CodingCondition, response: &Response) -> Option<String> {
        let judgement = check(condition, response);
        let findings = judgement.findings.into_iter();
        findings.map(|finding| finding.message).next()
    }

    fn name(text: &str) -> CodingCondition {
        CodingCondition::Name(pattern(&json!(text)))
    }

    #[test]
    fn the_coding_is_named_in_lower_case() {
        assert_eq!(message(name("gzip"), &gzip(None)), None);
        assert_eq!(message(name("<one-of br gzip>"), &gzip(None)), None);
        assert_eq!(
            message(name("br"), &gzip(None)).unwrap(),
            "the content coding is \"gzip\", expected \"br\""
        );
        assert_eq!(message(name("identity"), &response(200, "a")), None);
        assert!(message(name("gzip"), &response(200, "a")).is_some());
    }

    #[test]
    fn a_body_that_its_coding_does_not_fit_has_no_coding() {
        let broken = gzip(Some("the body is not gzip"));
        assert_eq!(
            message(name("gzip"), &broken).unwrap(),
            "the body is not gzip"
        );
    }

    #[test]
    fn an_empty_body_has_no_coding() {
        let empty = |status: u16| Response {
            body: Vec::new(),
            coded: None,
            status,
            ..gzip(None)
        };
        assert_eq!(
            message(name("gzip"), &empty(200)).unwrap(),
            "the body is empty, and so not gzip although Content-Encoding says so"
        );
        assert!(message(name("<non-empty>"), &empty(200)).is_some());
        assert_eq!(message(name("gzip"), &empty(304)), None);
        assert_eq!(message(name("identity"), &response(200, "")), None);
        assert!(has_no_content(Some("HEAD"), &empty(200)));
        assert!(!has_no_content(Some("GET"), &empty(200)));
    }

    #[test]
    fn the_size_is_that_of_what_came() {
        let size = |min, max| CodingCondition::Size { min, max };
        assert_eq!(message(size(30, Some(30)), &gzip(None)), None);
        assert_eq!(
            message(size(0, Some(29)), &gzip(None)).unwrap(),
            "the body came as 30 bytes, expected at most 29 bytes"
        );
        let recorded = Response {
            coded: None,
            ..gzip(None)
        };
        let judgement = check(size(1, None), &recorded);
        assert_eq!((judgement.unjudged, judgement.findings.len()), (1, 0));
        assert_eq!(judgement.blocks[0].unproven, ["R-1"]);
    }
}
