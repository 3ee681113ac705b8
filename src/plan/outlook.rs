//! What a run against a target can and cannot prove, known before any request.
//!
//! Planning decides which cases run. This says what each skipped case needs and the target does not have, and which
//! requirements stay unproven because of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Case, Contract, Effect, Level, Requirement, Suite, Target, VariableUse};
use crate::plan::{Selection, excuse, not_disposable, plan_run};

/// What can be said of a requirement before the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provability {
    /// All cases that prove it can run.
    Provable,
    /// A case that proves it cannot run.
    NotProvable,
    /// No case proves it.
    WithoutCase,
    /// The target declares so, or no black-box test can observe it.
    NotApplicable,
}

/// One thing that a target does not have. The order is that of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing<'s> {
    /// A service.
    Service(&'s str),
    /// The permission to write.
    Write,
    /// An identity.
    Identity(&'s str),
    /// A capability.
    Capability(&'s str),
    /// The permission to change fixtures that the target has.
    Disposable,
    /// A fixture.
    Fixture(&'s str),
}

/// What depends on a missing thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gap<'s> {
    /// How many cases need it.
    pub cases: usize,
    /// The requirements that these cases prove.
    pub requirements: BTreeSet<&'s str>,
    /// Which fixtures, for [`Missing::Disposable`].
    pub fixtures: BTreeSet<&'s str>,
    /// How many of these cases each requirement of a rule applies to.
    by_rules: BTreeMap<&'s str, usize>,
}

/// The gaps of the cases of one contract.
pub type Gaps<'s> = BTreeMap<Missing<'s>, Gap<'s>>;

/// What a run of the complete suite against a target can prove.
#[derive(Clone, Debug)]
pub struct Outlook<'s> {
    /// The suite.
    pub suite: &'s Suite,
    /// The target.
    pub target: &'s Target,
    /// By contract: how many cases can run, and how many there are.
    cases: BTreeMap<&'s str, (usize, usize)>,
    provable: BTreeSet<&'s str>,
    not_provable: BTreeSet<&'s str>,
    /// Requirements of cases that depend on something which the target file declares.
    excused: BTreeSet<&'s str>,
    gaps: BTreeMap<&'s str, Gaps<'s>>,
}

/// An exception that the target file declares, and what is not checked because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredException<'s> {
    /// The requirement that does not apply, or the capability that the target cannot have.
    pub name: &'s str,
    /// The reason.
    pub reason: &'s str,
    /// The cases that are skipped.
    pub skipped: Vec<&'s str>,
    /// The cases that are run without the checks of the requirement.
    pub partly: Vec<&'s str>,
    /// The other requirements that no case checks then.
    pub unchecked: BTreeSet<&'s str>,
    /// The other requirements of skipped cases, which other cases check.
    pub partly_checked: BTreeSet<&'s str>,
    requirements: BTreeSet<&'s str>,
}

impl<'s> DeclaredException<'s> {
    fn new(name: &'s str, reason: &'s str) -> DeclaredException<'s> {
        DeclaredException {
            name,
            reason,
            skipped: Vec::new(),
            partly: Vec::new(),
            unchecked: BTreeSet::new(),
            partly_checked: BTreeSet::new(),
            requirements: BTreeSet::new(),
        }
    }

    fn add_skipped(&mut self, case: &'s Case) {
        self.skipped.push(&case.id);
        let proves = case.proves.iter().map(String::as_str);
        self.requirements.extend(proves);
    }
}

impl<'s> Outlook<'s> {
    /// Plans a run, and collects what its skipped cases need.
    pub fn of(suite: &'s Suite, target: &'s Target) -> Outlook<'s> {
        let mut outlook = Outlook {
            suite,
            target,
            cases: BTreeMap::new(),
            provable: BTreeSet::new(),
            not_provable: BTreeSet::new(),
            excused: BTreeSet::new(),
            gaps: BTreeMap::new(),
        };
        let mut only_by_rules = BTreeSet::new();
        for planned in &plan_run(suite, target, &Selection::default()).cases {
            let case = &suite.cases[planned.index];
            let contract = suite.contracts[case.contract].name.as_str();
            let ids = case.proves.iter().map(String::as_str);
            let ids = ids.filter(|id| !target.not_applicable.contains_key(*id));
            let by_rules = case.by_rules.iter().map(String::as_str);
            let by_rules = by_rules.filter(|id| !target.not_applicable.contains_key(*id));
            let (run, all) = outlook.cases.entry(contract).or_default();
            *all += 1;
            if planned.skip.is_none() {
                *run += 1;
                outlook.provable.extend(
                    ids.chain(by_rules)
                        .chain(case.by_open_rules.iter().map(String::as_str)),
                );
                continue;
            }
            if excuse(case, target).is_some() {
                outlook.excused.extend(ids);
                continue;
            }
            outlook.not_provable.extend(ids);
            only_by_rules.extend(by_rules);
            add_gaps(
                case,
                suite,
                target,
                outlook.gaps.entry(contract).or_default(),
            );
        }
        // For these, one case that upholds the requirement is enough.
        for requirement in suite
            .requirements()
            .filter(|requirement| requirement.one_is_enough)
        {
            if outlook.provable.contains(requirement.id.as_str()) {
                outlook.not_provable.remove(requirement.id.as_str());
            }
        }
        // A rule holds for whatever answers there are.
        only_by_rules.retain(|id| !outlook.provable.contains(id));
        outlook.not_provable.extend(only_by_rules);
        outlook.gaps.retain(|_, gaps| !gaps.is_empty());
        outlook.add_rules_to_gaps();
        outlook
    }

    /// A requirement of a rule depends on a missing thing only if every case that the rule applies to needs it.
    fn add_rules_to_gaps(&mut self) {
        let mut cases: BTreeMap<&str, usize> = BTreeMap::new();
        for id in self.suite.cases.iter().flat_map(|case| &*case.by_rules) {
            *cases.entry(id).or_default() += 1;
        }
        for gap in self.gaps.values_mut().flat_map(BTreeMap::values_mut) {
            let all = gap.by_rules.iter();
            let all = all.filter(|(id, number)| cases.get(*id) == Some(*number));
            gap.requirements.extend(all.map(|(id, _)| *id));
        }
    }

    /// How many cases of a contract can run, and how many there are.
    pub fn cases(&self, contract: &Contract) -> (usize, usize) {
        let cases = self.cases.get(contract.name.as_str());
        cases.copied().unwrap_or_default()
    }

    /// What the target does not have for the cases of a contract; `None` if nothing is missing.
    pub fn gaps(&self, contract: &Contract) -> Option<&Gaps<'s>> {
        self.gaps.get(contract.name.as_str())
    }

    /// Is there a case that proves this requirement and can run?
    pub fn is_provable(&self, id: &str) -> bool {
        self.provable.contains(id)
    }

    /// Is there a case that is needed to prove this requirement and cannot run?
    pub fn is_not_provable(&self, id: &str) -> bool {
        self.not_provable.contains(id)
    }

    /// What can be said of a requirement.
    pub fn provability(&self, requirement: &Requirement) -> Provability {
        let id = requirement.id.as_str();
        if self.target.not_applicable.contains_key(id) {
            Provability::NotApplicable
        } else if self.not_provable.contains(id) {
            Provability::NotProvable
        } else if self.provable.contains(id) {
            Provability::Provable
        } else if requirement.unobservable.is_some() || self.excused.contains(id) {
            Provability::NotApplicable
        } else {
            Provability::WithoutCase
        }
    }

    /// The requirements of which this can be said, in the order of the contracts.
    pub fn requirements(&self, provability: Provability) -> Vec<&'s Requirement> {
        let all = self.suite.requirements();
        all.filter(|one| self.provability(one) == provability)
            .collect()
    }

    /// How many of the requirements that a gap concerns are MUST and cannot be proven.
    pub fn missing_musts(&self, gap: &Gap<'_>) -> usize {
        let missing = gap
            .requirements
            .iter()
            .filter(|id| self.is_not_provable(id));
        missing.filter(|id| self.is_must(id)).count()
    }

    /// How many cases need what an environment variable is for, and the applicable requirements that they prove, in the
    /// order of the contracts.
    pub fn needed_for(&self, variable: &VariableUse) -> (usize, Vec<&'s Requirement>) {
        let cases = self.suite.cases.iter();
        let cases: Vec<&Case> = cases.filter(|case| needs(case, variable)).collect();
        let number = |id: &str, cases: &mut dyn Iterator<Item = &Case>| {
            cases
                .filter(|case| case.by_rules.iter().any(|one| one == id))
                .count()
        };
        let mut proven: BTreeSet<&str> = cases
            .iter()
            .flat_map(|case| case.proves.iter().map(String::as_str))
            .collect();
        for id in cases.iter().flat_map(|case| &*case.by_rules) {
            let needing = number(id, &mut cases.iter().copied());
            if needing == number(id, &mut self.suite.cases.iter()) {
                proven.insert(id);
            }
        }
        let requirements = self.suite.requirements();
        let requirements = requirements
            .filter(|one| proven.contains(one.id.as_str()))
            .filter(|one| !self.target.not_applicable.contains_key(&one.id));
        (cases.len(), requirements.collect())
    }

    /// What the target file declares as not applicable, and what is not checked because of it.
    pub fn exceptions(&self) -> Vec<DeclaredException<'s>> {
        let requirements = self.target.not_applicable.iter();
        let requirements =
            requirements.map(|(id, reason)| self.exception_of_requirement(id, reason));
        let capabilities = self.target.cannot.iter();
        let capabilities =
            capabilities.map(|(name, reason)| self.exception_of_capability(name, reason));
        requirements.chain(capabilities).collect()
    }

    fn exception_of_requirement(&self, id: &'s str, reason: &'s str) -> DeclaredException<'s> {
        let mut exception = DeclaredException::new(id, reason);
        for case in &self.suite.cases {
            if case.needs.requirements.contains(id) {
                exception.add_skipped(case);
            } else if case.proves.iter().any(|proven| proven == id) {
                let is_moot = |proven: &String| self.target.not_applicable.contains_key(proven);
                if case.proves.iter().all(is_moot) {
                    exception.add_skipped(case);
                } else {
                    exception.partly.push(&case.id);
                }
            }
        }
        exception.requirements.remove(id);
        self.divide(&mut exception);
        exception
    }

    fn exception_of_capability(&self, name: &'s str, reason: &'s str) -> DeclaredException<'s> {
        let mut exception = DeclaredException::new(name, reason);
        let cases = self.suite.cases.iter();
        for case in cases.filter(|case| case.needs.capabilities.contains(name)) {
            exception.add_skipped(case);
        }
        self.divide(&mut exception);
        exception
    }

    /// Divides the requirements of skipped cases into those that other cases prove and those that none does.
    fn divide(&self, exception: &mut DeclaredException<'s>) {
        let (partly, unchecked) = exception
            .requirements
            .iter()
            .partition(|id| self.provable.contains(**id) || self.not_provable.contains(**id));
        exception.partly_checked = partly;
        exception.unchecked = unchecked;
        let not_applicable = &self.target.not_applicable;
        exception
            .unchecked
            .retain(|id| !not_applicable.contains_key(*id));
    }

    fn is_must(&self, id: &str) -> bool {
        let requirement = self.suite.requirement(id);
        requirement.is_some_and(|requirement| requirement.level == Level::Must)
    }
}

/// The MUST requirements that a black-box test can observe and no case proves.
pub fn musts_without_case(suite: &Suite) -> Vec<&str> {
    let proven: BTreeSet<&str> = suite
        .cases
        .iter()
        .flat_map(|case| {
            let certain = case.proves.iter().chain(&*case.by_rules);
            certain
                .map(String::as_str)
                .chain(case.by_open_rules.iter().map(String::as_str))
        })
        .collect();
    let musts = suite
        .requirements()
        .filter(|one| one.level == Level::Must && one.unobservable.is_none());
    musts
        .map(|one| one.id.as_str())
        .filter(|id| !proven.contains(id))
        .collect()
}

/// Adds why a case cannot run. If a service is missing, only that.
fn add_gaps<'s>(case: &'s Case, suite: &'s Suite, target: &'s Target, gaps: &mut Gaps<'s>) {
    let needs = &case.needs;
    let services = needs.services.iter();
    let services = services.filter(|name| !target.services.contains_key(*name));
    let mut missing: Vec<Missing<'s>> = services.map(|name| Missing::Service(name)).collect();
    let mut kept: Vec<&str> = Vec::new();
    if missing.is_empty() {
        if case.effect == Effect::Write && !target.permits_write {
            missing.push(Missing::Write);
        }
        let identities = needs.identities.iter();
        let identities = identities.filter(|name| !target.identities.contains_key(*name));
        missing.extend(identities.map(|name| Missing::Identity(name)));
        let capabilities = needs.capabilities.iter();
        let capabilities = capabilities.filter(|name| !target.capabilities.contains(*name));
        missing.extend(capabilities.map(|name| Missing::Capability(name)));
        let fixtures = needs.fixtures.iter();
        let fixtures = fixtures.filter(|name| !target.fixtures.contains_key(*name));
        missing.extend(fixtures.map(|name| Missing::Fixture(name)));
        kept.extend(not_disposable(case, suite, target).map(String::as_str));
        missing.extend((!kept.is_empty()).then_some(Missing::Disposable));
    }
    for missing in missing {
        let gap = gaps.entry(missing).or_default();
        gap.cases += 1;
        gap.requirements
            .extend(case.proves.iter().map(String::as_str));
        for id in &*case.by_rules {
            *gap.by_rules.entry(id).or_default() += 1;
        }
        if missing == Missing::Disposable {
            gap.fixtures.extend(&kept);
        }
    }
}

fn needs(case: &Case, variable: &VariableUse) -> bool {
    match variable {
        VariableUse::Network(None) => true,
        VariableUse::Service(name) | VariableUse::Network(Some(name)) => {
            case.needs.services.contains(name)
        }
        VariableUse::Identity(name) => case.needs.identities.contains(name),
        VariableUse::Fixture(name) => case.needs.fixtures.contains(name),
    }
}
