//! Digests of files. Comments, titles and the order of keys do not change them.

use std::collections::BTreeMap;
use std::sync::Arc;

use ring::digest::{SHA256, digest};

use crate::json::Digest;
use crate::load::node::{Kind, Node};
use crate::model::{Case, Contract, hexadecimal};

/// Keys of a case, or of its file, that do not affect what is sent and expected.
const WITHOUT_EFFECT: [&str; 5] = ["cases", "contract", "rows", "tags", "title"];

/// The digest of a case with its row filled in, or of what the cases of a file share.
pub(crate) fn of_case(node: &Node, shared: Option<Digest>) -> Digest {
    let mut context = DigestInput::default();
    if let Some(shared) = shared {
        context.update(&shared.bytes());
    }
    if let Kind::Object(entries) = &node.kind {
        let has_effect = |key: &str| !WITHOUT_EFFECT.contains(&key);
        let entries = entries.iter().filter(|(key, _)| has_effect(&key.text));
        add_entries(
            &mut context,
            entries.map(|(key, node)| (key.text.as_str(), node)),
        );
    }
    short(&context)
}

/// The digest of a value, whatever its keys.
pub(crate) fn of_value(node: &Node) -> Digest {
    let mut context = DigestInput::default();
    add(&mut context, node);
    short(&context)
}

/// The digest of a case together with those of the rules that hold for it, by their ids.
pub(crate) fn with_rules(case: Digest, rules: &BTreeMap<&str, Digest>) -> Digest {
    if rules.is_empty() {
        return case;
    }
    let mut context = DigestInput::default();
    context.update(&case.bytes());
    for (id, digest) in rules {
        add_text(&mut context, id);
        context.update(&digest.bytes());
    }
    short(&context)
}

/// The digest of a case together with the files that its requests send, by their names.
pub(crate) fn with_files(case: Digest, files: &BTreeMap<String, Arc<[u8]>>) -> Digest {
    if files.is_empty() {
        return case;
    }
    let mut context = DigestInput::default();
    context.update(&case.bytes());
    for (name, bytes) in files {
        add_text(&mut context, name);
        context.update(digest(&SHA256, bytes).as_ref());
    }
    short(&context)
}

/// The digest of the requirements of a contract.
pub(crate) fn of_contract(contract: &Contract) -> Digest {
    let mut context = DigestInput::default();
    add_text(&mut context, &contract.name);
    let mut requirements: Vec<_> = contract.requirements.iter().collect();
    requirements.sort_by(|one, other| one.id.cmp(&other.id));
    for requirement in requirements {
        add_text(&mut context, &requirement.id);
        add_text(&mut context, &requirement.level.to_string());
        add_text(&mut context, &requirement.sentence);
    }
    short(&context)
}

/// SHA-256 of everything in a suite that affects requests and judging, as hexadecimal digits. Baselines, recordings and
/// event streams contain it.
pub(crate) fn of_suite<'s>(
    contracts: &[Contract],
    cases: &[Case],
    schemas: impl Iterator<Item = (&'s str, &'s str)>,
) -> String {
    let mut context = DigestInput::default();
    for contract in contracts {
        context.update(&of_contract(contract).bytes());
        add_text(&mut context, &contract.service);
        let throttling = contract.throttling.as_ref();
        add_text(
            &mut context,
            throttling.map_or("", |throttling| &throttling.requirement),
        );
        add_length(&mut context, contract.disposable.len());
        for fixture in &contract.disposable {
            add_text(&mut context, fixture);
        }
    }
    let mut cases: Vec<(&str, Digest)> = cases
        .iter()
        .map(|case| (case.id.as_str(), case.digest))
        .collect();
    cases.sort_unstable();
    for (id, digest) in cases {
        add_text(&mut context, id);
        context.update(&digest.bytes());
    }
    for (name, text) in schemas {
        add_text(&mut context, name);
        add_text(&mut context, text);
    }
    hexadecimal(digest(&SHA256, &context.0).as_ref())
}

/// The bytes to digest. Collected first: a digest of many small pieces takes nearly twice as long.
#[derive(Default)]
struct DigestInput(Vec<u8>);

impl DigestInput {
    fn update(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

fn short(context: &DigestInput) -> Digest {
    let digest = digest(&SHA256, &context.0);
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest.as_ref()[..8]);
    Digest::new(bytes)
}

/// Adds a value. Each starts with its type and length, so that no two values have the same bytes.
fn add(context: &mut DigestInput, node: &Node) {
    match &node.kind {
        Kind::Null | Kind::Broken => context.update(b"n"),
        Kind::Bool(true) => context.update(b"t"),
        Kind::Bool(false) => context.update(b"f"),
        Kind::Number(number) => {
            context.update(b"#");
            add_text(context, &number.to_string());
        }
        Kind::Text(text) => {
            context.update(b"s");
            add_text(context, text);
        }
        Kind::List(items) => {
            context.update(b"[");
            add_length(context, items.len());
            for item in items {
                add(context, item);
            }
        }
        Kind::Object(entries) => {
            let entries = entries.iter();
            add_entries(
                context,
                entries.map(|(key, node)| (key.text.as_str(), node)),
            );
        }
    }
}

fn add_entries<'n>(context: &mut DigestInput, entries: impl Iterator<Item = (&'n str, &'n Node)>) {
    let mut entries: Vec<(&str, &Node)> = entries.collect();
    entries.sort_by_key(|(key, _)| *key);
    context.update(b"{");
    add_length(context, entries.len());
    for (key, node) in entries {
        add_text(context, key);
        add(context, node);
    }
}

fn add_text(context: &mut DigestInput, text: &str) {
    add_length(context, text.len());
    context.update(text.as_bytes());
}

fn add_length(context: &mut DigestInput, length: usize) {
    context.update(&(length as u64).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use crate::load::testing::{CASES_PATH, CONTRACT, CONTRACT_PATH, load};

    const CASES: &str = "contract: demo\ntitle: a file\nrequest: { GET: /a }\ncases:\n  \
        - id: one\n    title: a case\n    expect: [{ proves: [DEMO-01], status: 200 }]\n  \
        - id: two\n    rows: [{ row: a, n: 200 }, { row: b, n: 204 }]\n    \
        expect: [{ proves: [DEMO-01], status: '${row.n}' }]\n";

    /// The digests of the three cases, and of the whole.
    fn digests(cases: &str) -> (Vec<String>, String) {
        let loaded = load(&[(CONTRACT_PATH, CONTRACT), (CASES_PATH, cases)]);
        assert_eq!(loaded.diagnostics, []);
        let digests = loaded.suite.cases.iter();
        let digests = digests.map(|case| case.digest.to_string()).collect();
        (digests, loaded.suite.digest)
    }

    #[test]
    fn comments_titles_and_the_order_of_keys_change_nothing() {
        let before = digests(CASES);
        let other = CASES
            .replace("a file", "another file")
            .replace("a case", "another # title")
            .replace("{ row: a, n: 200 }", "{ n: 200, row: a }")
            .replace("status: 200 }]", "status: 200 }] # a comment");
        assert_eq!(digests(&other), before);
        assert_eq!(before.1.len(), 64);
    }

    #[test]
    fn a_changed_request_or_check_changes_the_digest_of_its_cases_only() {
        let (before, whole) = digests(CASES);
        let (row, other_whole) = digests(&CASES.replace("n: 204", "n: 205"));
        assert_eq!(row[..2], before[..2]);
        assert_ne!(row[2], before[2]);
        assert_ne!(other_whole, whole);
        let (shared, _) = digests(&CASES.replace("GET: /a", "GET: /b"));
        assert!(shared.iter().zip(&before).all(|(one, other)| one != other));
    }
}
