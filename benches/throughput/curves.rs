//! How the cost of a run grows: with cases, checks, rows, the size of answers and the number of failures. Each is a line;
//! what grows faster is a bug.

use super::process::Usage;
use super::selections::{BodyChecks, Shape};
use super::server::Server;

/// Prints a table for each curve.
pub(crate) fn measure() {
    let mut server = Server::start();
    let mut curve = |name: &str, unit: &str, points: &[(usize, Shape)]| {
        println!("\n## {name}\n\n| {unit} | wall | cpu | cpu per unit | peak memory |");
        println!("| --- | --- | --- | --- | --- |");
        for (amount, shape) in points {
            let directory = shape.write();
            print(*amount, &shape.run(&mut server, directory.path()));
        }
    };
    let cases = [100, 1_000, 10_000, 100_000];
    curve(
        "Cases, each in a file of its own",
        "cases",
        &cases.map(|cases| (cases, Shape::of(cases, 1))),
    );
    curve(
        "Cases, 100 in a file",
        "cases",
        &cases.map(|cases| (cases, Shape::of(cases, 100))),
    );
    let checks = |checks| {
        let body = BodyChecks::Selections(checks);
        (
            checks,
            Shape {
                body,
                ..Shape::of(100, 10)
            },
        )
    };
    curve(
        "Selections in each of 100 cases",
        "selections",
        &[1, 10, 100, 1_000].map(checks),
    );
    let rows = |rows| {
        (
            rows,
            Shape {
                has_rows: true,
                ..Shape::of(rows, rows)
            },
        )
    };
    curve(
        "Rows of one case",
        "rows",
        &[10, 100, 1_000, 10_000].map(rows),
    );
    let answers = |bytes: usize| {
        let answer = Some(bytes);
        (
            bytes.div_ceil(1 << 10),
            Shape {
                answer,
                ..Shape::of(20, 20)
            },
        )
    };
    // The last one is just below the limit of a body.
    let sizes = [1 << 10, 64 << 10, 1 << 20, 4 << 20, (16 << 20) - 64];
    curve(
        "Size of the answer to each of 20 cases",
        "KiB",
        &sizes.map(answers),
    );
    let failing = |(percent, failing)| {
        (
            percent,
            Shape {
                failing,
                ..Shape::of(10_000, 100)
            },
        )
    };
    curve(
        "Failures among 10,000 cases",
        "%",
        &[(0, 0), (1, 100), (10, 10), (100, 1)].map(failing),
    );
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn print(amount: usize, usage: &Usage) {
    println!(
        "| {amount} | {:.0} ms | {:.0} ms | {:.1} us | {:.1} MiB |",
        usage.wall.as_secs_f64() * 1e3,
        usage.cpu.as_secs_f64() * 1e3,
        usage.cpu.as_secs_f64() * 1e6 / amount.max(1) as f64,
        usage.peak as f64 / f64::from(1 << 20),
    );
}
