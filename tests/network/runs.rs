//! Whole runs of the binary through networks.

use std::net::SocketAddr;
use std::path::Path;

use probity::reference::{Deployment, Settings};
use regex::Regex;

use crate::certificates::{Authority, Issued, acceptor};
use crate::proxies::Proxy;
use crate::server::front;
use crate::support::folder::{Ended, Folder};

/// What the proxy wants, planted in the environment: no output may show it.
const PASSWORD: &str = "planted-proxy-password";

/// The reference deployment behind TLS with an authority of its own, which lets nobody in without a
/// certificate of another; everything is on this machine.
struct Staging {
    deployment: Deployment,
    front: (SocketAddr, crate::server::Heard),
    folder: Folder,
}

impl Staging {
    async fn start() -> Staging {
        let (servers, clients) = (Authority::new(), Authority::new());
        let deployment = Deployment::start(Settings::default(), ([127, 0, 0, 1], 0).into());
        let deployment = deployment.await.unwrap();
        let issued = servers.issue(&["staging.example"]);
        let tls = acceptor(&issued, Some(&clients), &["http/1.1"]);
        let front = front(tls, deployment.address()).await;
        let folder = Folder::new();
        folder.write("certs/ca.pem", &servers.pem);
        write_client(&folder, "client", &clients.issue(&["probity"]));
        Staging {
            deployment,
            front,
            folder,
        }
    }

    /// The target file: what the reference deployment knows, reached in another way, with the tokens of its
    /// own token endpoint.
    fn write_target(&self, network: &str, limits: &str) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let reference = std::fs::read_to_string(root.join("targets/reference.yaml")).unwrap();
        let (known, _) = reference.split_once("\nlimits:").unwrap();
        let known = known.replace("\nname: reference\n", "\nname: staging\n");
        let base = format!("https://staging.example:{}", self.front.0.port());
        let bearer = Regex::new("Authorization: \"Bearer ([a-z-]+)\"").unwrap();
        let oauth2 = format!(
            "oauth2: {{ token-url: \"{base}/oauth2/v2.0/token\", client-id: $1, client-secret: secret-of-$1 }}"
        );
        let known = bearer.replace_all(&known, oauth2.as_str());
        let services = format!(
            "services: {{ seats: {base}, presence: {base}, graph-v1: {base}/v1.0, graph-beta: {base}/beta }}"
        );
        self.folder.write(
            "staging.yaml",
            format!("{known}\n{DISPOSABLE}\nlimits: {limits}\n{services}\nnetwork: {network}\n"),
        );
    }

    async fn run(self, arguments: &'static [&'static str]) -> (Staging, Ended) {
        tokio::task::spawn_blocking(move || {
            let mut command = self.folder.command(arguments);
            // Whoever is asked there is never asked.
            for name in [
                "HTTP_PROXY",
                "http_proxy",
                "HTTPS_PROXY",
                "https_proxy",
                "ALL_PROXY",
            ] {
                command.env(name, "http://127.0.0.1:9");
            }
            let output = command.env("PROXY_PASSWORD", PASSWORD).output().unwrap();
            (self, Ended::from(output))
        })
        .await
        .unwrap()
    }
}

fn write_client(folder: &Folder, name: &str, issued: &Issued) {
    folder.write(&format!("certs/{name}.pem"), &issued.certificate_pem);
    folder.write(&format!("certs/{name}.key"), &issued.key_pem);
}

/// What leads elsewhere is another machine, whose fixtures are changed only where they are disposable.
const DISPOSABLE: &str = "disposable: [seats.user, seats.second-user, seats.third-user, \
    license.user, autopilot.device, autopilot.second-device]";

const CLIENT: &str = "client: { certificate: certs/client.pem, key: certs/client.key }";

/// The whole shipped suite, as a careful team would run it against a real deployment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_suite_through_tls_a_client_certificate_tokens_a_proxy_and_a_limit() {
    // `probity:planted-proxy-password`, as Basic says it.
    let line = "Proxy-Authorization: Basic cHJvYml0eTpwbGFudGVkLXByb3h5LXBhc3N3b3Jk\r\n";
    let proxy = Proxy::http(Some(line)).await;
    let staging = Staging::start().await;
    let network = format!(
        "{{ ca: certs/ca.pem, {CLIENT}, proxy: {{ url: \"http://{}\", user: probity, password: \"${{env.PROXY_PASSWORD}}\" }} }}",
        proxy.address
    );
    staging.write_target(
        &network,
        "{ per-second: 200, timeout: 20s, concurrency: 4 }",
    );
    let (staging, ended) = staging
        .run(&["run", "--target", "staging.yaml", "--report", "out/"])
        .await;
    let ended = ended.expect_code(0);
    let report = staging.folder.report("out/report.json");
    let summary = &report["summary"];
    assert_eq!(summary["error"], 0, "{summary}");
    assert_eq!(summary["skip"], 0, "{summary}");
    // Once for each identity that is a client.
    assert_eq!(summary["token_requests"], 9, "{summary}");
    assert!(summary["pass"].as_u64().unwrap() > 90, "{summary}");
    assert_eq!(report["target"]["insecure"], serde_json::Value::Null);
    // Whatever was sent went through tunnels of the proxy, with no address that a name here leads to.
    let tunnel = format!(
        "CONNECT staging.example:{} HTTP/1.1\r\n",
        staging.front.0.port()
    );
    let asked = proxy.asked();
    assert!(
        !asked.is_empty() && asked.iter().all(|head| head.starts_with(&tunnel)),
        "{asked:?}"
    );
    assert!(asked.iter().all(|head| !head.contains("\r\nAuthorization")));
    assert!(staging.front.1.connections() > 0);
    // At most so many in a second, the first at once.
    let requests = summary["requests"].as_f64().unwrap();
    let seconds = report["duration_ms"].as_f64().unwrap() / 1000.0;
    assert!(
        requests <= 200.0 * (seconds + 1.0),
        "{requests} in {seconds} s"
    );
    // Each step says what was spoken, and what opening took where it opened a connection.
    let steps: Vec<_> = report["cases"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|case| case["steps"].as_array().unwrap())
        .collect();
    assert!(steps.iter().any(|step| step["version"] == "HTTP/1.1"));
    assert!(steps.iter().any(|step| step["opening"]["tls_ms"].is_f64()));
    assert!(steps.iter().any(|step| step["opening"].is_null()));
    let mut said = vec![ended.stdout, ended.stderr];
    said.extend(
        staging
            .folder
            .files()
            .iter()
            .filter(|name| name.starts_with("out/"))
            .map(|name| staging.folder.read(name)),
    );
    for secret in [PASSWORD, "secret-of-"] {
        assert!(said.iter().all(|text| !text.contains(secret)), "{secret}");
    }
    staging.deployment.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn insecure_is_loud_and_stands_in_every_report() {
    let staging = Staging::start().await;
    let network = format!(
        "{{ {CLIENT}, resolve: {{ staging.example: \"{}\" }} }}",
        staging.front.0
    );
    staging.write_target(&network, "{ timeout: 20s }");
    let (staging, refused) = staging
        .run(&[
            "run",
            "--target",
            "staging.yaml",
            "--only",
            "seats",
            "--report",
            "json=report.json",
        ])
        .await;
    refused
        .expect_code(5)
        .expect_said("`network: { ca: FILE }`");
    let (staging, ended) = staging
        .run(&[
            "run",
            "--insecure",
            "--target",
            "staging.yaml",
            "--only",
            "seats",
            "--quiet",
            "--report",
            "out/",
            "--report",
            "sarif=out/report.sarif",
            "--report",
            "tap=out/report.tap",
            "--report",
            "events=out/report.jsonl",
            "--report",
            "github=out/github.txt",
            "--report",
            "ctrf=out/ctrf.json",
        ])
        .await;
    assert!(
        ended
            .stderr
            .starts_with("warning: --insecure: certificate verification is disabled"),
        "{ended}"
    );
    let last = ended.stdout.trim_end().lines().last().unwrap().to_owned();
    assert!(
        last.starts_with("INSECURE: certificate verification was disabled"),
        "{ended}"
    );
    assert_eq!(
        staging.folder.report("out/report.json")["target"]["insecure"],
        true
    );
    for (file, text) in [
        ("out/index.html", "certificate verification was disabled"),
        (
            "out/report.md",
            "> **Insecure:** certificate verification was disabled",
        ),
        (
            "out/junit.xml",
            "<property name=\"insecure\" value=\"certificate verification was disabled",
        ),
        ("out/report.sarif", "certificate verification was disabled"),
        (
            "out/report.tap",
            "# insecure: certificate verification was disabled",
        ),
        ("out/report.jsonl", "\"insecure\":true"),
        (
            "out/ctrf.json",
            "\"insecure\": \"certificate verification was disabled",
        ),
        (
            "out/github.txt",
            "::warning title=Probity insecure::certificate verification was disabled",
        ),
    ] {
        assert!(staging.folder.read(file).contains(text), "{file}");
    }
    staging.deployment.stop().await;
}

#[test]
fn a_proxy_that_refuses_is_an_error_and_never_a_finding() {
    let folder = Folder::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let proxy = runtime.block_on(Proxy::http(Some("Proxy-Authorization")));
    folder.write(
        "t.yaml",
        format!(
            "name: t\nservices: {{ seats: \"https://api.example\" }}\nnetwork: {{ proxy: \"http://{}\" }}\n\
             identities: {{ seats.admin: {{ Authorization: Bearer a }} }}\n\
             fixtures: {{ seats.product: a, seats.sku: b, seats.user: c@x.example, seats.unknown-product: d, seats.unknown-sku: e, seats.unknown-user: f@x.example }}\n\
             permits: [read, write]\n",
            proxy.address
        ),
    );
    let ended = folder.run(&[
        "run",
        "--target",
        "t.yaml",
        "--only",
        "seats",
        "--report",
        "json=r.json",
    ]);
    let ended = ended.expect_code(5);
    assert!(
        ended.stdout.contains("requires credentials (407"),
        "{ended}"
    );
    let report = folder.report("r.json");
    assert_eq!(report["summary"]["fail"], 0);
    assert_eq!(report["summary"]["pass"], 0);
    assert!(report["summary"]["error"].as_u64().unwrap() > 0);
}

#[test]
fn files_that_do_not_fit_are_told_before_the_first_request() {
    let authority = Authority::new();
    let folder = Folder::new();
    write_client(&folder, "a", &authority.issue(&["a"]));
    write_client(&folder, "b", &authority.issue(&["b"]));
    let said = |network: &str| {
        let text = format!(
            "name: t\nservices: {{ seats: \"https://api.example\" }}\nnetwork: {network}\n"
        );
        folder.write("t.yaml", &text);
        folder
            .run(&["check", "--target", "t.yaml"])
            .expect_code(2)
            .stderr
    };
    let mismatch = said("{ client: { certificate: certs/a.pem, key: certs/b.key } }");
    assert!(
        mismatch.contains("error[target/key]: the key does not belong to the certificate"),
        "{mismatch}"
    );
    assert!(mismatch.contains("--> t.yaml:3:"), "{mismatch}");
    let swapped = said("{ client: { certificate: certs/a.key, key: certs/a.pem } }");
    assert!(
        swapped.contains("no PEM certificate in the file"),
        "{swapped}"
    );
    assert!(
        swapped.contains("expected a private key, found a certificate"),
        "{swapped}"
    );
    // Nothing of a key is quoted, whatever is wrong with its file.
    let key = folder.read("certs/a.key");
    let secret = key.lines().nth(1).unwrap();
    folder.write("certs/cut.key", key.split("-----END").next().unwrap());
    let cut = said("{ client: { certificate: certs/a.pem, key: certs/cut.key } }");
    assert!(cut.contains("missing `-----END ...-----`"), "{cut}");
    assert!(!cut.contains(secret), "{cut}");
}
