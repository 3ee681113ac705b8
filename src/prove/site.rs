//! The places of a JSON body, array elements by their shape: `/*/devices/*/type`.

use std::collections::HashMap;

use serde_json::Value;

use crate::json::pointer::push_token;

/// All places of one shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    /// The shape: a JSON Pointer with `*` for every index of an array. Empty is the whole body.
    pub(super) shape: String,
    /// The places, as JSON Pointers, in document order; at least one.
    pub(super) pointers: Vec<String>,
}

impl Site {
    /// The places that are changed: the first and the last. Some checks read one element only.
    pub(super) fn sample(&self) -> impl Iterator<Item = &str> {
        let first = self.pointers.first();
        let last = self.pointers.last().filter(|last| Some(*last) != first);
        first.into_iter().chain(last).map(String::as_str)
    }
}

/// Every site of a document, outer ones before inner ones.
pub(super) fn sites(document: &Value) -> Vec<Site> {
    let mut walk = Walk::default();
    walk.visit(document, "", "");
    walk.sites
}

#[derive(Default)]
struct Walk {
    sites: Vec<Site>,
    by_shape: HashMap<String, usize>,
}

impl Walk {
    fn visit(&mut self, value: &Value, shape: &str, pointer: &str) {
        let at = *self.by_shape.entry(shape.to_owned()).or_insert_with(|| {
            self.sites.push(Site {
                shape: shape.to_owned(),
                pointers: Vec::new(),
            });
            self.sites.len() - 1
        });
        self.sites[at].pointers.push(pointer.to_owned());
        match value {
            Value::Array(items) => {
                let inner_shape = format!("{shape}/*");
                for (index, item) in items.iter().enumerate() {
                    self.visit(item, &inner_shape, &format!("{pointer}/{index}"));
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    let mut token = String::new();
                    push_token(&mut token, name);
                    self.visit(
                        member,
                        &format!("{shape}{token}"),
                        &format!("{pointer}{token}"),
                    );
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn elements_of_an_array_are_one_shape() {
        let document = json!([{ "a": [1, 2] }, { "a": [3], "b/c": null }]);
        let sites = sites(&document);
        let shapes: Vec<_> = sites.iter().map(|site| site.shape.as_str()).collect();
        assert_eq!(shapes, ["", "/*", "/*/a", "/*/a/*", "/*/b~1c"]);
        assert_eq!(sites[3].pointers, ["/0/a/0", "/0/a/1", "/1/a/0"]);
        assert_eq!(sites[3].sample().collect::<Vec<_>>(), ["/0/a/0", "/1/a/0"]);
        assert_eq!(sites[0].sample().collect::<Vec<_>>(), [""]);
    }
}
