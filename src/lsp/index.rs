//! The names in one file: where each is defined and used.
//!
//! Only what is written in the file is noted here; what a name means is found with the other files of the suite
//! ([`Suite`](crate::lsp::suite::Suite)).

mod cases;
mod contract;
mod holes;
mod others;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::load::{Key, Node};
use crate::lsp::tree;
pub(crate) use holes::resolved;

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameKind {
    Requirement,
    Fixture,
    Identity,
    Service,
    Capability,
    /// A fixture, a capability or a requirement, under `needs`.
    Need,
    Capture,
    Variable,
    Row,
    /// A parameter of a shared step: `step/name`.
    Parameter,
    SharedStep,
    Rule,
    Case,
    Schema,
    BodyFile,
}

/// A name in a file.
#[derive(Clone, Debug)]
pub(crate) struct Occurrence {
    pub(crate) kind: NameKind,
    /// As it is written.
    pub(crate) name: String,
    /// Where, in bytes, without quotes.
    pub(crate) range: Range<usize>,
    /// Is it the definition?
    pub(crate) is_definition: bool,
    /// The number of the case, or of the shared step, from 1; 0 outside of them.
    pub(crate) scope: usize,
    /// A value for this parameter (`step/name`), which is a requirement only if the step uses it as one.
    pub(crate) through: Option<String>,
}

/// What kind of file it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The contract of this name.
    Contract(String),
    /// Cases of a contract, with the prefix of their ids: `presence/batch`.
    Cases {
        contract: String,
        prefix: String,
    },
    /// A schema: its path below `schemas/`.
    Schema(String),
    Target,
    Waivers,
    Project,
    /// Something else.
    Other,
}

impl Role {
    /// The role of a file of a suite.
    pub(crate) fn of(root: &Path, path: &Path) -> Role {
        let Some(below) = path.strip_prefix(root).ok().and_then(Path::to_str) else {
            return Role::Other;
        };
        let below = below.replace('\\', "/");
        let without_extension = below.rsplit_once('.').map_or(&*below, |(name, _)| name);
        let is_yaml = ["yaml", "yml", "json"]
            .iter()
            .any(|one| below.ends_with(one));
        if let Some(prefix) = without_extension.strip_prefix("cases/") {
            return match prefix.split_once('/') {
                Some((contract, "contract")) if is_yaml => Role::Contract(contract.to_owned()),
                Some((contract, _)) if is_yaml => Role::Cases {
                    contract: contract.to_owned(),
                    prefix: prefix.to_owned(),
                },
                _ => Role::Other,
            };
        }
        if let Some(name) = below.strip_prefix("schemas/") {
            return if path.extension().is_some_and(|one| one == "json") {
                Role::Schema(name.to_owned())
            } else {
                Role::Other
            };
        }
        if crate::load::is_waivers(path) {
            Role::Waivers
        } else if below == "probity.yaml" {
            Role::Project
        } else if below.starts_with("targets/") && is_yaml {
            Role::Target
        } else {
            Role::Other
        }
    }

    /// The name of its format.
    pub(crate) fn format(&self) -> Option<&'static str> {
        match self {
            Role::Contract(_) => Some("contract"),
            Role::Cases { .. } => Some("cases"),
            Role::Target => Some("target"),
            Role::Waivers => Some("waivers"),
            Role::Project => Some("project"),
            Role::Schema(_) | Role::Other => None,
        }
    }

    /// The contract whose names it uses.
    pub(crate) fn contract(&self) -> Option<&str> {
        match self {
            Role::Contract(contract) | Role::Cases { contract, .. } => Some(contract),
            _ => None,
        }
    }
}

/// A requirement of a contract.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequirementDoc {
    pub(crate) id: String,
    pub(crate) level: String,
    pub(crate) sentence: String,
    pub(crate) source: String,
}

impl RequirementDoc {
    /// Level, sentence and source, in Markdown.
    pub(crate) fn doc(&self, contract: &str) -> String {
        let RequirementDoc {
            id,
            level,
            sentence,
            source,
        } = self;
        format!("**{id}** {level} (`{contract}`)\n\n{sentence}\n\nSource: {source}")
    }
}

/// A step of a contract.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedStepDoc {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) parameters: Vec<String>,
    pub(crate) captures: Vec<String>,
    /// The parameters that it uses as requirements.
    pub(crate) proving: Vec<String>,
}

/// A rule of a contract, with the schemas that its blocks name.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleDoc {
    pub(crate) id: String,
    pub(crate) operations: Vec<String>,
    pub(crate) schemas: Vec<String>,
}

/// What a contract declares. Fixtures, identities, capabilities and services are names with descriptions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Declared {
    pub(crate) requirements: Vec<RequirementDoc>,
    pub(crate) fixtures: Vec<(String, String)>,
    pub(crate) identities: Vec<(String, String)>,
    pub(crate) capabilities: Vec<(String, String)>,
    pub(crate) services: Vec<String>,
    pub(crate) steps: Vec<SharedStepDoc>,
    pub(crate) rules: Vec<RuleDoc>,
}

/// A case, or the template of its rows.
#[derive(Clone, Debug)]
pub(crate) struct CaseDoc {
    /// The whole id, without a row.
    pub(crate) id: String,
    pub(crate) title: String,
    /// Where the id is written.
    pub(crate) range: Range<usize>,
    /// Where the case starts.
    pub(crate) start: usize,
}

/// The names in a file.
#[derive(Debug)]
pub(crate) struct FileIndex {
    pub(crate) role: Role,
    pub(crate) text: Arc<str>,
    /// Could all of it be read?
    pub(crate) is_complete: bool,
    pub(crate) occurrences: Vec<Occurrence>,
    /// Of a contract.
    pub(crate) declared: Declared,
    /// Of a file of cases.
    pub(crate) cases: Vec<CaseDoc>,
    /// The requests in the file: `GET /users`.
    pub(crate) operations: Vec<String>,
}

impl FileIndex {
    /// Reads the names in a text.
    pub(crate) fn read(role: Role, path: &Path, text: Arc<str>) -> FileIndex {
        let name = path.display().to_string();
        let tree = tree::read(&name, &text);
        let mut reader = Reader::new(&text);
        if let Some(tree) = &tree {
            match &role {
                Role::Contract(_) => reader.contract(&tree.root),
                Role::Cases { prefix, .. } => reader.case_file(&tree.root, prefix),
                Role::Schema(name) => reader.schema_file(&tree.root, name),
                Role::Target => reader.target(&tree.root),
                Role::Waivers => reader.waivers(&tree.root),
                Role::Project | Role::Other => {}
            }
        }
        let Reader {
            occurrences,
            declared,
            cases,
            operations,
            ..
        } = reader;
        FileIndex {
            is_complete: tree.is_some_and(|tree| tree.is_complete),
            role,
            text,
            occurrences,
            declared,
            cases,
            operations,
        }
    }

    /// The name at an offset.
    pub(crate) fn at(&self, offset: usize) -> Option<&Occurrence> {
        let is_at = |one: &&Occurrence| one.range.start <= offset && offset <= one.range.end;
        let found = self.occurrences.iter().filter(is_at);
        found.min_by_key(|one| one.range.len())
    }

    /// The number of the case or shared step at an offset; 0 before the first.
    pub(crate) fn scope_at(&self, offset: usize) -> usize {
        self.cases
            .iter()
            .take_while(|one| one.start <= offset)
            .count()
    }
}

/// Reads the names in a file.
struct Reader<'t> {
    text: &'t str,
    scope: usize,
    occurrences: Vec<Occurrence>,
    declared: Declared,
    cases: Vec<CaseDoc>,
    operations: Vec<String>,
    /// Values of rows (or parameters) that are used where requirements are.
    proving: Vec<String>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Reader<'t> {
        Reader {
            text,
            scope: 0,
            occurrences: Vec::new(),
            declared: Declared::default(),
            cases: Vec::new(),
            operations: Vec::new(),
            proving: Vec::new(),
        }
    }

    fn add(&mut self, kind: NameKind, name: &str, range: Range<usize>, is_definition: bool) {
        self.occurrences.push(Occurrence {
            kind,
            name: name.to_owned(),
            range,
            is_definition,
            scope: self.scope,
            through: None,
        });
    }

    fn key(&mut self, kind: NameKind, key: &Key, is_definition: bool) {
        let range = self.inside(range_of(key.span), &key.text);
        self.add(kind, &key.text, range, is_definition);
    }

    /// Notes a text as a name. Templates and markers are none.
    fn name(&mut self, kind: NameKind, node: &Node, is_definition: bool) {
        let Some(text) = node.as_text() else {
            return;
        };
        if text.contains("${") || text.starts_with('<') {
            self.holes(node);
            return;
        }
        let range = self.inside(range_of(node.span), text);
        self.add(kind, text, range, is_definition);
    }

    /// Notes a text, or each text of a list, as a name.
    fn names(&mut self, kind: NameKind, node: &Node, is_definition: bool) {
        for item in tree::items(node) {
            self.name(kind, item, is_definition);
        }
    }

    /// Where the text itself is: a value in quotes is wider.
    fn inside(&self, range: Range<usize>, text: &str) -> Range<usize> {
        let written = self.text.get(range.clone()).unwrap_or_default();
        match written.find(text) {
            Some(at) if !text.is_empty() => range.start + at..range.start + at + text.len(),
            _ => range,
        }
    }
}

/// The bytes of a span.
fn range_of(span: crate::model::Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// The text of a member, or nothing.
fn text_of(node: &Node, key: &str) -> String {
    let text = node.get(key).and_then(Node::as_text);
    text.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
