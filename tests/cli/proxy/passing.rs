//! What passes through the recording proxy, and what of it is in the file.

use base64::Engine as _;
use serde_json::Value;

use crate::peer::{Peer, json};
use crate::support::folder::Folder;
use crate::support::recorder::Recorder;

const CONTRACT: &str = "\
contract: things
title: things
service: things
services: { things: { mount: /api } }
identities: { user: somebody }
requirements:
  - { id: THINGS-01, level: MUST, sentence: A thing has an id., source: here }
  - { id: THINGS-02, level: MUST, sentence: Whoever throttles says how long., source: here }
  - { id: THINGS-03, level: SHOULD, sentence: Nothing has no content., source: here }
throttling: THINGS-02
answers:
  - id: thing
    operation: GET /things/{}
    status: 200
    expect: [{ proves: [THINGS-01], json: { id: <string> } }]
  - id: gone
    operation: DELETE /things/{}
    status: <2xx>
    expect: [{ proves: [THINGS-03], status: 204 }]
";

const CASES: &str = "\
contract: things
title: things
cases:
  - id: one
    request: { GET: /things/1 }
    expect: [{ proves: [THINGS-01], status: 200 }]
";

#[test]
fn requests_and_answers_pass_unchanged_and_secrets_stay_out_of_the_file() {
    let folder = Folder::new();
    folder.write("suite/cases/things/contract.yaml", CONTRACT);
    folder.write("suite/cases/things/all.yaml", CASES);
    let peer = Peer::answering(|heard, _| {
        if heard.line.contains("/login") {
            return json(
                200,
                r#"{ "grant": { "access_token": "t0ken-from-a-login" } }"#,
            );
        }
        if heard.line.contains("/busy") {
            return "HTTP/1.1 429 Slow Down\r\nContent-Length: 0\r\n\r\n".into();
        }
        if heard.line.starts_with("DELETE") {
            return "HTTP/1.1 204 Gone Away\r\nX-One: 1\r\nx-one: 2\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\n".into();
        }
        let session = "Set-Cookie: session=Zq81-kk20-secret; Path=/\r\n";
        let body = format!("{{\"id\": \"1\", \"you\": {:?}}}", heard.rest);
        json(200, &body).replacen("\r\n", &format!("\r\n{session}"), 1)
    });
    folder.write(
        "target.yaml",
        format!(
            "name: t\nservices: {{ things: {}/api }}\nidentities: {{ things.user: {{ Authorization: \"Bearer ${{env.NEVER_SET}}\" }} }}\n",
            peer.url()
        ),
    );
    let options = [
        "--suite",
        "suite",
        "--check",
        "--out",
        "t.har",
        "--report",
        "json=r.json",
    ];
    let recorder = Recorder::start(&folder, "target.yaml", &options);
    let fields = "Authorization: Bearer t0ken-of-a-client\r\nX-Mine: a b\r\nX-Hop: 1\r\nConnection: X-Hop\r\n";
    let answer = recorder.request(
        "GET /api/things/%31?a=%20b&api_key=qP7-secret-key-55",
        fields,
    );
    assert!(answer.contains("session=Zq81-kk20-secret"), "{answer}");
    let heard = peer.heard().remove(0);
    assert_eq!(
        heard.line,
        "GET /api/things/%31?a=%20b&api_key=qP7-secret-key-55 HTTP/1.1"
    );
    let rest = heard.rest.to_lowercase();
    assert!(
        rest.contains("x-mine: a b") && rest.contains("bearer t0ken-of-a-client"),
        "{rest}"
    );
    assert!(
        !rest.contains("x-hop") && !rest.contains("host: x\r\n"),
        "{rest}"
    );

    let gone = recorder.request("DELETE /api/things/1", "");
    assert!(
        gone.starts_with("HTTP/1.1 204 Gone Away\r\n") && gone.ends_with("\r\n\r\n"),
        "{gone}"
    );
    assert!(
        gone.contains("x-one: 1\r\nx-one: 2\r\n") && !gone.contains("x-hop"),
        "{gone}"
    );
    assert!(
        recorder
            .request("GET /api/things/busy", "")
            .contains(" 429 Slow Down")
    );
    assert!(recorder.request("GET /elsewhere", "").contains(" 200 "));
    let login = "user=ada&password=corr3ct-horse%21";
    let login = format!(
        "POST /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{login}",
        login.len()
    );
    assert!(recorder.send(login).contains("t0ken-from-a-login"));

    let ended = recorder.end().expect_code(1);
    ended
        .expect_said("violated           1  THINGS-02")
        .expect_said("upheld             2  THINGS-01, THINGS-03")
        .expect_complaint("THINGS-02");
    for file in ["t.har", "r.json"] {
        let text = folder.read(file);
        for secret in [
            "t0ken-of-a-client",
            "Zq81-kk20-secret",
            "qP7-secret-key-55",
            "corr3ct-horse",
            "t0ken-from-a-login",
        ] {
            assert!(!text.contains(secret), "{secret} in {file}");
        }
    }
}

#[test]
fn a_credential_of_any_name_and_form_stays_out_of_the_recording() {
    let folder = Folder::new();
    folder.write("suite/cases/things/contract.yaml", CONTRACT);
    folder.write("suite/cases/things/all.yaml", CASES);
    let mut planted = Vec::new();
    let mut canary = |place: &str| {
        let text = format!("cAnary-{:02}-xyzzy", planted.len());
        planted.push((place.to_owned(), text.clone()));
        text
    };
    let place = canary("Location");
    let token = canary("X-Auth-Token of an answer");
    let peer = Peer::answering(move |_, _| {
        let head = format!("Location: /x?token={place}\r\nX-Auth-Token: {token}\r\n");
        json(200, "{}").replacen("\r\n", &format!("\r\n{head}"), 1)
    });
    let recorder = Recorder::start(
        &folder,
        &peer.url(),
        &["--suite", "suite", "--out", "t.har"],
    );
    let mut fields = String::new();
    for name in [
        "X-Auth-Token",
        "X-Vault-Token",
        "X-Password",
        "apikey",
        "X-Client-Secret",
        "X-Amz-Security-Token",
        "X-CSRF-Token",
        "Private-Token",
        "Ocp-Apim-Subscription-Key",
        "X-Goog-Api-Key",
        "Session",
    ] {
        fields += &format!("{name}: {}\r\n", canary(name));
    }
    fields += &format!("Referer: http://a.example/?token={}\r\n", canary("Referer"));
    let query: Vec<String> = ["pwd", "jwt", "X-Amz-Signature", "pin", "auth"]
        .iter()
        .map(|name| format!("{name}={}", canary(name)))
        .collect();
    let line = format!("GET /things/1?{}", query.join("&"));
    let answers = recorder.request(&line, &fields);
    assert!(answers.contains("cAnary-00"), "{answers}");
    let multipart = format!(
        "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{}\r\n--b--\r\n",
        canary("multipart password")
    );
    let members = ["passphrase", "otp", "private_key", "pin"]
        .map(|name| format!("\"{name}\": \"{}\"", canary(name)));
    let document = format!(
        "{{{}, \"password\": {{\"v\": \"{}\"}}}}",
        members.join(", "),
        canary("password.v")
    );
    let form = format!(
        "j_password={}&passwd={}",
        canary("j_password"),
        canary("passwd")
    );
    let xml = format!("<a><password>{}</password></a>", canary("<password>"));
    for (kind, body) in [
        ("multipart/form-data; boundary=b", &multipart),
        ("application/json", &document),
        ("text/plain", &document),
        ("application/x-www-form-urlencoded", &form),
        ("application/xml", &xml),
    ] {
        recorder.send(format!(
            "POST /things/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ));
    }
    let heard = peer.heard();
    let sent = heard.iter().flat_map(|one| [&*one.line, &*one.rest]);
    let sent: String = sent.collect();
    let ended = recorder.end();
    let written = folder.read("t.har");
    assert!(written.matches("\"request\"").count() >= 6, "{ended}");
    let is_shown = |text: &str| {
        written.contains(text) || ended.stdout.contains(text) || ended.stderr.contains(text)
    };
    let leaks: Vec<&str> = planted
        .iter()
        .filter(|(_, text)| is_shown(text))
        .map(|(place, _)| place.as_str())
        .collect();
    assert_eq!(leaks, [""; 0]);
    // They did pass.
    assert!(
        planted[2..].iter().all(|(_, text)| sent.contains(text)),
        "{sent}"
    );
}

#[test]
fn a_short_credential_stays_out_of_reports() {
    let folder = Folder::new();
    folder.write("suite/cases/things/contract.yaml", CONTRACT);
    folder.write("suite/cases/things/all.yaml", CASES);
    let peer = Peer::answering(|_, _| json(200, r#"{ "id": 7, "session": "abraxas" }"#));
    let target = format!("name: t\nservices: {{ things: {}/api }}\n", peer.url());
    folder.write("target.yaml", target);
    let reports = ["--report", "json=r.json", "--report", "html=r.html"];
    let options = [&["--suite", "suite", "--check"][..], &reports].concat();
    let recorder = Recorder::start(&folder, "target.yaml", &options);
    let body = r#"{ "password": "swordfi", "fruit": "banana" }"#;
    for path in ["/api/things/1", "/nothing/token=letmein"] {
        recorder.send(format!(
            "GET {path}?pin=sesame HTTP/1.1\r\nHost: x\r\nX-Passcode: opensea\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ));
    }
    let ended = recorder.end().expect_code(1);
    let report = folder.read("r.json");
    assert!(report.contains("banana"), "{report}");
    let page = folder.read("r.html");
    for word in ["abraxas", "swordfi", "letmein", "sesame", "opensea"] {
        for text in [&report, &page, &ended.stdout, &ended.stderr] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
}

/// Keys in paths, bodies in UTF-16 or with a mark, and members that are there twice.
#[test]
fn a_credential_in_a_path_or_in_utf_16_stays_out_of_every_file() {
    const KEYS: [&str; 4] = [
        "q8Zr2LmXv0PtK4aB",
        "xOxPq7TzW2vLkYcRnM5dQe1u",
        "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
        "2f9c41ab77d0e8f32f9c41ab",
    ];
    let wide = |text: &str| -> Vec<u8> {
        let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let body = |name: &str| {
        format!(
            "{{\"password\":\"{name}-one1\",\"n\":1,\"password\":\"{name}-two2\",\"fruit\":\"banana\"}}"
        )
    };
    let folder = Folder::new();
    folder.write("suite/cases/things/contract.yaml", CONTRACT);
    folder.write("suite/cases/things/all.yaml", CASES);
    let peer = Peer::answering_bytes(move |heard, _| {
        let path = heard.line.split(' ').nth(1).unwrap_or_default().to_owned();
        let body = match path.as_str() {
            "/things/wide" => wide(&body("wide")),
            "/things/marked" => format!("\u{feff}{}", body("marked")).into_bytes(),
            "/things/twice" => body("twice").into_bytes(),
            _ => format!("{{\"self\":\"{path}\"}}").into_bytes(),
        };
        let head = format!(
            "HTTP/1.1 200 X\r\nContent-Type: application/json\r\nLink: <{path}>\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        [head.into_bytes(), body].concat()
    });
    let target = format!("name: t\nservices: {{ things: {} }}\n", peer.url());
    folder.write("target.yaml", target);
    let reports = [
        "--report",
        "json=r.json",
        "--report",
        "html=r.html",
        "--report",
        "events=r.jsonl",
    ];
    let options = [
        &["--suite", "suite", "--check", "--out", "t.har"][..],
        &reports,
    ]
    .concat();
    let recorder = Recorder::start(&folder, "target.yaml", &options);
    let paths = [
        format!("/v1/token/{}/use", KEYS[0]),
        format!("/services/T024BE7LD/B0A1C2D3E/{}", KEYS[1]),
        format!("/bot110201543:{}/getMe", KEYS[2]),
        format!("/things/hooks/{}", KEYS[3]),
        "/things/wide".to_owned(),
        "/things/marked".to_owned(),
        "/things/twice".to_owned(),
        "/things/hooks/550e8400-e29b-41d4-a716-446655440000".to_owned(),
    ];
    for path in &paths {
        let sent = wide(&body("sent"));
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            sent.len()
        );
        let answer = recorder.send([head.into_bytes(), sent].concat());
        assert!(answer.contains(" 200 "), "{answer}");
    }
    let ended = recorder.end();
    let mut texts = vec![ended.stdout.clone(), ended.stderr.clone()];
    texts.extend(["t.har", "r.json", "r.html", "r.jsonl"].map(|file| folder.read(file)));
    // What is in base64 there.
    let base64 = base64::engine::general_purpose::STANDARD;
    let har: Value = serde_json::from_str(&folder.read("t.har")).unwrap();
    let entries = har["log"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), paths.len());
    for entry in entries {
        for text in [
            &entry["request"]["postData"]["text"],
            &entry["response"]["content"]["text"],
        ] {
            let bytes = base64
                .decode(text.as_str().unwrap_or_default())
                .unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes).replace('\0', "");
            texts.push(text);
        }
    }
    let secrets = ["wide", "marked", "twice", "sent"];
    let secrets = secrets
        .iter()
        .flat_map(|name| [format!("{name}-one1"), format!("{name}-two2")]);
    for secret in secrets.chain(KEYS.map(str::to_owned)) {
        for text in &texts {
            let text = text.replace("\\u0000", "");
            assert!(!text.contains(&secret), "{secret} in {text}");
        }
    }
    // What is no credential stays.
    assert!(texts.iter().any(|text| text.contains("banana")));
    assert!(texts[2].contains("550e8400-e29b-41d4-a716-446655440000"));
}
