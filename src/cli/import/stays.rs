//! What of an imported suite stays, whatever the document says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::import::{Action, Followed, Kept, Lock, count_entries, is_only_commented};

use crate::cli::import::LOCK_LIMIT;

/// How deep the folders of a suite are looked into.
const DEPTH: usize = 8;

/// What stays, and names what a newer document may not have any more.
pub(super) fn kept(root: &Path, lock: &Lock, texts: &BTreeMap<&str, &str>) -> Kept {
    let mut kept = Kept::default();
    let mut may_go = Vec::new();
    let known: BTreeSet<&str> = lock.names().chain(texts.keys().copied()).collect();
    for name in &known {
        let Ok(existing) = std::fs::read_to_string(root.join(name)) else {
            continue;
        };
        let text = texts.get(name).copied();
        match (lock.action(name, Some(&existing), text), lock.entries(name)) {
            (Action::Beside | Action::Left | Action::Keep, Some(base)) if text.is_some() => {
                kept.edited(&existing, base);
                may_go.push((*name, existing, text));
            }
            (Action::Left, Some(base)) if is_only_commented(&existing, base) => {
                may_go.push((*name, existing, text));
            }
            (Action::Beside | Action::Left, _) => kept.file(&existing),
            (Action::Replace | Action::Delete, _) => may_go.push((*name, existing, text)),
            _ => {}
        }
    }
    for folder in ["cases", "schemas", "targets"] {
        below(&root.join(folder), DEPTH, &mut |path| {
            let name = path
                .strip_prefix(root)
                .ok()
                .map(|name| name.to_string_lossy().replace('\\', "/"));
            let is_beside = path
                .extension()
                .is_some_and(|extension| extension == "new" || extension == "old");
            let is_own = !is_beside && name.is_some_and(|name| !known.contains(name.as_str()));
            if is_own && let Ok(text) = std::fs::read_to_string(path) {
                kept.file(&text);
            }
        });
    }
    if kept.is_empty() {
        return kept;
    }
    let may_go = may_go.iter();
    let may_go = may_go.map(|(name, text, new)| Followed::new(name, text, *new));
    kept.follow(&may_go.collect::<Vec<_>>());
    kept
}

/// Calls for each file below a directory.
fn below(directory: &Path, depth: usize, each: &mut dyn FnMut(&Path)) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let Ok(about) = std::fs::symlink_metadata(&path) else {
            continue;
        };
        if about.is_file() && about.len() <= LOCK_LIMIT {
            each(&path);
        } else if about.is_dir() && depth > 0 {
            below(&path, depth - 1, each);
        }
    }
}

/// The texts beside files, each with the number of its entries.
pub(super) fn open_conflicts(root: &Path) -> Vec<(String, usize)> {
    let mut open = Vec::new();
    let mut see = |path: &Path| {
        if path.extension().is_some_and(|extension| extension == "new") {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let name = path.strip_prefix(root).unwrap_or(path);
            open.push((name.display().to_string(), count_entries(&text)));
        }
    };
    for folder in ["cases", "schemas", "targets"] {
        below(&root.join(folder), DEPTH, &mut see);
    }
    let project = root.join("probity.yaml.new");
    if project.is_file() {
        see(&project);
    }
    open
}
