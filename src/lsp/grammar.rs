//! What the formats of files allow at a path: keys with their docs, and values. Read from the published schemas, which come
//! from the same declarations as the loader.

use std::sync::LazyLock;

use serde_json::Value;

use crate::load::format_schemas;
use crate::lsp::cursor::Segment;

/// The published schemas.
static SCHEMAS: LazyLock<Vec<(&'static str, Value)>> = LazyLock::new(format_schemas);

/// How many references and alternatives are followed in one place.
const MOST_VIEWS: usize = 64;

/// The format of a kind of file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grammar {
    root: &'static Value,
}

/// A key that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownKey {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) is_required: bool,
}

/// One of the schemas of a place, and the name of the definition that it is.
#[derive(Clone, Copy, Debug)]
struct View {
    schema: &'static Value,
    name: &'static str,
}

/// A place in a format.
#[derive(Debug, Default)]
pub(crate) struct Spot {
    views: Vec<View>,
    /// The kind of object with the last key of the path, such as `Block`, and that key.
    pub(crate) member: Option<(&'static str, String)>,
    /// How much of the path leads to a JSON value whose members the format does not know, with the kind of object and
    /// the key of that value.
    pub(crate) free: Option<(usize, &'static str, &'static str)>,
}

/// Keys whose values are JSON of the service: the kind of object, and the key.
const FREE: &[(&str, &str)] = &[
    ("Block", "json"),
    ("Block", "json-exactly"),
    ("Request", "json"),
];

impl Grammar {
    /// The format with this name, such as `cases`.
    pub(crate) fn of(name: &str) -> Option<Grammar> {
        let mut schemas = SCHEMAS.iter();
        let found = schemas.find(|(file, _)| file.strip_suffix(".schema.json") == Some(name));
        found.map(|(_, root)| Grammar { root })
    }

    /// What the format says about a path.
    pub(crate) fn spot(self, path: &[Segment]) -> Spot {
        let mut spot = Spot {
            views: self.views(self.root, ""),
            ..Spot::default()
        };
        for (depth, segment) in path.iter().enumerate() {
            let mut next = Vec::new();
            for view in &spot.views {
                match segment {
                    Segment::Key(key) => {
                        let known = view.schema.get("properties").and_then(|all| all.get(key));
                        let any = view.schema.get("additionalProperties");
                        if let Some(schema) = known.or(any.filter(|any| any.is_object())) {
                            spot.member = Some((view.name, key.clone()));
                            next.extend(self.views(schema, ""));
                        }
                    }
                    Segment::Item(_) => {
                        if let Some(schema) = view.schema.get("items") {
                            next.extend(self.views(schema, ""));
                        }
                    }
                }
            }
            next.truncate(MOST_VIEWS);
            if let (None, Some((of, key))) = (spot.free, &spot.member) {
                let free = FREE.iter().find(|(kind, name)| kind == of && name == key);
                spot.free = free.map(|(kind, name)| (depth + 1, *kind, *name));
            }
            spot.views = next;
        }
        spot
    }

    /// A schema, and those that it refers to or is made of.
    fn views(self, schema: &'static Value, name: &'static str) -> Vec<View> {
        let mut views = vec![View { schema, name }];
        let mut at = 0;
        while let Some(View { schema, .. }) = views.get(at).copied() {
            at += 1;
            if views.len() > MOST_VIEWS {
                break;
            }
            if let Some(name) = schema.get("$ref").and_then(Value::as_str)
                && let Some(name) = name.strip_prefix("#/$defs/")
                && let Some(schema) = self.root.get("$defs").and_then(|all| all.get(name))
            {
                views.push(View { schema, name });
            }
            for key in ["anyOf", "oneOf", "allOf"] {
                let parts = schema.get(key).and_then(Value::as_array);
                views.extend(
                    parts
                        .into_iter()
                        .flatten()
                        .map(|schema| View { schema, name: "" }),
                );
            }
        }
        views
    }
}

impl Spot {
    /// The keys of the object in this place.
    pub(crate) fn keys(&self) -> Vec<KnownKey> {
        let mut keys: Vec<KnownKey> = Vec::new();
        for view in &self.views {
            let required = view.schema.get("required").and_then(Value::as_array);
            let properties = view.schema.get("properties").and_then(Value::as_object);
            for (name, schema) in properties.into_iter().flatten() {
                if keys.iter().any(|known| known.name == name) {
                    continue;
                }
                let doc = schema.get("description").and_then(Value::as_str);
                keys.push(KnownKey {
                    name,
                    doc: doc.unwrap_or_default(),
                    is_required: required.is_some_and(|all| all.iter().any(|one| one == name)),
                });
            }
        }
        keys
    }

    /// The words that can be the value: of a fixed set, and examples of markers, numbers and the like.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        let mut add = |value: &Value| {
            let word = match value {
                Value::String(word) => word.clone(),
                Value::Number(_) | Value::Bool(_) | Value::Null => value.to_string(),
                Value::Array(_) | Value::Object(_) => return,
            };
            if !word.contains("${") && !words.contains(&word) {
                words.push(word);
            }
        };
        for view in &self.views {
            let list = |key: &str| view.schema.get(key).and_then(Value::as_array);
            list("enum").into_iter().flatten().for_each(&mut add);
            view.schema.get("const").into_iter().for_each(&mut add);
            let is_set = |value: &&Value| value.as_str().is_none_or(|word| word.starts_with('<'));
            let examples = list("examples").into_iter().flatten();
            if ["Duration", "Size", "Stretch"].contains(&view.name) {
                examples.for_each(&mut add);
            } else {
                examples.filter(is_set).for_each(&mut add);
            }
            let types = view.schema.get("type").map(|types| match types {
                Value::Array(types) => types.as_slice(),
                only => std::slice::from_ref(only),
            });
            if types.is_some_and(|types| types.iter().any(|one| one == "boolean")) {
                add(&Value::Bool(true));
                add(&Value::Bool(false));
            }
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<Segment> {
        let segments = text.split('/').filter(|one| !one.is_empty());
        segments
            .map(|one| match one.parse() {
                Ok(index) => Segment::Item(index),
                Err(_) => Segment::Key(one.to_owned()),
            })
            .collect()
    }

    fn spot(format: &str, at: &str) -> Spot {
        Grammar::of(format).unwrap().spot(&path(at))
    }

    fn names(spot: &Spot) -> Vec<&str> {
        spot.keys().iter().map(|key| key.name).collect()
    }

    #[test]
    fn a_path_leads_to_keys_words_and_docs() {
        assert!(names(&spot("cases", "")).contains(&"cases"));
        let block = spot("cases", "cases/0/steps/1/expect/0");
        assert!(names(&block).contains(&"json-exactly"));
        let status = spot("cases", "cases/0/expect/0/status");
        assert!(status.words().contains(&"<2xx>".to_owned()));
        let key = block.keys().into_iter().find(|key| key.name == "status");
        assert!(key.unwrap().doc.starts_with("`200`"));
        assert_eq!(status.member, Some(("Block", "status".to_owned())));
        let effect = spot("cases", "effect");
        assert_eq!(effect.words(), ["read", "write"]);
        assert_eq!(
            spot("cases", "cases/0/expect/0/or-empty").words(),
            ["true", "false"]
        );
        let proves = spot("contract", "steps/add/expect/0/proves/0");
        assert_eq!(proves.member, Some(("Block", "proves".to_owned())));
        assert!(names(&spot("waivers", "waivers/0")).contains(&"expires"));
        assert!(names(&spot("target", "network")).contains(&"proxy"));
        assert!(names(&spot("project", "")).contains(&"target"));
    }

    #[test]
    fn json_of_the_service_is_free() {
        let json = spot("cases", "cases/0/expect/0/json/user/name");
        assert_eq!(json.free, Some((5, "Block", "json")));
        assert!(json.words().contains(&"<uuid>".to_owned()));
        assert_eq!(
            spot("cases", "cases/0/request/json/a").free.unwrap().1,
            "Request"
        );
        assert_eq!(spot("cases", "cases/0/id").free, None);
        assert!(spot("cases", "no/such/path").keys().is_empty());
    }
}
