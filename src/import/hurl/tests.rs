//! Hurl files, and the calls that they are.

use proptest::prelude::*;

use crate::import::traffic::{Body, Call, Check, Credential, PREDICATES, StatusCheck, Traffic};
use crate::model::Sources;
use crate::report::diagnostics;

fn read(text: &str) -> (Vec<Call>, String) {
    let mut sources = Sources::default();
    let file = sources.add("a.hurl", text);
    let (mut traffic, mut found) = (Traffic::default(), Vec::new());
    super::read(&sources, file, "a.hurl", None, &mut traffic, &mut found);
    let mut out = Vec::new();
    diagnostics::render(&found, &sources, false, 100, &mut out).unwrap();
    (traffic.calls, String::from_utf8(out).unwrap())
}

#[test]
fn an_entry_is_a_call_with_checks() {
    let (calls, found) = read(
        "# List the pets\nGET https://a.example/pets # all\nAccept: application/json\n[Query]\nlimit: 3\nname: a b\n\
         [BasicAuth]\nada: pw\n[Options]\nlocation: true\nretry: 3\nretry-interval: 500ms\n\nHTTP 200\nX-A: \"b\"\n\
         [Captures]\nid: jsonpath \"$[0].id\"\ntoken: header \"X-T\" regex /t=(.*)/ redact\n[Asserts]\n\
         jsonpath \"$[0].name\" == \"Tom\"\njsonpath \"$\" count >= 2\nheader \"ETag\" exists\nduration < 500\n\
         cookie \"sid[HttpOnly]\" exists\nbody contains \"x\"\n\nPOST https://a.example/pets\n{\n  \"id\": {{id}}\n}\n\
         HTTP *\n[Asserts]\nstatus >= 200\nstatus < 300\n",
    );
    assert_eq!(found, "");
    assert_eq!(calls.len(), 2);
    let first = &calls[0];
    assert_eq!(first.name.as_deref(), Some("List the pets"));
    assert_eq!(
        first.query,
        [("limit".into(), "3".into()), ("name".into(), "a b".into())]
    );
    assert_eq!(
        first.credential,
        Some(Credential::Basic {
            user: "ada".into(),
            password: "pw".into()
        })
    );
    assert_eq!(first.follow, Some(20));
    assert_eq!(first.eventually, Some(("1500ms".into(), "500ms".into())));
    assert_eq!(first.captures.len(), 2);
    insta::assert_debug_snapshot!(first.checks);
    assert!(matches!(&calls[1].body, Body::Json(_)));
    assert_eq!(
        calls[1].checks,
        [Check::Status(StatusCheck::Classes(vec![2]))]
    );
    assert!(calls.iter().all(|call| call.stays));
}

#[test]
fn bodies_are_read_in_every_form() {
    for (body, expected) in [
        ("```\na\nb\n```", "a\nb\n"),
        ("`a {{x}}`", "a {x}"),
        ("hex,6162;", "ab"),
        ("base64,YWI=;", "ab"),
        ("<a><b/></a>", "<a><b/></a>"),
    ] {
        let (calls, found) = read(&format!("POST http://a\n{body}\nHTTP 200\n"));
        assert_eq!(found, "");
        let text = match &calls[0].body {
            Body::Text(text) => text
                .replace(['\u{fdd0}'], "{")
                .replace('\u{fdd1}', "}")
                .replace("{v", "{"),
            other => format!("{other:?}"),
        };
        assert_eq!(text, expected);
        assert_eq!(calls[0].checks.len(), 1);
    }
    let (calls, _) = read("POST http://a\n```graphql\nquery { a }\nvariables {\"b\": 1}\n```\n");
    assert_eq!(
        calls[0].body,
        Body::Json(serde_json::json!({ "query": "query { a }", "variables": { "b": 1 } }))
    );
}

#[test]
fn what_is_not_imported_is_said() {
    let (calls, found) = read(
        "GET http://a/{{b toInt}}\nHTTP 200\n\nGET http://a/c\n[Options]\nproxy: p\nrepeat: 3\n[Other]\na: b\nHTTP/2 200\n\
         [Asserts]\njsonpath \"$.a\" nth 2 == 1\nmd5 == hex,00;\nversion == \"2\"\nheader \"A\" wibble 3\n\
         body == file,x;\nstatus != 500\n[Captures]\nx: certificate \"Subject\"\n\nGET http://a/d\n[Form]\n\nwhat is this\n",
    );
    assert_eq!(calls.len(), 1);
    insta::assert_snapshot!(found);
    assert!(read("# nothing\n").1.contains("no entry in a.hurl"));
}

#[test]
fn options_that_a_case_cannot_have_are_said() {
    let (calls, found) = read(
        "GET http://a/b\n[Options]\ndelay: 2s\nhttp2: true\nhttp3: false\nhttp1.0: true\ncompressed: true\nHTTP 200\n",
    );
    assert_eq!(calls.len(), 1);
    insta::assert_snapshot!(found);
}

#[test]
fn a_body_that_is_not_closed_is_an_error_and_does_not_swallow_what_follows() {
    let mut shown = String::new();
    for body in [
        "[1,2",
        "{\"x\": 1",
        "{",
        "{\"x\": \"a",
        "\"a",
        "<a><b></a>",
        "<a",
    ] {
        let rest = "GET http://a/after\nHTTP 200\n";
        for text in [
            format!("POST http://a\n{body}\nHTTP 201\n\n{rest}"),
            format!("POST http://a\n{body}\n{rest}"),
            format!("POST http://a\nHTTP 201\n{body}\n\n{rest}"),
        ] {
            let (calls, found) = read(&text);
            assert!(found.contains("error[hurl/not-closed]"), "{text}{found}");
            let paths: Vec<&str> = calls.iter().map(|call| call.url.as_str()).collect();
            assert_eq!(paths, ["http://a/after"], "{text}");
        }
        shown += &read(&format!("POST http://a\n{body}\nHTTP 201\n\n{rest}")).1;
        let (calls, found) = read(&format!("POST http://a\n{body}"));
        assert!(
            calls.is_empty() && found.contains("hurl/not-closed"),
            "{found}"
        );
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_check_that_is_weaker_than_its_assert_is_said_to_be() {
    let (calls, found) = read(
        "GET http://a\nHTTP 200\n[Asserts]\ncookie \"theme\" == \"dark\"\ncookie \"lang\" startsWith \"de\"\n\
         cookie \"sessionid\" == \"abc\"\ncookie \"jar\" == \"x\"\ncookie \"jar[HttpOnly]\" exists\n\
         jsonpath \"$.a\" isIpv4\njsonpath \"$.a\" isIpv6\njsonpath \"$.b\" isFloat\njsonpath \"$.b\" isNumber\n",
    );
    insta::assert_debug_snapshot!(calls[0].checks);
    insta::assert_snapshot!(found);
}

/// A check that is not as strong as its assert on any answer is reported, and one that cannot be written is left out.
#[test]
fn what_an_xpath_yields_is_compared_as_the_case_format_can() {
    let (calls, found) = read(
        "GET http://a\nHTTP 200\n[Asserts]\nxpath \"string(//b)\" != \"x\"\nxpath \"string(//b)\" not == \"x\"\n\
         xpath \"count(//b)\" exists\nxpath \"//b\" != \"x\"\nxpath \"string(//b)\" == \"x\"\nxpath \"//b\" count == 2\n\
         jsonpath \"$.a[*]\" count >= 1\njsonpath \"$.a[*]\" count == 0\njsonpath \"$.a\" toInt > 3\njsonpath \"$.a\" toString matches /1/\n",
    );
    insta::assert_debug_snapshot!(calls[0].checks);
    insta::assert_snapshot!(found);
}

proptest! {
    #[test]
    fn any_text_is_read(
        text in "((GET|POST) http://a\\{\\{x\\}\\}\n|HTTP 200\n|\\[(Asserts|Captures|Query|Multipart|Options)\\]\n|[a-z]: [a-z\"`/\\\\{}]{0,9}\n|jsonpath \"\\$.a\" (==|count|not) [0-9\"a]{0,4}\n|```[a-z]{0,6}\n|[\\[\\]{}<>\"`,;:#\u{e4}\\\\ ]{0,9}|\n){0,20}",
    ) {
        let (_, found) = read(&text);
        prop_assert!(found.len() < 200_000);
    }
}

/// The predicates that are not imported are those that the documentation names.
#[test]
fn predicates_without_a_counterpart_are_reported_and_documented() {
    let docs = std::fs::read_to_string("docs/import.md").unwrap();
    let refused = |query: &str, not: &str| -> Vec<&str> {
        let refused = PREDICATES.iter().copied().filter(|predicate| {
            let value = match *predicate {
                "matches" => " /x/",
                "startsWith" | "endsWith" | "contains" => " \"x\"",
                name if name == "exists" || name.starts_with("is") => "",
                _ => " 1",
            };
            let (_, found) = read(&format!(
                "GET http://a\nHTTP 200\n[Asserts]\n{query} {not}{predicate}{value}\n"
            ));
            found.contains("is not imported")
        });
        refused.collect()
    };
    for predicate in refused("jsonpath \"$.a\"", "") {
        assert!(docs.contains(&format!("`{predicate}`")), "{predicate}");
    }
    assert_eq!(refused("jsonpath \"$.a\"", ""), ["isCollection", "isEmpty"]);
    let imported = |query: &str, not: &str| -> Vec<&str> {
        let refused = refused(query, not);
        let all = PREDICATES.iter().copied();
        all.filter(|one| !refused.contains(one)).collect()
    };
    assert_eq!(imported("jsonpath \"$.a\"", "not "), ["==", "!=", "exists"]);
    assert_eq!(
        imported("header \"X\"", ""),
        [
            "==",
            "startsWith",
            "endsWith",
            "contains",
            "matches",
            "isInteger",
            "isIsoDate",
            "exists",
            "isUuid"
        ]
    );
    assert_eq!(imported("body", "not "), ["!=", "exists", "isEmpty"]);
}
