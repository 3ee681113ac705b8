//! Records: Rust types that are at once the reader of a mapping and the source of its JSON Schema.
//!
//! [`record!`] writes a struct, its [`Read`] and its `JsonSchema` from one list of keys, so that the
//! published schema and the loader cannot drift apart. Reading never stops at the first mistake:
//! every unknown key, missing key and wrong type of a file is reported in one go.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::node::{Key, Kind, Node};
use crate::model::{Diagnostic, Span};

/// A type that can be read from a node. `None` means: not usable, and the reason is among the diagnostics.
pub(crate) trait Read<'n>: Sized {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self>;
}

/// Declares a record. `required "key" field: Type` must be there, `optional` may be missing.
macro_rules! record {
    (
        $(#[$doc:meta])*
        $name:ident, $what:literal {
            $( $(#[$field_doc:meta])* $mode:ident $key:literal $field:ident : $type:ty, )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub(crate) struct $name<'n> {
            #[schemars(skip)]
            pub(crate) node: &'n crate::load::node::Node,
            $(
                $(#[$field_doc])*
                #[schemars(rename = $key)]
                pub(crate) $field: $crate::load::record::record!(@type $mode $type),
            )*
        }

        impl<'n> $crate::load::record::Read<'n> for $name<'n> {
            fn read(
                node: &'n crate::load::node::Node,
                diagnostics: &mut Vec<crate::model::Diagnostic>,
            ) -> Option<Self> {
                const KEYS: &[&str] = &[$($key),*];
                $crate::load::record::check_object(node, $what, KEYS, diagnostics)?;
                $(
                    let $field = $crate::load::record::record!(@read $mode $type, node, $key, $what, diagnostics);
                )*
                Some($name {
                    node,
                    $( $field: $crate::load::record::record!(@finish $mode $field), )*
                })
            }
        }
    };
    (@type required $type:ty) => { $type };
    (@type optional $type:ty) => { Option<$type> };
    (@read required $type:ty, $node:ident, $key:literal, $what:literal, $diagnostics:ident) => {
        match $node.get($key) {
            Some(value) => <$type as $crate::load::record::Read>::read(value, $diagnostics),
            None => {
                $diagnostics.push($crate::load::record::missing_key($node, $key, $what));
                None
            }
        }
    };
    (@read optional $type:ty, $node:ident, $key:literal, $what:literal, $diagnostics:ident) => {
        $node
            .get($key)
            .and_then(|value| <$type as $crate::load::record::Read>::read(value, $diagnostics))
    };
    (@finish required $field:ident) => { $field? };
    (@finish optional $field:ident) => { $field };
}
pub(crate) use record;

/// Is the node an object, and are all its keys known? Unknown keys are told and passed over.
pub(crate) fn check_object(
    node: &Node,
    what: &str,
    keys: &[&str],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<()> {
    let Kind::Object(entries) = &node.kind else {
        diagnostics.push(wrong_type(node, &format!("{what}: an object")));
        return None;
    };
    for (key, _) in entries {
        if !keys.contains(&key.text.as_str()) {
            diagnostics.push(
                Diagnostic::error(
                    "format/unknown-key",
                    key.span,
                    format!("unknown key `{}` in {what}", key.text),
                )
                .label(format!("expected one of {}", list_of(keys)))
                .suggest(&key.text, keys.iter().copied()),
            );
        }
    }
    Some(())
}

/// The diagnostic for a key that must be there and is not. It points at the first line of the object.
pub(crate) fn missing_key(node: &Node, key: &str, what: &str) -> Diagnostic {
    let at = match &node.kind {
        Kind::Object(entries) => entries.first().map_or(node.span, |(key, _)| key.span),
        _ => node.span,
    };
    Diagnostic::error(
        "format/missing-key",
        at,
        format!("the key `{key}` is missing in {what}"),
    )
    .label("in this object")
    .help(format!("add `{key}:`"))
}

/// The diagnostic for a value of the wrong type.
pub(crate) fn wrong_type(node: &Node, expected: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "format/wrong-type",
        node.span,
        format!("expected {expected}, found {}", node.describe()),
    );
    match &node.kind {
        Kind::Number(number) if expected.contains("text") => {
            diagnostic.help(format!("quote it: \"{number}\""))
        }
        _ => diagnostic,
    }
}

/// `a`, `b` or `c`, each in backticks.
pub(crate) fn list_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
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
            diagnostics.push(wrong_type(node, "a text"));
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
            diagnostics.push(wrong_type(node, "a list"));
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
            diagnostics.push(wrong_type(node, "`true` or `false`"));
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
            diagnostics.push(wrong_type(node, "an object"));
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
                diagnostics.push(wrong_type(node, "a text or a list of texts"));
                None
            }
        }
    }
}

/// A part of the file that is looked at later, with the schema of `T`.
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

/// Says how a value looks in the published schema.
pub(crate) trait Look {
    const NAME: &'static str;
    fn schema() -> Schema;
}

impl<T: Look> JsonSchema for Later<'_, ValueOf<T>> {
    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        T::schema()
    }
}

/// Marks a [`Later`] whose schema is told by a [`Look`].
pub(crate) struct ValueOf<L>(PhantomData<L>);

/// Marks a [`Later`] whose schema is that of a record.
pub(crate) struct RecordOf<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for Later<'_, RecordOf<T>> {
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
