//! The reference deployment as it may legally differ, and as it may not: with a variant nothing is refused,
//! with a fault exactly the requirements that it breaks are violated.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use crate::causes;
use libtest_mimic::{Failed, Trial};
use probity::engine::{Engine, Policy, Stop};
use probity::load::{SuiteSource, TargetChoice, Thoroughness, load_suite, load_target};
use probity::model::{Disposition, Level, Report, Suite, Target, Verdict};
use probity::plan::{Selection, plan_run};
use probity::reference::{Deployment, Fault, Settings, Variant};

/// Faults whose requirement no case violates yet, with the reason. An entry that is no longer true fails.
const NOT_SEEN: [(&str, &str); 2] = [
    (
        "license-throttle-silent",
        "the engine does not judge throttled rounds",
    ),
    (
        "autopilot-throttle-silent",
        "the engine does not judge throttled rounds",
    ),
];

/// SHOULDs of which a check also fails where another requirement is broken that it needs, with what it needs. What they
/// are blamed for beside their own faults says nothing about them, so no fault declares them.
const NEEDY: [(&str, &str); 7] = [
    ("AUTOPILOT-09", "that an anonymous call is refused"),
    ("LICENSE-21", "that an anonymous call is refused"),
    ("SEATS-33", "that an anonymous call is refused"),
    ("SEATS-09", "that the action in lower case does its work"),
    ("PRESENCE-14", "that a record names its user"),
    ("PRESENCE-37", "that a record names its user"),
    ("PRESENCE-54", "that a record names its user"),
];

/// Faults that change the data of other cases. Which of them sees it first depends on the order, so these run one case at
/// a time.
const ONE_BY_ONE: [&str; 1] = ["every-device-unassigned"];

/// Where the loaded target is, before a deployment is there.
const NOWHERE: &str = "http://127.0.0.1:1";

/// The embedded suite, and its reference target at [`NOWHERE`]; loaded once for all trials.
static SUITE: LazyLock<(Arc<Suite>, Target)> = LazyLock::new(|| {
    let mut suite = load_suite(&SuiteSource::Embedded, Thoroughness::ForRun).suite;
    let choice = TargetChoice::Url {
        base: NOWHERE.to_owned(),
        name: "reference".to_owned(),
    };
    let (target, _) = load_target(&choice, &mut suite, &|_| None).unwrap();
    (Arc::new(suite), target)
});

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("deployments::a_clean_one_conforms", a_clean_one_conforms),
        Trial::test("variants::all_together", || all_together(&BTreeSet::new())),
        Trial::test(
            "variants::all_together_with_the_others_of_each_pair",
            || all_together(&LESS_FAVOURED.into_iter().collect()),
        ),
    ];
    trials.extend(Variant::all().map(|variant| {
        Trial::test(format!("variants::{variant}"), move || {
            conforms(&BTreeSet::from([variant]))
        })
    }));
    trials.extend(Fault::all().map(|fault| {
        let name = format!("faults::{}::{fault}", fault.requirement());
        Trial::test(name, move || is_seen(fault))
    }));
    trials
}

/// Of variants that exclude each other, those that stand back the first time.
const LESS_FAVOURED: [Variant; 3] = [
    Variant::XBOX_ERROR_EMPTY,
    Variant::NULL_AFTER_UNASSIGN,
    Variant::SAMPLE_USER,
];

/// Variants that say different things about the same place, the favoured one first.
const EXCLUSIVE: [(Variant, Variant); 4] = [
    (Variant::XBOX_ERROR_OTHER_KIND, Variant::XBOX_ERROR_EMPTY),
    (Variant::ABSENT_AFTER_UNASSIGN, Variant::NULL_AFTER_UNASSIGN),
    (Variant::NULLABLE_MEMBERS_NULL, Variant::SAMPLE_USER),
    (Variant::LOWER_CASE_INNER_ERROR, Variant::NO_INNER_ERROR),
];

fn all_together(favoured: &BTreeSet<Variant>) -> Result<(), Failed> {
    let mut variants: BTreeSet<Variant> = Variant::all().collect();
    for (first, second) in EXCLUSIVE {
        let standing_back = if favoured.contains(&second) {
            first
        } else {
            second
        };
        variants.remove(&standing_back);
    }
    conforms(&variants)
}

fn a_clean_one_conforms() -> Result<(), Failed> {
    conforms(&BTreeSet::new())
}

/// With the variants on no MUST is violated or unproven, and no SHOULD but those that their sentences name.
fn conforms(variants: &BTreeSet<Variant>) -> Result<(), Failed> {
    let settings = Settings {
        variants: variants.clone(),
        ..Settings::default()
    };
    let report = run(settings, &Selection::default())?;
    let left = variants
        .iter()
        .flat_map(|variant| requirements_in(variant.sentence()));
    let left: BTreeSet<String> = left.collect();
    let violated: BTreeSet<String> = report
        .requirements
        .iter()
        .filter(|requirement| requirement.level != Level::May)
        .filter(|requirement| requirement.disposition == Disposition::Violated)
        .map(|requirement| requirement.id.clone())
        .collect();
    let without_evidence: Vec<String> = report
        .cases
        .iter()
        .filter(|case| matches!(case.verdict, Verdict::Error | Verdict::Skip | Verdict::Fail))
        .map(|case| format!("{} {}: {}", case.verdict.name(), case.id, case.reason))
        .collect();
    if violated == left && without_evidence.is_empty() {
        return Ok(());
    }
    Err(format!(
        "expected warnings {left:?}, got {violated:?}\n{}",
        told(&report)
    )
    .into())
}

/// The requirement ids in a sentence: `(LICENSE-18 and -33 recommend more)` names two.
fn requirements_in(sentence: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut contract = "";
    for word in sentence.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
        let Some((name, number)) = word.split_once('-') else {
            continue;
        };
        if number.len() != 2 || number.parse::<u8>().is_err() {
            continue;
        }
        if !name.is_empty() {
            contract = name;
        }
        ids.push(format!("{contract}-{number}"));
    }
    ids
}

/// With the fault on, the requirement that it breaks is violated, and of the others those MUST requirements that the
/// catalogue declares for the fault, and no SHOULD that it does not declare.
fn is_seen(fault: Fault) -> Result<(), Failed> {
    let (suite, _) = &*SUITE;
    let id = fault.requirement();
    let exception = NOT_SEEN.iter().find(|(name, _)| *name == fault.name());
    if exception.is_some() && !suite.cases.iter().any(|case| case.checks(id)) {
        return Ok(());
    }
    let (prefix, _) = id.split_once('-').ok_or("a requirement has a number")?;
    let settings = Settings {
        faults: BTreeSet::from([fault]),
        ..Settings::default()
    };
    let of_contract = [prefix.to_ascii_lowercase()];
    let report = run(settings, &Selection::new(&of_contract)?)?;
    causes::check(fault.name(), &report)?;
    let violated: BTreeSet<&str> = violated(&report).collect();
    let mut warned: BTreeSet<&str> = violated
        .iter()
        .copied()
        .filter(|id| is_should(id))
        .collect();
    let is_violated =
        violated.contains(id) || fault.leaves_no_answer() && has_no_evidence(&report, id);
    match (is_violated, exception) {
        (true, None) | (false, Some(_)) => {}
        (true, Some(_)) => return Err(format!("{fault} is seen: take it out of NOT_SEEN").into()),
        (false, None) => return Err(format!("{id} is not violated\n{}", told(&report)).into()),
    }
    let mut declared: BTreeSet<&str> = fault.also().iter().copied().collect();
    declared.extend((!fault.leaves_no_answer() && exception.is_none()).then_some(id));
    let is_needy = |warned: &str| NEEDY.iter().any(|(id, _)| *id == warned);
    warned.retain(|warned| *warned != id && !declared.contains(warned) && !is_needy(warned));
    if !warned.is_empty() {
        let told = told(&report);
        return Err(format!("SHOULD that is not declared: {warned:?}\n{told}").into());
    }
    declared.retain(|id| is_must(id));
    let violated: BTreeSet<&str> = violated.into_iter().filter(|id| is_must(id)).collect();
    if violated == declared {
        return Ok(());
    }
    let more: Vec<&&str> = violated.difference(&declared).collect();
    let less: Vec<&&str> = declared.difference(&violated).collect();
    let told = told(&report);
    Err(
        format!("blamed but not declared: {more:?}; declared but not blamed: {less:?}\n{told}")
            .into(),
    )
}

/// The requirements that a report lists as violated.
fn violated(report: &Report) -> impl Iterator<Item = &str> {
    let requirements = report.requirements.iter();
    let violated = requirements.filter(|it| it.disposition == Disposition::Violated);
    violated.map(|requirement| requirement.id.as_str())
}

fn is_must(id: &str) -> bool {
    level(id) == Some(Level::Must)
}

fn is_should(id: &str) -> bool {
    level(id) == Some(Level::Should)
}

fn level(id: &str) -> Option<Level> {
    let (suite, _) = &*SUITE;
    suite.requirement(id).map(|requirement| requirement.level)
}

/// Did a case that should prove the requirement get nothing to judge?
fn has_no_evidence(report: &Report, id: &str) -> bool {
    let mut cases = report.cases.iter();
    cases
        .any(|case| case.verdict == Verdict::Error && case.proves.iter().any(|proven| proven == id))
}

/// Runs the suite against a deployment of its own.
fn run(settings: Settings, selection: &Selection) -> Result<Report, Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let is_unanswered = settings.faults.iter().any(|fault| fault.leaves_no_answer());
    let is_shared = |fault: &Fault| ONE_BY_ONE.contains(&fault.name());
    let jobs = if settings.faults.iter().any(is_shared) {
        1
    } else {
        32
    };
    runtime.block_on(async {
        let deployment = Deployment::start(settings, ([127, 0, 0, 1], 0).into()).await?;
        let (suite, target) = &*SUITE;
        let mut target = at(target, &deployment.base_url());
        if is_unanswered {
            target.limits.timeout = std::time::Duration::from_secs(1);
        }
        let plan = plan_run(suite, &target, selection);
        let engine = Engine::new(Arc::clone(suite), Arc::new(target), Stop::default())?;
        let report = Arc::new(engine)
            .run(&plan, selection, jobs, Policy::default(), |_| {})
            .await;
        deployment.stop().await;
        Ok(report)
    })
}

/// The target with its services below another base URL.
fn at(target: &Target, base: &str) -> Target {
    let services: BTreeMap<String, String> = target
        .services
        .iter()
        .map(|(name, url)| (name.clone(), url.replacen(NOWHERE, base, 1)))
        .collect();
    Target {
        services,
        ..target.clone()
    }
}

/// What went wrong, for people.
fn told(report: &Report) -> String {
    let mut lines = Vec::new();
    for case in &report.cases {
        if case.findings.is_empty() && matches!(case.verdict, Verdict::Pass | Verdict::Warn) {
            continue;
        }
        lines.push(format!(
            "{} {} {}",
            case.verdict.name(),
            case.id,
            case.reason
        ));
        for finding in &case.findings {
            lines.push(format!("  {:?} {}", finding.requirements, finding.message));
        }
    }
    lines.join("\n")
}
