//! Records: Rust types that are both the reader of a mapping and the source of its JSON Schema.
//!
//! [`record!`] makes a struct, its [`Read`] and its `JsonSchema` from one list of keys, so that loader and published
//! schema agree. Reading does not stop at the first mistake: every unknown key, missing key and wrong type of a file is
//! reported. A misspelt key is reported and then read as the key that was meant, so that it hides no other mistake.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::load::misplaced::{instead_of, misplaced_key, place_of};
use crate::load::node::{Key, Kind, Node};
use crate::model::{Diagnostic, Span};
use crate::text::nearest::nearest;

/// A type that can be read from a node. `None` means: not usable, and the reason is among the diagnostics.
pub(crate) trait Read<'n>: Sized {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self>;
}

/// What all records have in common.
pub(crate) trait Record<'n> {
    /// The whole object.
    fn node(&self) -> &'n Node;

    /// Was something in it rejected? Then what seems to be missing may only be invalid.
    fn is_flawed(&self) -> bool;
}

/// Declares a record. `required "key" field: Type` is a `Type`, and without it nothing is read. `expected` must be
/// there too, but the rest is read without it. `optional` may be missing. `as ValueSchema` names the schema of the
/// value where the type does not determine it.
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        $(#[expect($($lint:tt)*)])?
        $name:ident, $what:literal {
            $( $(#[doc = $field_doc:literal])* $mode:ident $key:literal $field:ident : $type:ty $(as $value_schema:ident)?, )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug)]
        $(#[expect($($lint)*)])?
        pub(crate) struct $name<'n> {
            node: &'n crate::load::node::Node,
            is_flawed: bool,
            $( $(#[doc = $field_doc])* pub(crate) $field: $crate::load::record::record!(@type $mode $type), )*
        }

        impl $name<'_> {
            /// The keys, in the order in which diagnostics list them.
            pub(crate) const KEYS: &'static [&'static str] = &[$($key),*];
        }

        impl<'n> $crate::load::record::Read<'n> for $name<'n> {
            fn read(
                node: &'n crate::load::node::Node,
                diagnostics: &mut Vec<crate::model::Diagnostic>,
            ) -> Option<Self> {
                let count_before = diagnostics.len();
                let members =
                    $crate::load::record::Members::of(node, $what, Self::KEYS, diagnostics)?;
                $( let $field = $crate::load::record::record!(@read $mode $type, members, $key, diagnostics); )*
                Some($name {
                    node,
                    is_flawed: members.is_flawed() || diagnostics.len() > count_before,
                    $( $field: $crate::load::record::record!(@finish $mode $field), )*
                })
            }
        }

        impl<'n> $crate::load::record::Record<'n> for $name<'n> {
            fn node(&self) -> &'n crate::load::node::Node {
                self.node
            }
            fn is_flawed(&self) -> bool {
                self.is_flawed
            }
        }

        impl<'n> schemars::JsonSchema for $name<'n> {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).trim_end_matches("Format").into()
            }
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut object = $crate::load::record::ObjectSchema::new(concat!("", $($doc),*));
                $(
                    let schema = $crate::load::record::record!(@schema generator, $type, $($value_schema)?);
                    let description = concat!("", $($field_doc),*);
                    object.member($key, $crate::load::record::record!(@must $mode), description, schema);
                )*
                object.finish()
            }
        }
    };
    (@type required $type:ty) => { $type };
    (@type expected $type:ty) => { Option<$type> };
    (@type optional $type:ty) => { Option<$type> };
    (@read optional $type:ty, $members:ident, $key:literal, $diagnostics:ident) => {
        $members
            .get($key)
            .and_then(|value| <$type as $crate::load::record::Read>::read(value, $diagnostics))
    };
    (@read $mode:ident $type:ty, $members:ident, $key:literal, $diagnostics:ident) => {
        $members
            .get_required($key, $diagnostics)
            .and_then(|value| <$type as $crate::load::record::Read>::read(value, $diagnostics))
    };
    (@finish required $field:ident) => { $field? };
    (@finish $mode:ident $field:ident) => { $field };
    (@must optional) => { false };
    (@must $mode:ident) => { true };
    (@schema $generator:ident, $type:ty, $value_schema:ident) => { $generator.subschema_for::<$value_schema>() };
    (@schema $generator:ident, $type:ty,) => { $generator.subschema_for::<$type>() };
}
pub(crate) use record;

/// Small objects, for those who write a number, a text or `true` in their place.
const EXAMPLES: &[(&str, &str)] = &[
    ("`eventually`", "eventually: { within: 10s, every: 200ms }"),
    ("`follow`", "follow: { max: 5 }"),
    ("`when`", "when: { status: 206 }"),
];

/// The members of an object, by the keys that are known in it.
pub(crate) struct Members<'n> {
    node: &'n Node,
    what: &'static str,
    entries: &'n [(Key, Node)],
    /// Members whose keys are misspelt, by the key that was meant.
    misspelt: Vec<(&'static str, &'n Node)>,
}

impl<'n> Members<'n> {
    /// The members of a node that is an object. Unknown keys are reported.
    pub(crate) fn of(
        node: &'n Node,
        what: &'static str,
        keys: &'static [&'static str],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Members<'n>> {
        let Kind::Object(entries) = &node.kind else {
            reject(node, diagnostics, || {
                let message = format!("{what} must be an object, found {}", node.describe());
                let diagnostic = Diagnostic::error("format/wrong-type", node.span, message);
                match node.as_text().and_then(request_line) {
                    Some((method, path)) if keys.contains(&method) => {
                        diagnostic.help(format!("write `{{ {method}: {path} }}`"))
                    }
                    _ => {
                        let example = EXAMPLES.iter().find(|(of, _)| *of == what);
                        let example = example.map(|(_, example)| format!("write `{example}`"));
                        match instead_of(what, node).or(example) {
                            Some(help) => diagnostic.help(help),
                            None => diagnostic,
                        }
                    }
                }
            });
            return None;
        };
        let mut misspelt: Vec<(&'static str, &'n Node)> = Vec::new();
        for (key, value) in entries {
            let written = key.text.as_str();
            if keys.contains(&written) {
                continue;
            }
            let place = place_of(written, what);
            let meant = nearest(written, keys.iter().copied()).filter(|_| place.is_none());
            diagnostics.push(match place {
                Some(place) => misplaced_key(key, what, place),
                None => unknown_key(key, what, keys),
            });
            let is_free = |meant: &&'static str| {
                node.get(meant).is_none() && misspelt.iter().all(|(taken, _)| taken != meant)
            };
            if let Some(meant) = meant.filter(is_free) {
                misspelt.push((meant, value));
            }
        }
        Some(Members {
            node,
            what,
            entries,
            misspelt,
        })
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        let written = self.entries.iter().find(|(known, _)| known.text == key);
        written.map(|(_, value)| value).or_else(|| {
            let meant = self.misspelt.iter().find(|(meant, _)| *meant == key);
            meant.map(|(_, value)| *value)
        })
    }

    /// The value of a key that must be there.
    pub(crate) fn get_required(
        &self,
        key: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<&'n Node> {
        let value = self.get(key);
        if value.is_none() {
            let message = format!("missing key `{key}` in {}", self.what);
            diagnostics.push(
                Diagnostic::error("format/missing-key", self.node.beginning(), message)
                    .label("in this object")
                    .help(format!("add `{key}:`")),
            );
        }
        value
    }

    /// Was one of its values rejected before?
    pub(crate) fn is_flawed(&self) -> bool {
        self.entries.iter().any(|(_, value)| value.is_broken())
    }
}

/// Method and path of a text such as `GET /books`.
fn request_line(text: &str) -> Option<(&str, &str)> {
    let (method, path) = text.split_once(' ')?;
    path.starts_with('/').then_some((method, path))
}

/// The diagnostic for a key that is not one of `keys`.
pub(crate) fn unknown_key(key: &Key, what: &str, keys: &[&str]) -> Diagnostic {
    let message = format!("unknown key `{}` in {what}", key.text.escape_debug());
    Diagnostic::error("format/unknown-key", key.span, message)
        .label(format!("expected {}", one_of(keys)))
        .suggest(&key.text, keys.iter().copied())
}

/// Reports what is wrong with a node, unless it was rejected before.
pub(crate) fn reject(
    node: &Node,
    diagnostics: &mut Vec<Diagnostic>,
    diagnostic: impl FnOnce() -> Diagnostic,
) {
    if !node.is_broken() {
        diagnostics.push(diagnostic());
    }
}

/// Reports a value of the wrong type.
pub(crate) fn reject_type(node: &Node, expected: &str, diagnostics: &mut Vec<Diagnostic>) {
    reject(node, diagnostics, || wrong_type(node, expected));
}

/// The diagnostic for a value of the wrong type.
pub(crate) fn wrong_type(node: &Node, expected: &str) -> Diagnostic {
    let message = format!("expected {expected}, found {}", node.describe());
    Diagnostic::error("format/wrong-type", node.span, message)
}

/// The expected words in backticks: one of several, or the only one.
pub(crate) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [only] => only.clone(),
        several => format!("one of {}", several.join(", ")),
    }
}

/// The schema of a record under construction.
pub(crate) struct ObjectSchema {
    description: &'static str,
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl ObjectSchema {
    pub(crate) fn new(description: &'static str) -> ObjectSchema {
        ObjectSchema {
            description: description.trim(),
            properties: Map::new(),
            required: Vec::new(),
        }
    }

    pub(crate) fn member(&mut self, key: &str, must: bool, description: &str, schema: Schema) {
        let mut schema = schema;
        schema.insert("description".to_owned(), description.trim().into());
        self.properties.insert(key.to_owned(), schema.to_value());
        if must {
            self.required.push(key.into());
        }
    }

    pub(crate) fn finish(self) -> Schema {
        json_schema!({
            "description": self.description,
            "type": "object",
            "required": self.required,
            "properties": self.properties,
            "additionalProperties": false
        })
    }
}

/// A string and its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Text<'n> {
    pub(crate) value: &'n str,
    pub(crate) span: Span,
}

impl<'n> Read<'n> for Text<'n> {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(value) = node.as_text() else {
            reject(node, diagnostics, || {
                let diagnostic = wrong_type(node, "a string");
                match &node.kind {
                    Kind::Number(number) => diagnostic.help(quote(number, node.span)),
                    Kind::Bool(flag) => diagnostic.help(format!("quote it: \"{flag}\"")),
                    _ => diagnostic,
                }
            });
            return None;
        };
        Some(Text {
            value,
            span: node.span,
        })
    }
}

/// The advice to quote a number. `1.10` is read as 1.1: only a number that is written as it is read can be shown.
fn quote(number: &serde_json::Number, span: Span) -> String {
    let shown = number.to_string();
    if shown.len() == (span.end - span.start) as usize {
        format!("quote it: \"{shown}\"")
    } else {
        "quote it as it is written".to_owned()
    }
}

impl<'n, T: Read<'n>> Read<'n> for Vec<T> {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let Kind::List(items) = &node.kind else {
            reject(node, diagnostics, || {
                let diagnostic = wrong_type(node, "a list");
                match &node.kind {
                    Kind::Text(text) if !text.is_empty() && text.len() < 40 => {
                        diagnostic.help(format!("write `[{text}]`"))
                    }
                    Kind::Object(entries) if !entries.is_empty() => {
                        let (first, _) = &entries[0];
                        diagnostic.help(format!(
                            "start each item with `- `: `- {}: ...`",
                            first.text
                        ))
                    }
                    _ => diagnostic,
                }
            });
            return None;
        };
        Some(
            items
                .iter()
                .filter_map(|item| T::read(item, diagnostics))
                .collect(),
        )
    }
}

impl<'n> Read<'n> for bool {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let Kind::Bool(flag) = node.kind else {
            reject_type(node, "`true` or `false`", diagnostics);
            return None;
        };
        Some(flag)
    }
}

/// An object whose keys are names.
#[derive(Debug)]
pub(crate) struct Entries<'n, T>(pub(crate) Vec<(&'n Key, T)>);

impl<'n, T: Read<'n>> Read<'n> for Entries<'n, T> {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let Kind::Object(entries) = &node.kind else {
            reject(node, diagnostics, || {
                let diagnostic = wrong_type(node, "an object");
                let names = match &node.kind {
                    Kind::List(items) => items.as_slice(),
                    _ => &[],
                };
                match names.first().and_then(Node::as_text) {
                    Some(first) => diagnostic.help(format!(
                        "write each name as a key with its value: `{{ {first}: ... }}`"
                    )),
                    None => diagnostic,
                }
            });
            return None;
        };
        Some(Entries(
            entries
                .iter()
                .filter_map(|(key, value)| Some((key, T::read(value, diagnostics)?)))
                .collect(),
        ))
    }
}

/// A name or a list of names.
#[derive(Debug)]
pub(crate) struct Names<'n>(pub(crate) Vec<Text<'n>>);

impl<'n> Read<'n> for Names<'n> {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.kind {
            Kind::Text(_) => Text::read(node, diagnostics).map(|text| Names(vec![text])),
            Kind::List(_) => Vec::read(node, diagnostics).map(Names),
            _ => {
                reject_type(node, "a string or a list of strings", diagnostics);
                None
            }
        }
    }
}

/// A value that is read later.
impl<'n> Read<'n> for &'n Node {
    fn read(node: &'n Node, _: &mut Vec<Diagnostic>) -> Option<Self> {
        Some(node)
    }
}

impl JsonSchema for &Node {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Any".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A value of any type." })
    }
}

/// A part of the file that is read later as a `T`, with the schema of a `T`.
pub(crate) struct Later<'n, T>(pub(crate) &'n Node, PhantomData<T>);

impl<T> std::fmt::Debug for Later<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<'n, T> Read<'n> for Later<'n, T> {
    fn read(node: &'n Node, _: &mut Vec<Diagnostic>) -> Option<Self> {
        Some(Later(node, PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Later<'_, T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
}

impl JsonSchema for Text<'_> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

impl JsonSchema for Names<'_> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Names".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "array"], "items": { "type": "string" } })
    }
}

impl<T: JsonSchema> JsonSchema for Entries<'_, T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Entries".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": generator.subschema_for::<T>() })
    }
}
