//! Which mutants an answer has.

use super::*;

fn mutants(original: &Response, checked: &[&str]) -> Vec<(String, String, Response)> {
    let mut all = Vec::new();
    let reading = BodyReading::default();
    each_mutant(
        original,
        checked,
        reading,
        &Bounds::default(),
        &mut |mutant| {
            all.push((mutant.place, mutant.what, mutant.response));
        },
    );
    all
}

#[test]
fn a_cookie_loses_and_gains_attributes_without_its_value_being_named() {
    let original = Response {
        headers: vec![
            ("Set-Cookie".into(), b"a=1".to_vec()),
            (
                "set-cookie".into(),
                b"sid=s3cr3t; Path=/; HttpOnly".to_vec(),
            ),
        ],
        ..response(200, "")
    };
    let all = mutants(&original, &["Set-Cookie"]);
    let cookies = all.iter().filter(|mutant| mutant.1.starts_with("a cookie"));
    let cookies: Vec<(&str, String)> = cookies
        .map(|(_, what, response)| {
            let lines = response.header_values("set-cookie");
            let lines: Vec<_> = lines.map(String::from_utf8_lossy).collect();
            (what.as_str(), lines.join(" | "))
        })
        .collect();
    assert!(cookies.contains(&(
        "a cookie without HttpOnly",
        "a=1 | sid=s3cr3t; Path=/".into()
    )));
    assert!(cookies.contains(&(
        "a cookie with another Path",
        "a=1 | sid=s3cr3t; Path=probity; HttpOnly".into()
    )));
    assert!(cookies.contains(&(
        "a cookie with Secure",
        "a=1 | sid=s3cr3t; Path=/; HttpOnly;Secure".into()
    )));
    assert!(all.iter().all(|mutant| !mutant.1.contains("s3cr3t")));
}

#[test]
fn bodies_of_lines_and_of_bytes_are_changed_in_their_own_way() {
    let mut all = Vec::new();
    let reading = BodyReading {
        is_of_lines: true,
        is_of_bytes: true,
        is_of_xml: false,
    };
    let original = response(200, "{\"a\":1}\n{\"a\":2}\n");
    each_mutant(&original, &[], reading, &Bounds::default(), &mut |mutant| {
        all.push((mutant.place, mutant.what, mutant.response));
    });
    let here = at(&all, "/*/a");
    assert!(
        here.contains(&("removed", "{}\n{\"a\":2}\n".into())),
        "{here:?}"
    );
    let body = at(&all, "body");
    assert!(body.contains(&("a byte more", "{\"a\":1}\n{\"a\":2}\n\0".into())));
}

#[test]
fn a_stream_without_events_gets_one_and_is_otherwise_the_same_to_a_client() {
    for body in ["", ": hello\n\n", "data: half"] {
        let original = Response {
            headers: vec![("Content-Type".into(), b"text/event-stream".to_vec())],
            ..response(200, body)
        };
        let mut bodies = Vec::new();
        let reading = BodyReading::default();
        each_mutant(&original, &[], reading, &Bounds::default(), &mut |mutant| {
            if mutant.place == BODY && mutant.response.trailing.is_empty() {
                bodies.push(events(&mutant.response.body).len());
            }
        });
        assert!(!bodies.is_empty(), "{body:?}");
        assert!(bodies.iter().all(|count| *count > 0), "{body:?} {bodies:?}");
    }
}

#[test]
fn events_are_changed_one_by_one_and_stay_a_stream() {
    let original = Response {
        headers: vec![("Content-Type".into(), b"text/event-stream".to_vec())],
        ..response(200, "id: 1\ndata: {\"a\":1}\n\nid: 2\ndata: x\n\n")
    };
    let all = mutants(&original, &[]);
    let here = at(&all, "/*/json/a");
    assert!(here.contains(&(
        "one more",
        "id: 1\ndata: {\"a\":2}\n\nid: 2\ndata: x\n\n".into()
    )));
    let ids = at(&all, "/*/id");
    assert!(ids.contains(&("removed", "data: {\"a\":1}\n\nid: 2\ndata: x\n\n".into())));
    // In a stream every id is a text.
    assert!(ids.iter().all(|id| id.0 != "a number"));
    let body = at(&all, "body");
    let less = ("one element less", "id: 2\ndata: x\n\n".into());
    assert!(body.contains(&less), "{body:?}");
}

fn response(status: u16, body: &str) -> Response {
    Response {
        version: "HTTP/1.1".into(),
        status,
        headers: vec![("content-type".into(), b"application/json".to_vec())],
        body: body.into(),
        ..Response::default()
    }
}

fn at<'m>(all: &'m [(String, String, Response)], place: &str) -> Vec<(&'m str, String)> {
    let here = all.iter().filter(|mutant| mutant.0 == place);
    here.map(|(_, what, response)| {
        (
            what.as_str(),
            String::from_utf8_lossy(&response.body).into_owned(),
        )
    })
    .collect()
}

#[test]
fn every_class_and_both_neighbours_of_a_status() {
    let all = mutants(&response(404, ""), &[]);
    let statuses: Vec<_> = all
        .iter()
        .filter(|mutant| mutant.0 == "status")
        .map(|mutant| mutant.2.status)
        .collect();
    assert_eq!(statuses, [200, 302, 400, 500, 403, 405]);
}

#[test]
fn a_header_is_removed_emptied_changed_and_doubled() {
    let all = mutants(&response(200, ""), &[]);
    let here: Vec<_> = all
        .iter()
        .filter(|mutant| mutant.0 == "header Content-Type")
        .collect();
    let what: Vec<_> = here.iter().map(|mutant| mutant.1.as_str()).collect();
    assert_eq!(
        what,
        [
            "removed",
            "emptied",
            "another value",
            "twice",
            "another charset"
        ]
    );
    assert_eq!(here[0].2.headers, []);
    assert_eq!(here[3].2.headers.len(), 2);
}

#[test]
fn a_header_that_a_check_reads_is_added() {
    let all = mutants(&response(204, ""), &["Content-Length"]);
    let added = all
        .iter()
        .find(|mutant| mutant.0 == "header Content-Length")
        .unwrap();
    assert_eq!(added.1, "added");
    assert!(
        !mutants(&response(204, ""), &[])
            .iter()
            .any(|mutant| mutant.1 == "added")
    );
}

#[test]
fn an_empty_answer_gets_bytes() {
    let all = mutants(&response(204, ""), &[]);
    assert_eq!(
        at(&all, "body"),
        [
            ("bytes added", "{}".into()),
            ("bytes after the end", String::new())
        ]
    );
    assert_eq!(all.last().unwrap().2.trailing, b"{}");
}

#[test]
fn a_body_is_emptied_cut_and_broken() {
    let all = mutants(&response(200, r#"{"a":1}"#), &[]);
    let body = at(&all, "body");
    assert_eq!(body[0], ("no bytes", String::new()));
    assert_eq!(body[1], ("cut", r#"{"a"#.into()));
    assert_eq!(body[4], ("a member twice", r#"{"a":null,"a":1}"#.into()));
    assert!(body.contains(&("an array", r#"[{"a":1}]"#.into())));
}

#[test]
fn a_member_is_removed_and_changed_by_shape() {
    let all = mutants(&response(200, r#"[{"a":1},{"a":2},{"a":3}]"#), &[]);
    let here = at(&all, "/*/a");
    assert!(here.contains(&("removed", r#"[{},{"a":2},{"a":3}]"#.into())));
    assert!(here.contains(&("removed", r#"[{"a":1},{"a":2},{}]"#.into())));
    assert!(!here.contains(&("removed", r#"[{"a":1},{},{"a":3}]"#.into())));
    assert!(here.contains(&(
        "the value of another record",
        r#"[{"a":2},{"a":2},{"a":3}]"#.into()
    )));
}
