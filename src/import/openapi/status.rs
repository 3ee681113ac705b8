//! Statuses as a document, a case and the id of a requirement write them.

use serde_json::Value;

use crate::import::openapi::plan::Planned;
use crate::import::yaml::Yaml;

/// The statuses of refusals that services have.
pub(crate) const USUAL: [&str; 18] = [
    "400", "401", "403", "404", "405", "406", "409", "410", "412", "413", "415", "422", "429",
    "500", "501", "502", "503", "504",
];

/// The status of the answer to a request that is accepted.
pub(crate) fn primary(planned: &Planned<'_>) -> String {
    let statuses = || {
        planned
            .operation
            .responses
            .iter()
            .map(|response| response.status.as_str())
    };
    let exact = |class: char| {
        statuses()
            .filter(move |status| status.starts_with(class) && !status.ends_with("XX"))
            .min()
    };
    let class = |class: &str| {
        statuses()
            .find(|status| *status == class)
            .map(str::to_owned)
    };
    let found = exact('2').map(str::to_owned).or_else(|| class("2XX"));
    found
        .or_else(|| exact('3').map(str::to_owned))
        .or_else(|| class("3XX"))
        .unwrap_or_else(|| "2XX".into())
}

/// The status in the id of a requirement: `200`, `4XX`, `DEFAULT`.
pub(crate) fn part_of_id(status: &str) -> String {
    status.to_ascii_uppercase()
}

/// The status in a case: `200`, `<4xx>`.
pub(crate) fn yaml(status: &str) -> Yaml {
    match status.parse::<u16>() {
        Ok(number) => Yaml::Scalar(Value::from(number)),
        Err(_) => Yaml::text(format!("<{}>", status.to_ascii_lowercase())),
    }
}

/// Several statuses in a case.
pub(crate) fn list(statuses: &[String]) -> Yaml {
    match statuses {
        [only] => yaml(only),
        several => Yaml::list(several.iter().map(|status| yaml(status))),
    }
}

/// The statuses in order, without those whose class is among them.
pub(crate) fn reduced(mut statuses: Vec<String>) -> Vec<String> {
    let classes: Vec<String> = statuses
        .iter()
        .filter(|status| status.ends_with("XX"))
        .cloned()
        .collect();
    statuses.retain(|status| {
        classes.contains(status) || !classes.iter().any(|class| includes(class, status))
    });
    statuses.sort();
    statuses.dedup();
    statuses
}

/// Is a status, or a class of them, the one that a document writes, or of its class?
pub(crate) fn includes(written: &str, status: &str) -> bool {
    let is_of_class = || written.ends_with("XX") && written.get(..1) == status.get(..1);
    written == status || is_of_class()
}

/// Is it the status of a refusal?
pub(crate) fn is_refusal(status: &str) -> bool {
    status.starts_with(['4', '5'])
}

/// The statuses in words: `200`, `400 or 404`.
pub(crate) fn words(statuses: &[String]) -> String {
    let shown: Vec<String> = statuses
        .iter()
        .map(|status| {
            if status.ends_with("XX") {
                status.to_ascii_lowercase()
            } else {
                status.clone()
            }
        })
        .collect();
    match shown.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The refusals that `default` stands for: those that no other response describes.
pub(crate) fn others(planned: &Planned<'_>) -> Vec<String> {
    let described: Vec<&str> = planned
        .operation
        .responses
        .iter()
        .map(|response| response.status.as_str())
        .filter(|status| *status != "default")
        .collect();
    if described.is_empty() {
        return vec!["any".into()];
    }
    let mut statuses = Vec::new();
    for class in ["4", "5"] {
        if described.contains(&format!("{class}XX").as_str()) {
            continue;
        }
        if !described.iter().any(|status| status.starts_with(class)) {
            statuses.push(format!("{class}XX"));
            continue;
        }
        let usual = USUAL
            .into_iter()
            .filter(|status| status.starts_with(class) && !described.contains(status));
        statuses.extend(usual.map(str::to_owned));
    }
    statuses
}
