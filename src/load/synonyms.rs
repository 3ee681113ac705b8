//! Words of other tools for markers, and texts that look like a marker without its brackets.

use crate::load::names::CaseReader;
use crate::model::{Diagnostic, MarkerKind, MarkerPlace, Span};

/// What other tools and languages call a marker, and the marker.
const SYNONYMS: &[(&str, &str)] = &[
    ("<", "<less-than 7>"),
    ("<=", "<at-most 7>"),
    (">", "<more-than 7>"),
    (">=", "<at-least 7>"),
    ("above", "<more-than 7>"),
    ("after", "<date-time after ${now(-5m)}>"),
    ("any-of", "<one-of a b>"),
    ("anything", "<any>"),
    ("array-of", "<array 1..>"),
    ("before", "<date-time before ${now()}>"),
    ("below", "<less-than 7>"),
    ("between", "<number 1..100>"),
    ("bool", "<boolean>"),
    ("date", "</^\\d{4}-\\d{2}-\\d{2}$/>"),
    ("datetime", "<date-time>"),
    ("decimal", "<number>"),
    ("dict", "<object>"),
    ("digits", "</^[0-9]+$/>"),
    ("double", "<number>"),
    ("enum", "<one-of a b>"),
    ("exists", "<present>"),
    ("float", "<number>"),
    ("ge", "<at-least 7>"),
    ("greater", "<more-than 7>"),
    ("greater-or-equal", "<at-least 7>"),
    ("greater-than", "<more-than 7>"),
    ("greater-than-or-equal", "<at-least 7>"),
    ("gt", "<more-than 7>"),
    ("gte", "<at-least 7>"),
    ("guid", "<uuid>"),
    ("in", "<one-of a b>"),
    ("int", "<integer>"),
    ("larger-than", "<more-than 7>"),
    ("le", "<at-most 7>"),
    ("less", "<less-than 7>"),
    ("less-or-equal", "<at-most 7>"),
    ("less-than-or-equal", "<at-most 7>"),
    ("list", "<array>"),
    ("lower-than", "<less-than 7>"),
    ("lt", "<less-than 7>"),
    ("lte", "<at-most 7>"),
    ("map", "<object>"),
    ("match", "</regex/>"),
    ("matches", "</regex/>"),
    ("max", "<at-most 7>"),
    ("min", "<at-least 7>"),
    ("missing", "<absent>"),
    ("nil", "<null>"),
    ("none", "<null>"),
    ("not-empty", "<non-empty>"),
    ("not-null", "<present>"),
    ("obj", "<object>"),
    ("optional", "<string?>"),
    ("over", "<more-than 7>"),
    ("range", "<number 1..100>"),
    ("re", "</regex/>"),
    ("regex", "</regex/>"),
    ("smaller-than", "<less-than 7>"),
    ("str", "<string>"),
    ("text", "<string>"),
    ("timestamp", "<date-time>"),
    ("under", "<less-than 7>"),
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
