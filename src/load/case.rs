//! Case files: defaults, rows, steps.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::expect;
use super::format::{
    BlockFormat, CaseFile, CaseFormat, EventuallyFormat, RequestFormat, StepFormat,
};
use super::names::CaseReader;
use super::node::{Kind, Node};
use super::record::{Entries, Later, Names, Read, Text, ValueOf, wrong_type};
use super::request;
use super::rows;
use super::scalars;
use super::schemas::SchemaTable;
use crate::model::{
    Capture, CaptureFrom, Case, Contract, Diagnostic, Effect, Eventually, Needs, Scope, Sources,
    Span, Step,
};

/// What the cases of one file are read with.
pub(crate) struct FileContext<'a> {
    /// Contract and file, as in `presence/users-batch`.
    pub(crate) prefix: String,
    pub(crate) contract_index: usize,
    pub(crate) contract: &'a Contract,
    pub(crate) sources: &'a Sources,
    pub(crate) schemas: &'a mut SchemaTable,
    pub(crate) fixtures: &'a BTreeMap<String, Value>,
    pub(crate) diagnostics: &'a mut Vec<Diagnostic>,
}

/// Reads all cases of one file.
pub(crate) fn read_file(context: &mut FileContext<'_>, file: &CaseFile<'_>) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::with_capacity(file.cases.len());
    let mut places: HashMap<String, Span> = HashMap::new();
    if file.cases.is_empty() {
        context.diagnostics.push(
            Diagnostic::error("case/no-cases", file.node.span, "the file has no cases")
                .help("add one, or remove the file"),
        );
    }
    for case in &file.cases {
        let read = read_rows(context, file, case.0);
        for case in read {
            let first = *places.entry(case.id.clone()).or_insert(case.span);
            if first != case.span {
                context.diagnostics.push(
                    Diagnostic::error(
                        "case/duplicate-id",
                        case.span,
                        format!("the case id `{}` stands twice", case.id),
                    )
                    .also(first, "first here")
                    .help("ids name cases in every report: give each its own"),
                );
            } else {
                cases.push(case);
            }
        }
    }
    cases
}

/// One case, or one for each of its rows.
fn read_rows(context: &mut FileContext<'_>, file: &CaseFile<'_>, node: &Node) -> Vec<Case> {
    let Some(rows) = node.get("rows") else {
        return read_case(context, file, node, None).into_iter().collect();
    };
    let Kind::List(rows) = &rows.kind else {
        context.diagnostics.push(wrong_type(rows, "a list of rows"));
        return Vec::new();
    };
    if rows.is_empty() {
        context.diagnostics.push(
            Diagnostic::error(
                "case/no-rows",
                node.span,
                "`rows` is empty: there would be no case",
            )
            .help("add a row, or remove `rows`"),
        );
    }
    let template = without_rows(node);
    let mut cases = Vec::new();
    for row in rows {
        let name = row.get("row").and_then(Node::as_text);
        let Some(name) = name.filter(|name| is_kebab(name)) else {
            context.diagnostics.push(
                Diagnostic::error(
                    "case/row-name",
                    row.span,
                    "a row needs a name in kebab case",
                )
                .help("write `row: at-limit`: it becomes part of the case id"),
            );
            continue;
        };
        let mut found = Vec::new();
        let filled = rows::fill(&template, row, &mut found);
        // The same mistake would be told once for each row.
        context.diagnostics.append(&mut found);
        cases.extend(read_case(context, file, &filled, Some((name, row.span))));
    }
    cases
}

fn without_rows(node: &Node) -> Node {
    let kind = match &node.kind {
        Kind::Object(entries) => Kind::Object(
            entries
                .iter()
                .filter(|(key, _)| key.text != "rows")
                .cloned()
                .collect(),
        ),
        other => other.clone(),
    };
    Node {
        span: node.span,
        kind,
    }
}

fn read_case(
    context: &mut FileContext<'_>,
    file: &CaseFile<'_>,
    node: &Node,
    row: Option<(&str, Span)>,
) -> Option<Case> {
    let format = CaseFormat::read(node, context.diagnostics)?;
    check_id(&format, context.diagnostics);
    let id = match row {
        None => format!("{}/{}", context.prefix, format.id.value),
        Some((row, _)) => format!("{}/{}[{row}]", context.prefix, format.id.value),
    };
    let mut reader = CaseReader {
        contract: context.contract,
        sources: context.sources,
        schemas: context.schemas,
        fixtures: context.fixtures,
        diagnostics: context.diagnostics,
        needs: Needs::default(),
        captured: BTreeSet::new(),
        captured_later: BTreeSet::new(),
    };
    for need in file.needs.iter().chain(&format.needs).flatten() {
        reader.need(need.value, need.span);
    }
    let effect = format.effect.as_ref().or(file.effect.as_ref());
    let effect = effect.map_or(Effect::Read, |effect| {
        request::effect(&mut reader, effect.0)
    });
    let locks = [&file.lock, &format.lock]
        .into_iter()
        .flatten()
        .flat_map(|Names(names)| names)
        .map(|name| name.value.to_owned())
        .collect();
    let layers: Vec<&RequestFormat<'_>> = [&file.request, &format.request]
        .into_iter()
        .flatten()
        .collect();
    let steps = read_steps(&mut reader, &format, &layers);
    let finally = format.finally.as_deref().unwrap_or_default();
    let finally: Vec<Step> = finally
        .iter()
        .filter_map(|step| read_step(&mut reader, StepParts::of(step), &layers))
        .collect();
    let proves = proves(&steps);
    if proves.is_empty() {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/proves-nothing",
                format.id.span,
                format!("the case `{}` proves no requirement", format.id.value),
            )
            .help("give a block of `expect` a `proves:` with a requirement id"),
        );
    }
    let title = match (format.title, file.title) {
        (Some(title), _) | (None, Some(title)) => plain_title(&mut reader, title),
        (None, None) => format.id.value.to_owned(),
    };
    let needs = std::mem::take(&mut reader.needs);
    Some(Case {
        id,
        title,
        contract: context.contract_index,
        proves,
        needs,
        effect,
        locks,
        steps,
        finally,
        span: row.map_or(format.id.span, |(_, span)| span),
    })
}

/// A title as people read it: values of the row are filled in, other holes stand as written.
fn plain_title(reader: &mut CaseReader<'_>, title: Text<'_>) -> String {
    let template = reader.template(title.value, title.span);
    let nothing = BTreeMap::new();
    let scope = Scope {
        fixtures: &nothing,
        captures: &nothing,
    };
    template
        .render(scope)
        .unwrap_or_else(|_| template.to_string())
}

/// Every requirement that the steps prove, in order of appearance.
fn proves(steps: &[Step]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let ids = steps
        .iter()
        .flat_map(|step| &step.expect)
        .flat_map(|block| &block.proves);
    ids.filter(|id| seen.insert(id.as_str())).cloned().collect()
}

fn check_id(format: &CaseFormat<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if !is_kebab(format.id.value) {
        diagnostics.push(
            Diagnostic::error(
                "case/id",
                format.id.span,
                format!("`{}` is not kebab case", format.id.value),
            )
            .help("use lower-case letters, digits and `-`: `missing-user-is-404`"),
        );
    }
}

pub(crate) fn is_kebab(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

type Captures<'n> = Entries<'n, Later<'n, ValueOf<super::format::CaptureLook>>>;

/// The parts of a step, wherever they stand: in a step, or in a case that is its own step.
struct StepParts<'p, 'n> {
    title: Option<Text<'n>>,
    request: Option<&'p RequestFormat<'n>>,
    expect: Option<&'p [BlockFormat<'n>]>,
    capture: Option<&'p Captures<'n>>,
    eventually: Option<&'p EventuallyFormat<'n>>,
    span: Span,
}

impl<'p, 'n> StepParts<'p, 'n> {
    fn of(step: &'p StepFormat<'n>) -> StepParts<'p, 'n> {
        StepParts {
            title: step.title,
            request: step.request.as_ref(),
            expect: step.expect.as_deref(),
            capture: step.capture.as_ref(),
            eventually: step.eventually.as_ref(),
            span: first_key(step.node),
        }
    }
}

/// A place for "this step": its first key, or its beginning.
fn first_key(node: &Node) -> Span {
    match &node.kind {
        Kind::Object(entries) => entries.first().map_or(node.span, |(key, _)| key.span),
        _ => node.span,
    }
}

fn read_steps(
    reader: &mut CaseReader<'_>,
    format: &CaseFormat<'_>,
    layers: &[&RequestFormat<'_>],
) -> Vec<Step> {
    let Some(steps) = &format.steps else {
        let own = StepParts {
            title: None,
            request: None,
            expect: format.expect.as_deref(),
            capture: format.capture.as_ref(),
            eventually: format.eventually.as_ref(),
            span: format.id.span,
        };
        return read_step(reader, own, layers).into_iter().collect();
    };
    for (key, is_there) in [
        ("expect", format.expect.is_some()),
        ("capture", format.capture.is_some()),
        ("eventually", format.eventually.is_some()),
    ] {
        if is_there {
            let at = format.node.locate(&format!("/{key}"));
            reader.diagnostics.push(
                Diagnostic::error(
                    "case/steps-and-step",
                    at,
                    format!("a case with `steps` has no `{key}` of its own"),
                )
                .help("put it into a step"),
            );
        }
    }
    if steps.is_empty() {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/no-steps",
                format.node.locate("/steps"),
                "`steps` is empty",
            )
            .help("add a step"),
        );
    }
    reader.captured_later = steps
        .iter()
        .filter_map(|step| step.capture.as_ref())
        .flat_map(|entries| &entries.0)
        .map(|(key, _)| key.text.clone())
        .collect();
    steps
        .iter()
        .filter_map(|step| read_step(reader, StepParts::of(step), layers))
        .collect()
}

fn read_step(
    reader: &mut CaseReader<'_>,
    parts: StepParts<'_, '_>,
    outer: &[&RequestFormat<'_>],
) -> Option<Step> {
    let mut layers = outer.to_vec();
    layers.extend(parts.request);
    let (expect, needs) = expect::read(reader, parts.expect.unwrap_or_default(), parts.span);
    let request = request::read(reader, &layers, needs, parts.span);
    let eventually = parts
        .eventually
        .and_then(|format| read_eventually(format, reader.diagnostics));
    let captures = read_captures(reader, parts.capture);
    let title = parts
        .title
        .map_or_else(String::new, |title| plain_title(reader, title));
    Some(Step {
        title,
        request: request?,
        expect,
        captures,
        eventually,
        span: parts.span,
    })
}

fn read_eventually(
    format: &EventuallyFormat<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Eventually> {
    let within = read_duration(format.within, diagnostics);
    let every = read_duration(format.every, diagnostics);
    Some(Eventually {
        within: within?,
        every: every?,
    })
}

/// Reads a duration such as `10s`.
pub(crate) fn read_duration(
    text: Text<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<std::time::Duration> {
    let duration = scalars::duration(text.value).filter(|duration| !duration.is_zero());
    if duration.is_none() {
        diagnostics.push(
            Diagnostic::error(
                "format/duration",
                text.span,
                format!("`{}` is not a duration", text.value),
            )
            .help("write a whole number and a unit: `200ms`, `10s`, `2m`"),
        );
    }
    duration
}

fn read_captures(reader: &mut CaseReader<'_>, captures: Option<&Captures<'_>>) -> Vec<Capture> {
    let mut read: Vec<Capture> = Vec::new();
    for (key, value) in captures.iter().flat_map(|entries| &entries.0) {
        if !is_kebab(&key.text) {
            reader.diagnostics.push(
                Diagnostic::error(
                    "case/capture-name",
                    key.span,
                    format!("`{}` is not kebab case", key.text),
                )
                .help("use lower-case letters, digits and `-`"),
            );
        }
        if let Some(from) = capture_from(reader, value.0) {
            read.push(Capture {
                name: key.text.clone(),
                from,
                span: key.span,
            });
        }
        reader.captured.insert(key.text.clone());
    }
    read
}

fn capture_from(reader: &mut CaseReader<'_>, node: &Node) -> Option<CaptureFrom> {
    let path = |value, span| Text { value, span };
    match &node.kind {
        Kind::Text(text) => {
            return expect::selector(reader, path(text, node.span)).map(CaptureFrom::One);
        }
        Kind::Object(entries) => {
            if let [(key, value)] = entries.as_slice() {
                match (key.text.as_str(), &value.kind) {
                    ("all", Kind::Text(text)) => {
                        return expect::selector(reader, path(text, value.span))
                            .map(CaptureFrom::All);
                    }
                    ("header", Kind::Text(name)) => return Some(CaptureFrom::Header(name.clone())),
                    ("status", Kind::Bool(true)) => return Some(CaptureFrom::Status),
                    _ => {}
                }
            }
        }
        _ => {}
    }
    reader.diagnostics.push(
        Diagnostic::error(
            "case/capture",
            node.span,
            format!("expected a capture, found {}", node.describe()),
        )
        .help(
            "write a JSONPath, `{ all: \"$.path[*]\" }`, `{ header: Name }` or `{ status: true }`",
        ),
    );
    None
}
