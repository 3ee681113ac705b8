//! A request of a case, and how its values are written.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::import::literal;
use crate::import::openapi::credential::Credentials;
use crate::import::yaml::{Entry, Yaml};

/// A request of a case.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// Names of shared steps that come before it.
    pub(crate) setup: Vec<String>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) credentials: Credentials,
    pub(crate) query: Vec<(String, Yaml)>,
    /// The names in the query of a parameter that has others than its own.
    pub(crate) members: BTreeMap<String, Vec<String>>,
    /// The values of parameters of the path.
    pub(crate) in_path: BTreeMap<String, String>,
    pub(crate) headers: Vec<(String, Yaml)>,
    pub(crate) body: Option<Content>,
}

/// Methods that are keys of a request.
const KEYS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The body of a request.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// JSON, with the file of its schema.
    Json {
        value: Value,
        schema: Option<String>,
    },
    /// The JSON body of a row, which its schema rejects, and what is illegal about it.
    Row { schema: String, illegal: String },
    /// The entry of the request that has it: a form, parts, a text, a fixture.
    Other(Entry),
}

impl Sent {
    /// Without credentials.
    pub(crate) fn anonymous(&self) -> Sent {
        Sent {
            credentials: Credentials::default(),
            ..self.clone()
        }
    }

    /// Without a parameter of the query.
    pub(crate) fn drop_query(&mut self, parameter: &str) {
        let own = [parameter.to_owned()];
        let names = self.members.get(parameter).map_or(&own[..], Vec::as_slice);
        self.query.retain(|(name, _)| !names.contains(name));
    }

    /// With a parameter of the query, unless its names are taken.
    pub(crate) fn add_query(&mut self, parameter: &str, values: Vec<(String, Yaml)>) {
        let names: Vec<String> = values.iter().map(|(name, _)| name.clone()).collect();
        if names != [parameter] {
            self.members.insert(parameter.to_owned(), names);
        }
        for (name, value) in values {
            if self.query.iter().all(|(known, _)| *known != name) {
                self.query.push((name, value));
            }
        }
    }

    /// With a cookie, beside those that it has.
    pub(crate) fn add_cookie(&mut self, name: &str, value: &str) {
        let mut headers = self.headers.iter_mut();
        let known = headers.find(|(known, _)| known.eq_ignore_ascii_case("cookie"));
        match known {
            Some((_, Yaml::Text(cookies))) => {
                let name = literal::template(name);
                cookies.push_str(&format!("; {name}={value}"));
            }
            _ => {
                let cookie = format!("{}={value}", literal::text(name));
                self.headers.push(("Cookie".into(), Yaml::Text(cookie)));
            }
        }
    }

    /// About how many bytes it takes in a file.
    pub(crate) fn size(&self) -> usize {
        let parameters = self.query.iter().chain(&self.headers);
        let parameters = parameters.map(|(name, value)| name.len() + 4 + value.size());
        let body = match &self.body {
            Some(Content::Json { value, .. }) => value.to_string().len(),
            Some(Content::Other(entry)) => entry.value.size(),
            Some(Content::Row { .. }) | None => 0,
        };
        self.path.len() + parameters.sum::<usize>() + body
    }

    /// As an entry `request`.
    pub(crate) fn entry(&self) -> Entry {
        let mut entries = vec![Entry::new(&self.method, Yaml::text(&self.path))];
        if !KEYS.contains(&self.method.as_str()) {
            entries = vec![
                Entry::new("method", Yaml::text(&self.method)),
                Entry::new("path", Yaml::text(&self.path)),
            ];
        }
        if let Some(identity) = &self.credentials.identity {
            entries.push(Entry::new("identity", Yaml::text(identity)));
        }
        let keys = self
            .credentials
            .query
            .iter()
            .map(|(name, value)| Entry::new(name, Yaml::text(value)));
        let query = self
            .query
            .iter()
            .map(|(name, value)| Entry::new(name, value.clone()));
        let query: Vec<Entry> = query.chain(keys).collect();
        if !query.is_empty() {
            entries.push(Entry::new("query", Yaml::Map(query)));
        }
        if !self.headers.is_empty() {
            let headers = self
                .headers
                .iter()
                .map(|(name, value)| Entry::new(name, value.clone()));
            entries.push(Entry::new("headers", Yaml::map(headers)));
        }
        match &self.body {
            Some(Content::Json { value, schema }) => {
                entries.push(Entry::new("json", literal::value(value)));
                if let Some(schema) = schema {
                    entries.push(Entry::new("schema", Yaml::text(schema)));
                }
            }
            Some(Content::Row { schema, illegal }) => {
                entries.push(Entry::new("json", Yaml::text("${row.body}")));
                entries.push(Entry::new("schema", Yaml::text(schema)));
                entries.push(Entry::new("illegal", Yaml::text(illegal)));
            }
            Some(Content::Other(entry)) => entries.push(entry.clone()),
            None => {}
        }
        Entry::new("request", Yaml::Map(entries))
    }
}

/// A value of a query: a scalar, or a list of them.
pub(crate) fn flat(value: &Value) -> Option<Yaml> {
    match value {
        Value::Object(_) => None,
        Value::Array(items)
            if items
                .iter()
                .any(|item| item.is_array() || item.is_object() || item.is_null()) =>
        {
            None
        }
        Value::Null => Some(Yaml::text("")),
        other => Some(literal::value(other)),
    }
}

/// The value as a text, for a header.
pub(crate) fn as_text(value: Yaml) -> Yaml {
    match value {
        Yaml::Scalar(scalar) => Yaml::text(scalar.to_string()),
        Yaml::List(items) => {
            let texts = items.into_iter().filter_map(|item| match as_text(item) {
                Yaml::Text(text) => Some(text),
                _ => None,
            });
            Yaml::text(texts.collect::<Vec<_>>().join(","))
        }
        other => other,
    }
}
