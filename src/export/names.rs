//! Names in a document.

use std::collections::BTreeSet;

/// A text as letters, digits and single hyphens: `post-users-user-seats`.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            slug.extend(character.to_lowercase());
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches('-').to_owned()
}

/// Names that are each given once.
#[derive(Debug, Default)]
pub(super) struct Unique {
    taken: BTreeSet<String>,
}

impl Unique {
    /// The name, or the name with the first number that makes it another one.
    pub(super) fn take(&mut self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut all = std::iter::once(name.to_owned()).chain(numbered);
        let free = all.find(|one| !self.taken.contains(one));
        let free = free.unwrap_or_else(|| name.to_owned());
        self.taken.insert(free.clone());
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_unique() {
        assert_eq!(slug("POST /v1.0/users/{user}/x"), "post-v1-0-users-user-x");
        let mut names = Unique::default();
        let given = [names.take("a"), names.take("a"), names.take("a-2")];
        assert_eq!(given, ["a", "a-2", "a-2-2"]);
    }
}
