//! Which rules of the schemas rejected something: a mutant, or an answer of a server with a fault.
//!
//! A place is checked as soon as any check reads it; a rule for it may still be one that nothing ever breaks. A rule
//! that was removed cannot be listed here: it shows among the equivalent mutants.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::engine::KeptAnswer;
use crate::json::SchemaRule;
use crate::json::{BrokenRules, Document, SchemaAssertion, SchemaId};
use crate::model::{
    AnswerPlace, Answers, Block, BodyCheck, IdleRules, JsonLines, RawFinding, Rules, Span, Step,
    StepRule, Suite,
};
use crate::prove::pairs;
use crate::prove::percent::percent;
use crate::prove::rejudge::{GreenCase, answers as answers_of};
use crate::text::excerpt::short_json;

/// Longest text of a rule, in characters.
const RULE_SHOWN: usize = 200;

/// What schemas rejected.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Refused(#[serde(with = "pairs")] HashMap<SchemaId, BrokenRules>);

impl Refused {
    /// Adds one answer to step `index` with its findings.
    pub(super) fn note(
        &mut self,
        suite: &Suite,
        (index, step): (usize, &Step),
        answers: Answers<'_>,
        findings: &[RawFinding],
    ) {
        let of_schemas = findings.iter().filter(|finding| finding.schema.is_some());
        let mut blocks: Vec<usize> = of_schemas
            .filter(|finding| finding.step == index)
            .filter_map(|finding| finding.block)
            .collect();
        blocks.dedup();
        if blocks.is_empty() {
            return;
        }
        let all: Vec<(&Block, Option<&StepRule>)> = step.blocks().collect();
        for (block, rule) in blocks.iter().filter_map(|block| all.get(*block)) {
            let place = rule.map_or(AnswerPlace::Last, |one| one.about);
            let Some(response) = answers.at(place) else {
                continue;
            };
            for check in block.body_checks() {
                let Some((schema, _)) = schema_of(check) else {
                    continue;
                };
                let refusals = self.0.entry(schema).or_default();
                let mut note = |text: &[u8]| {
                    if let Ok(document) = Document::parse(text) {
                        let schema = suite.schema(schema);
                        schema.note_broken_rules(&document.value, refusals);
                    }
                };
                match check {
                    BodyCheck::JsonLines { .. } => {
                        response.body.split(|byte| *byte == b'\n').for_each(note);
                    }
                    _ => note(&response.body),
                }
            }
        }
    }

    /// Adds a case that was run, with each of its answers.
    pub(super) fn note_case(&mut self, suite: &Suite, steps: &[Step], answers: &[KeptAnswer]) {
        for (index, (step, answer)) in steps.iter().zip(answers).enumerate() {
            self.note(suite, (index, step), answers_of(answer), &answer.findings);
        }
    }

    pub(super) fn merge(&mut self, other: Refused) {
        for (schema, refusals) in other.0 {
            self.0.entry(schema).or_default().merge(refusals);
        }
    }

    /// Compares every rule of the schemas in use with what was rejected.
    pub(super) fn report(&self, cases: &[GreenCase<'_>]) -> Rules {
        // By schema as it is reported, and pointer: a schema in a row is compiled for each row.
        let mut rules: BTreeMap<(String, String), (SchemaAssertion, bool)> = BTreeMap::new();
        for used in schemas_in_use(cases) {
            let broken = self
                .0
                .get(&used.id)
                .map(|seen| used.suite.schema(used.id).broken(seen));
            let broken = broken.unwrap_or_default();
            for rule in used.suite.schema(used.id).assertions() {
                let is_broken = broken.contains(&(rule.document.clone(), rule.pointer.clone()));
                let key = (used.shown(&rule), rule.pointer.clone());
                rules.entry(key).or_insert((rule, false)).1 |= is_broken;
            }
        }
        let mut report = Rules {
            total: rules.len(),
            ..Rules::default()
        };
        for ((schema, pointer), (rule, is_broken)) in rules {
            if is_broken {
                report.refusing += 1;
                continue;
            }
            let unused = SchemaRule {
                location: format!("{schema}#{pointer}"),
                rule: short_json(&rule.value, RULE_SHOWN),
                keyword: rule.keyword,
            };
            match report.idle.last_mut().filter(|idle| idle.schema == schema) {
                Some(idle) => idle.rules.push(unused),
                None => report.idle.push(IdleRules {
                    schema,
                    rules: vec![unused],
                }),
            }
        }
        report.refusing_percent = percent(report.refusing, report.total);
        report
    }
}

/// Every rule of the schemas that the cases check answers with.
pub(super) fn assertions(cases: &[GreenCase<'_>]) -> Vec<SchemaAssertion> {
    let used = schemas_in_use(cases).into_iter();
    used.flat_map(|used| used.suite.schema(used.id).assertions())
        .collect()
}

/// A schema, and where a case names it.
struct Used<'r> {
    suite: &'r Suite,
    id: SchemaId,
    span: Span,
}

impl Used<'_> {
    /// The file of a rule; of a schema in a case the place in the case.
    fn shown(&self, rule: &SchemaAssertion) -> String {
        if rule.document != "inline" {
            return rule.document.clone();
        }
        let place = self.suite.sources.place(self.span);
        format!("{}:{}:{}", place.file, place.line, place.column)
    }
}

fn schemas_in_use<'r>(cases: &[GreenCase<'r>]) -> Vec<Used<'r>> {
    let mut used: Vec<Used<'r>> = Vec::new();
    for green in cases {
        let blocks = green.case.steps.iter().flat_map(Step::blocks);
        for (id, span) in blocks
            .flat_map(|(block, _)| block.body_checks())
            .filter_map(schema_of)
        {
            if !used.iter().any(|one| one.id == id) {
                used.push(Used {
                    suite: green.suite,
                    id,
                    span,
                });
            }
        }
    }
    used
}

fn schema_of(check: &BodyCheck) -> Option<(SchemaId, Span)> {
    match check {
        BodyCheck::Schema { schema, span }
        | BodyCheck::JsonLines {
            condition: JsonLines::Schema(schema),
            span,
        } => Some((*schema, *span)),
        _ => None,
    }
}
