//! What a run would say about the cases of a sample: samples show what formats must be able to show, and need not be
//! reports that a run can write.

use crate::model::evidence::{Evidence, in_shard};
use crate::model::reasons::{Reasons, is_unfinished};
use crate::model::{Disposition, Dispositions, Report, Summary, Verdict};

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
    let evidence = Evidence::of(&report.cases);
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
    let waited = report.summary;
    report.summary = Summary {
        throttled_ms: waited.throttled_ms,
        token_requests: waited.token_requests,
        liveness_requests: waited.liveness_requests,
        ..Summary::default()
    };
    let summary = &mut report.summary;
    report.cases.iter().for_each(|case| summary.count(&case));
    for contract in &mut report.contracts {
        let cases = report.cases.iter();
        let own = cases.filter(|case| *case.contract == *contract.name);
        contract.cases = Summary::default();
        own.for_each(|case| contract.cases.count(&case));
        contract.requirements = Dispositions::default();
        let own = report.requirements.iter();
        own.filter(|one| one.contract == contract.name)
            .for_each(|one| contract.requirements.count(one.disposition));
    }
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
        unfinished: is_unfinished(&report),
        incomplete_shards: &report.incomplete_shards,
        waivers: &report.waivers,
    }
    .exit();
    (report.exit, report.reasons) = (exit, reasons);
    report.with_causes()
}
