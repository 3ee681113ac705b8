//! What the finished cases say about each requirement: upheld, violated or unproven, and why.
//!
//! It is read from the reports of the cases and from nothing else.

use std::collections::HashMap;

use crate::model::disposition::Disposition;
use crate::model::report::CaseReport;
use crate::model::shard::Shard;
use crate::model::verdict::Verdict;

/// What all cases say about each requirement.
#[derive(Default)]
pub(crate) struct Evidence {
    by_requirement: HashMap<String, Seen>,
}

#[derive(Default)]
struct Seen {
    violated: bool,
    /// Is it violated by a case that did not pass when it was run again?
    broken: bool,
    /// The first flaky case that violated it.
    flaky: Option<String>,
    upheld: bool,
    /// Why rules gave no evidence: no gap if any case gave some, since a rule holds for whatever answers there are.
    rule_gap: Option<String>,
    /// Why the evidence is not complete: the first case that should have proven it and could not.
    gap: Option<String>,
    cases: Vec<String>,
}

impl Evidence {
    fn seen(&mut self, case: &CaseReport, id: &str) -> &mut Seen {
        let seen = self.by_requirement.entry(id.to_owned()).or_default();
        seen.cases.push(case.id.clone());
        seen
    }

    /// Notes a violation.
    fn violated(&mut self, case: &CaseReport, id: &str) {
        let seen = self.seen(case, id);
        seen.violated = true;
        match case.verdict {
            Verdict::Flaky => drop(seen.flaky.get_or_insert_with(|| case.id.clone())),
            _ => seen.broken = true,
        }
    }

    /// A skipped case gives no evidence: whatever else proves the requirement, this part of it is unproven.
    pub(crate) fn add(&mut self, case: &CaseReport) {
        for id in &*case.proves {
            if case.violated.contains(id) {
                self.violated(case, id);
                continue;
            }
            let seen = self.seen(case, id);
            if case.lacks_evidence(id) {
                seen.gap.get_or_insert_with(|| why_unproven(case));
            } else {
                seen.upheld = true;
            }
        }
        for id in &*case.by_rules {
            if case.violated.contains(id) {
                continue;
            }
            let seen = self.seen(case, id);
            if case.lacks_evidence(id) {
                seen.rule_gap.get_or_insert_with(|| why_unproven(case));
            } else {
                seen.upheld = true;
            }
        }
        // Throttling, and answers that a rule describes, may come in any case: those that saw it violated are evidence.
        let others = case.violated.iter().filter(|id| !case.proves.contains(id));
        for id in others {
            self.violated(case, id);
        }
    }

    /// Ids of the cases that prove a requirement, or saw it broken.
    pub(crate) fn cases(&self, id: &str) -> &[String] {
        let seen = self.by_requirement.get(id);
        seen.map_or(&[], |seen| &seen.cases)
    }

    /// The same, without keeping them.
    pub(crate) fn take_cases(&mut self, id: &str) -> Vec<String> {
        let seen = self.by_requirement.get_mut(id);
        seen.map_or_else(Vec::new, |seen| std::mem::take(&mut seen.cases))
    }

    /// What the cases say about a requirement, and why if it is not upheld; nothing when none proves it.
    /// Where one is enough, a case that gave evidence makes up for those that gave none.
    pub(crate) fn disposition(
        &self,
        id: &str,
        one_is_enough: bool,
    ) -> Option<(Disposition, String)> {
        let seen = self.by_requirement.get(id)?;
        Some(match &seen.gap {
            _ if seen.violated => (Disposition::Violated, seen.flaky_reason()),
            Some(_) if seen.upheld && one_is_enough => (Disposition::Upheld, String::new()),
            Some(reason) => (Disposition::Unproven, reason.clone()),
            None => match &seen.rule_gap {
                Some(reason) if !seen.upheld => (Disposition::Unproven, reason.clone()),
                _ => (Disposition::Upheld, String::new()),
            },
        })
    }
}

/// What one shard says about a requirement: that it is violated, but never that it is upheld or could not be proven, which
/// depends on the cases of the others.
pub(crate) fn in_shard(
    shard: Shard,
    disposition: Disposition,
    reason: String,
) -> (Disposition, String) {
    match disposition {
        Disposition::Violated | Disposition::NotApplicable => (disposition, reason),
        _ => {
            let reason = format!("shard {shard} alone cannot decide it: merge the shards");
            (Disposition::Unproven, reason)
        }
    }
}

fn why_unproven(case: &CaseReport) -> String {
    let (id, why) = (&case.id, case.why_no_evidence());
    match case.verdict {
        Verdict::Skip => format!("{id} was skipped: {why}"),
        _ => format!("{id}: {why}"),
    }
}

impl Seen {
    /// That nothing but flaky cases violated it.
    fn flaky_reason(&self) -> String {
        match &self.flaky {
            Some(first) if !self.broken => format!("flaky: {first} passed when it was run again"),
            _ => String::new(),
        }
    }
}
