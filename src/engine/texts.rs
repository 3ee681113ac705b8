//! Texts that many cases have in common, each stored once.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// The most texts that are stored.
const KEPT: usize = 4096;

/// The texts that were seen so far, in a form that is cheap to clone.
#[derive(Debug)]
pub(super) struct Texts<T> {
    known: Mutex<HashSet<T>>,
}

impl<T> Default for Texts<T> {
    fn default() -> Texts<T> {
        Texts {
            known: Mutex::default(),
        }
    }
}

impl<T: Borrow<str> + Clone + Eq + Hash> Texts<T> {
    /// The text, shared with all who asked for the same.
    pub(super) fn share(&self, text: &str, make: impl FnOnce(&str) -> T) -> T {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = known.get(text) {
            return text.clone();
        }
        let text = make(text);
        if known.len() < KEPT {
            known.insert(text.clone());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn equal_texts_are_stored_once_up_to_a_limit() {
        let texts: Texts<Arc<str>> = Texts::default();
        let share = |text: &str| texts.share(text, |text| text.into());
        assert!(Arc::ptr_eq(&share("a"), &share("a")));
        for number in 0..2 * KEPT {
            share(&number.to_string());
        }
        assert_eq!(texts.known.lock().unwrap().len(), KEPT);
    }
}
