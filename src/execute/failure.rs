//! Turns an error of the network or of a client into the reason why there is no answer.
//!
//! The clients' own predicates (`is_body`, `is_decode`) do not distinguish a closed connection from broken framing, so
//! the chain of causes is searched and the deepest known cause is used. Details quote only `io`, `rustls` and `hyper`
//! errors: a client's outer error may contain field values and URLs.

mod tls;

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::execute::figure;
use crate::execute::progress::Seen;
use crate::model::exchange::{NoAnswer, NoAnswerKind};
use crate::model::network::Proxy;

/// A reason that passes through a client whose connections our dialer opens.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.detail)]
pub(super) struct Explained(pub(super) NoAnswer);

/// The name of a host could not be resolved. Only the text of the resolver's error is kept: as a cause, the `io::Error`
/// would be mistaken for one of the connection.
#[derive(Debug, thiserror::Error)]
#[error("cannot resolve the host name: {0}")]
pub(super) struct Unresolved(String);

impl Unresolved {
    pub(super) fn because(error: &io::Error) -> Unresolved {
        Unresolved(lower(error))
    }
}

/// Makes the reason.
pub(super) fn no_answer(kind: NoAnswerKind, detail: impl Into<String>) -> NoAnswer {
    NoAnswer {
        kind,
        detail: detail.into(),
        has_begun: false,
        fragment: None,
    }
}

/// The request cannot be sent, or not this way.
pub(super) fn unsendable(detail: impl Into<String>) -> NoAnswer {
    no_answer(NoAnswerKind::Unsendable, detail)
}

/// The time for connecting was up.
pub(super) fn not_connected(limit: Duration) -> NoAnswer {
    no_answer(
        NoAnswerKind::TimedOut,
        format!("no connection within {}", figure::duration(limit)),
    )
}

/// The time for connecting was up, with a proxy on the way.
pub(super) fn not_connected_through(proxy: &Proxy, limit: Duration) -> NoAnswer {
    let limit = figure::duration(limit);
    let detail = format!("no connection within {limit} through the proxy {proxy}");
    no_answer(NoAnswerKind::TimedOut, detail)
}

/// The proxy cannot be reached.
pub(super) fn proxy_unreachable(proxy: &Proxy, reason: &NoAnswer) -> NoAnswer {
    let detail = format!("cannot reach the proxy {proxy}: {}", reason.detail);
    no_answer(NoAnswerKind::Proxy, detail)
}

/// The proxy closed the connection before the tunnel was open.
pub(super) fn proxy_broken(proxy: &Proxy, error: &io::Error) -> NoAnswer {
    let fault = format!("closed or broke the connection: {}", lower(error));
    self::proxy(proxy, &fault)
}

/// The proxy opened no tunnel; `fault` is the reason.
pub(super) fn proxy(proxy: &Proxy, fault: &str) -> NoAnswer {
    no_answer(NoAnswerKind::Proxy, format!("the proxy {proxy} {fault}"))
}

/// A text of the other side, cut, with nothing in it that acts on a terminal.
pub(super) fn printable(text: &str) -> String {
    let shown = text.chars().take(80);
    shown
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The body is larger than `limit` bytes.
pub(super) fn body_too_large(limit: usize) -> NoAnswer {
    no_answer(
        NoAnswerKind::TooLarge,
        format!("body larger than {}", figure::bytes(limit)),
    )
}

/// Explains an error while connecting, TLS included.
pub(super) fn connecting(error: &(dyn Error + 'static), is_secure: bool) -> NoAnswer {
    let fallback = || no_answer(NoAnswerKind::Refused, "cannot connect");
    deepest(error, |cause| connecting_cause(cause, is_secure)).unwrap_or_else(fallback)
}

/// Explains an error on an open connection.
pub(super) fn connected(error: &(dyn Error + 'static), seen: Seen) -> NoAnswer {
    let fallback = || no_answer(NoAnswerKind::Cut, format!("connection failed {seen}"));
    NoAnswer {
        has_begun: seen.has_begun(),
        ..deepest(error, |cause| connected_cause(cause, seen)).unwrap_or_else(fallback)
    }
}

fn connecting_cause(cause: &(dyn Error + 'static), is_secure: bool) -> Option<NoAnswer> {
    if let Some(Explained(reason)) = cause.downcast_ref::<Explained>() {
        return Some(reason.clone());
    }
    if let Some(error) = cause.downcast_ref::<Unresolved>() {
        return Some(no_answer(NoAnswerKind::Unresolved, error.to_string()));
    }
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(tls::explained(error));
    }
    let error = cause.downcast_ref::<io::Error>()?;
    // These happen only once the TCP connection is open, during the handshake.
    let ends_handshake = matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    );
    Some(if is_secure && ends_handshake {
        no_answer(
            NoAnswerKind::Tls,
            format!(
                "connection closed during the TLS handshake: {}",
                lower(error)
            ),
        )
    } else if error.kind() == io::ErrorKind::TimedOut {
        no_answer(NoAnswerKind::TimedOut, lower(error))
    } else {
        no_answer(NoAnswerKind::Refused, lower(error))
    })
}

fn connected_cause(cause: &(dyn Error + 'static), seen: Seen) -> Option<NoAnswer> {
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(tls::explained(error));
    }
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return client_cause(error, seen);
    }
    let error = cause.downcast_ref::<io::Error>()?;
    Some(match error.kind() {
        io::ErrorKind::ConnectionReset => {
            no_answer(NoAnswerKind::Cut, format!("connection reset {seen}"))
        }
        io::ErrorKind::UnexpectedEof => {
            no_answer(NoAnswerKind::Cut, format!("connection closed {seen}"))
        }
        io::ErrorKind::TimedOut => no_answer(NoAnswerKind::TimedOut, lower(error)),
        // How hyper says that a chunk is not well formed.
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            no_answer(NoAnswerKind::NotHttp, lower(error))
        }
        _ => no_answer(
            NoAnswerKind::Cut,
            format!("connection failed {seen}: {}", lower(error)),
        ),
    })
}

fn client_cause(error: &hyper::Error, seen: Seen) -> Option<NoAnswer> {
    if error.is_parse_too_large() {
        let detail = "the head of the answer is larger than the client accepts";
        Some(no_answer(NoAnswerKind::TooLarge, detail))
    } else if error.is_parse() {
        Some(no_answer(NoAnswerKind::NotHttp, unparsed(error)))
    } else if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        Some(no_answer(
            NoAnswerKind::Cut,
            format!("connection closed {seen}"),
        ))
    } else if error.is_user() {
        Some(unsendable(lower(error)))
    } else {
        None
    }
}

/// Why a client could not parse an answer. It does not say which header line is at fault; the raw transport does.
fn unparsed(error: &hyper::Error) -> String {
    let text = lower(error);
    if text.contains("invalid HTTP header") {
        "a header line is folded onto the next (RFC 9112 section 5.2) or has a character that is not allowed; \
         `transport: raw` names the line"
            .to_owned()
    } else {
        text
    }
}

/// Explains the deepest known cause in the chain.
fn deepest(
    error: &(dyn Error + 'static),
    explain: impl Fn(&(dyn Error + 'static)) -> Option<NoAnswer>,
) -> Option<NoAnswer> {
    let mut explained = None;
    let mut next = Some(error);
    while let Some(cause) = next {
        explained = explain(cause).or(explained);
        next = match cause.downcast_ref::<io::Error>() {
            // `source` of an `io::Error` leaves out the error that it wraps.
            Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => cause.source(),
        };
    }
    explained
}

/// The text of an error on one line, its first letter in lower case unless it begins an acronym.
fn lower(error: &dyn Error) -> String {
    let text: String = error
        .to_string()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn os(code: i32) -> io::Error {
        io::Error::from_raw_os_error(code)
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_refused_connection_says_so_with_the_code() {
        let refused = connecting(&os(111), false);
        assert_eq!(refused.kind, NoAnswerKind::Refused);
        assert_eq!(refused.detail, "connection refused (os error 111)");
    }

    #[test]
    fn a_name_is_unresolved_wherever_it_stands_in_the_chain() {
        let cause = Unresolved::because(&io::Error::other("Name or service not known"));
        let unresolved = connecting(&io::Error::other(cause), false);
        assert_eq!(unresolved.kind, NoAnswerKind::Unresolved);
        assert_eq!(
            unresolved.detail,
            "cannot resolve the host name: name or service not known"
        );
    }

    #[test]
    fn the_error_that_an_io_error_wraps_is_found() {
        let inner = rustls::Error::General("no".to_owned());
        let error = io::Error::new(io::ErrorKind::InvalidData, inner);
        assert_eq!(connecting(&error, true).kind, NoAnswerKind::Tls);
        assert_eq!(connected(&error, Seen::NoHead).kind, NoAnswerKind::Tls);
    }

    #[test]
    fn the_end_of_the_connection_in_a_handshake_is_a_matter_of_tls() {
        let error = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert_eq!(connecting(&error, true).kind, NoAnswerKind::Tls);
    }

    #[test]
    fn a_cut_connection_says_how_far_the_answer_came() {
        let error = io::Error::from(io::ErrorKind::ConnectionReset);
        let cut = connected(&error, Seen::Body(12));
        assert_eq!(cut.kind, NoAnswerKind::Cut);
        assert_eq!(cut.detail, "connection reset after 12 bytes of the body");
        assert!(cut.has_begun);
        assert!(!connected(&error, Seen::NoHead).has_begun);
    }
}
