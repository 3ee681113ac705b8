//! A request as a case states it, before fixtures and captures are filled in.

use crate::json::schema::SchemaId;
use crate::model::body::Body;
use crate::model::sent_body::Framing;
use crate::model::source::Span;
use crate::model::template::{Draft, Expression, Template};

/// How a request is sent. Each transport supports everything that the ones before it support.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// A pooled HTTP client: keep-alive, HTTP/1.1 or 2.
    Normal,
    /// One HTTP/1.1 connection that adds no header except `Host`.
    Exact,
    /// A plain socket: every byte is sent as written, and every byte of the response is seen.
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
    /// The path below the base URL of the service; values in it are percent-encoded.
    pub path: Template,
    /// The capture with the URL, absolute or relative, that the request is sent to; `path` is then only this capture.
    pub link: Option<String>,
    /// The most redirects that are followed; 0 follows none.
    pub follow: usize,
    /// The service that it is sent to.
    pub service: String,
    /// The full name of the identity, or `None` for no credentials.
    pub identity: Option<String>,
    /// Query parameters in order; an array value is the parameter repeated.
    pub query: Vec<(String, Draft)>,
    /// Header fields in order.
    pub headers: Vec<HeaderLine>,
    /// The body.
    pub body: Body,
    /// How the body is framed and when it is sent.
    pub framing: Framing,
    /// Whether its path, query or header fields contain facts about the body.
    pub states_body: bool,
    /// The schema of a legal body. Checked when the suite is loaded, not when the request is sent.
    pub schema: Option<SchemaId>,
    /// Why the body is illegal; `None` for a legal one.
    pub illegal: Option<String>,
    /// How it is sent: as the case says, or by the first transport that supports it.
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
    /// Do not send it, although a client would.
    Omit,
}

impl Request {
    /// Method and path without query, with `{}` for values: `POST /users/{}/seats`. A request to a captured URL has the
    /// name of the capture: `PUT {location}`.
    pub fn operation(&self) -> String {
        if let Some(capture) = &self.link {
            return format!("{} {{{capture}}}", self.method);
        }
        let outline = self.path.outline();
        let path = outline.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }

    /// Calls `see` with the expression of each hole in the request.
    pub fn visit_holes<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        self.path.visit_holes(see);
        for (_, value) in &self.query {
            value.visit_holes(see);
        }
        for header in &self.headers {
            if let HeaderValue::Lines(lines) = &header.value {
                for line in lines {
                    line.visit_holes(see);
                }
            }
        }
        self.body.visit_holes(see);
    }
}
