//! A request as a case states it, before fixtures and captures are filled in.

use crate::json::schema::SchemaId;
use crate::model::source::Span;
use crate::model::template::{Draft, Expression, Template};

/// How a request goes to the wire. A later one can do all that an earlier one can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// A pooled HTTP client: keep-alive, HTTP/1.1 or 2.
    Normal,
    /// One HTTP/1.1 connection without any header of its own but `Host`.
    Exact,
    /// The socket: every octet as written, and every octet of the answer seen.
    Raw,
}

impl Transport {
    /// Every transport.
    pub const ALL: [Transport; 3] = [Transport::Normal, Transport::Exact, Transport::Raw];

    /// The name in case files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Transport::Normal => "normal",
            Transport::Exact => "exact",
            Transport::Raw => "raw",
        }
    }
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method as it goes on the wire.
    pub method: String,
    /// The path below the service's base URL; values filled into it are percent-encoded.
    pub path: Template,
    /// The service it goes to.
    pub service: String,
    /// As whom: the full name of an identity, or `None` for no credentials.
    pub identity: Option<String>,
    /// Query parameters in order; an array value is the parameter repeated.
    pub query: Vec<(String, Draft)>,
    /// Header fields in order.
    pub headers: Vec<HeaderLine>,
    /// The body.
    pub body: Body,
    /// What a legal body is. Checked when the suite is loaded, not when the request is sent.
    pub schema: Option<SchemaId>,
    /// What is illegal about the body; `None` for a legal one.
    pub illegal: Option<String>,
    /// How it goes to the wire: what the case asked for, or the least that can do what it says.
    pub transport: Transport,
    /// Where the request line is written.
    pub span: Span,
}

/// One header field of a request.
#[derive(Clone, Debug)]
pub struct HeaderLine {
    /// The name as written.
    pub name: String,
    /// What to send.
    pub value: HeaderValue,
}

/// What a request does with a header field.
#[derive(Clone, Debug)]
pub enum HeaderValue {
    /// One line for each value; more than one is a repeated field.
    Lines(Vec<Template>),
    /// Never send it, though a client would.
    Omit,
}

/// What a request carries.
#[derive(Clone, Debug)]
pub enum Body {
    /// Nothing. POST, PUT and PATCH then say `Content-Length: 0`, unless that header is omitted.
    None,
    /// JSON text of the value, with `Content-Type: application/json` unless the case says otherwise.
    Json(Draft),
    /// Text as it is, with no Content-Type of its own.
    Text(Template),
}

impl Request {
    /// Method and path without query, the same whatever is filled in: `POST /users/{}/seats`.
    pub fn operation(&self) -> String {
        let outline = self.path.outline();
        let path = outline.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }

    /// Calls `see` with every expression in the request.
    pub fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        self.path.visit(see);
        for (_, value) in &self.query {
            value.visit(see);
        }
        for header in &self.headers {
            if let HeaderValue::Lines(lines) = &header.value {
                for line in lines {
                    line.visit(see);
                }
            }
        }
        match &self.body {
            Body::None => {}
            Body::Json(draft) => draft.visit(see),
            Body::Text(template) => template.visit(see),
        }
    }
}
