//! XML that is none, that attacks its reader, or that is much.

use crate::answer::{Answer, body, fails, met};

/// Looks at every node, in ways that take long if they can.
const CHECKS: &str = "status: 200, xml: { select: [\
    { path: 'count(//b[. = //c])', equal: 0, or-none: true }, \
    { path: //a/@id, none: x, or-none: true }, \
    { path: \"//*[contains(., 'nobody')]\", count: 0, or-none: true }], equals: <a/> }";

/// Only that it can be read.
const READ: &str = "status: 200, xml: { well-formed: true }";

pub(super) fn answers() -> Vec<Answer> {
    let laughs = (1..20).map(|number| {
        let inside = format!("&l{};", number - 1).repeat(10);
        format!("<!ENTITY l{number} '{inside}'>")
    });
    let laughs = laughs.collect::<Vec<_>>().concat();
    let refused =
        |name: &'static str, text: String| fails(name, body(text), "not-xml").checked(CHECKS);
    let judged =
        |name: &'static str, text: String| fails(name, body(text), "value").checked(CHECKS);
    vec![
        refused(
            "xml-entity-expansion",
            format!("<!DOCTYPE a [<!ENTITY l0 'lol'>{laughs}]><a>&l19;</a>"),
        ),
        refused(
            "xml-quadratic-entities",
            format!(
                "<!DOCTYPE a [<!ENTITY e '{}'>]><a>{}</a>",
                "x".repeat(100_000),
                "&e;".repeat(100_000)
            ),
        ),
        refused(
            "xml-external-entity",
            "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>".into(),
        ),
        refused(
            "xml-parameter-entity",
            "<!DOCTYPE a [<!ENTITY % e SYSTEM 'http://127.0.0.1:9/e'> %e;]><a/>".into(),
        ),
        refused("xml-deep", "<a>".repeat(100_000) + &"</a>".repeat(100_000)),
        refused("xml-deep-and-never-closed", "<a>".repeat(1_000_000)),
        refused("xml-of-less-than-signs", "<".repeat(2_000_000)),
        refused(
            "xml-of-comments-that-never-end",
            "<a>".to_owned() + &"<!--".repeat(500_000),
        ),
        refused(
            "xml-of-ampersands",
            format!("<a>{}</a>", "&".repeat(2_000_000)),
        ),
        refused("xml-duplicate-attributes", "<a b='1' b='2'/>".into()),
        refused(
            "xml-many-attributes",
            format!(
                "<a {}/>",
                (0..200_000)
                    .map(|one| format!("a{one}='' "))
                    .collect::<Vec<_>>()
                    .concat()
            ),
        ),
        refused(
            "xml-many-namespaces",
            format!(
                "<a {}/>",
                (0..100_000)
                    .map(|one| format!("xmlns:a{one}='u' "))
                    .collect::<Vec<_>>()
                    .concat()
            ),
        ),
        refused(
            "xml-millions-of-elements",
            format!("<a>{}</a>", "<b/>".repeat(3_000_000)),
        ),
        refused("xml-of-nul", format!("<a>{}</a>", "\0".repeat(1_000_000))),
        refused("xml-of-doctypes", "<!DOCTYPE a [".repeat(100_000)),
        refused(
            "xml-of-nested-content-models",
            format!("<!DOCTYPE a [<!ELEMENT a {}", "(".repeat(1_000_000)),
        ),
        judged(
            "xml-many-elements",
            format!("<a>{}</a>", "<b id='1'>x</b>".repeat(120_000)),
        ),
        judged(
            "xml-nested-elements-with-text",
            format!("{}{}", "<a>text".repeat(400), "</a>".repeat(400)),
        ),
        judged(
            "xml-a-long-text",
            format!("<a>{}</a>", "x".repeat(10_000_000)),
        ),
        judged(
            "xml-one-long-line",
            format!("<b>{}</b>", "<c>é</c>".repeat(100_000)),
        ),
        met(
            "xml-many-references",
            body(format!("<a>{}</a>", "&amp;&#60;".repeat(500_000))),
        )
        .checked(READ),
        met(
            "xml-attributes-with-tags-in-them",
            body(format!("<a>{}</a>", "<b c='>' d=\">'\"/>".repeat(100_000))),
        )
        .checked(READ),
    ]
}
