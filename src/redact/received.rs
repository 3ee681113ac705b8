//! Values that a target sent as credentials: of cookies, for example. One case receives them, and the answer to another
//! may show them.
//!
//! They are many: a server may set a new cookie with each answer. So they are in automata of their own, a group in each,
//! and only those that are in a text become secrets for it.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use crate::redact::form::forms_of;
use crate::redact::search::{Known, beginning};
use crate::redact::secret::Secret;

/// The bytes of the values that are remembered. The oldest ones are forgotten first.
pub(super) const REMEMBERED: usize = 64 << 10;
/// A longer value is not remembered (RFC 6265 section 6.1 asks for 4096 bytes at least).
pub(super) const LONGEST_VALUE: usize = 4096;
/// The bytes of the values of one group.
const GROUP: usize = 4 << 10;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Received {
    /// The oldest first; only the last one grows.
    groups: VecDeque<Group>,
    /// Hashes of the values.
    seen: HashSet<u64>,
    hasher: RandomState,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Group {
    values: Vec<Secret>,
    bytes: usize,
    /// Made when a text is searched.
    search: Option<Arc<Search>>,
}

/// A group, to be searched for.
#[derive(Debug)]
pub(super) struct Search {
    whole: Known,
    /// For texts that were cut.
    beginnings: Known,
}

/// A beginning of fewer bytes may be left of a value before a cut.
const BEGINNING: usize = 8;
/// So many bytes before a cut are searched for beginnings.
const BEFORE_CUT: usize = 2048;

impl Received {
    /// Remembers a value.
    pub(super) fn add(&mut self, value: Secret) {
        let bytes = value.expose().len();
        if bytes > LONGEST_VALUE || !self.seen.insert(self.hash(&value)) {
            return;
        }
        if self.groups.back().is_none_or(|group| group.bytes >= GROUP) {
            self.groups.push_back(Group::default());
        }
        if let Some(group) = self.groups.back_mut() {
            group.values.push(value);
            group.bytes += bytes;
            group.search = None;
        }
        self.bytes += bytes;
        while self.bytes > REMEMBERED
            && let Some(oldest) = self.groups.pop_front()
        {
            self.bytes -= oldest.bytes;
            for value in &oldest.values {
                let hash = self.hash(value);
                self.seen.remove(&hash);
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// What to search for: searching takes long, and others add values meanwhile.
    pub(super) fn searches(&mut self) -> Vec<Arc<Search>> {
        let groups = self.groups.iter_mut();
        groups.map(Group::search).collect()
    }

    fn hash(&self, value: &Secret) -> u64 {
        self.hasher.hash_one(value.expose())
    }
}

impl Group {
    fn search(&mut self) -> Arc<Search> {
        let values = &self.values;
        let search = self.search.get_or_insert_with(|| {
            Arc::new(Search {
                whole: Known::new(values.clone()),
                beginnings: Known::beginnings(values.clone(), BEGINNING),
            })
        });
        Arc::clone(search)
    }
}

impl Search {
    /// The values that are in a text in any form, or begin before a place where it was cut.
    pub(super) fn in_text(&self, text: &str) -> Vec<Secret> {
        let mut secrets = those_in(&self.whole, text, usize::MAX);
        let mut from = 0;
        for mark in ["…", "\\u2026"] {
            for (cut, mark) in text.match_indices(mark) {
                let start = text.ceil_char_boundary(from.max(cut.saturating_sub(BEFORE_CUT)));
                secrets.extend(those_in(
                    &self.beginnings,
                    &text[start.min(cut)..cut],
                    BEGINNING,
                ));
                from = cut + mark.len();
            }
            from = 0;
        }
        secrets
    }
}

/// The secrets of which a form, or the beginning of one, is in a text.
fn those_in(known: &Known, text: &str, length: usize) -> Vec<Secret> {
    let found = known.recognised(text, true, true);
    if found.is_empty() {
        return Vec::new();
    }
    let forms: HashSet<&str> = found
        .iter()
        .map(|number| known.forms[*number as usize].as_str())
        .collect();
    let secrets = known.secrets.iter();
    let is_there = |secret: &&Secret| {
        let mut of_secret = forms_of(secret.expose()).into_iter();
        of_secret.any(|form| forms.contains(beginning(&form, length).as_str()))
    };
    secrets.filter(is_there).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(received: &mut Received, text: &str) -> Vec<String> {
        let searches = received.searches();
        let found = searches.iter().flat_map(|search| search.in_text(text));
        found.map(|secret| secret.expose().to_owned()).collect()
    }

    #[test]
    fn only_what_is_in_a_text_is_found_in_any_form() {
        let mut received = Received::default();
        for value in ["first-session-1", "other/session-2", "third-session-3"] {
            received.add(Secret::new(value));
            received.add(Secret::new(value));
        }
        assert_eq!(found(&mut received, "nothing"), [""; 0]);
        assert_eq!(
            found(&mut received, "a first-session-1 b other%2Fsession-2"),
            ["first-session-1", "other/session-2"]
        );
        // In hexadecimal digits.
        let digits = "74686972642d73657373696f6e2d33";
        assert_eq!(found(&mut received, digits), ["third-session-3"]);
        assert_eq!(received.bytes, 3 * 15);
        // Where a text was cut.
        let mut cut = found(&mut received, "a third-se… first%2Dse\\u2026");
        cut.sort();
        cut.dedup();
        assert_eq!(cut, ["first-session-1", "third-session-3"]);
        assert_eq!(found(&mut received, "third-se first-s"), [""; 0]);
    }

    #[test]
    fn the_oldest_values_are_forgotten() {
        let mut received = Received::default();
        for number in 0..3 * REMEMBERED / 64 {
            received.add(Secret::new(format!("{number:064}")));
        }
        assert!(received.bytes <= REMEMBERED);
        assert!(received.bytes > REMEMBERED - 2 * GROUP);
        assert_eq!(received.seen.len() * 64, received.bytes);
        let last = format!("{:064}", 3 * REMEMBERED / 64 - 1);
        assert_eq!(found(&mut received, &last), [last.as_str()]);
        assert_eq!(found(&mut received, &format!("{:064}", 1)), [""; 0]);
        received.add(Secret::new("x".repeat(LONGEST_VALUE + 1)));
        assert!(received.bytes <= REMEMBERED);
    }
}
