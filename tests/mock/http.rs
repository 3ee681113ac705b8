//! What the mock reads and writes: a request, and an answer.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A request as the mock matches it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// The path without the query, not decoded.
    pub(crate) path: String,
    /// The parameters of the query, decoded.
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    /// The body, or null where it is not JSON.
    pub(crate) json: Value,
}

impl Asked {
    /// Reads a request from its head (the request line and the header lines) and its body.
    pub(crate) fn new(head: &str, body: &[u8]) -> Option<Asked> {
        let mut lines = head.lines();
        let mut request_line = lines.next()?.split(' ');
        let method = request_line.next()?.to_owned();
        let target = request_line.next()?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = lines.filter_map(|line| line.split_once(':'));
        Some(Asked {
            method,
            path: path.to_owned(),
            query: query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (decoded(name), decoded(value)))
                .collect(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
                .collect(),
            json: serde_json::from_slice(body).unwrap_or_default(),
        })
    }

    /// Returns the value of a header field, whatever the case of its name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the value of a query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str())
    }
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    Nothing,
    Json(Value),
    Text(&'static str),
}

/// An answer of the mock.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) body: Body,
}

impl Answer {
    /// An answer with a JSON body.
    pub(crate) fn json(status: u16, body: Value) -> Answer {
        Answer {
            status,
            headers: vec![("Content-Type", "application/json; charset=utf-8")],
            body: Body::Json(body),
        }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            body: Body::Nothing,
        }
    }

    /// The same answer with one more header field.
    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Answer {
        self.headers.push((name, value));
        self
    }

    /// The bytes of the answer. A 204 without a body has no `Content-Length`.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let body = match &self.body {
            Body::Nothing => String::new(),
            Body::Json(value) => value.to_string(),
            Body::Text(text) => (*text).to_owned(),
        };
        let mut head = vec![format!("HTTP/1.1 {} Mock", self.status)];
        let headers = self.headers.iter();
        head.extend(headers.map(|(name, value)| format!("{name}: {value}")));
        let has_length = self
            .headers
            .iter()
            .any(|(name, _)| *name == "Content-Length");
        if !has_length && (self.status != 204 || !body.is_empty()) {
            head.push(format!("Content-Length: {}", body.len()));
        }
        [&head.join("\r\n"), "\r\n\r\n", &body]
            .concat()
            .into_bytes()
    }
}
