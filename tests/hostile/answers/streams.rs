//! Server-sent events that do not end, or are none.

use super::FOREVER;
use crate::answer::{Answer, and, and_repeat, fails, met, say, unheard};
use crate::support::script::Act;

/// The head of a stream, and its beginning.
fn stream(beginning: &str) -> Vec<Act> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    say(format!("{head}{beginning}"))
}

const TAKE_TWO: &str = "status: 200, events: { take: 2, within: 50s, each: { data: a } }";
const A_MOMENT: &str = "status: 200, events: { within: 100ms }";

pub(super) fn answers() -> Vec<Answer> {
    vec![
        met(
            "a-stream-that-stays-open",
            and(stream("data: a\n\ndata: a\n\n"), Act::Silence),
        )
        .checked(TAKE_TWO),
        met(
            "events-for-ever",
            and_repeat(stream(""), "data: a\n\n", FOREVER),
        )
        .checked(TAKE_TWO),
        fails(
            "a-stream-of-nothing",
            and(stream(""), Act::Silence),
            "count",
        )
        .checked(A_MOMENT),
        fails("a-stream-with-half-an-event", stream("data: a\n"), "count").checked(TAKE_TWO),
        fails(
            "events-that-are-not-utf-8",
            and(
                stream("data: a\n\n"),
                Act::Say(b"data: a\nevent: \xff\n\n".to_vec()),
            ),
            "text",
        )
        .checked(TAKE_TWO),
        unheard(
            "comments-for-ever",
            and_repeat(stream(""), ": ping\n\n", FOREVER),
            "too-large",
        )
        .checked(TAKE_TWO),
        unheard(
            "a-line-for-ever",
            and_repeat(stream("data: "), "a", FOREVER),
            "too-large",
        )
        .checked(TAKE_TWO),
        unheard(
            "a-stream-cut-in-a-chunk",
            say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n20\r\ndata: a\n\n"),
            "cut",
        )
        .checked(TAKE_TWO),
    ]
}
