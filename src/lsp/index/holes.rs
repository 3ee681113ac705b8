//! Names in templates, and requirements in inline schemas.

use crate::load::{Kind, Node, hole_end};
use crate::lsp::index::{NameKind, Reader, range_of};

/// The prefixes of names in templates.
const SPACES: &[(&str, NameKind)] = &[
    ("fixture.", NameKind::Fixture),
    ("capture.", NameKind::Capture),
    ("var.", NameKind::Variable),
    ("row.", NameKind::Row),
    ("with.", NameKind::Parameter),
];

/// The templates of a text as it is written: what is between `${` and `}`, and where it begins.
pub(crate) fn holes(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + text[from..].find("${")?;
            if text[..at].ends_with('$') {
                from = at + 2;
                continue;
            }
            let end = at + hole_end(&text[at..])?;
            from = end;
            return Some((at + 2, &text[at + 2..end]));
        }
    })
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_.".contains(character)
}

/// The names in the inside of a template: what each is, the name, and where it begins.
fn names(hole: &str) -> Vec<(NameKind, &str, usize)> {
    let mut names = Vec::new();
    let (mut at, mut is_quoted) = (0, false);
    while let Some(character) = hole[at..].chars().next() {
        if character == '\'' {
            is_quoted = !is_quoted;
        } else if !is_quoted && is_of_name(character) {
            let rest = &hole[at..];
            let word = &rest[..rest.find(|c| !is_of_name(c)).unwrap_or(rest.len())];
            for (space, kind) in SPACES {
                if let Some(name) = word.strip_prefix(space) {
                    names.push((*kind, name, at + space.len()));
                }
            }
            at += word.len();
            continue;
        }
        at += character.len_utf8();
    }
    names
}

/// The names of values of rows, and of parameters, in a text.
pub(super) fn filled(text: &str) -> impl Iterator<Item = &str> {
    let names = holes(text).flat_map(|(_, hole)| names(hole));
    let is_filled = |kind: &NameKind| matches!(kind, NameKind::Row | NameKind::Parameter);
    names.filter_map(move |(kind, name, _)| is_filled(&kind).then_some(name))
}

impl Reader<'_> {
    /// Notes the names in all texts of a value.
    pub(super) fn holes(&mut self, node: &Node) {
        match &node.kind {
            Kind::Text(text) if text.contains("${") => {
                let range = range_of(node.span);
                let written = self.text.get(range.clone()).unwrap_or_default();
                for (start, hole) in holes(written) {
                    for (kind, name, at) in names(hole) {
                        let start = range.start + start + at;
                        self.add(kind, name, start..start + name.len(), false);
                    }
                }
            }
            Kind::List(items) => items.iter().for_each(|item| self.holes(item)),
            Kind::Object(entries) => entries.iter().for_each(|(_, value)| self.holes(value)),
            _ => {}
        }
    }

    /// A schema in a file below `schemas/`, or one that is written out.
    pub(super) fn schema_use(&mut self, node: &Node) {
        match &node.kind {
            Kind::Object(_) => self.schema(node, None),
            _ => self.name(NameKind::Schema, node, false),
        }
    }

    /// References and requirements in a schema. `file` is its path below `schemas/`.
    pub(super) fn schema(&mut self, node: &Node, file: Option<&str>) {
        match &node.kind {
            Kind::List(items) => items.iter().for_each(|item| self.schema(item, file)),
            Kind::Object(entries) => {
                for (key, value) in entries {
                    match (key.text.as_str(), value.as_text()) {
                        ("x-requirement", Some(_)) => {
                            self.name(NameKind::Requirement, value, false);
                        }
                        ("$ref", Some(reference)) => {
                            let range = self.inside(range_of(value.span), reference);
                            let name = resolved(file, reference);
                            self.add(NameKind::Schema, &name, range, false);
                        }
                        _ => self.schema(value, file),
                    }
                }
            }
            _ => {}
        }
    }
}

/// A reference as a path below `schemas/`.
pub(crate) fn resolved(file: Option<&str>, reference: &str) -> String {
    if reference.starts_with('#') {
        return format!("{}{reference}", file.unwrap_or_default());
    }
    let directory = file.and_then(|file| file.rsplit_once('/'));
    let mut segments: Vec<&str> =
        directory.map_or_else(Vec::new, |(path, _)| path.split('/').collect());
    let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    for segment in path.split('/') {
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let path = segments.join("/");
    if fragment.is_empty() {
        path
    } else {
        format!("{path}#{fragment}")
    }
}
