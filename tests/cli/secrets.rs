//! What came from the environment stands in no output, however a server spells it back.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use probity::report::formats::FORMATS;

use crate::peer::{Peer, answer};
use crate::support::folder::{Ended, Folder};
use crate::things;

const TOKEN: &str = "to+ken/7f3a\"Zq=9-x_y";
const TENANT: &str = "tenant.9d81-c2";
const NAME: &str = "fix'ture/5b7e é";

const CASES: &str = r#"
- id: echoed-in-body
  request: { GET: "/echo/${fixture.name}", identity: user, query: { q: "${fixture.name}" } }
  expect:
    - proves: [THINGS-01]
      status: 200
      headers: { X-Echo: nothing, Content-Type: <media-type application/json> }
      json: { plain: nothing, pointed: { a: 1 } }
    - proves: [THINGS-01]
      json-exactly: { a: 1 }
    - proves: [THINGS-01]
      schema: { properties: { plain: { maxLength: 3 }, token: { const: 1 } } }
    - proves: [THINGS-01]
      select:
        - path: $..*
          each: <integer>
- id: echoed-in-text
  request: { POST: /text, identity: user, json: { name: "${fixture.name}" } }
  expect: [{ proves: [THINGS-01], status: 200, text: nothing }]
- id: captured
  steps:
    - request: { GET: /echo, identity: user }
      expect: [{ status: 200 }]
      capture: { echo: $.plain }
    - request: { GET: "/again/${capture.echo}", identity: user }
      expect: [{ proves: [THINGS-01], status: 200, json: "${capture.echo}" }]
- id: no-http
  request: { GET: /garbage, identity: user }
  expect: [{ proves: [THINGS-01], status: 200 }]
- id: arranged
  steps:
    - request: { GET: /text, identity: user }
      expect: [{ text: nothing, status: 200 }]
    - request: { GET: /text, identity: user }
      expect: [{ proves: [THINGS-01], status: 200 }]
  finally:
    - request: { GET: /text, identity: user }
      expect: [{ status: 200, text: nothing }]
"#;

fn percent(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// `%2F` as `%2f`, and nothing else.
fn with_small_digits(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        text + "%" + &part[..2].to_lowercase() + &part[2..]
    })
}

fn escaped(text: &str) -> String {
    let text = serde_json::to_string(text).unwrap();
    text[1..text.len() - 1].to_owned()
}

/// The forms in which the server gives it back.
fn forms(secret: &str) -> Vec<String> {
    vec![
        secret.to_owned(),
        percent(secret),
        with_small_digits(&percent(secret)),
        escaped(secret),
        escaped(secret).replace('/', "\\/"),
        STANDARD.encode(secret),
        STANDARD.encode(secret).trim_end_matches('=').to_owned(),
        URL_SAFE.encode(secret),
    ]
}

/// Answers with everything it knows about who asked.
fn echo() -> Peer {
    Peer::answering(|heard, _| {
        let all: Vec<String> = [TOKEN, TENANT, NAME].into_iter().flat_map(forms).collect();
        let plain = escaped(&all.join(" "));
        let long = escaped(&format!("{}{TOKEN}", "x".repeat(110)));
        if heard.line.contains("/garbage") {
            return format!("{TOKEN} {TENANT}: go away\r\n\r\n");
        }
        if heard.line.contains("/text") {
            return answer(
                200,
                "Content-Type: text/plain\r\n",
                &format!("{} {plain}", all.join("\n")),
            );
        }
        let basic = STANDARD.encode(format!("user:{TOKEN}"));
        let body = format!(
            r#"{{"plain": "{plain}", "token": "{}", "long": "{long}", "{}": 1, "pointed": {{"{}": "{}"}}}}"#,
            escaped(TOKEN),
            escaped(TOKEN),
            escaped(TENANT),
            basic
        );
        let headers = format!(
            "Content-Type: text/{TENANT}\r\nX-Echo: {TOKEN} {}\r\nX-{TENANT}: {basic}\r\nSet-Cookie: s={TOKEN}\r\n",
            percent(TOKEN)
        );
        answer(200, &headers, &body)
    })
}

#[track_caller]
fn assert_silent(what: &str, text: &str) {
    let basic = STANDARD.encode(format!("user:{TOKEN}"));
    let inside = basic[8..basic.len() - 4].to_owned();
    let all = [TOKEN, TENANT, NAME].into_iter().flat_map(forms);
    // Nor most of one, where what was quoted was cut.
    let beginnings = [TOKEN, TENANT, NAME].map(|secret| secret[..8].to_owned());
    for form in all.chain([inside]).chain(beginnings) {
        if let Some(at) = text.find(&form) {
            let from = text[..at].rfind('\n').map_or(0, |at| at + 1);
            panic!(
                "`{form}` in {what}: {}",
                text[from..].lines().next().unwrap()
            );
        }
    }
}

fn run(folder: &Folder, arguments: &[&str]) -> Ended {
    let mut command = folder.command(arguments);
    command
        .env("THINGS_TOKEN", TOKEN)
        .env("THINGS_TENANT", TENANT)
        .env("THINGS_NAME", NAME);
    command.output().unwrap().into()
}

/// A target of the suite, as whom `Authorization` says.
fn write_target(folder: &Folder, peer: &Peer, authorization: &str) {
    things::write(folder, CASES);
    let target = format!(
        "name: echo\nservices: {{ things: '{}/${{env.THINGS_TENANT}}' }}\n\
         identities: {{ things.user: {{ Authorization: '{authorization}', X-Key: '${{env.THINGS_TOKEN}}' }} }}\n\
         fixtures: {{ things.name: '${{env.THINGS_NAME}}' }}\n",
        peer.url()
    );
    folder.write("target.yaml", &target);
}

#[test]
fn no_output_holds_a_bearer_token() {
    let heard = no_output_holds("Bearer ${env.THINGS_TOKEN}");
    assert!(
        heard.contains(&format!("uthorization: Bearer {TOKEN}")),
        "{heard}"
    );
}

#[test]
fn no_output_holds_an_xbl_token_or_the_hash_beside_it() {
    let heard = no_output_holds("XBL3.0 x=${env.THINGS_TENANT};${env.THINGS_TOKEN}");
    let whole = format!("uthorization: XBL3.0 x={TENANT};{TOKEN}");
    assert!(heard.contains(&whole), "{heard}");
}

/// Whoever is asked spells every secret back. Gives what it heard in the end, for that the secrets did go out.
fn no_output_holds(authorization: &str) -> String {
    let folder = Folder::new();
    let peer = echo();
    write_target(&folder, &peer, authorization);
    let arguments = ["run", "--suite", "suite", "--target", "target.yaml"];
    for more in [
        &["--report", "json=r.json"][..],
        &["--report", "json=r.json", "--color", "always"],
        &["--report", "json=-"],
        &["--quiet", "--no-report"],
    ] {
        let ended = run(&folder, &[&arguments[..], more].concat()).expect_code(1);
        assert_silent("stdout", &ended.stdout);
        assert_silent("stderr", &ended.stderr);
        assert!((ended.stdout + &ended.stderr).contains("[secret]"));
    }
    assert_silent("the report", &folder.read("r.json"));
    let others = FORMATS.iter().filter(|format| format.name != "json");
    let files: Vec<String> = others
        .map(|format| format!("{0}=r.{0}", format.name))
        .collect();
    let every = files.iter().flat_map(|file| ["--report", file]);
    let every: Vec<&str> = arguments.into_iter().chain(every).collect();
    let ended = run(&folder, &every).expect_code(1);
    assert_silent("stdout", &ended.stdout);
    for file in &files {
        let (format, path) = file.split_once('=').unwrap();
        let text = folder.read(path);
        assert!(text.len() > 200, "{format}: {text}");
        assert_silent(format, &text);
        // Markup and XML spell characters in ways of their own.
        let spelt = text
            .replace("&quot;", "\"")
            .replace("&#34;", "\"")
            .replace("&amp;", "&");
        assert_silent(format, &spelt.replace("&#39;", "'").replace("&apos;", "'"));
    }
    for (format, path) in files.iter().filter_map(|file| file.split_once('=')) {
        let again = [
            "report",
            "r.json",
            "--report",
            &format!("{format}=again-{path}"),
        ]
        .map(str::to_owned);
        let again: Vec<&str> = again.iter().map(String::as_str).collect();
        run(&folder, &again).expect_code(0);
        assert_silent(format, &folder.read(&format!("again-{path}")));
    }
    let report = folder.report("r.json");
    let verdicts: Vec<&str> = report["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| case["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, ["fail", "fail", "fail", "error", "error"]);
    let heard = peer.heard();
    assert!(heard.iter().all(|heard| heard.line.contains(TENANT)));
    heard[0].rest.clone()
}

#[test]
fn no_proof_holds_a_secret() {
    let folder = Folder::new();
    let body = |secret: &str| {
        let secret = escaped(secret);
        format!(r#"{{"{secret}": "{secret}", "in": [{{"{secret}": "{secret}"}}], "a": 1}}"#)
    };
    let bodies = [TOKEN, TENANT, NAME].map(body);
    let peer = Peer::answering(move |heard, _| {
        let which = heard
            .line
            .as_bytes()
            .last()
            .map_or(0, |_| heard.line.len() % 3);
        answer(
            200,
            &format!(
                "Content-Type: application/json\r\nX-Echo: {TOKEN}\r\nX-{TENANT}: {TOKEN}\r\n"
            ),
            &bodies[which],
        )
    });
    write_target(
        &folder,
        &peer,
        "XBL3.0 x=${env.THINGS_TENANT};${env.THINGS_TOKEN}",
    );
    // Paths of three lengths, so that each secret comes back in some body, as a name and as a value.
    let cases: String = ["a", "ab", "abc"].map(|id| {
        format!(
            "- id: {id}\n  request: {{ GET: '/{id}/${{fixture.name}}', identity: user }}\n  \
             expect: [{{ proves: [THINGS-01], status: 200, headers: {{ X-Echo: <present> }}, json: {{ a: 1 }} }}]\n"
        )
    }).concat();
    things::write(&folder, &cases);
    let prove = [
        "prove",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--verbose",
        "--report",
    ];
    // What no check looks at is told by its place, and survives.
    for to in ["json=proof.json", "json=-"] {
        let ended = run(&folder, &[&prove[..], &[to]].concat()).expect_code(1);
        assert!(ended.to_string().contains("[secret]"), "{ended}");
        assert_silent("stdout", &ended.stdout);
        assert_silent("stderr", &ended.stderr);
    }
    assert_silent("the proof", &folder.read("proof.json"));
}

#[test]
fn check_shows_no_secret_of_a_base_url() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let target = "name: t\nservices: { things: 'http://127.0.0.1:9/${env.THINGS_TENANT}' }\n";
    folder.write("target.yaml", target);
    let ended = run(
        &folder,
        &["check", "--suite", "suite", "--target", "target.yaml"],
    );
    let ended = ended
        .expect_code(0)
        .expect_said("http://127.0.0.1:9/[secret]");
    assert_silent("stdout", &ended.stdout);
}

#[test]
fn a_short_secret_costs_no_report() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let peer = Peer::answering(|_, _| answer(200, "", "0000"));
    let target = format!(
        "name: t\nservices: {{ things: '{}' }}\nfixtures: {{ things.name: '${{env.THINGS_PIN}}' }}\n",
        peer.url()
    );
    folder.write("target.yaml", &target);
    // The port stands in the report as a part of the URL, and so does this secret.
    let mut command = folder.command(&["run", "--suite", "suite", "--target", "target.yaml"]);
    command.env("THINGS_PIN", peer.port().to_string());
    Ended::from(command.output().unwrap()).expect_code(0);
}

const COOKIE_CASES: &str = r#"
- id: pattern
  request: { GET: /login }
  expect: [{ proves: [THINGS-01], status: 200, headers: { Set-Cookie: "</; Secure/>" } }]
- id: absent
  request: { GET: /login }
  expect: [{ proves: [THINGS-01], status: 200, headers: { Set-Cookie: <absent> } }]
- id: short
  request: { GET: /short }
  expect: [{ proves: [THINGS-01], status: 200, headers: { Set-Cookie: nothing } }]
- id: literal
  request: { GET: /literal }
  expect: [{ proves: [THINGS-01], status: 200, headers: { Set-Cookie: "s=as-written; Secure", Authorization: nothing } }]
- id: captured
  steps:
    - request: { GET: /login }
      expect: [{ status: 200 }]
      capture: { cookie: { header: Set-Cookie } }
    - request: { GET: /login }
      expect: [{ proves: [THINGS-01], status: 200, json: { is: "x${capture.cookie}" } }]
"#;

/// A session belongs to somebody, whoever opened it.
#[test]
fn no_report_shows_the_value_of_a_cookie() {
    let folder = Folder::new();
    things::write(&folder, COOKIE_CASES);
    let peer = Peer::answering(|heard, _| {
        let cookie = match heard.line.split(' ').nth(1).unwrap_or_default() {
            "/short" => "sid=Zq; Path=/",
            "/literal" => "s=as-written; Path=/\r\nAuthorization: Bearer SESSION-9f8e7d6c5b",
            _ => "sid=SESSION-9f8e7d6c5b; Path=/; HttpOnly",
        };
        let headers = format!("Content-Type: application/json\r\nSet-Cookie: {cookie}\r\n");
        let body = r#"{"is": "SESSION-9f8e7d6c5b", "and": "SESSION%2D9f8e7d6c5b"}"#;
        let is_echo = cookie.contains("SESSION");
        answer(200, &headers, if is_echo { body } else { "{}" })
    });
    let url = peer.url();
    let mut arguments = vec!["run", "--suite", "suite", "--target", &url];
    let formats = [
        "json", "html", "junit", "markdown", "github", "sarif", "tap", "ctrf", "events",
    ];
    let reports: Vec<String> = formats
        .iter()
        .map(|format| format!("{format}=r.{format}"))
        .collect();
    arguments.extend(reports.iter().flat_map(|report| ["--report", report]));
    let ended = run(&folder, &arguments).expect_code(1);
    let texts = formats
        .iter()
        .map(|format| folder.read(&format!("r.{format}")));
    for text in texts.chain([ended.stdout.clone()]) {
        for secret in ["SESSION-9f8e7d6c5b", "SESSION%2D", "Zq"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
    for shown in [
        "sid=[not shown]; Path=/; HttpOnly",
        "s=as-written; Path=/",
        "Bearer [not shown]",
    ] {
        assert!(ended.stdout.contains(shown), "{shown}: {}", ended.stdout);
    }
}

/// A diff begins shortly before the first difference: what it shows can be the end of a secret.
#[test]
fn no_diff_shows_the_end_of_a_secret() {
    const SECRET: &str = "q7Yw2-Zr8Lk_4Tn0Vb6Xc9Md1Fs3Gh5Jp-Qw8Er7Ty6Ui5Op4As3Df2Gh1Jk0";
    let folder = Folder::new();
    let cases = "
- id: member
  request: { GET: /json }
  expect: [{ proves: [THINGS-01], status: 200, json: { token: '${fixture.name}-expected' } }]
- id: text
  request: { GET: /text }
  expect: [{ proves: [THINGS-01], status: 200, text: '${fixture.name}-expected' }]
";
    things::write(&folder, cases);
    let peer = Peer::answering(move |heard, _| {
        if heard.line.starts_with("GET /json") {
            let headers = "Content-Type: application/json\r\n";
            return answer(200, headers, &format!("{{\"token\": \"{SECRET}-sent\"}}"));
        }
        answer(200, "", &format!("{SECRET}-sent"))
    });
    let target = format!(
        "name: t\nservices: {{ things: '{}' }}\nfixtures: {{ things.name: '${{env.THE_NAME}}' }}\n",
        peer.url()
    );
    folder.write("target.yaml", &target);
    let mut arguments = vec!["run", "--suite", "suite", "--target", "target.yaml"];
    arguments.extend(["--report", "json=r.json", "--report", "html=r.html"]);
    let mut command = folder.command(&arguments);
    let ended = command.env("THE_NAME", SECRET).output().unwrap();
    let ended = Ended::from(ended)
        .expect_code(1)
        .expect_said("differs from the expected text in line 1")
        .expect_said("\"…[secret]-expected\"")
        .expect_said("\"…[secret]-sent\"");
    for (what, text) in [
        ("terminal", &ended.stdout),
        ("json", &folder.read("r.json")),
        ("html", &folder.read("r.html")),
    ] {
        assert!(!text.contains("Gh1Jk0"), "{what}: {text}");
    }
}

/// Redaction takes as long as the text, whatever it looks like.
#[test]
fn an_answer_of_escapes_does_not_stop_the_run() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    for escape in ["\\", "\\u00", "%5C", "&#", "~1"] {
        let peer =
            Peer::answering(move |_, _| answer(200, "", &escape.repeat(400_000 / escape.len())));
        let target = format!(
            "name: t\nservices: {{ things: '{}' }}\n\
             identities: {{ things.user: {{ Authorization: 'Bearer ${{env.THINGS_TOKEN}}' }} }}\n",
            peer.url()
        );
        folder.write("target.yaml", &target);
        let started = std::time::Instant::now();
        run(
            &folder,
            &[
                "run",
                "--suite",
                "suite",
                "--target",
                "target.yaml",
                "--no-report",
            ],
        );
        assert!(started.elapsed().as_secs() < 30, "{escape}");
    }
}
