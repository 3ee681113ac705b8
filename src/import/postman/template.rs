//! Templates of Postman.

use crate::import::traffic::marked::{self, Filling};

/// A text with places for `{{x}}`.
pub(crate) fn templates(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(&marked::literal(before));
        let Some((name, behind)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        let expression = |text: &str| marked::filled(&Filling::Expression(text.to_owned()));
        out.push_str(&match name.trim() {
            "$guid" | "$randomUUID" => expression("uuid()"),
            "$timestamp" => expression("now(unix)"),
            "$isoTimestamp" => expression("now()"),
            "$randomInt" => expression("random-int(0, 1000)"),
            other => marked::variable(other.trim_start_matches('$')),
        });
        rest = behind;
    }
    out.push_str(&marked::literal(rest));
    out
}
