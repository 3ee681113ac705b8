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
use crate::load::names::{CaseReader, Contracts, IdLists};
use crate::load::need::Need;
use crate::load::node::{Kind, Node};
use crate::load::read_rule::{Exception, ReadRule};
use crate::load::record::{Entries, Names, Read, Record, Text};
use crate::load::scalars::{is_kebab, is_token};
use crate::load::schemas::SchemaTable;
use crate::load::status;
use crate::load::variables::Variables;
use crate::model::{
    Block, Case, Diagnostic, Needs, Request, Rule, Sources, Span, StatusPattern, StepRule,
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
    pub(crate) ids: &'a mut IdLists,
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
    let mut reader = CaseReader {
        contract: &read_contract.contract,
        contract_is_flawed: read_contract.is_flawed,
        contracts: context.contracts,
        sources: context.sources,
        schemas: context.schemas,
        files: context.files,
        fixtures: context.fixtures,
        diagnostics: context.diagnostics,
        ids: context.ids,
        rules: &[],
        without: Vec::new(),
        is_rule: true,
        request_is_unread: false,
        row_values: Vec::new(),
        needs: Needs::default(),
        captured: BTreeSet::new(),
        capturing: BTreeSet::new(),
        captured_later: BTreeSet::new(),
        variables: Variables::default(),
        values: Vec::new(),
        of_body: None,
        computes: false,
    };
    if let Some(id) = format.id.filter(|id| !is_kebab(id.value)) {
        let message = format!("the id `{}` is not in kebab case", id.value.escape_debug());
        reader.diagnostics.push(
            Diagnostic::error("contract/rule-id", id.span, message)
                .help("use lowercase letters, digits and `-`: `result-set`"),
        );
    }
    let operations = operations(format.operation.as_ref(), reader.diagnostics);
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
        rule: Arc::new(Rule {
            id: id.value.to_owned(),
            operations,
            status,
            non_empty: format.non_empty.unwrap_or(false),
            blocks,
            digest: digest::with_files(digest::of_case(node, None), &context.files.take_used()),
            span: id.span,
        }),
        needs,
        computes,
        fixtures,
    })
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

/// The operations as [`Request::operation`] names them.
fn operations(names: Option<&Names<'_>>, diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut operations = Vec::new();
    for name in names.iter().flat_map(|names| &names.0) {
        match why_no_operation(*name) {
            Some(help) => {
                let message = format!("`{}` is not an operation", name.value.escape_debug());
                diagnostics
                    .push(Diagnostic::error("contract/operation", name.span, message).help(help));
            }
            None => operations.push(name.value.to_owned()),
        }
    }
    operations
}

/// What is wrong with the name of an operation.
fn why_no_operation(name: Text<'_>) -> Option<String> {
    let Some((method, path)) = name.value.split_once(' ') else {
        return Some("write a method and a path: `POST /users/{}/seats`".into());
    };
    let with_empty_braces = outline(path);
    if !is_token(method) || !path.starts_with('/') || path.contains(char::is_whitespace) {
        Some("write a method and a path: `POST /users/{}/seats`".into())
    } else if path.contains(['?', '#']) {
        Some("leave out the query: a rule holds for every query".into())
    } else if with_empty_braces != path {
        Some(format!(
            "write `{{}}` for each value: `{method} {with_empty_braces}`"
        ))
    } else {
        None
    }
}

/// The path with `{}` for `{name}` and `${fixture.name}`.
fn outline(path: &str) -> String {
    let mut outline = String::new();
    let mut rest = path;
    while let Some((before, inside)) = rest.split_once('{') {
        outline.push_str(before.strip_suffix('$').unwrap_or(before));
        outline.push_str("{}");
        rest = inside.split_once('}').map_or("", |(_, after)| after);
    }
    outline + &rest.replace('}', "")
}

/// Does the name of an operation in a rule name this one? `{}` is any segment that is not empty, written out or filled in.
fn names(name: &str, operation: &str) -> bool {
    let (mut wanted, mut segments) = (name.split('/'), operation.split('/'));
    loop {
        match (wanted.next(), segments.next()) {
            (None, None) => return true,
            (Some("{}"), Some(segment)) if !segment.is_empty() => {}
            (Some(wanted), Some(segment)) if wanted == segment => {}
            _ => return false,
        }
    }
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
        let operations = rule.map_or_else(String::new, |known| known.rule.operations.join("`, `"));
        reader.diagnostics.push(
            Diagnostic::error("case/unmatched-rule", exception.span, message)
                .help(format!("remove it: the rule is about `{operations}`")),
        );
    }
}

/// The rules that hold for the answers to a request, and what they need of the transport.
pub(crate) fn attach(
    reader: &mut CaseReader<'_>,
    request: &Request,
    expect: &[Block],
    exceptions: &mut [Exception],
) -> (Vec<StepRule>, Vec<Need>) {
    let (mut attached, mut needs) = (Vec::new(), Vec::new());
    if reader.rules.is_empty() {
        return (Vec::new(), needs);
    }
    let operation = request.operation();
    warn_of_unknown_url(reader, request);
    for known in reader.rules {
        let rule = &known.rule;
        if !rule.operations.iter().any(|name| names(name, &operation)) {
            continue;
        }
        let mut all = reader.without.iter_mut().chain(exceptions.iter_mut());
        if let Some(exception) = all.find(|one| one.rule == rule.id) {
            exception.is_used = true;
            continue;
        }
        reader.needs.fixtures.extend(known.fixtures.iter().cloned());
        needs.extend(known.needs.iter().cloned());
        reader.computes |= known.computes;
        attached.push(Arc::clone(rule));
    }
    let mut all = StepRule::all(attached, expect);
    for one in &mut all {
        // Where a redirect is followed, the answer is that of another operation.
        one.is_certain &= request.follow == 0;
    }
    (all, needs)
}

/// Warns about a request whose URL is known only when it is sent: no rule is judged there.
fn warn_of_unknown_url(reader: &mut CaseReader<'_>, request: &Request) {
    let begins = format!("{} ", request.method);
    let mut operations = reader.rules.iter().flat_map(|known| &known.rule.operations);
    let message = if request.follow > 0 {
        "no rule of the contract is judged where a redirect leads"
    } else if request.link.is_some() && operations.any(|name| name.starts_with(&begins)) {
        "no rule of the contract is judged for a captured URL"
    } else {
        return;
    };
    reader.diagnostics.push(
        Diagnostic::error("case/no-rules", request.path.span, message)
            .as_warning()
            .label("its operation is known only when it is sent")
            .help("write the path: capture what varies in it with `match`, and use `${capture.x}`"),
    );
}

/// Warns about each rule that is attached to no step.
pub(crate) fn warn_unused(rules: &Rules, cases: &[Case], diagnostics: &mut Vec<Diagnostic>) {
    let steps = cases
        .iter()
        .flat_map(|case| case.steps.iter().chain(&case.finally));
    let used: BTreeSet<Span> = steps
        .flat_map(|step| &step.rules)
        .map(|one| one.rule.span)
        .collect();
    for known in rules.values().flatten() {
        let rule = &known.rule;
        if !used.contains(&rule.span) && !rule.operations.is_empty() {
            let message = format!("the rule `{}` matches no step of any case", rule.id);
            let diagnostic = Diagnostic::error("contract/unused-rule", rule.span, message);
            diagnostics.push(
                diagnostic
                    .as_warning()
                    .help("write the operation of a request, with `{}` for values in the path: `GET /books/{}`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_name_any_segment_that_is_not_empty() {
        let rule = "GET /books/{}";
        assert!(names(rule, "GET /books/{}"));
        assert!(names(rule, "GET /books/no-such-book"));
        for other in [
            "GET /books/",
            "GET /books",
            "GET /books/1/2",
            "POST /books/1",
            "GET /shops/1",
        ] {
            assert!(!names(rule, other), "{other}");
        }
        assert!(names("GET /books/1", "GET /books/1"));
        assert!(!names("GET /books/1", "GET /books/{}"));
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
