//! Chooses the transport of a request: the one that the case names, or the first that supports what it needs.

use crate::load::format::RequestFormat;
use crate::load::headers::PlacedHeader;
use crate::load::names::CaseReader;
use crate::load::need::Need;
use crate::load::node::Node;
use crate::load::record::reject;
use crate::load::scalars::is_token;
use crate::model::{Body, Diagnostic, HeaderValue, Part, Template, Transport};

/// The transport that the case names, or the first that supports all needs.
pub(super) fn choose(
    reader: &mut CaseReader<'_>,
    layers: &[&RequestFormat<'_>],
    needs: &[Need],
) -> Transport {
    let least = needs
        .iter()
        .map(|need| need.least)
        .max()
        .unwrap_or(Transport::Normal);
    let Some(written) = layers.iter().rev().find_map(|layer| layer.transport) else {
        return least;
    };
    let chosen = match written.as_text() {
        Some("normal") => Transport::Normal,
        Some("exact") => Transport::Exact,
        Some("raw") => Transport::Raw,
        text => {
            reject(written, reader.diagnostics, || {
                let found = written.describe();
                let message = format!("expected `normal`, `exact` or `raw`, found {found}");
                Diagnostic::error("case/transport", written.span, message)
                    .suggest(text.unwrap_or(""), ["normal", "exact", "raw"])
            });
            return least;
        }
    };
    for need in needs.iter().filter(|need| need.least > chosen) {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/transport-cannot",
                written.span,
                format!("the {} transport cannot {}", chosen.name(), need.what),
            )
            .also(need.span, "needed here")
            .help(format!(
                "write `transport: {}`, or remove `transport`",
                need.least.name()
            )),
        );
    }
    chosen
}

/// Whether the case names the raw transport, which sends a path as written.
pub(super) fn is_raw_written(layers: &[&RequestFormat<'_>]) -> bool {
    let written = layers.iter().rev().find_map(|layer| layer.transport);
    written.and_then(Node::as_text) == Some("raw")
}

/// What the literal text of a path needs of the transport.
pub(super) fn path_needs(path: &Template) -> Vec<Need> {
    let span = path.span;
    let literal: String = path
        .parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Hole(_) => "x",
        })
        .collect();
    let mut needs = Vec::new();
    let is_dot = |segment: &str| {
        matches!(
            segment.to_ascii_lowercase().replace("%2e", ".").as_str(),
            "." | ".."
        )
    };
    let path_only = literal.split('?').next().unwrap_or("");
    if path_only.split('/').any(is_dot) {
        needs.push(Need {
            least: Transport::Exact,
            what: "keep `.` and `..` in a path".into(),
            span,
        });
    }
    for (characters, least) in [
        (is_exact as fn(char) -> bool, Transport::Exact),
        (is_raw, Transport::Raw),
    ] {
        if let Some(found) = literal.chars().find(|c| characters(*c)) {
            needs.push(Need {
                least,
                what: format!("send `{}` in a path unencoded", found.escape_debug()),
                span,
            });
        }
    }
    needs
}

/// Characters that a client would encode, and that HTTP libraries still let through.
fn is_exact(c: char) -> bool {
    "\"{}\\'".contains(c)
}

/// Characters that no HTTP library sends in a path.
fn is_raw(c: char) -> bool {
    "<>`^|".contains(c)
}

/// What the header fields need of the transport.
pub(super) fn header_needs(headers: &[PlacedHeader], body: &Body, method: &str) -> Vec<Need> {
    let mut needs = Vec::new();
    for (line, span) in headers {
        let need = |least, what: String| Need {
            least,
            what,
            span: *span,
        };
        let name = line.name.to_ascii_lowercase();
        if !is_token(&line.name) {
            needs.push(need(
                Transport::Raw,
                format!("send a header named `{}`", line.name),
            ));
            continue;
        }
        match (&line.value, name.as_str()) {
            (HeaderValue::Omit, "accept") => {
                needs.push(need(Transport::Exact, "omit `Accept`".into()));
            }
            (HeaderValue::Omit, "host") => {
                needs.push(need(Transport::Raw, "omit `Host`".into()));
            }
            (HeaderValue::Omit, "content-length") if !matches!(body, Body::None) => {
                needs.push(need(
                    Transport::Raw,
                    "send a body without `Content-Length`".into(),
                ));
            }
            (HeaderValue::Lines(lines), "content-length") => {
                let is_plain_zero = matches!(body, Body::None)
                    && matches!(lines.as_slice(), [one] if one.as_literal() == Some("0"));
                if !is_plain_zero || !sends_length(method) {
                    needs.push(need(
                        Transport::Raw,
                        "send an explicit `Content-Length`".into(),
                    ));
                }
            }
            (HeaderValue::Lines(_), "transfer-encoding" | "connection") => {
                needs.push(need(
                    Transport::Raw,
                    format!("send an explicit `{}`", line.name),
                ));
            }
            (HeaderValue::Lines(lines), "host") if lines.len() > 1 => {
                needs.push(need(Transport::Raw, "send `Host` twice".into()));
            }
            _ => {}
        }
    }
    needs
}

/// Methods whose requests send `Content-Length: 0` when they have no body (RFC 9110 section 8.6).
fn sends_length(method: &str) -> bool {
    matches!(method, "POST" | "PUT" | "PATCH")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::testing::{case, cases};

    fn needed(request: &str) -> Transport {
        let case = case(&format!("    request: {request}"));
        case.steps[0].request.transport
    }

    #[test]
    fn the_first_transport_that_supports_the_request_is_chosen() {
        for (text, least) in [
            ("{ GET: /a }", Transport::Normal),
            (
                "{ GET: /a, headers: { User-Agent: <omit> } }",
                Transport::Normal,
            ),
            ("{ GET: /a, headers: { Accept: <omit> } }", Transport::Exact),
            ("{ GET: /a/../b }", Transport::Exact),
            ("{ GET: /a/%2E%2e/b }", Transport::Exact),
            ("{ GET: \"/a?x=../b\" }", Transport::Normal),
            ("{ GET: /ä b }", Transport::Normal),
            ("{ GET: \"/{a}\" }", Transport::Exact),
            ("{ GET: /a^b }", Transport::Raw),
            ("{ GET: \"/${fixture.user}\" }", Transport::Normal),
            ("{ GET: /a, headers: { Host: <omit> } }", Transport::Raw),
            ("{ GET: /a, headers: { Host: [a, b] } }", Transport::Raw),
            ("{ GET: /a, headers: { \"X Y\": a } }", Transport::Raw),
            (
                "{ GET: /a, headers: { Content-Length: \"0\" } }",
                Transport::Raw,
            ),
            (
                "{ POST: /a, headers: { Content-Length: \"0\" } }",
                Transport::Normal,
            ),
            (
                "{ POST: /a, headers: { Content-Length: \"1\" } }",
                Transport::Raw,
            ),
            (
                "{ POST: /a, text: b, headers: { Content-Length: <omit> } }",
                Transport::Raw,
            ),
            (
                "{ POST: /a, text: b, headers: { Transfer-Encoding: chunked } }",
                Transport::Raw,
            ),
            ("{ GET: /a, transport: raw }", Transport::Raw),
        ] {
            assert_eq!(needed(text), least, "{text}");
        }
    }

    #[test]
    fn the_needs_of_checks_choose_the_transport_too() {
        let cases = cases(
            "cases: [{ id: a, request: { GET: / }, expect: [{ proves: [DEMO-01], status: 204, body: <empty> }] }]",
        );
        assert_eq!(cases[0].steps[0].request.transport, Transport::Raw);
    }
}
