//! Command lines, and the calls that they are.

use crate::import::traffic::{Body, Call, Credential, Traffic, marked};
use crate::model::Sources;

fn read(text: &str) -> (Vec<Call>, Vec<String>) {
    let mut sources = Sources::default();
    let file = sources.add("calls.sh", text);
    let (mut traffic, mut found) = (Traffic::default(), Vec::new());
    super::read(&sources, file, "calls.sh", None, &mut traffic, &mut found);
    (
        traffic.calls,
        found.into_iter().map(|one| one.message).collect(),
    )
}

fn one(text: &str) -> Call {
    let (mut calls, found) = read(text);
    assert_eq!((calls.len(), found.len()), (1, 0), "{text} {found:?}");
    calls.remove(0)
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn options_make_the_request() {
    let call =
        one("curl -sSL -XPUT https://a.example/b -H 'X-A: 1' -H 'Accept:' --max-redirs 3 -m 2.5");
    assert_eq!((call.method.as_str(), call.follow), ("PUT", Some(3)));
    assert_eq!(call.headers, [field("X-A", "1")]);
    assert_eq!(call.timeout.as_deref(), Some("2500ms"));
    assert_eq!(call.place, "calls.sh:1");

    let call = one("curl https://a.example -d a=1 -d 'b=2 3'");
    assert_eq!(call.method, "POST");
    assert_eq!(
        call.body,
        Body::Form(vec![field("a", "1"), field("b", "2 3")])
    );

    let call = one("curl --json '{\"a\": 1}' https://a.example");
    assert_eq!(call.body, Body::Json(serde_json::json!({ "a": 1 })));
    assert_eq!(
        call.headers,
        [
            field("Content-Type", "application/json"),
            field("Accept", "application/json")
        ]
    );

    let call = one("curl -G https://a.example/s?x=1 --data-urlencode 'q=a&b' -d c=d");
    assert_eq!(
        (call.method.as_str(), call.url.as_str()),
        ("GET", "https://a.example/s?x=1&q=a%26b&c=d")
    );

    let call = one("curl -I -u ada:pw a.example");
    assert_eq!(call.method, "HEAD");
    assert_eq!(
        call.credential,
        Some(Credential::Basic {
            user: "ada".into(),
            password: "pw".into()
        })
    );

    let call = one("curl -F 'a=b' -F 'c=d;type=text/x' https://a.example/$ID");
    let Body::Multipart(parts) = &call.body else {
        panic!("{call:?}")
    };
    assert_eq!(
        (parts.len(), parts[1].media_type.as_deref()),
        (2, Some("text/x"))
    );
    assert_eq!(
        call.url,
        format!("https://a.example/{}", marked::variable("ID"))
    );
}

#[test]
fn several_commands_and_urls_are_several_calls() {
    let (calls, found) = read(
        "curl https://a.example/1 https://a.example/2\n\n$ curl https://a.example/3 --next -d x https://a.example/4\n",
    );
    assert!(found.is_empty());
    let urls: Vec<(&str, &str)> = calls
        .iter()
        .map(|call| (call.method.as_str(), call.url.as_str()))
        .collect();
    assert_eq!(
        urls,
        [
            ("GET", "https://a.example/1"),
            ("GET", "https://a.example/2"),
            ("GET", "https://a.example/3"),
            ("POST", "https://a.example/4")
        ]
    );
    assert_eq!(calls[3].place, "calls.sh:3");
}

#[test]
fn what_is_not_imported_is_said_without_values() {
    let (calls, found) = read(
        "curl --hedaer 'X-Secret: hunter2' https://a.example\nwget b\ncurl -d @no-file https://a.example\ncurl --digest -k https://a.example -H\n",
    );
    assert_eq!(calls.len(), 1, "{calls:?}");
    insta::assert_debug_snapshot!(found);
    assert_eq!(read("echo").1, ["not a curl command"]);
    assert_eq!(read("# nothing\n").1, ["no curl command in calls.sh"]);
}

#[test]
fn what_an_answer_is_piped_into_is_told_from_a_request_that_is_left_out() {
    let piped = "what the answer is piped into is not imported";
    for (text, count, expected) in [
        ("curl https://a.example | jq . | sort\n", 1, vec![piped]),
        ("curl https://a.example |\n  jq .\n", 1, vec![piped]),
        (
            "curl https://a.example || echo no\n",
            1,
            vec!["not a curl command"],
        ),
        (
            "curl https://a.example | jq .; wget b | jq .\n",
            1,
            vec![piped, "not a curl command", "not a curl command"],
        ),
        (
            "cat a | curl https://a.example\n",
            1,
            vec!["not a curl command"],
        ),
        (
            "curl https://a.example | curl -d x https://b.example | jq .",
            2,
            vec![piped],
        ),
    ] {
        let (calls, found) = read(text);
        assert_eq!(
            (calls.len(), found),
            (
                count,
                expected.iter().map(|one| (*one).to_owned()).collect()
            ),
            "{text}"
        );
    }
    // A request that is left out is not said to be imported.
    let (calls, found) = read("curl -d @no-file https://a.example | jq .");
    assert!(calls.is_empty());
    assert_eq!(found[1], "not a curl command");
}

#[test]
fn repeating_and_versions_are_not_dropped_in_silence() {
    let (calls, found) = read("curl --retry 3 --http1.1 -0 https://a.example");
    assert_eq!(calls.len(), 1);
    assert_eq!(
        found,
        [
            "`--retry` is not imported",
            "`--http1.1` is about the connection, and not imported",
            "`-0` is about the connection, and not imported",
        ]
    );
}
