//! The fixtures of a target.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::load::fixture_forms;
use crate::load::fixture_forms::PlacedFixture;
use crate::load::node::{Kind, Node};
use crate::load::record::Text;
use crate::load::target::TargetReader;
use crate::load::target::bodies;
use crate::load::target::format::TargetFile;
use crate::load::target::variables::MISSING_VARIABLE;
use crate::load::yaml;
use crate::model::{FileId, Severity, Sources, VariableUse};

impl TargetReader<'_> {
    pub(super) fn fixtures(&mut self, format: &TargetFile<'_>) -> BTreeMap<String, Value> {
        let mut fixtures = Vec::new();
        for (key, node) in format.fixtures.iter().flat_map(|entries| &entries.0) {
            self.check_name(key, "fixture", |contract| &contract.fixtures);
            self.reading = VariableUse::Fixture(key.text.clone());
            let count_before = self.diagnostics.len();
            let secrets_before = self.secrets.len();
            let value = self.fill_value(node);
            fixtures.push((
                PlacedFixture {
                    name: &key.text,
                    node,
                    value,
                    is_secret: self.secrets.len() > secrets_before,
                },
                self.diagnostics.len() == count_before,
            ));
        }
        let (known, unknown): (Vec<_>, Vec<_>) =
            fixtures.into_iter().partition(|(_, is_known)| *is_known);
        let known: Vec<PlacedFixture<'_>> = known.into_iter().map(|(one, _)| one).collect();
        let unknown = unknown.into_iter().map(|(one, _)| one);
        let sources = self.sources;
        let written = |span| sources.slice(span).to_owned();
        fixture_forms::check(
            &known,
            &self.suite.fixture_forms,
            &written,
            self.diagnostics,
        );
        let is_sound = self
            .diagnostics
            .iter()
            .all(|one| one.severity != Severity::Error || one.code == MISSING_VARIABLE);
        // The fixtures of the suite itself were checked when it was loaded.
        if is_sound && !self.is_borrowed {
            bodies::check(self.suite, &known, self.diagnostics);
        }
        let all = known.into_iter().chain(unknown);
        all.map(|fixture| (fixture.name.to_owned(), fixture.value))
            .collect()
    }

    pub(super) fn fill_value(&mut self, node: &Node) -> Value {
        match &node.kind {
            Kind::Text(text) => {
                let text = Text {
                    value: text,
                    span: node.span,
                };
                Value::String(self.fill(text).unwrap_or_default())
            }
            Kind::List(items) => items.iter().map(|item| self.fill_value(item)).collect(),
            Kind::Object(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.text.clone(), self.fill_value(value)))
                    .collect(),
            ),
            _ => node.to_json(),
        }
    }
}

/// The fixtures of a target file that do not depend on the environment; empty when the file cannot be read.
///
/// Mistakes in the file are reported when it is used as a target.
pub(crate) fn literal_fixtures(sources: &Sources, file: FileId) -> BTreeMap<String, Value> {
    let node = yaml::parse(sources, file, &mut Vec::new());
    let fixtures = node.as_ref().and_then(|node| node.get("fixtures"));
    let Some(Kind::Object(entries)) = fixtures.map(|node| &node.kind) else {
        return BTreeMap::new();
    };
    entries
        .iter()
        .filter(|(_, value)| !value.has_broken() && !sources.slice(value.span).contains("${"))
        .map(|(key, value)| (key.text.clone(), value.to_json()))
        .collect()
}
