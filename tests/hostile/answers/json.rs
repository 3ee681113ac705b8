//! JSON that is none, or that readers disagree about.

use crate::answer::Outcome::Unheard;
use crate::answer::{Answer, and, and_repeat, answer, body, fails, framed, met};
use crate::script::Act;

pub(super) fn answers() -> Vec<Answer> {
    vec![
        fails(
            "deep-arrays",
            body("[".repeat(10_000) + &"]".repeat(10_000)),
            "not-json",
        ),
        fails(
            "deep-objects",
            body("{\"a\":".repeat(10_000) + "0" + &"}".repeat(10_000)),
            "not-json",
        ),
        fails(
            "deep-and-never-closed",
            body("[".repeat(1_000_000)),
            "not-json",
        ),
        unheard_large("json-of-50-mb", 25_000_000),
        answer(
            "json-of-50-mb-announced",
            {
                let start = framed("Content-Length: 50000003\r\n", "[");
                and(
                    and_repeat(start, "0,", 25_000_000),
                    Act::Say(b"0]".to_vec()),
                )
            },
            [Unheard("too-large"); 3],
        ),
        fails(
            "millions-of-values",
            body(format!("[{}0]", "0,".repeat(7_000_000))),
            "not-json",
        ),
        fails(
            "millions-of-objects",
            body(format!("[{}0]", "{},".repeat(4_000_000))),
            "not-json",
        ),
        fails(
            "a-long-text",
            body(format!("{{\"ok\":\"{}\"}}", "x".repeat(15_000_000))),
            "type",
        ),
        fails(
            "a-long-name",
            body(format!("{{\"{}\":1}}", "x".repeat(15_000_000))),
            "not-json",
        ),
        fails(
            "duplicate-members",
            body(r#"{"ok":false,"ok":true}"#),
            "duplicate-member",
        ),
        fails(
            "duplicate-members-by-escape",
            body(r#"{"ok":true,"\u006fk":true}"#),
            "duplicate-member",
        ),
        fails(
            "duplicates-below-a-long-name",
            body(long_paths(r#""a":0,"#)),
            "not-json",
        ),
        fails(
            "inexact-below-a-long-name",
            body(long_paths(r#""a":[123456789012345678901234567890],"#)),
            "not-json",
        ),
        fails(
            "an-integer-beyond-64-bits",
            body(r#"{"ok":18446744073709551617}"#),
            "inexact",
        )
        .checked("status: 200, json: { ok: 1 }"),
        // Rounded to a double the two would be equal.
        fails(
            "a-neighbour-beyond-64-bits",
            body(r#"{"ok":9007199254740993.0}"#),
            "inexact",
        )
        .checked("status: 200, json: { ok: 9007199254740992 }"),
        fails("a-number-too-large", body(r#"{"ok":1e999999}"#), "type"),
        fails(
            "a-number-of-a-million-digits",
            body(format!(r#"{{"ok":{}}}"#, "9".repeat(1_000_000))),
            "type",
        ),
        fails(
            "a-fraction-of-a-million-digits",
            body(format!(r#"{{"ok":0.{}1}}"#, "0".repeat(1_000_000))),
            "inexact",
        )
        .checked("status: 200, json: { ok: 0 }"),
        fails("not-a-number", body(r#"{"ok":NaN}"#), "not-json"),
        fails(
            "a-lone-surrogate",
            body(r#"{"ok":true,"n":"\ud800"}"#),
            "not-json",
        ),
        fails(
            "a-swapped-pair",
            body(r#"{"ok":true,"n":"\udc00\ud800"}"#),
            "not-json",
        ),
        fails("a-comma-too-many", body(r#"{"ok":true,}"#), "not-json"),
        fails("single-quotes", body("{'ok':true}"), "not-json"),
        fails("a-comment", body(r#"{"ok":true/*yes*/}"#), "not-json"),
        fails(
            "two-documents",
            body(r#"{"ok":true}{"ok":true}"#),
            "not-json",
        ),
        fails("json-cut-short", body(r#"{"ok":tru"#), "not-json"),
        fails("json-in-text", body(r#""{\"ok\":true}""#), "type"),
        fails(
            "a-guard-before-the-json",
            body(")]}',\n{\"ok\":true}"),
            "not-json",
        ),
        fails("a-text-for-a-truth", body(r#"{"ok":"true"}"#), "type"),
        fails(
            "an-escape-in-a-value",
            body(r#"{"ok":"\u001b[2J\u202e\u009b31m"}"#),
            "type",
        ),
        fails(
            "an-escape-in-a-name",
            body("{\"\\u001b[2J\\u202e\":1}"),
            "missing",
        ),
        met(
            "names-of-a-prototype",
            body(r#"{"ok":true,"__proto__":{"ok":false},"constructor":1}"#),
        ),
    ]
}

fn unheard_large(name: &'static str, values: usize) -> Answer {
    let script = and_repeat(framed("", "["), "0,", values);
    answer(
        name,
        and(script, Act::Say(b"0]".to_vec())),
        [Unheard("too-large"); 3],
    )
}

/// A member name of megabytes, and below it many members whose places are told by that name.
fn long_paths(members: &str) -> String {
    let name = "n".repeat(8_000_000);
    let members = members.repeat(150_000);
    format!("{{\"ok\":true,\"{name}\":{{{members}\"z\":0}}}}")
}
