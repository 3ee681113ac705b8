//! Do the counts follow from what is counted?

use crate::model::contradiction::{Contradiction, quoted};
use crate::model::report::{ContractReport, Report, Summary};
use crate::model::sums::{Sums, dispositions_of};
use crate::model::waiver::{WaiverReport, WaiverStanding};

/// The first number that is not that of the cases or requirements.
pub(super) fn contradiction(report: &Report, sums: &Sums) -> Option<Contradiction> {
    let of_all = compared("$.summary", &report.summary, &sums.summary, "the cases");
    of_all
        .or_else(|| unlisted(report))
        .or_else(|| {
            let mut contracts = report.contracts.iter().enumerate();
            contracts.find_map(|(index, one)| of_contract(report, sums, index, one))
        })
        .or_else(|| {
            let mut waivers = report.waivers.iter().enumerate();
            let is_over = |(_, one): &(usize, &WaiverReport)| {
                one.standing == WaiverStanding::Applied && one.days_left < 0
            };
            let (index, one) = waivers.find(is_over)?;
            let path = format!("$.waivers[{index}].standing");
            let follows = format!("it ended {} days before", one.days_left.unsigned_abs());
            Some(Contradiction::new(path, "applied", follows))
        })
        .or_else(|| {
            let shard = report.shard.as_ref()?;
            let cases = report.cases.len();
            let path = "$.shard.own";
            (shard.own != cases).then(|| {
                Contradiction::new(path, shard.own, format!("the report has {cases} cases"))
            })
        })
}

/// A case or requirement whose contract is not listed, and so is in no count of one.
fn unlisted(report: &Report) -> Option<Contradiction> {
    let is_listed = |name: &str| report.contracts.iter().any(|one| one.name == name);
    let cases = report.cases.iter().map(|case| case.contract.to_string());
    let cases = cases.enumerate();
    let requirements = report.requirements.iter();
    let requirements = requirements.map(|one| one.contract.clone()).enumerate();
    let cases = cases.map(|one| ("cases", one));
    let mut all = cases.chain(requirements.map(|one| ("requirements", one)));
    let (list, (index, name)) = all.find(|(_, (_, name))| !is_listed(name))?;
    let path = format!("$.{list}[{index}].contract");
    let follows = "`$.contracts` has no such contract";
    Some(Contradiction::new(path, quoted(&name), follows))
}

fn of_contract(
    report: &Report,
    sums: &Sums,
    index: usize,
    one: &ContractReport,
) -> Option<Contradiction> {
    let path = format!("$.contracts[{index}]");
    let mut before = report.contracts.iter().take(index);
    if before.any(|other| other.name == one.name) {
        let follows = "another contract has the same name";
        return Some(Contradiction::new(
            format!("{path}.name"),
            quoted(&one.name),
            follows,
        ));
    }
    let cases = sums.of_contract(&one.name);
    let requirements = dispositions_of(&one.name, &report.requirements);
    compared(
        &format!("{path}.cases"),
        &one.cases,
        &cases,
        "the cases of the contract",
    )
    .or_else(|| {
        let (stated, counted) = (&one.requirements, &requirements);
        let pairs = [
            ("upheld", stated.upheld, counted.upheld),
            ("violated", stated.violated, counted.violated),
            ("unproven", stated.unproven, counted.unproven),
            (
                "not_applicable",
                stated.not_applicable,
                counted.not_applicable,
            ),
        ];
        first(
            &format!("{path}.requirements"),
            pairs,
            "the requirements of the contract",
        )
    })
}

/// What is counted from cases. How long a run waited and what it sent beside its cases is in no case.
fn compared(path: &str, stated: &Summary, counted: &Summary, of: &str) -> Option<Contradiction> {
    let pairs = [
        ("pass", stated.pass, counted.pass),
        ("warn", stated.warn, counted.warn),
        ("fail", stated.fail, counted.fail),
        ("flaky", stated.flaky, counted.flaky),
        ("error", stated.error, counted.error),
        ("skip", stated.skip, counted.skip),
        ("requests", stated.requests, counted.requests),
        ("throttled", stated.throttled, counted.throttled),
        ("checks", stated.checks, counted.checks),
    ];
    first(path, pairs, of)
}

fn first<const N: usize>(
    path: &str,
    pairs: [(&str, usize, usize); N],
    of: &str,
) -> Option<Contradiction> {
    let mut pairs = pairs.into_iter();
    let (member, stated, counted) = pairs.find(|(_, stated, counted)| stated != counted)?;
    let follows = format!("{of} give {counted}");
    Some(Contradiction::new(
        format!("{path}.{member}"),
        stated,
        follows,
    ))
}
