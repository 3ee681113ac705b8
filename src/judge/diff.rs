//! A structural diff: what was expected against what came, as lines.
//!
//! Text against text would report a moved member as a change, and index against index every element
//! after an inserted one. Here the same alignment that explains mismatches puts the lines in order:
//!
//! ```text
//!   {
//! -   "total": 3
//! +   "total": "3"              <- type integer -> string
//!     "items": [                <- 3 elements, expected 2
//!       {"id":1}
//! +     {"id":2}                <- extra
//! ```

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::pointer::{Path, push_token, tokens};
use crate::json::schema::SchemaViolation;
use crate::judge::align::Row;
use crate::judge::diff_lines::{Lines, Side, Text};
use crate::judge::form::{Accepts, Form};
use crate::judge::mismatch::{count, type_of};
use crate::judge::pattern::{Checker, open_up};
use crate::model::Diff;

/// The most lines of a diff.
const LINES: usize = 200;

/// The most lines of a body shown with what a schema refuses in it.
const LINES_OF_REFUSED: usize = 40;

/// The diff of a form and a value that does not match it; `pointer` is the place of the value in the body.
pub(super) fn against(
    checker: &Checker<'_>,
    form: &Form<'_>,
    value: &Value,
    pointer: &str,
) -> Diff<String> {
    let mut differ = Differ {
        checker: *checker,
        lines: Lines::new(LINES),
    };
    differ.node(None, form, value, 0, &Path::Start(pointer));
    differ.lines.finish()
}

/// A body with a note at each place that a schema refuses. A missing member is shown where it would be.
pub(super) fn of_refused(value: &Value, refused: &[SchemaViolation]) -> Diff<String> {
    let mut notes: Notes = BTreeMap::new();
    for violation in refused {
        let mut pointer = violation.pointer.clone();
        let note = match &violation.missing {
            Some(name) => {
                push_token(&mut pointer, name);
                "missing"
            }
            None => &violation.message,
        };
        notes.entry(pointer).or_insert(note);
    }
    let mut lines = Lines::new(LINES_OF_REFUSED);
    refused_node(None, value, &notes, 0, &Path::Start(""), &mut lines);
    lines.finish()
}

struct Differ<'c> {
    checker: Checker<'c>,
    lines: Lines,
}

impl Differ<'_> {
    fn node(
        &mut self,
        key: Option<&str>,
        form: &Form<'_>,
        value: &Value,
        depth: usize,
        path: &Path<'_>,
    ) {
        if self.checker.matches(form, value, path) {
            self.lines.same(key, value, depth, path);
            return;
        }
        match (&form.accepts, value) {
            (Accepts::Optional(inner), _) => self.node(key, inner, value, depth, path),
            (Accepts::Value(expected), _) if is_same_container(expected, value) => {
                let open = self.checker;
                self.checker = open.to_closed();
                self.node(key, &open_up(expected, form.span), value, depth, path);
                self.checker = open;
            }
            (Accepts::Object(members), Value::Object(actual)) => {
                self.lines.open(key, "{", "", depth, path);
                self.members(members, actual, depth + 1, path);
                self.lines.close("}", depth, path);
            }
            (Accepts::Array(items), Value::Array(actual)) => {
                let rows = self.checker.rows(items, actual, path);
                self.array(key, items, actual, &rows, Rest::Extra, depth, path);
            }
            (Accepts::Unordered(items) | Accepts::Contains(items), Value::Array(actual)) => {
                let rest = match form.accepts {
                    Accepts::Unordered(_) => Rest::Extra,
                    _ => Rest::Ignored,
                };
                match self.checker.partners(items, actual, path) {
                    Some(partners) => {
                        let rows = self.checker.bag_rows(items, actual, &partners, path);
                        self.array(key, items, actual, &rows, rest, depth, path);
                    }
                    None => self.replaced(key, form, value, depth, path),
                }
            }
            (Accepts::Each(inner, _), Value::Array(actual)) if !actual.is_empty() => {
                self.lines.open(key, "[", "", depth, path);
                for (index, value) in actual.iter().enumerate() {
                    self.node(None, inner, value, depth + 1, &Path::Element(path, index));
                }
                self.lines.close("]", depth, path);
            }
            _ => self.replaced(key, form, value, depth, path),
        }
    }

    fn members(
        &mut self,
        members: &[(&str, Form<'_>)],
        actual: &serde_json::Map<String, Value>,
        depth: usize,
        path: &Path<'_>,
    ) {
        for (name, form) in members {
            let member_path = Path::Member(path, name);
            match actual.get(*name) {
                Some(value) => self.node(Some(name), form, value, depth, &member_path),
                None if form.may_be_missing() => {}
                None => {
                    let text = Text::of_form(Some(name), form);
                    self.lines
                        .block(Side::Expected, &text, "missing", depth, &member_path);
                }
            }
        }
        let mut unnamed = 0;
        for (name, value) in actual {
            if members.iter().any(|(named, _)| named == name) {
                continue;
            }
            if self.checker.is_closed() {
                let text = Text::of_value(Some(name), value);
                let member_path = Path::Member(path, name);
                self.lines
                    .block(Side::Actual, &text, "extra", depth, &member_path);
            } else {
                unnamed += 1;
            }
        }
        if unnamed > 0 {
            let text = format!("… {}", count(unnamed, "other member"));
            self.lines.gap(&text, depth, path);
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the two lists, their alignment, and where they stand"
    )]
    fn array(
        &mut self,
        key: Option<&str>,
        items: &[Form<'_>],
        actual: &[Value],
        rows: &[Row],
        rest: Rest,
        depth: usize,
        path: &Path<'_>,
    ) {
        let fits = match rest {
            Rest::Extra => items.len() == actual.len(),
            Rest::Ignored => items.len() <= actual.len(),
        };
        let note = if fits {
            String::new()
        } else {
            format!(
                "{}, expected {}",
                count(actual.len(), "element"),
                items.len()
            )
        };
        self.lines.open(key, "[", &note, depth, path);
        let mut ignored = 0;
        for row in rows {
            match *row {
                Row::Same(_, other) => {
                    let element_path = Path::Element(path, other);
                    self.lines
                        .same(None, &actual[other], depth + 1, &element_path);
                }
                Row::Pair(one, other) => {
                    let element_path = Path::Element(path, other);
                    self.node(None, &items[one], &actual[other], depth + 1, &element_path);
                }
                Row::Missing(one) => {
                    let text = Text::of_form(None, &items[one]);
                    self.lines
                        .block(Side::Expected, &text, "missing", depth + 1, path);
                }
                Row::Extra(other) if matches!(rest, Rest::Extra) => {
                    let text = Text::of_value(None, &actual[other]);
                    let element_path = Path::Element(path, other);
                    self.lines
                        .block(Side::Actual, &text, "extra", depth + 1, &element_path);
                }
                Row::Extra(_) => ignored += 1,
            }
        }
        if ignored > 0 {
            let text = format!("… {}", count(ignored, "other element"));
            self.lines.gap(&text, depth + 1, path);
        }
        self.lines.close("]", depth, path);
    }

    /// One value in the place of another.
    fn replaced(
        &mut self,
        key: Option<&str>,
        form: &Form<'_>,
        value: &Value,
        depth: usize,
        path: &Path<'_>,
    ) {
        if let (Accepts::Value(expected), Some(actual)) = (&form.accepts, value.as_str())
            && let Some(expected) = expected.as_str()
        {
            self.lines.texts(key, expected, actual, depth, path);
            return;
        }
        let note = match form.type_name() {
            Some(expected) if is_other_type(expected, value) => {
                format!("type {expected} -> {}", type_of(value))
            }
            _ => "value".to_owned(),
        };
        self.lines
            .block(Side::Expected, &Text::of_form(key, form), "", depth, path);
        self.lines.block(
            Side::Actual,
            &Text::of_value(key, value),
            &note,
            depth,
            path,
        );
    }
}

/// What becomes of actual elements that no pattern names.
#[derive(Clone, Copy, Debug)]
enum Rest {
    Extra,
    Ignored,
}

fn is_same_container(one: &Value, other: &Value) -> bool {
    (one.is_object() && other.is_object()) || (one.is_array() && other.is_array())
}

fn is_other_type(expected: &str, actual: &Value) -> bool {
    let is_numeric = |name: &str| matches!(name, "integer" | "number");
    let actual = type_of(actual);
    expected != actual && !(expected == "number" && is_numeric(actual))
}

/// By JSON Pointer: what is wrong there. A pointer to a member that is not there says that it is missing.
type Notes<'v> = BTreeMap<String, &'v str>;

fn refused_node(
    key: Option<&str>,
    value: &Value,
    notes: &Notes<'_>,
    depth: usize,
    path: &Path<'_>,
    lines: &mut Lines,
) {
    let pointer = path.pointer();
    let below = format!("{pointer}/");
    let refused_below = || {
        notes
            .range(below.clone()..)
            .map_while(|(place, _)| place.strip_prefix(&*below))
    };
    let is_refused_below = refused_below().next().is_some();
    let note = notes.get(&*pointer).copied();
    match value {
        Value::Object(members) if is_refused_below => {
            lines.open(key, "{", note.unwrap_or(""), depth, path);
            let children = refused_below().filter(|rest| !rest.contains('/'));
            let names = children.flat_map(|rest| tokens(&format!("/{rest}")).collect::<Vec<_>>());
            for name in names.filter(|name| !members.contains_key(name)) {
                let text = Text::of_name(&name);
                let member_path = Path::Member(path, &name);
                lines.block(Side::Expected, &text, "missing", depth + 1, &member_path);
            }
            for (name, member) in members {
                refused_node(
                    Some(name),
                    member,
                    notes,
                    depth + 1,
                    &Path::Member(path, name),
                    lines,
                );
            }
            lines.close("}", depth, path);
        }
        Value::Array(items) if is_refused_below => {
            lines.open(key, "[", note.unwrap_or(""), depth, path);
            for (index, item) in items.iter().enumerate() {
                refused_node(
                    None,
                    item,
                    notes,
                    depth + 1,
                    &Path::Element(path, index),
                    lines,
                );
            }
            lines.close("]", depth, path);
        }
        _ => match note {
            Some(note) => lines.block(Side::Actual, &Text::of_value(key, value), note, depth, path),
            None => lines.same(key, value, depth, path),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DiffSide, Sources, Span};
    use proptest::prelude::*;
    use serde_json::json;
    use std::borrow::Cow;

    fn span() -> Span {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "");
        sources.whole(file)
    }

    fn diff(expected: &Value, actual: &Value) -> Diff<String> {
        let inexact = BTreeMap::new();
        let form = Form::value(Cow::Borrowed(expected), span());
        against(&Checker::closed(&inexact), &form, actual, "")
    }

    fn drawn(diff: &Diff<String>) -> Vec<String> {
        let draw = |line: &crate::model::DiffLine<String>| {
            let sign = match line.side {
                DiffSide::Same => ' ',
                DiffSide::Expected => '-',
                DiffSide::Actual => '+',
                DiffSide::Gap => '~',
            };
            let text = format!("{sign} {}{}", "  ".repeat(line.depth), line.text);
            match line.note.as_str() {
                "" => text,
                note => format!("{text}  <- {note}"),
            }
        };
        diff.lines.iter().map(draw).collect()
    }

    #[test]
    fn a_changed_type_is_noted() {
        assert_eq!(
            drawn(&diff(
                &json!({ "total": 3, "a": 1 }),
                &json!({ "a": 1, "total": "3" })
            )),
            [
                "  {",
                "-   \"total\": 3",
                "+   \"total\": \"3\"  <- type integer -> string",
                "    \"a\": 1",
                "  }",
            ]
        );
    }

    #[test]
    fn an_inserted_element_is_the_only_change() {
        assert_eq!(
            drawn(&diff(
                &json!([{ "id": 1 }, { "id": 3 }]),
                &json!([{ "id": 1 }, { "id": 2 }, { "id": 3 }])
            )),
            [
                "  [  <- 3 elements, expected 2",
                "    {\"id\":1}",
                "+   {\"id\":2}  <- extra",
                "    {\"id\":3}",
                "  ]",
            ]
        );
    }

    #[test]
    fn changed_characters_are_marked() {
        let diff = diff(&json!({ "s": "online" }), &json!({ "s": "onlime" }));
        assert_eq!(diff.lines[1].text, "\"s\": \"online\"");
        assert_eq!(diff.lines[1].marks, [(10, 11)]);
        assert_eq!(diff.lines[2].marks, [(10, 11)]);
    }

    #[test]
    fn equal_stretches_are_cut_to_a_few_lines() {
        let mut actual = vec![json!(1); 1000];
        let expected = json!(actual);
        actual[500] = json!(2);
        let diff = diff(&expected, &json!(actual));
        let drawn = drawn(&diff);
        assert_eq!(
            drawn,
            [
                "  [",
                "~   … 498 lines",
                "    1",
                "    1",
                "-   1",
                "+   2  <- value",
                "    1",
                "    1",
                "~   … 497 lines",
                "  ]",
            ]
        );
        assert_eq!(diff.lines[5].pointer, "/500");
    }

    #[test]
    fn a_diff_is_bounded() {
        let expected: Vec<Value> = (0..2000).map(|at| json!({ "a": at })).collect();
        let actual: Vec<Value> = (0..2000).map(|at| json!({ "b": at })).collect();
        let diff = diff(&json!(expected), &json!(actual));
        assert!(diff.lines.len() <= LINES);
        assert!(diff.left_out > 0);
    }

    #[test]
    fn a_long_text_is_shown_where_it_differs() {
        let expected = format!("{}x", "a".repeat(5000));
        let actual = format!("{}y", "a".repeat(5000));
        let diff = diff(&json!(expected), &json!(actual));
        assert!(
            diff.lines[0].text.ends_with("ax\""),
            "{}",
            diff.lines[0].text
        );
        assert!(diff.lines[0].text.chars().count() < 100);
    }

    #[test]
    fn what_a_schema_refuses_is_shown_in_the_body() {
        let body = json!([{ "a": 1 }, { "a": "x", "b": 2 }]);
        let diff = of_refused(&body, &[violation("/1/a", None)]);
        assert_eq!(
            drawn(&diff),
            [
                "  [",
                "    {\"a\":1}",
                "    {",
                "+     \"a\": \"x\"  <- is wrong",
                "      \"b\": 2",
                "    }",
                "  ]",
            ]
        );
    }

    #[test]
    fn a_missing_member_is_shown_where_it_would_be() {
        let body = json!([{ "a": 1 }, { "b": { "c": 2 } }]);
        let refused = [violation("/1", Some("a/~")), violation("/1/b", Some("d"))];
        assert_eq!(
            drawn(&of_refused(&body, &refused)),
            [
                "  [",
                "    {\"a\":1}",
                "    {",
                "-     \"a/~\": …  <- missing",
                "      \"b\": {",
                "-       \"d\": …  <- missing",
                "        \"c\": 2",
                "      }",
                "    }",
                "  ]",
            ]
        );
    }

    fn violation(pointer: &str, missing: Option<&str>) -> SchemaViolation {
        SchemaViolation {
            pointer: pointer.to_owned(),
            message: "is wrong".to_owned(),
            missing: missing.map(str::to_owned),
            rule: crate::json::SchemaRule {
                keyword: "required".to_owned(),
                location: String::new(),
                rule: String::new(),
            },
            requirement: None,
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0u8..4).prop_map(Value::from),
            "[a-cä\n]{0,4}".prop_map(Value::from),
        ];
        scalar.prop_recursive(4, 30, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec(("[ab/~]{0,2}", inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_equal_pair_has_no_changed_line_and_a_different_one_has(one in any_json(), other in any_json()) {
            for (one, other) in [(&one, &other), (&one, &one)] {
                let diff = diff(one, other);
                let is_changed = diff.lines.iter().any(|line| {
                    matches!(line.side, DiffSide::Expected | DiffSide::Actual)
                });
                prop_assert_eq!(is_changed, !crate::json::json_equal(one, other));
                for line in &diff.lines {
                    let length = line.text.chars().count();
                    prop_assert!(line.marks.iter().all(|(start, end)| start < end && *end <= length));
                    prop_assert!(!line.text.contains('\n'));
                }
            }
        }
    }
}
