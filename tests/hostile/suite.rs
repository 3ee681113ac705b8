//! A suite for one hostile answer: the case that meets it, between two that must not notice.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

const CONTRACT: &str = "\
contract: hostile
title: answers of all sorts
service: all
services: { all: {}, other: {} }
requirements:
  - { id: HOSTILE-01, level: MUST, sentence: The answer is as it should be., source: here }
  - { id: HOSTILE-02, level: MUST, sentence: Others are answered as they should be., source: here }
";

/// A folder that is gone when its test is done.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
}

impl Folder {
    pub(crate) fn new() -> std::io::Result<Folder> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("hostile-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path)?;
        Ok(Folder { path })
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, name: &str, text: &str) -> std::io::Result<()> {
        let path = self.path.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&self.path))?;
        std::fs::write(path, text)
    }

    /// A suite of these cases, below `suite/`.
    pub(crate) fn write_suite(&self, cases: &[String]) -> std::io::Result<()> {
        self.write("suite/cases/hostile/contract.yaml", CONTRACT)?;
        let cases = cases.concat();
        let text = format!("contract: hostile\ntitle: all of them\ncases:\n{cases}");
        self.write("suite/cases/hostile/all.yaml", &text)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays is only litter below `target`.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A case that asks for `/PATH` and makes these checks.
pub(crate) fn case(
    id: &str,
    path: &str,
    transport: &str,
    requirement: &str,
    checks: &str,
) -> String {
    format!(
        "- id: {id}\n  request: {{ GET: /{path}, transport: {transport} }}\n  \
         expect: [{{ proves: [{requirement}], {checks} }}]\n"
    )
}
