//! What the document says nothing about, as entries of `unchecked`: a proof does not fail for it, and reports it as allowed.
//!
//! Each entry may match nothing: what a service sends beyond the document is its own business.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::openapi::api::Media;
use crate::import::openapi::plan::{Plan, Planned};
use crate::import::openapi::status;
use crate::import::yaml::{Entry, Yaml};

/// The fields that `prove` changes in every answer, besides the media type.
const FIELDS: [&str; 3] = ["Location", "Retry-After", "WWW-Authenticate"];

const BODY: &str = "body";
const CONTENT_TYPE: &str = "header Content-Type";

/// The statuses of a refusal of which the document does not say which one it is.
const REFUSALS: [&str; 6] = ["400", "404", "409", "413", "415", "422"];

/// An answer of which a part is not checked.
#[derive(Clone, Debug)]
pub(crate) struct Unchecked {
    /// `DELETE /pets/{} 204`.
    answer: String,
    at: Vec<&'static str>,
    reason: &'static str,
}

impl Unchecked {
    /// One of which neither the media type nor the body is checked.
    pub(crate) fn whole(answer: String, reason: &'static str) -> Unchecked {
        Unchecked {
            answer,
            at: vec![BODY, CONTENT_TYPE],
            reason,
        }
    }
}

/// Answers with a body that is not checked, or only partly.
pub(crate) fn of_body(
    planned: &Planned<'_>,
    statuses: &[String],
    (checks_type, checks_body): (bool, bool),
    reason: &'static str,
) -> Vec<Unchecked> {
    let mut at = Vec::new();
    if !checks_body {
        at.push(BODY);
    }
    if !checks_type {
        at.push(CONTENT_TYPE);
    }
    if at.is_empty() {
        return Vec::new();
    }
    let answers = answers(planned, statuses).into_iter();
    let entries = answers.map(|answer| Unchecked {
        answer,
        at: at.clone(),
        reason,
    });
    entries.collect()
}

/// Answers that cases get and the document does not describe.
pub(crate) fn undescribed(planned: &Planned<'_>, provoked: &[Vec<String>]) -> Vec<Unchecked> {
    let is_described = |status: &str| {
        let mut responses = planned.operation.responses.iter();
        responses.any(|response| {
            response.status == "default" || status::includes(&response.status, status)
        })
    };
    let statuses: BTreeSet<&str> = provoked
        .iter()
        .flatten()
        .flat_map(|status| match status.as_str() {
            "4XX" => REFUSALS.to_vec(),
            status => vec![status],
        })
        .filter(|status| !is_described(status) && !status.ends_with("XX"))
        .collect();
    let name = name(planned);
    let entries = statuses.into_iter().map(|status| {
        let answer = format!("{name} {status}");
        Unchecked::whole(answer, "the document does not describe this answer")
    });
    entries.collect()
}

/// Do the media types say which one an answer has?
pub(crate) fn names_types(media: &[Media<'_>], is_media_type: impl Fn(&str) -> bool) -> bool {
    !media.is_empty() && media.iter().all(|media| is_media_type(&media.name))
}

/// The entries of a contract. `noted` are those of its operations, which are `planned`.
pub(crate) fn entries(
    plan: &Plan<'_>,
    operations: &[&Planned<'_>],
    noted: impl Iterator<Item = Unchecked>,
) -> Vec<Yaml> {
    let mut by_reason: BTreeMap<(&str, Vec<&str>), BTreeSet<String>> = BTreeMap::new();
    for one in noted {
        let answers = by_reason.entry((one.reason, one.at)).or_default();
        answers.insert(one.answer);
    }
    let mut entries: Vec<Yaml> = by_reason
        .into_iter()
        .map(|((reason, at), answers)| entry(answers, &at, reason))
        .collect();
    entries.extend(fields(plan, operations));
    let reason = "the schemas of the document say nothing about it";
    entries.push(entry(BTreeSet::new(), &["undescribed"], reason));
    entries
}

/// The entries about header fields that the document does not require.
fn fields(plan: &Plan<'_>, operations: &[&Planned<'_>]) -> Vec<Yaml> {
    let mut of_all = Vec::new();
    let mut others: BTreeMap<BTreeSet<String>, Vec<String>> = BTreeMap::new();
    for field in FIELDS {
        let requires = |planned: &Planned<'_>, status: Option<&str>| {
            let mut responses = plan.responses(planned).map(|(response, _)| response);
            responses.any(|response| {
                let mut names = response.headers.iter().map(|(name, _)| name);
                status.is_none_or(|status| response.status == status)
                    && names.any(|name| name.eq_ignore_ascii_case(field))
            })
        };
        let at = format!("header {field}");
        if !operations.iter().any(|planned| requires(planned, None)) {
            of_all.push(at);
            continue;
        }
        let mut answers = BTreeSet::new();
        for planned in operations {
            if !requires(planned, None) {
                answers.insert(name(planned));
                continue;
            }
            let responses = planned.operation.responses.iter();
            let without = responses.filter(|one| !requires(planned, Some(&one.status)));
            let without: Vec<String> = without.map(|one| one.status.clone()).collect();
            answers.extend(self::answers(planned, &without));
        }
        others.entry(answers).or_default().push(at);
    }
    let reason = "the document does not require it";
    let all = std::iter::once((BTreeSet::new(), of_all)).filter(|(_, at)| !at.is_empty());
    let others = others
        .into_iter()
        .filter(|(answers, _)| !answers.is_empty());
    all.chain(others)
        .map(|(answers, at)| {
            let at: Vec<&str> = at.iter().map(String::as_str).collect();
            entry(answers, &at, reason)
        })
        .collect()
}

fn entry(answers: BTreeSet<String>, at: &[&str], reason: &str) -> Yaml {
    let mut entries = Vec::new();
    if !answers.is_empty() {
        let answers = answers.into_iter().map(Yaml::text);
        entries.push(Entry::new("operation", Yaml::list(answers)));
    }
    let at = match at {
        [only] => Yaml::text(*only),
        several => Yaml::list(several.iter().map(|one| Yaml::text(*one))),
    };
    entries.push(Entry::new("at", at));
    entries.push(Entry::new("may-match-nothing", Yaml::Scalar(true.into())));
    entries.push(Entry::new("reason", Yaml::text(reason)));
    Yaml::Block(entries)
}

fn name(planned: &Planned<'_>) -> String {
    format!("{} {}", planned.operation.method, planned.outline)
}

/// The answers of an operation that some of its responses describe: `statuses` as the document writes them.
fn answers(planned: &Planned<'_>, statuses: &[String]) -> Vec<String> {
    let name = name(planned);
    let responses = &planned.operation.responses;
    let is_own = |status: &str| statuses.iter().any(|own| own == status);
    let others = responses.iter().map(|one| one.status.as_str());
    let others: Vec<&str> = others.filter(|status| !is_own(status)).collect();
    if others.is_empty() {
        return vec![name];
    }
    let mut all = BTreeSet::new();
    for class in ["1", "2", "3", "4", "5"] {
        let of_class = format!("{class}XX");
        // `default` stands for refusals here.
        let is_default = is_own("default") && ["4", "5"].contains(&class);
        let has_rest = is_own(&of_class) || is_default && !others.contains(&of_class.as_str());
        let of_others: Vec<&str> = others
            .iter()
            .filter(|status| status.starts_with(class))
            .copied()
            .collect();
        if has_rest && of_others.is_empty() {
            all.insert(format!("{name} <{class}xx>"));
            continue;
        }
        let usual = status::USUAL.iter().copied().filter(|_| has_rest);
        let own = statuses.iter().map(String::as_str);
        let own = own.filter(|status| status.len() == 3 && !status.ends_with("XX"));
        let listed = usual.chain(own).filter(|status| status.starts_with(class));
        let listed = listed.filter(|status| !of_others.contains(status));
        all.extend(listed.map(|status| format!("{name} {status}")));
    }
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::openapi::document::Documents;
    use crate::import::openapi::read_api;
    use crate::model::Sources;

    #[test]
    fn answers_are_named_as_short_as_they_can_be() {
        let listed = |responses: &str, statuses: &[&str]| {
            let text = format!(
                "openapi: 3.1.0\ninfo: {{ title: A, version: '1' }}\npaths: {{ /a: {{ get: {{ responses: {{ {responses} }} }} }} }}\n"
            );
            let mut found = Vec::new();
            let mut sources = Sources::default();
            let documents = Documents::of_text("a", "a", text, &mut sources, &mut found).unwrap();
            let api = read_api::read(&documents, &mut found).unwrap();
            let plan = Plan::new(&documents, &api, &mut found);
            let statuses: Vec<String> = statuses.iter().map(|one| (*one).to_owned()).collect();
            answers(&plan.operations[0], &statuses).join(", ")
        };
        let all = "'200': {}, '404': {}, 4XX: {}, default: {}";
        for (responses, statuses, expected) in [
            ("'200': {}", &["200"][..], "GET /a"),
            (all, &["200"], "GET /a 200"),
            (
                all,
                &["404", "4XX", "default"],
                "GET /a <4xx>, GET /a <5xx>",
            ),
            (all, &["404", "default"], "GET /a 404, GET /a <5xx>"),
            (
                "'200': {}, '404': {}, default: {}",
                &["404", "default"],
                "GET /a <4xx>, GET /a <5xx>",
            ),
        ] {
            assert_eq!(listed(responses, statuses), expected, "{responses}");
        }
        let rest = listed(all, &["4XX"]);
        assert!(
            rest.starts_with("GET /a 400, GET /a 401") && !rest.contains("404"),
            "{rest}"
        );
    }
}
