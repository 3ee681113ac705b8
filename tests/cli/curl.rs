//! The curl line of a case that failed: how the target is reached stands in it, and no secret.

use std::collections::BTreeSet;

use crate::peer::{Heard, Peer, answer, json};
use crate::support::folder::{Ended, Folder};
use crate::support::request::nobody;
use crate::things;

const PASSWORD: &str = "planted-proxy-password";

/// The curl line of the only case, which fails, at this URL by this network; and the whole report.
fn curl(folder: &Folder, url: &str, network: &str, more: &[&str]) -> (String, String) {
    things::write(folder, &things::simple("one"));
    let issued = rcgen::generate_simple_self_signed(["things.example".to_owned()]).unwrap();
    folder.write("certs/ca.pem", issued.cert.pem());
    folder.write("certs/client.pem", issued.cert.pem());
    folder.write("certs/client.key", issued.signing_key.serialize_pem());
    let text = format!("name: t\nservices: {{ things: '{url}' }}\nnetwork: {network}\n");
    folder.write("target.yaml", &text);
    let run = [
        "run",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--report",
        "json=r.json",
    ];
    let mut command = folder.command(&[&run[..], more].concat());
    let ended = Ended::from(command.env("PROXY_PASSWORD", PASSWORD).output().unwrap());
    let report = folder.report("r.json");
    let curl = &report["cases"][0]["steps"][0]["exchange"]["curl"];
    let curl = curl
        .as_str()
        .unwrap_or_else(|| panic!("{ended}"))
        .to_owned();
    // People see the same line.
    assert!(ended.stdout.contains(&curl), "{curl}\n{ended}");
    let all = ended.to_string() + &folder.read("r.json");
    let key = issued.signing_key.serialize_pem();
    let key = key.lines().nth(1).unwrap();
    assert!(!all.contains(key) && !all.contains(PASSWORD), "{all}");
    (curl.replace(" -H 'accept: */*'", ""), all)
}

fn failing() -> Peer {
    Peer::answering(|_, _| json(500, "{}"))
}

#[test]
fn a_name_that_leads_elsewhere() {
    let folder = Folder::new();
    let peer = failing();
    let port = peer.port();
    let url = format!("http://things.example:{port}");
    let (line, _) = curl(
        &folder,
        &url,
        "{ resolve: { things.example: 127.0.0.1 } }",
        &[],
    );
    assert_eq!(
        line,
        format!("curl -sS -i -X GET --resolve things.example:{port}:127.0.0.1 {url}/things/one")
    );
    let network = format!("{{ resolve: {{ things.example: '127.0.0.1:{port}' }}, http: 1.1 }}");
    let (line, _) = curl(&folder, "http://things.example", &network, &[]);
    assert_eq!(
        line,
        format!(
            "curl -sS -i -X GET --connect-to things.example:80:127.0.0.1:{port} --http1.1 \
             http://things.example/things/one"
        )
    );
}

#[test]
fn certificates_by_the_names_of_their_files() {
    let folder = Folder::new();
    let network =
        "{ ca: certs/ca.pem, client: { certificate: certs/client.pem, key: certs/client.key } }";
    let url = nobody().replace("http:", "https:");
    let (line, _) = curl(&folder, &url, network, &["--insecure"]);
    assert_eq!(
        line,
        format!(
            "curl -sS -i -X GET --insecure --cacert certs/ca.pem --cert certs/client.pem --key certs/client.key \
             {url}/things/one"
        )
    );
    let (line, _) = curl(
        &folder,
        &url,
        "{ ca: [certs/ca.pem, certs/client.pem] }",
        &[],
    );
    assert!(
        line.contains(" --cacert <(cat certs/ca.pem certs/client.pem) "),
        "{line}"
    );
}

#[test]
fn a_proxy_without_its_password() {
    let folder = Folder::new();
    let at = nobody();
    let network = format!(
        "{{ proxy: {{ url: '{at}', user: ann, password: '${{env.PROXY_PASSWORD}}' }}, no-proxy: [.internal] }}"
    );
    let (line, _) = curl(&folder, "http://things.example", &network, &[]);
    assert_eq!(
        line,
        format!(
            "curl -sS -i -X GET --proxytunnel --proxy {at} --proxy-user \"$PROXY_USER:$PROXY_PASSWORD\" \
             http://things.example/things/one"
        )
    );
    // The target is reached straight.
    let peer = failing();
    let network = format!("{{ proxy: '{at}', no-proxy: [127.0.0.1] }}");
    let (line, _) = curl(&folder, &peer.url(), &network, &[]);
    assert_eq!(
        line,
        format!("curl -sS -i -X GET {}/things/one", peer.url())
    );
    let network = format!("{{ proxy: '{}' }}", at.replace("http:", "socks5:"));
    let (line, _) = curl(&folder, "http://things.example", &network, &[]);
    assert!(line.contains(" --proxy socks5h://127.0.0.1:"), "{line}");
}

#[test]
fn a_socket() {
    let folder = Folder::new();
    let (line, _) = curl(
        &folder,
        "http://things.example",
        "{ unix-socket: run/it.sock }",
        &[],
    );
    assert_eq!(
        line,
        "curl -sS -i -X GET --unix-socket run/it.sock http://things.example/things/one"
    );
}

/// The requests of a run of which the only case fails, those that its curl lines send, and the lines.
struct Repeated {
    sent: Vec<String>,
    again: Vec<String>,
    line: String,
}

/// Runs a case, and then the curl line of its last step; `None`, and a line on standard error, without curl.
fn repeated(case: &str, answering: fn(&Heard) -> String) -> Option<Repeated> {
    let folder = Folder::new();
    things::write(&folder, case);
    let peer = Peer::answering(move |heard, _| answering(heard));
    let url = peer.url();
    let run = [
        "run",
        "--suite",
        "suite",
        "--target",
        &url,
        "--report",
        "json=r.json",
    ];
    let ended = folder.run(&run).expect_code(1);
    let report = folder.report("r.json");
    let steps = report["cases"][0]["steps"].as_array().unwrap();
    let exchange = &steps.last().unwrap()["exchange"];
    let line = exchange["curl"]
        .as_str()
        .unwrap_or_else(|| panic!("{ended}"));
    let before = peer.heard().len();
    let mut shell = folder.shell(line);
    shell.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    // What the line says that it reads.
    shell
        .env("CREDENTIALS_COOKIE", "sid=abc")
        .env("THINGS_USER_AUTHORIZATION", "Bearer user-of-things");
    let curl = shell.output().unwrap();
    if curl.status.code() == Some(127) {
        // Not captured by the harness of the tests.
        let left_out =
            b"left out: there is no curl on this machine, so no printed line was tried\n";
        std::io::Write::write_all(&mut std::io::stderr(), left_out).unwrap();
        return None;
    }
    assert!(curl.status.success(), "{line}\n{curl:?}");
    let heard = peer.heard();
    let hops = exchange["hops"].as_array().map_or(0, Vec::len);
    let of_step = before - 1 - hops;
    Some(Repeated {
        sent: heard[of_step..before].iter().map(essence).collect(),
        again: heard[before..].iter().map(essence).collect(),
        line: line.to_owned(),
    })
}

/// What must be equal of two requests: the first line, what is sent as whom, and the body.
fn essence(heard: &Heard) -> String {
    let (head, body) = heard
        .rest
        .split_once("\r\n\r\n")
        .unwrap_or((&heard.rest, ""));
    let wanted = ["cookie:", "authorization:", "content-type:", "x-a:"];
    let fields = head.lines().map(|line| {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        format!("{}:{value}", name.to_ascii_lowercase())
    });
    // Curl sends cookies of one path in another order, and those of `-H` beside its own.
    let parts = fields
        .filter(|line| wanted.iter().any(|name| line.starts_with(name)))
        .flat_map(|line| match line.strip_prefix("cookie:") {
            Some(pairs) => pairs
                .split(';')
                .map(|pair| format!("cookie: {}", pair.trim()))
                .collect(),
            None => vec![line],
        });
    let fields: BTreeSet<String> = parts.collect();
    let fields: Vec<String> = fields.into_iter().collect();
    format!("{} {} {body}", heard.line, fields.join(" "))
}

/// `/login` redirects to `/me` with a cookie, and only who has it may see that.
fn sessions(heard: &Heard) -> String {
    let target = heard.line.split(' ').nth(1).unwrap_or_default();
    match target {
        "/login" => answer(
            303,
            "Set-Cookie: sid=abc; Path=/\r\nLocation: /middle\r\n",
            "",
        ),
        "/middle" => answer(302, "Set-Cookie: other=1\r\nLocation: /me\r\n", ""),
        "/again" => answer(307, "Set-Cookie: sid=abc\r\nLocation: /me\r\n", ""),
        "/set" => answer(200, "Set-Cookie: sid=abc; Path=/\r\n", "{}"),
        _ => json(200, "{}"),
    }
}

/// Every printed line sends the requests that the run has sent: with cookies that redirects set or without.
#[test]
fn the_line_of_a_followed_exchange_can_be_run() {
    for (case, has_jar) in [
        (
            "cookies: keep\n  request: { POST: /login, form: { user: a }, follow: { max: 3 } }",
            true,
        ),
        (
            "cookies: keep\n  request: { GET: /login, identity: user, follow: { max: 3 } }",
            true,
        ),
        (
            "cookies: keep\n  request: { POST: /again, json: { a: 1 }, headers: { X-A: b }, follow: { max: 1 } }",
            true,
        ),
        (
            "cookies: keep\n  request: { PUT: /again, json: { a: 1 }, follow: { max: 1 } }",
            true,
        ),
        (
            "request: { POST: /login, form: { user: a }, follow: { max: 3 } }",
            false,
        ),
        (
            "request: { GET: /login, identity: user, follow: { max: 3 } }",
            false,
        ),
        ("cookies: keep\n  request: { GET: /me }", false),
    ] {
        let case =
            format!("- id: one\n  {case}\n  expect: [{{ proves: [THINGS-01], status: 418 }}]\n");
        let Some(repeated) = repeated(&case, sessions) else {
            return;
        };
        assert_eq!(repeated.again, repeated.sent, "{case}{}", repeated.line);
        let jar = " --cookie ''";
        assert_eq!(repeated.line.contains(jar), has_jar, "{}", repeated.line);
    }
}

/// A step that sends a cookie of an earlier step has it in a variable.
#[test]
fn the_line_with_a_kept_cookie_can_be_run() {
    for follow in ["", ", follow: { max: 2 }"] {
        let case = format!(
            "- id: one\n  cookies: keep\n  steps:\n    - {{ request: {{ GET: /set }}, expect: [{{ status: 200 }}] }}\n    \
             - {{ request: {{ POST: /again, form: {{ a: b }}{follow} }}, expect: [{{ proves: [THINGS-01], status: 418 }}] }}\n"
        );
        let Some(repeated) = repeated(&case, sessions) else {
            return;
        };
        assert_eq!(repeated.again, repeated.sent, "{}", repeated.line);
        assert!(
            repeated.line.contains("$CREDENTIALS_COOKIE"),
            "{}",
            repeated.line
        );
    }
}
