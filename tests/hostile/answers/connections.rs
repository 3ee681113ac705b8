//! Connections that go wrong, and other protocols.

use super::FOREVER;
use crate::answer::{Answer, BODY, and, and_repeat, body, framed, say, unheard};
use crate::support::script::Act;

pub(super) fn answers() -> Vec<Answer> {
    let whole = format!("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{BODY}");
    vec![
        unheard("says-nothing", vec![Act::Silence], "timed-out").lasting(),
        unheard(
            "a-byte-at-a-time",
            vec![Act::Trickle(whole.repeat(9).into())],
            "timed-out",
        )
        .lasting(),
        unheard(
            "a-body-a-byte-at-a-time",
            and(
                framed("Content-Length: 999\r\n", ""),
                Act::Trickle(vec![b' '; 999]),
            ),
            "timed-out",
        )
        .lasting(),
        unheard(
            "stops-in-the-head",
            and(say("HTTP/1.1 200 OK\r\nX: "), Act::Silence),
            "timed-out",
        )
        .lasting(),
        unheard(
            "stops-in-the-body",
            and(framed("Content-Length: 11\r\n", "{"), Act::Silence),
            "timed-out",
        )
        .lasting(),
        unheard("closes-at-once", Vec::new(), "cut"),
        unheard("closes-in-the-status-line", say("HTTP/1.1 2"), "cut"),
        unheard("closes-in-the-head", say("HTTP/1.1 200 OK\r\nX: "), "cut"),
        unheard(
            "closes-before-the-body",
            framed("Content-Length: 11\r\n", ""),
            "cut",
        ),
        unheard(
            "closes-in-the-body",
            framed("Content-Length: 11\r\n", r#"{"ok":"#),
            "cut",
        ),
        unheard("resets-at-once", vec![Act::Reset], "cut"),
        unheard(
            "resets-in-the-head",
            and(say("HTTP/1.1 200 OK\r\nX"), Act::Reset),
            "cut",
        ),
        unheard(
            "resets-in-the-body",
            and(framed("Content-Length: 11\r\n", "{"), Act::Reset),
            "cut",
        ),
        unheard("http-0.9", say(BODY), "not-http"),
        unheard(
            "a-page-without-a-head",
            say("<html><body>Bad gateway</body></html>\n"),
            "not-http",
        ),
        unheard("ssh", say("SSH-2.0-OpenSSH_9.2p1\r\n"), "not-http"),
        unheard("smtp", say("220 mail.example ESMTP\r\n"), "not-http"),
        unheard(
            "shoutcast",
            say(format!("ICY 200 OK\r\nContent-Length: 11\r\n\r\n{BODY}")),
            "not-http",
        ),
        unheard(
            "a-tls-alert",
            say(b"\x15\x03\x01\x00\x02\x02\x46"),
            "not-http",
        ),
        unheard(
            "http-2-frames",
            say(b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"),
            "not-http",
        ),
        unheard(
            "random-bytes",
            say(b"\x8f\x00\xff\x13\x37\x00\n\n\r\n\r\n\xde\xad\xbe\xef"),
            "not-http",
        ),
        unheard(
            "zeros-for-ever",
            and_repeat(Vec::new(), [0], FOREVER),
            "not-http",
        ),
        unheard(
            "spaces-for-ever",
            and_repeat(Vec::new(), " ", FOREVER),
            "not-http",
        ),
        crate::answer::answer(
            // A connection that stays and then brings what nobody asked for.
            "a-second-answer-at-once",
            and(
                vec![Act::Say(
                    [
                        body_bytes(),
                        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil".to_vec(),
                    ]
                    .concat(),
                )],
                Act::Keep,
            ),
            // The clients throw the connection away; the raw transport sees the bytes.
            [
                crate::answer::Outcome::Met,
                crate::answer::Outcome::Met,
                crate::answer::Outcome::Fails("not-empty"),
            ],
        ),
    ]
}

fn body_bytes() -> Vec<u8> {
    match body(BODY).swap_remove(0) {
        Act::Say(bytes) => bytes,
        _ => Vec::new(),
    }
}
