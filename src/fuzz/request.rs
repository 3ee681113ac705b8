//! A request as a case writes it: layers that are joined, and the operation that it names.

use serde_json::{Map, Value};

/// The keys of the request line, and those of a body.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "method", "path",
];
pub(crate) const BODIES: [&str; 8] = [
    "json",
    "text",
    "form",
    "multipart",
    "file",
    "base64",
    "hex",
    "body",
];

/// Joins the requests of a file, a case and a step: the loader does the same with them.
pub(crate) fn joined<'l>(
    layers: impl IntoIterator<Item = Option<&'l Value>>,
) -> Map<String, Value> {
    let mut joined = Map::new();
    for layer in layers.into_iter().flatten().filter_map(Value::as_object) {
        if METHODS.iter().any(|key| layer.contains_key(*key)) {
            joined.retain(|key, _| !METHODS.contains(&key.as_str()));
        }
        if BODIES.iter().any(|key| layer.contains_key(*key)) {
            joined.retain(|key, _| !BODIES.contains(&key.as_str()) && key != "illegal");
        }
        for (key, value) in layer {
            match (joined.get_mut(key), value) {
                (Some(Value::Object(known)), Value::Object(added)) if key == "query" => {
                    known.extend(added.clone());
                }
                (Some(Value::Object(known)), Value::Object(added)) if key == "headers" => {
                    for (name, value) in added {
                        known.retain(|known, _| !known.eq_ignore_ascii_case(name));
                        known.insert(name.clone(), value.clone());
                    }
                }
                _ => drop(joined.insert(key.clone(), value.clone())),
            }
        }
    }
    joined
}

/// The method and the path of a request, if it names a path and not a captured URL.
pub(crate) fn line(request: &Map<String, Value>) -> Option<(&str, &str)> {
    if let Some(method) = request.get("method").and_then(Value::as_str) {
        return Some((method, request.get("path")?.as_str()?));
    }
    let (method, path) = request
        .iter()
        .find(|(key, _)| METHODS[..7].contains(&key.as_str()))?;
    let path = path.as_str().filter(|path| path.starts_with('/'))?;
    Some((method, path))
}

/// The path with `{}` for each value, without its query.
pub(crate) fn outline(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let mut outline = String::new();
    let mut rest = path;
    while let Some((before, inside)) = rest.split_once("${") {
        outline.push_str(before);
        outline.push_str("{}");
        rest = inside.split_once('}').map_or("", |(_, after)| after);
    }
    outline + rest
}

/// The operation of a request: `GET /users/{}`.
pub(crate) fn operation(request: &Map<String, Value>) -> Option<String> {
    let (method, path) = line(request)?;
    Some(format!("{method} {}", outline(path)))
}

/// Does a value contain a template?
pub(crate) fn has_template(value: &Value) -> bool {
    match value {
        Value::String(text) => text.replace("$${", "").contains("${"),
        Value::Array(items) => items.iter().any(has_template),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains("${") || has_template(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn inner_layers_win_and_replace_the_line_and_the_body() {
        let file = json!({ "POST": "/a", "identity": "x", "headers": { "A": "1", "b": "2" }, "query": { "p": 1 } });
        let case = json!({ "json": { "q": 1 }, "illegal": "q", "headers": { "B": "3" } });
        let step = json!({ "GET": "/b/${capture.id}?x=1", "text": "t", "query": { "r": 2 } });
        let joined = joined([Some(&file), Some(&case), None, Some(&step)]);
        assert_eq!(
            Value::Object(joined.clone()),
            json!({ "identity": "x", "headers": { "A": "1", "B": "3" }, "query": { "p": 1, "r": 2 }, "GET": "/b/${capture.id}?x=1", "text": "t" })
        );
        assert_eq!(operation(&joined).as_deref(), Some("GET /b/{}"));
        let link = json!({ "PUT": { "url": "${capture.u}" } });
        assert_eq!(line(link.as_object().unwrap()), None);
    }
}
