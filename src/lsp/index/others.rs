//! The names in schemas, target files and waiver files.

use crate::load::Node;
use crate::lsp::index::{NameKind, Reader, range_of};
use crate::lsp::tree::{items, members};

impl Reader<'_> {
    pub(super) fn schema_file(&mut self, root: &Node, name: &str) {
        self.schema(root, Some(name));
    }

    pub(super) fn target(&mut self, root: &Node) {
        for (key, value) in members(root) {
            match key.text.as_str() {
                "services" => self.keys(NameKind::Service, value),
                "identities" => self.keys(NameKind::Identity, value),
                "fixtures" => self.keys(NameKind::Fixture, value),
                "capabilities" => self.names(NameKind::Capability, value, false),
                "disposable" => self.names(NameKind::Fixture, value, false),
                "not-applicable" => self.keys(NameKind::Requirement, value),
                "cannot" => self.keys(NameKind::Capability, value),
                "limits" => {
                    if let Some(services) = value.get("services") {
                        self.keys(NameKind::Service, services);
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn waivers(&mut self, root: &Node) {
        for waiver in root.get("waivers").into_iter().flat_map(items) {
            if let Some(requirement) = waiver.get("requirement") {
                self.name(NameKind::Requirement, requirement, false);
            }
            if let Some(case) = waiver
                .get("case")
                .and_then(|case| Some((case, case.as_text()?)))
            {
                let (node, id) = case;
                let range = self.inside(range_of(node.span), id);
                let without_row = id.split_once('[').map_or(id, |(id, _)| id);
                self.add(NameKind::Case, without_row, range, false);
            }
            // Each line of a fingerprint begins with a requirement.
            for line in waiver.get("fingerprint").into_iter().flat_map(items) {
                let Some((id, _)) = line.as_text().and_then(|line| line.split_once(' ')) else {
                    continue;
                };
                let range = self.inside(range_of(line.span), id);
                self.add(NameKind::Requirement, id, range, false);
            }
        }
    }
}
