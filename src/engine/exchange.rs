//! An exchange for people: credentials as placeholders, bodies cut, a curl line beside it.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::redact::Redactor;
use crate::model::{
    BodyReport, Exchange, ExchangeReport, NoAnswerReport, Response, ResponseReport, SentRequest,
    Transport,
};
use crate::report::printable::printable;

/// How many octets of a body stand in a report.
const BODY_LIMIT: usize = 64 << 10;
/// How many header fields stand in a report, and how many characters of each value.
const HEADER_LIMIT: usize = 200;
const HEADER_VALUE_LIMIT: usize = 8 << 10;

/// Headers that carry credentials whoever sent them.
pub(super) const SENSITIVE: [&str; 5] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
];

/// The exchange as it stands in a report. Secrets go out before anything is cut, so that no half of one stays.
pub(crate) fn exchange_report(
    exchange: &Exchange,
    identity: Option<&str>,
    redactor: &Redactor,
) -> ExchangeReport {
    let request = &exchange.request;
    let identity = identity.unwrap_or("credentials");
    let is_secret = |name: &str| {
        let name = name.to_ascii_lowercase();
        request.credentials.contains(&name) || SENSITIVE.contains(&name.as_str())
    };
    let request_headers = request
        .headers
        .iter()
        .map(|(name, value)| {
            if is_secret(name) {
                (name.clone(), format!("[{identity}]"))
            } else {
                (name.clone(), redactor.redact(value).into_owned())
            }
        })
        .collect();
    let (response, no_answer) = match &exchange.answer {
        Ok(response) => (Some(response_report(response, redactor)), None),
        Err(no_answer) => (
            None,
            Some(NoAnswerReport {
                kind: no_answer.kind.name().into(),
                detail: redactor.redact(&no_answer.detail).into_owned(),
            }),
        ),
    };
    ExchangeReport {
        transport: request.transport.name().into(),
        method: request.method.clone(),
        url: redactor.redact(&request.url).into_owned(),
        request_headers,
        request_body: request
            .body
            .as_deref()
            .and_then(|body| body_report(body, redactor)),
        curl: curl(request, identity, &is_secret, redactor),
        response,
        no_answer,
    }
}

fn response_report(response: &Response, redactor: &Redactor) -> ResponseReport {
    let headers = response
        .headers
        .iter()
        .take(HEADER_LIMIT)
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value);
            let shown = if SENSITIVE.contains(&name.to_ascii_lowercase().as_str()) {
                "[not shown]".to_owned()
            } else {
                let value = redactor.redact(&value);
                crate::model::finding::short_text(&value, HEADER_VALUE_LIMIT)
            };
            (name.clone(), shown)
        });
    ResponseReport {
        version: response.version.clone(),
        status: response.status,
        reason: response.reason.clone(),
        headers: headers.collect(),
        body: body_report(&response.body, redactor),
        trailing: body_report(&response.trailing, redactor)
            .map_or_else(String::new, |body| body.text),
    }
}

fn body_report(octets: &[u8], redactor: &Redactor) -> Option<BodyReport> {
    if octets.is_empty() {
        return None;
    }
    let text = String::from_utf8_lossy(octets);
    let text = redactor.redact(&text);
    let mut end = text.len().min(BODY_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Some(BodyReport {
        truncated: end < text.len(),
        text: text[..end].to_owned(),
        octets: octets.len(),
    })
}

/// A command that sends the same request; credentials are shell variables named after the identity.
/// Secrets go out of each word before it is quoted: quoting would spell some of them differently.
fn curl(
    request: &SentRequest,
    identity: &str,
    is_secret: &dyn Fn(&str) -> bool,
    redactor: &Redactor,
) -> String {
    // Writing to a string cannot fail: what `write!` gives is dropped below.
    let word = |text: &str| quoted(&redactor.redact(text));
    let variable: String = identity
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    let mut command = format!("curl -sS -i -X {}", quoted(&request.method));
    if request.url.contains(['[', ']', '{', '}']) {
        command.push_str(" --globoff");
    }
    if request.target.contains("/.") {
        command.push_str(" --path-as-is");
    }
    for (name, value) in &request.headers {
        let lower = name.to_ascii_lowercase();
        if lower == "content-length" || lower == "host" {
            continue;
        }
        if is_secret(name) {
            let several = request.credentials.len() > 1;
            let field: String = lower
                .chars()
                .map(|c| {
                    if c.is_ascii_alphanumeric() {
                        c.to_ascii_uppercase()
                    } else {
                        '_'
                    }
                })
                .collect();
            let variable = if several {
                format!("{variable}_{field}")
            } else {
                variable.clone()
            };
            let _ = write!(command, " -H \"{name}: ${variable}\"");
        } else {
            let _ = write!(command, " -H {}", word(&format!("{name}: {value}")));
        }
    }
    for name in &request.omitted {
        let _ = write!(command, " -H {}", quoted(&format!("{name}:")));
    }
    let says = |wanted: &str| {
        let mut names = request.headers.iter().map(|(name, _)| name);
        names.any(|name| name.eq_ignore_ascii_case(wanted))
            || request.omitted.iter().any(|name| name == wanted)
    };
    // What curl would add by itself, and the request did not have.
    let has_data = request.body.is_some() || sends_length(&request.method);
    if has_data && !says("content-type") {
        command.push_str(" -H Content-Type:");
    }
    if request.transport != Transport::Normal && !says("accept") {
        command.push_str(" -H Accept:");
    }
    if let Some(body) = &request.body {
        let text = String::from_utf8_lossy(body);
        if text.len() > 4096 {
            command.push_str(" --data-binary @body.json");
        } else {
            let _ = write!(command, " --data-binary {}", word(&text));
        }
    } else if sends_length(&request.method) {
        command.push_str(" -d ''");
    }
    command.push(' ');
    command.push_str(&word(&request.url));
    command
}

/// Does a request of this method say how long its body is even when it has none? (RFC 9110 section 8.6)
fn sends_length(method: &str) -> bool {
    matches!(method, "POST" | "PUT" | "PATCH")
}

/// A word for a shell: as it is, in quotes, or as `$'...'` where a terminal would act on a character.
/// The last is known to bash, zsh and ksh, and is the only one that survives being copied.
fn quoted(text: &str) -> String {
    let is_plain = !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(&b));
    if is_plain {
        return text.to_owned();
    }
    if let Cow::Borrowed(_) = printable(text) {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    let mut word = String::from("$'");
    for character in text.chars() {
        match character {
            '\'' => word.push_str("\\'"),
            '\\' => word.push_str("\\\\"),
            '\n' => word.push_str("\\n"),
            '\r' => word.push_str("\\r"),
            '\t' => word.push_str("\\t"),
            other => {
                let mut buffer = [0; 4];
                let octets = other.encode_utf8(&mut buffer);
                if let Cow::Borrowed(_) = printable(octets) {
                    word.push(other);
                    continue;
                }
                for octet in octets.bytes() {
                    // Three octal digits: what follows cannot be taken for a part of them.
                    let _ = write!(word, "\\{octet:03o}");
                }
            }
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("a/b"), "a/b");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("é {}"), "'é {}'");
    }

    #[test]
    fn what_a_terminal_would_act_on_is_escaped_in_a_word() {
        assert_eq!(quoted("a\nb'c\\"), "$'a\\nb\\'c\\\\'");
        assert_eq!(quoted("\u{1b}[31m7"), "$'\\033[31m7'");
        assert_eq!(quoted("\u{85}1"), "$'\\302\\2051'");
    }
}
