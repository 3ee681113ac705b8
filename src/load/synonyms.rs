//! Words of other tools for markers, and texts that look like a marker without its brackets.

use crate::load::names::CaseReader;
use crate::model::{Diagnostic, MarkerKind, MarkerPlace, Span};

/// What other tools and languages call a marker, and the marker.
const SYNONYMS: &[(&str, &str)] = &[
    ("bool", "<boolean>"),
    ("date", "</^\\d{4}-\\d{2}-\\d{2}$/>"),
    ("datetime", "<date-time>"),
    ("decimal", "<number>"),
    ("dict", "<object>"),
    ("double", "<number>"),
    ("enum", "<one-of a b>"),
    ("exists", "<present>"),
    ("float", "<number>"),
    ("guid", "<uuid>"),
    ("int", "<integer>"),
    ("list", "<array>"),
    ("map", "<object>"),
    ("missing", "<absent>"),
    ("nil", "<null>"),
    ("none", "<null>"),
    ("obj", "<object>"),
    ("optional", "<string?>"),
    ("re", "</regex/>"),
    ("regex", "</regex/>"),
    ("str", "<string>"),
    ("text", "<string>"),
    ("timestamp", "<date-time>"),
];

/// The marker that a word of another tool means.
pub(crate) fn marker_for(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let known = SYNONYMS.iter().find(|(synonym, _)| *synonym == word);
    known.map(|(_, marker)| *marker)
}

impl CaseReader<'_> {
    /// Warns about an unquoted text that is the name of a marker: `id: integer` accepts only that word.
    pub(crate) fn warn_about_name_of_marker(&mut self, text: &str, span: Span, place: MarkerPlace) {
        if place != MarkerPlace::Json {
            return;
        }
        let kind = MarkerKind::find(text, place);
        let is_alone = kind.is_some_and(|kind| kind.row().argument.is_optional());
        if is_alone && self.sources.slice(span) == text {
            let message = format!("the literal text `{text}` is also the name of a marker");
            self.diagnostics.push(
                Diagnostic::error("case/name-of-marker", span, message)
                    .as_warning()
                    .help(format!("write `<{text}>` for the marker"))
                    .help(format!("quote it for the literal text: \"{text}\"")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::testing::messages;

    fn found(pattern: &str) -> Vec<String> {
        let expect = format!("[{{ proves: [DEMO-01], status: 200, json: {pattern} }}]");
        messages(&format!(
            "cases: [{{ id: a, request: {{ GET: / }}, expect: {expect} }}]"
        ))
    }

    #[test]
    fn every_synonym_names_a_marker_and_is_none() {
        for (word, marker) in SYNONYMS {
            assert_eq!(MarkerKind::find(word, MarkerPlace::Json), None, "{word}");
            assert_eq!(found(&format!("{{ a: '{marker}' }}")), [""; 0], "{marker}");
        }
        assert_eq!(marker_for("Int"), Some("<integer>"));
        assert_eq!(marker_for("integers"), None);
    }

    #[test]
    fn only_an_unquoted_text_looks_like_a_marker() {
        let message = "the literal text `integer` is also the name of a marker";
        assert_eq!(found("{ id: integer }"), [message]);
        assert_eq!(found("[[integer]]"), [message]);
        for fine in [
            "{ id: 'integer' }",
            "{ id: integers }",
            "{ integer: 1 }",
            "{ id: one-of }",
        ] {
            assert_eq!(found(fine), [""; 0], "{fine}");
        }
    }
}
