//! Values that a target sent as credentials: of cookies, for example. One case receives them, and the answer to another
//! may show them.
//!
//! They are many: a server may set new cookies with each answer. So they are in an [`Index`], and only those that are in a
//! text become secrets for it. Of what is too much, or too long, the first bytes are known: a text that has them is not
//! shown at all. If even that is too much, no text is shown.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::redact::form::forms_of;
use crate::redact::index::{Index, SHORTEST};
use crate::redact::secret::Secret;

/// The bytes of the values that are remembered. Of the oldest ones only the first bytes are.
pub(super) const REMEMBERED: usize = 256 << 10;
/// Of a longer value only the first bytes are remembered (RFC 6265 section 6.1 asks for 4096 bytes at least).
pub(super) const LONGEST_VALUE: usize = 4096;
/// Of so many values the first bytes are remembered.
pub(super) const ABRIDGED: usize = 32 << 10;
/// So many bytes of a form are remembered then.
const FIRST: usize = 16;
/// The bytes of the received values that a text may have: they are searched for again, all at once.
pub(super) const MOST_IN_ONE: usize = 16 << 10;

/// The number of all values of which only the first bytes are known.
const UNKNOWN: u32 = u32::MAX;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Received {
    values: HashMap<u32, Secret>,
    numbers: HashMap<Secret, u32>,
    /// The oldest first.
    order: VecDeque<u32>,
    /// Those that came again.
    again: HashSet<u32>,
    next: u32,
    index: Index,
    bytes: usize,
    abridged: usize,
}

/// The received values that are in a text.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) secrets: Vec<Secret>,
    pub(crate) withholds: Withholds,
}

/// What is not shown because of credentials that cannot be taken out of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Withholds {
    /// Nothing.
    #[default]
    Nothing,
    /// Texts that may have such a credential.
    Some,
    /// Every text.
    All,
}

impl Found {
    /// Is there nothing to hide?
    pub(crate) fn is_empty(&self) -> bool {
        self.secrets.is_empty() && self.withholds == Withholds::Nothing
    }

    /// Adds what was found elsewhere.
    pub(crate) fn add(&mut self, other: Found) {
        self.secrets.extend(other.secrets);
        self.withholds = self.withholds.max(other.withholds);
    }
}

impl From<Vec<Secret>> for Found {
    fn from(secrets: Vec<Secret>) -> Found {
        Found {
            secrets,
            withholds: Withholds::Nothing,
        }
    }
}

impl Received {
    /// Remembers a value. A short one is in texts by chance.
    pub(super) fn add(&mut self, value: Secret) {
        let bytes = value.expose().len();
        if bytes < SHORTEST || self.is_full() {
            return;
        }
        if bytes > LONGEST_VALUE {
            self.abridge(value.expose());
            return;
        }
        if let Some(known) = self.numbers.get(&value) {
            self.again.insert(*known);
            return;
        }
        let number = self.next;
        // There are never so many values that this ends.
        self.next += 1;
        for form in forms_of(value.expose()) {
            self.index.add(form.as_bytes(), number);
        }
        self.bytes += bytes;
        self.order.push_back(number);
        self.numbers.insert(value.clone(), number);
        self.values.insert(number, value);
        while self.bytes > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            if self.again.remove(&oldest) {
                self.order.push_back(oldest);
            } else if let Some(value) = self.values.remove(&oldest) {
                self.numbers.remove(&value);
                self.bytes -= value.expose().len();
                for form in forms_of(value.expose()) {
                    self.index.remove(form.as_bytes(), oldest);
                }
                self.abridge(value.expose());
            }
        }
    }

    /// Remembers the first bytes of a value.
    fn abridge(&mut self, value: &str) {
        self.abridged += 1;
        let first = &value[..value.floor_char_boundary(4 * FIRST)];
        for form in forms_of(first) {
            let form = form.as_bytes();
            self.index.add(&form[..form.len().min(FIRST)], UNKNOWN);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.next == 0 && self.abridged == 0
    }

    /// Are there values of which nothing is known?
    pub(super) fn is_full(&self) -> bool {
        self.abridged >= ABRIDGED
    }

    /// The values that are in a text in any form, or begin before a place where it was cut.
    pub(super) fn in_text(&self, text: &str) -> Found {
        if self.is_full() {
            return Found {
                secrets: Vec::new(),
                withholds: Withholds::All,
            };
        }
        let owners = self.index.search(text);
        let numbers = owners.numbers.iter();
        let secrets: Vec<&Secret> = numbers
            .filter_map(|number| self.values.get(number))
            .collect();
        let bytes: usize = secrets.iter().map(|secret| secret.expose().len()).sum();
        if owners.is_cut || owners.numbers.contains(&UNKNOWN) || bytes > MOST_IN_ONE {
            return Found {
                secrets: Vec::new(),
                withholds: Withholds::Some,
            };
        }
        Found::from(secrets.into_iter().cloned().collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(received: &Received, text: &str) -> Vec<String> {
        let found = received.in_text(text);
        assert_eq!(found.withholds, Withholds::Nothing, "{text}");
        let mut found: Vec<String> = found
            .secrets
            .iter()
            .map(|one| one.expose().to_owned())
            .collect();
        found.sort();
        found
    }

    #[test]
    fn only_what_is_in_a_text_is_found_in_any_form() {
        let mut received = Received::default();
        for value in ["first-session-1", "other/session-2", "third-session-3"] {
            received.add(Secret::new(value));
            received.add(Secret::new(value));
        }
        assert_eq!(found(&received, "nothing"), [""; 0]);
        assert_eq!(
            found(&received, "a first-session-1 b other%2Fsession-2"),
            ["first-session-1", "other/session-2"]
        );
        // In hexadecimal digits.
        let digits = "74686972642d73657373696f6e2d33";
        assert_eq!(found(&received, digits), ["third-session-3"]);
        assert_eq!(received.bytes, 3 * 15);
        // Where a text was cut.
        let cut = found(&received, "a third-se… first%2Dse\\u2026");
        assert_eq!(cut, ["first-session-1", "third-session-3"]);
        assert_eq!(found(&received, "third-se first-s"), [""; 0]);
        received.add(Secret::new("short-1"));
        assert_eq!(found(&received, "short-1"), [""; 0]);
    }

    /// Values that have nothing in common.
    fn value(number: usize) -> String {
        (0..4).fold(String::new(), |text, part| {
            let seed = (number as u64 * 4 + part + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            format!("{text}{:016x}", mixed ^ (mixed >> 31))
        })
    }

    #[test]
    fn a_text_with_a_value_that_is_no_longer_remembered_is_withheld() {
        let mut received = Received::default();
        let count = 2 * REMEMBERED / 64;
        for number in 0..count {
            received.add(Secret::new(value(number)));
            // One that comes again and again is remembered.
            received.add(Secret::new(value(1)));
        }
        assert!(received.bytes <= REMEMBERED);
        assert_eq!(received.values.len(), received.numbers.len());
        assert_eq!(received.values.len(), received.order.len());
        let last = value(count - 1);
        assert_eq!(found(&received, &last), [last.as_str()]);
        assert_eq!(found(&received, &value(1)), [value(1)]);
        let withholds = |text: &str| received.in_text(text).withholds;
        assert_eq!(withholds(&format!("a {} b", value(3))), Withholds::Some);
        assert_eq!(
            withholds(&format!(
                "a %{:02x}{}",
                value(3).as_bytes()[0],
                &value(3)[1..]
            )),
            Withholds::Some
        );
        assert_eq!(withholds("nothing of that"), Withholds::Nothing);
    }

    #[test]
    fn a_text_with_a_long_value_or_too_many_values_is_withheld() {
        let mut received = Received::default();
        let long = "aZ9-".repeat(LONGEST_VALUE);
        received.add(Secret::new(long.as_str()));
        assert_eq!(received.in_text(&long).withholds, Withholds::Some);
        let all: Vec<String> = (0..=MOST_IN_ONE / 64).map(value).collect();
        for value in &all {
            received.add(Secret::new(value.as_str()));
        }
        assert_eq!(found(&received, &all[..10].join(" ")).len(), 10);
        assert_eq!(received.in_text(&all.join(" ")).withholds, Withholds::Some);
    }

    #[test]
    fn beyond_the_last_limit_no_text_is_shown() {
        let mut received = Received {
            abridged: ABRIDGED - 1,
            ..Received::default()
        };
        assert_eq!(received.in_text("nothing").withholds, Withholds::Nothing);
        received.add(Secret::new("x".repeat(LONGEST_VALUE + 1)));
        assert_eq!(received.in_text("nothing").withholds, Withholds::All);
        received.add(Secret::new("another-1"));
        assert_eq!(received.in_text("nothing").withholds, Withholds::All);
    }
}
