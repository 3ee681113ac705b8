use super::*;
use crate::judge::testing::{judge, must, pattern, response, span};
use crate::model::{
    Argument, Bound, Limit, Marker, MarkerKind, Range, Shape, StatusPattern, Template,
};
use serde_json::json;

fn found(expected: HeaderExpectation, lines: &[(&str, &[u8])]) -> Vec<(&'static str, String)> {
    let mut block = must().status(&[StatusPattern::Any]);
    block.headers.push(HeaderCheck {
        name: "X-One".into(),
        expected,
        span: span(),
    });
    let mut response = response(200, "");
    let lines = lines.iter();
    response.headers = lines
        .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
        .collect();
    let findings = judge(vec![block], &response).findings.into_iter();
    findings
        .map(|finding| {
            assert_eq!(finding.header.as_deref(), Some("X-One"));
            (finding.kind.name(), finding.message)
        })
        .collect()
}

#[test]
fn elements_of_a_list_are_checked_whatever_lines_and_order() {
    let check = |name: &str, key: &str, patterns: Value, lines: &[&str]| {
        let mut block = must().status(&[StatusPattern::Any]);
        block.headers.push(HeaderCheck {
            name: name.into(),
            expected: HeaderExpectation::Lines(pattern(&json!({ key: patterns }))),
            span: span(),
        });
        let mut response = response(200, "");
        let lines = lines.iter();
        response.headers = lines
            .map(|line| (name.to_owned(), line.as_bytes().to_vec()))
            .collect();
        let findings = judge(vec![block], &response).findings.into_iter();
        findings.map(|one| one.message).collect::<Vec<String>>()
    };
    for lines in [
        &["Accept, Origin"][..],
        &["Origin", "Accept"],
        &["Origin , ,Accept,", ""],
        &["Origin,\tAccept"],
    ] {
        let set = json!(["Accept", "Origin"]);
        for key in ["<contains>", "<unordered>"] {
            assert_eq!(check("Vary", key, set.clone(), lines), [""; 0], "{lines:?}");
        }
        assert_eq!(
            check("vary", "<contains>", json!(["Origin"]), lines),
            [""; 0]
        );
        assert_eq!(check("Vary", "<each>", json!("</^[A-Z]/>"), lines), [""; 0]);
        assert_eq!(
            check("Vary", "<contains>", json!(["Cookie"]), lines).len(),
            1
        );
        assert_eq!(
            check("Vary", "<unordered>", json!(["Origin"]), lines).len(),
            1
        );
        assert_eq!(
            check("Vary", "<each>", json!("<not Accept>"), lines).len(),
            1
        );
    }
    let quoted = &["private=\"a, no-store\", max-age=3"][..];
    let no_store = json!(["no-store"]);
    assert_eq!(
        check("Cache-Control", "<contains>", no_store, quoted).len(),
        1
    );
    let age = json!(["max-age=3", "private=\"a, no-store\""]);
    assert_eq!(check("Cache-Control", "<unordered>", age, quoted), [""; 0]);
    assert_eq!(
        check("Allow", "<each>", json!("<one-of GET HEAD>"), &["GET, PUT"]),
        ["header `Allow`, element 2: is \"PUT\", expected one of GET, HEAD"]
    );
    // Nothing is in an empty list, and nothing is in no list.
    assert_eq!(check("Allow", "<each>", json!("<any>"), &[""]).len(), 1);
    assert_eq!(check("Allow", "<each?>", json!("GET"), &[""]), [""; 0]);
    assert_eq!(check("Allow", "<contains>", json!(["GET"]), &[]).len(), 1);
    // Of other fields nothing says that commas separate.
    assert_eq!(
        check("X-One", "<contains>", json!(["b"]), &["a, b"]).len(),
        1
    );
}

#[test]
fn digits_are_a_number() {
    let found_of = found;
    let found = |pattern_text: &str, line: &str| {
        let expected = HeaderExpectation::Pattern(pattern(&json!(pattern_text)));
        found_of(expected, &[("X-One", line.as_bytes())])
    };
    for (marker, right, wrong) in [
        ("<integer>", "7", "7.5"),
        ("<integer>", "-7", "7.0"),
        ("<integer>", "123456789012345678901234567890", "1e3"),
        ("<number>", "1e3", "NaN"),
        ("<not integer>", "x", "7"),
    ] {
        assert_eq!(found(marker, right), [], "{marker} {right}");
        assert_eq!(found(marker, wrong).len(), 1, "{marker} {wrong}");
    }
    let in_range = |kind: MarkerKind, bounds: [Option<&str>; 2], line: &str| {
        let [min, max] =
            bounds.map(|bound| bound.map(|text| Bound::of(Template::literal(text, span()))));
        let argument = Argument::Limit(Box::new(Limit::Range(Range { min, max })));
        let shape = Shape::Marker(Marker { kind, argument });
        let span = span();
        let expected = HeaderExpectation::Pattern(Pattern::new(shape, span));
        found_of(expected, &[("X-One", line.as_bytes())])
    };
    for (kind, bounds, right, wrong) in [
        (MarkerKind::Integer, [Some("1"), Some("60")], "60", "61"),
        (MarkerKind::Integer, [Some("1"), None], "1", "0"),
        (MarkerKind::Integer, [None, Some("0")], "0", "007"),
        (
            MarkerKind::Number,
            [Some("0"), Some("1")],
            "0.25",
            "1.00000000000000000001",
        ),
    ] {
        assert_eq!(in_range(kind, bounds, right), [], "{right}");
        assert_eq!(in_range(kind, bounds, wrong).len(), 1, "{wrong}");
    }
    // What is no number is compared with nothing.
    for wrong in [
        "",
        "a gzip",
        "-",
        "1e",
        "e9",
        "1e99999999999999999999",
        "\u{1f600}",
    ] {
        let bounds = [Some("1"), Some("9")];
        assert_eq!(
            in_range(MarkerKind::Number, bounds, wrong).len(),
            1,
            "{wrong}"
        );
        assert_eq!(
            in_range(MarkerKind::Integer, bounds, wrong).len(),
            1,
            "{wrong}"
        );
    }
    for wrong in ["", " ", "+7", "seven", "7 ", "0x7", "٧"] {
        let is_trimmed = wrong == "7 ";
        assert_eq!(
            found("<integer>", wrong).is_empty(),
            is_trimmed,
            "{wrong:?}"
        );
    }
}

fn media_type_of(essence: &str, parameters: &[(&str, &str)]) -> HeaderExpectation {
    let parameters = parameters.iter();
    let media_type = MediaType {
        essence: essence.to_owned(),
        parameters: parameters
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    HeaderExpectation::MediaType(media_type.into())
}

#[test]
fn named_parameters_of_a_media_type_must_be_there() {
    let html = || media_type_of("text/html", &[("charset", "utf-8"), ("v", "A")]);
    for right in [
        &b"text/html; Charset=\"UTF-8\"; v=A; x=y"[..],
        b"TEXT/HTML;v=\"A\";charset=utf-8",
    ] {
        assert_eq!(found(html(), &[("X-One", right)]), []);
    }
    for (wrong, message) in [
        (
            &b"text/html; v=A"[..],
            "there is no `charset`, expected `charset=utf-8`",
        ),
        (b"text/html; charset=utf-8; v=a", "`v` is `a`, expected `A`"),
        (
            b"text/html; v=A; charset=utf-8; charset=latin1",
            "`charset` is there 2 times, expected `charset=utf-8`",
        ),
    ] {
        let found = found(html(), &[("X-One", wrong)]);
        assert_eq!(found, [("media-type", message.to_owned())]);
    }
}

fn value(text: &str) -> HeaderExpectation {
    HeaderExpectation::Pattern(pattern(&json!(text)))
}

#[test]
fn names_have_no_case_and_values_no_space_around() {
    assert_eq!(found(value("a b"), &[("x-oNE", b" \ta b\t ")]), []);
}

#[test]
fn a_missing_header_and_another_value_are_reported() {
    assert_eq!(found(value("a"), &[])[0].1, "header `X-One` is missing");
    assert_eq!(
        found(value("a"), &[("X-One", b"A")])[0].1,
        "header `X-One`: is \"A\", expected \"a\" (differs in case only)"
    );
    assert_eq!(found(value("</^a/>"), &[("X-One", b"abc")]), []);
}

#[test]
fn a_number_filled_in_is_meant_as_text() {
    assert_eq!(found(value("${capture.one}"), &[("X-One", b"1")]), []);
    assert_eq!(found(value("${capture.one}"), &[("X-One", b"2")]).len(), 1);
}

#[test]
fn several_lines_are_one_value_with_commas() {
    let twice: [(&str, &[u8]); 2] = [("X-One", b"a"), ("x-one", b" b ")];
    assert_eq!(found(value("a, b"), &twice), []);
    assert_eq!(found(value("<contains b>"), &twice), []);
    assert_eq!(found(value("a"), &twice).len(), 1);
    assert!(!is_list("Set-Cookie") && !is_list("ETag") && is_list("Cache-Control"));
}

#[test]
fn a_field_that_is_no_list_has_one_line() {
    let twice: [(&str, &[u8]); 2] = [("Location", b"/a"), ("location", b"/b")];
    let check = HeaderCheck {
        name: "Location".into(),
        expected: value("/a, /b"),
        span: span(),
    };
    let mut block = must().status(&[StatusPattern::Any]);
    block.headers.push(check);
    let mut response = response(200, "");
    response.headers = twice
        .map(|(name, value)| (name.to_owned(), value.to_vec()))
        .into();
    let findings = judge(vec![block], &response).findings;
    assert_eq!(
        findings[0].message,
        "2 lines of header `Location`, expected one"
    );
}

#[test]
fn lines_match_patterns() {
    let lines = |expected: Value| HeaderExpectation::Lines(pattern(&expected));
    let twice: [(&str, &[u8]); 2] = [("X-One", b"a=1"), ("x-one", b"b=2; x")];
    for accepted in [
        json!(["a=1", "b=2; x"]),
        json!(["</^a=/>", "</^b=/>"]),
        json!({ "<contains>": ["</^b=/>"] }),
        json!({ "<unordered>": ["</^b=/>", "</^a=/>"] }),
        json!({ "<each>": "</=/>" }),
    ] {
        assert_eq!(found(lines(accepted), &twice), []);
    }
    for (rejected, message) in [
        (
            json!(["a=1", "c"]),
            "header `X-One`, line 2: is \"b=2; x\", expected \"c\"",
        ),
        (json!(["a=1"]), "header `X-One`: has 2 lines, expected 1"),
        (
            json!({ "<contains>": ["</^c=/>"] }),
            "header `X-One`: no line is </^c=/>",
        ),
        (
            json!({ "<each>": "</^a=/>" }),
            "header `X-One`, line 2: is \"b=2; x\", expected text that matches /^a=/",
        ),
    ] {
        assert_eq!(found(lines(rejected), &twice)[0].1, message);
    }
    let each = json!({ "<each>": "a" });
    assert_eq!(found(lines(each), &[])[0].1, "header `X-One` is missing");
    assert_eq!(found(lines(json!({ "<each?>": "a" })), &[]), []);
}

#[test]
fn absent_and_present() {
    assert_eq!(found(HeaderExpectation::Absent, &[]), []);
    assert_eq!(found(HeaderExpectation::Absent, &[("X-One", b"")]).len(), 1);
    assert_eq!(found(HeaderExpectation::Present, &[("X-One", b"")]), []);
    assert_eq!(found(HeaderExpectation::Present, &[]).len(), 1);
}

#[test]
fn a_media_type_is_compared_without_case_and_parameters() {
    let json = || media_type_of("application/json", &[]);
    assert_eq!(
        found(json(), &[("X-One", b"Application/JSON ; charset=utf-8")]),
        []
    );
    for wrong in [
        &b"application/json+x"[..],
        b"application/json, text/html",
        b"json",
        b"",
        b"/json",
    ] {
        assert_eq!(found(json(), &[("X-One", wrong)])[0].0, "media-type");
    }
}

#[test]
fn bytes_that_are_not_text_are_equal_to_none() {
    assert_eq!(
        found(value("\u{fffd}"), &[("X-One", b"\xff")])[0].1,
        "header `X-One` is not UTF-8"
    );
    assert_eq!(found(HeaderExpectation::Present, &[("X-One", b"\xff")]), []);
}
