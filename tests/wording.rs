//! Texts that users read are in plain technical English: none of the words of an earlier dialect comes back.
//!
//! This reads the pages of documentation (`docs/cli.md` is the help of every command), the published schemas, the
//! snapshots of diagnostics and reports, and the string literals of `src/`.

#![expect(clippy::unwrap_used, reason = "a test that cannot continue has failed")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What to avoid, and what to write instead.
const AVOID: &[(&str, &str)] = &[
    (r"\b(told|tells?)\b", "reported, prints, detected"),
    (r"\bstands?\b", "is"),
    (r"\bminds?\b", "detects"),
    (r"\b(goes|gone|go) on\b", "continues, resumed"),
    (r"\bin peace\b", "passed"),
    (r"\bslip of\b", "a typo"),
    (r"\boctets?\b", "bytes"),
    (r"\bwhoever\b", "anyone who"),
    (r"\bis believed\b", "certificate verification is disabled"),
    (
        r"\b(hold|holds|held) (\S+ ){0,6}against\b",
        "compare with, check against",
    ),
    (r"\bof ours\b", "an invalid input file"),
    (r"\b(forgive|forgives|forgiven|forgave)\b", "waives"),
    (r"\bmoot\b", "not applicable"),
    (r"\banew\b", "again, start over"),
    (r"\bchecks not made\b", "checks skipped"),
    (r"\bmend(ed|s)?\b", "fix"),
    (r"\bcut off\b", "interrupted"),
];

/// Places where such a word is a name that cannot change: keys of JSON, names in code, and a media type.
const ALLOWED: &str = r#"\\?"octets\\?"|`octets`|application/octet-stream"#;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder with one of these endings, in order.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if ending.is_some_and(|ending| endings.contains(&ending)) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The text with everything but what `keep` returns replaced by blanks, so that line numbers remain.
fn keep_only(text: &str, tokens: &Regex, keep: impl Fn(&str) -> bool) -> String {
    let lines = |text: &str| "\n".repeat(text.matches('\n').count());
    let (mut kept, mut end) = (String::new(), 0);
    for token in tokens.find_iter(text) {
        kept.push_str(&lines(&text[end..token.start()]));
        if keep(token.as_str()) {
            kept.push_str(token.as_str());
        } else {
            kept.push_str(&lines(token.as_str()));
        }
        end = token.end();
    }
    kept
}

/// The string literals of Rust code, without its comments.
fn literals(code: &str) -> String {
    const TOKENS: &str =
        r##"(?s)//[^\n]*|b?r#".*?"#|b?r".*?"|b?"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])'"##;
    static READER: LazyLock<Regex> = LazyLock::new(|| Regex::new(TOKENS).unwrap());
    keep_only(code, &READER, |token| {
        !token.starts_with('/') && !token.starts_with('\'')
    })
}

/// A snapshot without its head, which quotes code.
fn without_head(snapshot: &str) -> String {
    let head = Regex::new(r"(?s)\A---\n.*?\n---\n").unwrap();
    let blank = |found: &Captures| "\n".repeat(found[0].matches('\n').count());
    head.replace(snapshot, blank).into_owned()
}

/// The sentences of requirements, which quote documented facts.
fn sentences() -> Vec<String> {
    let sentence = Regex::new(r#"sentence: ["']?(.*?)["']?(, source:|\n)"#).unwrap();
    let mut sentences = Vec::new();
    for file in files("cases", &["yaml"]) {
        let text = std::fs::read_to_string(file).unwrap();
        sentences.extend(
            sentence
                .captures_iter(&text)
                .map(|found| found[1].to_owned()),
        );
    }
    sentences.retain(|sentence| !avoided(sentence).is_empty());
    sentences
}

/// Each word to avoid that a text contains, where it is, and what to write instead.
fn avoided(text: &str) -> Vec<(usize, &str, &'static str)> {
    static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        let patterns = AVOID.iter();
        let patterns = patterns.map(|(word, _)| Regex::new(&format!("(?i){word}")).unwrap());
        patterns.collect()
    });
    let mut found = Vec::new();
    for (pattern, (_, instead)) in PATTERNS.iter().zip(AVOID) {
        let words = pattern.find_iter(text);
        found.extend(words.map(|word| (word.start(), word.as_str(), *instead)));
    }
    found
}

#[test]
fn no_text_for_users_is_in_the_old_dialect() {
    let mut texts = Vec::new();
    for page in [
        "README.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
    ] {
        texts.push(root().join(page));
    }
    texts.extend(files("docs", &["md"]));
    texts.extend(files("schemas/probity", &["json"]));
    texts.extend(files("src", &["rs", "snap"]));
    texts.extend(files("tests", &["snap"]));
    let allowed = Regex::new(ALLOWED).unwrap();
    let sentences = sentences();
    let mut findings = Vec::new();
    for path in texts {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut text = match path.extension().and_then(|ending| ending.to_str()) {
            Some("rs") => literals(&text),
            Some("snap") => without_head(&text),
            _ => text,
        };
        for sentence in &sentences {
            text = text.replace(sentence, "");
        }
        let text = allowed.replace_all(&text, "");
        for (at, word, instead) in avoided(&text) {
            let line = text[..at].matches('\n').count() + 1;
            let path = path.strip_prefix(root()).unwrap().display();
            findings.push(format!("{path}:{line}: `{word}`, better: {instead}"));
        }
    }
    findings.sort();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn a_word_of_the_dialect_is_found_in_any_letter_case() {
    let text = "the run Goes on, and `A` stands twice";
    let words: Vec<&str> = avoided(text).iter().map(|found| found.1).collect();
    assert_eq!(words, ["stands", "Goes on"]);
    assert!(avoided("the standing of a case outstands").is_empty());
}

#[test]
fn the_reader_of_literals_skips_comments() {
    let code = "/// told\nlet a = \"x \\\" told\"; // told\nlet b = r#\"\"octets\"\"#;";
    assert_eq!(literals(code), "\n\"x \\\" told\"\nr#\"\"octets\"\"#");
}
