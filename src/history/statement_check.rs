//! Checks a statement: against itself, and against the statement that its report supports.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::history::statement::sums;
use crate::model::conformance::Conformance;
use crate::model::{Disposition, Level, Statement, WaiverStanding};
use crate::text::count::count;
use crate::text::excerpt::short_json;

/// Differences that are listed; the rest is counted.
const LISTED: usize = 100;

/// The longest value in a difference, in bytes.
const LONGEST: usize = 120;

/// What a statement says that cannot be true whatever its report says, a line each.
pub fn contradictions(statement: &Statement) -> Vec<String> {
    let mut found = Vec::new();
    let mut ids = BTreeSet::new();
    for one in &statement.requirements {
        if !ids.insert((&one.contract, &one.id)) {
            found.push(format!("the requirement {} is listed twice", one.id));
        }
    }
    if statement.levels != sums(&statement.requirements) {
        found.push("`levels` are not the sums of `requirements`".into());
    }
    if statement.conformance.is_positive() {
        found.extend(doubts(statement));
    }
    cut(found)
}

/// Why the target does not conform, although the statement says so.
fn doubts(statement: &Statement) -> Vec<String> {
    let says = match statement.conformance {
        Conformance::Waived => "it says that the target conforms but for what is waived",
        _ => "it says that the target conforms",
    };
    let mut found = Vec::new();
    let mut add = |text: String| found.push(format!("{says}, but {text}"));
    if !statement.selection.is_empty() {
        add("only selected cases were run".into());
    }
    let must = statement.requirements.iter();
    let must = must.filter(|one| one.level == Level::Must);
    let is_gap = |disposition| matches!(disposition, Disposition::Violated | Disposition::Unproven);
    for one in must.filter(|one| is_gap(one.disposition) && !one.waived) {
        add(format!("{} is {}", one.id, one.disposition.words()));
    }
    let mut musts = statement.requirements.iter();
    if !musts.any(|one| one.level == Level::Must && one.disposition != Disposition::NotApplicable) {
        add("no MUST requirement was judged".into());
    }
    let mut all = statement.requirements.iter();
    if !all.any(|one| one.disposition == Disposition::Upheld) {
        add("no requirement is upheld".into());
    }
    let cases = &statement.cases;
    if cases.pass == 0 && cases.warn == 0 {
        add("no case passed".into());
    }
    if cases.error > 0 {
        add(format!("{} gave no evidence", count(cases.error, "case")));
    }
    let applied = |standing| standing == WaiverStanding::Applied;
    let is_waived = statement.waivers.iter().any(|one| applied(one.standing));
    let failed = cases.fail.saturating_add(cases.flaky);
    let mut requirements = statement.requirements.iter();
    let has_waived = requirements.any(|one| one.waived);
    if statement.conformance == Conformance::Conforms && (is_waived || has_waived) {
        add("a failure is waived".into());
    } else if has_waived && !is_waived {
        add("a requirement is waived and no waiver applies".into());
    } else if failed > 0 && !is_waived {
        add(format!(
            "{} failed and no waiver applies",
            count(failed, "case")
        ));
    }
    let of_waivers = statement.waivers.iter();
    let red = of_waivers.filter(|one| {
        matches!(
            one.standing,
            WaiverStanding::Stale | WaiverStanding::Expired | WaiverStanding::Unmatched
        )
    });
    for one in red {
        add(format!("the waiver for {} is stale or expired", one.case));
    }
    if !statement.reasons.is_empty() && statement.conformance == Conformance::Conforms {
        add("it gives reasons why not".into());
    }
    found
}

/// What the statement says differently from the one that its report supports, a line each.
pub fn differences(stated: &Statement, supported: &Statement) -> Vec<String> {
    let json = |one: &Statement| serde_json::to_value(one).unwrap_or_default();
    let mut found = Vec::new();
    compare("", &json(stated), &json(supported), &mut found);
    found.sort_by_key(|line| !line.starts_with("conformance:"));
    cut(found)
}

fn compare(path: &str, stated: &Value, supported: &Value, found: &mut Vec<String>) {
    if stated == supported {
        return;
    }
    match (stated, supported) {
        (Value::Object(left), Value::Object(right)) => {
            let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for name in names {
                let at = match path {
                    "" => name.clone(),
                    path => format!("{path}.{name}"),
                };
                let side = |side: &serde_json::Map<String, Value>| {
                    side.get(name).cloned().unwrap_or_default()
                };
                compare(&at, &side(left), &side(right), found);
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            for index in 0..left.len().max(right.len()) {
                let side = |side: &[Value]| side.get(index).cloned().unwrap_or_default();
                let (left, right) = (side(left), side(right));
                let name = [&left, &right].into_iter().find_map(name_of);
                let name = name.unwrap_or_else(|| index.to_string());
                compare(&format!("{path}[{name}]"), &left, &right, found);
            }
        }
        _ => {
            let shown = |value: &Value| match value {
                Value::Null => "nothing".to_owned(),
                value => short_json(value, LONGEST),
            };
            found.push(format!(
                "{path}: {} in the statement, {} by the report",
                shown(stated),
                shown(supported)
            ));
        }
    }
}

/// What an item of a list is known by.
fn name_of(item: &Value) -> Option<String> {
    let keys = ["id", "level", "case", "name"].into_iter();
    let mut names = keys.filter_map(|key| item.get(key)?.as_str());
    names.next().map(str::to_owned)
}

/// At most so many lines as are listed.
fn cut(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(LISTED);
    if more > 0 {
        lines.truncate(LISTED);
        lines.push(format!("and {more} more"));
    }
    lines
}
