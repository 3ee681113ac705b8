//! The locked dependency tree: its licences, and crates that must not come back.
//!
//! Reads what `cargo metadata --offline` says; nothing is fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Licences that may be in the tree. None of them is copyleft.
const ALLOWED: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Zlib",
];

/// A second TLS stack comes in through one careless feature.
const BANNED: [&str; 5] = [
    "aws-lc-rs",
    "aws-lc-sys",
    "native-tls",
    "openssl-sys",
    "serde_yaml",
];

/// Crates whose types cross our module borders: two versions would not fit together.
const ONCE: [&str; 5] = ["hyper", "jsonschema", "reqwest", "rustls", "tokio"];

struct Package {
    name: String,
    version: String,
    licence: String,
    source: Option<String>,
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version", "1"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let used: BTreeSet<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .filter_map(|node| node["id"].as_str())
        .collect();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .filter(|package| package["id"].as_str().is_some_and(|id| used.contains(id)))
        .map(|package| Package {
            name: text(&package["name"]),
            version: text(&package["version"]),
            licence: text(&package["license"]),
            source: package["source"].as_str().map(str::to_owned),
        })
        .collect()
}

/// Does an SPDX expression leave a choice that is allowed as a whole? Knows `AND`, `OR` and brackets around `OR`.
fn is_allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    let one = |licence: &str| ALLOWED.contains(&licence.trim_matches(['(', ')', ' ']));
    let any_of_all = expression
        .split(" OR ")
        .any(|choice| choice.split(" AND ").all(one));
    let all_of_any = expression
        .split(" AND ")
        .all(|part| part.split(" OR ").any(one));
    if expression.contains('(') {
        all_of_any
    } else {
        any_of_all
    }
}

#[test]
fn every_licence_is_on_the_list() {
    let packages = packages();
    assert!(
        packages.len() > 100,
        "only {} packages seen",
        packages.len()
    );
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !is_allowed(&package.licence))
        .map(|package| format!("{} {}: {}", package.name, package.version, package.licence))
        .collect();
    assert_eq!(refused, Vec::<String>::new());
}

#[test]
fn banned_crates_stay_out_and_border_crates_come_once() {
    let packages = packages();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in &packages {
        versions
            .entry(&package.name)
            .or_default()
            .insert(&package.version);
    }
    for name in BANNED {
        assert!(!versions.contains_key(name), "{name} is in the tree");
    }
    for name in ONCE {
        assert_eq!(versions.get(name).map(BTreeSet::len), Some(1), "{name}");
    }
}

#[test]
fn everything_comes_from_the_registry() {
    for package in packages() {
        let is_ours = package.name == env!("CARGO_PKG_NAME");
        let from_registry = package
            .source
            .is_some_and(|source| source.starts_with("registry+"));
        assert!(is_ours || from_registry, "{}", package.name);
    }
}
