//! Security schemes as identities: cases name them, targets have what makes a request theirs.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::literal;
use crate::import::name::{kebab, words};
use crate::import::openapi::document::Place;
use crate::import::openapi::fixture::Fixtures;
use crate::import::openapi::plan::{Plan, Planned};
use crate::import::yaml::{Entry, Yaml};

/// The identities that cases use.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    /// By name: the schemes.
    all: BTreeMap<String, Vec<String>>,
    /// By name: callers without a scope, with the schemes and the scope.
    lacking: BTreeMap<String, (Vec<String>, String)>,
    used: BTreeMap<String, BTreeSet<String>>,
}

/// What a request needs to be accepted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credentials {
    /// The identity as the contract writes it.
    pub(crate) identity: Option<String>,
    /// Keys in the query: fixtures.
    pub(crate) query: Vec<(String, String)>,
}

impl Credentials {
    /// Is there a difference between a request with them and one without?
    pub(crate) fn are_needed(&self) -> bool {
        self.identity.is_some() || !self.query.is_empty()
    }
}

impl Identities {
    /// The credentials of an operation: of the first of its alternatives that is known.
    pub(crate) fn of(
        &mut self,
        plan: &Plan<'_>,
        planned: &Planned<'_>,
        fixtures: &mut Fixtures,
    ) -> Credentials {
        let Some((_, schemes)) = chosen(plan, planned) else {
            return Credentials::default();
        };
        let mut credentials = Credentials::default();
        let mut others = Vec::new();
        for name in schemes {
            let Some(place) = scheme(plan, name) else {
                continue;
            };
            if place.text("type") == Some("apiKey") && place.text("in") == Some("query") {
                let key = place.text("name").unwrap_or(name).to_owned();
                let value = format!("${{env.{}}}", variable(plan, name, ""));
                let about = format!("the key of the security scheme `{name}`");
                let fixture = fixtures.other(
                    plan,
                    &planned.contract,
                    &kebab(name, "key"),
                    &about,
                    Some(value.into()),
                );
                credentials.query.push((key, fixture));
            } else if place.text("type") != Some("mutualTLS") {
                others.push(name.clone());
            }
        }
        if !others.is_empty() {
            let names: Vec<String> = others.iter().map(|name| kebab(name, "caller")).collect();
            let name = names.join("-and-");
            self.all.insert(name.clone(), others);
            self.used
                .entry(planned.contract.clone())
                .or_default()
                .insert(name.clone());
            credentials.identity = Some(plan.shared_name(&planned.contract, &name));
        }
        credentials
    }

    /// The identity of a caller without a scope that the operation needs.
    pub(crate) fn lacking(
        &mut self,
        plan: &Plan<'_>,
        planned: &Planned<'_>,
        scope: &str,
    ) -> Option<String> {
        let (_, schemes) = chosen(plan, planned)?;
        let first = schemes.first()?;
        let name = format!(
            "{}-without-{}",
            kebab(first, "caller"),
            kebab(scope, "scope")
        );
        let lacked = (schemes.clone(), scope.to_owned());
        let mut tried = name.clone();
        let mut number = 2_usize;
        while self
            .lacking
            .get(&tried)
            .is_some_and(|known| *known != lacked)
            || self.all.contains_key(&tried)
        {
            tried = format!("{name}-{number}");
            number += 1;
        }
        self.lacking.insert(tried.clone(), lacked);
        self.used
            .entry(planned.contract.clone())
            .or_default()
            .insert(tried.clone());
        Some(plan.shared_name(&planned.contract, &tried))
    }

    /// A line for each identity that has no value in the target yet.
    pub(crate) fn missing(&self, plan: &Plan<'_>) -> Vec<String> {
        let missing = self.lacking.iter().map(|(name, (schemes, scope))| {
            format!(
                "{}.{name}: TODO   # credentials for `{}` without the scope `{scope}`",
                plan.name,
                schemes.join("` and `")
            )
        });
        missing.collect()
    }

    /// The entries of `identities` in a contract.
    pub(crate) fn declared(&self, plan: &Plan<'_>, contract: &str) -> Vec<Entry> {
        let used = self.used.get(contract).into_iter().flatten();
        let entries = used.map(|name| {
            let about = match self.lacking.get(name) {
                Some((schemes, scope)) => format!(
                    "a caller with credentials for `{}` that lack the scope `{scope}`",
                    schemes.join("` and `")
                ),
                None => format!(
                    "a caller with credentials for `{}`",
                    self.all[name].join("` and `")
                ),
            };
            Entry::new(plan.shared_name(contract, name), Yaml::text(about))
        });
        entries.collect()
    }

    /// The entries of `identities` in a target file.
    pub(crate) fn values(&self, plan: &Plan<'_>) -> Vec<Entry> {
        let identities = self.all.iter().map(|(name, schemes)| {
            let mut entries: Vec<Entry> = Vec::new();
            for scheme_name in schemes {
                let Some(place) = scheme(plan, scheme_name) else {
                    continue;
                };
                let entry = sends(plan, scheme_name, place);
                if !entries.iter().any(|known| known.key == entry.key) {
                    entries.push(entry);
                }
            }
            Entry::new(format!("{}.{name}", plan.name), Yaml::Map(entries))
        });
        identities.collect()
    }
}

/// The first alternative whose schemes are all known, and its place in the list.
fn chosen<'p>(plan: &Plan<'_>, planned: &'p Planned<'_>) -> Option<(usize, &'p Vec<String>)> {
    let alternatives = &planned.operation.security;
    if alternatives.iter().any(Vec::is_empty) {
        return None;
    }
    let is_known = |name: &String| scheme(plan, name).is_some();
    let mut alternatives = alternatives.iter().enumerate();
    alternatives.find(|(_, schemes)| schemes.iter().all(is_known))
}

/// A scope that the credentials of an operation must have: the last one that the document names.
pub(crate) fn needed_scope<'p>(plan: &Plan<'_>, planned: &'p Planned<'_>) -> Option<&'p str> {
    let (at, _) = chosen(plan, planned)?;
    let scope = planned.operation.scopes.get(at)?.last()?;
    Some(scope.as_str()).filter(|scope| !scope.chars().any(char::is_control))
}

fn scheme<'p>(plan: &'p Plan<'_>, name: &str) -> Option<&'p Place<'p>> {
    let mut schemes = plan.api.schemes.iter();
    schemes
        .find(|(known, _)| known == name)
        .map(|(_, place)| place)
}

/// The variable of the environment for a secret.
fn variable(plan: &Plan<'_>, scheme: &str, what: &str) -> String {
    let parts = [&plan.name, scheme, what].map(|part| words(part).join("_").to_ascii_uppercase());
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    let name = parts.collect::<Vec<_>>().join("_");
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        return format!("API_{name}");
    }
    name
}

fn sends(plan: &Plan<'_>, name: &str, place: &Place<'_>) -> Entry {
    let secret = |what: &str| Yaml::text(format!("${{env.{}}}", variable(plan, name, what)));
    let is = |key: &str, text: &str| {
        place
            .text(key)
            .is_some_and(|found| found.eq_ignore_ascii_case(text))
    };
    if is("type", "apiKey") {
        let key = place.text("name").unwrap_or("X-API-Key").to_owned();
        if is("in", "cookie") {
            let key = literal::template(&key);
            let value = format!("{key}=${{env.{}}}", variable(plan, name, ""));
            return Entry::new("Cookie", Yaml::text(value));
        }
        return Entry::new(key, secret(""));
    }
    if is("type", "http") && is("scheme", "basic") {
        let entries = [
            Entry::new("user", secret("user")),
            Entry::new("password", secret("password")),
        ];
        return Entry::new("basic", Yaml::map(entries));
    }
    if is("type", "http") && !is("scheme", "bearer") {
        return Entry::new("Authorization", secret(""));
    }
    let flow = place
        .get("flows")
        .and_then(|flows| flows.get("clientCredentials"));
    let token = flow.as_ref().and_then(|flow| flow.text("tokenUrl"));
    if let Some(url) = token.filter(|url| {
        url.starts_with("https://") && !url.contains(char::is_whitespace) && !url.contains("${")
    }) {
        return Entry::new(
            "oauth2",
            Yaml::map([
                Entry::new("token-url", Yaml::text(url)),
                Entry::new("client-id", secret("client-id")),
                Entry::new("client-secret", secret("client-secret")),
            ]),
        );
    }
    let environment = Yaml::map([Entry::new("env", Yaml::text(variable(plan, name, "")))]);
    Entry::new("bearer", environment)
}
