//! The variables of the environment that a target file names.

use std::collections::BTreeSet;

use crate::import::yaml::{Entry, Yaml};

/// Their names, in order: of `${env.NAME}` in texts, and of `{ env: NAME }`.
pub(crate) fn names(entries: &[Entry]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for entry in entries {
        add(&entry.key, &entry.value, &mut found);
    }
    found.into_iter().collect()
}

fn add(key: &str, value: &Yaml, found: &mut BTreeSet<String>) {
    match value {
        Yaml::Text(name) if key == "env" => {
            found.insert(name.clone());
        }
        Yaml::Text(text) => found.extend(in_text(text)),
        Yaml::List(items) | Yaml::Lines(items) => {
            for item in items {
                add("", item, found);
            }
        }
        Yaml::Map(entries) | Yaml::Block(entries) => {
            for entry in entries {
                add(&entry.key, &entry.value, found);
            }
        }
        Yaml::Scalar(_) => {}
    }
}

fn in_text(text: &str) -> impl Iterator<Item = String> {
    let starts = text.match_indices("${env.");
    // `$${` is the text `${`.
    let starts = starts.filter(|(at, _)| !text[..*at].ends_with('$'));
    starts.filter_map(|(at, start)| {
        let (name, _) = text[at + start.len()..].split_once('}')?;
        Some(name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_wherever_a_target_file_has_them() {
        let env = Yaml::map([Entry::new("env", Yaml::text("TOKEN"))]);
        let basic = Yaml::map([Entry::new("password", Yaml::text("${env.PASSWORD}"))]);
        let entries = [
            Entry::new("a", Yaml::map([Entry::new("bearer", env)])),
            Entry::new("b", Yaml::map([Entry::new("basic", basic)])),
            Entry::new("c", Yaml::text("key=${env.KEY}; $${env.NONE}")),
            Entry::new("d", Yaml::list([Yaml::text("${env.KEY}")])),
        ];
        assert_eq!(names(&entries), ["KEY", "PASSWORD", "TOKEN"]);
    }
}
