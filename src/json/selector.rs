//! Compiled JSONPath (RFC 9535).

mod segment;

use std::sync::Arc;

use serde_json::Value;

use crate::json::Document;
use crate::json::number::is_exact;
use crate::json::pointer::push_token;
use crate::json::selector::segment::{Segment, Takes, numbers, segments};
use crate::json::stand_in::{Comparisons, exact_stand_in};

/// The maximum length of the paths to all selected nodes together. A path with several `..` selects a node once for each
/// path to it.
pub const STEPS: u64 = 8_000_000;

/// A compiled JSONPath, cheap to clone. Only this module uses the JSONPath crate.
#[derive(Clone)]
pub struct Selector(Arc<Compiled>);

/// One allocation for all that a path needs: thousands of checks may share it.
struct Compiled {
    text: Box<str>,
    path: jsonpath_rfc9535::JsonPath,
    segments: Box<[Segment]>,
    /// The names of a path of names alone, such as `$.a.b`: it needs no evaluator.
    names: Option<Box<[Box<str>]>>,
}

/// Why the nodes of a document cannot be selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unselectable {
    /// A filter compares numbers that cannot be compared exactly, at these pointers.
    Inexact(Vec<String>),
    /// There are too many ways to the nodes.
    TooMany,
}

/// Why a text is not a JSONPath.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SelectorError {
    /// What is wrong, in one line.
    pub message: String,
    /// The byte offset up to which the text is valid, if known.
    pub position: Option<usize>,
}

impl From<jsonpath_rfc9535::Error> for SelectorError {
    fn from(error: jsonpath_rfc9535::Error) -> SelectorError {
        use jsonpath_rfc9535::Error;
        let (message, position) = match error {
            // The message of the crate quotes the whole query.
            Error::Syntax { position, .. } => ("syntax error".to_owned(), Some(position)),
            Error::NestingTooDeep { position } => ("nested too deeply".to_owned(), Some(position)),
            Error::UnknownFunction { name } => (format!("unknown function `{name}`"), None),
            Error::IntegerOutOfRange { repr } => (format!("integer {repr} out of range"), None),
            Error::FunctionArity {
                name,
                expected,
                found,
            } => (
                format!("`{name}` takes {expected} arguments, found {found}"),
                None,
            ),
            Error::IllTyped { message } => (message, None),
            other => (other.to_string(), None),
        };
        SelectorError { message, position }
    }
}

impl Selector {
    /// Compiles a JSONPath.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Selector, SelectorError> {
        let path = jsonpath_rfc9535::JsonPath::parse(text).map_err(SelectorError::from)?;
        let rounded = numbers(text).find(|number| {
            let double = number.parse().unwrap_or(f64::NAN);
            number.parse::<i64>().is_err() && !is_exact(number, double)
        });
        if let Some(number) = rounded {
            return Err(SelectorError {
                message: format!("{number} has more digits than can be compared exactly"),
                position: None,
            });
        }
        Ok(Selector(Arc::new(Compiled {
            text: text.into(),
            path,
            segments: segments(text).into(),
            names: plain_names(text),
        })))
    }

    /// The path as written.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The selected nodes, each with its JSON Pointer; filters compare every number exactly.
    ///
    /// # Errors
    ///
    /// The filters compare numbers that cannot be compared, or the path leads to too many nodes.
    pub fn select_in<'d>(
        &self,
        document: &'d Document,
    ) -> Result<Vec<(String, &'d Value)>, Unselectable> {
        let descents = self
            .0
            .segments
            .iter()
            .filter(|segment| segment.is_descendant)
            .count();
        let descents = u32::try_from(descents).unwrap_or(u32::MAX);
        if descents > 0 && steps(&document.value, 1, descents) > STEPS {
            return Err(Unselectable::TooMany);
        }
        if document.inexact.is_empty() || !self.0.text.contains('?') {
            return Ok(self.select(&document.value));
        }
        let comparisons = Comparisons {
            points: numbers(&self.0.text)
                .map(crate::json::decimal::Decimal::parse)
                .collect(),
            ..Comparisons::default()
        };
        let exact = exact_stand_in(document, comparisons).map_err(Unselectable::Inexact)?;
        let selected = self.select(&exact).into_iter();
        let selected = selected.filter_map(|(pointer, _)| {
            let value = document.value.pointer(&pointer)?;
            Some((pointer, value))
        });
        Ok(selected.collect())
    }

    /// Where the path leads nowhere, so that nothing could be selected: the part of the path at which there is
    /// nothing to go on from, and what would have to be there. An empty array or object leads somewhere, and so does
    /// one in which a filter finds nothing.
    pub fn dead_end(&self, document: &Value) -> Option<(&str, &'static str)> {
        let mut nodes = vec![document];
        let mut part = "$";
        let mut may_be_empty = false;
        for segment in &*self.0.segments {
            if !nodes.iter().any(|node| segment.takes.is(node)) {
                return match (nodes.is_empty(), may_be_empty) {
                    (true, true) => None,
                    (true, false) => Some((part, "a value")),
                    (false, _) => Some((part, segment.takes.name())),
                };
            }
            part = &self.0.text[..segment.end];
            may_be_empty = !matches!(segment.takes, Takes::Object | Takes::Array);
            let selector = jsonpath_rfc9535::JsonPath::parse(part).ok()?;
            nodes = selector.query_values(document);
        }
        None
    }

    /// The selected nodes in document order, each with its JSON Pointer (RFC 6901).
    pub fn select<'v>(&self, document: &'v Value) -> Vec<(String, &'v Value)> {
        if let Some(names) = &self.0.names {
            return member(names, document).into_iter().collect();
        }
        self.0
            .path
            .query(document)
            .iter()
            .map(|node| (pointer(node.path()), node.value()))
            .collect()
    }
}

impl std::fmt::Debug for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Selector({})", self.0.text)
    }
}

/// The names of a path that consists of names with ASCII letters, digits and `_`, each after a dot.
fn plain_names(text: &str) -> Option<Box<[Box<str>]>> {
    let is_plain = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let names = text.strip_prefix("$.")?.split('.');
    names
        .map(|name| is_plain(name).then(|| name.into()))
        .collect()
}

/// The member that names lead to, with its pointer.
fn member<'v>(names: &[Box<str>], document: &'v Value) -> Option<(String, &'v Value)> {
    let mut pointer = String::with_capacity(names.iter().map(|name| name.len() + 1).sum());
    let mut value = document;
    for name in names {
        value = value.as_object()?.get(&**name)?;
        pointer.push('/');
        pointer.push_str(name);
    }
    Some((pointer, value))
}

/// How many steps lead to all values below this one, if each is reached once for each choice of the values at which
/// `descents` segments begin.
fn steps(value: &Value, depth: u64, descents: u32) -> u64 {
    let own = depth.saturating_pow(descents);
    let below = |inner| steps(inner, depth + 1, descents);
    match value {
        Value::Array(items) => items.iter().map(below).fold(own, u64::saturating_add),
        Value::Object(members) => members.values().map(below).fold(own, u64::saturating_add),
        _ => own,
    }
}

fn pointer(path: &jsonpath_rfc9535::NormalizedPath<'_>) -> String {
    let mut pointer = String::new();
    for element in path.elements() {
        match element {
            jsonpath_rfc9535::Element::Index(index) => push_token(&mut pointer, &index.to_string()),
            jsonpath_rfc9535::Element::Name(name) => push_token(&mut pointer, name),
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn selected_nodes_carry_json_pointers() {
        let document = json!([{ "a/b": 1 }, { "a/b": 2 }]);
        let selector = Selector::new("$[*]['a/b']").unwrap();
        let pointers: Vec<_> = selector
            .select(&document)
            .into_iter()
            .map(|(pointer, _)| pointer)
            .collect();
        assert_eq!(pointers, ["/0/a~1b", "/1/a~1b"]);
    }

    fn pointers(path: &str, text: &str) -> Result<Vec<String>, Unselectable> {
        let document = Document::parse(text.as_bytes()).unwrap();
        let nodes = Selector::new(path).unwrap().select_in(&document)?;
        Ok(nodes.into_iter().map(|(pointer, _)| pointer).collect())
    }

    #[test]
    fn filters_compare_every_number_exactly() {
        for (path, text, selected) in [
            ("$[?@ == 1]", "[1.00000000000000000001, 1]", &["/1"][..]),
            (
                "$[?@ > 1]",
                "[1.00000000000000000001, 0.99999999999999999999]",
                &["/0"],
            ),
            (
                "$[?@ <= 1]",
                "[1.00000000000000000001, 0.99999999999999999999]",
                &["/1"],
            ),
            (
                "$[?@.a == @.b]",
                r#"[{"a":18446744073709551617,"b":18446744073709551618}]"#,
                &[],
            ),
            (
                "$[?@.a == @.b]",
                r#"[{"a":18446744073709551617,"b":18446744073709551617.0}]"#,
                &["/0"],
            ),
            (
                "$[?@ > 18446744073709551616]",
                "[18446744073709551617]",
                &["/0"],
            ),
            ("$[?@ > 1e300]", "[1e400]", &["/0"]),
        ] {
            assert_eq!(pointers(path, text).unwrap(), selected, "{path}");
        }
    }

    #[test]
    fn a_number_in_a_path_must_be_exact() {
        assert!(Selector::new("$[?@ == 1.00000000000000000001]").is_err());
        assert!(Selector::new("$[?@ == '1.00000000000000000001' && @ == 0.1]").is_ok());
    }

    #[test]
    fn several_descents_into_a_deep_document_have_a_limit() {
        let deep = |leaves: usize| {
            format!(
                "{}[{}1]{}",
                r#"{"a":"#.repeat(50),
                "1,".repeat(leaves),
                "}".repeat(50)
            )
        };
        assert_eq!(pointers("$..a..[0]", &deep(100)).unwrap().len(), 50);
        assert_eq!(
            pointers("$..a..[0]", &deep(10_000)),
            Err(Unselectable::TooMany)
        );
    }

    #[test]
    fn a_path_that_leads_nowhere_is_known_by_the_part_that_does_not_exist() {
        let document = json!({ "items": [{ "id": 1, "tags": [] }], "none": [], "total": 1 });
        let dead_end = |path: &str| {
            Selector::new(path)
                .unwrap()
                .dead_end(&document)
                .map(|(part, what)| format!("{part} {what}"))
        };
        for (path, expected) in [
            ("$.itemz[*]", Some("$.itemz a value")),
            ("$.itemz[?@.deleted == true]", Some("$.itemz a value")),
            ("$.items.deleted", Some("$.items an object")),
            ("$.total[*]", Some("$.total an array or object")),
            ("$.items[*].tagz[*]", Some("$.items[*].tagz a value")),
            ("$[0]", Some("$ an array")),
            ("$.deleted", None),
            ("$['deleted']", None),
            ("$.none[*]", None),
            ("$.none[*].detail.deleted", None),
            ("$.items[?@.id == 2]", None),
            ("$.items[?@['a]'] == \"]\"].x", None),
            ("$.items[*].tags[*].name", None),
            ("$..deleted", None),
        ] {
            assert_eq!(dead_end(path).as_deref(), expected, "{path}");
        }
    }

    /// Paths of valid and invalid pieces.
    fn path() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "[*]",
            "..*",
            ".a",
            "['a/b']",
            "['~']",
            "[0]",
            "[-1]",
            "[::2]",
            "[1:]",
            "[::-1]",
            "['a','~']",
            "[?@.a]",
            "[?@>1]",
            "[?@.a=='x']",
            "[?count(@.*)>1]",
            "[?match(@,'a.*')]",
            "..['a']",
            "[",
            "''",
            "[?",
            "..",
            "[9999999999999999]",
            "[?length(@)>0]",
            "[?value(@..a)==1]",
        ]);
        prop::collection::vec(piece, 0..5).prop_map(|pieces| format!("${}", pieces.concat()))
    }

    fn document() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-3i64..3).prop_map(Value::from),
            "[a-c/~]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[ab/~]{0,3}", inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_pointer_leads_to_the_value_that_was_selected(path in path(), document in document()) {
            let Ok(selector) = Selector::new(&path) else {
                return Ok(());
            };
            for (pointer, value) in selector.select(&document) {
                let found = document.pointer(&pointer);
                prop_assert!(found.is_some_and(|found| std::ptr::eq(found, value)), "{} {}", path, pointer);
            }
        }

        #[test]
        fn names_lead_where_the_evaluator_leads(
            path in "\\$(\\.[ab_][a1]?){1,3}",
            document in document(),
        ) {
            let selector = Selector::new(&path).unwrap();
            prop_assert!(selector.0.names.is_some());
            let evaluated = selector.0.path.query(&document);
            let evaluated: Vec<(String, &Value)> =
                evaluated.iter().map(|node| (pointer(node.path()), node.value())).collect();
            prop_assert_eq!(selector.select(&document), evaluated);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\$?\\PC{0,30}") {
            let _ = Selector::new(&text).map(|selector| selector.select(&json!([{ "a": 1 }])).len());
        }
    }
}
