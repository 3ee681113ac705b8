//! Who may import whom: the layers of the library, and the one home of each outside crate.
//!
//! Data goes one way (load, plan, execute, judge, report), and siblings do not know each other. This
//! reads the paths in `src/` and holds them against two tables. Change a table in a commit of its own,
//! with the reason.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// A module at the top of the library, and the ones it may use.
const LAYERS: &[(&str, &[&str])] = &[
    // The nouns stand for themselves.
    ("model", &[]),
    ("load", &["model"]),
    ("plan", &["model"]),
    ("execute", &["model"]),
    // No clock, no socket, no file: that is what makes judging again, and proving, possible.
    ("judge", &["model"]),
    ("report", &["model"]),
    // Values in, a value out: two runs compared.
    ("compare", &["model"]),
    // It shares no code with the judge, or both could share one bug.
    ("reference", &[]),
    // The only place where the stages meet.
    ("engine", &["model", "plan", "execute", "judge"]),
    // It judges again the answers that the engine kept, and has the engine run cases against faulty servers.
    (
        "prove",
        &["model", "plan", "execute", "judge", "engine", "reference"],
    ),
];

/// Files that may use more than their layer.
const EXCEPTIONS: &[(&str, &[&str])] = &[
    // The harness as another crate uses it: from the files to the report, in one call.
    ("engine/trials.rs", &["load", "report"]),
    // A word for a shell is quoted so that a terminal can show it.
    ("engine/curl.rs", &["report"]),
    // What a target answered is kept in JSON that a terminal can show, as in a report.
    ("engine/journal.rs", &["report"]),
    // The sample reports of all formats are what comparing is tested on, and what was compared is shown.
    ("compare/tests.rs", &["report"]),
    ("report/html/tests.rs", &["compare"]),
    ("report/tests.rs", &["compare"]),
];

/// Where the outside crates live: files, or directories. A crate that is at home everywhere is missing here.
const HOMES: &[(&str, &[&str])] = &[
    ("anstream", &["cli"]),
    ("anstyle", &["report/page.rs"]),
    ("axum", &["reference"]),
    // In execute: the credentials for a proxy. In load and reference: Basic credentials. In load/har and
    // report/har: bodies that are no text.
    (
        "base64",
        &[
            "engine",
            "execute/proxy.rs",
            "load/har",
            "load/target/identities.rs",
            "reference/login.rs",
            "report/har",
            "report/html",
        ],
    ),
    ("bytes", &["execute", "reference"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("globset", &["plan/selection.rs"]),
    ("granit_parser", &["load/yaml.rs", "load/yaml"]),
    ("http_body_util", &["execute", "reference"]),
    ("httparse", &["execute/answer/head.rs"]),
    ("hyper", &["execute", "reference"]),
    ("hyper_util", &["execute", "reference"]),
    (
        "jiff",
        &[
            "cli",
            "engine",
            // The day on which a certificate expired.
            "execute/failure",
            "load/waivers.rs",
            "model/waiver.rs",
            // The format counts from 1970.
            "report/ctrf.rs",
        ],
    ),
    ("jsonpath_rfc9535", &["model/selector.rs"]),
    ("jsonschema", &["model/schema.rs", "model/schema"]),
    ("libtest_mimic", &["engine/trials.rs"]),
    ("maud", &["report/html"]),
    (
        "percent_encoding",
        &[
            "engine/bind.rs",
            "engine/likeness.rs",
            "engine/tokens",
            "model/schema",
            "report",
        ],
    ),
    ("regex", &["model/expectation.rs", "report/terminal"]),
    ("reqwest", &["execute"]),
    (
        "ring",
        &[
            "engine",
            "execute",
            "load/digest.rs",
            "load/har",
            "report/har",
            "report/html",
        ],
    ),
    // In load: does the key fit the certificate?
    (
        "rustls",
        &["execute", "load/target/network", "load/target/network.rs"],
    ),
    ("rustls_platform_verifier", &["execute"]),
    ("similar", &["judge"]),
    ("strsim", &["model/diagnostic.rs"]),
    ("terminal_size", &["cli"]),
    ("tokio", &["cli", "engine", "execute", "prove", "reference"]),
    ("tokio_rustls", &["execute"]),
    ("tower_layer", &["execute/phases.rs"]),
    ("tower_service", &["execute"]),
    ("unicode_width", &["report/page.rs"]),
    (
        "url",
        &[
            "execute",
            "load/target/network",
            "load/target/services.rs",
            "model/schema",
            "reference",
        ],
    ),
    ("walkdir", &["load/files.rs", "load/history.rs"]),
    ("zeroize", &["model/secret.rs"]),
];

/// Crates that any module may use: they stand for values, formats of values, and errors.
const EVERYWHERE: &[&str] = &["schemars", "serde", "serde_json", "thiserror"];

/// A source file without its comments and unit tests.
struct Source {
    /// The path below `src/`.
    path: String,
    code: String,
}

impl Source {
    /// The module at the top: `load` for `load/yaml/plain.rs`.
    fn layer(&self) -> &str {
        let first = self.path.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The path as modules: `["load", "yaml", "plain"]`.
    fn modules(&self) -> Vec<&str> {
        let path = self.path.strip_suffix(".rs").unwrap();
        path.split('/').filter(|part| *part != "mod").collect()
    }

    /// The modules at the top of the library that the code names, by `crate::` or by enough `super::`.
    fn used_layers(&self) -> BTreeSet<&str> {
        static PATHS: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"\b(crate::|(?:super::)+)(\w+)").unwrap());
        let paths = &*PATHS;
        let depth = self.modules().len();
        let found = paths.captures_iter(&self.code).filter(|found| {
            let start = found.get(1).unwrap().as_str();
            start == "crate::" || start.matches("super").count() >= depth
        });
        found.map(|found| found.get(2).unwrap().as_str()).collect()
    }

    /// Every name that a path begins with, those of crates among them.
    fn beginnings_of_paths(&self) -> BTreeSet<&str> {
        static PATHS: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(?:^|[^:\w])(\w+)::").unwrap());
        let found = PATHS.captures_iter(&self.code);
        found.map(|found| found.get(1).unwrap().as_str()).collect()
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    let sources = paths.into_iter().map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code: Vec<&str> = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        Source {
            path: path
                .strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/"),
            code: code.join("\n"),
        }
    });
    sources.collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
    paths.sort();
}

#[test]
fn layers_import_only_what_the_table_allows() {
    let layers: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let mut offences = Vec::new();
    for source in sources() {
        let Some(allowed) = layers.get(source.layer()) else {
            continue;
        };
        let exception = EXCEPTIONS.iter().find(|(path, _)| *path == source.path);
        let more = exception.map_or(&[][..], |(_, more)| more);
        for used in source.used_layers() {
            let is_layer = layers.contains_key(used);
            let is_allowed =
                used == source.layer() || allowed.contains(&used) || more.contains(&used);
            if is_layer && !is_allowed {
                offences.push(format!("{} uses {used}", source.path));
            }
        }
    }
    assert_eq!(offences, [""; 0]);
}

#[test]
fn every_module_of_the_library_is_in_the_table() {
    let library = sources()
        .into_iter()
        .find(|source| source.path == "lib.rs")
        .unwrap();
    let modules = Regex::new(r"(?m)^(?:pub )?mod (\w+);").unwrap();
    let declared: BTreeSet<&str> = modules
        .captures_iter(&library.code)
        .map(|found| found.get(1).unwrap().as_str())
        .collect();
    let known: BTreeSet<&str> = LAYERS.iter().map(|(layer, _)| *layer).collect();
    assert_eq!(declared, known);
}

#[test]
fn the_command_line_uses_the_library_from_outside() {
    for source in sources() {
        if source.layer() == "cli" {
            let used = source.used_layers();
            let own: BTreeSet<&str> = ["cli"].into();
            assert!(used.is_subset(&own), "{} uses {used:?}", source.path);
        }
    }
}

#[test]
fn each_outside_crate_stays_in_its_home() {
    let homes: BTreeMap<&str, &[&str]> = HOMES.iter().copied().collect();
    let mut offences = Vec::new();
    for source in sources() {
        let is_in = |home: &str| {
            let rest = source.path.strip_prefix(home);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        for name in source.beginnings_of_paths() {
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
