//! The names in a contract, and what it declares.

use crate::load::Node;
use crate::lsp::index::{
    CaseDoc, NameKind, Reader, RequirementDoc, RuleDoc, SharedStepDoc, range_of, text_of,
};
use crate::lsp::tree::{items, members};

impl Reader<'_> {
    pub(super) fn contract(&mut self, root: &Node) {
        for (key, value) in members(root) {
            match key.text.as_str() {
                "service" => self.name(NameKind::Service, value, false),
                "services" => {
                    self.definitions(NameKind::Service, value);
                    let names = members(value).map(|(key, _)| key.text.clone());
                    self.declared.services = names.collect();
                }
                "identities" => {
                    self.definitions(NameKind::Identity, value);
                    self.declared.identities = described(value);
                }
                "capabilities" => {
                    self.definitions(NameKind::Capability, value);
                    self.declared.capabilities = described(value);
                }
                "fixtures" => {
                    self.definitions(NameKind::Fixture, value);
                    for (_, fixture) in members(value) {
                        if let Some(others) = fixture.get("distinct-from") {
                            self.names(NameKind::Fixture, others, false);
                        }
                    }
                    self.declared.fixtures = described(value);
                }
                "disposable" => self.names(NameKind::Fixture, value, false),
                "vars" => self.definitions(NameKind::Variable, value),
                "throttling" => self.name(NameKind::Requirement, value, false),
                "steps" => self.shared_steps(value),
                "answers" => self.rules(value),
                "requirements" => self.requirements(value),
                _ => {}
            }
        }
    }

    fn requirements(&mut self, list: &Node) {
        for requirement in items(list) {
            if let Some(id) = requirement.get("id") {
                self.name(NameKind::Requirement, id, true);
            }
            self.declared.requirements.push(RequirementDoc {
                id: text_of(requirement, "id"),
                level: text_of(requirement, "level"),
                sentence: text_of(requirement, "sentence"),
                source: text_of(requirement, "source"),
            });
        }
    }

    fn shared_steps(&mut self, steps: &Node) {
        for (number, (key, step)) in members(steps).enumerate() {
            self.key(NameKind::SharedStep, key, true);
            self.scope = number + 1;
            // The scopes of a contract are its steps.
            self.cases.push(CaseDoc {
                id: key.text.clone(),
                title: text_of(step, "title"),
                range: range_of(key.span),
                start: key.span.start as usize,
            });
            let before = self.occurrences.len();
            self.proving.clear();
            let mut parameters = Vec::new();
            for parameter in step.get("with").into_iter().flat_map(items) {
                self.name(NameKind::Parameter, parameter, true);
                parameters.extend(parameter.as_text().map(str::to_owned));
            }
            for (key, value) in members(step).filter(|(key, _)| key.text != "with") {
                self.step_member(&key.text, value);
            }
            for one in &mut self.occurrences[before..] {
                if one.kind == NameKind::Parameter {
                    one.name = format!("{}/{}", key.text, one.name);
                }
            }
            let captures = step.get("capture").into_iter().flat_map(members);
            self.declared.steps.push(SharedStepDoc {
                name: key.text.clone(),
                title: text_of(step, "title"),
                parameters,
                captures: captures.map(|(key, _)| key.text.clone()).collect(),
                proving: std::mem::take(&mut self.proving),
            });
            self.scope = 0;
        }
    }

    fn rules(&mut self, rules: &Node) {
        for rule in items(rules) {
            if let Some(id) = rule.get("id") {
                self.name(NameKind::Rule, id, true);
            }
            let expect = rule.get("expect");
            if let Some(blocks) = expect {
                self.blocks(blocks);
            }
            let blocks = expect.into_iter().flat_map(items);
            let operations = rule.get("operation").into_iter().flat_map(items);
            let schemas = blocks.filter_map(|block| block.get("schema")?.as_text());
            self.declared.rules.push(RuleDoc {
                id: text_of(rule, "id"),
                operations: operations
                    .filter_map(|one| one.as_text().map(str::to_owned))
                    .collect(),
                schemas: schemas.map(str::to_owned).collect(),
            });
        }
    }
}

/// Names with their descriptions, which are texts or under `about`.
fn described(node: &Node) -> Vec<(String, String)> {
    let about = |value: &Node| match value.as_text() {
        Some(text) => text.to_owned(),
        None => text_of(value, "about"),
    };
    members(node)
        .map(|(key, value)| (key.text.clone(), about(value)))
        .collect()
}
