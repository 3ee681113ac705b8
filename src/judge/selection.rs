//! Conditions on the nodes that a path selects.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use serde_json::Value;

use crate::json::pointer::Path;
use crate::json::{Document, Selector};
use crate::judge::canonical::canonical;
use crate::judge::diff;
use crate::judge::form::{Form, fill};
use crate::judge::mismatch::{Mismatch, brief, brief_text, count, shown};
use crate::judge::order;
use crate::judge::order::Key;
use crate::judge::pattern::Checker;
use crate::judge::selected::{DeadEnd, Outcome, Selected, unselectable};
use crate::judge::sink::{KEPT, Sink};
use crate::model::finding::NO_NODE;
use crate::model::{Condition, Draft, FindingKind, Pattern, Scope, Selection, Span};

/// Checks the selected nodes against each condition; one list of mismatches per condition, in order.
pub(super) fn judge(
    selection: &Selection,
    scope: Scope<'_>,
    document: &Document,
) -> Vec<Vec<Mismatch>> {
    let each = || selection.conditions.iter();
    let selector = match filled(selection, scope) {
        Ok(selector) => selector,
        Err(mismatch) => return each().map(|_| vec![(*mismatch).clone()]).collect(),
    };
    let nodes = match selector.select_in(document) {
        Ok(nodes) => nodes,
        Err(why) => {
            return each()
                .map(|(_, span)| unselectable(&selector, &why, document, *span))
                .collect();
        }
    };
    let is_empty = nodes.is_empty() && !selection.or_none;
    let selected = Selected {
        path: selector.as_str(),
        span: selection.span,
        or_none: selection.or_none,
        nodes,
        dead_end: is_empty.then(|| DeadEnd::of(&selector, document)).flatten(),
        document,
        are_texts: false,
        scope,
    };
    each()
        .map(|(condition, span)| selected.judge(condition, *span))
        .collect()
}

/// The path of a selection with its values filled in.
fn filled<'s>(
    selection: &'s Selection,
    scope: Scope<'_>,
) -> Result<Cow<'s, Selector>, Box<Mismatch>> {
    let Some(template) = &selection.template else {
        return Ok(Cow::Borrowed(&selection.selector));
    };
    let path = template.render_path(scope);
    let path = path.map_err(|why| Box::new(Mismatch::unresolved(selection.span, &why)))?;
    Selector::new(&path).map(Cow::Owned).map_err(|why| {
        let message = format!("{} is no JSONPath: {why}", brief_text(&path));
        Box::new(Mismatch::new(FindingKind::Value, selection.span, message))
    })
}

impl Selected<'_> {
    /// The mismatches of a condition.
    pub(super) fn judge(&self, condition: &Condition, span: Span) -> Vec<Mismatch> {
        match self.condition(condition, span) {
            Ok(mismatches) => mismatches,
            Err(mismatch) => vec![*mismatch],
        }
    }

    fn condition(&self, condition: &Condition, span: Span) -> Outcome {
        match condition {
            Condition::Each(pattern) => self.each(pattern, span),
            Condition::Some(pattern) => self.some(pattern, span),
            Condition::None(pattern) => self.none(pattern),
            Condition::Count { min, max } => Ok(self.count(*min, *max, span)),
            Condition::Unique => Ok(self.unique(span)),
            Condition::Sorted { is_descending, by } => {
                Ok(self.sorted(*is_descending, by.as_ref(), span))
            }
            Condition::Equal(draft) => self.equal(draft, span),
            Condition::SubsetOf(draft) => self.subset_of(draft, span),
            Condition::SupersetOf(draft) => self.superset_of(draft, span),
            Condition::SameSet(draft) => self.same_set(draft, span),
        }
    }

    fn each(&self, pattern: &Pattern, span: Span) -> Outcome {
        let form = Form::of(pattern, self.scope)?;
        let mut sink = Sink::all();
        for (pointer, value) in &self.nodes {
            self.checker()
                .check(&form, value, &Path::Start(pointer), &mut sink);
        }
        let mut found = self.nothing_selected(span);
        found.extend(sink.mismatches);
        Ok(found)
    }

    fn some(&self, pattern: &Pattern, span: Span) -> Outcome {
        let form = Form::of(pattern, self.scope)?;
        let checker = self.checker();
        let is_met = self
            .nodes
            .iter()
            .any(|(pointer, value)| checker.matches(&form, value, &Path::Start(pointer)));
        if is_met {
            return Ok(Vec::new());
        }
        let message = match self.nodes.len() {
            0 => self.selects_nothing(),
            selected => format!("none of {} matches", count(selected, "selected node")),
        };
        let nearest = self.nodes.iter().min_by(|one, other| {
            let cost = |node: &(String, &Value)| checker.cost(&form, node.1, &Path::Start(&node.0));
            cost(one).total_cmp(&cost(other))
        });
        let mut mismatch =
            Mismatch::new(FindingKind::Missing, span, message).expected(form.describe());
        if let Some((pointer, value)) = nearest {
            mismatch = mismatch.at(pointer).actual(shown(value));
        }
        let mut found = vec![mismatch];
        found.extend(self.inexact_nodes(span));
        Ok(found)
    }

    fn none(&self, pattern: &Pattern) -> Outcome {
        let form = Form::of(pattern, self.scope)?;
        let mut found = self.dead_end();
        for (pointer, value) in &self.nodes {
            if found.len() >= KEPT {
                break;
            }
            let mut probe = Sink::any();
            self.checker()
                .check(&form, value, &Path::Start(pointer), &mut probe);
            if probe.saw_inexact {
                // That a number could not be compared is no evidence that it differs.
                found.extend(self.inexact_within(pointer, pattern.span));
            } else if probe.is_clean() {
                let message = format!("{} must not be selected", brief(value));
                found.push(
                    Mismatch::new(FindingKind::Extra, pattern.span, message)
                        .at(pointer)
                        .expected(format!("nothing that is {}", form.describe()))
                        .actual(shown(value)),
                );
            }
        }
        Ok(found)
    }

    fn count(&self, min: u64, max: Option<u64>, span: Span) -> Vec<Mismatch> {
        let selected = self.nodes.len() as u64;
        if selected >= min && max.is_none_or(|max| selected <= max) {
            return self.dead_end();
        }
        let expected = match max {
            Some(max) if max == min => format!("{min}"),
            Some(max) => format!("{min} to {max}"),
            None => format!("at least {min}"),
        };
        vec![self.wrong_count(&expected, span)]
    }

    fn unique(&self, span: Span) -> Vec<Mismatch> {
        let mut found = self.nothing_selected(span);
        let mut first_of: HashMap<String, &str> = HashMap::new();
        for (pointer, value) in &self.nodes {
            if found.len() >= KEPT {
                break;
            }
            let inexact = self.inexact_within(pointer, span);
            if !inexact.is_empty() {
                found.extend(inexact);
                continue;
            }
            let first = *first_of.entry(canonical(value)).or_insert(pointer);
            if first != pointer {
                let message = format!("{} is a duplicate of {first}", brief(value));
                found.push(
                    Mismatch::new(FindingKind::Duplicate, span, message)
                        .at(pointer)
                        .expected("no two equal")
                        .actual(shown(value)),
                );
            }
        }
        found
    }

    fn sorted(&self, is_descending: bool, by: Option<&Selector>, span: Span) -> Vec<Mismatch> {
        if self.nodes.len() < 2 && !self.or_none {
            let message = format!(
                "nothing to compare: {} at {}",
                count(self.nodes.len(), "node"),
                self.path
            );
            let mismatch = Mismatch::new(FindingKind::Count, span, message);
            let actual = match self.nodes.len() {
                0 => NO_NODE.to_owned(),
                nodes => count(nodes, "node"),
            };
            return vec![mismatch.expected("at least 2 nodes").actual(actual)];
        }
        let mut found = Vec::new();
        let mut previous: Option<(Key, String)> = None;
        for (pointer, value) in &self.nodes {
            if found.len() >= KEPT {
                break;
            }
            let (key, shown_key) = match order::key(self.document, pointer, value, by) {
                Ok(key) => key,
                Err(why) => {
                    let mismatch = Mismatch::new(FindingKind::Type, span, why);
                    found.push(
                        mismatch
                            .at(pointer)
                            .expected("a number or a text")
                            .actual(shown(value)),
                    );
                    continue;
                }
            };
            if let Some((before, shown_before)) = &previous {
                let wrong = match before.compare(&key) {
                    None => Some(format!(
                        "{shown_key} cannot be compared with {shown_before}"
                    )),
                    Some(Ordering::Greater) if !is_descending => {
                        Some(format!("{shown_key} comes after {shown_before}"))
                    }
                    Some(Ordering::Less) if is_descending => {
                        Some(format!("{shown_key} comes after {shown_before}"))
                    }
                    Some(_) => None,
                };
                if let Some(message) = wrong {
                    let order = if is_descending {
                        "descending"
                    } else {
                        "ascending"
                    };
                    found.push(
                        Mismatch::new(FindingKind::Value, span, message)
                            .at(pointer)
                            .expected(format!("{order} order"))
                            .actual(&shown_key),
                    );
                }
            }
            previous = Some((key, shown_key));
        }
        found
    }

    fn equal(&self, draft: &Draft, span: Span) -> Outcome {
        let expected = fill(draft, self.scope, span)?;
        let [(pointer, value)] = self.nodes.as_slice() else {
            return Ok(vec![
                self.wrong_count("exactly 1", span)
                    .expected(shown(&expected)),
            ]);
        };
        let checker = Checker::closed(&self.document.inexact);
        let mut sink = Sink::all();
        checker.value(&expected, value, span, &Path::Start(pointer), &mut sink);
        let mut found = sink.mismatches;
        if let Some(first) = found.first_mut() {
            let form = Form::value(expected, span);
            first.diff = Some(diff::against(&checker, &form, value, pointer));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use crate::judge::testing::{judge, kinds, must, pattern, response};
    use crate::model::{BodyCheck, Condition, Draft, Expression, Part, StatusPattern, Template};
    use serde_json::{Value, json};

    fn select(path: &str, condition: Condition, body: &str) -> Vec<(&'static str, String)> {
        select_or_none(path, condition, body, false)
    }

    fn select_or_none(
        path: &str,
        condition: Condition,
        body: &str,
        allowed: bool,
    ) -> Vec<(&'static str, String)> {
        let mut block = must().status(&[StatusPattern::Any]).select(path, condition);
        if let Some(BodyCheck::Select(selection)) = block.body.first_mut() {
            selection.or_none = allowed;
        }
        let judgement = judge(vec![block], &response(200, body));
        assert_eq!(judgement.passed + judgement.failed, 2);
        let found = kinds(&judgement).into_iter();
        found
            .map(|(kind, pointer)| (kind, pointer.to_owned()))
            .collect()
    }

    fn at(kind: &'static str, pointer: &str) -> (&'static str, String) {
        (kind, pointer.to_owned())
    }

    fn literal(json: Value) -> Draft {
        Draft::Literal(Box::new(json))
    }

    fn any() -> Condition {
        Condition::Each(pattern(&json!("<any>")))
    }

    #[test]
    fn an_empty_selection_fails_unless_the_case_allows_it() {
        let conditions = || {
            [
                any(),
                Condition::Unique,
                Condition::SubsetOf(literal(json!([1]))),
            ]
        };
        for condition in conditions() {
            assert_eq!(select("$[*]", condition, "[]"), [at("count", "-")]);
        }
        for condition in conditions() {
            assert_eq!(select_or_none("$[*]", condition, "[]", true), []);
        }
        let some = Condition::Some(pattern(&json!("<any>")));
        assert_eq!(select("$[*]", some, "[]"), [at("missing", "-")]);
    }

    #[test]
    fn each_reports_every_node_that_differs() {
        let each = Condition::Each(pattern(&json!("<string>")));
        assert_eq!(
            select("$[*].a", each, r#"[{"a":1},{"a":"x"},{"a":null}]"#),
            [at("type", "/0/a"), at("type", "/2/a")]
        );
    }

    #[test]
    fn some_and_none_are_opposites() {
        let five = || pattern(&json!(5));
        assert_eq!(select("$[*]", Condition::Some(five()), "[1,5]"), []);
        assert_eq!(
            select("$[*]", Condition::Some(five()), "[1]"),
            [at("missing", "/0")]
        );
        assert_eq!(
            select("$[*]", Condition::None(five()), "[1,5]"),
            [at("extra", "/1")]
        );
        assert_eq!(select("$[*]", Condition::None(five()), "[]"), []);
    }

    #[test]
    fn what_holds_of_nothing_fails_where_the_path_leads_nowhere() {
        let none = || Condition::None(pattern(&json!({ "deleted": true })));
        let zero = || Condition::Count {
            min: 0,
            max: Some(0),
        };
        let body = r#"{"items":[{"id":1,"deleted":true}],"empty":[]}"#;
        for path in ["$.itemz[*]", "$.itemz[?@.deleted == true]", "$.items.id"] {
            assert_eq!(select(path, none(), body), [at("count", "-")], "{path}");
            assert_eq!(select(path, zero(), body), [at("count", "-")], "{path}");
            assert_eq!(select_or_none(path, zero(), body, true), [], "{path}");
        }
        for path in ["$.empty[*]", "$.items[?@.id == 2]", "$.deleted"] {
            assert_eq!(select(path, none(), body), [], "{path}");
            assert_eq!(select(path, zero(), body), [], "{path}");
        }
    }

    #[test]
    fn a_filter_compares_numbers_that_no_double_holds() {
        let count = |count| Condition::Count {
            min: count,
            max: Some(count),
        };
        let body = r#"{"ratio":1.00000000000000000001}"#;
        assert_eq!(select("$[?@ == 1]", count(0), body), []);
        assert_eq!(select("$[?@ > 1]", count(1), body), []);
    }

    #[test]
    fn a_count_is_of_nodes() {
        let count = |min, max| Condition::Count { min, max };
        assert_eq!(select("$[*]", count(2, Some(2)), "[1,1]"), []);
        assert_eq!(select("$[*]", count(2, Some(2)), "[1]"), [at("count", "-")]);
        assert_eq!(select("$[*]", count(1, None), "[]"), [at("count", "-")]);
    }

    #[test]
    fn unique_compares_by_value() {
        assert_eq!(select("$[*]", Condition::Unique, r#"[1,"1",2]"#), []);
        assert_eq!(
            select("$[*]", Condition::Unique, "[1,2,1.0]"),
            [at("duplicate", "/2")]
        );
    }

    #[test]
    fn equal_is_of_exactly_one_node() {
        let equal = || Condition::Equal(literal(json!({ "a": [1] })));
        assert_eq!(select("$.x", equal(), r#"{"x":{"a":[1.0]}}"#), []);
        assert_eq!(
            select("$.x", equal(), r#"{"x":{"a":[2],"b":1}}"#),
            [at("value", "/x/a/0"), at("extra", "/x/b")]
        );
        assert_eq!(select("$.x", equal(), "{}"), [at("count", "-")]);
    }

    #[test]
    fn an_order_is_exact_and_needs_two_nodes() {
        let sorted = |is_descending, by: Option<&str>, body: &str| {
            let by = by.map(|by| crate::json::Selector::new(by).unwrap());
            select("$[*]", Condition::Sorted { is_descending, by }, body)
        };
        assert_eq!(
            sorted(false, None, "[1, 1.0, 1.00000000000000000001, 2]"),
            []
        );
        assert_eq!(sorted(false, None, "[1, 3, 2]"), [at("value", "/2")]);
        assert_eq!(sorted(true, None, r#"["b", "a", "a"]"#), []);
        assert_eq!(sorted(true, None, r#"["a", "b"]"#), [at("value", "/1")]);
        let by = Some("$.a");
        assert_eq!(sorted(false, by, r#"[{"a":1},{"a":2}]"#), []);
        assert_eq!(
            sorted(false, by, r#"[{"a":2},{"a":1}]"#),
            [at("value", "/1")]
        );
        assert_eq!(
            sorted(false, by, r#"[{"a":2},{"b":3}]"#),
            [at("type", "/1")]
        );
        assert_eq!(sorted(false, None, r#"[1, "2"]"#), [at("value", "/1")]);
        assert_eq!(
            sorted(
                false,
                None,
                r#"["2026-01-31T12:00:00+02:00", "2026-01-31T11:00:00Z"]"#
            ),
            []
        );
        for body in ["[]", "[1]"] {
            assert_eq!(sorted(false, None, body), [at("count", "-")], "{body}");
            let sorted = Condition::Sorted {
                is_descending: false,
                by: None,
            };
            assert_eq!(select_or_none("$[*]", sorted, body, true), [], "{body}");
        }
    }

    #[test]
    fn sets_are_compared_as_said() {
        let set = || literal(json!([1, 2, 2]));
        assert_eq!(select("$[*]", Condition::SubsetOf(set()), "[2,1,1]"), []);
        assert_eq!(
            select("$[*]", Condition::SubsetOf(set()), "[3]"),
            [at("extra", "/0")]
        );
        assert_eq!(select("$[*]", Condition::SupersetOf(set()), "[1,2,3]"), []);
        assert_eq!(select("$[*]", Condition::SupersetOf(set()), "[1]").len(), 2);
        assert_eq!(select("$[*]", Condition::SameSet(set()), "[2,1,2]"), []);
        assert_eq!(
            select("$[*]", Condition::SameSet(set()), "[2,1,1]"),
            [at("extra", "/2"), at("missing", "-")]
        );
    }

    #[test]
    fn superset_of_nothing_is_no_check() {
        let none = Draft::Template(Box::new(Template {
            parts: vec![Part::Hole(Expression::Capture("none".into()))],
            span: crate::judge::testing::span(),
        }));
        assert_eq!(
            select("$[*]", Condition::SupersetOf(none), "[1]"),
            [at("count", "-")]
        );
    }

    #[test]
    fn big_integers_are_in_no_set() {
        let body = "[18446744073709551617]";
        let set = || literal(json!([18_446_744_073_709_551_616.0]));
        for condition in [
            Condition::SubsetOf(set()),
            Condition::SameSet(set()),
            Condition::Unique,
            Condition::Equal(literal(json!(18_446_744_073_709_551_616.0))),
            Condition::None(pattern(&json!(5))),
        ] {
            let found = select("$[*]", condition.clone(), body);
            assert!(
                found.contains(&at("inexact", "/0")),
                "{condition:?}: {found:?}"
            );
        }
    }

    #[test]
    fn a_set_that_is_no_array_is_a_finding() {
        let condition = Condition::SubsetOf(literal(json!("x")));
        assert_eq!(select("$[*]", condition, "[1]"), [at("type", "-")]);
    }
}
