//! How the operations of a document changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::change::comparison::Comparison;
use crate::import::change::difference::Direction;
use crate::import::change::{Answer, Body, Change, Outline, Outlines};

/// Notes changes of one operation.
struct Notes<'n> {
    name: &'n str,
    changes: &'n mut Vec<Change>,
}

impl Notes<'_> {
    fn add(&mut self, is_breaking: bool, text: impl std::fmt::Display) {
        self.changes.push(Change {
            is_breaking,
            text: format!("{}: {text}", self.name),
        });
    }
}

/// All changes, of operations in their order, and of schemas.
pub(super) fn changes(before: &Outlines, after: &Outlines) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut comparison = Comparison::new(&before.schemas, &after.schemas);
    for (name, old) in &before.operations {
        let mut notes = Notes {
            name,
            changes: &mut changes,
        };
        let Some(new) = after.operations.get(name) else {
            notes.add(true, "removed");
            continue;
        };
        statuses(&mut notes, old, new);
        parameters(&mut notes, &mut comparison, old, new);
        body(
            &mut notes,
            &mut comparison,
            old.body.as_ref(),
            new.body.as_ref(),
        );
        for (status, old) in &old.answers {
            if let Some(new) = new.answers.get(status) {
                answer(&mut notes, &mut comparison, status, old, new);
            }
        }
        security(&mut notes, &old.security, &new.security);
    }
    let is_known = |name: &&String| before.operations.contains_key(*name);
    for name in after.operations.keys().filter(|name| !is_known(name)) {
        let mut notes = Notes {
            name,
            changes: &mut changes,
        };
        notes.add(false, "new");
    }
    changes.extend(comparison.into_changes());
    changes
}

fn statuses(notes: &mut Notes<'_>, old: &Outline, new: &Outline) {
    for status in old.statuses.difference(&new.statuses) {
        notes.add(
            status.starts_with('2'),
            format_args!("no longer returns {status}"),
        );
    }
    for status in new.statuses.difference(&old.statuses) {
        notes.add(false, format_args!("can return {status}"));
    }
}

fn parameters(
    notes: &mut Notes<'_>,
    comparison: &mut Comparison<'_>,
    old: &Outline,
    new: &Outline,
) {
    for (key, old) in &old.parameters {
        let Some(new) = new.parameters.get(key) else {
            notes.add(true, format_args!("the {key} is removed"));
            continue;
        };
        match (old.required, new.required) {
            (false, true) => notes.add(true, format_args!("the {key} is required")),
            (true, false) => notes.add(false, format_args!("the {key} is no longer required")),
            _ => {}
        }
        let what = format!("the {key}");
        comparison.add_inline(notes.name, &what, &old.schema, &new.schema);
    }
    let is_new = |key: &&String| !old.parameters.contains_key(*key);
    for key in new.parameters.keys().filter(is_new) {
        let is_required = new.parameters[key].required;
        let required = if is_required { " and required" } else { "" };
        notes.add(is_required, format_args!("the {key} is new{required}"));
    }
}

fn body(
    notes: &mut Notes<'_>,
    comparison: &mut Comparison<'_>,
    old: Option<&Body>,
    new: Option<&Body>,
) {
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        (None, Some(new)) => {
            let required = if new.required { " and required" } else { "" };
            return notes.add(new.required, format_args!("its body is new{required}"));
        }
        (Some(_), None) => return notes.add(true, "its body is removed"),
        (None, None) => return,
    };
    match (old.required, new.required) {
        (false, true) => notes.add(true, "its body is required"),
        (true, false) => notes.add(false, "its body is no longer required"),
        _ => {}
    }
    for media in old.media.difference(&new.media) {
        notes.add(true, format_args!("its body can no longer be {media}"));
    }
    for media in new.media.difference(&old.media) {
        notes.add(false, format_args!("its body can be {media}"));
    }
    if let (Some(old), Some(new)) = (&old.schema, &new.schema) {
        comparison.add_file(notes.name, Direction::Request, "its body", old, new);
    }
}

fn answer(
    notes: &mut Notes<'_>,
    comparison: &mut Comparison<'_>,
    status: &str,
    old: &Answer,
    new: &Answer,
) {
    for media in old.media.difference(&new.media) {
        notes.add(
            true,
            format_args!("the {status} response is no longer {media}"),
        );
    }
    // A caller gets what it asks for, unless there is nothing else.
    for media in new.media.difference(&old.media) {
        notes.add(false, format_args!("the {status} response can be {media}"));
    }
    for header in old.headers.difference(&new.headers) {
        notes.add(
            true,
            format_args!("the {status} response no longer guarantees the header {header}"),
        );
    }
    for header in new.headers.difference(&old.headers) {
        notes.add(
            false,
            format_args!("the {status} response has the header {header}"),
        );
    }
    let what = format!("the body of the {status}");
    match (&old.schema, &new.schema) {
        (Some(old), Some(new)) => {
            comparison.add_file(notes.name, Direction::Answer, &what, old, new);
        }
        (Some(_), None) if new.media.is_empty() && old.media.is_empty() => {}
        (Some(_), None) => notes.add(true, format_args!("{what} no longer has a schema")),
        (None, Some(_)) => notes.add(false, format_args!("{what} has a schema")),
        (None, None) => {}
    }
}

type Alternative = BTreeMap<String, BTreeSet<String>>;

fn security(notes: &mut Notes<'_>, old: &[Alternative], new: &[Alternative]) {
    let is_open = |alternatives: &[Alternative]| {
        alternatives.is_empty() || alternatives.iter().any(BTreeMap::is_empty)
    };
    match (is_open(old), is_open(new)) {
        (true, false) => {
            let alternatives: Vec<String> = new.iter().map(shown).collect();
            return notes.add(
                true,
                format_args!("it needs credentials: {}", alternatives.join(" or ")),
            );
        }
        (false, true) => return notes.add(false, "it no longer needs credentials"),
        (true, true) => return,
        (false, false) => {}
    }
    // Credentials that were enough are enough, if an alternative asks for no more than they had.
    let is_enough = |had: &Alternative, wanted: &Alternative| {
        wanted
            .iter()
            .all(|(scheme, scopes)| had.get(scheme).is_some_and(|known| scopes.is_subset(known)))
    };
    for one in old {
        if !new.iter().any(|wanted| is_enough(one, wanted)) {
            let text = format!("credentials for {} are no longer enough", shown(one));
            let same = |other: &&Alternative| other.keys().eq(one.keys());
            match new.iter().find(same) {
                Some(now) => notes.add(true, format_args!("{text}: it needs {}", shown(now))),
                None => notes.add(true, text),
            }
        }
    }
    for one in new {
        if !old.iter().any(|had| had == one) && old.iter().all(|had| !is_enough(one, had)) {
            notes.add(
                false,
                format_args!("credentials for {} are enough", shown(one)),
            );
        }
    }
}

fn shown(alternative: &Alternative) -> String {
    let schemes = alternative.iter().map(|(scheme, scopes)| {
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        if scopes.is_empty() {
            scheme.clone()
        } else {
            format!("{scheme} with {}", scopes.join(" and "))
        }
    });
    schemes.collect::<Vec<_>>().join(" and ")
}
