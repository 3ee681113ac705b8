//! The rules for the answers to requests whose operation is known only when they are sent: captured URLs, redirects.
//!
//! What was sent decides: method and URL of each request. So a recording is held to the same rules as the run.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use url::Url;

use crate::model::{AnswerPlace, Contract, Exchange, Operation, Rule, Step, StepRule};

/// Base URLs by the names of their services.
type Services = BTreeMap<String, String>;

/// The step with the rules that hold for each answer of an exchange.
pub(crate) fn held<'s>(
    step: &'s Step,
    exchange: &Exchange,
    contract: &Contract,
    services: &Services,
) -> Cow<'s, Step> {
    if step.open_rules.is_empty() && (step.rules.is_empty() || exchange.hops.is_empty()) {
        return Cow::Borrowed(step);
    }
    let mut rules: Vec<StepRule> = Vec::new();
    for (number, (method, url)) in exchange.sent().enumerate() {
        let about = if number < exchange.hops.len() {
            AnswerPlace::Redirect(number)
        } else {
            AnswerPlace::Last
        };
        if number == 0 {
            rules.extend(step.rules.iter().map(|one| StepRule {
                about,
                is_found: step.request.follow > 0,
                ..one.clone()
            }));
        }
        let Some(path) = path_below(url, contract.services.keys(), services) else {
            continue;
        };
        let holds = |rule: &&Arc<Rule>| rule.is_about(method, &path);
        for rule in step.open_rules.iter().filter(holds) {
            let is_same = |one: &StepRule| one.about == about && Arc::ptr_eq(&one.rule, rule);
            if !rules.iter().any(is_same) {
                rules.push(StepRule {
                    rule: Arc::clone(rule),
                    is_certain: false,
                    is_found: true,
                    about,
                });
            }
        }
    }
    Cow::Owned(Step {
        rules,
        ..step.clone()
    })
}

/// The first redirect that a rule describes and whose answer was not kept: its number, from 0.
pub(crate) fn unkept(step: &Step, exchange: &Exchange) -> Option<usize> {
    let mut rules = step.rules.iter();
    rules.find_map(|one| {
        let number = one.about.redirect()?;
        let hop = exchange.hops.get(number)?;
        (hop.answer.is_none() && one.rule.describes_status(hop.status)).then_some(number)
    })
}

/// The operation that a request belongs to: of those that name it, the one with the most fixed segments.
pub(crate) fn operation_of<'o>(
    (method, url): (&str, &str),
    operations: impl Iterator<Item = &'o Operation>,
    contract: &Contract,
    services: &Services,
) -> Option<&'o Operation> {
    let path = path_below(url, contract.services.keys(), services)?;
    let named = operations.filter(|operation| operation.names(method, &path));
    named.max_by_key(|operation| {
        let open = std::cmp::Reverse(operation.open_segments());
        (operation.fixed_segments(), open)
    })
}

/// The path of a URL below the base URL of one of these services: the longest one that fits.
fn path_below<'n>(
    url: &str,
    names: impl Iterator<Item = &'n String>,
    services: &Services,
) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let below = names.filter_map(|name| {
        let base = Url::parse(services.get(name)?).ok()?;
        let rest = url.path().strip_prefix(base.path().trim_end_matches('/'))?;
        let is_below = base.origin() == url.origin() && rest.starts_with('/');
        is_below.then(|| rest.to_owned())
    });
    below.min_by_key(String::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_that_below_the_longest_base_url() {
        let names = ["api".to_owned(), "files".to_owned(), "unset".to_owned()];
        let services: Services = [
            ("api", "https://API.example:443/v1/"),
            ("files", "https://api.example/v1/files"),
            ("other", "https://api.example"),
        ]
        .map(|(name, url)| (name.to_owned(), url.to_owned()))
        .into();
        for (url, path) in [
            ("https://api.example/v1/books/7?x=/y", Some("/books/7")),
            ("https://api.example/v1/files/7", Some("/7")),
            ("https://api.example/v1/filesystem", Some("/filesystem")),
            ("https://api.example/v1", None),
            ("https://api.example/v12/a", None),
            ("https://api.example/books/7", None),
            ("http://api.example/v1/books/7", None),
            ("/v1/books/7", None),
        ] {
            let found = path_below(url, names.iter(), &services);
            assert_eq!(found.as_deref(), path, "{url}");
        }
    }
}
