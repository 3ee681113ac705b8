//! `probity serve` as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::process::Child;

use crate::folder::{Ended, Folder, signal};

/// A running reference deployment; it ends with its test.
#[derive(Debug)]
pub(crate) struct Deployment {
    process: Child,
    pub(crate) url: String,
}

impl Deployment {
    /// Starts one and waits until it says where it listens.
    pub(crate) fn start(folder: &Folder, options: &[&str]) -> Deployment {
        let mut process = folder.start(&[&["serve"], options].concat());
        let mut line = String::new();
        let stdout = process.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let url = line.strip_prefix("listening on ").map(str::trim_end);
        let url = url.unwrap_or_else(|| panic!("no address in {line:?}"));
        Deployment {
            url: url.to_owned(),
            process,
        }
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn serve_ends_cleanly_when_asked_to() {
    for name in ["-TERM", "-INT"] {
        let folder = Folder::new();
        let mut process = folder.start(&["serve"]);
        let mut line = String::new();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
        signal(name, &process);
        Ended::from(process.wait_with_output().unwrap()).expect_code(0);
    }
}

#[test]
fn serve_rejects_an_unknown_fault_or_variant_and_suggests_a_similar_one() {
    let folder = Folder::new();
    folder
        .run(&["serve", "--fault", "ignored-filtr"])
        .expect_code(2)
        .expect_complaint("unknown fault `ignored-filtr`")
        .expect_complaint("did you mean `ignored-filter`?");
    folder
        .run(&["serve", "--variant", "nothing-like-it"])
        .expect_code(2)
        .expect_complaint("unknown variant `nothing-like-it`")
        .expect_complaint("`probity serve --list` lists every variant");
}

#[test]
fn serve_says_that_a_port_is_taken() {
    let folder = Folder::new();
    let deployment = Deployment::start(&folder, &[]);
    let port = deployment.url.rsplit(':').next().unwrap();
    folder
        .run(&["serve", "--port", port])
        .expect_code(5)
        .expect_complaint(&format!("port {port} on 127.0.0.1 cannot be used"));
}
