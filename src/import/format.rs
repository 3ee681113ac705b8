//! What a file is, told by its beginning: so that a file for another importer is named as one.

use crate::model::{Diagnostic, FileId, Sources};

/// A format that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Openapi,
    Har,
    Curl,
    Postman,
    Hurl,
}

/// How much of a text is looked at for the members of a document.
const BEGINNING: usize = 64 << 10;

/// How many lines are looked at for a command.
const LINES: usize = 50;

impl Format {
    /// What a text looks like; `None` if it looks like none of them.
    pub(crate) fn of(text: &str) -> Option<Format> {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if let Some(object) = text.strip_prefix('{') {
            return of_json(text, object);
        }
        let lines = text.lines().take(LINES).map(str::trim_end);
        let mut lines =
            lines.filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        let first = lines.next()?;
        if is_request(first) {
            return Some(Format::Hurl);
        }
        let is_curl = |line: &str| {
            let line = line.trim_start().trim_start_matches(['$', '%', '>']);
            let word = line.split_whitespace().next();
            word == Some("curl")
        };
        let is_openapi = |line: &str| line.starts_with("openapi:") || line.starts_with("swagger:");
        std::iter::once(first).chain(lines).find_map(|line| {
            if is_curl(line) {
                Some(Format::Curl)
            } else {
                is_openapi(line).then_some(Format::Openapi)
            }
        })
    }

    /// What to say of a file that is not what was asked for.
    pub(crate) fn hint(self, sources: &Sources, file: FileId, name: &str) -> Diagnostic {
        let (what, command) = match self {
            Format::Openapi => ("an OpenAPI document", "openapi"),
            Format::Har => ("a HAR file", "har"),
            Format::Curl => ("a file of curl commands", "curl"),
            Format::Postman => ("a Postman collection", "postman"),
            Format::Hurl => ("a Hurl file", "hurl"),
        };
        let name = if name == "standard input" { "-" } else { name };
        Diagnostic::error(
            "import/format",
            sources.start(file),
            format!("this looks like {what}"),
        )
        .help(format!("`probity import {command} {name}`"))
    }
}

/// A document of JSON, by the members that it begins with.
fn of_json(text: &str, object: &str) -> Option<Format> {
    let name = object.trim_start().strip_prefix('"')?;
    let first = name.split('"').next().unwrap_or_default();
    let beginning = &text[..text.floor_char_boundary(BEGINNING)];
    match first {
        "log" => Some(Format::Har),
        "openapi" | "swagger" => Some(Format::Openapi),
        "info" | "item" | "auth" | "event" | "variable"
            if text.contains("schema.getpostman.com") || beginning.contains("\"_postman_id\"") =>
        {
            Some(Format::Postman)
        }
        "info" | "paths" | "components" | "servers" | "tags"
            if beginning.contains("\"openapi\"") || beginning.contains("\"swagger\"") =>
        {
            Some(Format::Openapi)
        }
        _ => None,
    }
}

/// `GET https://api.example/pets`, as Hurl writes a request.
fn is_request(line: &str) -> bool {
    let Some((method, url)) = line.split_once([' ', '\t']) else {
        return false;
    };
    let url = url.trim_start();
    let starts = ["http://", "https://", "{{"];
    method.len() >= 3
        && method.bytes().all(|byte| byte.is_ascii_uppercase())
        && starts.iter().any(|start| url.starts_with(start))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_file_is_known_by_its_beginning() {
        for (text, expected) in [
            (
                "\u{feff}# a\n\nGET {{host}}/a\nHTTP 200\n",
                Some(Format::Hurl),
            ),
            (
                "#!/bin/sh\nset -e\ncurl https://a.example\n",
                Some(Format::Curl),
            ),
            ("$ curl -X POST \\\n  https://a.example", Some(Format::Curl)),
            ("# x\nopenapi: 3.1.0\ninfo: {}\n", Some(Format::Openapi)),
            ("info: {}\nopenapi: 3.1.0\n", Some(Format::Openapi)),
            ("{\"openapi\": \"3.1.0\"}", Some(Format::Openapi)),
            (
                "{\"info\": {}, \"openapi\": \"3.1.0\"}",
                Some(Format::Openapi),
            ),
            ("{ \"log\": { \"entries\": [] } }", Some(Format::Har)),
            (
                "{\n  \"info\": { \"_postman_id\": \"1\" }, \"item\": [] }",
                Some(Format::Postman),
            ),
            ("{\"info\": {}, \"item\": []}", None),
            ("{}", None),
            ("", None),
            ("GET me a coffee", None),
            ("PUT http", None),
            ("echo a\n", None),
        ] {
            assert_eq!(Format::of(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[{\"]?(log|info|GET|curl|openapi:)?[ -~\u{e4}\\n]{0,40}") {
            let _ = Format::of(&text);
        }
    }
}
