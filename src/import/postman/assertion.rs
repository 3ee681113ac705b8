//! Assertions of a test as checks, and what it keeps as captures.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::import::postman::check::{path_check, select, text_pattern};
use crate::import::postman::expression::{Link, chain, literal, split};
use crate::import::postman::script::Script;
use crate::import::traffic::{
    Capture, Check, Pattern, StatusCheck, classes, is_field_name, is_path, is_time,
};
use crate::import::yaml::{Entry, Yaml};
use crate::json::Selector;

/// The largest saved answer in which a value is looked up.
const SAVED: usize = 1 << 20;

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
    /// Adds what a statement says. `None` if it is not known.
    pub(super) fn statement(&mut self, statement: &str) -> Option<()> {
        if let Some(rest) = ["const ", "let ", "var "]
            .iter()
            .find_map(|word| statement.strip_prefix(word))
        {
            let (name, value) = rest.split_once('=')?;
            let path = self.path(value.trim())?;
            let name = name.trim().to_owned();
            let before = self.known.insert(name.clone(), path);
            self.before.push((name, before));
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
