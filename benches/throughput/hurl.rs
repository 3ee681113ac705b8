//! The same requests and checks by Hurl, in turns with Probity: `PROBITY_HURL=path/to/hurl`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::figures::Samples;
use super::process::{Usage, run};
use super::selections::Shape;
use super::server::Server;
use super::suite::{TemporaryDirectory, path};

/// The paths of the eight selections, and what Hurl asks of each.
const MEMBERS: [(&str, &str); 8] = [
    ("$.id", "isInteger"),
    ("$.name", "not isEmpty"),
    ("$.state", "== \"active\""),
    ("$.tags[*]", "count > 0"),
    ("$.owner.id", "isUuid"),
    ("$.owner.since", "isIsoDate"),
    ("$.size.width", "isNumber"),
    ("$.size.height", "== 4"),
];

/// Prints a table for each number of cases, if there is a Hurl to compare with.
pub(crate) fn measure(server: &mut Server, is_quick: bool) {
    let Some(hurl) = std::env::var_os("PROBITY_HURL").map(PathBuf::from) else {
        println!("\nNo comparison with Hurl: PROBITY_HURL names none.");
        return;
    };
    let (rounds, counts): (usize, &[usize]) = if is_quick {
        (1, &[1_000])
    } else {
        (5, &[1_000, 10_000])
    };
    for count in counts {
        compare(server, &hurl, *count, rounds);
    }
}

fn compare(server: &mut Server, hurl: &Path, count: usize, rounds: usize) {
    let shape = Shape::of(count, 1);
    let suite = shape.write();
    let files = write(count);
    let (mut of_hurl, mut of_probity) = (Samples::default(), Samples::default());
    for _ in 0..rounds {
        of_hurl.add(&run_hurl(server, hurl, files.path(), count));
        of_probity.add(&shape.run(server, suite.path()));
    }
    println!("\n## {count} cases, each in a file of its own, beside Hurl `--jobs 2`\n");
    println!("| | wall | cpu per case | peak memory | without code |");
    println!("| --- | --- | --- | --- | --- |");
    for (name, samples) in [("Hurl", &of_hurl), ("Probity", &of_probity)] {
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        let per_case = samples.cpu() * 1e6 / count as f64;
        println!(
            "| {name} | {:.0} ms | {per_case:.0} us | {:.1} MiB | {:.1} MiB |",
            samples.wall() * 1e3,
            samples.peak(),
            samples.own(),
        );
    }
    println!(
        "| Probity / Hurl | {:.2} (fastest {:.2}) | {:.2} | {:.2} | {:.2} |",
        of_probity.wall() / of_hurl.wall(),
        of_probity.fastest_wall() / of_hurl.fastest_wall(),
        of_probity.cpu() / of_hurl.cpu(),
        of_probity.peak() / of_hurl.peak(),
        of_probity.own() / of_hurl.own(),
    );
}

/// The same cases as Hurl files.
fn write(count: usize) -> TemporaryDirectory {
    let directory = TemporaryDirectory::named(&format!("hurl-{count}"));
    for number in 0..count {
        let path = path(number);
        let mut text = format!("GET {{{{base}}}}{path}\nHTTP 200\n[Asserts]\n");
        text.push_str("header \"Content-Type\" == \"application/json\"\n");
        for (member, predicate) in MEMBERS {
            writeln!(text, "jsonpath \"{member}\" {predicate}").unwrap();
        }
        fs::write(
            directory.path().join(format!("part-{number:06}.hurl")),
            text,
        )
        .unwrap();
    }
    directory
}

fn run_hurl(server: &mut Server, hurl: &Path, files: &Path, count: usize) -> Usage {
    server.take_counts();
    let mut command = Command::new(hurl);
    command.args(["--test", "--jobs", "2", "--no-color"]);
    command.arg("--variable");
    command.arg(format!("base={}", server.base("")));
    // A folder stands for the Hurl files in it.
    command.arg(files);
    command.stderr(std::process::Stdio::null());
    let usage = run(&mut command);
    assert_eq!(server.take_counts().requests, count, "Hurl sends each once");
    usage
}
