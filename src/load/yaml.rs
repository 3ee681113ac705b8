//! A strict subset of YAML 1.2 (and so JSON) becomes a tree of [`Node`]s.
//!
//! The parser crate gives events with styles, tags and positions; what an event means is decided
//! here, so that nothing is guessed: a plain scalar is `null`, `true`, `false`, a JSON number that
//! survives as written, or text that nothing could mistake for anything else. Everything else is
//! an error that says what to write. This is the only home of the YAML crate.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Tag, options};
use serde_json::Number;

use super::node::{Key, Kind, Node};
use crate::model::{Diagnostic, FileId, Sources, Span};

/// Collections may stand this deep in each other.
const DEPTH_LIMIT: usize = 100;

/// Objects of up to so many members are searched for a repeated key; larger ones get an index, so that
/// a long file stays linear.
const SEARCHED: usize = 16;

/// Parses one file. What is wrong goes to `diagnostics`; `None` when there is no tree to go on with.
pub(crate) fn parse(
    sources: &Sources,
    file: FileId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Node> {
    let text = &sources.file(file).text;
    if text.starts_with('\u{feff}') {
        let at = Span {
            file,
            start: 0,
            end: 3,
        };
        diagnostics.push(
            Diagnostic::error(
                "yaml/byte-order-mark",
                at,
                "the file begins with a byte order mark",
            )
            .help("save it as UTF-8 without a byte order mark"),
        );
        return None;
    }
    let options = options! {
        strict_indentation: true,
        disallow_directives: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
        flow_nesting_limit: DEPTH_LIMIT,
        block_nesting_limit: DEPTH_LIMIT,
    };
    let mut reader = Reader {
        events: Parser::new_from_str_with_options(text, options),
        file,
        text,
        diagnostics,
        depth: 0,
    };
    reader.document()
}

struct Reader<'a> {
    events: Parser<'a, granit_parser::StrInput<'a>>,
    file: FileId,
    text: &'a str,
    diagnostics: &'a mut Vec<Diagnostic>,
    depth: usize,
}

/// Parsing cannot go on; the reason is among the diagnostics.
struct Stop;

impl<'a> Reader<'a> {
    fn document(&mut self) -> Option<Node> {
        self.whole_stream().ok().flatten()
    }

    fn whole_stream(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                Event::DocumentStart(..) if root.is_some() => {
                    self.error(
                        "yaml/several-documents",
                        span,
                        "a second document in one file",
                    )
                    .help(
                        "one file holds one document: put the second one into a file of its own"
                            .to_owned(),
                    );
                    return Err(Stop);
                }
                Event::DocumentStart(..) => {
                    let (event, span) = self.next()?;
                    root = Some(self.node(event, span)?);
                }
                _ => {}
            }
        }
        if root.is_none() {
            let at = Span {
                file: self.file,
                start: 0,
                end: 0,
            };
            self.error("yaml/empty", at, "the file is empty");
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
                let diagnostic = self.syntax_error(at, &error.info());
                self.diagnostics.push(diagnostic);
                Err(Stop)
            }
            None => Err(Stop),
        }
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            start: offset(range.start),
            end: offset(range.end),
        }
    }

    fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> DiagnosticRef<'_> {
        self.diagnostics
            .push(Diagnostic::error(code, span, message));
        DiagnosticRef(self.diagnostics.last_mut())
    }

    fn syntax_error(&self, at: usize, info: &str) -> Diagnostic {
        let at = at.min(self.text.len());
        let line_start = self.text[..floor(self.text, at)]
            .rfind('\n')
            .map_or(0, |end| end + 1);
        let line = self.text[line_start..].lines().next().unwrap_or("");
        let span = self.span(at..(at + 1).min(self.text.len()));
        let diagnostic = Diagnostic::error("yaml/syntax", span, syntax_message(info));
        if line.starts_with('\t') || line.trim_start_matches(' ').starts_with('\t') {
            diagnostic.help("YAML indents with spaces: replace the tab")
        } else if line.contains("${") {
            diagnostic.help("quote a text that holds `${...}`: \"${fixture.name}\"")
        } else if info.contains("depth") || info.contains("nest") || info.contains("recursion") {
            diagnostic.help(format!("collections may stand at most {DEPTH_LIMIT} deep"))
        } else {
            diagnostic
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_properties(span, anchor, tag.as_deref());
                Ok(self.scalar(&text, style, span))
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_properties(span, anchor, tag.as_deref());
                self.enter(span)?;
                let mut items = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::SequenceEnd, end) => break end,
                        (event, at) => items.push(self.node(event, at)?),
                    }
                };
                self.depth -= 1;
                Ok(Node {
                    span: collection_span(span, end, items.last().map(|item| item.span)),
                    kind: Kind::List(items),
                })
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_properties(span, anchor, tag.as_deref());
                self.enter(span)?;
                self.mapping(span)
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.error("yaml/alias", span, "an alias")
                    .help("aliases are not part of the case format: write the value out, or put what cases share into the file's `request`".to_owned());
                Ok(Node {
                    span,
                    kind: Kind::Null,
                })
            }
            _ => {
                self.error("yaml/syntax", span, "a value is missing here");
                Err(Stop)
            }
        }
    }

    fn mapping(&mut self, start: Span) -> Result<Node, Stop> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut index: HashMap<String, Span> = HashMap::new();
        let end = loop {
            let (event, at) = self.next()?;
            let key = match event {
                Event::MappingEnd => break at,
                Event::Scalar(text, style, anchor, tag) => {
                    self.refuse_properties(at, anchor, tag.as_deref());
                    self.key(&text, style, at)
                }
                other => {
                    self.error("yaml/key", at, "a key that is not a text")
                        .help("keys are texts: write the key in quotes".to_owned());
                    self.node(other, at)?;
                    Key {
                        text: String::new(),
                        span: at,
                    }
                }
            };
            let (event, at) = self.next()?;
            let value = self.node(event, at)?;
            if let Some(first) = earlier(&entries, &mut index, &key) {
                self.diagnostics.push(
                    Diagnostic::error(
                        "yaml/duplicate-key",
                        key.span,
                        format!("the key `{}` stands twice in one object", key.text),
                    )
                    .label("again here")
                    .also(first, "first here")
                    .help("remove one of them, or merge the two"),
                );
                continue;
            }
            entries.push((key, value));
        };
        self.depth -= 1;
        let last = entries.last().map(|(_, value)| value.span);
        Ok(Node {
            span: collection_span(start, end, last),
            kind: Kind::Object(entries),
        })
    }

    fn enter(&mut self, span: Span) -> Result<(), Stop> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            self.error(
                "yaml/depth",
                span,
                format!("collections stand more than {DEPTH_LIMIT} deep in each other"),
            );
            return Err(Stop);
        }
        Ok(())
    }

    fn refuse_properties(&mut self, span: Span, anchor: usize, tag: Option<&Tag>) {
        if anchor != 0 {
            self.error("yaml/anchor", span, "an anchor").help(
                "anchors and aliases are not part of the case format: write the value out"
                    .to_owned(),
            );
        }
        if let Some(tag) = tag {
            self.error("yaml/tag", span, format!("the tag `{}`", tag.original()))
                .help("tags are not part of the case format: quote a value that must be text, leave the tag out otherwise".to_owned());
        }
    }

    fn key(&mut self, text: &str, style: ScalarStyle, span: Span) -> Key {
        if style == ScalarStyle::Plain && text == "<<" {
            self.error("yaml/merge-key", span, "a merge key").help(
                "merge keys are not part of the case format: write the members out".to_owned(),
            );
        }
        Key {
            text: text.to_owned(),
            span,
        }
    }

    fn scalar(&mut self, text: &Cow<'a, str>, style: ScalarStyle, span: Span) -> Node {
        let kind = if style == ScalarStyle::Plain {
            match plain(text) {
                Ok(kind) => kind,
                Err(problem) => {
                    self.diagnostics.push(problem.diagnostic(span, text));
                    Kind::Text(text.clone().into_owned())
                }
            }
        } else {
            Kind::Text(text.clone().into_owned())
        };
        Node { span, kind }
    }
}

/// Where a key stands among the entries before it, if it does. `index` is empty, or has all of them.
fn earlier(entries: &[(Key, Node)], index: &mut HashMap<String, Span>, key: &Key) -> Option<Span> {
    if entries.len() <= SEARCHED {
        let known = entries.iter().find(|(known, _)| known.text == key.text);
        return known.map(|(known, _)| known.span);
    }
    if index.is_empty() {
        let known = entries.iter();
        index.extend(known.map(|(known, _)| (known.text.clone(), known.span)));
    }
    let first = *index.entry(key.text.clone()).or_insert(key.span);
    (first != key.span).then_some(first)
}

/// Adds to the diagnostic that was pushed last.
struct DiagnosticRef<'d>(Option<&'d mut Diagnostic>);

impl DiagnosticRef<'_> {
    fn help(self, help: String) {
        if let Some(diagnostic) = self.0 {
            diagnostic.help.push(help);
        }
    }
}

/// Why a plain scalar is refused.
#[derive(Debug, PartialEq, Eq)]
enum Problem {
    Empty,
    Word(&'static str),
    Number,
    TooLarge,
    NotExact,
}

impl Problem {
    fn diagnostic(&self, span: Span, text: &str) -> Diagnostic {
        match self {
            Problem::Empty => Diagnostic::error("yaml/no-value", span, "a key without a value")
                .help("write the value, or `null`")
                .help("an unquoted `#` begins a comment: quote a value that starts with it"),
            Problem::Word(instead) => Diagnostic::error(
                "yaml/ambiguous-word",
                span,
                format!("`{text}` reads differently in different YAML versions"),
            )
            .help(format!("write `{instead}`, or quote it: \"{text}\"")),
            Problem::Number => Diagnostic::error(
                "yaml/ambiguous-number",
                span,
                format!("`{text}` is not a JSON number, but some readers take it for a number"),
            )
            .help(format!("quote it if it is text: \"{text}\"")),
            Problem::TooLarge => Diagnostic::error(
                "yaml/large-number",
                span,
                format!("the number {text} does not fit into 64 bits"),
            )
            .help(format!("quote it if it is text: \"{text}\"")),
            Problem::NotExact => Diagnostic::error(
                "yaml/inexact-number",
                span,
                format!("the number {text} would be rounded"),
            )
            .help(format!(
                "write at most 17 significant digits, or quote it: \"{text}\""
            )),
        }
    }
}

/// What an unquoted scalar means.
fn plain(text: &str) -> Result<Kind, Problem> {
    match text {
        "" => return Err(Problem::Empty),
        "null" => return Ok(Kind::Null),
        "true" => return Ok(Kind::Bool(true)),
        "false" => return Ok(Kind::Bool(false)),
        "~" | "Null" | "NULL" => return Err(Problem::Word("null")),
        _ => {}
    }
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" if text.len() <= 4 => return Err(Problem::Word("true")),
        "false" | "no" | "off" => return Err(Problem::Word("false")),
        _ => {}
    }
    let starts_like_a_number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    if !starts_like_a_number {
        return Ok(Kind::Text(text.to_owned()));
    }
    if is_json_number(text) {
        return number(text).map(Kind::Number);
    }
    if looks_like_a_number(text) {
        return Err(Problem::Number);
    }
    Ok(Kind::Text(text.to_owned()))
}

fn number(text: &str) -> Result<Number, Problem> {
    if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        return text
            .parse::<u64>()
            .map(Number::from)
            .or_else(|_| text.parse::<i64>().map(Number::from))
            .map_err(|_| Problem::TooLarge);
    }
    let mantissa = text.split(['e', 'E']).next().unwrap_or("");
    let digits = mantissa.trim_start_matches(['-', '0', '.']);
    if digits.bytes().filter(u8::is_ascii_digit).count() > 17 {
        return Err(Problem::NotExact);
    }
    text.parse::<f64>()
        .ok()
        .and_then(Number::from_f64)
        .ok_or(Problem::TooLarge)
}

/// RFC 8259 section 6.
fn is_json_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (integer, rest) = split_digits(rest);
    if integer.is_empty() || (integer.len() > 1 && integer.starts_with('0')) {
        return false;
    }
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let (digits, rest) = split_digits(fraction);
            if digits.is_empty() {
                return false;
            }
            rest
        }
    };
    match rest.strip_prefix(['e', 'E']) {
        None => rest.is_empty(),
        Some(exponent) => {
            let (digits, rest) =
                split_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
            !digits.is_empty() && rest.is_empty()
        }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// Everything that some version of YAML, or a lenient reader, takes for a number.
fn looks_like_a_number(text: &str) -> bool {
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = rest.to_ascii_lowercase();
    if matches!(lower.as_str(), ".inf" | ".nan") {
        return true;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = lower.strip_prefix(prefix) {
            return !digits.is_empty() && digits.chars().all(|c| c == '_' || c.is_digit(radix));
        }
    }
    let (mantissa, exponent) = match lower.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (lower.as_str(), None),
    };
    let is_digits = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_');
    let mantissa_fits = mantissa.contains(|c: char| c.is_ascii_digit())
        && mantissa.split('.').count() <= 2
        && mantissa.split('.').all(is_digits);
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && is_digits(digits)
    });
    mantissa_fits && exponent_fits
}

/// What a collection covers: to its closing bracket in flow style, to the end of its last value in block style.
fn collection_span(start: Span, end: Span, last: Option<Span>) -> Span {
    if end.end > end.start {
        return start.to(end);
    }
    last.map_or(start, |last| start.to(last))
}

fn floor(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The parser's own words without its position, which we show ourselves.
fn syntax_message(info: &str) -> String {
    let line = info.lines().next().unwrap_or("not YAML");
    let line = line.split(" at byte ").next().unwrap_or(line);
    let line = line.trim_end_matches('.');
    let mut characters = line.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", text);
        let mut diagnostics = Vec::new();
        let node = parse(&sources, file, &mut diagnostics);
        (node, diagnostics)
    }

    #[test]
    fn digits_keep_their_type_or_are_refused() {
        assert_eq!(plain("12"), Ok(Kind::Number(12.into())));
        assert_eq!(plain("9NBLGGH4R2R6"), Ok(Kind::Text("9NBLGGH4R2R6".into())));
        for text in [
            "012", "1_000", "0x1F", "0o14", "+1", ".5", "1.", ".inf", ".NaN", "0016",
        ] {
            assert_eq!(plain(text), Err(Problem::Number), "{text}");
        }
        assert_eq!(plain("18446744073709551616"), Err(Problem::TooLarge));
        assert_eq!(plain("1e400"), Err(Problem::TooLarge));
        assert_eq!(plain("0.12345678901234567891"), Err(Problem::NotExact));
    }

    #[test]
    fn words_of_older_versions_are_refused() {
        for text in ["yes", "No", "on", "OFF", "True", "~"] {
            assert!(matches!(plain(text), Err(Problem::Word(_))), "{text}");
        }
        assert_eq!(plain("2026-01-01"), Ok(Kind::Text("2026-01-01".into())));
        assert_eq!(plain("22:22"), Ok(Kind::Text("22:22".into())));
    }

    #[test]
    fn keys_and_values_know_where_they_stand() {
        let (node, diagnostics) = read("a:\n  - b: [1, two]\n");
        assert_eq!(diagnostics, []);
        let node = node.unwrap();
        let item = &node.get("a").unwrap().kind;
        let Kind::List(items) = item else { panic!() };
        let Kind::Object(entries) = &items[0].kind else {
            panic!()
        };
        let (key, value) = &entries[0];
        assert_eq!((key.span.start, key.span.end), (7, 8));
        assert_eq!((value.span.start, value.span.end), (10, 18));
    }

    #[test]
    fn a_duplicate_key_names_both_places() {
        let (_, diagnostics) = read("a: 1\n'a': 2\n");
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].code, "yaml/duplicate-key");
        assert!(diagnostics[0].also.is_some());
    }

    #[test]
    fn an_alias_bomb_costs_nothing() {
        let (_, diagnostics) = read("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n");
        assert!(diagnostics.iter().any(|d| d.code == "yaml/alias"));
    }
}
