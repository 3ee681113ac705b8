//! Credentials that a target sends: the values of cookies, and of other header fields that are never shown.
//!
//! The case that receives one shows it in no text, from the moment on when the answer is there. The redactor of the run
//! remembers those that are in no other text by chance, for the texts of other cases.

use std::borrow::Cow;

use crate::engine::Engine;
use crate::engine::cookies::Cookies;
use crate::engine::step::StepOutcome;
use crate::model::{Case, Exchange, Response};
use crate::redact::headers::{NOT_SHOWN, SENSITIVE};
use crate::redact::{Found, Redactor, is_unlikely_by_chance, is_unlikely_elsewhere};

impl Engine {
    /// Takes note of the credentials in the answers, unless the case file names them.
    pub(super) fn note_received(&self, case: &Case, exchange: &Exchange, cookies: &Cookies) {
        for response in exchange.all_received() {
            for name in SENSITIVE {
                for line in lines(response, name) {
                    for value in values(name, &line) {
                        self.note_credential(case, value, is_unlikely_elsewhere, cookies);
                    }
                }
            }
        }
    }

    /// Takes note of one credential, as it is and as what it may stand for: without quotes and percent-encoding. The run
    /// remembers it if it is no part of other texts by chance.
    pub(super) fn note_credential(
        &self,
        case: &Case,
        value: &str,
        is_for_others: fn(&str) -> bool,
        cookies: &Cookies,
    ) {
        let unquoted = value.trim_matches('"');
        let decoded = decoded(unquoted);
        for value in [unquoted, &decoded] {
            if value == NOT_SHOWN || !is_unlikely_by_chance(value) || self.is_named(case, value) {
                continue;
            }
            cookies.hide(value);
            if is_for_others(value) {
                self.redactor.receive(value);
            }
        }
    }

    /// Is a value written in the file of the case, or a fixture of the target? It is no secret then.
    fn is_named(&self, case: &Case, value: &str) -> bool {
        let text = self.suite.sources.text(case.span.file);
        let mut fixtures = self.target.fixtures.values();
        text.contains(value) || fixtures.any(|fixture| fixture.as_str() == Some(value))
    }

    /// A redactor for the texts of a case: it knows the credentials that the case has received, and those of other
    /// cases that are in what these steps sent and received.
    pub(super) fn redactor_of<'s>(
        &self,
        steps: impl Iterator<Item = &'s StepOutcome> + Clone,
        cookies: &Cookies,
    ) -> Redactor {
        let mut found = cookies.secrets();
        for step in steps {
            found.add(self.received_in(&step.exchange));
        }
        self.redactor.also(found)
    }

    /// The credentials of other cases that are in the texts of an exchange.
    pub(super) fn received_in(&self, exchange: &Exchange) -> Found {
        let mut found = Found::default();
        self.each_text(exchange, &mut |text| {
            found.add(self.redactor.received_in(text));
        });
        found
    }

    /// The texts of an exchange that a report may show.
    fn each_text(&self, exchange: &Exchange, visit: &mut dyn FnMut(&str)) {
        if !self.redactor.has_news() {
            return;
        }
        visit(&exchange.request.url);
        for (_, value) in &exchange.request.headers {
            visit(value);
        }
        if let Some(body) = &exchange.request.body {
            visit(&String::from_utf8_lossy(&body.beginning(SEARCHED)));
        }
        for hop in &exchange.hops {
            visit(&hop.location);
            if let Some(url) = &hop.url {
                visit(url);
            }
        }
        for response in exchange.all_received() {
            visit(&response.reason);
            for (_, value) in &response.headers {
                visit(&String::from_utf8_lossy(value));
            }
            visit(&String::from_utf8_lossy(&response.body));
            visit(&String::from_utf8_lossy(&response.trailing));
        }
        if let Err(no_answer) = &exchange.answer {
            visit(&no_answer.detail);
        }
    }
}

/// The most bytes of the body of a request that are searched.
const SEARCHED: usize = 16 << 20;

/// The lines of a field of an answer.
pub(super) fn lines(response: &Response, name: &str) -> Vec<String> {
    let lines = response.header_values(name);
    lines
        .map(|line| String::from_utf8_lossy(line).trim().to_owned())
        .collect()
}

/// The parts of a field that say who somebody is: not the name of a cookie, its attributes, or a scheme.
pub(super) fn values<'l>(name: &str, line: &'l str) -> Vec<&'l str> {
    let value_of = |pair: &'l str| pair.split_once('=').map_or(pair, |(_, value)| value);
    let values: Vec<&str> = match name.to_ascii_lowercase().as_str() {
        "set-cookie" => line.split(';').take(1).map(value_of).collect(),
        "cookie" => line.split(';').map(value_of).collect(),
        "authorization" | "proxy-authorization" => {
            vec![line.split_once(' ').map_or(line, |(_, value)| value)]
        }
        _ => vec![line],
    };
    let values = values.into_iter().map(str::trim);
    values.filter(|value| !value.is_empty()).collect()
}

/// The text with its percent-encoded bytes decoded: some servers encode the values of cookies, and use them decoded.
fn decoded(value: &str) -> Cow<'_, str> {
    if !value.contains('%') {
        return Cow::Borrowed(value);
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%');
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(value), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoded_bytes_are_decoded() {
        assert_eq!(decoded("s%3Aabc.%2f"), "s:abc./");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
        assert_eq!(decoded("%ff"), "%ff");
        assert_eq!(decoded("%+1"), "%+1");
    }
}
