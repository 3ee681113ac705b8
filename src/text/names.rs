//! Names: made of texts, each given once, and the first few of many in a sentence.

use std::collections::BTreeSet;

/// A text as letters, digits and single hyphens: `post-users-user-seats`.
pub(crate) fn slug(text: &str) -> String {
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

/// A suite by its name, in a sentence.
pub(crate) fn suite(name: &str) -> String {
    match name {
        "suite" => "the suite".to_owned(),
        name => format!("the suite {name}"),
    }
}

/// Names that are each given once.
#[derive(Debug, Default)]
pub(crate) struct Unique {
    taken: BTreeSet<String>,
}

impl Unique {
    /// The name, or the name with the first number that makes it another one.
    pub(crate) fn take(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        let mut number = 2;
        while !self.taken.insert(free.clone()) {
            free = format!("{name}-{number}");
            number += 1;
        }
        free
    }
}

/// At most so many of many names: `a, b and 3 more`.
pub(crate) fn some_of(names: &[&str], most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).copied().collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
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
        let operations = ["GET /a", "GET /a/{}", "POST /a/{}/B.c", "GET /a/{}/"];
        let mut names = Unique::default();
        let given = operations.map(|operation| names.take(&slug(operation)));
        assert_eq!(given, ["get-a", "get-a-2", "post-a-b-c", "get-a-3"]);
    }

    #[test]
    fn the_rest_of_many_names_is_counted() {
        assert_eq!(some_of(&[], 2), "");
        assert_eq!(some_of(&["a", "b"], 2), "a, b");
        assert_eq!(some_of(&["a", "b", "c"], 2), "a, b and 1 more");
    }
}
