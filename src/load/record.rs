//! Records: Rust types that are at once the reader of a mapping and the source of its JSON Schema.
//!
//! [`record!`] writes a struct, its [`Read`] and its `JsonSchema` from one list of keys, so that the
//! published schema and the loader cannot drift apart. Reading never stops at the first mistake:
//! every unknown key, missing key and wrong type of a file is reported in one go, and a misspelt key
//! is told and then read as the one that was meant, so that a typo hides nothing below it.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::load::node::{Key, Kind, Node};
use crate::model::{Diagnostic, Span};
use crate::text::nearest::nearest;

/// A type that can be read from a node. `None` means: not usable, and the reason is among the diagnostics.
pub(crate) trait Read<'n>: Sized {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self>;
}

/// What every record knows about itself.
pub(crate) trait Record<'n> {
    /// The whole object.
    fn node(&self) -> &'n Node;

    /// Was something in it refused? Then what seems to be missing may only be wrong.
    fn is_flawed(&self) -> bool;
}

/// Declares a record. The value of `required "key" field: Type` is a `Type`, and there is no record
/// without it; `expected` must be there too, but the rest is read without it; `optional` may be missing.
/// `as Look` says how the value looks in the schema, where the type does not.
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        $name:ident, $what:literal {
            $( $(#[doc = $field_doc:literal])* $mode:ident $key:literal $field:ident : $type:ty $(as $look:ident)?, )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub(crate) struct $name<'n> {
            node: &'n crate::load::node::Node,
            is_flawed: bool,
            $( $(#[doc = $field_doc])* pub(crate) $field: $crate::load::record::record!(@type $mode $type), )*
        }

        impl $name<'_> {
            /// The keys, in the order in which they are told.
            pub(crate) const KEYS: &'static [&'static str] = &[$($key),*];
        }

        impl<'n> $crate::load::record::Read<'n> for $name<'n> {
            fn read(
                node: &'n crate::load::node::Node,
                diagnostics: &mut Vec<crate::model::Diagnostic>,
            ) -> Option<Self> {
                let told = diagnostics.len();
                let members =
                    $crate::load::record::Members::of(node, $what, Self::KEYS, diagnostics)?;
                $( let $field = $crate::load::record::record!(@read $mode $type, members, $key, diagnostics); )*
                Some($name {
                    node,
                    is_flawed: members.is_flawed() || diagnostics.len() > told,
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
                    let schema = $crate::load::record::record!(@schema generator, $type, $($look)?);
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
            .get_or_tell($key, $diagnostics)
            .and_then(|value| <$type as $crate::load::record::Read>::read(value, $diagnostics))
    };
    (@finish required $field:ident) => { $field? };
    (@finish $mode:ident $field:ident) => { $field };
    (@must optional) => { false };
    (@must $mode:ident) => { true };
    (@schema $generator:ident, $type:ty, $look:ident) => { $generator.subschema_for::<$look>() };
    (@schema $generator:ident, $type:ty,) => { $generator.subschema_for::<$type>() };
}
pub(crate) use record;

/// The members of an object, by the keys that are known in it.
pub(crate) struct Members<'n> {
    node: &'n Node,
    what: &'static str,
    entries: &'n [(Key, Node)],
    /// Members whose keys are misspelt, by the key that was meant.
    misspelt: Vec<(&'static str, &'n Node)>,
}

impl<'n> Members<'n> {
    /// Is the node an object, and are all its keys known? Unknown keys are told.
    pub(crate) fn of(
        node: &'n Node,
        what: &'static str,
        keys: &'static [&'static str],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Members<'n>> {
        let Kind::Object(entries) = &node.kind else {
            refuse(node, diagnostics, || {
                let message = format!("{what} is an object, not {}", node.describe());
                Diagnostic::error("format/wrong-type", node.span, message)
            });
            return None;
        };
        let mut misspelt: Vec<(&'static str, &'n Node)> = Vec::new();
        for (key, value) in entries {
            let written = key.text.as_str();
            if keys.contains(&written) {
                continue;
            }
            let meant = nearest(written, keys.iter().copied());
            diagnostics.push(unknown_key(key, what, keys, meant));
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
    pub(crate) fn get_or_tell(
        &self,
        key: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<&'n Node> {
        let value = self.get(key);
        if value.is_none() {
            let message = format!("the key `{key}` is missing in {}", self.what);
            diagnostics.push(
                Diagnostic::error("format/missing-key", self.node.beginning(), message)
                    .label("in this object")
                    .help(format!("add `{key}:`")),
            );
        }
        value
    }

    /// Was one of its values refused before it came here?
    pub(crate) fn is_flawed(&self) -> bool {
        self.entries.iter().any(|(_, value)| value.is_broken())
    }
}

fn unknown_key(key: &Key, what: &str, keys: &[&str], meant: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "format/unknown-key",
        key.span,
        format!("unknown key `{}` in {what}", key.text.escape_debug()),
    );
    let diagnostic = diagnostic.label(format!("expected {}", one_of(keys)));
    match meant {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None => diagnostic,
    }
}

/// Tells what is wrong with a node, unless that was told before.
pub(crate) fn refuse(
    node: &Node,
    diagnostics: &mut Vec<Diagnostic>,
    diagnostic: impl FnOnce() -> Diagnostic,
) {
    if !node.is_broken() {
        diagnostics.push(diagnostic());
    }
}

/// Tells that a value has the wrong type.
pub(crate) fn refuse_type(node: &Node, expected: &str, diagnostics: &mut Vec<Diagnostic>) {
    refuse(node, diagnostics, || wrong_type(node, expected));
}

/// The diagnostic for a value of the wrong type.
pub(crate) fn wrong_type(node: &Node, expected: &str) -> Diagnostic {
    let message = format!("expected {expected}, found {}", node.describe());
    Diagnostic::error("format/wrong-type", node.span, message)
}

/// The words in backticks, as what was expected: one of several, or the one there is.
pub(crate) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [only] => only.clone(),
        several => format!("one of {}", several.join(", ")),
    }
}

/// The schema of a record, while it grows.
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

/// A text and where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Text<'n> {
    pub(crate) value: &'n str,
    pub(crate) span: Span,
}

impl<'n> Read<'n> for Text<'n> {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(value) = node.as_text() else {
            refuse(node, diagnostics, || {
                let diagnostic = wrong_type(node, "a text");
                match &node.kind {
                    Kind::Number(number) => diagnostic.help(format!("quote it: \"{number}\"")),
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

impl<'n, T: Read<'n>> Read<'n> for Vec<T> {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let Kind::List(items) = &node.kind else {
            refuse(node, diagnostics, || {
                let diagnostic = wrong_type(node, "a list");
                match &node.kind {
                    Kind::Text(text) if !text.is_empty() && text.len() < 40 => {
                        diagnostic.help(format!("write `[{text}]`"))
                    }
                    Kind::Object(entries) if !entries.is_empty() => {
                        let (first, _) = &entries[0];
                        diagnostic.help(format!(
                            "begin each item with `- `: `- {}: ...`",
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
            refuse_type(node, "`true` or `false`", diagnostics);
            return None;
        };
        Some(flag)
    }
}

/// An object with keys of the author's choice.
#[derive(Debug)]
pub(crate) struct Entries<'n, T>(pub(crate) Vec<(&'n Key, T)>);

impl<'n, T: Read<'n>> Read<'n> for Entries<'n, T> {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let Kind::Object(entries) = &node.kind else {
            refuse_type(node, "an object", diagnostics);
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
                refuse_type(node, "a text or a list of texts", diagnostics);
                None
            }
        }
    }
}

/// A value that is looked at later.
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

/// A part of the file that is read later as a `T`, and looks like one in the schema.
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
