//! The fixtures of a target.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::load::node::{Kind, Node};
use crate::load::record::Text;
use crate::load::target::TargetReader;
use crate::load::target::format::TargetFile;
use crate::load::yaml;
use crate::model::{FileId, Sources, VariableUse};

impl TargetReader<'_> {
    pub(super) fn fixtures(&mut self, format: &TargetFile<'_>) -> BTreeMap<String, Value> {
        let mut fixtures = BTreeMap::new();
        for (key, value) in format.fixtures.iter().flat_map(|entries| &entries.0) {
            self.check_name(key, "fixture", |contract| &contract.fixtures);
            self.reading = VariableUse::Fixture(key.text.clone());
            let value = self.fill_value(value);
            fixtures.insert(key.text.clone(), value);
        }
        fixtures
    }

    fn fill_value(&mut self, node: &Node) -> Value {
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
