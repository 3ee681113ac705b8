//! Rules of contracts: read once, and attached to the steps whose answers they describe.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::load::body_files::BodyFiles;
use crate::load::branches;
use crate::load::contract::ReadContract;
use crate::load::digest;
use crate::load::expect;
use crate::load::filling::{Filled, fill, uses};
use crate::load::format::AnswersFormat;
use crate::load::interner::Interner;
use crate::load::names::{CaseReader, Contracts};
use crate::load::need::Need;
use crate::load::node::{Kind, Node};
use crate::load::operations::{may_lead_to, operations};
use crate::load::read_rule::{Exception, ReadRule};
use crate::load::record::{Entries, Read, Record, Text};
use crate::load::scalars::is_kebab;
use crate::load::schemas::SchemaTable;
use crate::load::status;
use crate::load::variables::Variables;
use crate::model::{
    Block, Diagnostic, Needs, Operation, Request, Rule, Sources, StatusPattern, StepRule,
};

/// The rules of each contract, by its directory.
pub(crate) type Rules = BTreeMap<String, Vec<ReadRule>>;

/// What the readers of all rules share.
pub(crate) struct RuleContext<'a> {
    pub(crate) contracts: &'a Contracts,
    pub(crate) sources: &'a Sources,
    pub(crate) schemas: &'a mut SchemaTable,
    pub(crate) files: &'a mut BodyFiles,
    pub(crate) fixtures: &'a BTreeMap<String, Value>,
    pub(crate) interner: &'a mut Interner,
    pub(crate) diagnostics: &'a mut Vec<Diagnostic>,
}

/// Reads the rules of one contract.
pub(crate) fn read(context: &mut RuleContext<'_>, directory: &str) -> Vec<ReadRule> {
    let mut rules: Vec<ReadRule> = Vec::new();
    for item in &context.contracts[directory].rules {
        let Some(rule) = read_rule(context, directory, item) else {
            continue;
        };
        let first = rules.iter().find(|known| known.rule.id == rule.rule.id);
        if let Some(first) = first {
            let message = format!("duplicate rule `{}`", rule.rule.id);
            context.diagnostics.push(
                Diagnostic::error("contract/duplicate-rule", rule.rule.span, message)
                    .also(first.rule.span, "first use")
                    .help("give each rule its own id: cases opt out by it"),
            );
        } else {
            rules.push(rule);
        }
    }
    rules
}

fn read_rule(context: &mut RuleContext<'_>, directory: &str, node: &Node) -> Option<ReadRule> {
    let read_contract = &context.contracts[directory];
    let filled = uses(Filled::Var, node).then(|| with_variables(context, read_contract, node));
    let node = filled.as_ref().unwrap_or(node);
    let format = AnswersFormat::read(node, context.diagnostics)?;
    let mut reader = reader(context, directory);
    if let Some(id) = format.id.filter(|id| !is_kebab(id.value)) {
        let message = format!("the id `{}` is not in kebab case", id.value.escape_debug());
        reader.diagnostics.push(
            Diagnostic::error("contract/rule-id", id.span, message)
                .help("use lowercase letters, digits and `-`: `result-set`"),
        );
    }
    let (operations, places) = operations(format.operation.as_ref(), reader.diagnostics);
    let status = match format.status {
        Some(node) => status::read(&mut reader, node).map_or_else(Vec::new, |read| read.accepts),
        None => vec![StatusPattern::Any],
    };
    let formats = format.expect.as_deref().unwrap_or_default();
    if format.expect.is_some() && formats.is_empty() {
        let at = node.locate("/expect");
        reader.diagnostics.push(
            Diagnostic::error("case/no-expect", at, "this rule has no checks")
                .help("add a block that has `proves`"),
        );
    }
    for block in formats
        .iter()
        .filter(|block| block.proves.is_none() && !block.is_flawed())
    {
        let at = block.node().span;
        reader.diagnostics.push(
            Diagnostic::error(
                "contract/rule-proves-nothing",
                at,
                "a block of a rule must prove something",
            )
            .help(
                "add `proves:` with a requirement id; only steps of cases can have preconditions",
            ),
        );
    }
    let (blocks, needs) = expect::read_blocks(&mut reader, formats);
    branches::warn_of_dead_in_rule(&status, &blocks, reader.diagnostics);
    let fixtures = std::mem::take(&mut reader.needs.fixtures);
    let computes = reader.computes;
    let id = format.id?;
    Some(ReadRule {
        is_followed: format.followed.unwrap_or(false),
        rule: Arc::new(Rule {
            id: id.value.to_owned(),
            operations,
            status,
            non_empty: format.non_empty.unwrap_or(false),
            blocks,
            digest: digest::with_files(digest::of_case(node, None), &context.files.take_used()),
            span: id.span,
        }),
        places,
        needs,
        computes,
        fixtures,
    })
}

/// What reads a part of a contract as it reads that of a case.
pub(crate) fn reader<'r>(context: &'r mut RuleContext<'_>, directory: &str) -> CaseReader<'r> {
    let read_contract = &context.contracts[directory];
    CaseReader {
        contract: &read_contract.contract,
        contract_is_flawed: read_contract.is_flawed,
        contracts: context.contracts,
        sources: context.sources,
        schemas: context.schemas,
        files: context.files,
        fixtures: context.fixtures,
        diagnostics: context.diagnostics,
        interner: context.interner,
        rules: &[],
        without: Vec::new(),
        is_rule: true,
        request_is_unread: false,
        row_values: Vec::new(),
        needs: Needs::default(),
        captured: BTreeSet::new(),
        captured_and_used: BTreeSet::new(),
        capturing: BTreeSet::new(),
        captured_later: BTreeSet::new(),
        variables: Variables::default(),
        values: Vec::new(),
        of_body: None,
        computes: false,
    }
}

/// The rule with the constants of its contract filled in. Nothing in them is made in a case: that is reported.
fn with_variables(context: &mut RuleContext<'_>, contract: &ReadContract, rule: &Node) -> Node {
    let values = Node {
        span: rule.span,
        kind: Kind::Object(contract.variables.clone()),
    };
    fill(
        Filled::Var,
        rule,
        &values,
        context.sources,
        context.diagnostics,
    )
}

/// Reads the exceptions of a case or a step: rules that do not hold there, and why.
pub(crate) fn exceptions(
    reader: &mut CaseReader<'_>,
    format: Option<&Entries<'_, Text<'_>>>,
) -> Vec<Exception> {
    let mut exceptions = Vec::new();
    for (key, reason) in format.iter().flat_map(|entries| &entries.0) {
        if reason.value.trim().is_empty() {
            let diagnostic = Diagnostic::error("case/no-reason", reason.span, "empty reason");
            let diagnostic = diagnostic.help("explain why the rule does not hold here");
            reader.diagnostics.push(diagnostic);
        }
        let ids = || reader.rules.iter().map(|known| known.rule.id.as_str());
        if ids().any(|id| id == key.text) {
            exceptions.push(Exception {
                rule: key.text.clone(),
                span: key.span,
                is_used: false,
            });
        } else if !reader.contract_is_flawed {
            let contract = &reader.contract.name;
            let message = format!(
                "the contract `{contract}` has no rule `{}`",
                key.text.escape_debug()
            );
            let diagnostic = Diagnostic::error("case/unknown-rule", key.span, message);
            let diagnostic = diagnostic.suggest(&key.text, ids());
            reader.diagnostics.push(if diagnostic.help.is_empty() {
                let help =
                    format!("the rules are under `answers` in cases/{contract}/contract.yaml");
                diagnostic.help(help)
            } else {
                diagnostic
            });
        }
    }
    exceptions
}

/// Reports the exceptions without a step for which the rule would hold.
pub(crate) fn report_unused(reader: &mut CaseReader<'_>, exceptions: &[Exception], place: &str) {
    for exception in exceptions.iter().filter(|one| !one.is_used) {
        let message = format!("the rule `{}` does not hold for {place}", exception.rule);
        let mut rules = reader.rules.iter();
        let rule = rules.find(|known| known.rule.id == exception.rule);
        let operations = rule.map_or_else(String::new, |known| {
            let names = known.rule.operations.iter().map(Operation::name);
            names.collect::<Vec<_>>().join("`, `")
        });
        reader.diagnostics.push(
            Diagnostic::error("case/unmatched-rule", exception.span, message)
                .help(format!("remove it: the rule is about `{operations}`")),
        );
    }
}

/// The rules of a step.
#[derive(Default)]
pub(crate) struct Attached {
    /// Those of the operation that the step writes.
    pub(crate) rules: Vec<StepRule>,
    /// Those that hold if the request, or a redirect, leads to their operation.
    pub(crate) open: Vec<Arc<Rule>>,
    /// What their checks need of the transport.
    pub(crate) needs: Vec<Need>,
}

/// The rules that hold for the answers to a request. Where the case names the transport, those that may hold need none.
pub(crate) fn attach(
    reader: &mut CaseReader<'_>,
    request: &Request,
    names_transport: bool,
    expect: &[Block],
    exceptions: &mut [Exception],
) -> Attached {
    let mut attached = Attached::default();
    let mut rules: Vec<Arc<Rule>> = Vec::new();
    let operation = request.operation();
    let path = operation.split_once(' ').map_or("", |(_, path)| path);
    for known in reader.rules {
        let rule = &known.rule;
        let is_written = request.link.is_none() && rule.is_about(&request.method, path);
        let is_open =
            (rule.operations.iter()).any(|operation| may_lead_to(request, operation.method()));
        if !is_written && !is_open {
            continue;
        }
        let mut all = reader.without.iter_mut().chain(exceptions.iter_mut());
        if let Some(exception) = all.find(|one| one.rule == rule.id) {
            exception.is_used = true;
            continue;
        }
        reader.needs.fixtures.extend(known.fixtures.iter().cloned());
        reader.computes |= known.computes;
        if is_written || !names_transport && request.link.is_some() {
            attached.needs.extend(known.needs.iter().cloned());
        }
        if is_written {
            rules.push(Arc::clone(rule));
        }
        if is_open {
            attached.open.push(Arc::clone(rule));
        }
    }
    // A path that does not start with a slash is reported.
    if rules.is_empty() && request.link.is_none() && path.starts_with(['/', '{']) {
        warn_of_spelling(reader, request, path, exceptions);
    }
    attached.rules = StepRule::all(rules, &request.method, expect);
    for one in &mut attached.rules {
        // Where a redirect is followed, the answer is that of another operation.
        one.is_certain &= request.follow == 0;
    }
    attached
}

/// Warns about a request that no rule is about, because its path is spelled in another way than that of the rule. A case
/// that means it so opts out of the rule.
fn warn_of_spelling(
    reader: &mut CaseReader<'_>,
    request: &Request,
    path: &str,
    exceptions: &mut [Exception],
) {
    for known in reader.rules {
        let rule = &known.rule;
        let near = |operation: &'_ Operation| {
            let difference = operation.nearly_names(&request.method, path)?;
            Some((operation.name().to_owned(), difference))
        };
        let Some((name, difference)) = rule.operations.iter().find_map(near) else {
            continue;
        };
        let mut all = reader.without.iter_mut().chain(exceptions.iter_mut());
        if let Some(exception) = all.find(|one| one.rule == rule.id) {
            exception.is_used = true;
            continue;
        }
        let message = format!(
            "no rule holds for this path, which differs from that of a rule only in {difference}"
        );
        reader.diagnostics.push(
            Diagnostic::error("case/spelling-of-path", request.path.span, message)
                .as_warning()
                .label(format!("the rule `{}` is about `{name}`", rule.id))
                .help("write the path as in the rule")
                .help(format!(
                    "if it is meant so, say why: `without: {{ {}: reason }}`",
                    rule.id
                )),
        );
        return;
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_without_a_slash_is_one_mistake() {
        use crate::load::testing::{CASES_PATH, CONTRACT, CONTRACT_PATH, load};
        let rule = "answers: [{ id: a, operation: GET /users, expect: [{ proves: [DEMO-02], status: 200 }] }]";
        let contract = format!("{CONTRACT}{rule}\n");
        let found = |path: &str| {
            let case = format!(
                "contract: demo\ncases: [{{ id: a, request: {{ GET: {path} }}, expect: [{{ proves: [DEMO-01], status: 200 }}] }}]\n"
            );
            let loaded = load(&[(CONTRACT_PATH, &contract), (CASES_PATH, &case)]);
            let codes = loaded.diagnostics.iter().map(|one| one.code);
            codes.collect::<Vec<_>>()
        };
        assert_eq!(found("/users"), [""; 0]);
        assert_eq!(found("users"), ["case/path"]);
        assert_eq!(found("//users")[0], "case/spelling-of-path");
    }

    #[test]
    fn a_rule_uses_the_constants_of_its_contract() {
        use crate::load::testing::{CASES_PATH, CONTRACT, CONTRACT_PATH, load};
        let case = "contract: demo\ncases: [{ id: a, vars: { name: x }, request: { GET: \"/${var.name}\" }, expect: [{ proves: [DEMO-01], status: 200 }] }]\n";
        let rule = |vars: &str, json: &str| {
            let contract = format!(
                "{CONTRACT}vars: {{ {vars} }}\nanswers:\n  - {{ id: a, operation: \"GET /{{}}\", expect: [{{ proves: [DEMO-02], json: {{ a: \"{json}\" }} }}] }}\n"
            );
            let loaded = load(&[(CONTRACT_PATH, &contract), (CASES_PATH, case)]);
            assert_eq!(loaded.diagnostics, [], "{vars}");
            let case = &loaded.suite.cases[0];
            let rule = &case.steps[0].rules[0].rule;
            let body = crate::load::testing::without_spans(&format!("{:?}", rule.blocks[0].body));
            (body, case.needs.fixtures.len(), case.digest)
        };
        let (written, _, before) = rule("other: 1", "Ada ${fixture.user}");
        let (filled, needs, after) = rule(
            "name: Ada, full: \"${var.name} ${fixture.user}\"",
            "${var.full}",
        );
        assert!(
            written.contains("Ada ") && filled.contains("Ada"),
            "{filled}"
        );
        assert_eq!(needs, 1);
        assert_ne!(before, after);
    }
}
