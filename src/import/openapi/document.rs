//! The files of a document: the one that is imported, and those that its references name.
//!
//! Nothing is fetched, and nothing outside the directory of the document is read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use crate::import::format::Format;
use crate::json::pointer::{below, tokens, unescaped};
use crate::load::{Key, Kind, Node, parse_foreign, read_file};
use crate::model::{Diagnostic, FileId, Sources, Span};
use crate::text::file::display_path;

/// Most files of one document.
const FILES: usize = 500;

/// Most references that lead to each other.
const CHAIN: usize = 32;

/// Members that hold data of the described service: a `$ref` in them is none.
const DATA: [&str; 5] = ["example", "examples", "default", "enum", "const"];

/// All files of a document.
#[derive(Debug)]
pub(crate) struct Documents {
    files: Vec<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    /// The path below the directory of the document, with `/`.
    name: String,
    node: Node,
}

/// A value of a document.
#[derive(Clone, Debug)]
pub(crate) struct Place<'d> {
    file: usize,
    /// The JSON Pointer in its file.
    pub(crate) pointer: String,
    /// The value.
    pub(crate) node: &'d Node,
    /// What to show: the key of a member.
    pub(crate) span: Span,
}

/// Identifies a place, whatever led there.
pub(crate) type PlaceKey = (usize, String);

impl<'d> Place<'d> {
    /// A member of an object.
    pub(crate) fn get(&self, name: &str) -> Option<Place<'d>> {
        let Kind::Object(entries) = &self.node.kind else {
            return None;
        };
        let (key, node) = entries.iter().find(|(key, _)| key.text == name)?;
        Some(self.child(&key.text, node, key.span))
    }

    /// The members of an object; none of anything else.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&'d Key, Place<'d>)> + use<'d> {
        let (entries, place): (&'d [(Key, Node)], _) = match &self.node.kind {
            Kind::Object(entries) => (entries, self.clone()),
            _ => (&[], self.clone()),
        };
        let members = entries.iter();
        members.map(move |(key, node)| (key, place.child(&key.text, node, key.span)))
    }

    /// The elements of a list; none of anything else.
    pub(crate) fn items(&self) -> impl Iterator<Item = Place<'d>> + use<'d> {
        let (items, place): (&'d [Node], _) = match &self.node.kind {
            Kind::List(items) => (items, self.clone()),
            _ => (&[], self.clone()),
        };
        let items = items.iter().enumerate();
        items.map(move |(index, node)| place.child(&index.to_string(), node, node.span))
    }

    /// The text of a member.
    pub(crate) fn text(&self, name: &str) -> Option<&'d str> {
        self.node.get(name)?.as_text()
    }

    /// Is a member `true`?
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.node
            .get(name)
            .is_some_and(|node| node.kind == Kind::Bool(true))
    }

    pub(crate) fn key(&self) -> PlaceKey {
        (self.file, self.pointer.clone())
    }

    /// How many bytes it has in the document.
    pub(crate) fn size(&self) -> usize {
        let span = self.node.span;
        usize::try_from(span.end.saturating_sub(span.start)).unwrap_or(usize::MAX)
    }

    /// The last part of the pointer, as it is written in the document.
    pub(crate) fn last_token(&self) -> String {
        unescaped(self.pointer.rsplit('/').next().unwrap_or(""))
    }

    fn child(&self, token: &str, node: &'d Node, span: Span) -> Place<'d> {
        Place {
            file: self.file,
            pointer: below(&self.pointer, token),
            node,
            span,
        }
    }

    /// A warning about it: what is wrong, and what is left out instead.
    pub(crate) fn warning(&self, message: impl Into<String>, instead: &str) -> Diagnostic {
        Diagnostic::error("openapi/document", self.span, message)
            .as_warning()
            .label(format!("#{}", self.pointer))
            .help(instead)
    }
}

/// Why a reference leads nowhere.
#[derive(Debug)]
pub(crate) struct Dangling(pub(crate) String);

impl Documents {
    /// Reads a document and the files that it refers to.
    pub(crate) fn read(
        path: &Path,
        sources: &mut Sources,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Documents> {
        let text = read_file(path).map_err(|why| found.push(*why)).ok()?;
        let name = path.file_name()?.to_string_lossy().into_owned();
        let mut documents = Documents::of_text(&name, &display_path(path), text, sources, found)?;
        let root = path.parent().unwrap_or(Path::new(""));
        let root = if root.as_os_str().is_empty() {
            Path::new(".")
        } else {
            root
        };
        let absolute = std::fs::canonicalize(root).ok()?;
        documents.read_others(root, &absolute, sources, found);
        Some(documents)
    }

    /// A document of one file.
    pub(crate) fn of_text(
        name: &str,
        display: &str,
        text: String,
        sources: &mut Sources,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Documents> {
        let format = Format::of(&text);
        let file = sources.add(display, text);
        if let Some(other) = format.filter(|format| *format != Format::Openapi) {
            found.push(other.hint(sources, file, display));
            return None;
        }
        let node = parse(sources, file, found)?;
        let loaded = Loaded {
            name: name.to_owned(),
            node,
        };
        Some(Documents {
            files: vec![loaded],
        })
    }

    fn read_others(
        &mut self,
        root: &Path,
        absolute: &Path,
        sources: &mut Sources,
        found: &mut Vec<Diagnostic>,
    ) {
        let mut known: BTreeSet<String> = BTreeSet::from([self.files[0].name.clone()]);
        let mut at = 0;
        while at < self.files.len() {
            let mut named = BTreeMap::new();
            collect(&self.files[at].node, &mut named);
            let base = self.files[at].name.clone();
            for (reference, span) in named
                .into_iter()
                .map(|(name, span)| (name.to_owned(), span))
                .collect::<Vec<_>>()
            {
                let Some(name) = join(&base, &reference) else {
                    continue;
                };
                if !known.insert(name.clone()) {
                    continue;
                }
                if known.len() > FILES {
                    let message = format!("more than {FILES} files");
                    found.push(
                        Diagnostic::error("openapi/files", span, message)
                            .as_warning()
                            .help("left out: the other files"),
                    );
                    return;
                }
                let path = root.join(&name);
                match inside(&path, absolute)
                    .and_then(|()| read_file(&path).map_err(|why| why.message))
                {
                    Ok(text) => {
                        let file = sources.add(display_path(&path), text);
                        if let Some(node) = parse(sources, file, found) {
                            self.files.push(Loaded { name, node });
                        }
                    }
                    Err(why) => found.push(
                        Diagnostic::error("openapi/reference", span, why)
                            .as_warning()
                            .help("left out: the target of the reference"),
                    ),
                }
            }
            at += 1;
        }
    }

    /// The root of the document.
    pub(crate) fn root(&self) -> Place<'_> {
        self.whole(0)
    }

    fn whole(&self, file: usize) -> Place<'_> {
        let node = &self.files[file].node;
        Place {
            file,
            pointer: String::new(),
            node,
            span: node.beginning(),
        }
    }

    /// The place as a source of a requirement: `api.yaml#/paths/~1pets`.
    pub(crate) fn source(&self, place: &Place<'_>) -> String {
        format!("{}#{}", self.files[place.file].name, place.pointer)
    }

    /// Follows references until there is a value.
    pub(crate) fn resolve<'d>(&'d self, place: &Place<'d>) -> Result<Place<'d>, Dangling> {
        let mut place = place.clone();
        for _ in 0..CHAIN {
            let Some(reference) = place.text("$ref") else {
                return Ok(place);
            };
            place = self.target(&place, reference)?;
        }
        Err(Dangling("circular references".into()))
    }

    /// The place that a reference names.
    pub(crate) fn target<'d>(
        &'d self,
        from: &Place<'d>,
        reference: &str,
    ) -> Result<Place<'d>, Dangling> {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let file = if path.is_empty() {
            from.file
        } else {
            let base = &self.files[from.file].name;
            let name = join(base, path).ok_or_else(|| {
                Dangling(format!(
                    "`{path}` is not a file below the directory of the document"
                ))
            })?;
            let mut files = self.files.iter();
            files
                .position(|file| file.name == name)
                .ok_or_else(|| Dangling(format!("`{name}` could not be read")))?
        };
        let mut place = self.whole(file);
        for name in tokens(&decoded(fragment)) {
            let next = match &place.node.kind {
                Kind::Object(_) => place.get(&name),
                Kind::List(_) => name.parse().ok().and_then(|at| place.items().nth(at)),
                _ => None,
            };
            place = next.ok_or_else(|| Dangling(format!("nothing at `{reference}`")))?;
        }
        if !fragment.is_empty() && !fragment.starts_with('/') {
            return Err(Dangling(format!("`#{fragment}` is not a JSON Pointer")));
        }
        Ok(place)
    }
}

fn parse(sources: &Sources, file: FileId, found: &mut Vec<Diagnostic>) -> Option<Node> {
    let start = found.len();
    let node = parse_foreign(sources, file, found);
    if node.is_some() {
        // There is a tree without what was rejected.
        for one in &mut found[start..] {
            *one = one.clone().as_warning();
        }
    }
    node
}

/// The files that references in a value name, each with its first place.
fn collect<'n>(node: &'n Node, named: &mut BTreeMap<&'n str, Span>) {
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|item| collect(item, named)),
        Kind::Object(entries) => {
            for (key, value) in entries {
                match value.as_text() {
                    Some(reference) if key.text == "$ref" => {
                        let file = reference.split('#').next().unwrap_or("");
                        if !file.is_empty() {
                            named.entry(file).or_insert(value.span);
                        }
                    }
                    _ if DATA.contains(&key.text.as_str()) => {}
                    _ => collect(value, named),
                }
            }
        }
        _ => {}
    }
}

/// A relative reference from a file, as a path below the directory of the document; `None` for what leads out of it, and
/// for addresses of a network.
fn join(base: &str, reference: &str) -> Option<String> {
    let reference = decoded(reference);
    if reference.contains([':', '\\', '\0']) || reference.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}

/// Undoes percent-encoding.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Is the file really below the directory? A link could lead out of it.
fn inside(path: &PathBuf, root: &Path) -> Result<(), String> {
    let real = std::fs::canonicalize(path);
    let real = real.map_err(|error| format!("`{}` cannot be read: {error}", display_path(path)))?;
    if real.starts_with(root) {
        return Ok(());
    }
    Err(format!(
        "`{}` is outside the directory of the document",
        display_path(path)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_stays_below_the_directory() {
        let joined = |base, reference| join(base, reference).unwrap_or_default();
        assert_eq!(joined("api.yaml", "schemas/pet.yaml"), "schemas/pet.yaml");
        assert_eq!(joined("schemas/pet.yaml", "../api.yaml"), "api.yaml");
        assert_eq!(
            joined("schemas/pet.yaml", "./owner%20a.yaml"),
            "schemas/owner a.yaml"
        );
        for outside in [
            "../a.yaml",
            "/etc/passwd",
            "https://a.example/b",
            "file:a",
            "C:\\a",
            "a/../../b",
        ] {
            assert_eq!(join("api.yaml", outside), None, "{outside}");
        }
    }
}
