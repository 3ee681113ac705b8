//! Status lines and fields.

use super::FOREVER;
use crate::answer::Outcome::{Fails, Met, Unheard};
use crate::answer::{
    Answer, BODY, and, and_repeat, answer, body, fails, forgiven, met, put_off, say, unheard, with,
};
use crate::support::script::Act;

/// A whole answer with this status line.
fn began(line: &str) -> Vec<Act> {
    let fields = "Content-Type: application/json\r\nContent-Length: 11";
    say(format!("{line}\r\n{fields}\r\n\r\n{BODY}"))
}

/// A whole answer with these bytes as one more field.
fn field(bytes: &[u8]) -> Vec<Act> {
    let before = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let after = format!("\r\nContent-Length: 11\r\n\r\n{BODY}");
    say([before, bytes, after.as_bytes()].concat())
}

pub(super) fn answers() -> Vec<Answer> {
    vec![
        unheard(
            "text-before-the-status-line",
            began("Warning: division by zero\r\nHTTP/1.1 200 OK"),
            "not-http",
        ),
        unheard("status-000", began("HTTP/1.1 000 No"), "not-http"),
        unheard("status-099", began("HTTP/1.1 099 No"), "not-http"),
        fails("status-999", began("HTTP/1.1 999 No"), "status"),
        unheard("status-of-two-digits", began("HTTP/1.1 20 OK"), "not-http"),
        unheard(
            "status-of-four-digits",
            began("HTTP/1.1 2000 OK"),
            "not-http",
        ),
        unheard("status-in-words", began("HTTP/1.1 OK"), "not-http"),
        unheard("version-2-in-text", began("HTTP/2 200"), "not-http"),
        unheard("version-1.2", began("HTTP/1.2 200 OK"), "not-http"),
        unheard(
            "version-in-lower-case",
            began("http/1.1 200 OK"),
            "not-http",
        ),
        unheard(
            "an-escape-in-the-reason",
            began("HTTP/1.1 200 \x1b[2J\x1b]0;owned\x07"),
            "not-http",
        ),
        // Clients skip what RFC 9112 section 2.2 lets a server skip.
        forgiven(
            "empty-lines-before-the-status-line",
            began("\r\n\r\nHTTP/1.1 200 OK"),
        ),
        // RFC 9112 section 4 wants the space; many servers leave it out.
        forgiven("no-space-after-the-status", began("HTTP/1.1 200")),
        // RFC 9112 section 2.2 lets a recipient take a bare LF for the end of a line.
        forgiven(
            "lines-that-end-with-lf",
            say(format!(
                "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 11\n\n{BODY}"
            )),
        ),
        answer(
            "lines-that-end-with-cr",
            say(format!("HTTP/1.1 200 OK\rContent-Length: 11\r\r{BODY}")),
            [Unheard("not-http"), Unheard("not-http"), Unheard("cut")],
        ),
        unheard("a-field-without-a-colon", field(b"no colon"), "not-http"),
        unheard("a-field-without-a-name", field(b": x"), "not-http"),
        unheard("a-space-before-the-colon", field(b"X-A : x"), "not-http"),
        unheard("a-folded-field", field(b"X-A: x\r\n y"), "not-http"),
        unheard("nul-in-a-field", field(b"X-A: a\0b"), "not-http"),
        unheard(
            "an-escape-in-a-field",
            field(b"X-A: \x1b[31mred"),
            "not-http",
        ),
        unheard("latin-1-in-a-name", field(b"X-\xc4: a"), "not-http"),
        met("latin-1-in-a-value", field(b"X-A: gr\xfcn")),
        met(
            "bidi-in-a-value",
            field("X-A: \u{202e}gpj\u{9b}2J".as_bytes()),
        ),
        unheard(
            "a-head-without-end",
            and_repeat(say("HTTP/1.1 200 OK\r\n"), "X: y\r\n", FOREVER),
            "too-large",
        ),
        unheard(
            "a-hundred-thousand-fields",
            {
                let many = and_repeat(say("HTTP/1.1 200 OK\r\n"), "X: y\r\n", 100_000);
                and(
                    many,
                    Act::Say(format!("Content-Length: 11\r\n\r\n{BODY}").into()),
                )
            },
            "too-large",
        ),
        unheard(
            "a-field-of-100-mb",
            {
                let large = and_repeat(say("HTTP/1.1 200 OK\r\nX: "), [b'y'; 1000], 100_000);
                and(
                    large,
                    Act::Say(format!("\r\nContent-Length: 11\r\n\r\n{BODY}").into()),
                )
            },
            "too-large",
        ),
        unheard(
            "a-status-line-without-end",
            and_repeat(say("HTTP/1.1 200 "), "so good ", FOREVER),
            "too-large",
        ),
        met("fifty-cookies", {
            let cookie = format!("Set-Cookie: a={}\r\n", "x".repeat(1000));
            with(
                200,
                &format!("Content-Type: application/json\r\n{}", cookie.repeat(50)),
                BODY,
            )
        }),
        unheard(
            "ten-thousand-cookies",
            {
                let cookie = format!("Set-Cookie: a={}; Domain=example.com\r\n", "x".repeat(1000));
                and_repeat(say("HTTP/1.1 200 OK\r\n"), cookie, 10_000)
            },
            "too-large",
        ),
        answer(
            "interim-answers-for-ever",
            and_repeat(Vec::new(), "HTTP/1.1 100 Continue\r\n\r\n", FOREVER),
            [
                Unheard("timed-out"),
                Unheard("not-http"),
                Unheard("not-http"),
            ],
        )
        .lasting(),
        answer(
            "hints-for-ever",
            and_repeat(
                Vec::new(),
                "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n",
                FOREVER,
            ),
            [
                Unheard("timed-out"),
                Unheard("not-http"),
                Unheard("not-http"),
            ],
        )
        .lasting(),
        unheard(
            "an-interim-answer-alone",
            say("HTTP/1.1 100 Continue\r\n\r\n"),
            "cut",
        ),
        fails(
            "switches-protocols",
            say("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx"),
            "status",
        ),
        fails(
            "no-content-with-a-body",
            with(204, "Content-Type: application/json\r\n", BODY),
            "status",
        ),
        fails(
            "not-modified-unasked",
            with(304, "ETag: x\r\n", ""),
            "status",
        ),
        put_off(
            "too-many-requests-for-ever",
            with(429, "Retry-After: 0\r\n", "{}"),
        ),
        put_off(
            "come-again-in-a-thousand-years",
            with(503, "Retry-After: 99999999999\r\n", "{}"),
        ),
        put_off(
            "come-again-sometime",
            with(503, "Retry-After: \u{e9}ventually\r\n", "{}"),
        ),
        fails(
            "a-redirect-to-itself",
            with(302, "Location: /hostile\r\n", ""),
            "status",
        ),
        fails(
            "a-redirect-to-a-script",
            with(301, "Location: javascript:alert(1)\r\n", ""),
            "status",
        ),
        fails(
            "a-page-instead-of-json",
            with(200, "Content-Type: text/html\r\n", "<html>"),
            "media-type",
        ),
        fails("no-content-type", with(200, "", BODY), "header"),
        fails(
            "two-content-types",
            with(
                200,
                "Content-Type: application/json\r\nContent-Type: text/html\r\n",
                BODY,
            ),
            "header",
        ),
        fails(
            "a-content-type-that-is-none",
            with(200, "Content-Type: ;;/=\r\n", BODY),
            "media-type",
        ),
        // The field that is asked for, three hundred times.
        answer(
            "one-field-three-hundred-times",
            {
                let fields = "X-A: b\r\n".repeat(300);
                with(
                    200,
                    &format!("Content-Type: application/json\r\n{fields}"),
                    BODY,
                )
            },
            [Unheard("too-large"), Fails("header"), Fails("header")],
        )
        .checked("status: 200, headers: { X-A: b }"),
        answer("answered-as-http-1.0", began("HTTP/1.0 200 OK"), [Met; 3]),
        fails("an-answer-to-nobody", body(r#"{"ok":false}"#), "value"),
    ]
}
