//! Names of a suite, made from those of a description.

use std::collections::BTreeMap;

/// Longest name that is made, in characters.
const LIMIT: usize = 60;

/// The words of a name: `listPets`, `list-pets` and `List Pets` are `list` and `pets`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (index, &character) in characters.iter().enumerate() {
        if !character.is_ascii_alphanumeric() {
            end(&mut word, &mut words);
            continue;
        }
        let before = index.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(index + 1);
        let starts = character.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase)
            });
        if starts {
            end(&mut word, &mut words);
        }
        word.push(character.to_ascii_lowercase());
    }
    end(&mut word, &mut words);
    words
}

fn end(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// The name in kebab case, `fallback` if nothing of it is left.
pub(crate) fn kebab(name: &str, fallback: &str) -> String {
    let kebab = bounded(&words(name).join("-"));
    if kebab.is_empty() {
        fallback.to_owned()
    } else {
        kebab
    }
}

/// The last words of a name that is too long: they say what is special about it.
fn bounded(name: &str) -> String {
    if name.len() <= LIMIT {
        return name.to_owned();
    }
    let tail = &name[name.len() - LIMIT..];
    tail.split_once('-')
        .map_or(tail, |(_, words)| words)
        .to_owned()
}

/// A noun with its article: `a pet`, `an owner`.
pub(crate) fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {noun}")
}

/// The singular of an English plural, as far as its ending shows it.
pub(crate) fn singular(word: &str) -> String {
    let shorter = |count: usize| word[..word.len() - count].to_owned();
    if word.len() > 4 && word.ends_with("ies") {
        return shorter(3) + "y";
    }
    if ["sses", "xes", "ches", "shes"]
        .iter()
        .any(|end| word.ends_with(end))
    {
        return shorter(2);
    }
    let is_singular = ["ss", "us", "is"].iter().any(|end| word.ends_with(end));
    if word.len() > 2 && word.ends_with('s') && !is_singular {
        return shorter(1);
    }
    word.to_owned()
}

/// The text with a small letter in front, unless its first word is a name.
pub(crate) fn lower_first(text: &str) -> String {
    let second = text.chars().nth(1);
    let is_word = second.is_none_or(|second| second.is_lowercase() || second == ' ');
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if is_word => first.to_lowercase().chain(characters).collect(),
        _ => text.to_owned(),
    }
}

/// Names of which each is given once. With each, the last number behind it that was tried.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<String, usize>);

impl Names {
    /// The name, with a number behind it if it was given before.
    pub(crate) fn give(&mut self, name: String) -> String {
        let Some(&last) = self.0.get(&name) else {
            self.0.insert(name.clone(), 1);
            return name;
        };
        let mut number = last + 1;
        loop {
            let numbered = format!("{name}-{number}");
            if !self.0.contains_key(&numbered) {
                self.0.insert(numbered.clone(), 1);
                self.0.insert(name, number);
                return numbered;
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_words_whatever_their_case() {
        for (name, expected) in [
            ("listPets", "list-pets"),
            ("repos/list-for-org", "repos-list-for-org"),
            ("getHTTPStatus2", "get-http-status2"),
            ("Pet_Store API!", "pet-store-api"),
            ("v1Beta", "v1-beta"),
            ("ünïcode", "n-code"),
            ("日本", "none"),
        ] {
            assert_eq!(kebab(name, "none"), expected);
        }
        assert_eq!(
            kebab(&format!("{}last", "long-name-".repeat(20)), ""),
            "name-long-name-long-name-long-name-long-name-long-name-last"
        );
    }

    #[test]
    fn a_plural_has_a_singular() {
        for (plural, expected) in [
            ("pets", "pet"),
            ("categories", "category"),
            ("boxes", "box"),
            ("status", "status"),
            ("address", "address"),
            ("addresses", "address"),
            ("analysis", "analysis"),
            ("as", "as"),
        ] {
            assert_eq!(singular(plural), expected);
        }
    }

    #[test]
    fn a_name_that_was_given_gets_a_number() {
        let mut names = Names::default();
        let mut give = || names.give("a".to_owned());
        assert_eq!([give(), give(), give()], ["a", "a-2", "a-3"]);
    }
}
