//! How the value of a parameter is written: the styles of `OpenAPI`.

use serde_json::Value;

use crate::import::literal;
use crate::import::openapi::document::Place;
use crate::import::openapi::location::Location;
use crate::import::openapi::usable::why_no_key;
use crate::import::yaml::Yaml;

/// The style of a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Style {
    /// Empty for the default of the place.
    name: String,
    is_exploded: bool,
    /// Is the value written in a media type instead?
    is_content: bool,
}

impl Style {
    /// The style of a parameter; `is_form` is that of its place.
    pub(crate) fn new(place: &Place<'_>, is_form: bool, is_content: bool) -> Style {
        let name = place.text("style").unwrap_or("").to_owned();
        let is_form = name == "form" || name.is_empty() && is_form;
        let is_exploded = if place.get("explode").is_some() {
            place.is_true("explode")
        } else {
            is_form
        };
        Style {
            name,
            is_exploded,
            is_content,
        }
    }

    /// Why values of a parameter are not derived, if so: its style is none of its place.
    pub(crate) fn gap(place: &Place<'_>, location: Location) -> Option<String> {
        let known: &[&str] = match location {
            Location::Path | Location::Header => &["simple"],
            Location::Query => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
            Location::Cookie => &["form", "cookie"],
        };
        let style = place.get("style")?;
        match style.node.as_text() {
            Some(name) if known.contains(&name) => None,
            Some(name) => Some(format!(
                "values in the style {} are not derived",
                name.escape_debug()
            )),
            None => Some(format!("expected a style, found {}", style.node.describe())),
        }
    }

    /// Has each value a name and a place that does not depend on its members?
    fn is_plain(&self) -> bool {
        !self.is_content && (self.name.is_empty() || self.name == "form") && self.is_exploded
    }

    /// Is a value that this schema describes written under the name of the parameter? Otherwise each member has its own name,
    /// and what the name has is another parameter.
    pub(crate) fn is_under_its_name(&self, schema: &Value) -> bool {
        let is_object = schema["type"] == "object";
        self.name != "deepObject" && !(is_object && self.is_plain())
    }

    /// The parameters of a query that stand for a value; `None` where the style does not say, or one of their names cannot be
    /// written.
    pub(crate) fn query(&self, name: &str, value: &Value) -> Option<Vec<(String, Yaml)>> {
        let one = |value: Yaml| Some(vec![(name.to_owned(), value)]);
        if self.is_content {
            return one(Yaml::text(literal::text(&value.to_string())));
        }
        let separator = match self.name.as_str() {
            "spaceDelimited" => " ",
            "pipeDelimited" => "|",
            _ => ",",
        };
        match value {
            Value::Null => one(Yaml::text("")),
            Value::Array(items) if items.iter().any(|item| text(item).is_none()) => None,
            Value::Array(_) if self.is_plain() => one(literal::value(value)),
            Value::Array(_) if self.name == "deepObject" => None,
            Value::Array(items) => {
                let texts: Option<Vec<String>> = items.iter().map(text).collect();
                one(Yaml::text(literal::text(&texts?.join(separator))))
            }
            Value::Object(members) if self.name == "deepObject" || self.is_plain() => {
                let is_deep = self.name == "deepObject";
                let members = members.iter().map(|(member, value)| {
                    let name = if is_deep {
                        format!("{name}[{member}]")
                    } else {
                        member.clone()
                    };
                    text(value).filter(|_| why_no_key(&name).is_none())?;
                    Some((name, literal::value(value)))
                });
                members.collect()
            }
            Value::Object(members) if !self.is_exploded => {
                let mut texts = Vec::new();
                for (member, value) in members {
                    texts.push(member.clone());
                    texts.push(text(value)?);
                }
                one(Yaml::text(literal::text(&texts.join(separator))))
            }
            Value::Object(_) => None,
            scalar => one(literal::value(scalar)),
        }
    }
}

/// A scalar as a text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_members_of_an_object_have_names_of_their_own() {
        let object = json!({ "type": "object" });
        let style = |name: &str, is_exploded| Style {
            name: name.into(),
            is_exploded,
            is_content: false,
        };
        assert!(!style("deepObject", true).is_under_its_name(&object));
        assert!(!style("form", true).is_under_its_name(&object));
        assert!(style("form", false).is_under_its_name(&object));
        assert!(style("", true).is_under_its_name(&json!({ "type": "integer" })));
    }

    #[test]
    fn values_are_written_in_the_style_of_the_parameter() {
        let written = |name: &str, is_exploded, value: Value| {
            let style = Style {
                name: name.into(),
                is_exploded,
                is_content: name == "content",
            };
            let parameters = style.query("f", &value)?;
            let shown = parameters.into_iter().map(|(name, value)| match value {
                Yaml::Text(text) => format!("{name}={text}"),
                Yaml::Scalar(value) => format!("{name}={value}"),
                other => format!("{name}={other:?}"),
            });
            Some(shown.collect::<Vec<_>>().join("&"))
        };
        let object = || json!({ "a": 1, "b": "x" });
        for (name, is_exploded, value, expected) in [
            ("", true, json!(5), Some("f=5")),
            ("", true, object(), Some("a=1&b=x")),
            ("form", false, object(), Some("f=a,1,b,x")),
            ("deepObject", true, object(), Some("f[a]=1&f[b]=x")),
            ("deepObject", true, json!({ "a": { "b": 1 } }), None),
            ("deepObject", true, json!([1]), None),
            ("pipeDelimited", false, json!([1, 2]), Some("f=1|2")),
            ("spaceDelimited", false, json!(["a", "b"]), Some("f=a b")),
            ("", false, json!([1, 2]), Some("f=1,2")),
            ("", true, json!([[1]]), None),
            ("content", true, object(), Some("f={\"a\":1,\"b\":\"x\"}")),
        ] {
            assert_eq!(
                written(name, is_exploded, value).as_deref(),
                expected,
                "{name}"
            );
        }
    }
}
