//! Whatever a source says, the suite that is made of it has no mistakes, and none of its credentials.
#![allow(clippy::format_collect, reason = "texts of tests")]

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::import::{TrafficKind, TrafficSuite, import_traffic};
use crate::load::{SuiteSource, Thoroughness, load_suite};
use crate::report::diagnostics;

/// Imports a text. Every suite must load.
#[track_caller]
fn import(kind: TrafficKind, text: &str) -> (Option<TrafficSuite>, String) {
    let mut found = Vec::new();
    let inputs = [("a.txt".to_owned(), text.to_owned())];
    let (suite, sources) = import_traffic(kind, &inputs, None, true, &mut found);
    let mut out = Vec::new();
    diagnostics::render(&found, &sources, false, 100, &mut out).unwrap();
    let said = String::from_utf8(out).unwrap();
    if let Some(suite) = &suite {
        let loaded = load_suite(
            &SuiteSource::Texts(suite.files.clone()),
            Thoroughness::Everything,
        );
        let mut shown = Vec::new();
        diagnostics::render(
            &loaded.diagnostics,
            &loaded.suite.sources,
            false,
            100,
            &mut shown,
        )
        .unwrap();
        assert!(
            loaded.is_valid(),
            "{text}\n{}\n{:#?}",
            String::from_utf8_lossy(&shown),
            suite.files
        );
    }
    (suite, said)
}

fn all(suite: &TrafficSuite) -> String {
    suite
        .files
        .iter()
        .map(|(name, text)| format!("{name}\n{text}\n"))
        .collect()
}

fn har(entries: &[Value]) -> String {
    json!({ "log": { "version": "1.2", "entries": entries } }).to_string()
}

fn entry(
    method: &str,
    url: &str,
    headers: &Value,
    sent: Option<&str>,
    status: u16,
    media_type: &str,
    body: &str,
) -> Value {
    let mut request = json!({ "method": method, "url": url, "headers": headers });
    if let Some(sent) = sent {
        request["postData"] = json!({ "mimeType": "application/json", "text": sent });
    }
    json!({
        "startedDateTime": "2026-11-29T10:00:00Z", "request": request,
        "response": { "status": status, "headers": [{ "name": "Content-Type", "value": media_type }],
            "content": { "size": body.len(), "text": body } },
    })
}

#[test]
fn variables_of_variables_do_not_grow_without_bound() {
    let mut variables = vec![json!({ "key": "v0", "value": "0123456789" })];
    for number in 1..20 {
        let value = format!("{{{{v{}}}}}", number - 1).repeat(60);
        variables.push(json!({ "key": format!("v{number}"), "value": value }));
    }
    let request = |url: &str| json!({ "name": "a", "request": { "method": "GET", "url": url } });
    let text = json!({
        "info": { "name": "a", "schema": "v2.1.0" }, "variable": variables,
        "item": [request("http://a.example/{{v19}}"), request("{{v2}}/b"), request("http://a.example/{{v1}}")],
    });
    let (suite, said) = import(TrafficKind::Postman, &text.to_string());
    let all = all(&suite.unwrap());
    assert!(all.len() < 100_000 && all.contains("0123456789"), "{all}");
    assert!(said.contains("the value is too long"), "{said}");
    assert!(said.contains("more than 6 deep"), "{said}");
    assert!(said.len() < 100_000);
}

#[test]
fn many_requests_are_imported_and_too_many_are_refused() {
    let lines = |count: usize| {
        let lines = (0..count).map(|number| format!("curl http://a.example/b/x{number}/c\n"));
        lines.collect::<String>()
    };
    let inputs = [("a.sh".to_owned(), lines(20_001))];
    let mut found = Vec::new();
    let (suite, _) = import_traffic(TrafficKind::Curl, &inputs, None, true, &mut found);
    assert!(suite.is_none());
    assert_eq!(found[0].code, "import/many");
    let inputs = [("a.sh".to_owned(), lines(20_000))];
    let mut found = Vec::new();
    let (suite, _) = import_traffic(TrafficKind::Curl, &inputs, None, true, &mut found);
    assert_eq!(suite.unwrap().figures.cases, 20_000);
    assert!(found.is_empty());
}

#[test]
fn what_of_recorded_answers_is_not_checked_is_said() {
    let of = |path: &str, body: &str| {
        let url = format!("http://a.example/{path}");
        entry("GET", &url, &json!([]), None, 200, "application/json", body)
    };
    let entries = [
        of("cut", "{\"a\": 1, \"b"),
        of("empty", ""),
        of("none", "{\"a\": 1, \"b\": 2}"),
        of("none", "{}"),
        of("kinds", "[1]"),
        of("kinds", "{}"),
        of(
            "map",
            "{\"items\": {\"047dd774-f1c4-40f2-82f0-278de79f9b83\": 1}}",
        ),
        of(
            "map",
            "{\"items\": {\"147dd774-f1c4-40f2-82f0-278de79f9b83\": 1}}",
        ),
        of("good", "{\"a\": 1}"),
        of("good", "{\"a\": 1, \"b\": 2}"),
    ];
    let (suite, said) = import(TrafficKind::Har, &har(&entries));
    insta::assert_snapshot!(said);
    let all = all(&suite.unwrap());
    assert_eq!(all.matches("# NOTE: ").count(), 5, "{all}");
}

#[test]
fn what_two_recordings_differ_in_is_free() {
    let none = json!([]);
    let one = entry(
        "GET",
        "http://a.example/b",
        &none,
        None,
        200,
        "application/json",
        "{\"n\": 1, \"s\": \"x\", \"same\": 2}",
    );
    let two = entry(
        "GET",
        "http://a.example/b",
        &none,
        None,
        200,
        "application/json",
        "{\"n\": 2, \"s\": \"y\", \"same\": 2}",
    );
    let (suite, _) = import(TrafficKind::Har, &har(&[one, two]));
    let suite = suite.unwrap();
    assert!(
        all(&suite).contains("json: { n: <integer>, s: <non-empty>, same: 2 }"),
        "{}",
        all(&suite)
    );
    assert_eq!(suite.figures.cases, 1);
}

#[test]
fn a_call_that_is_repeated_with_other_ids_is_not_repeated_without_end() {
    let none = json!([]);
    let entries: Vec<Value> = (1..30)
        .map(|id| {
            entry(
                "GET",
                &format!("http://a.example/b/{id}"),
                &none,
                None,
                200,
                "text/plain",
                "x",
            )
        })
        .collect();
    let (suite, _) = import(TrafficKind::Har, &har(&entries));
    let figures = suite.unwrap().figures;
    assert_eq!((figures.cases, figures.operations), (4, 1));
    assert_eq!(figures.left_out[0].0, 25);
}

#[test]
fn two_callers_are_two_identities() {
    let text = "curl -H 'Authorization: Bearer first-token-1' http://a.example/b\n\
                curl -H 'Authorization: Bearer other-token-2' http://a.example/b\n\
                curl -u ada:pw1 http://a.example/b\n";
    let (suite, _) = import(TrafficKind::Curl, text);
    let text = all(&suite.unwrap());
    for part in [
        "identity: caller,",
        "identity: caller-2",
        "identity: caller-3",
        "env: A_TOKEN_2",
        "password: \"${env.A_PASSWORD}\"",
    ] {
        assert!(
            text.replace(" }", ",").contains(part) || text.contains(part),
            "{part} in {text}"
        );
    }
    assert!(!text.contains("token-1") && !text.contains("pw1"));
}

#[test]
fn a_message_never_shows_a_secret() {
    let secret = "Zx9-hunter-77";
    for text in [
        format!("curl --pasword={secret} http://a.example -H 'X: {secret}"),
        format!("curl --hedaer 'Authorization: {secret}' http://a.example"),
        format!("curl -u{secret} --wibble {secret} http://a.example"),
        format!("{secret} http://a.example\ncurl `echo {secret}`"),
        format!("curl -x http://u:{secret}@p.example http://a.example -d @{secret}"),
    ] {
        let (suite, said) = import(TrafficKind::Curl, &text);
        assert!(!said.contains("hunter"), "{said}");
        assert!(
            suite.is_none_or(|suite| !all(&suite).contains("hunter")),
            "{text}"
        );
    }
    for text in [
        format!(
            "GET http://a.example\n[BasicAuth]\n{secret}\n{secret} {secret}\nHTTP 200\n[Asserts]\nwibble \"{secret}\"\n"
        ),
        format!(
            "GET http://a.example/{{{{x {secret}}}}}\n[Options]\nproxy: {secret}\nuser: ada:{secret}\nHTTP 200\n[Captures]\na: wibble \"{secret}\"\n"
        ),
    ] {
        let (suite, said) = import(TrafficKind::Hurl, &text);
        assert!(!said.contains("hunter"), "{said}");
        assert!(
            suite.is_none_or(|suite| !all(&suite).contains("hunter")),
            "{text}"
        );
    }
    let script = format!("pm.sendRequest('{secret}', \"{secret}\"); x(`{secret}`)");
    let collection = json!({ "info": {}, "item": [{
        "name": "a", "event": [{ "listen": "test", "script": { "exec": [script] } }],
        "request": { "url": "http://a.example", "auth": { "type": "hawk", "hawk": [{ "key": "k", "value": secret }] },
            "body": { "mode": "urlencoded", "urlencoded": [{ "key": "password", "value": secret }] } },
    }] });
    let (suite, said) = import(TrafficKind::Postman, &collection.to_string());
    assert!(
        said.contains("test script") && !said.contains("hunter"),
        "{said}"
    );
    assert!(!all(&suite.unwrap()).contains("hunter"));
}

fn any_part() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}",
        "[0-9]{1,6}",
        "[ -~]{0,12}",
        "(\\$\\{|\\{\\{|<any>|\\\\<|%2f|\\?|#|/|&|=|'|\"|\u{e4}|\u{fdd0}|\n){1,5}",
        Just("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln".to_owned()),
        Just("047dd774-f1c4-40f2-82f0-278de79f9b83".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_recording_becomes_a_suite_without_mistakes(
        calls in prop::collection::vec(
            (prop::sample::select(vec!["GET", "POST", "DELETE", "PURGE", "get it"]), any_part(), any_part(), any_part(), any_part(), 0..700_u16),
            1..6,
        ),
    ) {
        let entries: Vec<Value> = calls
            .iter()
            .map(|(method, path, name, value, body, status)| {
                let sent = json!({ (name.as_str()): value, "id": 4, "password": body }).to_string();
                let answer = json!({ (name.as_str()): body, "id": path, "list": [{ (value.as_str()): 1 }, null, { "id": 1.5 }] }).to_string();
                let headers = json!([{ "name": name, "value": value }, { "name": "Authorization", "value": body }, { "name": "Cookie", "value": path }]);
                entry(method, &format!("http://a.example/b/{path}?{name}={value}"), &headers, Some(&sent), *status, "application/json", &answer)
            })
            .collect();
        import(TrafficKind::Har, &har(&entries));
    }

    #[test]
    fn any_command_becomes_a_suite_without_mistakes(
        options in prop::collection::vec((prop::sample::select(vec![
            "-X", "-H", "-d", "--data-raw", "--data-urlencode", "--json", "-F", "-u", "-b", "-G", "-I", "-L", "-A", "-m", "-r", "--url-query",
        ]), any_part()), 0..6),
        path in any_part(),
    ) {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let options: String = options.iter().map(|(name, value)| format!("{name} {} ", quoted(value))).collect();
        import(TrafficKind::Curl, &format!("curl {options} {}", quoted(&format!("http://a.example/{path}"))));
    }

    #[test]
    fn any_hurl_file_becomes_a_suite_without_mistakes(parts in prop::collection::vec(any_part(), 8)) {
        let [path, name, value, body, text, other, query, form] = parts.as_slice() else { unreachable!() };
        let line = |text: &str| text.replace('\n', " ");
        import(TrafficKind::Hurl, &format!(
            "GET http://a.example/{}\nX-A: {}\n[Query]\nq: {}\n[Form]\n{}: {}\nHTTP 200\nX-B: {}\n[Captures]\nid: jsonpath \"$.id\"\n[Asserts]\n\
             jsonpath \"$.a\" == \"{}\"\njsonpath \"$.a\" contains \"{}\"\nheader \"X\" startsWith \"{}\"\nbody matches /{}/\n\n\
             POST http://a.example/{{{{id}}}}\n```\n{body}\n```\nHTTP 200\n",
            line(path), line(value), line(query), line(name).replace([':', ' '], ""), line(form), line(other), line(text), line(other), line(value), line(text),
        ));
    }

    #[test]
    fn any_collection_becomes_a_suite_without_mistakes(parts in prop::collection::vec(any_part(), 6)) {
        let [path, name, value, body, text, other] = parts.as_slice() else { unreachable!() };
        let collection = json!({ "info": {}, "variable": [{ "key": name, "value": value }, { "key": "base", "value": "http://a.example" }], "item": [
            { "name": name, "item": [
                { "name": text, "event": [{ "listen": "test", "script": { "exec": [
                    format!("pm.expect(pm.response.json().a).to.eql({});", Value::from(value.as_str())),
                    format!("pm.expect(pm.response.json()[{}]).to.include({});", Value::from(name.as_str()), Value::from(text.as_str())),
                    "pm.environment.set('x', pm.response.json().x)", format!("pm.response.to.have.header({})", Value::from(other.as_str())),
                ] } }],
                  "request": { "method": "POST", "url": { "raw": format!("{{{{base}}}}/{path}?a={value}") }, "header": [{ "key": other, "value": body }],
                    "body": { "mode": "formdata", "formdata": [{ "key": name, "value": body }] } },
                  "response": [{ "code": 200, "name": text, "header": [{ "key": "Content-Type", "value": "application/json" }], "body": json!({ (name.as_str()): body }).to_string() }] },
                { "name": other, "request": { "method": "GET", "url": format!("{{{{base}}}}/{{{{x}}}}/{{{{{name}}}}}") } },
            ] },
        ] });
        import(TrafficKind::Postman, &collection.to_string());
    }
}

#[test]
fn a_client_is_not_part_of_what_it_asked() {
    for agent in [
        "curl/8.5.0",
        "Mozilla/5.0",
        "PostmanRuntime/7.4",
        "probity/0.1.0",
    ] {
        let headers =
            json!([{ "name": "user-agent", "value": agent }, { "name": "X-A", "value": "b" }]);
        let one = entry(
            "GET",
            "http://a.example/b",
            &headers,
            None,
            200,
            "text/plain",
            "x",
        );
        let (suite, _) = import(TrafficKind::Har, &har(&[one]));
        let text = all(&suite.unwrap()).to_ascii_lowercase();
        assert!(
            text.contains("x-a: b") && !text.contains("user-agent"),
            "{text}"
        );
    }
}

#[test]
fn what_nothing_deletes_is_said() {
    let none = json!([]);
    let todo = "  # TODO: nothing in the recording deletes what this creates\n    effect: write\n";
    let add = |id: u64| {
        let body = format!("{{\"id\": {id}}}");
        entry(
            "POST",
            "http://a.example/b",
            &none,
            Some("{}"),
            201,
            "application/json",
            &body,
        )
    };
    let delete = entry("DELETE", "http://a.example/b/7", &none, None, 204, "", "");
    let search = entry(
        "POST",
        "http://a.example/search",
        &none,
        Some("{}"),
        200,
        "application/json",
        "{}",
    );
    for (entries, count) in [
        (vec![add(7)], 1),
        (vec![add(7), delete.clone()], 0),
        (vec![search], 0),
        (vec![add(7), delete, add(8)], 1),
    ] {
        let (suite, _) = import(TrafficKind::Har, &har(&entries));
        let suite = suite.unwrap();
        let text = all(&suite);
        assert_eq!(
            (suite.figures.not_undone, text.matches(todo).count()),
            (count, count),
            "{text}"
        );
    }
}

#[test]
fn a_file_for_another_importer_is_named_as_one() {
    use TrafficKind::{Curl, Har, Hurl, Postman};
    let hurl = "# a\nGET https://a.example/b?password=hunter2\nHTTP 200\n";
    let curl = "curl 'https://a.example/b?password=hunter2'\n";
    let har = har(&[]);
    let postman = json!({ "info": { "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" }, "item": [] }).to_string();
    let files = [
        (Hurl, hurl, "a Hurl file"),
        (Curl, curl, "a file of curl commands"),
        (Har, &har, "a HAR file"),
        (Postman, &postman, "a Postman collection"),
    ];
    for wanted in [Hurl, Curl, Har, Postman] {
        for (kind, text, what) in files {
            if kind == wanted {
                continue;
            }
            let (suite, said) = import(wanted, text);
            assert!(suite.is_none());
            let name = kind.name().to_ascii_lowercase();
            let hint = format!("`probity import {name} a.txt`");
            assert!(
                said.contains(&format!("this looks like {what}")) && said.contains(&hint),
                "{said}"
            );
            assert!(
                said.matches("import/format").count() == 1 && !said.contains("hunter2"),
                "{said}"
            );
        }
    }
    assert!(
        import(Har, "openapi: 3.1.0\n")
            .1
            .contains("`probity import openapi a.txt`")
    );
}
