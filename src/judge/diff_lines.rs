//! The lines of a diff as they come: unchanged ones cut to a little context, the whole bounded.

use std::fmt::Write;

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::json::pointer::Path;
use crate::judge::form::{Accepts, Form, OrNone};
use crate::judge::mismatch::count;
use crate::model::Diff;
use crate::model::finding::{DiffLine, DiffSide};
use crate::text::excerpt::short_text;

/// Unchanged lines shown before and after a changed one.
const CONTEXT: usize = 2;

/// A value up to this many characters is shown on one line.
const ON_ONE_LINE: usize = 70;

/// The most lines of one value that is missing, extra or replaced.
const LINES_OF_ONE_VALUE: usize = 40;

/// The longest text of one line, in characters.
const WIDTH: usize = 200;

/// How much of a long text is shown before the first difference, in characters.
const BEFORE_DIFFERENCE: usize = 40;

/// Which side a changed line is on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    Expected,
    Actual,
}

impl From<Side> for DiffSide {
    fn from(side: Side) -> DiffSide {
        match side {
            Side::Expected => DiffSide::Expected,
            Side::Actual => DiffSide::Actual,
        }
    }
}

/// Lines, gathered in order.
pub(super) struct Lines {
    limit: usize,
    diff: Diff<String>,
    /// The last unchanged lines, not written yet: at most [`CONTEXT`].
    waiting: Vec<DiffLine<String>>,
    /// How many unchanged lines were dropped before `waiting`.
    dropped: usize,
    /// How many unchanged lines may still follow the last changed one.
    following: usize,
}

impl Lines {
    pub(super) fn new(limit: usize) -> Lines {
        Lines {
            limit,
            diff: Diff::default(),
            waiting: Vec::new(),
            dropped: 0,
            following: 0,
        }
    }

    /// A value that is as it should be, on one line.
    pub(super) fn same(&mut self, key: Option<&str>, value: &Value, depth: usize, path: &Path<'_>) {
        let text = with_key(key, &compact(value, ON_ONE_LINE));
        self.unchanged(line(DiffSide::Same, depth, text, path));
    }

    /// The first line of a container that holds a change: always shown, so that a reader knows the place.
    pub(super) fn open(
        &mut self,
        key: Option<&str>,
        bracket: &str,
        note: &str,
        depth: usize,
        path: &Path<'_>,
    ) {
        self.flush();
        let mut line = line(DiffSide::Same, depth, with_key(key, bracket), path);
        note.clone_into(&mut line.note);
        self.push(line);
    }

    /// The last line of a container that holds a change.
    pub(super) fn close(&mut self, bracket: &str, depth: usize, path: &Path<'_>) {
        if self.dropped > 0 {
            // No change follows in here: what waits is context of nothing.
            self.dropped += self.waiting.len();
            self.waiting.clear();
            self.push_gap(depth + 1, path.pointer());
        }
        self.flush();
        self.push(line(DiffSide::Same, depth, bracket.to_owned(), path));
    }

    /// A stretch that is none of the pattern's business.
    pub(super) fn gap(&mut self, text: &str, depth: usize, path: &Path<'_>) {
        self.flush();
        self.push(line(DiffSide::Gap, depth, text.to_owned(), path));
    }

    /// A whole value on one side.
    pub(super) fn block(
        &mut self,
        side: Side,
        text: &Text,
        note: &str,
        depth: usize,
        path: &Path<'_>,
    ) {
        let mut first_note = note;
        for (indent, text) in &text.lines {
            let mut line = line(side.into(), depth + indent, short_text(text, WIDTH), path);
            std::mem::take(&mut first_note).clone_into(&mut line.note);
            self.changed(line);
        }
    }

    /// A text in the place of another, with what differs marked.
    pub(super) fn texts(
        &mut self,
        key: Option<&str>,
        expected: &str,
        actual: &str,
        depth: usize,
        path: &Path<'_>,
    ) {
        let (expected, actual) = around_difference(expected, actual);
        let (expected, actual) = (quoted(&expected), quoted(&actual));
        let (expected_marks, actual_marks) = marks(&expected, &actual);
        let shift = with_key(key, "").chars().count();
        let sides = [
            (Side::Expected, expected, expected_marks, ""),
            (Side::Actual, actual, actual_marks, "value"),
        ];
        for (side, text, marks, note) in sides {
            let mut line = line(side.into(), depth, with_key(key, &text), path);
            line.marks = marks
                .into_iter()
                .map(|(start, end)| (start + shift, end + shift))
                .collect();
            note.clone_into(&mut line.note);
            self.changed(line);
        }
    }

    pub(super) fn finish(mut self) -> Diff<String> {
        self.flush();
        self.diff
    }

    fn changed(&mut self, line: DiffLine<String>) {
        self.flush();
        self.push(line);
        self.following = CONTEXT;
    }

    fn unchanged(&mut self, line: DiffLine<String>) {
        if self.following > 0 {
            self.following -= 1;
            self.push(line);
            return;
        }
        if self.waiting.len() == CONTEXT {
            self.waiting.remove(0);
            self.dropped += 1;
        }
        self.waiting.push(line);
    }

    /// Tells what is waiting, and that something was left out before it.
    fn flush(&mut self) {
        if let Some(first) = self.waiting.first() {
            self.push_gap(first.depth, first.pointer.clone());
        }
        for line in std::mem::take(&mut self.waiting) {
            self.push(line);
        }
        self.following = 0;
    }

    /// Tells how many lines were dropped, if any were.
    fn push_gap(&mut self, depth: usize, pointer: String) {
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 {
            self.push(DiffLine {
                side: DiffSide::Gap,
                depth,
                text: format!("… {}", count(dropped, "line")),
                marks: Vec::new(),
                note: String::new(),
                pointer,
            });
        }
    }

    fn push(&mut self, line: DiffLine<String>) {
        if self.diff.lines.len() < self.limit {
            self.diff.lines.push(line);
        } else {
            self.diff.left_out += 1;
        }
    }
}

fn line(side: DiffSide, depth: usize, text: String, path: &Path<'_>) -> DiffLine<String> {
    DiffLine {
        side,
        depth,
        text,
        marks: Vec::new(),
        note: String::new(),
        pointer: path.pointer(),
    }
}

/// A value or a form as indented lines.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// Indentation and text.
    lines: Vec<(usize, String)>,
}

impl Text {
    pub(super) fn of_value(key: Option<&str>, value: &Value) -> Text {
        let mut text = Text::default();
        text.value(key, value, 0);
        text.bounded()
    }

    /// A member of which only the name is known.
    pub(super) fn of_name(name: &str) -> Text {
        Text {
            lines: vec![(0, with_key(Some(name), "…"))],
        }
    }

    pub(super) fn of_form(key: Option<&str>, form: &Form<'_>) -> Text {
        let mut text = Text::default();
        text.form(key, form, 0);
        text.bounded()
    }

    fn bounded(mut self) -> Text {
        if self.is_full() {
            self.lines.push((1, "…".to_owned()));
        }
        self
    }

    fn is_full(&self) -> bool {
        self.lines.len() >= LINES_OF_ONE_VALUE
    }

    fn push(&mut self, indent: usize, text: String) {
        if !self.is_full() {
            self.lines.push((indent, text));
        }
    }

    fn value(&mut self, key: Option<&str>, value: &Value, indent: usize) {
        if self.is_full() {
            return;
        }
        let on_one_line = compact(value, ON_ONE_LINE);
        let is_whole = !on_one_line.ends_with('…');
        match value {
            Value::Object(members) if !is_whole => {
                self.push(indent, with_key(key, "{"));
                for (name, member) in members {
                    self.value(Some(name), member, indent + 1);
                }
                self.push(indent, "}".to_owned());
            }
            Value::Array(items) if !is_whole => {
                self.push(indent, with_key(key, "["));
                for item in items {
                    self.value(None, item, indent + 1);
                }
                self.push(indent, "]".to_owned());
            }
            _ => self.push(indent, with_key(key, &compact(value, WIDTH))),
        }
    }

    fn form(&mut self, key: Option<&str>, form: &Form<'_>, indent: usize) {
        if self.is_full() {
            return;
        }
        if let Accepts::Value(value) = &form.accepts {
            self.value(key, value, indent);
            return;
        }
        let on_one_line = form.render();
        if on_one_line.chars().count() <= ON_ONE_LINE {
            self.push(indent, with_key(key, &on_one_line));
            return;
        }
        match &form.accepts {
            Accepts::Object(members) => {
                self.push(indent, with_key(key, "{"));
                for (name, member) in members {
                    self.form(Some(name), member, indent + 1);
                }
                self.push(indent, "}".to_owned());
            }
            Accepts::Array(items) => self.forms(key, "[", items, indent),
            Accepts::Unordered(items) => self.forms(key, "<unordered> [", items, indent),
            Accepts::Contains(items) => self.forms(key, "<contains> [", items, indent),
            Accepts::Each(inner, or_none) => {
                let opening = match or_none {
                    OrNone::No => "<each> [",
                    OrNone::Yes => "<each?> [",
                };
                self.forms(key, opening, std::slice::from_ref(&**inner), indent);
            }
            _ => self.push(indent, with_key(key, &on_one_line)),
        }
    }

    fn forms(&mut self, key: Option<&str>, opening: &str, forms: &[Form<'_>], indent: usize) {
        self.push(indent, with_key(key, opening));
        for form in forms {
            self.form(None, form, indent + 1);
        }
        self.push(indent, "]".to_owned());
    }
}

fn with_key(key: Option<&str>, text: &str) -> String {
    match key {
        Some(key) => format!("{}: {text}", quoted(&short_text(key, ON_ONE_LINE))),
        None => text.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// JSON on one line, at most `limit` characters, with `…` where it was cut. Costs no more than is shown.
fn compact(value: &Value, limit: usize) -> String {
    let mut text = String::new();
    write_compact(&mut text, value, limit);
    short_text(&text, limit)
}

fn write_compact(text: &mut String, value: &Value, limit: usize) {
    // In bytes: at least as many as characters, so that nothing shown is missing.
    let is_full = |text: &String| text.len() > limit * 4;
    match value {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if is_full(text) {
                    return;
                }
                text.push_str(if index == 0 { "" } else { "," });
                write_compact(text, item, limit);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                if is_full(text) {
                    return;
                }
                text.push_str(if index == 0 { "" } else { "," });
                text.push_str(&quoted(&short_text(name, limit)));
                text.push(':');
                write_compact(text, member, limit);
            }
            text.push('}');
        }
        Value::String(string) => text.push_str(&quoted(&short_text(string, limit))),
        scalar => write!(text, "{scalar}").expect("a String takes any text"),
    }
}

/// Two texts, cut to where they differ if they are long.
fn around_difference(one: &str, other: &str) -> (String, String) {
    let common = one
        .chars()
        .zip(other.chars())
        .take_while(|(one, other)| one == other)
        .count();
    let skip = common.saturating_sub(BEFORE_DIFFERENCE);
    let cut = |text: &str| {
        let shown: String = text.chars().skip(skip).take(WIDTH + 1).collect();
        let shown = short_text(&shown, WIDTH);
        if skip == 0 {
            shown
        } else {
            format!("…{shown}")
        }
    };
    (cut(one), cut(other))
}

type Marks = Vec<(usize, usize)>;

/// The stretches that differ, in characters; none when the texts have little in common.
fn marks(one: &str, other: &str) -> (Marks, Marks) {
    let diff = TextDiff::from_chars(one, other);
    if diff.ratio() < 0.5 {
        return (Vec::new(), Vec::new());
    }
    let (mut ones, mut others) = (Marks::new(), Marks::new());
    let (mut at_one, mut at_other) = (0, 0);
    for change in diff.iter_all_changes() {
        let length = change.value().chars().count();
        match change.tag() {
            ChangeTag::Equal => {
                at_one += length;
                at_other += length;
            }
            ChangeTag::Delete => extend(&mut ones, &mut at_one, length),
            ChangeTag::Insert => extend(&mut others, &mut at_other, length),
        }
    }
    (ones, others)
}

/// Marks the next characters, joined to the stretch before where they touch.
fn extend(marks: &mut Marks, at: &mut usize, length: usize) {
    let start = *at;
    *at += length;
    match marks.last_mut() {
        Some((_, end)) if *end == start => *end = *at,
        _ => marks.push((start, *at)),
    }
}
