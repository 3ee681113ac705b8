//! Checks request bodies with the fixtures of a target against the schemas of legal bodies.
//!
//! The loader has checked them with the fixtures of `targets/reference.yaml`; a value of another target can make a body
//! illegal, and a conforming server would be blamed for rejecting it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::load::fixture_forms::PlacedFixture;
use crate::model::{Body, Diagnostic, Expression, Request, Scope, Suite};

/// Checks every body that depends on fixtures alone. Bodies with captured values are not known before the run.
pub(super) fn check(
    suite: &Suite,
    fixtures: &[PlacedFixture<'_>],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let values: BTreeMap<String, Value> = fixtures
        .iter()
        .map(|fixture| (fixture.name.to_owned(), fixture.value.clone()))
        .collect();
    let captures = BTreeMap::new();
    let scope = Scope {
        fixtures: &values,
        captures: &captures,
    };
    let mut reported = BTreeSet::new();
    let steps = suite.cases.iter().flat_map(|case| {
        case.steps
            .iter()
            .chain(&case.finally)
            .map(move |step| (case, step))
    });
    for (case, step) in steps {
        let request = &step.request;
        let Some(problem) = problem(request, scope, suite) else {
            continue;
        };
        let used = used(request);
        let Some(fixture) = fixtures.iter().find(|fixture| used.contains(fixture.name)) else {
            continue;
        };
        if !reported.insert((fixture.name, request.schema.map(|id| id.0))) {
            continue;
        }
        let is_secret = fixtures
            .iter()
            .any(|fixture| fixture.is_secret && used.contains(fixture.name));
        let names: Vec<String> = used.iter().map(|name| format!("`{name}`")).collect();
        let message = format!(
            "with this value of {}, the body of a request of `{}` {}",
            names.join(", "),
            case.id,
            problem.0
        );
        let diagnostic = Diagnostic::error("target/request-body", fixture.node.span, message)
            .also(request.span, "the request");
        diagnostics.push(match problem.1 {
            Some(why) if !is_secret => diagnostic.label(why),
            _ => diagnostic,
        });
    }
}

/// How the body of a request differs from what the case says about it, and why.
fn problem(
    request: &Request,
    scope: Scope<'_>,
    suite: &Suite,
) -> Option<(&'static str, Option<String>)> {
    let schema = suite.schema(request.schema?);
    let value: Value = match &request.body {
        Body::Json(draft) => draft.resolve(scope).ok()?,
        Body::Text(template) => serde_json::from_str(&template.render(scope).ok()?).ok()?,
        Body::None | Body::Form(_) | Body::Multipart(_) | Body::File(_) | Body::Bytes(_) => {
            return None;
        }
    };
    let first = schema.violations(&value).into_iter().next();
    match (first, &request.illegal) {
        (Some(violation), None) => Some((
            "is one that its schema rejects",
            Some(format!("{}: {}", violation.pointer, violation.message)),
        )),
        (None, Some(_)) => Some(("is legal, although `illegal` is set", None)),
        _ => None,
    }
}

/// The fixtures in the body.
fn used(request: &Request) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut see = |expression: &Expression| {
        if let Expression::Fixture(name) = expression {
            used.insert(name.clone());
        }
    };
    request.body.visit_holes(&mut |hole| hole.visit(&mut see));
    used
}
