//! Who may import whom: the layers of the library, and the one home of each outside crate.
//!
//! Each room may import the rooms that the table lists for it, and files never import each other in a circle. This
//! reads the imports in `src/` and checks them against two tables. Change a table in a commit of its own, with the
//! reason.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use imports::Imports;
use regex::Regex;

/// A module at the top of the library, and the ones it may use.
const LAYERS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("json", &["text"]),
    ("xml", &["text"]),
    // The nouns hold secrets, and reports are made of the texts that it hands out: it knows neither. Text: a secret comes
    // back in any charset.
    ("redact", &["text"]),
    ("model", &["text", "json", "xml", "redact"]),
    ("load", &["text", "json", "xml", "redact", "model"]),
    // Text: made values and digests in hexadecimal digits.
    ("plan", &["text", "redact", "model"]),
    ("execute", &["model"]),
    // No clock, no socket, no file: recorded exchanges can be judged again, and changed answers can be judged.
    ("judge", &["text", "json", "xml", "model"]),
    (
        "auth",
        &["text", "json", "model", "redact", "plan", "execute"],
    ),
    // It writes while a run is in progress, and must let no secret through.
    ("persist", &["text", "json", "model", "redact"]),
    (
        "recording",
        &["text", "json", "model", "redact", "plan", "judge"],
    ),
    // The only place where the stages meet.
    (
        "engine",
        &[
            "text",
            "json",
            "model",
            "redact",
            "plan",
            "execute",
            "judge",
            "auth",
            "persist",
            "recording",
        ],
    ),
    ("history", &["text", "json", "model", "persist"]),
    // The event stream is one of the formats of a report.
    ("report", &["text", "json", "redact", "model", "persist"]),
    // It shares no code with the judge, or both could share one bug.
    ("reference", &[]),
    (
        "prove",
        &[
            "text",
            "json",
            // It changes XML bodies.
            "xml",
            "model",
            "redact",
            "plan",
            "execute",
            "judge",
            "recording",
            "engine",
            "reference",
        ],
    ),
    // Values from schemas, and nothing else: an importer writes them into cases, and a fuzzer sends them.
    ("generate", &["json"]),
    // It reads files of others as the loader reads YAML, and recordings, and writes suites that the loader reads, without
    // the secrets of what it reads.
    (
        "import",
        &[
            "text",
            "json",
            "xml",
            "redact",
            "model",
            "load",
            "recording",
            "generate",
        ],
    ),
    // It shows what the loader says about a suite, and reads verdicts in a report: it sends, judges and writes nothing.
    ("lsp", &["text", "json", "model", "load"]),
    // What it sends are cases: it writes them as texts (as import does), has them loaded, and runs them as any run does.
    (
        "fuzz",
        &[
            "json", "model", "load", "plan", "execute", "engine", "generate", "import",
        ],
    ),
    // It makes documents of suites, which `cli` has loaded. Redact: the word that names the scheme of a credential.
    ("export", &["text", "json", "redact", "model"]),
    // It sends what its clients send as a case is sent, and hands over exchanges: who judges and writes them is above it.
    ("proxy", &["model", "execute"]),
    // What another crate calls: from the files to the report.
    ("harness", &["model", "load", "plan", "engine", "report"]),
    // The command line joins everything and is used by nothing.
    (
        "cli",
        &[
            "text",
            "json",
            "model",
            "redact",
            "load",
            "plan",
            "execute",
            "judge",
            "auth",
            "persist",
            "recording",
            "engine",
            "history",
            "report",
            "reference",
            "prove",
            "import",
            "lsp",
            "fuzz",
            "export",
            "proxy",
        ],
    ),
];

/// Where the outside crates live: files, or directories. A crate that is at home everywhere is missing here.
const HOMES: &[(&str, &[&str])] = &[
    ("anstyle", &["report/page.rs"]),
    ("axum", &["reference"]),
    // In execute: the credentials for a proxy. In load and reference: Basic credentials. In load/har and
    // report/har: bodies that are no text.
    (
        "base64",
        &[
            "auth",
            "engine/curl_data.rs",
            "execute/proxy.rs",
            // Bytes in case files.
            "model/byte_encoding.rs",
            "plan/body_facts.rs",
            "redact",
            "recording/reader",
            "load/target/identities.rs",
            "reference/login.rs",
            "recording/writer",
            "report/html",
            // What `base64()` and `base64url()` make.
            "model/template/function.rs",
        ],
    ),
    ("brotli_decompressor", &["execute/content.rs"]),
    ("bytes", &["execute", "proxy", "reference"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("cookie_store", &["engine/cookies.rs"]),
    ("flate2", &["execute/content.rs"]),
    ("globset", &["plan/selection.rs"]),
    ("granit_parser", &["load/yaml.rs", "load/yaml"]),
    ("http_body_util", &["execute", "proxy", "reference"]),
    ("httparse", &["execute/answer/head.rs"]),
    // A secret that comes back in another form of Unicode.
    ("icu_normalizer", &["redact/charsets.rs"]),
    ("hyper", &["execute", "proxy", "reference"]),
    ("hyper_util", &["execute", "proxy", "reference"]),
    (
        "jiff",
        &[
            "cli",
            "engine",
            "execute/retry_after.rs",
            "auth",
            "persist",
            // What `now()` makes.
            "plan/values.rs",
            // The day on which a certificate expired.
            "execute/failure",
            "load/waivers.rs",
            "model/waiver.rs",
            // The format counts from 1970.
            "report/ctrf.rs",
        ],
    ),
    ("jsonpath_rfc9535", &["json/selector.rs"]),
    ("jsonschema", &["json/schema.rs", "json/schema"]),
    ("libtest_mimic", &["harness/trials.rs"]),
    ("maud", &["report/html"]),
    // The allocator of the binary.
    (
        "percent_encoding",
        &[
            "plan/bind.rs",
            "load/request.rs",
            "recording/request_match.rs",
            "auth",
            "json/schema",
            // References in documents, and paths as they are sent.
            "import/openapi/document.rs",
            "import/openapi/plan.rs",
            // Forms and queries.
            "import/traffic/body.rs",
            "recording/writer",
            "report",
            "lsp/uri.rs",
            // What `url-encode()` makes.
            "model/template/function.rs",
        ],
    ),
    (
        "regex",
        &[
            "model/pattern.rs",
            "report/html/tests.rs",
            "report/terminal",
        ],
    ),
    ("reqwest", &["execute"]),
    (
        "ring",
        &[
            "execute",
            "load/digest.rs",
            "plan/run_id.rs",
            // The shard of a case, and digests of plans.
            "plan/shard.rs",
            "plan/body_facts.rs",
            "plan/values.rs",
            // The digest of a body that is captured.
            "judge/capture.rs",
            // What `sha256()` and `hmac-sha256()` make.
            "model/template/function.rs",
            // What a part of a proof is about.
            "prove/part.rs",
            // What an import wrote.
            "import/lock.rs",
            "recording",
            "report/html",
            // The digest of a body, which checks compare and findings show.
            "judge/body_bytes.rs",
            "engine/binary.rs",
            // The digest of a report, which a statement names.
            "persist/report_file.rs",
        ],
    ),
    // In load: does the key fit the certificate?
    ("ruzstd", &["execute/content.rs"]),
    (
        "rustls",
        &["execute", "load/target/network", "load/target/network.rs"],
    ),
    ("rustls_platform_verifier", &["execute"]),
    ("similar", &["judge"]),
    ("strsim", &["text/nearest.rs"]),
    ("terminal_size", &["cli"]),
    (
        "tokio",
        &[
            "auth",
            "cli",
            "engine",
            "execute",
            // The timer of a session.
            "fuzz/session.rs",
            "harness/trials.rs",
            "prove",
            "proxy",
            "reference",
        ],
    ),
    ("tokio_rustls", &["execute"]),
    ("tower_layer", &["execute/phases.rs"]),
    ("tower_service", &["execute"]),
    ("unicode_width", &["report/page.rs"]),
    // In names: what the parser calls a name is checked against the rules of namespaces.
    (
        "uppsala",
        &["xml/document.rs", "xml/names.rs", "xml/reading.rs"],
    ),
    (
        "url",
        &[
            "execute",
            "load/target/network",
            "load/target/services.rs",
            "json/schema",
            "proxy/routes.rs",
            "reference",
            // Where a captured URL or a redirect leads and which operation that is, and forms.
            "plan/found_rules.rs",
            "plan/link.rs",
            "plan/content.rs",
            "recording/request_match.rs",
            // Where cookies go.
            "engine/cookies.rs",
            // Forms with credentials.
            "engine/client_credentials.rs",
        ],
    ),
    (
        "walkdir",
        &["load/files.rs", "history/files.rs", "cli/watch.rs"],
    ),
    ("zeroize", &["redact/secret.rs"]),
];

/// Crates that any module may use: they stand for values, formats of values, and errors.
const EVERYWHERE: &[&str] = &["schemars", "serde", "serde_json", "thiserror"];

#[test]
fn rooms_import_only_what_the_table_allows() {
    let layers: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let imports = Imports::read();
    let offences = imports.all().filter_map(|(from, to)| {
        let (from_room, to_room) = (from.first()?.as_str(), to.first()?.as_str());
        let is_allowed = from_room == to_room || layers[from_room].contains(&to_room);
        (!is_allowed).then(|| format!("{} imports {}", from.join("/"), to.join("/")))
    });
    let offences: Vec<String> = offences.collect();
    assert_eq!(offences, [""; 0]);
}

#[test]
fn the_table_lists_every_room_below_those_that_use_it() {
    let mut seen = BTreeSet::new();
    for (room, used) in LAYERS {
        let unknown: Vec<_> = used.iter().filter(|one| !seen.contains(*one)).collect();
        assert!(unknown.is_empty(), "{room} stands before {unknown:?}");
        seen.insert(*room);
    }
    let imports = Imports::read();
    let library = imports
        .sources
        .iter()
        .find(|source| source.path == "lib.rs");
    assert_eq!(library.unwrap().declared_modules(), seen);
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let circles = Imports::read().circles();
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn each_outside_crate_stays_in_its_home() {
    let homes: BTreeMap<&str, &[&str]> = HOMES.iter().copied().collect();
    let mut offences = Vec::new();
    let sources = Imports::read().sources.into_iter();
    for source in sources.filter(|source| !source.is_test()) {
        let is_in = |home: &str| {
            let rest = source.path.strip_prefix(home);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        for name in source.first_segments() {
            let homes = homes.get(name).copied().unwrap_or_default();
            if !homes.is_empty() && !homes.iter().copied().any(is_in) {
                offences.push(format!("{} uses {name}", source.path));
            }
        }
    }
    assert_eq!(offences, [""; 0]);
}

#[test]
fn every_dependency_has_a_home() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest = std::fs::read_to_string(manifest).unwrap();
    let (_, dependencies) = manifest.split_once("[dependencies]\n").unwrap();
    let (dependencies, _) = dependencies.split_once("\n[").unwrap();
    let names = Regex::new(r"(?m)^([\w-]+) = ").unwrap();
    let declared: BTreeSet<String> = names
        .captures_iter(dependencies)
        .map(|found| found[1].replace('-', "_"))
        .collect();
    let homes = HOMES.iter().map(|(name, _)| *name);
    let known: BTreeSet<String> = homes
        .chain(EVERYWHERE.iter().copied())
        .map(str::to_owned)
        .collect();
    assert_eq!(declared, known);
}
