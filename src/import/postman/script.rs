//! Tests of Postman: the simple ones become checks, every other line is reported.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::import::postman::code::{Code, Unclosed};
use crate::import::postman::line::{is_nothing, lines, report};
use crate::import::postman::statement::{Kind, Statement};
use crate::import::postman::value::{is_disabled, list};
use crate::import::traffic::{Call, Check, classes};
use crate::load::Node;
use crate::model::Diagnostic;

/// Deepest block.
const DEPTH: usize = 30;

/// So much of scripts is read, for all requests together: those of a collection are read for each of its requests.
const SCRIPTS: usize = 1 << 26;

/// The scripts that run for a request: of the collection, of folders, and its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scripts<'n> {
    events: Vec<&'n Node>,
}

impl<'n> Scripts<'n> {
    /// These, and those of an item.
    pub(crate) fn with(&self, item: &'n Node) -> Scripts<'n> {
        let mut events = self.events.clone();
        events.extend(list(item.get("event")));
        Scripts { events }
    }

    /// Adds the checks and captures of all scripts to a call.
    ///
    /// `read` counts the bytes of all scripts that were read.
    pub(crate) fn apply(&self, call: &mut Call, read: &mut usize, found: &mut Vec<Diagnostic>) {
        for event in &self.events {
            if is_disabled(event) {
                continue;
            }
            let lines = lines(event, found);
            *read += lines.iter().map(|line| line.text.len()).sum::<usize>();
            if *read > SCRIPTS {
                let message =
                    "the script is not imported: the requests have too many scripts in all";
                report(event.beginning(), message, found);
                call.lost += 1;
                continue;
            }
            match event.get("listen").and_then(Node::as_text) {
                Some("test") => {
                    let code = match Code::new(&lines) {
                        Ok(code) => code,
                        Err(Unclosed { what, span }) => {
                            let message = format!(
                                "a {what} of a script is not closed: nothing of the script is imported"
                            );
                            report(span, &message, found);
                            call.lost += 1;
                            continue;
                        }
                    };
                    let mut script = Script {
                        call,
                        code: &code,
                        known: BTreeMap::new(),
                        before: Vec::new(),
                        bounds: Vec::new(),
                    };
                    script.block(code.whole(), 0, found);
                    script.finish();
                }
                _ => {
                    let mut code = lines
                        .into_iter()
                        .filter(|line| !is_nothing(line.text.trim()));
                    if let Some(first) = code.next() {
                        report(
                            first.span,
                            "a script before the request is not imported",
                            found,
                        );
                    }
                }
            }
        }
    }
}

pub(super) struct Script<'c> {
    pub(super) call: &'c mut Call,
    code: &'c Code,
    /// Names of values of the answer, with their paths.
    pub(super) known: BTreeMap<String, String>,
    /// Names that got another value, with the one before.
    pub(super) before: Vec<(String, Option<String>)>,
    pub(super) bounds: Vec<(&'static str, u16)>,
}

impl Script<'_> {
    /// Adds what the statements of a block say. Says whether it may end before what follows it.
    fn block(&mut self, range: Range<usize>, depth: usize, found: &mut Vec<Diagnostic>) -> bool {
        if depth > DEPTH {
            self.leave_out(&range, found);
            return true;
        }
        let mut may_end = false;
        for Statement { kind, range } in self.code.statements(range) {
            match kind {
                Kind::SkippedTest => {}
                _ if may_end => self.leave_out(&range, found),
                Kind::Compound => {
                    self.leave_out(&range, found);
                    may_end = self.code.returns(&range);
                }
                Kind::Block(inner) => may_end = self.scope(inner, depth, found),
                Kind::Called(inner) => _ = self.scope(inner, depth, found),
                Kind::Return(value) => {
                    self.simple(&value, found);
                    may_end = true;
                }
                Kind::Simple => self.simple(&range, found),
            }
        }
        may_end
    }

    /// A block, outside of which its names are not known.
    fn scope(&mut self, range: Range<usize>, depth: usize, found: &mut Vec<Diagnostic>) -> bool {
        let outside = self.before.len();
        let may_end = self.block(range.clone(), depth + 1, found);
        while self.before.len() > outside {
            match self.before.pop() {
                Some((name, Some(path))) => _ = self.known.insert(name, path),
                Some((name, None)) => _ = self.known.remove(&name),
                None => break,
            }
        }
        self.forget(&range, true);
        may_end
    }

    fn simple(&mut self, range: &Range<usize>, found: &mut Vec<Diagnostic>) {
        let statement = self
            .code
            .text(range)
            .trim()
            .trim_end_matches(';')
            .trim_end();
        if is_nothing(statement) || self.statement(statement).is_some() {
            return;
        }
        if self.code.has_function(range) {
            self.leave_out(range, found);
            return;
        }
        self.forget(range, false);
        self.lose(range);
        for (at, (line, span)) in self.code.lines(range).enumerate() {
            if at == 0 || line.contains("pm.") {
                report(span, "a line of a test script is not imported", found);
            }
        }
    }

    /// Code that may not run, or more than once: a check in it is none of every answer.
    fn leave_out(&mut self, range: &Range<usize>, found: &mut Vec<Diagnostic>) {
        self.forget(range, false);
        self.lose(range);
        for (line, span) in self.code.lines(range) {
            let words = ["else", "try", "finally", "do"];
            let rest = line.trim_matches(|c: char| "{}();, ".contains(c));
            if !is_nothing(line) && !words.contains(&rest) {
                let message = "a line of a test script that does not always run is not imported";
                report(span, message, found);
            }
        }
    }

    /// Counts what may be an assertion.
    fn lose(&mut self, range: &Range<usize>) {
        let text = self.code.text(range);
        let words = [
            "expect",
            "assert",
            "pm.response.to",
            "pm.test",
            "tests[",
            "tv4",
        ];
        self.call.lost += usize::from(words.iter().any(|word| text.contains(word)));
    }

    /// Forgets names that have other values behind code: of a block, not those that it declares.
    fn forget(&mut self, range: &Range<usize>, is_block: bool) {
        for name in self.code.changed(range, is_block) {
            if let Some(path) = self.known.remove(name) {
                self.before.push((name.to_owned(), Some(path)));
            }
        }
    }

    fn finish(self) {
        if let Some(classes) = classes(&self.bounds) {
            self.call.checks.push(Check::Status(classes));
        }
    }
}
