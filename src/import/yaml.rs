//! Writes YAML as a careful person would: short objects and lists on one line, longer ones over several, quotes only
//! where they are needed, comments above a key or beside its value.
//!
//! What is written is in the subset that the loader reads, and is read back as the same tree.

use std::fmt::Write as _;

use serde_json::Value;

use crate::json::number;
use crate::load::is_plain_text;
use crate::text::printable::is_unprintable;

/// Longest line, in characters, if what is on it can be on several.
const WIDTH: usize = 100;

/// A value of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Yaml {
    /// Null, a boolean or a number.
    Scalar(Value),
    /// A text.
    Text(String),
    /// A list: on one line if it fits.
    List(Vec<Yaml>),
    /// A list with a line for each element.
    Lines(Vec<Yaml>),
    /// An object: on one line if it fits.
    Map(Vec<Entry>),
    /// An object with a line for each key.
    Block(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Comments on lines of their own above it; an empty one is an empty line.
    pub(crate) above: Vec<String>,
    /// The key.
    pub(crate) key: String,
    /// The value.
    pub(crate) value: Yaml,
    /// A comment behind it.
    pub(crate) beside: String,
}

impl Entry {
    /// An entry without comments.
    pub(crate) fn new(key: impl Into<String>, value: Yaml) -> Entry {
        Entry {
            above: Vec::new(),
            key: key.into(),
            value,
            beside: String::new(),
        }
    }

    /// Adds a line above it.
    #[must_use]
    pub(crate) fn above(mut self, comment: impl Into<String>) -> Entry {
        self.above.push(comment.into());
        self
    }

    /// Sets the comment behind it.
    #[must_use]
    pub(crate) fn beside(mut self, comment: impl Into<String>) -> Entry {
        self.beside = comment.into();
        self
    }

    fn has_comment(&self) -> bool {
        !self.above.is_empty() || !self.beside.is_empty()
    }
}

impl Yaml {
    /// A text.
    pub(crate) fn text(text: impl Into<String>) -> Yaml {
        Yaml::Text(text.into())
    }

    /// A list.
    pub(crate) fn list(items: impl IntoIterator<Item = Yaml>) -> Yaml {
        Yaml::List(items.into_iter().collect())
    }

    /// An object.
    pub(crate) fn map(entries: impl IntoIterator<Item = Entry>) -> Yaml {
        Yaml::Map(entries.into_iter().collect())
    }

    /// A JSON value as it is, whatever its texts look like.
    pub(crate) fn json(value: &Value) -> Yaml {
        match value {
            Value::String(text) => Yaml::text(text),
            Value::Array(items) => Yaml::list(items.iter().map(Yaml::json)),
            Value::Object(members) => {
                let entries = members.iter();
                Yaml::map(entries.map(|(key, value)| Entry::new(key, Yaml::json(value))))
            }
            scalar => Yaml::scalar(scalar),
        }
    }

    /// About how many bytes it takes in a file.
    pub(crate) fn size(&self) -> usize {
        match self {
            Yaml::Scalar(value) => value.to_string().len(),
            Yaml::Text(text) => text.len(),
            Yaml::List(items) | Yaml::Lines(items) => {
                items.iter().map(|item| 2 + item.size()).sum()
            }
            Yaml::Map(entries) | Yaml::Block(entries) => {
                let sizes = entries
                    .iter()
                    .map(|one| one.key.len() + 4 + one.value.size());
                sizes.sum()
            }
        }
    }

    /// Null, a boolean or a number. A number that no reader keeps as it is written is a text.
    pub(crate) fn scalar(value: &Value) -> Yaml {
        if is_exact(value) {
            return Yaml::Scalar(value.clone());
        }
        Yaml::text(value.to_string())
    }
}

/// Is the value read as it is written? Some numbers are not.
pub(crate) fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) if number.is_f64() => {
            let double = number.as_f64().unwrap_or(f64::NAN);
            number::is_exact(&number.to_string(), double)
        }
        Value::Array(items) => items.iter().all(is_exact),
        Value::Object(members) => members.values().all(is_exact),
        _ => true,
    }
}

/// A file: the lines above it as comments, and its entries.
pub(crate) fn file(comments: &[String], entries: &[Entry]) -> String {
    let mut out = String::new();
    for comment in comments {
        push_comment(&mut out, 0, comment);
    }
    block(&mut out, 0, entries);
    out
}

/// Writes each entry on lines of its own. The indentation of the first line is there unless `indent` is that of a list.
fn block(out: &mut String, indent: usize, entries: &[Entry]) {
    for entry in entries {
        for comment in &entry.above {
            push_comment(out, indent, comment);
        }
        pad(out, indent);
        out.push_str(&scalar_text(&entry.key, true));
        out.push(':');
        below(out, indent, &entry.value, &entry.beside);
    }
}

/// Writes a value behind its key, and the line break.
fn below(out: &mut String, indent: usize, value: &Yaml, beside: &str) {
    let line_start = out.rfind('\n').map_or(0, |at| at + 1);
    let used = out[line_start..].chars().count() + 1;
    if let Yaml::Text(text) = value
        && let Some(lines) = literal(text, indent + 2)
    {
        out.push_str(&lines);
        return;
    }
    if let Some(line) = one_line(value, used) {
        out.push(' ');
        out.push_str(&line);
        push_beside(out, beside);
        return;
    }
    push_beside(out, beside);
    match value {
        Yaml::List(items) | Yaml::Lines(items) => lines(out, indent + 2, items),
        Yaml::Map(entries) | Yaml::Block(entries) => block(out, indent + 2, entries),
        Yaml::Scalar(_) | Yaml::Text(_) => {}
    }
}

/// Writes each element on lines of its own.
fn lines(out: &mut String, indent: usize, items: &[Yaml]) {
    for item in items {
        if let Yaml::Block(entries) | Yaml::Map(entries) = item {
            for comment in entries.first().iter().flat_map(|first| &first.above) {
                push_comment(out, indent, comment);
            }
        }
        pad(out, indent);
        out.push('-');
        let line = one_line(item, indent + 2);
        match (line, item) {
            (None, Yaml::Map(entries) | Yaml::Block(entries)) => {
                let mut nested = String::new();
                let entries = bare_first(entries);
                block(&mut nested, indent + 2, &entries);
                out.push_str(&nested[indent + 1..]);
            }
            (None, Yaml::List(items) | Yaml::Lines(items)) => {
                let mut nested = String::new();
                lines(&mut nested, indent + 2, items);
                out.push_str(&nested[indent + 1..]);
            }
            _ => below(out, indent, item, ""),
        }
    }
}

/// The entries without the comments above the first, which are above the dash.
fn bare_first(entries: &[Entry]) -> Vec<Entry> {
    let mut entries = entries.to_vec();
    if let Some(first) = entries.first_mut() {
        first.above.clear();
    }
    entries
}

/// The value on the line on which `used` characters are, if it can be there.
fn one_line(value: &Yaml, used: usize) -> Option<String> {
    match value {
        Yaml::Scalar(_) => Some(flow(value, false)),
        Yaml::Text(text) => Some(scalar_text(text, false)),
        Yaml::List(items) | Yaml::Lines(items) if items.is_empty() => Some("[]".into()),
        Yaml::Map(entries) | Yaml::Block(entries) if entries.is_empty() => Some("{}".into()),
        Yaml::Lines(_) | Yaml::Block(_) => None,
        Yaml::List(_) | Yaml::Map(_) => {
            if !fits(value, &mut WIDTH.saturating_sub(used)) {
                return None;
            }
            let line = flow(value, false);
            (used + line.chars().count() <= WIDTH).then_some(line)
        }
    }
}

/// Can the value be on one line? `room` is at least what its texts take.
fn fits(value: &Yaml, room: &mut usize) -> bool {
    let takes = match value {
        Yaml::Scalar(_) => 1,
        Yaml::Text(text) => text.chars().take(WIDTH + 1).count(),
        Yaml::Lines(items) if !items.is_empty() => return false,
        Yaml::Block(entries) if !entries.is_empty() => return false,
        Yaml::List(items) | Yaml::Lines(items) => {
            return items.iter().all(|item| fits(item, room));
        }
        Yaml::Map(entries) | Yaml::Block(entries) => {
            return entries.iter().all(|entry| {
                let key = Yaml::text(&entry.key);
                !entry.has_comment() && fits(&key, room) && fits(&entry.value, room)
            });
        }
    };
    let is_room = takes <= *room;
    *room = room.saturating_sub(takes);
    is_room
}

/// The value in flow style. `is_inside` brackets fewer texts need no quotes.
fn flow(value: &Yaml, is_inside: bool) -> String {
    match value {
        Yaml::Scalar(value) => value.to_string(),
        Yaml::Text(text) => scalar_text(text, is_inside),
        Yaml::List(items) | Yaml::Lines(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, true)).collect();
            format!("[{}]", items.join(", "))
        }
        Yaml::Map(entries) | Yaml::Block(entries) if entries.is_empty() => "{}".into(),
        Yaml::Map(entries) | Yaml::Block(entries) => {
            let entries = entries.iter().map(|entry| {
                let key = scalar_text(&entry.key, true);
                format!("{key}: {}", flow(&entry.value, true))
            });
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text, in quotes if it needs them.
fn scalar_text(text: &str, is_inside: bool) -> String {
    if can_be_plain(text, is_inside) {
        return text.to_owned();
    }
    let is_simple = !text.contains(is_unquotable);
    if is_simple && text.contains(['"', '\\']) && !text.contains('\'') {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            other if is_unquotable(other) => {
                // Writing to a text cannot fail.
                let _ = match u32::from(other) {
                    code @ ..=0xff => write!(quoted, "\\x{code:02x}"),
                    code @ ..=0xffff => write!(quoted, "\\u{code:04x}"),
                    code => write!(quoted, "\\U{code:08x}"),
                };
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// A character that is only written as an escape.
fn is_unquotable(character: char) -> bool {
    is_unprintable(character)
        || character.is_control()
        || matches!(
            character,
            '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        )
}

fn can_be_plain(text: &str, is_inside: bool) -> bool {
    let is_safe_start =
        text.starts_with(|c: char| !c.is_whitespace() && !"-?:,[]{}#&*!|>'\"%@`~=".contains(c));
    is_safe_start
        && text != "<<"
        && is_plain_text(text)
        && !text.ends_with([':', ' '])
        && !text.contains(is_unquotable)
        && !text.contains(": ")
        && !text.contains(" #")
        && !(is_inside && text.contains([',', '[', ']', '{', '}', ':', '"', '\'']))
}

/// A text of several lines behind its key, if it can be written as it is.
fn literal(text: &str, indent: usize) -> Option<String> {
    let (body, header) = match text.strip_suffix('\n') {
        Some(body) => (body, " |\n"),
        None => (text, " |-\n"),
    };
    if !body.contains('\n') && header == " |-\n" {
        return None;
    }
    let mut all = body.split('\n');
    let can_be_line = |line: &str| !line.ends_with([' ', '\t']) && !line.contains(is_unquotable);
    let first = body.split('\n').next().unwrap_or("");
    if first.is_empty()
        || first.starts_with([' ', '\t'])
        || body.ends_with('\n')
        || !all.all(can_be_line)
    {
        return None;
    }
    let mut out = String::from(header);
    for line in body.split('\n') {
        if !line.is_empty() {
            pad(&mut out, indent);
            out.push_str(line);
        }
        out.push('\n');
    }
    Some(out)
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn push_beside(out: &mut String, comment: &str) {
    if !comment.is_empty() {
        out.push_str("   # ");
        push_printable(out, comment);
    }
    out.push('\n');
}

fn push_comment(out: &mut String, indent: usize, comment: &str) {
    if !comment.is_empty() {
        pad(out, indent);
        out.push_str("# ");
        push_printable(out, comment);
    }
    out.push('\n');
}

/// A comment is one line.
fn push_printable(out: &mut String, comment: &str) {
    out.extend(
        comment
            .chars()
            .map(|c| if is_unquotable(c) { ' ' } else { c }),
    );
}

#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod tests;
