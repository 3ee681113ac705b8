//! `probity serve` as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::process::Child;

use super::folder::Folder;

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
