//! What may become a baseline.

use super::*;

fn refused(report: &Report, before: Option<&Baseline>) -> (u8, String) {
    let refusal = accept(report, before, &Lowered::default(), "2026-01-01").unwrap_err();
    (refusal.exit.code(), refusal.message)
}

#[test]
fn an_incomplete_run_is_not_accepted() {
    let result = |report: Report| refused(&report, None);
    assert_eq!(result(sample::interrupted()).0, 4);
    assert_eq!(result(sample::nothing_selected()).0, 4);
    assert_eq!(
        result(sample::unreachable()),
        (5, "no evidence from 8 cases".into())
    );
    assert_eq!(result(sample::timed_out()).0, 5);
    assert_eq!(result(sample::flaky()).0, 4);
    assert_eq!(
        result(sample::skipped()),
        (4, "the run is incomplete: 2 MUST unproven".into())
    );
    let mut narrowed = sample::green();
    narrowed.selection = vec!["presence".into()];
    assert_eq!(
        result(narrowed),
        (4, "the run was partial: --only presence".into())
    );
    let mut defect = sample::green();
    defect.exit = ExitCode::Defect;
    assert_eq!(result(defect).0, 70);
    assert!(accept(&sample::green(), None, &Lowered::default(), "2026-01-01").is_ok());
}

/// A run in which a case fails that passed before.
fn worse() -> (Baseline, Report) {
    let mut before = sample::waived();
    before.waivers.clear();
    let mut good = before.clone();
    let case = good.cases.last_mut().unwrap();
    case.verdict = Verdict::Pass;
    case.findings.clear();
    for one in &mut good.requirements {
        one.disposition = Disposition::Upheld;
    }
    (baseline_of(&good), before)
}

#[test]
fn nothing_gets_worse_in_silence() {
    let (before, report) = worse();
    let id = report.cases.last().unwrap().id.clone();
    assert_eq!(refused(&report, Some(&before)).0, 1);
    let decision = |id: &str| Lowered {
        ids: [id.to_owned()].into(),
        reason: "removed in 2.4".into(),
    };
    let (accepted, _) = accept(&report, Some(&before), &decision(&id), "2026-01-01").unwrap();
    assert_eq!(accepted.cases[&id].lowered, "removed in 2.4");
    // The reason stays while it fails in that way.
    let (again, comparison) =
        accept(&report, Some(&accepted), &Lowered::default(), "2026-01-01").unwrap();
    assert_eq!(again.cases[&id].lowered, "removed in 2.4");
    let changes = comparison.unwrap().cases;
    let change = changes.iter().find(|change| change.id == id).unwrap();
    assert_eq!(change.class, CaseClass::StillFailing);
    assert_eq!(change.reason, "removed in 2.4");
    // What is not worse cannot be lowered: a slip of the fingers must not pass for a decision.
    let slip = accept(&report, Some(&before), &decision("c/f/x"), "2026-01-01").unwrap_err();
    assert_eq!(slip.exit.code(), 2);
    // A failure is given its reason also in a first baseline, and one that was accepted without.
    let (first, _) = accept(&report, None, &decision(&id), "2026-01-01").unwrap();
    assert_eq!(first.cases[&id].lowered, "removed in 2.4");
    let (silent, _) = accept(&report, None, &Lowered::default(), "2026-01-01").unwrap();
    assert_eq!(silent.cases[&id].lowered, "");
    let (later, _) = accept(&report, Some(&silent), &decision(&id), "2026-01-01").unwrap();
    assert_eq!(later.cases[&id].lowered, "removed in 2.4");
    let passes = decision(&report.cases[0].id);
    assert_eq!(report.cases[0].verdict, Verdict::Pass);
    assert_eq!(
        accept(&report, None, &passes, "2026-01-01")
            .unwrap_err()
            .exit
            .code(),
        2
    );
}

#[test]
fn an_unexpired_waiver_is_a_decision_and_an_expired_one_is_none() {
    let (before, mut report) = worse();
    report.waivers = sample::waived().waivers;
    let on = |today| accept(&report, Some(&before), &Lowered::default(), today);
    assert!(on("2026-01-10").is_ok());
    assert_eq!(on("2026-01-11").unwrap_err().exit.code(), 1);
}
