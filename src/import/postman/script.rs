//! Tests of Postman: the simple ones become checks, every other line is reported.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::import::hurl::{classes, is_time};
use crate::import::postman::expression::{Link, chain, literal, split};
use crate::import::postman::value::{is_disabled, list};
use crate::import::traffic::{Call, Capture, Check, Pattern, StatusCheck, is_field_name, is_path};
use crate::import::yaml::{Entry, Yaml};
use crate::json::Selector;
use crate::load::Node;
use crate::model::{Diagnostic, Span};

/// The largest saved answer in which a value is looked up.
const SAVED: usize = 1 << 20;

/// The scripts that run for a request: of the collection, of folders, and its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scripts<'n> {
    events: Vec<&'n Node>,
}

/// A line of a script, without its comments.
struct Line {
    text: String,
    span: Span,
}

impl<'n> Scripts<'n> {
    /// These, and those of an item.
    pub(crate) fn with(&self, item: &'n Node) -> Scripts<'n> {
        let mut events = self.events.clone();
        events.extend(list(item.get("event")));
        Scripts { events }
    }

    /// Adds the checks and captures of all scripts to a call.
    pub(crate) fn apply(&self, call: &mut Call, found: &mut Vec<Diagnostic>) {
        for event in &self.events {
            if is_disabled(event) {
                continue;
            }
            let lines = lines(event, found);
            match event.get("listen").and_then(Node::as_text) {
                Some("test") => {
                    let mut script = Script {
                        call,
                        known: BTreeMap::new(),
                        bounds: Vec::new(),
                    };
                    // Braces that are open in a test that is skipped.
                    let mut skipped = 0_i64;
                    for line in lines {
                        if skipped > 0 || line.text.contains("test.skip(") {
                            skipped += braces(&line.text);
                            continue;
                        }
                        script.line(&line, found);
                    }
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

/// How many braces and parentheses a line opens more than it closes.
fn braces(line: &str) -> i64 {
    let count = |character| match character {
        '(' | '{' => 1,
        ')' | '}' => -1,
        _ => 0,
    };
    line.chars().map(count).sum()
}

fn lines(event: &Node, found: &mut Vec<Diagnostic>) -> Vec<Line> {
    let Some(script) = event.get("script") else {
        return Vec::new();
    };
    let code = script.get("exec").unwrap_or(script);
    let mut written: Vec<(&str, Span)> = Vec::new();
    if let Some(text) = code.as_text() {
        written.extend(text.lines().map(|line| (line, code.span)));
    } else if script.get("exec").is_some() {
        for line in list(Some(code)) {
            match line.as_text() {
                Some(text) => written.extend(text.lines().map(|text| (text, line.span))),
                None => report(line.span, "a line of a script that is no text", found),
            }
        }
    }
    if script.get("src").is_some() && written.is_empty() {
        let message = "a script in a file of its own is not imported";
        report(script.beginning(), message, found);
    }
    let mut lines = Vec::new();
    // Where a comment of several lines begins.
    let mut open: Option<Span> = None;
    for (text, span) in written {
        let mut is_open = open.is_some();
        let text = without_comments(text, &mut is_open);
        open = is_open.then(|| open.unwrap_or(span));
        lines.push(Line { text, span });
    }
    if let Some(span) = open {
        let message = "a comment of a script is not closed: what follows is not imported";
        report(span, message, found);
    }
    lines
}

/// A line without comments. `is_open` says whether one of several lines is open before and behind it.
fn without_comments(line: &str, is_open: &mut bool) -> String {
    let mut code = String::new();
    let mut quote = None;
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        if *is_open {
            let Some(end) = rest.find("*/") else {
                break;
            };
            *is_open = false;
            code.push(' ');
            rest = &rest[end + 2..];
            continue;
        }
        if quote.is_none() && rest.starts_with("//") {
            break;
        }
        if quote.is_none() && rest.starts_with("/*") {
            *is_open = true;
            rest = &rest[2..];
            continue;
        }
        rest = &rest[character.len_utf8()..];
        code.push(character);
        match quote {
            _ if character == '\\' => {
                // What is escaped ends nothing.
                if let Some(next) = rest.chars().next() {
                    code.push(next);
                    rest = &rest[next.len_utf8()..];
                }
            }
            Some(open) if open == character => quote = None,
            None if matches!(character, '"' | '\'' | '`') => quote = Some(character),
            _ => {}
        }
    }
    code
}

/// Once for each line, however many requests it is for.
fn report(span: Span, message: &str, found: &mut Vec<Diagnostic>) {
    let is_known = found
        .iter()
        .rev()
        .take(2000)
        .any(|one| one.span == Some(span));
    if !is_known {
        found.push(
            Diagnostic::error("postman/script", span, message)
                .as_warning()
                .help("write a check of your own where it matters"),
        );
    }
}

/// Does a line do nothing?
fn is_nothing(line: &str) -> bool {
    let rest = line.trim_matches(|c: char| "{}();, ".contains(c));
    rest.is_empty()
        || line.starts_with("console.")
        || rest.trim_matches(['"', '\'']) == "use strict"
}

struct Script<'c> {
    call: &'c mut Call,
    /// Names of values of the answer, with their paths.
    known: BTreeMap<String, String>,
    bounds: Vec<(&'static str, u16)>,
}

/// What a statement is about.
enum Subject {
    Status,
    Time,
    Text,
    Header(String),
    Path(String),
    /// The length of what is there.
    Length(String),
}

impl Script<'_> {
    fn line(&mut self, line: &Line, found: &mut Vec<Diagnostic>) {
        for statement in statements(line.text.trim()) {
            if !is_nothing(statement) && self.statement(statement).is_none() {
                report(line.span, "a line of a test script is not imported", found);
            }
        }
    }

    fn finish(self) {
        if let Some(classes) = classes(&self.bounds) {
            self.call.checks.push(Check::Status(classes));
        }
    }

    /// Adds what a statement says. `None` if it is not known.
    fn statement(&mut self, statement: &str) -> Option<()> {
        if let Some(rest) = ["const ", "let ", "var "]
            .iter()
            .find_map(|word| statement.strip_prefix(word))
        {
            let (name, value) = rest.split_once('=')?;
            let path = self.path(value.trim())?;
            self.known.insert(name.trim().to_owned(), path);
            return Some(());
        }
        let legacy = statement
            .strip_prefix("tests[")
            .and_then(|rest| rest.split_once("] = "));
        if let Some((_, condition)) = legacy {
            let (_, number) = condition.split_once("responseCode.code === ")?;
            let status = number.trim().parse().ok()?;
            self.call
                .checks
                .push(Check::Status(StatusCheck::OneOf(vec![status])));
            return Some(());
        }
        let links = chain(statement)?;
        let names: Vec<&str> = links.iter().map(|link| link.name.as_str()).collect();
        match names.as_slice() {
            [
                "pm",
                "environment" | "collectionVariables" | "globals" | "variables",
                "set",
            ] => self.capture(&links[2]),
            ["postman", "setEnvironmentVariable" | "setGlobalVariable"] => self.capture(&links[1]),
            ["pm", "response", "to", ..] => self.response(&links[3..]),
            ["pm", "expect", ..] => {
                let subject = self.subject(links[1].arguments.as_deref()?)?;
                self.expectation(&subject, &links[2..])
            }
            _ => None,
        }
    }

    fn capture(&mut self, link: &Link) -> Option<()> {
        let arguments = split(link.arguments.as_deref()?, ',');
        let [name, value] = arguments.as_slice() else {
            return None;
        };
        let name = literal(name)?.as_str()?.to_owned();
        let from = match self.subject(value)? {
            Subject::Path(path) => Yaml::text(path),
            Subject::Header(name) => Yaml::map([Entry::new("header", Yaml::text(name))]),
            Subject::Text => Yaml::map([Entry::new("text", Yaml::Scalar(true.into()))]),
            Subject::Status => Yaml::map([Entry::new("status", Yaml::Scalar(true.into()))]),
            Subject::Time | Subject::Length(_) => return None,
        };
        self.call.captures.retain(|capture| capture.name != name);
        self.call.captures.push(Capture {
            number: 0,
            name,
            from,
        });
        Some(())
    }

    fn subject(&self, text: &str) -> Option<Subject> {
        match text.trim() {
            "pm.response.code" | "responseCode.code" => return Some(Subject::Status),
            "pm.response.responseTime" | "responseTime" => return Some(Subject::Time),
            "pm.response.text()" | "responseBody" => return Some(Subject::Text),
            _ => {}
        }
        let links = chain(text)?;
        let names: Vec<&str> = links.iter().map(|link| link.name.as_str()).collect();
        if let ["pm", "response", "headers", "get"] = names.as_slice() {
            let name = literal(links[3].arguments.as_deref()?)?
                .as_str()?
                .to_owned();
            return is_field_name(&name).then_some(Subject::Header(name));
        }
        if let Some(whole) = text.trim().strip_suffix(".length") {
            return self.path(whole).map(Subject::Length);
        }
        self.path(text).map(Subject::Path)
    }

    /// The path of an expression: `jsonData.items[0]["a-b"]`.
    fn path(&self, text: &str) -> Option<String> {
        let text = text.trim().trim_end_matches(';').trim();
        if text == "JSON.parse(responseBody)" || text == "JSON.parse(pm.response.text())" {
            return Some("$".into());
        }
        let links = chain(text)?;
        let names: Vec<&str> = links.iter().map(|link| link.name.as_str()).collect();
        let (mut path, rest) = match names.as_slice() {
            ["pm", "response", "json", ..] if links[2].arguments.as_deref() == Some("") => {
                ("$".to_owned(), &links[3..])
            }
            [name, ..] if links[0].arguments.is_none() => {
                (self.known.get(*name)?.clone(), &links[1..])
            }
            _ => return None,
        };
        for link in rest {
            match (&link.name, &link.arguments) {
                (name, None) => {
                    path.push('.');
                    path.push_str(name);
                }
                (name, Some(index)) if name.is_empty() => match literal(index)? {
                    Value::Number(number) => path.push_str(&format!("[{}]", number.as_u64()?)),
                    Value::String(name) if !name.contains(['\'', '\\']) => {
                        path.push_str(&format!("['{name}']"));
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
        is_path(&path).then_some(path)
    }

    /// `pm.response.to...`
    fn response(&mut self, links: &[Link]) -> Option<()> {
        let names: Vec<&str> = links.iter().map(|link| link.name.as_str()).collect();
        let arguments = |at: usize| -> Option<Vec<Value>> {
            let text = links[at].arguments.as_deref()?;
            split(text, ',')
                .into_iter()
                .filter(|one| !one.is_empty())
                .map(literal)
                .collect()
        };
        let check = match names.as_slice() {
            ["have", "status"] => {
                let status = arguments(1)?.first()?.as_u64()?;
                Check::Status(StatusCheck::OneOf(vec![
                    u16::try_from(status)
                        .ok()
                        .filter(|one| (100..600).contains(one))?,
                ]))
            }
            ["be", "ok" | "success"] => Check::Status(StatusCheck::Classes(vec![2])),
            ["be", "json"] => Check::Header("Content-Type".into(), Pattern::regex("json")?),
            ["have", "header"] => match arguments(1)?.as_slice() {
                [Value::String(name), ..] if !is_field_name(name) => return None,
                [Value::String(name)] => Check::Header(name.clone(), Pattern::marker("<present>")),
                [Value::String(name), Value::String(value)] => {
                    Check::Header(name.clone(), Pattern::Value(value.as_str().into()))
                }
                _ => return None,
            },
            ["have", "jsonBody"] => match arguments(1)?.as_slice() {
                [] => select("$", "count", Pattern::Value(1.into())),
                [Value::String(path)] if is_path(&format!("$.{path}")) => {
                    select(&format!("$.{path}"), "count", Pattern::Value(1.into()))
                }
                [Value::String(path), value] if is_path(&format!("$.{path}")) => {
                    select(&format!("$.{path}"), "equal", Pattern::Value(value.clone()))
                }
                _ => return None,
            },
            _ => return None,
        };
        self.call.checks.push(check);
        Some(())
    }

    /// What is said about a subject: `.to.not.be.above(3)`.
    fn expectation(&mut self, subject: &Subject, links: &[Link]) -> Option<()> {
        let is_not = links.iter().any(|link| link.name == "not");
        let fillers = [
            "to", "be", "been", "is", "that", "which", "and", "has", "have", "with", "at", "of",
            "same", "but", "does", "still", "also", "not", "deep",
        ];
        let said: Vec<&Link> = links
            .iter()
            .filter(|link| link.arguments.is_some() || !fillers.contains(&link.name.as_str()))
            .collect();
        let [said] = said.as_slice() else {
            return None;
        };
        let arguments: Vec<&str> = match said.arguments.as_deref() {
            None | Some("") => Vec::new(),
            Some(text) => split(text, ','),
        };
        let value = arguments.first().and_then(|one| literal(one));
        let check = match subject {
            Subject::Status => return self.status(said, value.as_ref(), is_not),
            Subject::Time => match (said.name.as_str(), value?) {
                ("below" | "lessThan" | "lt" | "most", Value::Number(number))
                    if !is_not && is_time(&number) =>
                {
                    Check::Within(format!("{number}ms"))
                }
                _ => return None,
            },
            Subject::Text => Check::Text(text_pattern(
                said,
                value.as_ref(),
                arguments.first(),
                is_not,
            )?),
            Subject::Header(name) => Check::Header(
                name.clone(),
                text_pattern(said, value.as_ref(), arguments.first(), is_not)?,
            ),
            Subject::Length(path) => self.length(path, &said.name, value.as_ref(), is_not)?,
            Subject::Path(path) if matches!(said.name.as_str(), "lengthOf" | "length") => {
                self.length(path, "eql", value.as_ref(), is_not)?
            }
            Subject::Path(path) => path_check(path, said, &arguments, value.as_ref(), is_not)?,
        };
        self.call.checks.push(check);
        Some(())
    }

    /// How long a list or a text is. Where no saved answer says which of them it is, it may be either.
    fn length(&self, path: &str, said: &str, value: Option<&Value>, is_not: bool) -> Option<Check> {
        let number = value?.as_u64().filter(|_| !is_not)?;
        let bounds = match said {
            "eql" | "equal" | "equals" | "eq" => number.to_string(),
            "above" | "greaterThan" | "gt" => format!("{}..", number.checked_add(1)?),
            "least" | "gte" => format!("{number}.."),
            "below" | "lessThan" | "lt" if number > 0 => format!("0..{}", number - 1),
            "most" | "lte" => format!("0..{number}"),
            _ => return None,
        };
        let is = |kind: &str| {
            let pattern = Pattern::marker(format!("<{kind} {bounds}>"));
            (path.to_owned(), vec![("each".to_owned(), pattern)])
        };
        Some(match self.kind(path) {
            Some(kind) => {
                let (path, conditions) = is(kind);
                Check::Select(path, conditions)
            }
            None => Check::AnyOf(vec![is("array"), is("string")]),
        })
    }

    /// What saved answers have at a path, if all have a list or all have a text there.
    fn kind(&self, path: &str) -> Option<&'static str> {
        let selector = Selector::new(path).ok()?;
        let mut kinds = BTreeSet::new();
        for answer in &self.call.answers {
            let body = answer.body.as_deref().filter(|body| body.len() <= SAVED)?;
            let body: Value = serde_json::from_slice(body).ok()?;
            kinds.extend(
                selector
                    .select(&body)
                    .into_iter()
                    .map(|(_, value)| match value {
                        Value::Array(_) => Some("array"),
                        Value::String(_) => Some("string"),
                        _ => None,
                    }),
            );
        }
        match kinds.len() {
            1 => kinds.pop_first().flatten(),
            _ => None,
        }
    }

    fn status(&mut self, said: &Link, value: Option<&Value>, is_not: bool) -> Option<()> {
        if is_not {
            return None;
        }
        let number = |value: &Value| {
            value
                .as_u64()
                .and_then(|number| u16::try_from(number).ok())
                .filter(|one| (100..=600).contains(one))
        };
        let sign = match (said.name.as_str(), value?) {
            ("eql" | "equal" | "equals" | "eq", value) => {
                self.call
                    .checks
                    .push(Check::Status(StatusCheck::OneOf(vec![number(value)?])));
                return Some(());
            }
            ("oneOf", Value::Array(values)) if !values.is_empty() => {
                let statuses: Option<Vec<u16>> = values.iter().map(number).collect();
                self.call
                    .checks
                    .push(Check::Status(StatusCheck::OneOf(statuses?)));
                return Some(());
            }
            ("below" | "lessThan" | "lt", _) => "<",
            ("most" | "lte", _) => "<=",
            ("above" | "greaterThan" | "gt", _) => ">",
            ("least" | "gte", _) => ">=",
            _ => return None,
        };
        self.bounds.push((sign, number(value?)?));
        // Bounds that are no classes are refused at once.
        let is_known = classes(&self.bounds).is_some();
        if !is_known {
            self.bounds.pop();
        }
        is_known.then_some(())
    }
}

/// Statements of a line, without what `pm.test` puts around them.
fn statements(line: &str) -> Vec<&str> {
    let mut line = line.trim();
    if line.starts_with("pm.test(") || line.starts_with("test(") {
        let body = line.find("=>").map(|at| at + 2).or_else(|| {
            line.find("function")
                .and_then(|at| line[at..].find('{').map(|open| at + open))
        });
        let Some(body) = body else {
            return vec![line];
        };
        line = line[body..].trim().trim_start_matches('{').trim();
        line = line.trim_end_matches(';').trim_end();
        if let Some(rest) = line.strip_suffix("})") {
            line = rest.trim_end();
        } else if let Some(rest) = line.strip_suffix(')')
            && line.matches(')').count() > line.matches('(').count()
        {
            line = rest.trim_end();
        }
    }
    split(line, ';')
        .into_iter()
        .filter(|statement| !statement.is_empty())
        .collect()
}

fn select(path: &str, key: &str, pattern: Pattern) -> Check {
    Check::Select(path.to_owned(), vec![(key.to_owned(), pattern)])
}

fn regex(argument: Option<&&str>) -> Option<Pattern> {
    let text = argument?.trim().strip_prefix('/')?;
    let (expression, flags) = text.rsplit_once('/')?;
    let flag = match flags {
        "" => "",
        "i" => "(?i)",
        _ => return None,
    };
    Pattern::regex(&format!("{flag}{}", expression.replace("\\/", "/")))
}

fn text_pattern(
    said: &Link,
    value: Option<&Value>,
    argument: Option<&&str>,
    is_not: bool,
) -> Option<Pattern> {
    if is_not {
        return None;
    }
    Some(match (said.name.as_str(), value) {
        ("eql" | "equal" | "equals" | "eq", Some(Value::String(text))) => {
            Pattern::Value(text.as_str().into())
        }
        ("include" | "includes" | "contain" | "contains" | "string", Some(Value::String(text))) => {
            Pattern::containing(text, false, false)
        }
        ("match" | "matches", _) => regex(argument)?,
        ("exist" | "ok", _) => Pattern::marker("<present>"),
        _ => return None,
    })
}

fn path_check(
    path: &str,
    said: &Link,
    arguments: &[&str],
    value: Option<&Value>,
    is_not: bool,
) -> Option<Check> {
    let marker = |marker: String| Some(select(path, "each", Pattern::marker(marker)));
    let exists = || select(path, "each", Pattern::marker("<present>"));
    if is_not {
        return match (said.name.as_str(), value) {
            ("eql" | "equal" | "equals" | "eq", Some(value)) => {
                Some(select(path, "none", Pattern::Value(value.clone())))
            }
            ("null", None) => Some(exists()),
            ("undefined", None) => Some(select(path, "count", Pattern::Value(1.into()))),
            _ => None,
        };
    }
    match (said.name.as_str(), value) {
        ("eql" | "equal" | "equals" | "eq", Some(value)) => {
            Some(select(path, "equal", Pattern::Value(value.clone())))
        }
        ("true", None) => Some(select(path, "equal", Pattern::Value(true.into()))),
        ("false", None) => Some(select(path, "equal", Pattern::Value(false.into()))),
        ("null", None) => Some(select(path, "equal", Pattern::Value(Value::Null))),
        ("exist", None) => Some(exists()),
        ("oneOf", Some(values @ Value::Array(_))) => {
            Some(select(path, "subset-of", Pattern::Value(values.clone())))
        }
        ("a" | "an", Some(Value::String(kind))) => {
            let known = ["string", "number", "boolean", "object", "array", "null"];
            known
                .contains(&kind.as_str())
                .then(|| marker(format!("<{kind}>")))?
        }
        ("above" | "greaterThan" | "gt", Some(Value::Number(number))) => {
            marker(format!("<more-than {number}>"))
        }
        ("below" | "lessThan" | "lt", Some(Value::Number(number))) => {
            marker(format!("<less-than {number}>"))
        }
        ("least" | "gte", Some(Value::Number(number))) => marker(format!("<at-least {number}>")),
        ("most" | "lte", Some(Value::Number(number))) => marker(format!("<at-most {number}>")),
        ("property" | "ownProperty", Some(Value::String(name)))
            if !name.contains(['\'', '\\', '.']) =>
        {
            let member = format!("{path}['{name}']");
            match arguments.get(1).map(|second| literal(second)) {
                None => Some(select(&member, "count", Pattern::Value(1.into()))),
                Some(second) => Some(select(&member, "equal", Pattern::Value(second?))),
            }
        }
        ("include" | "includes" | "contain" | "contains", Some(Value::String(text))) => {
            let in_text = vec![("each".to_owned(), Pattern::containing(text, false, false))];
            let in_list = vec![("some".to_owned(), Pattern::Value(text.as_str().into()))];
            Some(Check::AnyOf(vec![
                (path.to_owned(), in_text),
                (format!("{path}[*]"), in_list),
            ]))
        }
        ("match" | "matches", _) => Some(select(path, "each", regex(arguments.first())?)),
        _ => None,
    }
}
