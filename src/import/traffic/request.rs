//! The request of a step, as a case writes it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::import::literal;
use crate::import::traffic::body::{Body, Part, PartContent};
use crate::import::traffic::group::Item;
use crate::import::traffic::header;
use crate::import::traffic::marked::{self, Filling, Piece};
use crate::import::traffic::value::Fixtures;
use crate::import::yaml::{Entry, Yaml};
use crate::model::ByteEncoding;

/// What a case uses, and how its texts are written.
pub(crate) struct Names<'a> {
    /// The values of the suite.
    pub(crate) fixtures: &'a Fixtures,
    /// The names of captures, by their numbers.
    pub(crate) captures: BTreeMap<usize, String>,
    /// The fixtures that are used.
    pub(crate) used: BTreeSet<usize>,
    /// The identities that are used.
    pub(crate) identities: BTreeSet<usize>,
}

impl Names<'_> {
    /// A marked text with its places as templates; the rest of it is as it is.
    pub(crate) fn template(&mut self, text: &str) -> String {
        let mut out = String::new();
        for piece in marked::pieces(text) {
            match piece {
                Piece::Literal(text) => out.push_str(&literal::template(&text)),
                Piece::Filled(filling) => {
                    let expression = self.expression(&filling);
                    // `$${` would be the literal text `${`.
                    let value = if out.ends_with('$') {
                        out.pop();
                        format!("concat('$', {expression})")
                    } else {
                        expression
                    };
                    out.push_str(&format!("${{{value}}}"));
                }
            }
        }
        out
    }

    /// A marked text as the value of a key.
    pub(crate) fn text(&mut self, text: &str) -> String {
        if !marked::has_filling(text) {
            return literal::text(text);
        }
        let written = self.template(text);
        if let Some(rest) = written.strip_prefix("\\<") {
            return format!("${{concat('', '\\')}}<{rest}");
        }
        if written.starts_with('<') {
            return format!("\\{written}");
        }
        written
    }

    /// The text of a place without `${` and `}`.
    pub(crate) fn expression(&mut self, filling: &Filling) -> String {
        match filling {
            Filling::Value(number) => {
                self.used.insert(*number);
                let name = self.fixtures.get(*number).map(|one| one.name.as_str());
                format!("fixture.{}", name.unwrap_or_default())
            }
            Filling::Capture(number) => {
                let name = self.captures.get(number).map(String::as_str);
                format!("capture.{}", name.unwrap_or_default())
            }
            Filling::Expression(text) => text.clone(),
            Filling::Variable(name) => format!("fixture.{name}"),
        }
    }

    /// A JSON value with places in its texts.
    pub(crate) fn json(&mut self, value: &Value) -> Yaml {
        match value {
            Value::String(text) => Yaml::Text(self.json_text(text)),
            Value::Array(items) => {
                Yaml::list(items.iter().map(|item| self.json(item)).collect::<Vec<_>>())
            }
            Value::Object(members) => {
                let entries = members
                    .iter()
                    .map(|(name, member)| Entry::new(literal::name(name), self.json(member)));
                Yaml::map(entries.collect::<Vec<_>>())
            }
            scalar => Yaml::scalar(scalar),
        }
    }

    fn json_text(&mut self, text: &str) -> String {
        for (mark, function) in [(marked::TEXT, "string"), (marked::NUMBER, "int")] {
            if let Some(rest) = text.strip_prefix(mark) {
                return match marked::only(rest) {
                    Some(filling) => format!("${{{function}({})}}", self.expression(&filling)),
                    None => self.text(rest),
                };
            }
        }
        self.text(text)
    }
}

/// The entries of `request`.
pub(crate) fn write(
    item: &Item,
    identity: Option<&str>,
    service: Option<&str>,
    names: &mut Names<'_>,
) -> Yaml {
    let call = &item.call;
    let mut path = names.template(&item.path);
    if let Some(query) = &item.raw_query {
        path = format!("{path}?{}", names.template(query));
    }
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let mut entries = if known.contains(&call.method.as_str()) {
        vec![Entry::new(call.method.clone(), Yaml::text(path))]
    } else {
        vec![
            Entry::new("method", Yaml::text(&call.method)),
            Entry::new("path", Yaml::text(path)),
        ]
    };
    let mut add = |key: &str, value: Yaml| entries.push(Entry::new(key, value));
    if let Some(service) = service {
        add("service", Yaml::text(service));
    }
    if let Some(identity) = identity {
        add("identity", Yaml::text(identity));
    }
    if !item.query.is_empty() {
        add("query", fields(&item.query, names));
    }
    let headers = headers(item);
    if !headers.is_empty() {
        add("headers", fields(&headers, names));
    }
    if let Some((key, value)) = body(&call.body, names) {
        add(key, value);
    }
    if let Some(most) = call.follow {
        add(
            "follow",
            Yaml::map([Entry::new("max", Yaml::Scalar(most.into()))]),
        );
    }
    Yaml::map(entries)
}

/// Names with values: a name that is repeated has a list.
fn fields(fields: &[(String, String)], names: &mut Names<'_>) -> Yaml {
    let mut entries: Vec<Entry> = Vec::new();
    for (name, value) in fields {
        let value = Yaml::Text(names.text(value));
        match entries.iter_mut().find(|entry| entry.key == *name) {
            None => entries.push(Entry::new(name, value)),
            Some(entry) => match &mut entry.value {
                Yaml::List(items) => items.push(value),
                first => *first = Yaml::List(vec![first.clone(), value]),
            },
        }
    }
    Yaml::map(entries)
}

/// The header fields that a case has, with one spelling of each name.
fn headers(item: &Item) -> Vec<(String, String)> {
    let call = &item.call;
    let implied = call.body.implied_type();
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in &call.headers {
        let is_type = name.eq_ignore_ascii_case("content-type");
        let is_implied = is_type
            && implied.is_some_and(|implied| {
                let essence = value.split(';').next().unwrap_or_default().trim();
                essence.eq_ignore_ascii_case(implied)
                    && (implied.starts_with("multipart") || !value.contains(';'))
            });
        if header::is_left_out(call, name) || !header::is_name(name) || is_implied {
            continue;
        }
        let is_any = name.eq_ignore_ascii_case("accept") && value == "*/*";
        if is_any {
            continue;
        }
        let known = headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        let name = known.map_or_else(|| header::canonical(name), |(known, _)| known.clone());
        // A field is one line.
        headers.push((name, value.replace(['\r', '\n', '\0'], " ")));
    }
    headers
}

fn body(body: &Body, names: &mut Names<'_>) -> Option<(&'static str, Yaml)> {
    Some(match body {
        Body::None => return None,
        Body::Json(value) if literal::can_be_written(value) && !has_filled_names(value) => {
            ("json", names.json(value))
        }
        // A text that is sent is no pattern: `<` is not escaped in it.
        Body::Json(value) => ("text", Yaml::Text(names.template(&value.to_string()))),
        Body::Text(text) => ("text", Yaml::Text(names.template(text))),
        Body::Form(all) => ("form", fields(all, names)),
        Body::Multipart(parts) => {
            let parts = parts.iter().map(|part| written_part(part, names));
            ("multipart", Yaml::Lines(parts.collect()))
        }
        Body::Bytes(bytes) => ("base64", Yaml::text(ByteEncoding::Base64.encode(bytes))),
    })
}

/// Are there places in the names of members? Only values take templates.
fn has_filled_names(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_filled_names),
        Value::Object(members) => members
            .iter()
            .any(|(name, member)| marked::has_filling(name) || has_filled_names(member)),
        _ => false,
    }
}

fn written_part(part: &Part, names: &mut Names<'_>) -> Yaml {
    let mut entries = vec![Entry::new("name", Yaml::Text(names.template(&part.name)))];
    entries.push(match &part.content {
        PartContent::Text(text) => Entry::new("text", Yaml::Text(names.template(text))),
        PartContent::Bytes(bytes) => {
            Entry::new("base64", Yaml::text(ByteEncoding::Base64.encode(bytes)))
        }
    });
    if let Some(filename) = &part.filename {
        entries.push(Entry::new("filename", Yaml::Text(names.template(filename))));
    }
    if let Some(media_type) = &part.media_type {
        entries.push(Entry::new("type", Yaml::text(media_type)));
    }
    Yaml::map(entries)
}
