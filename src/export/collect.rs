//! The operations of a suite, each with the rules and the steps of cases that are about it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::operation::SEVERAL_SEGMENTS;
use crate::model::{
    Block, Case, Contract, Expression, Level, Operation as Outline, Part, Rule, StatusPattern,
    Step, Suite, Template,
};
use crate::text::names::Unique;

/// The methods that a document can describe.
const METHODS: [&str; 8] = [
    "GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE",
];

/// One operation.
#[derive(Debug)]
pub(super) struct Operation<'s> {
    pub(super) method: String,
    /// With the mount of its service, and names in braces.
    pub(super) path: String,
    /// The names, and values of them in steps that succeed: literals, or expressions.
    pub(super) values: Vec<PathValue<'s>>,
    pub(super) contract: &'s Contract,
    pub(super) rules: Vec<&'s Rule>,
    /// Steps that send it, with their cases.
    pub(super) steps: Vec<(&'s Case, &'s Step)>,
    /// Below its service, with `{}` for values.
    outline: Outline,
    service: String,
}

/// A value in a path.
#[derive(Debug)]
pub(super) struct PathValue<'s> {
    pub(super) name: String,
    pub(super) expression: Option<&'s Expression>,
    pub(super) literal: Option<String>,
}

/// The operations, and what was left out.
#[derive(Debug)]
pub(super) struct Collected<'s> {
    pub(super) operations: Vec<Operation<'s>>,
    pub(super) left_out: Vec<String>,
}

impl<'s> Operation<'s> {
    /// The steps that expect a success.
    pub(super) fn successes(&self) -> impl Iterator<Item = (&'s Case, &'s Step)> {
        self.steps
            .iter()
            .copied()
            .filter(|(_, step)| expects_success(step) && step.request.illegal.is_none())
    }

    /// The requirements that rules and cases prove on its answers.
    pub(super) fn requirements(&self) -> BTreeSet<&'s str> {
        let of_rules = self.rules.iter().flat_map(|rule| &rule.blocks);
        let of_steps = self.steps.iter().flat_map(|(_, step)| &step.expect);
        let blocks = of_rules.chain(of_steps);
        blocks
            .flat_map(|block| block.proves.iter().map(String::as_str))
            .collect()
    }
}

/// Does a step accept an answer only if it is a success?
pub(super) fn expects_success(step: &Step) -> bool {
    let statuses = step.expect.iter().filter_map(Block::required_status);
    let mut accepted = statuses.flat_map(|check| &check.accepts).peekable();
    let is_success = |pattern: &StatusPattern| match pattern {
        StatusPattern::Exact(status) => (200..400).contains(status),
        StatusPattern::Class(class) => (2..4).contains(class),
        StatusPattern::NotClass(_) | StatusPattern::Any => false,
    };
    accepted.peek().is_some() && accepted.all(is_success)
}

/// Is what a block proves required?
pub(super) fn is_required(block: &Block) -> bool {
    block.level == Some(Level::Must)
}

/// Collects the operations of a suite.
pub(super) fn collect(suite: &Suite) -> Collected<'_> {
    let mut collector = Collector {
        suite,
        operations: Vec::new(),
        left_out: BTreeMap::new(),
    };
    // A rule that cases opt out of does not hold for every answer, as what a document says does.
    let rules = suite.rules.iter();
    for known in rules.filter(|known| !suite.has_exceptions(known)) {
        for outline in &known.rule.operations {
            collector.add_rule(&suite.contracts[known.contract], &known.rule, outline);
        }
    }
    let mut literal = Vec::new();
    for case in &suite.cases {
        for step in case.steps.iter().chain(&case.finally) {
            let has_hole = step.request.path.as_literal().is_none();
            if has_hole {
                collector.add_step(case, step);
            } else {
                // A value may be written out where other cases have a name.
                literal.push((case, step));
            }
        }
    }
    for (case, step) in literal {
        collector.add_step(case, step);
    }
    collector.finish()
}

struct Collector<'s> {
    suite: &'s Suite,
    operations: Vec<Operation<'s>>,
    left_out: BTreeMap<&'static str, BTreeSet<String>>,
}

impl<'s> Collector<'s> {
    fn leave_out(&mut self, why: &'static str, name: &str) {
        self.left_out
            .entry(why)
            .or_default()
            .insert(name.to_owned());
    }

    fn add_rule(&mut self, contract: &'s Contract, rule: &'s Rule, outline: &Outline) {
        if outline.name().contains(SEVERAL_SEGMENTS) {
            self.leave_out("a path of any number of segments", outline.name());
            return;
        }
        let known = |one: &&mut Operation<'_>| {
            one.contract.name == contract.name && one.outline == *outline
        };
        if let Some(operation) = self.operations.iter_mut().find(known) {
            operation.rules.push(rule);
            return;
        }
        let service = self.service_of(contract, outline);
        if let Some(mut operation) = self.operation(contract, outline.clone(), &service) {
            operation.rules.push(rule);
            self.operations.push(operation);
        }
    }

    /// The service that the cases of a contract send an operation to.
    fn service_of(&self, contract: &Contract, outline: &Outline) -> String {
        let cases = self.suite.cases.iter();
        let own = cases.filter(|case| self.suite.contract_of(case).name == contract.name);
        let mut steps = own.flat_map(|case| case.steps.iter().chain(&case.finally));
        let sends = |step: &&Step| {
            let operation = step.request.operation();
            let (method, path) = operation.split_once(' ').unwrap_or_default();
            step.request.link.is_none() && outline.names(method, path)
        };
        let step = steps.find(sends);
        step.map_or(&contract.service, |step| &step.request.service)
            .clone()
    }

    fn operation(
        &mut self,
        contract: &'s Contract,
        outline: Outline,
        service: &str,
    ) -> Option<Operation<'s>> {
        if !METHODS.contains(&outline.method()) {
            self.leave_out("a method that OpenAPI does not have", outline.name());
            return None;
        }
        Some(Operation {
            method: outline.method().to_owned(),
            path: String::new(),
            values: Vec::new(),
            contract,
            rules: Vec::new(),
            steps: Vec::new(),
            service: service.to_owned(),
            outline,
        })
    }

    fn add_step(&mut self, case: &'s Case, step: &'s Step) {
        let request = &step.request;
        let contract = self.suite.contract_of(case);
        let name = request.operation();
        let (method, path) = name.split_once(' ').unwrap_or_default();
        if request.link.is_some() || !is_plain(path) {
            return;
        }
        let sends = |one: &&mut Operation<'_>| {
            one.contract.name == contract.name
                && one.service == request.service
                && one.outline.names(method, path)
        };
        let known = self.operations.iter_mut().filter(sends);
        if let Some(operation) = known.max_by_key(|one| one.outline.fixed_segments()) {
            operation.steps.push((case, step));
            return;
        }
        if !expects_success(step) {
            self.leave_out("no case succeeds on it and no rule is about it", &name);
            return;
        }
        let outline = Outline::new(&name);
        if let Some(mut operation) = self.operation(contract, outline, &request.service) {
            operation.steps.push((case, step));
            self.operations.push(operation);
        }
    }

    fn finish(mut self) -> Collected<'s> {
        // Names belong to a path, whatever the method, and two contracts may have one path.
        let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut operations: Vec<Operation<'s>> = Vec::new();
        for mut operation in std::mem::take(&mut self.operations) {
            let mount = operation.contract.services.get(&operation.service);
            let mount = mount.map_or("", |service| service.mount.trim_end_matches('/'));
            let own = operation
                .outline
                .name()
                .split_once(' ')
                .map_or("", |(_, path)| path);
            let whole = format!("{mount}{own}");
            let mut values = values_of(own, &operation);
            let names = named
                .entry(whole.clone())
                .or_insert_with(|| values.iter().map(|value| value.name.clone()).collect());
            for (value, name) in values.iter_mut().zip(names.iter()) {
                value.name.clone_from(name);
            }
            let mut parts = whole.split("{}");
            let mut path = parts.next().unwrap_or_default().to_owned();
            for (part, value) in parts.zip(&values) {
                path.push_str(&format!("{{{}}}{part}", value.name));
            }
            if !seen.insert((path.clone(), operation.method.clone())) {
                self.leave_out(
                    "another contract has the same method and path",
                    operation.outline.name(),
                );
                continue;
            }
            operation.path = path;
            operation.values = values;
            operations.push(operation);
        }
        operations
            .sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
        let left_out = self.left_out.into_iter();
        let left_out = left_out.map(|(why, names)| {
            let names: Vec<String> = names.into_iter().collect();
            format!("{why}: {}", names.join(", "))
        });
        Collected {
            operations,
            left_out: left_out.collect(),
        }
    }
}

/// Can the path be one of a document?
fn is_plain(path: &str) -> bool {
    let without = path.replace("{}", "");
    path.starts_with('/')
        && !path.contains("//")
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
        && without.chars().all(|character| {
            character.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@%".contains(character)
        })
}

/// The values of a path, with names from the steps.
fn values_of<'s>(own: &str, operation: &Operation<'s>) -> Vec<PathValue<'s>> {
    let mut values: Vec<PathValue<'s>> = Vec::new();
    let steps: Vec<Vec<Segment<'s>>> = operation
        .successes()
        .chain(operation.steps.iter().copied())
        .map(|(_, step)| segments(step.path()))
        .collect();
    let mut names = Unique::default();
    for (number, segment) in own.split('/').enumerate() {
        for hole in 0..segment.matches("{}").count() {
            let mut found = PathValue {
                name: String::new(),
                expression: None,
                literal: None,
            };
            for step in steps.iter().filter_map(|step| step.get(number)) {
                if let Some(expression) = step.holes.get(hole) {
                    if found.expression.is_none() {
                        found.name = name_of(expression);
                        found.expression = Some(expression);
                    }
                } else if segment == "{}" && found.literal.is_none() {
                    found.literal = Some(step.text.clone());
                }
            }
            if found.name.is_empty() {
                "id".clone_into(&mut found.name);
            }
            found.name = names.take(&found.name);
            values.push(found);
        }
    }
    values
}

/// A segment of the path of a step.
struct Segment<'s> {
    text: String,
    holes: Vec<&'s Expression>,
}

fn segments(path: &Template) -> Vec<Segment<'_>> {
    let mut segments = vec![Segment {
        text: String::new(),
        holes: Vec::new(),
    }];
    for part in &path.parts {
        match part {
            Part::Hole(expression) => {
                if let Some(last) = segments.last_mut() {
                    last.holes.push(expression);
                }
            }
            Part::Text(text) => {
                for (number, piece) in text.split('/').enumerate() {
                    if number > 0 {
                        segments.push(Segment {
                            text: String::new(),
                            holes: Vec::new(),
                        });
                    }
                    if let Some(last) = segments.last_mut() {
                        last.text.push_str(piece);
                    }
                }
            }
        }
    }
    segments
}

/// The name of a value: the last word of a fixture, a capture or a variable.
fn name_of(expression: &Expression) -> String {
    match expression {
        Expression::Fixture(name) | Expression::Capture(name) | Expression::Variable(name) => {
            name.rsplit('.').next().unwrap_or(name).to_owned()
        }
        Expression::Call(_, arguments) => arguments.first().map_or_else(String::new, name_of),
        _ => String::new(),
    }
}
