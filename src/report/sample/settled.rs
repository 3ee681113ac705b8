//! What a run would say about the cases of a sample: samples show what formats must be able to show, and need not be
//! reports that a run can write.

use crate::model::evidence::in_shard;
use crate::model::reasons::{Reasons, unfinished};
use crate::model::sums::Sums;
use crate::model::{Disposition, Report, Verdict};

/// The sample with everything that follows from its findings.
pub(crate) fn settled(mut report: Report) -> Report {
    for case in report.cases.list_mut() {
        let blamed = case.all_findings().flat_map(|one| one.requirements.clone());
        let blamed: Vec<String> = blamed.collect();
        for id in blamed {
            if !case.violated.contains(&id) {
                case.violated.push(id);
            }
        }
        if case.verdict == Verdict::Skip {
            case.steps.clear();
            (case.checks_passed, case.checks_failed) = (0, 0);
        }
    }
    let sums = Sums::of(&report.cases);
    let evidence = &sums.evidence;
    for one in &mut report.requirements {
        one.cases = evidence.cases(&one.id).to_vec();
        one.required = report.selection.is_empty() || !one.cases.is_empty();
        if one.disposition == Disposition::NotApplicable {
            continue;
        }
        let seen = evidence.disposition(&one.id, false);
        let (disposition, reason) = seen.unwrap_or((Disposition::Unproven, "no case".into()));
        (one.disposition, one.reason) = match &report.shard {
            Some(shard) => {
                let (disposition, reason) = in_shard(shard.shard, disposition, reason);
                (disposition, reason.into())
            }
            None => (disposition, reason.into()),
        };
    }
    sums.count_in(&mut report);
    report.comparison = None;
    let (exit, reasons) = Reasons {
        nothing_selected: report.nothing_selected(),
        cases: &report.cases,
        requirements: &report.requirements,
        interrupted: report.interrupted,
        strict: report.strict,
        lost: report.shard.as_ref().map_or(&[][..], |shard| &shard.lost),
        defects: Vec::new(),
        is_shard: report.shard.is_some(),
        unfinished: unfinished(&report),
        incomplete_shards: &report.incomplete_shards,
        waivers: &report.waivers,
    }
    .exit();
    (report.exit, report.reasons) = (exit, reasons);
    report.with_causes()
}
