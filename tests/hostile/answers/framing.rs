//! Where the body ends.

use super::FOREVER;
use crate::answer::Outcome::{Fails, Met, Unheard};
use crate::answer::{
    Answer, BODY, and, and_repeat, answer, chunked, fails, forgiven, framed, met, say, unheard,
};
use crate::support::script::Act;

pub(super) fn answers() -> Vec<Answer> {
    let whole = format!("b\r\n{BODY}\r\n0\r\n\r\n");
    vec![
        unheard(
            "a-length-too-large",
            framed("Content-Length: 12\r\n", BODY),
            "cut",
        ),
        answer(
            "a-length-too-small",
            framed("Content-Length: 5\r\n", BODY),
            [Fails("not-json"); 3],
        ),
        // Nothing but a connection that ends with the answer can see these.
        answer(
            "bytes-after-the-end",
            framed("Content-Length: 11\r\n", format!("{BODY} and more")),
            [Met, Met, Fails("not-empty")],
        ),
        answer(
            "bytes-after-the-last-chunk",
            chunked(format!("{whole}and more")),
            [Met, Met, Fails("not-empty")],
        ),
        answer(
            "bytes-after-the-end-for-ever",
            and_repeat(framed("Content-Length: 11\r\n", BODY), "x", FOREVER),
            [Met, Met, Fails("not-empty")],
        ),
        unheard(
            "two-lengths",
            framed("Content-Length: 11\r\nContent-Length: 12\r\n", BODY),
            "not-http",
        ),
        unheard(
            "two-lengths-in-one-field",
            framed("Content-Length: 11, 12\r\n", BODY),
            "not-http",
        ),
        // RFC 9112 section 6.3 lets a recipient take it for one.
        met(
            "the-same-length-twice",
            framed("Content-Length: 11\r\nContent-Length: 11\r\n", BODY),
        ),
        unheard(
            "a-negative-length",
            framed("Content-Length: -1\r\n", BODY),
            "not-http",
        ),
        unheard(
            "a-length-with-a-sign",
            framed("Content-Length: +11\r\n", BODY),
            "not-http",
        ),
        unheard(
            "a-hexadecimal-length",
            framed("Content-Length: 0xb\r\n", BODY),
            "not-http",
        ),
        answer(
            "a-length-beyond-64-bits",
            framed("Content-Length: 99999999999999999999999\r\n", BODY),
            [
                Unheard("not-http"),
                Unheard("not-http"),
                Unheard("too-large"),
            ],
        ),
        unheard(
            "a-length-of-an-exabyte",
            framed("Content-Length: 1000000000000000000\r\n", BODY),
            "too-large",
        ),
        // RFC 9112 section 6.3: the coding wins, and it ought to be handled as an error.
        forgiven(
            "chunked-with-a-length",
            framed(
                "Transfer-Encoding: chunked\r\nContent-Length: 11\r\n",
                &whole,
            ),
        ),
        forgiven(
            "chunked-with-a-false-length",
            framed(
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                &whole,
            ),
        ),
        answer(
            "chunked-in-http-1.0",
            say(format!(
                "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{whole}"
            )),
            [Unheard("not-http"); 3],
        ),
        answer(
            "a-coding-nobody-asked-for",
            framed("Transfer-Encoding: gzip, chunked\r\n", &whole),
            [Met, Met, Unheard("not-http")],
        ),
        answer(
            "a-coding-that-is-none",
            framed("Transfer-Encoding: xchunked\r\n", &whole),
            [Fails("not-json"), Fails("not-json"), Unheard("not-http")],
        ),
        unheard("a-chunk-size-that-is-none", chunked("xyz\r\n"), "not-http"),
        unheard("a-negative-chunk-size", chunked("-1\r\n"), "not-http"),
        answer(
            "a-chunk-size-beyond-64-bits",
            chunked("fffffffffffffffff\r\n{"),
            [
                Unheard("not-http"),
                Unheard("not-http"),
                Unheard("too-large"),
            ],
        ),
        answer(
            "a-chunk-of-an-exabyte",
            chunked("ffffffffffffff\r\n{"),
            [Unheard("cut"), Unheard("cut"), Unheard("too-large")],
        ),
        unheard(
            "a-chunk-longer-than-its-size",
            chunked(format!("3\r\n{BODY}\r\n0\r\n\r\n")),
            "not-http",
        ),
        unheard("closes-in-a-chunk", chunked("b\r\n{"), "cut"),
        unheard(
            "closes-before-the-last-chunk",
            chunked(format!("b\r\n{BODY}\r\n")),
            "cut",
        ),
        unheard(
            "closes-in-the-last-chunk",
            chunked(format!("b\r\n{BODY}\r\n0\r\n")),
            "cut",
        ),
        unheard(
            "stops-before-the-last-chunk",
            and(chunked(format!("b\r\n{BODY}\r\n")), Act::Silence),
            "timed-out",
        )
        .lasting(),
        unheard(
            "a-chunk-extension-without-end",
            and_repeat(chunked("b;"), "x=y;", FOREVER),
            "not-http",
        ),
        answer("chunks-of-one-byte", chunked(single_bytes()), [Met; 3]),
        answer(
            "trailer-fields-for-ever",
            and_repeat(
                chunked(format!("b\r\n{BODY}\r\n0\r\n")),
                "X: y\r\n",
                FOREVER,
            ),
            [
                Unheard("not-http"),
                Unheard("not-http"),
                Unheard("too-large"),
            ],
        ),
        met(
            "a-length-in-the-trailer",
            chunked(format!("b\r\n{BODY}\r\n0\r\nContent-Length: 3\r\n\r\n")),
        ),
        unheard(
            "a-body-without-end",
            and_repeat(framed("", "["), "0,", FOREVER),
            "too-large",
        ),
        unheard(
            "chunks-without-end",
            and_repeat(
                chunked(""),
                format!("1000\r\n{}\r\n", "[".repeat(0x1000)),
                FOREVER,
            ),
            "too-large",
        ),
        fails(
            "no-body-at-all",
            framed("Content-Length: 0\r\n", ""),
            "not-json",
        ),
        met("a-body-that-the-end-ends", framed("", BODY)),
    ]
}

fn single_bytes() -> String {
    let bytes = BODY.chars().map(String::from);
    let chunks: Vec<String> = bytes.map(|byte| format!("1\r\n{byte}\r\n")).collect();
    chunks.concat() + "0\r\n\r\n"
}
