//! What contracts allow to survive: which entry covers a place, and which entries cover nothing.
//!
//! An entry of `unchecked` or `lasting` names one or more places; each of them must cover something.

use std::collections::{BTreeSet, HashSet};

use crate::model::{Contract, Lasting, Sources, Span, Unchecked, UnmatchedAcceptance};
use crate::prove::changed::BODY;
use crate::prove::described::UNDESCRIBED;

/// One place of one entry: the contract, the entry in its list, the place in the entry.
pub(super) type EntryAt = (usize, usize, usize);

/// The first entry of `unchecked`, and the place in it, that covers a place in the answers of an operation. `is_described`:
/// does a schema say anything about it?
pub(super) fn of_answer(
    entries: &[Unchecked],
    operation: &str,
    place: &str,
    is_described: bool,
) -> Option<(usize, usize)> {
    let is_place = |pattern: &String| {
        covers(pattern, place)
            || pattern == UNDESCRIBED && !is_described && (place == BODY || place.starts_with('/'))
    };
    first(entries, operation, is_place, |entry| entry.cases.is_empty())
}

/// The first entry of `unchecked`, and the place in it, that covers a place in the answers of an operation to one case.
pub(super) fn of_exchange(
    entries: &[Unchecked],
    operation: &str,
    place: &str,
    case: &str,
) -> Option<(usize, usize)> {
    let is_place = |pattern: &String| covers(pattern, place);
    first(entries, operation, is_place, |entry| {
        entry.cases.iter().any(|written| names(written, case))
    })
}

fn first(
    entries: &[Unchecked],
    operation: &str,
    is_place: impl Fn(&String) -> bool,
    is_about: impl Fn(&Unchecked) -> bool,
) -> Option<(usize, usize)> {
    entries.iter().enumerate().find_map(|(entry, accepted)| {
        let written = accepted.operation.as_ref();
        let is_meant = written.is_none_or(|written| is_meant(written, operation));
        let at = accepted.at.iter().position(&is_place)?;
        (is_meant && is_about(accepted)).then_some((entry, at))
    })
}

/// Does a name under `cases` mean this case? It may leave out the row, or name a file.
fn names(written: &str, case: &str) -> bool {
    let rest = case.strip_prefix(written);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[']))
}

/// The first entry of `lasting`, and the place in it, that covers a place in a state.
pub(super) fn of_state(entries: &[Lasting], place: &str) -> Option<(usize, usize)> {
    entries.iter().enumerate().find_map(|(entry, accepted)| {
        let at = accepted
            .at
            .iter()
            .position(|pattern| covers(pattern, place));
        Some((entry, at?))
    })
}

/// The places of a list that cover nothing. `entries` gives the list of a contract: the name of each place, and where
/// its entry is written.
pub(super) fn unmatched(
    contracts: &[Contract],
    all_must_match: &BTreeSet<usize>,
    used: &HashSet<EntryAt>,
    sources: &Sources,
    entries: impl Fn(&Contract) -> Vec<(Vec<String>, Span)>,
) -> Vec<UnmatchedAcceptance> {
    let mut unmatched = Vec::new();
    for number in all_must_match {
        let contract = &contracts[*number];
        for (entry, (places, span)) in entries(contract).into_iter().enumerate() {
            for (at, place) in places.into_iter().enumerate() {
                if !used.contains(&(*number, entry, at)) {
                    unmatched.push(UnmatchedAcceptance {
                        contract: contract.name.clone(),
                        at: place,
                        place: sources.place(span),
                    });
                }
            }
        }
    }
    unmatched
}

/// The places of `unchecked`, with the operation before them.
pub(super) fn unchecked_places(contract: &Contract) -> Vec<(Vec<String>, Span)> {
    let name = |entry: &Unchecked, place: &String| {
        let parts = entry.cases.iter().chain(&entry.operation).chain([place]);
        parts.map(String::as_str).collect::<Vec<_>>().join(": ")
    };
    let entries = contract.unchecked.iter();
    entries
        .map(|entry| {
            (
                // One that may match nothing is none that has to.
                if entry.may_match_nothing {
                    Vec::new()
                } else {
                    entry.at.iter().map(|place| name(entry, place)).collect()
                },
                entry.span,
            )
        })
        .collect()
}

/// The places of `lasting`.
pub(super) fn lasting_places(contract: &Contract) -> Vec<(Vec<String>, Span)> {
    let entries = contract.lasting.iter();
    entries
        .map(|entry| (entry.at.clone(), entry.span))
        .collect()
}

/// Does an operation as written in `unchecked` mean this one? It may leave out the status, or name a class
/// of them: `POST /a 404`, `POST /a`, `POST /a <4xx>`, and `<4xx>` of whatever operation.
fn is_meant(written: &str, operation: &str) -> bool {
    let (without_status, status) = operation.rsplit_once(' ').unwrap_or((operation, ""));
    let (of, class) = written.rsplit_once(' ').unwrap_or(("", written));
    let is_of_class = class.len() == 5 && class.starts_with('<') && class.ends_with("xx>");
    written == operation
        || written == without_status
        || is_of_class && status.get(..1) == class.get(1..2) && [without_status, ""].contains(&of)
}

/// Does a place as written in `unchecked` cover this place? `body` covers all that is in it, `*` one
/// token, `**` at the end the place itself and all below it.
fn covers(pattern: &str, place: &str) -> bool {
    if pattern == place || (pattern == BODY && place.starts_with('/')) {
        return true;
    }
    if !pattern.starts_with('/') || !place.starts_with('/') {
        return pattern.eq_ignore_ascii_case(place);
    }
    let mut tokens = place.split('/').skip(1);
    for token in pattern.split('/').skip(1) {
        match (token, tokens.next()) {
            ("**", _) => return true,
            ("*", Some(_)) => {}
            (token, Some(actual)) if token == actual => {}
            _ => return false,
        }
    }
    tokens.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_meant_with_without_and_by_a_class_of_its_status() {
        for written in ["GET /a 404", "GET /a", "GET /a <4xx>", "<4xx>"] {
            assert!(is_meant(written, "GET /a 404"), "{written}");
        }
        for written in [
            "GET /a 400",
            "GET /",
            "GET /a <5xx>",
            "GET /b <4xx>",
            "<2xx>",
            "404",
        ] {
            assert!(!is_meant(written, "GET /a 404"), "{written}");
        }
    }

    #[test]
    fn a_case_is_meant_by_its_id_with_and_without_the_row_and_by_its_file() {
        for written in ["c/f/one[row]", "c/f/one", "c/f"] {
            assert!(names(written, "c/f/one[row]"), "{written}");
        }
        for written in ["c/f/on", "c/f/one[other]", "f/one", "c/f/one/"] {
            assert!(!names(written, "c/f/one[row]"), "{written}");
        }
    }

    #[test]
    fn a_pattern_covers_one_token_or_all_below() {
        assert!(covers("/*/a", "/*/a") && covers("/x/*", "/x/y") && covers("/x/**", "/x/y/z"));
        assert!(covers("/x/**", "/x") && covers("body", "/x/y"));
        assert!(!covers("/x", "/x/y") && !covers("/x/*", "/x") && !covers("/x/**", "/xy"));
        assert!(covers("header content-type", "header Content-Type"));
    }
}
