//! Completion inside `${...}`.

use std::ops::Range;

use crate::load::template_functions;
use crate::lsp::complete::{Asked, Item, ItemKind};
use crate::lsp::index::{NameKind, Occurrence, Role};
use crate::model::{BodyFact, FUNCTIONS};

impl Asked<'_> {
    /// Where the template begins that the cursor is in.
    pub(super) fn open_template(&self) -> Option<usize> {
        self.file.role.contract()?;
        let typed = self.typed();
        let at = typed.rfind("${")?;
        let is_open = !typed[at..].contains('}') && !typed[..at].ends_with('$');
        is_open.then_some(self.cursor.typed.start + at + 2)
    }

    /// The suggestions in a template that starts there, and what they replace.
    pub(super) fn in_template(&self, start: usize) -> (Vec<Item>, Range<usize>) {
        let typed = &self.file.text[start..self.offset];
        let is_of_word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let word = typed.rfind(|c| !is_of_word(c)).map_or(0, |at| at + 1);
        let range = start + word..self.offset + self.rest_of_word().len();
        let is_argument = typed.contains('(');
        let end = if self.behind().starts_with('}') || is_argument {
            ""
        } else {
            "}"
        };
        let mut items = Vec::new();
        self.values(&mut items);
        for item in &mut items {
            item.insert = Some(format!("{}{end}", item.label));
        }
        for name in template_functions() {
            let row = FUNCTIONS.iter().find(|row| row.name == name);
            let detail = row.map_or_else(
                || "made in the run".to_owned(),
                |row| format!("takes {}", row.takes()),
            );
            let call = if row.is_some() || name == "random-int" {
                "("
            } else {
                "()"
            };
            let end = if call == "()" { end } else { "" };
            items.push(
                Item::new(ItemKind::Function, name)
                    .detail(detail)
                    .insert(format!("{name}{call}{end}"))
                    .rank(2),
            );
        }
        (items, range)
    }

    /// The values that the case can use here.
    fn values(&self, items: &mut Vec<Item>) {
        let scope = self.file.scope_at(self.offset);
        let is_here = |one: &&Occurrence| one.is_definition && one.scope == scope;
        let here = || self.file.occurrences.iter().filter(is_here);
        let mut add = |space: &str, name: &str, detail: &str| {
            let label = format!("{space}.{name}");
            if !items.iter().any(|item| item.label == label) {
                items.push(Item::new(ItemKind::Variable, label).detail(detail));
            }
        };
        let declared = self.suite.declared(&self.file.role);
        for (name, about) in declared.iter().flat_map(|declared| &declared.fixtures) {
            add("fixture", name, about);
        }
        for one in here().filter(|one| one.range.end < self.offset) {
            match one.kind {
                NameKind::Capture => add("capture", &one.name, "captured before"),
                NameKind::Parameter => {
                    let name = one.name.rsplit('/').next().unwrap_or_default();
                    add("with", name, "a parameter of the step");
                }
                _ => {}
            }
        }
        let used = self.file.occurrences.iter().filter(|one| {
            one.kind == NameKind::SharedStep && one.scope == scope && one.range.end < self.offset
        });
        for used in used {
            let steps = declared.iter().flat_map(|declared| &declared.steps);
            let step = steps.filter(|step| step.name == used.name);
            for name in step.flat_map(|step| &step.captures) {
                add("capture", name, &format!("captured by `{}`", used.name));
            }
        }
        for one in here().filter(|one| one.kind == NameKind::Row && one.name != "row") {
            add("row", &one.name, "a value of the row");
        }
        let contract = self
            .suite
            .contracts()
            .find(|(name, _, _)| Some(*name) == self.file.role.contract());
        let of_contract = contract
            .filter(|_| matches!(self.file.role, Role::Cases { .. }))
            .map(|(_, _, file)| file.occurrences.iter());
        let variables = self
            .file
            .occurrences
            .iter()
            .filter(|one| one.scope == 0 || one.scope == scope);
        for one in variables.chain(of_contract.into_iter().flatten()) {
            if one.kind == NameKind::Variable && one.is_definition {
                add("var", &one.name, "a variable");
            }
        }
        add("run", "id", "the id of the run, 32 hexadecimal digits");
        for fact in BodyFact::ALL {
            if let Some((space, name)) = fact.key().split_once('.') {
                add(space, name, "of the body of this request");
            }
        }
    }
}
