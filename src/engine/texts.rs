//! Texts that many cases have in common, each stored once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The most texts that are stored.
const KEPT: usize = 4096;

/// The texts that were seen so far.
#[derive(Debug, Default)]
pub(super) struct Texts {
    known: Mutex<HashSet<Arc<str>>>,
}

impl Texts {
    /// The text, shared with earlier requests for the same.
    pub(super) fn share(&self, text: &str) -> Arc<str> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = known.get(text) {
            return Arc::clone(text);
        }
        let text: Arc<str> = text.into();
        if known.len() < KEPT {
            known.insert(Arc::clone(&text));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_stored_once_up_to_a_limit() {
        let texts = Texts::default();
        assert!(Arc::ptr_eq(&texts.share("a"), &texts.share("a")));
        for number in 0..2 * KEPT {
            texts.share(&number.to_string());
        }
        assert_eq!(texts.known.lock().unwrap().len(), KEPT);
    }
}
