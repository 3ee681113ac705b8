//! Header fields of named items: the cookies of `Set-Cookie` and the links of `Link`, as structures.

use serde_json::Value;

use crate::judge::cookies;
use crate::judge::form::Form;
use crate::judge::item::Item;
use crate::judge::links;
use crate::judge::mismatch::{Mismatch, brief, brief_text, count, shown};
use crate::judge::pattern::Checker;
use crate::model::{
    COOKIE_VALUE, FindingKind, HeaderCheck, ItemCheck, ItemExpectation, ItemKind, MarkerKind,
    Pattern, Scope, Shape, Span,
};

/// What is shown in place of the value of a cookie.
const NOT_SHOWN: &str = "[not shown]";

/// Checks the items of a field, whose lines are text.
pub(super) fn judge(
    check: &HeaderCheck,
    kind: ItemKind,
    checks: &[ItemCheck],
    lines: &[String],
    scope: Scope<'_>,
) -> Vec<Mismatch> {
    let header = &check.name;
    let mut items: Vec<Item> = Vec::new();
    for line in lines {
        match kind {
            ItemKind::Cookie => items.extend(cookies::parse(line)),
            ItemKind::Link => match links::parse(line) {
                Ok(read) => items.extend(read),
                Err(part) => return vec![unreadable(check, line, part)],
            },
        }
    }
    checks
        .iter()
        .flat_map(|check| {
            let named: Vec<&Item> = items
                .iter()
                .filter(|item| item.name == check.name)
                .collect();
            one(check, kind, header, &named, scope)
        })
        .collect()
}

/// What cannot be read says nothing about any link, and not that there is none.
fn unreadable(check: &HeaderCheck, line: &str, part: &str) -> Mismatch {
    let (header, part) = (&check.name, brief_text(part));
    let message =
        format!("header `{header}` cannot be read: `{part}` is no link (RFC 8288 section 3)");
    Mismatch::new(FindingKind::Header, check.span, message)
        .expected("links in the form `<URL>; rel=type`")
        .actual(line)
}

fn one(
    check: &ItemCheck,
    kind: ItemKind,
    header: &str,
    found: &[&Item],
    scope: Scope<'_>,
) -> Vec<Mismatch> {
    let (noun, name) = (kind.noun(), &check.name);
    let problem = |message: String, expected: &str| {
        let mismatch = Mismatch::new(FindingKind::Header, check.span, message);
        let there: Vec<String> = found.iter().map(|item| in_words(kind, item)).collect();
        let actual = match there.as_slice() {
            [] => format!("no such {noun}"),
            some => some.join(" | "),
        };
        vec![mismatch.expected(expected).actual(actual)]
    };
    match (&check.expected, found) {
        (ItemExpectation::Absent, []) | (ItemExpectation::Present, [_]) => Vec::new(),
        (ItemExpectation::Absent, _) => problem(
            format!("header `{header}`: the {noun} `{name}` must not be there"),
            &format!("no such {noun}"),
        ),
        (_, []) => problem(
            format!("header `{header}`: there is no {noun} `{name}`"),
            &format!("a {noun} `{name}`"),
        ),
        // Several links may have one relation (RFC 8288 section 3.3); a cookie that is set twice has no certain value.
        (ItemExpectation::Present, _) if kind == ItemKind::Link => Vec::new(),
        (ItemExpectation::Members(members), [item]) => {
            let found = members.iter().filter_map(|(member, pattern)| {
                let actual = item.member(member);
                if let Some(ignored) = ignored(kind, member, pattern, actual) {
                    return Some(of_member(kind, header, name, member, actual, &ignored));
                }
                let mismatch = mismatch(pattern, actual, scope)?;
                Some(of_member(kind, header, name, member, actual, &mismatch))
            });
            found.collect()
        }
        (ItemExpectation::Present | ItemExpectation::Members(_), several) => {
            let times = several.len();
            let message = match kind {
                ItemKind::Cookie => format!("the cookie `{name}` is set {times} times"),
                ItemKind::Link => format!("there are {} `{name}`", count(times, "link")),
            };
            problem(
                format!("header `{header}`: {message}, expected one"),
                &format!("one {noun} `{name}`"),
            )
        }
    }
}

/// An attribute of a cookie that must be there, but has a value with which user agents ignore it.
fn ignored(
    kind: ItemKind,
    member: &str,
    pattern: &Pattern,
    actual: Option<&Value>,
) -> Option<Mismatch> {
    let is_presence = match &*pattern.shape {
        Shape::Marker(marker) => matches!(marker.kind, MarkerKind::Present | MarkerKind::Any),
        _ => false,
    };
    if kind != ItemKind::Cookie || !is_presence {
        return None;
    }
    let why = cookies::why_ignored(member, actual?)?;
    let mismatch = Mismatch::new(FindingKind::Header, pattern.span, "is ignored");
    Some(mismatch.expected(format!(
        "a legal value; this one is {why}, and user agents ignore it"
    )))
}

/// What a member that is there, or missing, does not match.
fn mismatch(pattern: &Pattern, actual: Option<&Value>, scope: Scope<'_>) -> Option<Mismatch> {
    let form = match Form::of(pattern, scope) {
        Ok(form) => form,
        Err(mismatch) => return Some(*mismatch),
    };
    match actual {
        None if form.may_be_missing() => None,
        None => {
            let mismatch = Mismatch::new(FindingKind::Header, form.span, "is missing");
            Some(mismatch.expected(form.describe()).actual("missing"))
        }
        Some(value) => Checker::of_text().first_mismatch(&form, value),
    }
}

fn of_member(
    kind: ItemKind,
    header: &str,
    name: &str,
    member: &str,
    actual: Option<&Value>,
    mismatch: &Mismatch,
) -> Mismatch {
    let of = format!("header `{header}`: {} `{name}`", kind.noun());
    let expected = &mismatch.expected;
    // The value of a cookie is a credential.
    let is_hidden = kind == ItemKind::Cookie && member == COOKIE_VALUE;
    let (message, shown) = match actual {
        None => (
            format!("{of} has no `{member}`, expected {expected}"),
            "missing".to_owned(),
        ),
        Some(_) if is_hidden => {
            let message = format!("{of}: the value does not match, expected {expected}");
            (message, NOT_SHOWN.to_owned())
        }
        Some(value) => {
            let is = brief(value);
            let message = format!("{of}: `{member}` is {is}, expected {expected}");
            (message, shown(value))
        }
    };
    let span: Span = mismatch.span;
    Mismatch::new(FindingKind::Header, span, message)
        .expected(expected)
        .actual(shown)
}

/// An item for people: `sid=[not shown]; Path=/; HttpOnly`, `</a>; rel=next`.
fn in_words(kind: ItemKind, item: &Item) -> String {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let mut shown = match kind {
        ItemKind::Cookie => format!("{}={NOT_SHOWN}", item.name),
        ItemKind::Link => {
            let url = item.member(kind.main_member()).map(text);
            format!("<{}>; rel={}", url.unwrap_or_default(), item.name)
        }
    };
    for (name, value) in &item.members {
        if name == kind.main_member() || *value == Value::Bool(false) {
            continue;
        }
        shown.push_str("; ");
        shown.push_str(name);
        if *value != Value::Bool(true) {
            shown.push('=');
            shown.push_str(&text(value));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{judge as judged, must, pattern, response, span};
    use crate::model::{HeaderExpectation, Marker, MarkerKind, Shape, StatusPattern};
    use serde_json::json;

    fn found(
        kind: ItemKind,
        lines: &[&[u8]],
        name: &str,
        expected: ItemExpectation,
    ) -> Vec<(String, String)> {
        let header = match kind {
            ItemKind::Cookie => "Set-Cookie",
            ItemKind::Link => "Link",
        };
        let mut block = must().status(&[StatusPattern::Any]);
        block.headers.push(HeaderCheck {
            name: header.into(),
            expected: HeaderExpectation::Items(
                kind,
                vec![ItemCheck {
                    name: name.into(),
                    expected,
                    span: span(),
                }],
            ),
            span: span(),
        });
        let mut response = response(200, "");
        let lines = lines.iter();
        response.headers = lines
            .map(|line| (header.to_lowercase(), line.to_vec()))
            .collect();
        let judgement = judged(vec![block], &response);
        assert_eq!(judgement.blocks[0].held, judgement.findings.is_empty());
        let findings = judgement.findings.into_iter();
        findings
            .map(|finding| {
                assert_eq!(finding.header.as_deref(), Some(header));
                (finding.message, finding.actual)
            })
            .collect()
    }

    fn members(all: &[(&str, Value)]) -> ItemExpectation {
        let all = all.iter();
        ItemExpectation::Members(
            all.map(|(name, value)| ((*name).to_owned(), pattern(value)))
                .collect(),
        )
    }

    fn cookie(lines: &[&[u8]], expected: ItemExpectation) -> Vec<(String, String)> {
        found(ItemKind::Cookie, lines, "sid", expected)
    }

    #[test]
    fn the_members_of_a_cookie_match_one_by_one() {
        let line: &[u8] = b"sid=s3cr3t-value; path=/; HttpOnly; SameSite=none; Max-Age=0060";
        let others: &[u8] = b"theme=dark";
        assert_eq!(
            cookie(
                &[others, line],
                members(&[
                    ("value", json!("<non-empty>")),
                    ("Path", json!("/")),
                    ("HttpOnly", json!(true)),
                    ("Secure", json!(false)),
                    ("SameSite", json!("None")),
                    ("Max-Age", json!("60")),
                ])
            ),
            []
        );
        let wrong = cookie(
            &[line],
            members(&[
                ("value", json!("</^[0-9]+$/>")),
                ("HttpOnly", json!(false)),
                ("Secure", json!(true)),
                ("SameSite", json!("Lax")),
                ("Domain", json!("example.com")),
            ]),
        );
        let messages: Vec<&str> = wrong.iter().map(|(message, _)| message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "header `Set-Cookie`: cookie `sid`: the value does not match, expected text that matches /^[0-9]+$/",
                "header `Set-Cookie`: cookie `sid`: `HttpOnly` is true, expected false (boolean)",
                "header `Set-Cookie`: cookie `sid`: `Secure` is false, expected true (boolean)",
                "header `Set-Cookie`: cookie `sid`: `SameSite` is \"None\", expected \"Lax\" (string)",
                "header `Set-Cookie`: cookie `sid` has no `Domain`, expected \"example.com\" (string)",
            ]
        );
        for (message, actual) in wrong {
            assert!(!message.contains("s3cr3t") && !actual.contains("s3cr3t"));
        }
    }

    #[test]
    fn an_attribute_that_user_agents_ignore_is_not_present() {
        let present = || Pattern {
            shape: Shape::Marker(Marker::new(MarkerKind::Present)).into(),
            span: span(),
        };
        let of = |name: &str| ItemExpectation::Members(vec![(name.to_owned(), present())]);
        assert_eq!(
            cookie(&[b"sid=1; Max-Age=abc"], of("Max-Age"))[0].0,
            "header `Set-Cookie`: cookie `sid`: `Max-Age` is \"abc\", expected a legal value; this one is not a number \
             of seconds (RFC 6265 section 5.2.2), and user agents ignore it"
        );
        for (line, name) in [
            (&b"sid=1; Expires=garbage"[..], "Expires"),
            (b"sid=1; Domain=", "Domain"),
            (b"sid=1; SameSite=Foo", "SameSite"),
            (b"sid=1; Path=", "Path"),
        ] {
            assert_eq!(cookie(&[line], of(name)).len(), 1, "{name}");
        }
        let right: &[u8] =
            b"sid=1; Expires=Wed, 09 Jun 2021 10:18:14 GMT; Domain=a.example; SameSite=lax; Path=/; Max-Age=0";
        for name in ["Expires", "Domain", "SameSite", "Path", "Max-Age", "value"] {
            assert_eq!(cookie(&[right], of(name)), [], "{name}");
        }
        // A literal is compared with what came.
        let literal = members(&[("Max-Age", json!("abc"))]);
        assert_eq!(cookie(&[b"sid=1; Max-Age=abc"], literal), []);
    }

    #[test]
    fn a_link_header_that_cannot_be_read_is_no_absent_link() {
        for line in [
            &b"a; rel=next"[..],
            b"<a",
            b"<b>; rel=last, nonsense",
            b"<a>; rel=\"next",
        ] {
            for expected in [ItemExpectation::Absent, ItemExpectation::Present] {
                let found = found(ItemKind::Link, &[b"<a>; rel=next", line], "next", expected);
                assert_eq!(found.len(), 1);
                let message = &found[0].0;
                assert!(
                    message.starts_with("header `Link` cannot be read: `"),
                    "{message}"
                );
            }
        }
    }

    #[test]
    fn a_missing_cookie_fulfils_nothing_but_its_absence() {
        let absent = || Pattern {
            shape: Shape::Marker(Marker::new(MarkerKind::Absent)).into(),
            span: span(),
        };
        let none = || ItemExpectation::Members(vec![("Path".to_owned(), absent())]);
        assert_eq!(
            cookie(&[], none())[0].0,
            "header `Set-Cookie`: there is no cookie `sid`"
        );
        assert_eq!(cookie(&[b"sid=1"], none()), []);
        assert_eq!(cookie(&[b"sid=1; Path=/"], none()).len(), 1);
        assert_eq!(cookie(&[b"SID=1"], ItemExpectation::Absent), []);
        assert_eq!(cookie(&[b"a=1"], ItemExpectation::Present).len(), 1);
        let (message, actual) = cookie(&[b"sid=secret; Secure"], ItemExpectation::Absent).remove(0);
        assert_eq!(
            message,
            "header `Set-Cookie`: the cookie `sid` must not be there"
        );
        assert_eq!(actual, "sid=[not shown]; Secure");
    }

    #[test]
    fn a_cookie_that_is_set_twice_is_not_one() {
        let twice: [&[u8]; 2] = [b"sid=1; HttpOnly", b"sid=2"];
        let is_http_only = members(&[("HttpOnly", json!(true))]);
        for expected in [is_http_only, ItemExpectation::Present] {
            let found = cookie(&twice, expected);
            assert_eq!(
                found[0].0,
                "header `Set-Cookie`: the cookie `sid` is set 2 times, expected one"
            );
        }
    }

    #[test]
    fn a_line_that_is_not_text_is_no_evidence_of_anything() {
        let found = cookie(&[b"other=\xff"], ItemExpectation::Absent);
        assert_eq!(found[0].0, "header `Set-Cookie` is not UTF-8");
    }

    #[test]
    fn links_are_found_by_relation() {
        let header: &[u8] = b"</a?page=2,3>; rel=\"next Alternate\"; title=\"a, b\", <b>; rel=prev";
        let link = |name: &str, expected| found(ItemKind::Link, &[header], name, expected);
        assert_eq!(link("next", members(&[("url", json!("/a?page=2,3"))])), []);
        assert_eq!(link("alternate", members(&[("title", json!("a, b"))])), []);
        assert_eq!(link("prev", ItemExpectation::Present), []);
        assert_eq!(link("last", ItemExpectation::Absent), []);
        assert_eq!(
            link("prev", members(&[("url", json!("/b"))]))[0].0,
            "header `Link`: link `prev`: `url` is \"b\", expected \"/b\" (string)"
        );
        assert_eq!(
            link("next", ItemExpectation::Absent)[0].1,
            "</a?page=2,3>; rel=next; title=a, b"
        );
        let both: &[u8] = b"<a>; rel=next, <b>; rel=next";
        let found = found(
            ItemKind::Link,
            &[both],
            "next",
            members(&[("url", json!("a"))]),
        );
        assert_eq!(
            found[0].0,
            "header `Link`: there are 2 links `next`, expected one"
        );
    }
}
