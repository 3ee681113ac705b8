//! `probity import openapi --update`: brings an imported suite up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;

use crate::import::{
    Action, Change, Imported, Kept, LOCK, Lock, Merged, Outline, beside, changes,
    is_only_commented, merge_with,
};
use crate::load::{
    LoadedSuite, ReadSuite, SuiteSource, TargetChoice, Thoroughness, read_suite, survey_target,
};
use crate::model::{Diagnostic, ExitCode, Severity};
use crate::text::file;
use crate::text::printable::printable;

use crate::cli::import::stays::{kept, open_conflicts};
use crate::cli::import::{LOCK_LIMIT, lock_of};
use crate::cli::output::{Terminal, count, write_whole};
use crate::cli::written::{editor_schemas, unwritable};

/// Most changes that break nobody, and most files of a kind, that are listed.
const CHANGES: usize = 40;

/// Brings an imported suite up to date.
pub(super) fn update(
    root: &Path,
    imported: &Imported,
    terminal: &Terminal,
) -> Result<ExitCode, ExitCode> {
    let lock = earlier_lock(root, terminal)?;
    let texts = imported
        .files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()));
    let texts: BTreeMap<&str, &str> = texts.collect();
    let names: BTreeSet<&str> = lock.names().chain(texts.keys().copied()).collect();
    let is_same_api = lock.outlines.operations.is_empty()
        || imported.outlines.operations.is_empty()
        || lock
            .outlines
            .operations
            .keys()
            .any(|operation| imported.outlines.operations.contains_key(operation));
    if !is_same_api {
        let message = "this document has none of the operations of the suite";
        let help = "import it into another directory: `--into DIR`";
        return Err(terminal.refuse(message, &[help.into()]));
    }
    let source = SuiteSource::Directory(root.to_owned());
    let earlier = read_suite(&source);
    let kept = kept(root, &lock, &texts);
    let mut done = Done::default();
    for name in names {
        let path = root.join(name);
        let taken = done.take(root, name, texts.get(name).copied(), &lock, &kept);
        taken.map_err(|error| unwritable(&path, &error, terminal))?;
    }
    let new_lock = lock_of(imported);
    let lock_file = (LOCK.to_owned(), new_lock.text().into_bytes());
    for (name, bytes) in editor_schemas().chain([lock_file]) {
        let path = root.join(name);
        write_whole(&path, &bytes).map_err(|error| unwritable(&path, &error, terminal))?;
    }
    let changes = changed(&lock, imported);
    let mut updated_suite = read_suite(&source).load(Thoroughness::ForRun);
    done.undeclared = undeclared(&mut updated_suite);
    terminal.print(|out| {
        if lock.is_older() {
            writeln!(
                out,
                "The record of the import is from an older version: this time, only operations and statuses are compared.\n"
            )?;
        }
        updated(root, &done, &changes, out)
    });
    let new_mistakes = new_mistakes(earlier, &updated_suite);
    let open = open_conflicts(root);
    terminal.print(|out| {
        if new_mistakes > 0 {
            writeln!(
                out,
                "The update caused {} in the suite; to list them: probity check --suite {}",
                count(new_mistakes, "mistake"),
                root.display()
            )?;
        }
        if done.undeclared > 0 {
            let verb = if done.undeclared == 1 { "is" } else { "are" };
            writeln!(
                out,
                "{} in targets/reference.yaml {verb} for something that no contract declares; to list them: probity check --suite {} --target URL",
                count(done.undeclared, "value"),
                root.display()
            )?;
        }
        closing(done.used.len(), &open, out)
    });
    if new_mistakes > 0 || done.undeclared > 0 || !done.used.is_empty() || !open.is_empty() {
        return Ok(ExitCode::Violated);
    }
    Ok(ExitCode::Conforms)
}

/// The record of the import that wrote the suite.
fn earlier_lock(root: &Path, terminal: &Terminal) -> Result<Lock, ExitCode> {
    let path = root.join(LOCK);
    let text = file::read(&path, LOCK_LIMIT).map_err(|_| {
        let message = format!("no `{}`: this suite was not imported", path.display());
        terminal.refuse(
            &message,
            &["without `--update`, a new suite is written".into()],
        )
    })?;
    Lock::read(&String::from_utf8_lossy(&text)).map_err(|why| {
        let message = format!("`{}` is not the record of an import: {why}", path.display());
        terminal.refuse(
            &message,
            &["import into another directory, and compare".into()],
        )
    })
}

/// What changed in the contract. An older record does not know what operations take and answer.
fn changed(lock: &Lock, imported: &Imported) -> Vec<Change> {
    let (mut before, mut after) = (lock.outlines.clone(), imported.outlines.clone());
    if lock.is_older() {
        let outlines = [&mut before, &mut after].into_iter();
        for outline in outlines.flat_map(|outlines| outlines.operations.values_mut()) {
            *outline = Outline {
                statuses: std::mem::take(&mut outline.statuses),
                ..Outline::default()
            };
        }
    }
    changes(&before, &after)
}

/// Says what is left to do.
fn closing(used: usize, open: &[(String, usize)], out: &mut dyn Write) -> io::Result<()> {
    if used > 0 {
        writeln!(
            out,
            "{} kept that the document no longer has: change what uses {}, then remove {1}",
            if used == 1 {
                "1 entry is".to_owned()
            } else {
                format!("{used} entries are")
            },
            if used == 1 { "it" } else { "them" },
        )?;
    }
    let total: usize = open.iter().map(|(_, number)| number).sum();
    if total > 0 {
        let names: Vec<&str> = open.iter().map(|(name, _)| name.as_str()).collect();
        let (verb, them) = (
            if total == 1 { "is" } else { "are" },
            if names.len() == 1 { "it" } else { "them" },
        );
        writeln!(
            out,
            "{} {verb} open: merge {} by hand, then delete {them}",
            count(total, "conflict"),
            printable(&names.join(", ")),
        )?;
    }
    Ok(())
}

/// What is wrong with a suite.
fn mistakes(loaded: &LoadedSuite) -> Vec<String> {
    let errors = loaded.diagnostics.iter();
    let errors = errors.filter(|one| one.severity == Severity::Error);
    errors
        .map(|one| format!("{} {}", one.code, one.message))
        .collect()
}

/// How many values the target of a suite has for what no contract declares.
fn undeclared(loaded: &mut LoadedSuite) -> usize {
    let is_error = |one: &&Diagnostic| one.severity == Severity::Error;
    if loaded.diagnostics.iter().any(|one| is_error(&one)) {
        return 0;
    }
    let choice = TargetChoice::Url {
        base: "http://127.0.0.1".into(),
        name: "reference".into(),
    };
    let survey = survey_target(&choice, &mut loaded.suite, &|_| None);
    let errors = survey.diagnostics.iter().filter(is_error);
    errors
        .filter(|one| one.code == "target/unknown-name")
        .count()
}

/// How many mistakes were not there before.
fn new_mistakes(before: ReadSuite, after: &LoadedSuite) -> usize {
    let after = mistakes(after);
    if after.is_empty() {
        return 0;
    }
    let before = mistakes(&before.load(Thoroughness::ForRun));
    let number = |all: &[String], one: &String| all.iter().filter(|other| *other == one).count();
    let kinds: BTreeSet<&String> = after.iter().collect();
    let more = kinds
        .into_iter()
        .map(|one| number(&after, one).saturating_sub(number(&before, one)));
    more.sum()
}

/// What an update did.
#[derive(Debug, Default)]
struct Done<'n> {
    files: Vec<(Action, &'n str)>,
    merged: Vec<&'n str>,
    /// What the document has no more, and of which only comments were edited.
    moved: Vec<&'n str>,
    conflicts: Vec<String>,
    left: Vec<String>,
    /// What stays because something that was edited uses it.
    used: Vec<String>,
    /// Values of a target that nothing declares any more: they are comments now.
    retired: Vec<String>,
    /// How many values of the target nothing declares.
    undeclared: usize,
}

impl<'n> Done<'n> {
    /// Brings one file up to date: `text` is what the import writes now, if it does.
    fn take(
        &mut self,
        root: &Path,
        name: &'n str,
        text: Option<&str>,
        lock: &Lock,
        kept: &Kept,
    ) -> io::Result<()> {
        let path = root.join(name);
        let existing = std::fs::read_to_string(&path).ok();
        let mut action = lock.action(name, existing.as_deref(), text);
        let is_commented = action == Action::Left
            && existing
                .as_deref()
                .zip(lock.entries(name))
                .is_some_and(|(existing, base)| is_only_commented(existing, base));
        if (action == Action::Delete || is_commented)
            && let Some(existing) = &existing
            && kept.uses_file(name, existing)
        {
            action = Action::Keep;
            self.used.push(name.to_owned());
        }
        // What nobody edited is merged only with what others may use of it.
        if (action == Action::Beside || action == Action::Replace && !kept.is_empty())
            && let Some(existing) = &existing
            && let Some(base) = lock.entries(name)
            && let Some(merged) = merge_with(existing, text.unwrap_or_default(), base, kept)
            && (action == Action::Beside || !merged.used.is_empty())
        {
            return self.merge(root, name, existing, &merged);
        }
        let old = root.join(format!("{name}.old"));
        if is_commented && action == Action::Left && !old.exists() {
            std::fs::rename(&path, old)?;
            self.moved.push(name);
            return Ok(());
        }
        let bytes = text.unwrap_or_default().as_bytes();
        match action {
            Action::Write | Action::Replace => write_whole(&path, bytes)?,
            Action::Beside => write_whole(&root.join(format!("{name}.new")), bytes)?,
            Action::Delete => std::fs::remove_file(&path)?,
            Action::Left | Action::Keep => {}
        }
        if action != Action::Keep {
            self.files.push((action, name));
        }
        Ok(())
    }

    /// Writes a file of both: what a person changed, and what the document changed.
    fn merge(
        &mut self,
        root: &Path,
        name: &'n str,
        existing: &str,
        merged: &Merged,
    ) -> io::Result<()> {
        if merged.text != *existing {
            write_whole(&root.join(name), merged.text.as_bytes())?;
            self.merged.push(name);
        }
        if !merged.conflicts.is_empty() {
            let path = root.join(format!("{name}.new"));
            let earlier = std::fs::read_to_string(&path).unwrap_or_default();
            write_whole(&path, beside(&earlier, &merged.new).as_bytes())?;
        }
        let named = |id: &String| format!("{name}: {}", id.replacen('/', " ", 1));
        self.conflicts.extend(merged.conflicts.iter().map(named));
        self.left.extend(merged.left.iter().map(named));
        self.used.extend(merged.used.iter().map(named));
        self.retired.extend(merged.retired.iter().map(named));
        Ok(())
    }
}

/// Lists what changed in the contract, breaking changes first, and the files.
fn updated(
    root: &Path,
    done: &Done<'_>,
    changes: &[Change],
    out: &mut dyn Write,
) -> io::Result<()> {
    for (is_breaking, title) in [
        (true, "Breaking changes in the contract"),
        (false, "Other changes in the contract"),
    ] {
        let of_kind = changes
            .iter()
            .filter(|change| change.is_breaking == is_breaking);
        let lines: Vec<&str> = of_kind.map(|change| change.text.as_str()).collect();
        let limit = if is_breaking { usize::MAX } else { CHANGES };
        list(title, &lines, limit, out)?;
    }
    let texts = |texts: &[String]| texts.to_vec();
    for (title, lines) in [
        (
            "Conflicts (you and the document changed the same entry). Your text is kept, and the new one is in FILE.new: merge it, then delete FILE.new",
            texts(&done.conflicts),
        ),
        (
            "Conflicts (no longer in the document, but used by something that you edited). They are kept",
            texts(&done.used),
        ),
        (
            "No longer in the document, but edited: kept",
            texts(&done.left),
        ),
        (
            "No longer in the document, but with a value of yours: a comment in the file now",
            texts(&done.retired),
        ),
        (
            "No longer in the document, but with comments of yours: moved to FILE.old",
            done.moved.iter().map(|name| (*name).to_owned()).collect(),
        ),
        (
            "Merged (your edits are kept)",
            done.merged.iter().map(|name| (*name).to_owned()).collect(),
        ),
    ] {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        list(title, &lines, usize::MAX, out)?;
    }
    for (action, title) in [
        (
            Action::Beside,
            "Edited, so the new text is in FILE.new: merge it, then delete FILE.new",
        ),
        (Action::Left, "No longer in the document, but edited: kept"),
        (Action::Delete, "Deleted (no longer in the document)"),
        (Action::Replace, "Replaced (you had not edited them)"),
        (Action::Write, "New"),
    ] {
        let of_kind = done.files.iter().filter(|(one, _)| *one == action);
        list(
            title,
            &of_kind.map(|(_, name)| *name).collect::<Vec<_>>(),
            CHANGES,
            out,
        )?;
    }
    if done.files.is_empty()
        && done.merged.is_empty()
        && done.moved.is_empty()
        && done.conflicts.is_empty()
        && done.left.is_empty()
        && done.used.is_empty()
        && done.undeclared == 0
        && open_conflicts(root).is_empty()
    {
        writeln!(out, "{} is up to date", root.display())?;
    }
    Ok(())
}

fn list(title: &str, lines: &[&str], limit: usize, out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "{title}:\n")?;
    for line in lines.iter().take(limit) {
        writeln!(out, "  {}", printable(line))?;
    }
    let more = lines.len().saturating_sub(limit);
    if more > 0 {
        writeln!(out, "  and {more} more")?;
    }
    writeln!(out)
}
