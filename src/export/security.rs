//! The credentials of identities as security schemes. No credential is read but for the word that names its scheme.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::export::collect::Operation;
use crate::model::{AuthScheme, Suite, Target};
use crate::text::names::slug;

/// How a credential is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scheme {
    /// The name among the components.
    name: String,
    described: Value,
}

/// The scheme of each identity of the contracts, by full name.
pub(super) fn schemes(suite: &Suite, target: &Target) -> BTreeMap<String, Scheme> {
    let contracts = suite.contracts.iter();
    let names = contracts.flat_map(|contract| contract.identities.keys());
    names
        .map(|name| (name.clone(), scheme(name, target)))
        .collect()
}

fn scheme(name: &str, target: &Target) -> Scheme {
    let http = |word: &str| Scheme {
        name: word.to_owned(),
        described: json!({ "type": "http", "scheme": word }),
    };
    let key = |place: &str, field: &str| Scheme {
        name: slug(field),
        described: json!({ "type": "apiKey", "in": place, "name": field }),
    };
    let Some(identity) = target.identities.get(name) else {
        return http("bearer");
    };
    if let Some(field) = identity.fetched_field() {
        return if field == "Cookie" {
            key("cookie", "session")
        } else {
            http("bearer")
        };
    }
    let Some((field, value)) = identity.headers.first() else {
        return http("bearer");
    };
    if !field.eq_ignore_ascii_case("authorization") {
        return key("header", field);
    }
    match value.scheme() {
        AuthScheme::Bearer => http("bearer"),
        AuthScheme::Basic => http("basic"),
        AuthScheme::Other => key("header", "Authorization"),
    }
}

/// The schemes as components.
pub(super) fn described(schemes: &BTreeMap<String, Scheme>) -> Value {
    let schemes = schemes.values();
    let described = schemes.map(|scheme| (scheme.name.clone(), scheme.described.clone()));
    Value::Object(described.collect::<Map<String, Value>>())
}

/// What an operation needs: one of the schemes of the identities that succeed, or nothing where a request without an
/// identity succeeds too. `None` if no case says.
pub(super) fn of_operation(
    operation: &Operation<'_>,
    schemes: &BTreeMap<String, Scheme>,
) -> Option<Value> {
    let mut names: BTreeSet<Option<&str>> = BTreeSet::new();
    for (_, step) in operation.successes() {
        let identity = step.request.identity.as_ref();
        let scheme = identity.and_then(|name| schemes.get(name));
        names.insert(scheme.map(|scheme| scheme.name.as_str()));
    }
    if names.is_empty() {
        return None;
    }
    let needs = names.into_iter().map(|name| match name {
        Some(name) => json!({ name: [] }),
        None => json!({}),
    });
    Some(needs.collect())
}
