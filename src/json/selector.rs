//! Compiled JSONPath (RFC 9535).

use std::sync::Arc;

use serde_json::Value;

/// A compiled JSONPath. Only this file uses the JSONPath crate.
#[derive(Clone)]
pub struct Selector {
    text: Arc<str>,
    path: Arc<jsonpath_rfc9535::JsonPath>,
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
        Ok(Selector {
            text: text.into(),
            path: Arc::new(path),
        })
    }

    /// The path as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The selected nodes in document order, each with its JSON Pointer (RFC 6901).
    pub fn select<'v>(&self, document: &'v Value) -> Vec<(String, &'v Value)> {
        self.path
            .query(document)
            .iter()
            .map(|node| (pointer(node.path()), node.value()))
            .collect()
    }
}

impl std::fmt::Debug for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Selector({})", self.text)
    }
}

fn pointer(path: &jsonpath_rfc9535::NormalizedPath<'_>) -> String {
    let mut pointer = String::new();
    for element in path.elements() {
        pointer.push('/');
        match element {
            jsonpath_rfc9535::Element::Index(index) => pointer.push_str(&index.to_string()),
            jsonpath_rfc9535::Element::Name(name) => {
                pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
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
        fn no_text_makes_it_panic(text in "\\$?\\PC{0,30}") {
            let _ = Selector::new(&text).map(|selector| selector.select(&json!([{ "a": 1 }])).len());
        }
    }
}
