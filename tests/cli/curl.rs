//! The curl line of a case that failed: how the target is reached stands in it, and no secret.

use crate::peer::{Peer, json};
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
