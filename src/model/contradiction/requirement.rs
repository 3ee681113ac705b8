//! Do the dispositions of the requirements follow from the cases?

use std::collections::HashSet;

use crate::model::contradiction::{Contradiction, quoted};
use crate::model::disposition::Disposition;
use crate::model::evidence::{Evidence, in_shard};
use crate::model::report::{Report, RequirementReport};

/// The first member of a requirement that does not follow from the cases.
pub(super) fn contradiction(report: &Report, evidence: &Evidence) -> Option<Contradiction> {
    let mut ids = HashSet::new();
    let mut requirements = report.requirements.iter().enumerate();
    let found = requirements.find_map(|(index, one)| {
        let at = |member: &str| format!("$.requirements[{index}].{member}");
        if !ids.insert(one.id.as_str()) {
            let follows = "another requirement has the same id";
            return Some(Contradiction::new(at("id"), quoted(&one.id), follows));
        }
        let own = evidence.cases(&one.id);
        let listed = one.cases.iter().map(String::as_str);
        if !own.iter().map(String::as_str).eq(listed) {
            let both = 0..own.len().max(one.cases.len());
            let at_case = |number: &usize| {
                (
                    one.cases.get(*number).map(String::as_str),
                    own.get(*number).map(String::as_str),
                )
            };
            let differs = |number: &usize| at_case(number).0 != at_case(number).1;
            let number = both.into_iter().find(differs).unwrap_or_default();
            let (stated, follows) = at_case(&number);
            let word = |case: Option<&str>| case.map_or_else(|| "nothing".to_owned(), quoted);
            return Some(Contradiction::new(
                at(&format!("cases[{number}]")),
                word(stated),
                format!(
                    "of the cases that prove it or violated it, {} comes there",
                    word(follows)
                ),
            ));
        }
        if !one.required && (report.selection.is_empty() || !own.is_empty()) {
            let follows = "the run had to prove it: no selection left it out";
            return Some(Contradiction::new(at("required"), false, follows));
        }
        let follows = of_disposition(report, one, evidence)?;
        let id = one.id.escape_debug();
        let follows = format!("the cases give {} ({id})", follows.name());
        Some(Contradiction::new(
            at("disposition"),
            one.disposition.name(),
            follows,
        ))
    });
    found.or_else(|| unlisted(report))
}

/// A requirement that a case proves or violated, and that has no disposition.
fn unlisted(report: &Report) -> Option<Contradiction> {
    let listed: HashSet<&str> = report
        .requirements
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    report.cases.iter().enumerate().find_map(|(index, case)| {
        let lists = [
            ("proves", &*case.proves),
            ("by_rules", &*case.by_rules),
            ("violated", &*case.violated),
        ];
        lists.into_iter().find_map(|(member, ids)| {
            let number = ids.iter().position(|id| !listed.contains(id.as_str()))?;
            let path = format!("$.cases[{index}].{member}[{number}]");
            let follows = "`$.requirements` has no such requirement";
            Some(Contradiction::new(path, quoted(&ids[number]), follows))
        })
    })
}

/// What the cases give, if it is not what is stated. Only the target file and the contract know whether a requirement is
/// not applicable, and whether one case is enough for it.
fn of_disposition(
    report: &Report,
    one: &RequirementReport,
    evidence: &Evidence,
) -> Option<Disposition> {
    if one.disposition == Disposition::NotApplicable {
        return None;
    }
    let decided = |one_is_enough| {
        let seen = evidence.disposition(&one.id, one_is_enough);
        let (disposition, reason) = seen.unwrap_or((Disposition::Unproven, String::new()));
        match &report.shard {
            Some(shard) => in_shard(shard.shard, disposition, reason).0,
            None => disposition,
        }
    };
    let strict = decided(false);
    (one.disposition != strict && one.disposition != decided(true)).then_some(strict)
}
