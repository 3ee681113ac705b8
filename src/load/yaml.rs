//! Parses a strict subset of YAML 1.2 (which includes JSON) into a tree of [`Node`]s.
//!
//! The parser crate yields events with styles, tags and positions. This module decides what they mean, without
//! guessing: a plain scalar is `null`, `true`, `false`, a JSON number that can be represented exactly, or a string that
//! no YAML version reads as something else. Everything else is an error with advice, and becomes a [`Kind::Broken`], so
//! that it is reported once. Only this module and its children use the YAML crate.

mod meant;
mod plain;
mod simple;
mod syntax;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use granit_parser::{Event, Parser, ScalarStyle, Tag, options};

use crate::json::Document;
use crate::load::node::{Key, Kind, Node};
use crate::model::{Diagnostic, FileId, SourceFile, Sources, Span};

/// How deep collections may be nested.
const DEPTH_LIMIT: usize = 100;

/// Objects with more keys than this get an index, so that reading a long file takes linear time.
const KEYS_TO_SEARCH: usize = 24;

/// What to use instead of anchors and aliases.
const INSTEAD_OF_ALIASES: &str =
    "write the value itself; cases can share the `request` of their file";

/// Parses one file. Mistakes go to `diagnostics`; `None` when there is no tree.
pub(crate) fn parse(
    sources: &Sources,
    file: FileId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Node> {
    let SourceFile { name, text, .. } = sources.file(file);
    let simple = if is_json_file(name) {
        None
    } else {
        simple::read(text, file)
    };
    simple.or_else(|| by_crate(Dialect::Strict, sources, file, diagnostics))
}

/// Parses a file of others: JSON, or YAML in which a word or number that readers may read differently is a string, as in
/// the core schema of YAML 1.2, and a missing value is null. Anchors are ignored; aliases, which can multiply a small file
/// without bound, are rejected.
pub(crate) fn parse_foreign(
    sources: &Sources,
    file: FileId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Node> {
    // What is simple has no word or number in it that readers read differently, and no missing value.
    simple::read(&sources.file(file).text, file)
        .or_else(|| by_crate(Dialect::Foreign, sources, file, diagnostics))
}

/// Is the unquoted text this text for every reader?
pub(crate) fn is_plain_text(text: &str) -> bool {
    matches!(plain::read(text.to_owned()), Ok(Kind::Text(_)))
}

/// How much YAML is accepted.
#[derive(Clone, Copy, PartialEq)]
enum Dialect {
    /// The subset of the case format.
    Strict,
    /// What other tools write.
    Foreign,
}

fn is_json_file(name: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// Parses one file with the parser crate, whatever its style.
fn by_crate(
    dialect: Dialect,
    sources: &Sources,
    file: FileId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Node> {
    let text = &sources.file(file).text;
    let mut reader = Reader {
        events: Parser::new_from_str_with_options(text, parser_options()),
        file,
        text,
        dialect,
        diagnostics,
        open: Vec::new(),
    };
    if text.starts_with('\u{feff}') {
        reader
            .error(
                "yaml/byte-order-mark",
                0..3,
                "the file starts with a byte order mark",
            )
            .help("save it as UTF-8 without a byte order mark");
        return None;
    }
    let is_json = is_json_file(&sources.file(file).name);
    if is_json && dialect == Dialect::Strict && !reader.is_json() {
        return None;
    }
    reader.stream().ok().flatten()
}

fn parser_options() -> granit_parser::Options {
    options! {
        strict_indentation: true,
        disallow_directives: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
        flow_nesting_limit: DEPTH_LIMIT,
        block_nesting_limit: DEPTH_LIMIT,
    }
}

struct Reader<'a> {
    events: Parser<'a, granit_parser::StrInput<'a>>,
    file: FileId,
    text: &'a str,
    dialect: Dialect,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// The starts of the collections that are still open.
    open: Vec<Span>,
}

/// Parsing cannot continue; the reason is in the diagnostics.
struct Stop;

impl<'a> Reader<'a> {
    /// Is the text JSON? A file named `.json` must be; the parser would accept any YAML.
    fn is_json(&mut self) -> bool {
        let Err(error) = Document::parse(self.text.as_bytes()) else {
            return true;
        };
        let at = offset_of(self.text, error.line, error.column);
        self.error("json/syntax", at..at + 1, error.message);
        false
    }

    fn stream(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(..) if root.is_some() => {
                    self.error_at(
                        "yaml/several-documents",
                        span,
                        "a second document in one file",
                    )
                    .help("move it into its own file");
                    return Err(Stop);
                }
                Event::DocumentStart(..) => {
                    let (event, span) = self.next()?;
                    if !is_nothing(&event, span) {
                        root = Some(self.node(event, span)?);
                    }
                }
                _ => {}
            }
        }
        if root.is_none() {
            self.error("yaml/empty", 0..0, "the file is empty");
        }
        Ok(root)
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Stop> {
        match self.events.next_event() {
            Some(Ok((event, span))) => {
                let range = span.byte_range().unwrap_or(0..0);
                Ok((event, self.span(range)))
            }
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(self.text.len());
                let diagnostic = syntax::diagnostic(error.kind(), at, self);
                self.diagnostics.push(diagnostic);
                Err(Stop)
            }
            None => Err(Stop),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, Stop> {
        let kind = match event {
            Event::Scalar(text, style, anchor, tag) => {
                if is_nothing_at(style, span) && self.dialect == Dialect::Foreign {
                    Kind::Null
                } else if is_nothing_at(style, span) {
                    self.error_at("yaml/no-value", span, "missing value")
                        .help("write a value, or `null`");
                    Kind::Broken
                } else if self.has_properties(span, anchor, tag.as_deref()) {
                    Kind::Broken
                } else {
                    self.scalar(text.into_owned(), style, span)
                }
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.has_properties(span, anchor, tag.as_deref());
                self.open.push(span);
                return self.list(span);
            }
            Event::MappingStart(_, anchor, tag) => {
                self.has_properties(span, anchor, tag.as_deref());
                self.open.push(span);
                return self.object(span);
            }
            // Its anchor was reported.
            Event::Alias(_) if self.dialect == Dialect::Strict => Kind::Broken,
            Event::Alias(_) => {
                let alias = self.slice(span).to_owned();
                self.error_at("yaml/alias", span, format!("unsupported alias `{alias}`"))
                    .help("left out: its value; write the value itself");
                Kind::Broken
            }
            Event::UnresolvedAlias(_) => {
                let alias = self.slice(span).to_owned();
                self.error_at("yaml/alias", span, format!("unsupported alias `{alias}`"))
                    .help(format!("quote it if it is a string: \"{alias}\""));
                Kind::Broken
            }
            _ => {
                self.error_at("yaml/syntax", span, "missing value");
                return Err(Stop);
            }
        };
        Ok(Node { span, kind })
    }

    fn list(&mut self, start: Span) -> Result<Node, Stop> {
        let mut items = Vec::new();
        let end = loop {
            match self.next()? {
                (Event::SequenceEnd, end) => break end,
                (event, at) => items.push(self.node(event, at)?),
            }
        };
        self.open.pop();
        Ok(Node {
            span: collection_span(start, end, items.last().map(|item| item.span)),
            kind: Kind::List(items),
        })
    }

    fn object(&mut self, start: Span) -> Result<Node, Stop> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut index: HashMap<String, Span> = HashMap::new();
        let end = loop {
            let (event, at) = self.next()?;
            if event == Event::MappingEnd {
                break at;
            }
            let Some((key, value)) = self.entry(event, at)? else {
                continue;
            };
            if key.text == "<<" && self.slice(key.span) == "<<" {
                self.merge_key(&key);
                if let Kind::Object(merged) = value.kind {
                    entries.extend(merged);
                }
                continue;
            }
            let first = if entries.len() < KEYS_TO_SEARCH {
                let same = |(known, _): &&(Key, Node)| known.text == key.text;
                entries.iter().find(same).map(|(known, _)| known.span)
            } else {
                if index.is_empty() {
                    let known = entries
                        .iter()
                        .map(|(known, _)| (known.text.clone(), known.span));
                    index.extend(known);
                }
                index.insert(key.text.clone(), key.span)
            };
            match first {
                Some(first) => self.diagnostics.push(duplicate_key(&key, first)),
                None => entries.push((key, value)),
            }
        };
        self.open.pop();
        let last = entries.last().map(|(_, value)| value.span);
        Ok(Node {
            span: collection_span(start, end, last),
            kind: Kind::Object(entries),
        })
    }

    /// A key and its value; `None` when the key is not a string, which is reported.
    fn entry(&mut self, event: Event<'a>, at: Span) -> Result<Option<(Key, Node)>, Stop> {
        let key = match event {
            Event::Scalar(text, _, anchor, tag) => {
                self.has_properties(at, anchor, tag.as_deref());
                Key {
                    text: text.into_owned(),
                    span: at,
                }
            }
            other => return self.skip_entry(other, at).map(|()| None),
        };
        let (event, at) = self.next()?;
        if is_nothing(&event, at) && self.dialect == Dialect::Strict {
            let diagnostic = self.no_value(&key);
            self.diagnostics.push(diagnostic);
            let value = Node {
                span: key.span,
                kind: Kind::Broken,
            };
            return Ok(Some((key, value)));
        }
        let value = self.node(event, at)?;
        Ok(Some((key, value)))
    }

    /// Reports an entry whose key is a collection or an alias, and skips it. Mistakes inside it are not reported.
    fn skip_entry(&mut self, key: Event<'a>, at: Span) -> Result<(), Stop> {
        let is_braces = self.text[at.start as usize..].starts_with('{')
            && self.text[..at.start as usize].ends_with('{');
        let diagnostic = self.error_at("yaml/key", at, "expected a string as key");
        diagnostic.help(if is_braces {
            "quote templates: `\"${fixture.name}\"`"
        } else {
            "quote the key"
        });
        let count_before = self.diagnostics.len();
        self.node(key, at)?;
        let (event, at) = self.next()?;
        self.node(event, at)?;
        self.diagnostics.truncate(count_before);
        Ok(())
    }

    fn merge_key(&mut self, key: &Key) {
        self.error_at("yaml/merge-key", key.span, "unsupported merge key `<<`")
            .help("write the members themselves; cases can share the `request` of their file");
    }

    /// The diagnostic for `key:` without a value, or before a comment, or in `{ a, b }`.
    fn no_value(&self, key: &Key) -> Diagnostic {
        let message = format!("missing value of the key `{}`", key.text.escape_debug());
        let diagnostic = Diagnostic::error("yaml/no-value", key.span, message);
        let after_key = &self.text[key.span.end as usize..];
        let line = after_key.lines().next().unwrap_or("");
        let behind = line.strip_prefix(':').map(str::trim_start);
        if let Some(comment) = behind.filter(|behind| behind.starts_with('#')) {
            let comment = comment.trim_end();
            return diagnostic.help(format!(
                "`#` starts a comment: quote a string that starts with it: \"{comment}\""
            ));
        }
        diagnostic.help(match behind {
            Some(_) => "write a value, or `null`",
            None => "a comma ends an unquoted string: quote a string that contains one",
        })
    }

    /// Reports an anchor or a tag. True when there is a tag, which could change the value.
    fn has_properties(&mut self, span: Span, anchor: usize, tag: Option<&Tag>) -> bool {
        if anchor != 0 && self.dialect == Dialect::Strict {
            let at = self.before(span, "&");
            let anchor = self.slice(at).to_owned();
            self.error_at("yaml/anchor", at, format!("unsupported anchor `{anchor}`"))
                .help(INSTEAD_OF_ALIASES);
        }
        if let Some(tag) = tag {
            let tag = tag.original().clone();
            let at = self.before(span, &tag);
            self.error_at("yaml/tag", at, format!("unsupported tag `{tag}`"))
                .help("remove it; quote a value that is a string");
        }
        tag.is_some()
    }

    /// The last word before a value that starts with `start`.
    fn before(&self, span: Span, start: &str) -> Span {
        let Some(at) = self.text[..span.start as usize].rfind(start) else {
            return span;
        };
        let rest = &self.text[at..];
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        self.span(at..at + length)
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, span: Span) -> Kind {
        if style != ScalarStyle::Plain {
            return Kind::Text(text);
        }
        plain::read(text).unwrap_or_else(|(text, problem)| {
            if self.dialect == Dialect::Foreign {
                return plain::foreign(text, &problem);
            }
            self.diagnostics.push(problem.diagnostic(span, &text));
            Kind::Broken
        })
    }

    fn slice(&self, span: Span) -> &'a str {
        let range = span.start as usize..span.end as usize;
        self.text.get(range).unwrap_or("")
    }

    fn span(&self, range: Range<usize>) -> Span {
        let offset = |at: usize| u32::try_from(at.min(self.text.len())).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            start: offset(range.start),
            end: offset(range.end),
        }
    }

    fn error(
        &mut self,
        code: &'static str,
        range: Range<usize>,
        message: impl Into<String>,
    ) -> LastDiagnostic<'_> {
        self.error_at(code, self.span(range), message)
    }

    fn error_at(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> LastDiagnostic<'_> {
        self.diagnostics
            .push(Diagnostic::error(code, span, message));
        LastDiagnostic(self.diagnostics.last_mut())
    }
}

/// The last diagnostic, to add advice to.
struct LastDiagnostic<'d>(Option<&'d mut Diagnostic>);

impl LastDiagnostic<'_> {
    fn help(self, help: impl Into<String>) {
        if let Some(diagnostic) = self.0 {
            diagnostic.help.push(help.into());
        }
    }
}

/// Is it an empty unquoted scalar? The parser yields one where a value is missing.
fn is_nothing(event: &Event<'_>, span: Span) -> bool {
    matches!(event, Event::Scalar(_, style, ..) if is_nothing_at(*style, span))
}

fn is_nothing_at(style: ScalarStyle, span: Span) -> bool {
    style == ScalarStyle::Plain && span.start == span.end
}

fn duplicate_key(key: &Key, first: Span) -> Diagnostic {
    let message = format!("duplicate key `{}`", key.text.escape_debug());
    Diagnostic::error("yaml/duplicate-key", key.span, message)
        .also(first, "first use")
        .help("remove one, or merge the two")
}

/// What a collection covers: to its closing bracket in flow style, to the end of its last value in block style.
fn collection_span(start: Span, end: Span, last: Option<Span>) -> Span {
    if end.end > end.start {
        return start.to(end);
    }
    last.map_or(start, |last| start.to(last))
}

/// The byte offset of a line and a column (both from 1, in characters).
pub(crate) fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let line_start: usize = lines.map(str::len).sum();
    let characters = text[line_start.min(text.len())..].chars();
    let in_line = characters
        .take(column.saturating_sub(1))
        .map(char::len_utf8);
    (line_start + in_line.sum::<usize>()).min(text.len())
}
