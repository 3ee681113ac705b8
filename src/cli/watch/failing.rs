//! The cases that failed when they were last run.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::failed_first::Seen;

/// Most cases that are named.
const NAMED: usize = 3;

/// The cases that failed when they were last run, each with its file.
#[derive(Debug, Default)]
pub(super) struct Failing {
    by_case: BTreeMap<String, PathBuf>,
}

impl Failing {
    /// Notes a run of the cases of these files, or of every case. A case that was skipped is as it was; one that is not
    /// there any more is forgotten.
    pub(super) fn note(&mut self, files: Option<&[PathBuf]>, seen: Vec<Seen>) {
        let skipped = seen.iter().filter(|one| one.has_failed.is_none());
        let skipped: BTreeSet<&String> = skipped.map(|one| &one.case).collect();
        let was_run = |file: &Path| files.is_none_or(|files| files.iter().any(|one| one == file));
        self.by_case
            .retain(|case, file| !was_run(file) || skipped.contains(case));
        let failed = seen.into_iter().filter(|one| one.has_failed == Some(true));
        self.by_case
            .extend(failed.map(|one| (one.case, PathBuf::from(one.file))));
    }

    /// Their ids.
    pub(super) fn ids(&self) -> BTreeSet<String> {
        self.by_case.keys().cloned().collect()
    }

    /// Names those that were not run now: what was run may be green, and they are not.
    pub(super) fn elsewhere(&self, files: &[PathBuf], out: &mut dyn Write) -> io::Result<()> {
        let others = self.by_case.iter();
        let others = others.filter(|(_, file)| !files.contains(file));
        let names: Vec<&str> = others.map(|(case, _)| case.as_str()).collect();
        let more = match names.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let names = &names[..names.len().min(NAMED)];
        if names.is_empty() {
            return Ok(());
        }
        let names = names.join(", ");
        writeln!(out, "previously failed, not run now: {names}{more}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(cases: &[(&str, Option<bool>)]) -> Vec<Seen> {
        let cases = cases.iter().map(|(case, has_failed)| Seen {
            case: (*case).to_owned(),
            file: format!("{}.yaml", &case[..1]),
            has_failed: *has_failed,
        });
        cases.collect()
    }

    fn elsewhere(failing: &Failing, files: &[&str]) -> String {
        let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
        let mut out = Vec::new();
        failing.elsewhere(&files, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_case_fails_until_it_passes_or_is_gone() {
        let mut failing = Failing::default();
        let all = [("a1", Some(true)), ("a2", Some(true)), ("b1", Some(true))];
        failing.note(None, seen(&all));
        // `a2` has another name now.
        let a = [PathBuf::from("a.yaml")];
        failing.note(Some(&a), seen(&[("a1", Some(false)), ("a3", Some(true))]));
        assert_eq!(failing.ids(), ["a3", "b1"].map(str::to_owned).into());
        // A case that is skipped has neither failed nor passed.
        failing.note(None, seen(&[("a3", None), ("b1", Some(false))]));
        assert_eq!(failing.ids(), ["a3"].map(str::to_owned).into());
    }

    #[test]
    fn what_failed_elsewhere_is_named() {
        let mut failing = Failing::default();
        let all = ["a1", "a2", "a3", "a4", "a5", "b1"].map(|case| (case, Some(true)));
        failing.note(None, seen(&all));
        assert_eq!(
            elsewhere(&failing, &["b.yaml"]),
            "previously failed, not run now: a1, a2, a3 and 2 more\n"
        );
        assert_eq!(
            elsewhere(&failing, &["a.yaml"]),
            "previously failed, not run now: b1\n"
        );
        assert_eq!(elsewhere(&failing, &["a.yaml", "b.yaml"]), "");
    }
}
