//! The operations of the rules of a contract: how they are written, and what the suite requests of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::load::read_rule::ReadRule;
use crate::load::record::Names;
use crate::load::scalars::is_token;
use crate::model::{Case, Diagnostic, Expression, Function, Operation, Request, Span, Step};
use crate::text::nearest::nearest;

/// The operations of a rule, and where each is written.
pub(crate) fn operations(
    names: Option<&Names<'_>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Operation>, Vec<Span>) {
    let (mut operations, mut places) = (Vec::new(), Vec::new());
    for name in names.iter().flat_map(|names| &names.0) {
        if let Some(help) = why_no_operation(name.value) {
            let message = format!("`{}` is not an operation", name.value.escape_debug());
            diagnostics
                .push(Diagnostic::error("contract/operation", name.span, message).help(help));
        } else {
            operations.push(Operation::new(name.value));
            places.push(name.span);
        }
    }
    (operations, places)
}

/// What is wrong with the name of an operation, and how it is written.
pub(crate) fn why_no_operation(name: &str) -> Option<String> {
    let Some((method, path)) = name.split_once(' ') else {
        return Some("write a method and a path: `POST /users/{}/seats`".into());
    };
    let with_empty_braces = outline(path);
    if is_token(method) && path.starts_with('{') {
        Some(format!(
            "a captured URL has the operation that its own path names: write that, as in `{method} /users/{{}}/seats`"
        ))
    } else if !is_token(method) || !path.starts_with('/') || path.contains(char::is_whitespace) {
        Some("write a method and a path: `POST /users/{}/seats`".into())
    } else if path.contains(['?', '#']) {
        Some("leave out the query: a rule holds for every query".into())
    } else if with_empty_braces != path.replace("/{**}", "/{}") {
        Some(format!(
            "write `{{}}` for each value: `{method} {with_empty_braces}`"
        ))
    } else if path.split('/').any(|segment| matches!(segment, "*" | "**")) {
        let meant = path.split('/').map(|segment| match segment {
            "*" => "{}",
            "**" => "{**}",
            other => other,
        });
        let meant: Vec<&str> = meant.collect();
        Some(format!(
            "`*` is no wildcard: write `{{}}` for a value: `{method} {}`",
            meant.join("/")
        ))
    } else {
        let meant = standard_method(method)?;
        Some(format!("did you mean `{meant} {path}`?"))
    }
}

/// The methods of RFC 9110 and RFC 5789.
const METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH",
];

/// The standard method that this one was meant to be: it is a method of nobody, and one letter away.
fn standard_method(method: &str) -> Option<&'static str> {
    let is_near = |known: &&&str| {
        method.len() > 2 && method.len().abs_diff(known.len()) <= 1 && is_slip(method, known)
    };
    // `BIND`, `QUERY` and the other registered methods are more than a slip away from all of these.
    METHODS.iter().find(is_near).copied()
}

/// Is a word another one with a letter too many, too few, or two letters swapped? Another letter makes another word.
fn is_slip(written: &str, meant: &str) -> bool {
    let (written, meant): (Vec<char>, Vec<char>) =
        (written.chars().collect(), meant.chars().collect());
    let without = |word: &[char], at: usize| {
        let mut rest = word.to_vec();
        rest.remove(at);
        rest
    };
    let is_longer_by_one = |long: &[char], short: &[char]| {
        long.len() == short.len() + 1 && (0..long.len()).any(|at| without(long, at) == short)
    };
    let is_swapped = written.len() == meant.len()
        && (1..written.len()).any(|at| {
            let mut swapped = written.clone();
            swapped.swap(at - 1, at);
            written != meant && swapped == meant
        });
    is_longer_by_one(&written, &meant) || is_longer_by_one(&meant, &written) || is_swapped
}

/// The path with `{}` for `{name}` and `${fixture.name}`.
fn outline(path: &str) -> String {
    let mut outline = String::new();
    let mut rest = path;
    while let Some((before, inside)) = rest.split_once('{') {
        outline.push_str(before.strip_suffix('$').unwrap_or(before));
        outline.push_str("{}");
        rest = inside.split_once('}').map_or("", |(_, after)| after);
    }
    outline + &rest.replace('}', "")
}

/// May the request, or a redirect that is followed, be sent to an operation of this method whatever path the step
/// writes? The method of a redirect stays, or becomes GET.
pub(crate) fn may_lead_to(request: &Request, method: &str) -> bool {
    let mut has_path = false;
    request.path.visit_holes(&mut |hole| {
        has_path |= matches!(hole, Expression::Call(Function::Path, _));
    });
    let may_become_get = request.follow > 0 && request.method != "HEAD";
    let is_open = request.link.is_some() || request.follow > 0 || has_path;
    is_open && (method == request.method || may_become_get && method == "GET")
}

/// What the steps of a contract request.
#[derive(Default)]
struct Requested<'c> {
    /// The operations that are written.
    written: BTreeSet<String>,
    /// The methods of the requests that may lead anywhere.
    open: BTreeSet<&'c str>,
    /// The rules that hold for a step.
    used: BTreeSet<Span>,
}

impl<'c> Requested<'c> {
    fn add(&mut self, step: &'c Step) {
        let request = &step.request;
        if request.link.is_none() {
            self.written.insert(request.operation());
        }
        let methods = [request.method.as_str(), "GET"].into_iter();
        self.open
            .extend(methods.filter(|method| may_lead_to(request, method)));
        let written = step.rules.iter().map(|one| &one.rule);
        self.used
            .extend(written.chain(&*step.open_rules).map(|rule| rule.span));
    }

    fn writes(&self, operation: &Operation) -> bool {
        self.written.iter().any(|written| {
            let (method, path) = written.split_once(' ').unwrap_or((written, ""));
            operation.names(method, path)
        })
    }

    /// The written operation that this one was meant to be.
    fn meant_by(&self, operation: &Operation) -> Option<String> {
        let name = operation.name();
        let all: BTreeSet<String> = (self.written.iter())
            .map(|written| with_values_of(name, written))
            .collect();
        let all = || all.iter().map(String::as_str);
        let same_method =
            all().filter(|written| written.split(' ').next() == Some(operation.method()));
        let meant = nearest(name, same_method).or_else(|| nearest(name, all()));
        meant.filter(|meant| *meant != name).map(str::to_owned)
    }
}

/// A written operation with `{}` where a rule has it: `GET /todos/{}` for `GET /todos/1`, beside `GET /todo/{}`.
fn with_values_of(rule: &str, written: &str) -> String {
    let count = |name: &str| name.split('/').count();
    if count(rule) != count(written) {
        return written.to_owned();
    }
    let segments = written.split('/').zip(rule.split('/'));
    let segments = segments.map(|(written, rule)| {
        let is_value = rule == "{}" && !written.is_empty();
        if is_value { rule } else { written }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Warns about each operation of a rule that no step requests, and about each rule that holds for no step.
pub(crate) fn warn_unused(
    rules: &BTreeMap<String, Vec<ReadRule>>,
    cases: &[Case],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut requested: Vec<Requested<'_>> = rules.keys().map(|_| Requested::default()).collect();
    for case in cases {
        if let Some(requested) = requested.get_mut(case.contract) {
            for step in case.steps.iter().chain(&case.finally) {
                requested.add(step);
            }
        }
    }
    for (rules, requested) in rules.values().zip(&requested) {
        for known in rules {
            let rule = &known.rule;
            let count = diagnostics.len();
            let mut followed = 0_usize;
            for (operation, place) in rule.operations.iter().zip(&known.places) {
                if requested.writes(operation) {
                    continue;
                }
                if known.is_followed && requested.open.contains(operation.method()) {
                    followed += 1;
                    continue;
                }
                diagnostics.push(unused(operation, &rule.id, *place, requested));
            }
            if known.is_followed && followed == 0 && diagnostics.len() == count {
                let message = format!("`followed` in the rule `{}` has no effect", rule.id);
                diagnostics.push(
                    Diagnostic::error("contract/unused-rule", rule.span, message)
                        .as_warning()
                        .help("steps name all of its operations: remove `followed`"),
                );
            }
            if diagnostics.len() == count
                && !requested.used.contains(&rule.span)
                && !rule.operations.is_empty()
            {
                let message = format!("the rule `{}` matches no step of any case", rule.id);
                diagnostics.push(
                    Diagnostic::error("contract/unused-rule", rule.span, message)
                        .as_warning()
                        .help("each step that requests its operations opts out of it: remove the rule"),
                );
            }
        }
    }
}

fn unused(operation: &Operation, rule: &str, at: Span, requested: &Requested<'_>) -> Diagnostic {
    let message =
        format!("no request of the suite is `{operation}`, which the rule `{rule}` names");
    let warning = Diagnostic::error("contract/unused-rule", at, message).as_warning();
    let warning = match requested.meant_by(operation) {
        Some(meant) => warning.help(format!("did you mean `{meant}`?")),
        None => warning.help(
            "write the method and the path of a request, with `{}` for values: `GET /books/{}`",
        ),
    };
    warning.help(if requested.open.contains(operation.method()) {
        "a captured URL or a redirect may still lead to it: if one does, say so in the rule with `followed: true`"
    } else {
        "captured URLs and redirects have the operation that their own path names"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_has_the_values_of_the_rule() {
        let mut requested = Requested::default();
        for written in [
            "GET /todos/1",
            "GET /todos/2",
            "DELETE /todos/{}",
            "GET /x//y",
        ] {
            requested.written.insert(written.to_owned());
        }
        let meant = |name: &str| requested.meant_by(&Operation::new(name));
        assert_eq!(meant("GET /todo/{}").as_deref(), Some("GET /todos/{}"));
        assert_eq!(meant("GET /todos").as_deref(), Some("GET /todos/1"));
        assert_eq!(meant("PATCH /nothing/{}/like/this"), None);
    }

    #[test]
    fn only_a_slip_of_a_standard_method_is_no_method() {
        for (written, meant) in [
            ("DELET", Some("DELETE")),
            ("PSOT", Some("POST")),
            ("GETT", Some("GET")),
            ("PTCH", Some("PATCH")),
            ("GET", None),
            ("get", None),
            ("PURGE", None),
            ("QUERY", None),
            ("REPORT", None),
            ("LOCK", None),
            ("BIND", None),
            ("POLL", None),
            ("M-SEARCH", None),
        ] {
            assert_eq!(standard_method(written), meant, "{written}");
        }
    }
}
