//! Bodies of requests: forms, parts, files and bytes, as they are sent and as they are reported.

use serde_json::{Value, json};

use crate::folder::{Ended, Folder};
use crate::listener::Listener;
use crate::things;

fn run(folder: &Folder, url: &str, more: &[&str]) -> Ended {
    let run = [
        "run",
        "--suite",
        "suite",
        "--target",
        url,
        "--report",
        "json=report.json",
    ];
    folder.run(&[&run[..], more].concat())
}

/// A case that fails, so that its exchange is reported.
fn case(request: &str) -> String {
    format!("- id: one\n  request: {request}\n  expect: [{{ proves: [THINGS-01], status: 201 }}]\n")
}

/// Sends one request: its head in lower case and its body as they came, and its exchange in the report.
fn sent(folder: &Folder, request: &str) -> (String, Vec<u8>, Value) {
    things::write(folder, &case(request));
    let listener = Listener::new();
    let ended = run(folder, &listener.url(), &[]);
    ended.expect_code(1);
    let (head, body) = listener.last();
    let report = folder.report("report.json");
    let exchange = report["cases"][0]["steps"][0]["exchange"].clone();
    (head.to_ascii_lowercase(), body, exchange)
}

fn curl(exchange: &Value) -> String {
    let curl = exchange["curl"].as_str().unwrap();
    curl.replace(" -H 'accept: */*'", "")
}

#[test]
fn a_form_encodes_each_value() {
    let folder = Folder::new();
    let request =
        r#"{ POST: /login, form: { user: "a b", pw: "x&y=z+ü", tag: [1, true], empty: "" } }"#;
    let (head, body, exchange) = sent(&folder, request);
    assert!(
        head.contains("\r\ncontent-type: application/x-www-form-urlencoded\r\n"),
        "{head}"
    );
    let body = String::from_utf8(body).unwrap();
    assert_eq!(body, "user=a+b&pw=x%26y%3Dz%2B%C3%BC&tag=1&tag=true&empty=");
    let url = exchange["url"].as_str().unwrap();
    assert_eq!(
        curl(&exchange),
        format!(
            "curl -sS -i -X POST --data-urlencode 'user=a b' --data-urlencode 'pw=x&y=z+ü' \
             --data-urlencode tag=1 --data-urlencode tag=true --data-urlencode empty= {url}"
        )
    );
    assert_eq!(exchange["request_body"]["text"], body);
}

#[test]
fn parts_have_names_file_names_and_types() {
    let folder = Folder::new();
    folder.write("suite/files/a.png", b"\x89PNG\r\n\x1a\n\x00");
    let request = r#"
    POST: /up
    multipart:
      - { name: note, text: "two words; and more" }
      - { name: meta, json: { a: ["x", 1] } }
      - { name: file, file: files/a.png, type: image/png }
      - { name: named, filename: "b\"\r\n.txt", text: hi, type: text/plain, headers: { Content-ID: c } }
      - { name: raw, hex: "00 ff" }
"#;
    let (head, body, exchange) = sent(&folder, request);
    let boundary = head.split("multipart/form-data; boundary=").nth(1).unwrap();
    let boundary = boundary.lines().next().unwrap();
    let mut wanted = Vec::new();
    for (head, content) in [
        (
            "Content-Disposition: form-data; name=\"note\"",
            &b"two words; and more"[..],
        ),
        (
            "Content-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json",
            b"{\"a\":[\"x\",1]}",
        ),
        (
            "Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png",
            b"\x89PNG\r\n\x1a\n\x00",
        ),
        (
            "Content-Disposition: form-data; name=\"named\"; filename=\"b%22%0D%0A.txt\"\r\n\
             Content-Type: text/plain\r\nContent-ID: c",
            b"hi",
        ),
        ("Content-Disposition: form-data; name=\"raw\"", b"\x00\xff"),
    ] {
        wanted.extend_from_slice(format!("--{boundary}\r\n{head}\r\n\r\n").as_bytes());
        wanted.extend_from_slice(content);
        wanted.extend_from_slice(b"\r\n");
    }
    wanted.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    assert_eq!(
        String::from_utf8_lossy(&body),
        String::from_utf8_lossy(&wanted)
    );
    assert_eq!(body, wanted);
    let text = exchange["request_body"]["text"].as_str().unwrap();
    assert!(
        text.contains("two words; and more") && !text.contains('\u{fffd}'),
        "{text}"
    );
    assert!(text.contains("[9 bytes, sha256 "), "{text}");
    assert!(text.contains(", 89 50 4e 47 0d 0a 1a 0a 00]"), "{text}");
    // One part has bytes that no option of curl can say.
    assert!(
        curl(&exchange).contains(" --data-binary @<(base64 -d <<<"),
        "{exchange}"
    );
}

#[test]
fn the_curl_line_of_parts_is_one_that_a_person_would_write() {
    let folder = Folder::new();
    folder.write("suite/files/a.png", b"\x89PNG");
    let request = r#"
    POST: /up
    multipart:
      - { name: note, text: "a; b" }
      - { name: meta, json: { a: 1 } }
      - { name: file, file: files/a.png }
"#;
    let (_, _, exchange) = sent(&folder, request);
    let url = exchange["url"].as_str().unwrap();
    assert_eq!(
        curl(&exchange),
        format!(
            "curl -sS -i -X POST --form-string 'note=a; b' --form 'meta=\"{{\\\"a\\\":1}}\";type=application/json' \
             --form 'file=@suite/files/a.png;filename=a.png;type=application/octet-stream' {url}"
        )
    );
}

#[test]
fn a_part_that_contains_the_boundary_gets_another_one() {
    let folder = Folder::new();
    let request = "{ POST: /up, multipart: [{ name: a, text: x }] }";
    let (head, _, _) = sent(&folder, request);
    let boundary = head
        .split("boundary=")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned();
    // The same parts have the same boundary; these have another one.
    assert!(sent(&folder, request).0.contains(&boundary));
    let given = "{ POST: /up, headers: { Content-Type: multipart/mixed; boundary=xyz }, multipart: [{ text: a--xyzb }] }";
    things::write(&folder, &case(given));
    let listener = Listener::new();
    run(&folder, &listener.url(), &[]).expect_code(5);
    let report = folder.read("report.json");
    assert!(
        report.contains("the part `without a name` contains the boundary `xyz`"),
        "{report}"
    );
    let (head, body, _) = sent(&folder, &given.replace("a--xyzb", "ab"));
    assert!(
        head.contains("content-type: multipart/mixed; boundary=xyz\r\n"),
        "{head}"
    );
    assert_eq!(body, b"--xyz\r\n\r\nab\r\n--xyz--\r\n");
}

#[test]
fn a_file_and_bytes_are_sent_as_they_are() {
    let folder = Folder::new();
    let bytes: Vec<u8> = (0..=255).collect();
    folder.write("suite/files/all.bin", &bytes);
    let (head, body, exchange) = sent(&folder, "{ PUT: /up, file: files/all.bin }");
    assert_eq!(body, bytes);
    assert!(
        head.contains("content-length: 256\r\n") && !head.contains("content-type"),
        "{head}"
    );
    let text = "[256 bytes, sha256 40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880, \
                00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f ...]";
    assert_eq!(exchange["request_body"]["text"], text);
    assert_eq!(exchange["request_body"]["octets"], 256);
    let url = exchange["url"].as_str().unwrap();
    assert_eq!(
        curl(&exchange),
        format!("curl -sS -i -X PUT -H Content-Type: --data-binary @suite/files/all.bin {url}")
    );
    let (_, body, exchange) = sent(&folder, "{ PUT: /up, base64: AAH/fg== }");
    assert_eq!(body, b"\x00\x01\xff\x7e");
    assert!(
        curl(&exchange).contains(" --data-binary @<(base64 -d <<<AAH/fg==) "),
        "{exchange}"
    );
    let (_, body, _) = sent(&folder, "{ PUT: /up, body: { hex: 00 ff } }");
    assert_eq!(body, b"\x00\xff");
    let (_, body, _) = sent(
        &folder,
        "{ PUT: /up, body: { file: files/all.bin }, transport: raw }",
    );
    assert_eq!(body, bytes);
}

#[test]
fn an_edited_file_is_another_suite() {
    let folder = Folder::new();
    things::write(&folder, &case("{ PUT: /up, file: a.txt }"));
    let listener = Listener::new();
    let digest = |text: &str| {
        folder.write("suite/a.txt", text);
        run(&folder, &listener.url(), &[]).expect_code(1);
        let report = folder.report("report.json");
        (
            report["suite_digest"].clone(),
            report["cases"][0]["digest"].clone(),
        )
    };
    let (first, other, again) = (digest("a"), digest("b"), digest("a"));
    assert_ne!(first, other);
    assert_eq!(first, again);
}

#[test]
fn a_recording_has_bodies_that_are_not_text() {
    let folder = Folder::new();
    folder.write("suite/a.bin", b"\xff\x00\xfe");
    let request = "{ POST: /up, multipart: [{ name: a, file: a.bin }] }";
    let both = case("{ PUT: /up, file: a.bin }") + &case(request).replace("one", "two");
    things::write(&folder, &both);
    let listener = Listener::new();
    run(&folder, &listener.url(), &["--record", "run.har"]).expect_code(1);
    let live = folder.report("report.json");
    let judge = [
        "judge",
        "run.har",
        "--suite",
        "suite",
        "--report",
        "json=report.json",
    ];
    folder.run(&judge).expect_code(1);
    let again = folder.report("report.json");
    for index in [0, 1] {
        let exchange = |report: &Value| report["cases"][index]["steps"][0]["exchange"].clone();
        assert_eq!(
            exchange(&live)["request_body"],
            exchange(&again)["request_body"]
        );
        assert_eq!(exchange(&live)["curl"], exchange(&again)["curl"]);
    }
    folder.write("suite/a.bin", b"\xff\x00\xfd");
    let ended = folder.run(&judge);
    assert!(ended.stdout.contains("the body differs"), "{ended}");
}

#[test]
fn chunks_have_the_sizes_of_the_case() {
    let folder = Folder::new();
    let (head, body, _) = sent(&folder, "{ PUT: /up, text: hello world, chunked: [1, 4] }");
    assert!(
        head.contains("transfer-encoding: chunked\r\n") && !head.contains("content-length"),
        "{head}"
    );
    assert_eq!(
        String::from_utf8(body).unwrap(),
        "1\r\nh\r\n4\r\nello\r\n4\r\n wor\r\n2\r\nld\r\n0\r\n\r\n"
    );
}

#[test]
fn a_body_waits_for_100_or_for_its_time() {
    let folder = Folder::new();
    let request = "{ PUT: /up, text: hello, expect-continue: 20s }";
    let (head, body, _) = sent(&folder, request);
    assert!(head.contains("expect: 100-continue\r\n"), "{head}");
    assert_eq!(body, b"hello");
    // A server that refuses the head never gets the body.
    things::write(&folder, &case(request));
    let listener = Listener::refusing();
    run(&folder, &listener.url(), &[]).expect_code(1);
    assert_eq!(listener.last().1, b"");
    // A server that knows nothing of it gets the body after the time.
    things::write(&folder, &case(&request.replace("20s", "50ms")));
    let listener = Listener::silent();
    run(&folder, &listener.url(), &[]).expect_code(1);
    assert_eq!(listener.last().1, b"hello");
}

#[test]
fn a_secret_in_a_form_or_a_part_is_in_no_output() {
    const PLANTED: &str = "planted word+&1";
    let folder = Folder::new();
    let cases = case("{ POST: /up, form: { pw: '${fixture.name}' } }")
        + &case("{ POST: /up, multipart: [{ name: pw, text: '${fixture.name}' }] }").replace("one", "two")
        + &case("{ POST: /up, multipart: [{ name: pw, text: '${fixture.name}' }, { name: b, hex: ff }] }")
            .replace("one", "three");
    things::write(&folder, &cases);
    let listener = Listener::new();
    let target = format!(
        "name: t\nservices: {{ things: '{}' }}\nfixtures: {{ things.name: '${{env.PLANTED}}' }}\n",
        listener.url()
    );
    folder.write("target.yaml", target);
    let mut command = folder.command(&[
        "run",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--report",
        "json=report.json",
        "--report",
        "html=report.html",
        "--record",
        "run.har",
    ]);
    let ended = Ended::from(command.env("PLANTED", PLANTED).output().unwrap()).expect_code(1);
    let all = ended.to_string()
        + &folder.read("report.json")
        + &folder.read("report.html")
        + &folder.read("run.har");
    assert!(!all.contains("planted"), "{all}");
    let report = folder.report("report.json");
    let text = |index: usize| {
        report["cases"][index]["steps"][0]["exchange"]["request_body"]["text"].clone()
    };
    assert_eq!(text(0), json!("pw=[secret]"));
    assert!(text(2).as_str().unwrap().contains("[secret]"), "{report:#}");
    assert!(
        curl(&report["cases"][0]["steps"][0]["exchange"])
            .contains("--data-urlencode 'pw=[secret]'")
    );
}

#[test]
fn a_head_is_asked_for_with_head() {
    let folder = Folder::new();
    let (_, _, exchange) = sent(&folder, "{ HEAD: /up }");
    let url = exchange["url"].as_str().unwrap();
    assert_eq!(curl(&exchange), format!("curl -sS --head {url}"));
}

#[test]
fn a_large_repeated_text_is_sent_in_full_and_reported_in_short() {
    let folder = Folder::new();
    for transport in ["normal", "exact", "raw"] {
        let request = format!(
            "{{ PUT: /up, transport: {transport}, text: \"<${{repeat-text('xy', 2500000)}}>\", \
             headers: {{ Digest: \"${{sha256(body)}}\", Size: \"${{body.length}}\" }} }}"
        );
        let (head, body, exchange) = sent(&folder, &request);
        let wanted = format!("<{}>", "xy".repeat(2_500_000));
        assert!(
            body == wanted.as_bytes(),
            "{transport}: {} bytes",
            body.len()
        );
        assert!(head.contains("content-length: 5000002\r\n"), "{head}");
        assert!(head.contains("size: 5000002\r\n"), "{head}");
        assert!(head.contains("\r\ndigest: "), "{head}");
        let reported = &exchange["request_body"];
        assert_eq!(reported["octets"], 5_000_002);
        assert_eq!(reported["truncated"], true);
        assert!(
            reported["text"].as_str().unwrap().len() <= 200,
            "{reported}"
        );
        assert!(folder.read("report.json").len() < 20_000);
    }
    let (_, _, exchange) = sent(
        &folder,
        "{ PUT: /up, text: \"${repeat-text('ab', 5000000)}\" }",
    );
    let line = curl(&exchange);
    assert!(
        line.contains(" --data-binary @<(yes ab | tr -d '\\n' | head -c 10000000) "),
        "{line}"
    );
}

#[test]
fn the_digest_of_a_body_can_be_in_its_request() {
    let folder = Folder::new();
    let digest = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
    let request = "{ PUT: \"/blobs/${body.sha256}\", query: { digest: \"sha256:${sha256(body)}\" }, text: hello world, \
                   headers: { Repr-Digest: \"sha-256=:${body.sha256-base64}:\" } }";
    let (head, _, _) = sent(&folder, request);
    assert!(
        head.starts_with(&format!("put /blobs/{digest}?digest=sha256:{digest} ")),
        "{head}"
    );
    assert!(
        head.contains("repr-digest: sha-256=:uu0nuznnpgillllx2n2r+sse7+n6u4dukij3rolvzek=:"),
        "{head}"
    );
}

#[test]
fn the_digest_of_a_secret_is_in_no_output() {
    let folder = Folder::new();
    things::write(
        &folder,
        &case("{ PUT: \"/up/${sha256(body)}\", text: '${fixture.name}' }"),
    );
    let listener = Listener::new();
    let target = format!(
        "name: t\nservices: {{ things: '{}' }}\nfixtures: {{ things.name: '${{env.PLANTED}}' }}\n",
        listener.url()
    );
    folder.write("target.yaml", target);
    let run = [
        "run",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--report",
        "json=report.json",
    ];
    let mut command = folder.command(&run);
    let ended = Ended::from(command.env("PLANTED", "hello world").output().unwrap()).expect_code(1);
    assert!(listener.last().0.contains("b94d27b9934d3e08"));
    let all = ended.to_string() + &folder.read("report.json");
    assert!(!all.contains("b94d27b9934d3e08"), "{all}");
}

#[test]
fn path_fills_in_several_segments() {
    let folder = Folder::new();
    things::write(
        &folder,
        "- id: one\n  vars: { file: 'a b/c%/ü' }\n  \
         request: { GET: \"/files/${path(var.file)}/${var.file}?q=${path(var.file)}\" }\n  \
         expect: [{ proves: [THINGS-01], status: 200 }]\n",
    );
    let listener = Listener::new();
    run(&folder, &listener.url(), &[]).expect_code(0);
    let (head, _) = listener.last();
    let line = head.lines().next().unwrap();
    assert_eq!(
        line,
        "GET /files/a%20b/c%25/%C3%BC/a%20b%2Fc%25%2F%C3%BC?q=a%20b/c%25/%C3%BC HTTP/1.1"
    );
}
