//! Calls of a Postman collection, format v2.0 and v2.1.

mod assertion;
mod auth;
mod changed;
mod check;
mod code;
mod expression;
mod line;
mod request;
mod script;
mod statement;
mod template;
#[cfg(test)]
mod tests;
mod value;

use std::path::Path;

use crate::import::traffic::{Answer, Call, Traffic, Variable, marked};
use crate::load::{Kind, Node, parse_foreign};
use crate::model::{Diagnostic, FileId, Severity, Sources};
use auth::Auth;
use request::Requests;
use script::Scripts;
use template::templates;
use value::{is_disabled, list, scalar_text};

/// Deepest folder.
const DEPTH: usize = 30;

/// Reads a collection. Files that requests send are read below `folder`.
pub(crate) fn read(
    sources: &Sources,
    file: FileId,
    name: &str,
    folder: Option<&Path>,
    traffic: &mut Traffic,
    found: &mut Vec<Diagnostic>,
) {
    let mut mistakes = Vec::new();
    let node = parse_foreign(sources, file, &mut mistakes);
    let is_broken = mistakes.iter().any(|one| one.severity == Severity::Error);
    found.append(&mut mistakes);
    let Some(node) = node.filter(|_| !is_broken) else {
        return;
    };
    let items = node
        .get("item")
        .filter(|items| matches!(items.kind, Kind::List(_)));
    let (Some(items), Some(_)) = (items, node.get("info")) else {
        found.push(
            Diagnostic::error(
                "postman/format",
                node.beginning(),
                "not a Postman collection",
            )
            .help("export the collection as v2.1: it has the members `info` and `item`"),
        );
        return;
    };
    let sequence = traffic.calls.iter().filter_map(|call| call.sequence).max();
    let mut reader = Reader {
        sources,
        name,
        folder,
        sequence: sequence.map_or(0, |last| last + 1),
        traffic,
        found,
        next: 0,
        scripts: 0,
    };
    reader.variables(node.get("variable"));
    let scripts = Scripts::default().with(&node);
    let auth = auth::read(node.get("auth"), reader.found);
    reader.items(items, None, &auth, &scripts, 0);
}

struct Reader<'a> {
    sources: &'a Sources,
    name: &'a str,
    folder: Option<&'a Path>,
    sequence: usize,
    traffic: &'a mut Traffic,
    found: &'a mut Vec<Diagnostic>,
    /// Numbers names of variables of paths.
    next: usize,
    /// The bytes of scripts that were read.
    scripts: usize,
}

impl Reader<'_> {
    fn variables(&mut self, node: Option<&Node>) {
        for item in list(node) {
            let name = item
                .get("key")
                .or_else(|| item.get("id"))
                .and_then(Node::as_text);
            let Some(name) = name.filter(|_| !is_disabled(item)) else {
                continue;
            };
            let value = item
                .get("value")
                .and_then(scalar_text)
                .map(|value| templates(&value));
            self.traffic.variables.push(Variable {
                name: name.to_owned(),
                value: value.filter(|value| !value.is_empty()),
                is_secret: item.get("type").and_then(Node::as_text) == Some("secret"),
                span: Some(item.beginning()),
            });
        }
    }

    fn items(
        &mut self,
        items: &Node,
        top: Option<&str>,
        auth: &Auth,
        scripts: &Scripts<'_>,
        depth: usize,
    ) {
        for item in list(Some(items)) {
            let name = item.get("name").and_then(Node::as_text).unwrap_or_default();
            let own = auth::read(item.get("auth"), self.found);
            let auth = if own == Auth::Inherited { auth } else { &own };
            if let Some(inner) = item.get("item") {
                if depth == DEPTH {
                    let diagnostic = Diagnostic::error(
                        "postman/depth",
                        item.beginning(),
                        "folders are nested too deeply",
                    );
                    self.found
                        .push(diagnostic.as_warning().help("what is below is left out"));
                    continue;
                }
                let scripts = scripts.with(item);
                self.items(inner, Some(top.unwrap_or(name)), auth, &scripts, depth + 1);
                continue;
            }
            let Some(request) = item.get("request") else {
                let diagnostic = Diagnostic::error(
                    "postman/item",
                    item.beginning(),
                    "neither a folder nor a request",
                );
                self.found
                    .push(diagnostic.as_warning().help("it is left out"));
                continue;
            };
            self.request(item, name, request, top, auth, scripts);
        }
    }

    fn request(
        &mut self,
        item: &Node,
        name: &str,
        request: &Node,
        top: Option<&str>,
        auth: &Auth,
        scripts: &Scripts<'_>,
    ) {
        let Some(mut call) = self.call(request, auth) else {
            return;
        };
        call.name = Some(marked::literal(name)).filter(|name| !name.is_empty());
        call.folder = Some(top.map_or_else(
            || self.name.split('.').next().unwrap_or(self.name).to_owned(),
            str::to_owned,
        ));
        let mut more = Vec::new();
        for example in list(item.get("response")) {
            self.example(example, request, auth, &mut call, &mut more);
        }
        // Saved answers say what an expression is about.
        let scripts = scripts.with(item);
        scripts.apply(&mut call, &mut self.scripts, self.found);
        self.traffic.calls.push(call);
        self.traffic.calls.append(&mut more);
    }

    fn call(&mut self, request: &Node, auth: &Auth) -> Option<Call> {
        let place = self.sources.place(request.beginning());
        let mut requests = Requests {
            folder: self.folder,
            found: self.found,
            variables: &mut self.traffic.variables,
            next: &mut self.next,
        };
        let mut call = requests.read(request)?;
        let own = auth::read(request.get("auth"), self.found);
        let auth = if own == Auth::Inherited { auth } else { &own };
        auth.apply(&mut call);
        call.place = format!("{}:{}", self.name, place.line);
        call.span = Some(request.beginning());
        call.sequence = Some(self.sequence);
        Some(call)
    }

    /// A saved answer: to the request itself, or to another one.
    fn example(
        &mut self,
        example: &Node,
        request: &Node,
        auth: &Auth,
        call: &mut Call,
        more: &mut Vec<Call>,
    ) {
        let Some(answer) = answer(example) else {
            return;
        };
        let original = example
            .get("originalRequest")
            .filter(|original| !is_same(original, request));
        match original {
            None if call.answers.is_empty()
                || call.answers[0].status / 100 == answer.status / 100 =>
            {
                call.answers.push(answer);
            }
            None => {
                let what = "saved answers to one request that differ in status".to_owned();
                *self.traffic.left_out.entry(what).or_default() += 1;
            }
            Some(original) => {
                let Some(mut other) = self.call(original, auth) else {
                    return;
                };
                let name = example
                    .get("name")
                    .and_then(Node::as_text)
                    .unwrap_or("example");
                other.name = Some(match &call.name {
                    Some(own) => format!("{own}: {}", marked::literal(name)),
                    None => marked::literal(name),
                });
                other.folder.clone_from(&call.folder);
                other.answers.push(answer);
                more.push(other);
            }
        }
    }
}

fn answer(example: &Node) -> Option<Answer> {
    let status = example
        .get("code")
        .and_then(|node| node.to_json().as_u64())?;
    let status = u16::try_from(status)
        .ok()
        .filter(|status| (100..600).contains(status))?;
    let headers = list(example.get("header")).iter().filter_map(|field| {
        Some((
            field.get("key")?.as_text()?.to_owned(),
            field.get("value")?.as_text()?.to_owned(),
        ))
    });
    let body = example.get("body").and_then(Node::as_text);
    Some(Answer {
        status,
        headers: headers.collect(),
        body: body.map(|body| body.as_bytes().into()),
    })
}

/// Do two requests have the same method, URL and body?
fn is_same(one: &Node, other: &Node) -> bool {
    let parts = |node: &Node| {
        let url = node.get("url").map(|url| match url.get("raw") {
            Some(raw) => raw.to_json(),
            None => url.to_json(),
        });
        let method = node.get("method").map(Node::to_json);
        (method, url, node.get("body").map(Node::to_json))
    };
    parts(one) == parts(other)
}
