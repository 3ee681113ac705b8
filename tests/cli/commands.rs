//! What `check`, `list` and `coverage` say about the example.

use crate::support::folder::{Ended, Folder};

/// Runs the binary where the example is, as its README would.
fn probity(arguments: &[&str]) -> Ended {
    let mut command = Folder::new().command(arguments);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.output().unwrap().into()
}

#[test]
fn check_says_what_a_target_can_prove() {
    let suite = ["check", "--suite", "examples/bookshelf"];
    insta::assert_snapshot!(probity(&suite).expect_code(0).stdout);
    let target = ["--target", "http://127.0.0.1:8080"];
    let ended = probity(&[&suite[..], &target[..]].concat()).expect_code(0);
    insta::assert_snapshot!(ended.stdout);
    let target = ["--target", "http://bookshelf.example"];
    let ended = probity(&[&suite[..], &target[..]].concat()).expect_code(0);
    insta::assert_snapshot!(ended.stdout);
}

#[test]
fn list_names_every_case() {
    let suite = ["list", "--suite", "examples/bookshelf"];
    insta::assert_snapshot!(probity(&suite).expect_code(0).stdout);
    let ended = probity(&[&suite[..], &["--json", "--only", "books/adding/incomplete"]].concat());
    insta::assert_snapshot!(ended.expect_code(0).stdout);
}

#[test]
fn coverage_names_every_requirement() {
    let suite = ["coverage", "--suite", "examples/bookshelf"];
    insta::assert_snapshot!(probity(&suite).expect_code(0).stdout);
    let ended = probity(&[&suite[..], &["--json"]].concat()).expect_code(0);
    insta::assert_snapshot!(ended.stdout);
}

#[test]
fn the_help_names_every_command_and_every_exit_code() {
    let ended = probity(&["--help"]).expect_code(0);
    for word in [
        "run",
        "report",
        "waive",
        "check",
        "list",
        "coverage",
        "serve",
        "completions",
    ] {
        assert!(ended.stdout.contains(&format!("\n  {word} ")), "{word}");
    }
    for code in ["0", "1", "2", "3", "4", "5", "70", "130"] {
        assert!(ended.stdout.contains(&format!("\n  {code} ")), "{code}");
    }
    for command in [
        "run", "report", "waive", "check", "list", "coverage", "serve",
    ] {
        let ended = probity(&[command, "--help"]).expect_code(0);
        assert!(ended.stdout.contains("Usage: probity"), "{ended}");
    }
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let folder = Folder::new();
    folder
        .run(&["man"])
        .expect_code(0)
        .expect_said(".TH probity 1");
    folder.run(&["man", "--into", "man"]).expect_code(0);
    let help = folder.run(&["--help"]).expect_code(0).stdout;
    let commands = help.split("Commands:\n").nth(1).unwrap().lines();
    let names = commands
        .map_while(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !["", "help"].contains(name));
    let mut count = 0;
    for name in names {
        let page = folder.read(&format!("man/probity-{name}.1"));
        assert!(page.contains(".SH SYNOPSIS"), "{name}");
        count += 1;
    }
    assert!(count > 15, "{count} commands");
}

#[test]
fn a_completion_script_is_printed_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        probity(&["completions", shell])
            .expect_code(0)
            .expect_said("probity");
    }
}
