//! Texts and keys that mean something in other tools, and are literal here.

use crate::load::names::CaseReader;
use crate::load::node::{Key, Kind, Node};
use crate::load::place::find;
use crate::load::record::one_of;
use crate::model::{Diagnostic, Span};

/// Keys of alternatives in other formats.
const ALTERNATIVES: [&str; 5] = ["any-of", "anyOf", "one-of", "oneOf", "or"];

/// What to write instead of alternatives inside a pattern.
pub(crate) const INSTEAD_OF_ALTERNATIVES: [&str; 2] = [
    "`<one-of a b>` accepts one of several words",
    "for other alternatives, write `any-of` beside `json`: a list of blocks, of which one must hold",
];

/// The members of an event.
const OF_EVENTS: [&str; 5] = ["event", "data", "id", "retry", "json"];

impl CaseReader<'_> {
    /// Warns about `{{id}}`, which is sent or compared as it is written.
    pub(crate) fn warn_about_braces(&mut self, text: &str, span: Span) {
        let Some((written, name)) = in_braces(text) else {
            return;
        };
        let at = find(self.sources, span, written);
        let message = format!("`{written}` is literal text");
        self.diagnostics.push(
            Diagnostic::error("case/habit", at, message)
                .as_warning()
                .help(format!(
                    "write `${{capture.{name}}}`, `${{fixture.{name}}}` or `${{var.{name}}}` for a value"
                )),
        );
    }

    /// Warns about `/^a+$/`, which is compared as it is written.
    pub(crate) fn warn_about_slashes(&mut self, text: &str, span: Span) {
        let inside = text
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'));
        let signs = ["\\", "^", "$", "*", "+", "[", "|", "(?"];
        if inside.is_some_and(|inside| {
            signs.iter().any(|sign| inside.contains(sign)) && !inside.contains("${")
        }) {
            let message = format!("`{}` is literal text", text.escape_debug());
            self.diagnostics.push(
                Diagnostic::error("case/habit", span, message)
                    .as_warning()
                    .help(format!("write `<{text}>` for a regular expression")),
            );
        }
    }

    /// Warns about `any-of: [...]` in a pattern, which is a member of that name.
    pub(crate) fn warn_about_alternatives(&mut self, entries: &[(Key, Node)]) {
        let [(key, value)] = entries else { return };
        if !ALTERNATIVES.contains(&&*key.text) || !matches!(value.kind, Kind::List(_)) {
            return;
        }
        let message = format!("`{}` is the name of a member here", key.text);
        let diagnostic = Diagnostic::error("case/habit", key.span, message).as_warning();
        let help = INSTEAD_OF_ALTERNATIVES.into_iter();
        self.diagnostics
            .push(help.fold(diagnostic, Diagnostic::help));
    }

    /// Rejects members that no event has: no stream could meet the pattern.
    pub(crate) fn reject_members_of_events(&mut self, pattern: &Node) {
        let Kind::Object(entries) = &pattern.kind else {
            return;
        };
        let names = entries.iter().map(|(key, _)| key);
        for key in names.filter(|key| !key.text.starts_with('<')) {
            if OF_EVENTS.contains(&&*key.text) {
                continue;
            }
            let message = format!("an event has no member `{}`", key.text.escape_debug());
            let diagnostic = Diagnostic::error("case/events", key.span, message)
                .label(format!("expected {}", one_of(&OF_EVENTS)));
            self.diagnostics.push(match key.text.as_str() {
                "type" | "name" => diagnostic.help("the type of an event is `event`"),
                other => {
                    let diagnostic = diagnostic.suggest(other, OF_EVENTS);
                    if diagnostic.help.is_empty() {
                        diagnostic.help("members of its data are below `json`")
                    } else {
                        diagnostic
                    }
                }
            });
        }
    }
}

/// The first `{{name}}` of a text, and the name.
fn in_braces(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let from = &rest[at..];
        let end = from.find("}}")?;
        let name = from[2..end].trim();
        let is_name = |c: char| c.is_alphanumeric() || "_.-$".contains(c);
        if !name.is_empty() && name.len() <= 60 && name.chars().all(is_name) {
            return Some((&from[..end + 2], name.trim_start_matches('$')));
        }
        rest = &from[2..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::testing::messages;

    fn of_step(step: &str) -> Vec<String> {
        messages(&format!("cases: [{{ id: a, {step} }}]"))
    }

    #[test]
    fn double_braces_are_found() {
        assert_eq!(in_braces("/a/{{ id }}/b"), Some(("{{ id }}", "id")));
        assert_eq!(in_braces("{{a b}}{{$c}}"), Some(("{{$c}}", "c")));
        for none in [
            "{{}}",
            "{{",
            "a}}",
            "{ {a} }",
            "{{a",
            "{\"a\": {\"b\": 1}}",
            "{{é ä}}",
        ] {
            assert_eq!(in_braces(none), None, "{none}");
        }
    }

    #[test]
    fn habits_are_warned_about_once_and_in_requests_and_expectations() {
        let expect = "expect: [{ proves: [DEMO-01], status: 200 }]";
        let braces = "`{{id}}` is literal text";
        for request in [
            "{ GET: '/a/{{id}}' }",
            "{ GET: /a, query: { b: '{{id}}' } }",
            "{ GET: /a, headers: { B: '{{id}}' } }",
            "{ POST: /a, json: { b: '{{id}}' } }",
            "{ POST: /a, text: '{{id}}' }",
            "{ POST: /a, form: { b: '{{id}}' } }",
        ] {
            assert_eq!(
                of_step(&format!("effect: read, request: {request}, {expect}")),
                [braces],
                "{request}"
            );
        }
        let of_json = |pattern: &str| {
            of_step(&format!(
                "request: {{ GET: / }}, expect: [{{ proves: [DEMO-01], status: 200, {pattern} }}]"
            ))
        };
        assert_eq!(of_json("json: { a: '{{id}}' }"), [braces]);
        assert_eq!(
            of_json("json: { a: '/^a+$/' }"),
            ["`/^a+$/` is literal text"]
        );
        assert_eq!(
            of_json("headers: { A: '/^a+$/' }"),
            ["`/^a+$/` is literal text"]
        );
        let any_of = "`any-of` is the name of a member here";
        assert_eq!(of_json("json: { a: { any-of: [1, 2] } }"), [any_of]);
        for fine in [
            "json: { a: /users/ }",
            "json: { a: /users/7/ }",
            "json: { any-of: [1], b: 2 }",
            "json: { any-of: 1 }",
            "headers: { Location: '/a/${fixture.user}/' }",
        ] {
            assert_eq!(of_json(fine), [""; 0], "{fine}");
        }
    }
}
