//! What the README and the guide show is what the binary does: the output of the first command, the first
//! case that a reader types, the typo, the links. `UPDATE=1 cargo test --test readme` writes
//! the output anew.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/mod.rs"]
mod support;

use std::path::Path;

use regex::Regex;

use support::folder::Folder;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The first fenced block behind a sentence: where its text begins and ends.
fn block_behind(text: &str, sentence: &str) -> (usize, usize) {
    let after = text
        .find(sentence)
        .unwrap_or_else(|| panic!("`{sentence}` is gone"));
    let fence = after + text[after..].find("```").unwrap();
    let start = fence + text[fence..].find('\n').unwrap() + 1;
    let end = start + text[start..].find("```").unwrap();
    (start, end)
}

/// Durations are the machine's.
fn without_times(text: &str) -> String {
    let time = Regex::new(r"[0-9.]+ (ms|s)\b").unwrap();
    time.replace_all(text, "TIME").into_owned()
}

#[test]
fn the_first_command_ends_as_shown() {
    let readme = readme();
    let printed = Folder::new().run(&["run"]).expect_code(0).stdout;
    let (_, end_of_run) = printed.split_once("\n\n").unwrap();
    let (start, end) = block_behind(&readme, "The first command ends like this");
    let shown = &readme[start..end];
    if without_times(shown) == without_times(end_of_run) {
        return;
    }
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        let current = format!("{}{end_of_run}{}", &readme[..start], &readme[end..]);
        std::fs::write(root().join("README.md"), current).unwrap();
        return;
    }
    panic!("README.md shows another end: run UPDATE=1 cargo test --test readme\n{end_of_run}");
}

#[test]
fn the_first_case_can_be_typed_out_and_a_slip_is_shown_as_promised() {
    let readme = readme();
    let folder = Folder::new();
    for file in ["contract.yaml", "read.yaml"] {
        let path = format!("my-suite/cases/books/{file}");
        let (start, end) = block_behind(&readme, &format!("`{path}`:"));
        folder.write(&path, &readme[start..end]);
    }
    let check = ["check", "--suite", "my-suite"];
    folder.run(&check).expect_code(0);

    let case = "my-suite/cases/books/read.yaml";
    let with_typo = folder.read(case).replacen("status: 200", "statsu: 200", 1);
    folder.write(case, with_typo);
    let said = folder.run(&check).expect_code(2).stderr;
    let (start, end) = block_behind(&readme, "Typos are caught before anything is sent");
    if std::env::var_os("UPDATE").is_some() && readme[start..end] != said {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
        let written = format!("{}{said}{}", &readme[..start], &readme[end..]);
        std::fs::write(path, written).unwrap();
        return;
    }
    assert_eq!(readme[start..end], said);
}

#[test]
fn the_exit_codes_of_the_readme_are_those_of_the_help() {
    let readme = readme();
    let help = Folder::new().run(&["--help"]).stdout;
    let (_, list) = help.split_once("Exit codes:\n").unwrap();
    let codes = list
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let mut number = 0;
    for code in codes {
        assert!(readme.contains(&format!("| {code} |")), "exit {code}");
        number += 1;
    }
    assert_eq!(number, 8);
}

#[test]
fn every_link_leads_somewhere() {
    let link = Regex::new(r"\]\(([^)#]+)(#[^)]*)?\)").unwrap();
    let mut pages = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    for entry in std::fs::read_dir(root().join("docs")).unwrap() {
        pages.push(entry.unwrap().path());
    }
    let mut number = 0;
    for page in pages
        .iter()
        .filter(|page| page.extension().is_some_and(|end| end == "md"))
    {
        let text = std::fs::read_to_string(page).unwrap();
        for found in link.captures_iter(&text) {
            let to = &found[1];
            if to.contains("://") {
                continue;
            }
            let target = page.parent().unwrap().join(to);
            assert!(target.exists(), "{} links to {to}", page.display());
            number += 1;
        }
    }
    assert!(number > 10, "{number} links");
}

#[test]
fn the_program_describes_itself_with_the_first_sentence() {
    let text = readme().split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = env!("CARGO_PKG_DESCRIPTION");
    assert!(text.contains(sentence), "{sentence}");
    let folder = Folder::new();
    for arguments in [&[][..], &["--help"]] {
        let ended = folder.run(arguments);
        let said = format!("{}{}", ended.stdout, ended.stderr);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(sentence), "{said}");
    }
}
