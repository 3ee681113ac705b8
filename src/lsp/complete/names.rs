//! Completion of names: requirements, fixtures, identities, steps, files.

use crate::lsp::complete::{Asked, Item, ItemKind};
use crate::lsp::cursor::Segment;
use crate::lsp::grammar::Spot;
use crate::lsp::index::{Declared, Role};
use crate::lsp::markers;
use crate::lsp::tree;
use crate::model::{MarkerPlace, rows_in};

/// How many files of a folder are suggested.
const MOST_FILES: usize = 1000;

impl Asked<'_> {
    /// Names that can be a value here.
    pub(super) fn names(&self, spot: &Spot, items: &mut Vec<Item>) {
        let Some((owner, key)) = &spot.member else {
            return;
        };
        let is_target = self.file.role == Role::Target;
        match (*owner, key.as_str()) {
            ("Block", "proves") | ("Waiver", "requirement") | ("", "throttling") => {
                self.requirements(items);
            }
            (_, "needs") => {
                self.fixtures(false, items);
                self.described(false, |declared| &declared.capabilities, items);
                self.requirements(items);
            }
            ("Request", "identity") => {
                self.described(false, |declared| &declared.identities, items);
                nothing(items);
            }
            ("Request" | "", "service") => self.services(items),
            ("Step", "use") => self.shared_steps(items),
            ("Block" | "Request" | "JsonLines", "schema") => {
                self.schema_files(items);
                if *owner == "Request" {
                    nothing(items);
                }
            }
            ("Request", "body" | "illegal") => nothing(items),
            ("Block" | "Request" | "Part" | "OtherBody", "file") => self.body_files(items),
            ("", "disposable") => self.fixtures(is_target, items),
            ("DeclaredFixtures" | "Fixture", "distinct-from") => self.fixtures(false, items),
            ("", "capabilities") if is_target => {
                self.described(true, |declared| &declared.capabilities, items);
            }
            ("", "contract") => {
                items.extend(
                    self.file
                        .role
                        .contract()
                        .map(|name| Item::new(ItemKind::Name, name)),
                );
            }
            ("", "target") if self.file.role == Role::Project => self.targets(items),
            ("Answers" | "Unchecked", "operation") => self.operations(None, items),
            ("Request", "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => {
                self.operations(Some(key), items);
            }
            ("Waiver", "case") => self.cases(items),
            _ => {}
        }
    }

    /// Names that can be a key here.
    pub(super) fn key_names(&self, spot: &Spot, items: &mut Vec<Item>) {
        if !matches!(self.cursor.path.last(), Some(Segment::Key(_))) {
            return;
        }
        let Some((owner, key)) = &spot.member else {
            return;
        };
        let is_target = self.file.role == Role::Target;
        match (*owner, key.as_str()) {
            ("Block", "blames") => self.requirements(items),
            ("", "not-applicable") if is_target => self.requirements(items),
            ("", "cannot") if is_target => {
                self.described(true, |declared| &declared.capabilities, items);
            }
            ("", "fixtures") if is_target => self.fixtures(true, items),
            ("", "identities") if is_target => {
                self.described(true, |declared| &declared.identities, items);
            }
            ("" | "Limits", "services") if is_target => self.services(items),
            (_, "without") => self.rules(items),
            ("Step", "with") => self.parameters(items),
            _ => {}
        }
    }

    fn requirements(&self, items: &mut Vec<Item>) {
        let own = self.file.role.contract();
        for (contract, _, file) in self.suite.contracts() {
            let rank = u8::from(own.is_some_and(|own| own != contract)) + 1;
            for one in &file.declared.requirements {
                items.push(
                    Item::new(ItemKind::Name, &one.id)
                        .detail(format!("{} {}", one.level, one.sentence))
                        .doc(one.doc(contract))
                        .rank(rank),
                );
            }
        }
    }

    fn fixtures(&self, is_full: bool, items: &mut Vec<Item>) {
        self.described(is_full, |declared| &declared.fixtures, items);
    }

    /// Names with descriptions: of the contract of the file, or with the contract before each.
    fn described(
        &self,
        is_full: bool,
        of: fn(&Declared) -> &[(String, String)],
        items: &mut Vec<Item>,
    ) {
        let own = self.file.role.contract();
        for (contract, _, file) in self.suite.contracts() {
            if !is_full && own != Some(contract) {
                continue;
            }
            for (name, about) in of(&file.declared) {
                let label = if is_full && !name.contains('.') {
                    format!("{contract}.{name}")
                } else {
                    name.clone()
                };
                items.push(Item::new(ItemKind::Name, label).detail(about));
            }
        }
    }

    fn services(&self, items: &mut Vec<Item>) {
        let own = self.file.role.contract();
        let contracts = self.suite.contracts();
        let contracts = contracts.filter(|(name, _, _)| own.is_none_or(|own| own == *name));
        let mut names: Vec<&String> = contracts
            .flat_map(|(_, _, file)| &file.declared.services)
            .collect();
        names.sort();
        names.dedup();
        items.extend(
            names
                .into_iter()
                .map(|name| Item::new(ItemKind::Name, name)),
        );
    }

    fn shared_steps(&self, items: &mut Vec<Item>) {
        let declared = self.suite.declared(&self.file.role);
        for step in declared.iter().flat_map(|declared| &declared.steps) {
            let with = if step.parameters.is_empty() {
                String::new()
            } else {
                format!("with {}", step.parameters.join(", "))
            };
            items.push(
                Item::new(ItemKind::Name, &step.name)
                    .detail(with)
                    .doc(&step.title),
            );
        }
    }

    /// The parameters of the shared step that is used beside `with`.
    fn parameters(&self, items: &mut Vec<Item>) {
        let declared = self.suite.declared(&self.file.role);
        let around = self.cursor.path.split_last().map(|(_, around)| around);
        let step = around
            .zip(self.root.as_ref())
            .and_then(|(path, root)| tree::at(root, path)?.get("use")?.as_text());
        let steps = declared.iter().flat_map(|declared| &declared.steps);
        let steps = steps.filter(|one| step.is_none_or(|step| one.name == step));
        let names = steps.flat_map(|one| one.parameters.iter().map(move |name| (one, name)));
        items.extend(names.map(|(step, name)| {
            Item::new(ItemKind::Name, name).detail(format!("a parameter of `{}`", step.name))
        }));
    }

    fn rules(&self, items: &mut Vec<Item>) {
        let declared = self.suite.declared(&self.file.role);
        for rule in declared.iter().flat_map(|declared| &declared.rules) {
            let operations = rule.operations.join(", ");
            items.push(Item::new(ItemKind::Name, &rule.id).detail(operations));
        }
    }

    fn cases(&self, items: &mut Vec<Item>) {
        for file in self.suite.files.values() {
            if matches!(file.role, Role::Cases { .. }) {
                let cases = file.cases.iter();
                items.extend(
                    cases.map(|case| Item::new(ItemKind::Name, &case.id).detail(&case.title)),
                );
            }
        }
    }

    /// Operations that rules name, and those that the cases of the contract request: of one method only their paths.
    fn operations(&self, method: Option<&str>, items: &mut Vec<Item>) {
        let contract = self.file.role.contract();
        let files = self.suite.files.values();
        let own = files.filter(|file| file.role.contract() == contract);
        let mut operations: Vec<String> = own
            .flat_map(|file| {
                let rules = file.declared.rules.iter().flat_map(|rule| &rule.operations);
                let rules = rules.filter(|_| method.is_none());
                rules.chain(&file.operations)
            })
            .filter_map(|operation| match method {
                Some(method) => {
                    let (its, path) = operation.split_once(' ')?;
                    (its == method).then(|| path.to_owned())
                }
                None => Some(outline(operation)),
            })
            .collect();
        operations.sort();
        operations.dedup();
        items.extend(
            operations
                .into_iter()
                .map(|one| Item::new(ItemKind::Name, one)),
        );
    }

    /// The schemas below `schemas/`; behind `#` the definitions of the one that is typed.
    pub(super) fn schema_files(&self, items: &mut Vec<Item>) {
        let schemas = self
            .suite
            .files
            .values()
            .filter_map(|file| match &file.role {
                Role::Schema(name) => Some((name, file)),
                _ => None,
            });
        let typed = self.typed().split_once('#').map(|(file, _)| file);
        for (name, file) in schemas {
            let schema = || serde_json::from_str::<serde_json::Value>(&file.text).ok();
            let Some(wanted) = typed else {
                let title = schema().and_then(|one| Some(one.get("title")?.as_str()?.to_owned()));
                items.push(Item::new(ItemKind::File, name).detail(title.unwrap_or_default()));
                continue;
            };
            if wanted == name {
                let schema = schema();
                let definitions = schema
                    .as_ref()
                    .and_then(|one| one.get("$defs")?.as_object());
                items.extend(definitions.into_iter().flatten().map(|(key, value)| {
                    let about = value.get("description").and_then(serde_json::Value::as_str);
                    Item::new(ItemKind::File, format!("{name}#/$defs/{key}"))
                        .detail(about.unwrap_or_default())
                }));
            }
        }
    }

    /// Files below `files/`, with one level of folders.
    fn body_files(&self, items: &mut Vec<Item>) {
        let mut names = Vec::new();
        for folder in ["files".to_owned()]
            .into_iter()
            .chain(folders(&self.suite.root.join("files")))
        {
            let entries = std::fs::read_dir(self.suite.root.join(&folder))
                .into_iter()
                .flatten();
            let files = entries.flatten().filter(|entry| entry.path().is_file());
            let paths =
                files.filter_map(|entry| Some(format!("{folder}/{}", entry.file_name().to_str()?)));
            names.extend(paths.take(MOST_FILES));
        }
        names.sort();
        items.extend(
            names
                .into_iter()
                .map(|name| Item::new(ItemKind::File, name)),
        );
    }

    fn targets(&self, items: &mut Vec<Item>) {
        items.push(Item::new(ItemKind::Word, "demo").detail("the demo service inside Probity"));
        for (path, file) in &self.suite.files {
            if file.role == Role::Target {
                let below = path.strip_prefix(&self.suite.root).unwrap_or(path);
                items.push(Item::new(ItemKind::File, below.display().to_string()));
            }
        }
    }
}

/// The marker that leaves out what a shared request has.
fn nothing(items: &mut Vec<Item>) {
    for row in rows_in(MarkerPlace::Request) {
        let marker = row.example();
        let doc = markers::doc(&marker).unwrap_or_default();
        items.push(Item::new(ItemKind::Word, marker).doc(doc).rank(3));
    }
}

/// The folders in `files/`, by their paths from the suite.
fn folders(files: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(files).into_iter().flatten();
    let folders = entries.flatten().filter(|entry| entry.path().is_dir());
    folders
        .filter_map(|entry| Some(format!("files/{}", entry.file_name().to_str()?)))
        .take(MOST_FILES)
        .collect()
}

/// An operation with `{}` for each template, and without its query.
fn outline(operation: &str) -> String {
    let mut outline = String::new();
    let mut rest = operation.split('?').next().unwrap_or_default();
    while let Some(at) = rest.find("${") {
        outline.push_str(&rest[..at]);
        outline.push_str("{}");
        rest = rest[at..].find('}').map_or("", |end| &rest[at + end + 1..]);
    }
    outline + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_has_braces_for_values() {
        assert_eq!(
            outline("GET /users/${fixture.user}/seats?x=${var.a}"),
            "GET /users/{}/seats"
        );
        assert_eq!(outline("GET /users/${fix"), "GET /users/{}");
    }
}
