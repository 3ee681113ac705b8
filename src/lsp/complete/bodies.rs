//! Completion of members of JSON bodies, from the schemas that the file names beside them; and of schemas themselves.

use crate::load::Kind;
use crate::load::Node;
use crate::lsp::complete::{Asked, Item, ItemKind};
use crate::lsp::cursor::{Segment, Slot};
use crate::lsp::grammar::Spot;
use crate::lsp::index::Role;
use crate::lsp::json_schema::Schemas;
use crate::lsp::suite::Suite;
use crate::lsp::tree;
use crate::model::Operation;

/// The schemas of a place in a JSON body, in the order in which they say something about it.
pub(crate) fn schemas_of<'s>(
    suite: &'s Suite,
    role: &Role,
    root: Option<&Node>,
    path: &[Segment],
    spot: &Spot,
) -> Vec<Schemas<'s>> {
    let Some((depth, kind, _)) = spot.free else {
        return Vec::new();
    };
    let Some(root) = root else {
        return Vec::new();
    };
    let around = &path[..depth - 1];
    let mut found = Vec::new();
    let mut add = |node: Option<&Node>| {
        let Some(node) = node else { return };
        match &node.kind {
            Kind::Text(name) if !name.contains("${") && !name.starts_with('<') => {
                found.push(Schemas::named(suite, name));
            }
            Kind::Object(_) => found.push(Schemas::inline(suite, node.to_json())),
            _ => {}
        }
    };
    let own = tree::at(root, around);
    add(own.and_then(|own| own.get("schema")));
    if kind == "Request" {
        // The request of the file, the case or the step, from the inside out.
        for length in (0..around.len().saturating_sub(1)).rev() {
            let outer = tree::at(root, &path[..length]);
            add(outer.and_then(|outer| outer.get("request")?.get("schema")));
        }
    } else if let Some((_, blocks)) = around.split_last() {
        let blocks_node = tree::at(root, blocks);
        for block in blocks_node.into_iter().flat_map(tree::items) {
            add(block.get("schema"));
        }
        if let Some((_, step)) = blocks.split_last() {
            for name in of_rules(suite, role, root, step) {
                found.push(Schemas::named(suite, &name));
            }
        }
    }
    for schemas in &mut found {
        path[depth..]
            .iter()
            .for_each(|segment| schemas.step(segment));
    }
    found
}

/// The schemas that the rules of the contract name for the answers to a step.
fn of_rules(suite: &Suite, role: &Role, root: &Node, step: &[Segment]) -> Vec<String> {
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let requests = (0..=step.len())
        .rev()
        .filter_map(|length| tree::at(root, &step[..length])?.get("request"));
    let mut requests = requests.flat_map(|request| {
        methods
            .iter()
            .filter_map(move |method| Some((*method, request.get(method)?.as_text()?)))
    });
    let Some((method, path)) = requests.next() else {
        return Vec::new();
    };
    let path = without_templates(path);
    let declared = suite.declared(role);
    let rules = declared.iter().flat_map(|declared| &declared.rules);
    let fitting = rules.filter(|rule| {
        let mut operations = rule.operations.iter();
        operations.any(|name| Operation::new(name).names(method, &path))
    });
    fitting.flat_map(|rule| rule.schemas.clone()).collect()
}

/// The path with a word for each template.
fn without_templates(path: &str) -> String {
    let mut plain = String::new();
    let mut rest = path.split('?').next().unwrap_or_default();
    while let Some(at) = rest.find("${") {
        plain.push_str(&rest[..at]);
        plain.push('x');
        rest = rest[at..].find('}').map_or("", |end| &rest[at + end + 1..]);
    }
    plain + rest
}

impl Asked<'_> {
    fn schemas(&self, spot: &Spot) -> Vec<Schemas<'_>> {
        schemas_of(
            self.suite,
            &self.file.role,
            self.root.as_ref(),
            &self.cursor.path,
            spot,
        )
    }

    /// Members of a JSON body.
    pub(super) fn members(&self, spot: &Spot, items: &mut Vec<Item>) {
        for schemas in self.schemas(spot) {
            for member in schemas.members() {
                if items.iter().any(|item| item.label == member.name) {
                    continue;
                }
                let detail = if member.is_required { "required" } else { "" };
                items.push(
                    Item::new(ItemKind::Member, member.name)
                        .detail(detail)
                        .doc(member.doc)
                        .rank(u8::from(!member.is_required)),
                );
            }
        }
    }

    /// Values of a member of a JSON body.
    pub(super) fn members_words(&self, spot: &Spot, items: &mut Vec<Item>) {
        for word in self.schemas(spot).iter().flat_map(Schemas::words) {
            if !items.iter().any(|item| item.label == word) {
                items.push(Item::new(ItemKind::Word, word).detail("in the schema"));
            }
        }
    }

    /// Values in a schema file: references, and requirements.
    pub(super) fn in_schema(&self, name: &str) -> Vec<Item> {
        let mut items = Vec::new();
        if self.cursor.slot != Slot::Value {
            return items;
        }
        match self.cursor.last_key() {
            Some("x-requirement") => {
                for (contract, _, file) in self.suite.contracts() {
                    items.extend(file.declared.requirements.iter().map(|one| {
                        Item::new(ItemKind::Name, &one.id)
                            .detail(format!("{} {}", one.level, one.sentence))
                            .doc(one.doc(contract))
                    }));
                }
            }
            Some("$ref") => {
                let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
                for file in self.suite.files.values() {
                    if let Role::Schema(other) = &file.role {
                        items.push(Item::new(ItemKind::File, relative(folder, other)));
                    }
                }
            }
            _ => {}
        }
        items
    }
}

/// A path below `schemas/` as seen from a folder there.
fn relative(folder: &str, path: &str) -> String {
    let from: Vec<&str> = folder.split('/').filter(|one| !one.is_empty()).collect();
    let to: Vec<&str> = path.split('/').collect();
    let common = from
        .iter()
        .zip(&to)
        .take_while(|(one, other)| one == other)
        .count();
    let up = std::iter::repeat_n("..", from.len() - common);
    let down = to[common..].iter().copied();
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_schemas_are_relative_to_the_file() {
        assert_eq!(relative("presence", "presence/a.json"), "a.json");
        assert_eq!(relative("presence/x", "seats/a.json"), "../../seats/a.json");
        assert_eq!(relative("", "seats/a.json"), "seats/a.json");
    }
}
