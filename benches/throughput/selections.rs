//! Suites as people write them: each case checks a status, a content type and members of the body, one after the other.
//!
//! What such a suite costs is what its cases are made of: it grows with the checks, not with the traffic.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::figures::Samples;
use super::process::{Usage, run, run_to};
use super::server::Server;
use super::suite::{CONTRACT, TemporaryDirectory, path};
use super::{probity, run_suite, suite_command, thin_loop};

/// Paths into the answer of the server, and what is expected there.
const MEMBERS: [(&str, &str); 8] = [
    ("$.id", "<integer>"),
    ("$.name", "<non-empty>"),
    ("$.state", "active"),
    ("$.tags[*]", "<string>"),
    ("$.owner.id", "<uuid>"),
    ("$.owner.since", "<date-time>"),
    ("$.size.width", "<number>"),
    ("$.size.height", "4"),
];

/// A suite to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// How many cases; rows are cases.
    pub(crate) cases: usize,
    /// How many of them in a file.
    pub(crate) in_a_file: usize,
    /// What a case checks of the body.
    pub(crate) body: BodyChecks,
    /// Is each file one case with rows?
    pub(crate) has_rows: bool,
    /// One case of so many fails; 0 is none.
    pub(crate) failing: usize,
    /// The size of an answer, if not the usual one.
    pub(crate) answer: Option<usize>,
}

/// What a case checks of the body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BodyChecks {
    /// So many selections with `each`.
    Selections(usize),
    /// One `json` pattern with so many members in it.
    Pattern(usize),
}

impl Shape {
    /// Cases with eight selections.
    pub(crate) fn of(cases: usize, in_a_file: usize) -> Shape {
        Shape {
            cases,
            in_a_file,
            body: BodyChecks::Selections(MEMBERS.len()),
            has_rows: false,
            failing: 0,
            answer: None,
        }
    }

    /// Writes the suite into a directory that goes away with its owner.
    pub(crate) fn write(self) -> TemporaryDirectory {
        let directory = TemporaryDirectory::named(&format!("{self:?}").replace([' ', ':'], "-"));
        let cases = directory.path().join("cases/things");
        fs::create_dir_all(&cases).unwrap();
        fs::write(cases.join("contract.yaml"), CONTRACT).unwrap();
        let numbers: Vec<usize> = (0..self.cases).collect();
        for (file, numbers) in numbers.chunks(self.in_a_file).enumerate() {
            let mut text = "contract: things\ncases:\n".to_owned();
            if self.has_rows {
                self.push_rows(&mut text, numbers);
            } else {
                for number in numbers {
                    self.push_case(&mut text, *number);
                }
            }
            fs::write(cases.join(format!("part-{file:06}.yaml")), text).unwrap();
        }
        directory
    }

    fn push_case(self, text: &mut String, number: usize) {
        let path = self.path(number);
        let fails = self.failing > 0 && number.is_multiple_of(self.failing);
        let state = if fails { "inactive" } else { "active" };
        write!(
            text,
            "  - id: thing-{number}\n    title: thing {number} is served whole\n    request:\n      GET: {path}\n"
        )
        .unwrap();
        self.push_expect(text, state);
    }

    fn push_rows(self, text: &mut String, numbers: &[usize]) {
        text.push_str("  - id: thing\n    title: thing ${row.n} is served whole\n    rows:\n");
        for number in numbers {
            writeln!(text, "      - {{ row: n{number}, n: {number} }}").unwrap();
        }
        text.push_str("    request:\n      GET: '/things/${row.n}?view=full'\n");
        self.push_expect(text, "active");
    }

    fn push_expect(self, text: &mut String, state: &str) {
        text.push_str(
            "    expect:\n      - proves: [THINGS-01, THINGS-02, THINGS-03]\n        status: 200\n",
        );
        text.push_str("        headers: { Content-Type: <media-type application/json> }\n");
        match self.body {
            BodyChecks::Selections(count) => {
                text.push_str("        select:\n");
                for (path, expected) in MEMBERS.iter().cycle().take(count) {
                    let expected = if *path == "$.state" { state } else { expected };
                    writeln!(text, "          - {{ path: '{path}', each: {expected} }}").unwrap();
                }
            }
            BodyChecks::Pattern(count) => {
                text.push_str("        json:\n          id: <integer>\n");
                for number in 1..count {
                    writeln!(text, "          member-{number}: <string?>").unwrap();
                }
            }
        }
    }

    fn path(self, number: usize) -> String {
        match self.answer {
            Some(bytes) => format!("/sized/{bytes}{}", path(number)),
            None => path(number),
        }
    }

    /// What a run of the suite costs.
    pub(crate) fn run(self, server: &mut Server, suite: &Path) -> Usage {
        server.take_counts();
        let base = server.base("");
        let mut command = probity();
        suite_command(&mut command, suite, &base, &["--no-report"]);
        let usage = run_to(&mut command, i32::from(self.failing > 0));
        assert_eq!(server.take_counts().requests, self.cases, "{self:?}");
        usage
    }
}

/// Prints a table for each way to write such a suite.
pub(crate) fn measure(server: &mut Server, is_quick: bool) {
    let (rounds, few, many) = if is_quick {
        (1, 200, 1_000)
    } else {
        (5, 1_000, 10_000)
    };
    println!("\n## {many} cases with a status, a content type and checks of members\n");
    println!(
        "| | wall | cpu per case | peak memory | without code | KiB per further case | `check`: wall | cpu | peak memory | JSON report: cpu | wall |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (name, shape) in [
        ("8 selections, one case in a file", Shape::of(many, 1)),
        ("8 selections, 100 cases in a file", Shape::of(many, 100)),
        (
            "a pattern of 40 members, 100 cases in a file",
            Shape {
                body: BodyChecks::Pattern(40),
                ..Shape::of(many, 100)
            },
        ),
        (
            "8 selections, 100 rows of one case in a file",
            Shape {
                has_rows: true,
                ..Shape::of(many, 100)
            },
        ),
    ] {
        row(server, name, shape, few, rounds);
    }
    let mut thin = Samples::default();
    for _ in 0..rounds {
        thin.add(&thin_loop(&server.base(""), many));
    }
    println!(
        "| thin loop | {:.0} ms | {:.0} us | {:.1} MiB | {:.1} MiB | | | | | | |",
        thin.wall() * 1e3,
        per_case(thin.cpu(), many),
        thin.peak(),
        thin.own(),
    );
    instructions(server, if is_quick { 100 } else { 1_000 });
}

fn row(server: &mut Server, name: &str, shape: Shape, few: usize, rounds: usize) {
    let directory = shape.write();
    let report = directory.path().join("report.json");
    let json = format!("json={}", report.display());
    let [mut plain, mut check, mut reporting, mut small] =
        std::array::from_fn(|_| Samples::default());
    let fewer = Shape {
        cases: few,
        ..shape
    };
    let smaller = fewer.write();
    for _ in 0..rounds {
        plain.add(&shape.run(server, directory.path()));
        check.add(&run(probity()
            .arg("check")
            .arg("--suite")
            .arg(directory.path())));
        let base = server.base("");
        reporting.add(&run_suite(directory.path(), &base, &["--report", &json]));
        small.add(&fewer.run(server, smaller.path()));
    }
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let further = (plain.own() - small.own()) * 1024.0 / (shape.cases - few) as f64;
    println!(
        "| {name} | {:.0} ms | {:.0} us | {:.1} MiB | {:.1} MiB | {further:.1} | {:.0} ms | {:.0} us | {:.1} MiB | {:+.0} % | {:+.0} % |",
        plain.wall() * 1e3,
        per_case(plain.cpu(), shape.cases),
        plain.peak(),
        plain.own(),
        check.wall() * 1e3,
        per_case(check.cpu(), shape.cases),
        check.peak(),
        (reporting.cpu() / plain.cpu() - 1.0) * 100.0,
        (reporting.wall() / plain.wall() - 1.0) * 100.0,
    );
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn per_case(seconds: f64, cases: usize) -> f64 {
    seconds * 1e6 / cases as f64
}

/// Instructions of a load and of a run, which are stable where times are not; nothing where valgrind is not installed.
fn instructions(server: &mut Server, cases: usize) {
    let shape = Shape::of(cases, 1);
    let directory = shape.write();
    let base = server.base("");
    let mut run = probity();
    suite_command(&mut run, directory.path(), &base, &["--no-report"]);
    let mut check = probity();
    check.arg("check").arg("--suite").arg(directory.path());
    for (name, command) in [("check", check), ("run", run)] {
        if let Some(counted) = counted(&command) {
            println!(
                "instructions of `{name}`: {} thousand per case",
                counted / cases as u64 / 1000
            );
        }
    }
}

/// The instructions of a command in user mode, as callgrind counts them.
fn counted(command: &Command) -> Option<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(command.get_program()).args(command.get_args());
    let output = valgrind
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = text
        .lines()
        .find_map(|line| line.split_once("Collected : "))?;
    line.1.trim().parse().ok()
}
