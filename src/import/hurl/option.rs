//! The section `[Options]` of an entry.

use crate::import::hurl::cursor::Cursor;
use crate::import::hurl::entry::EntryReader;
use crate::import::hurl::line::is_pair;
use crate::import::traffic::{Credential, Variable};
use crate::model::Span;

impl EntryReader<'_> {
    pub(super) fn options(&mut self, cursor: &mut Cursor<'_>) {
        while is_pair(cursor) {
            let span = cursor.name_span();
            let Some(name) = cursor.key() else {
                cursor.next_line();
                continue;
            };
            let value = cursor.value();
            self.option(cursor, &name, &value, span);
            cursor.next_line();
        }
    }

    #[expect(clippy::match_same_arms, reason = "each option has its line")]
    fn option(&mut self, cursor: &mut Cursor<'_>, name: &str, value: &str, span: Span) {
        let is_true = value == "true";
        match name {
            "location" if is_true => self.call.follow = Some(self.call.follow.unwrap_or(20)),
            "location" => {}
            "max-redirs" => {
                self.call.follow = value
                    .parse()
                    .ok()
                    .map(|most: u32| most.min(20))
                    .or(self.call.follow);
            }
            "retry" => {
                let count = value
                    .parse::<u64>()
                    .ok()
                    .map_or(600, |count| count.min(600));
                self.retry = Some((count, self.retry.map_or(1000, |(_, interval)| interval)));
            }
            "retry-interval" => {
                let interval = milliseconds(value).unwrap_or(1000);
                self.retry = Some((self.retry.map_or(0, |(count, _)| count), interval));
            }
            "max-time" => {
                self.call.timeout = milliseconds(value)
                    .filter(|time| (1..=3_600_000).contains(time))
                    .map(|time| format!("{time}ms"));
            }
            "skip" => self.is_skipped = is_true,
            "user" => {
                let (user, password) = value.split_once(':').unwrap_or((value, ""));
                self.call.credential = Some(Credential::Basic {
                    user: user.to_owned(),
                    password: password.to_owned(),
                });
            }
            "header" => {
                if let Some((name, value)) = value.split_once(':') {
                    self.call
                        .headers
                        .push((name.trim().to_owned(), value.trim().to_owned()));
                }
            }
            "variable" => {
                if let Some((name, value)) = value.split_once('=') {
                    self.variables.push(Variable {
                        name: name.trim().to_owned(),
                        value: Some(value.trim().trim_matches('"').to_owned()),
                        is_secret: false,
                        span: Some(span),
                    });
                }
            }
            "compressed" | "verbose" | "very-verbose" | "verbosity" | "output" | "path-as-is"
            | "ipv4" | "ipv6" | "connect-timeout" | "limit-rate" => {}
            "http1.0" | "http1.1" | "http2" | "http3" => {
                if value != "false" {
                    cursor.warn(
                        span,
                        "the HTTP version is not imported",
                        "`network: { http: ... }` of a target chooses it",
                    );
                }
            }
            "delay" => cursor.warn(
                span,
                "the option is not imported",
                "the request is sent at once: `eventually` of a step repeats it until the answer is right",
            ),
            "insecure" | "cacert" | "cert" | "key" | "proxy" | "resolve" | "connect-to"
            | "unix-socket" | "pinnedpubkey" | "netrc" | "netrc-file" | "netrc-optional" => {
                cursor.warn(
                    span,
                    "the option is about the connection, and not imported",
                    "write it into the target file, under `network`",
                );
            }
            _ => cursor.warn(
                span,
                "the option is not imported",
                "is the case still what the entry does?",
            ),
        }
    }
}

/// `2s`, `100ms`, `100`.
fn milliseconds(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "" | "ms" => Some(number),
        "s" => number.checked_mul(1000),
        "m" => number.checked_mul(60_000),
        _ => None,
    }
}
