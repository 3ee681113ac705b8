//! Case files: defaults, rows, steps.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::digest;
use super::expect;
use super::format::{
    BlockFormat, CaseFile, CaseFormat, EventuallyFormat, RequestFormat, StepFormat,
};
use super::names::{CaseReader, Contracts, IdLists};
use super::node::{Kind, Node};
use super::record::{Entries, Names, Read, Record, Text, refuse, refuse_type};
use super::request;
use super::rows;
use super::scalars::{is_kebab, read_duration};
use super::schemas::SchemaTable;
use crate::model::{
    Capture, CaptureFrom, Case, Diagnostic, Digest, Effect, Eventually, Needs, Scope, Sources,
    Span, Step, nearest,
};

/// What the cases of one file are read with.
pub(crate) struct FileContext<'a> {
    /// Contract and file, as in `presence/users-batch`.
    pub(crate) prefix: String,
    /// The directory the file stands in, which names its contract. `contracts` has it.
    pub(crate) directory: &'a str,
    pub(crate) contracts: &'a Contracts,
    pub(crate) sources: &'a Sources,
    pub(crate) schemas: &'a mut SchemaTable,
    pub(crate) fixtures: &'a BTreeMap<String, Value>,
    pub(crate) diagnostics: &'a mut Vec<Diagnostic>,
    /// What the case before needs: mostly the same as the next one.
    pub(crate) needs: &'a mut Arc<Needs>,
    pub(crate) ids: &'a mut IdLists,
    /// Digest of what all cases of the file have in common.
    pub(crate) shared: Digest,
}

/// Reads all cases of one file.
pub(crate) fn read_file(context: &mut FileContext<'_>, file: &CaseFile<'_>) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::with_capacity(file.cases.len());
    let mut ids: HashMap<String, Span> = HashMap::new();
    if file.cases.is_empty() {
        let at = file.node().locate("/cases");
        context.diagnostics.push(
            Diagnostic::error("case/no-cases", at, "the file has no cases")
                .help("add one, or remove the file"),
        );
    }
    for case in &file.cases {
        for case in read_rows(context, file, case.0) {
            match ids.insert(case.id.clone(), case.span) {
                Some(first) => {
                    let message = format!("the case id `{}` stands twice", case.id);
                    context.diagnostics.push(
                        Diagnostic::error("case/duplicate-id", case.span, message)
                            .also(first, "first here")
                            .help("ids name cases in every report: give each its own"),
                    );
                }
                None => cases.push(case),
            }
        }
    }
    cases
}

/// One case, or one for each of its rows.
fn read_rows(context: &mut FileContext<'_>, file: &CaseFile<'_>, node: &Node) -> Vec<Case> {
    let Some(rows) = rows_of(node) else {
        return read_case(context, file, node, None).into_iter().collect();
    };
    let told = context.diagnostics.len();
    let template = without(node, rows);
    let items: &[Node] = match &rows.kind {
        Kind::List(items) => items,
        _ => &[],
    };
    if items.is_empty() {
        match &rows.kind {
            Kind::List(_) => context.diagnostics.push(
                Diagnostic::error(
                    "case/no-rows",
                    rows.span,
                    "an empty list of rows makes no case",
                )
                .help("add a row, or remove `rows`"),
            ),
            _ => refuse_type(rows, "a list of rows", context.diagnostics),
        }
        // Other mistakes in the case are told all the same.
        let any_row = Node {
            span: rows.span,
            kind: Kind::Broken,
        };
        let filled = rows::fill(&template, &any_row, context.sources, context.diagnostics);
        read_case(context, file, &filled, Some(("any", rows.span)));
    }
    let mut cases = Vec::new();
    for row in items {
        let name = rows::name(row, context.diagnostics);
        let filled = rows::fill(&template, row, context.sources, context.diagnostics);
        let case = read_case(
            context,
            file,
            &filled,
            Some((name.unwrap_or("any"), row.span)),
        );
        cases.extend(case.filter(|_| name.is_some()));
    }
    if context.diagnostics.len() == told {
        rows::tell_unused(&template, items, context.diagnostics);
    }
    cases
}

/// The rows of a case, also where the key is misspelt.
fn rows_of(node: &Node) -> Option<&Node> {
    node.get("rows").or_else(|| {
        let Kind::Object(entries) = &node.kind else {
            return None;
        };
        let keys = CaseFormat::KEYS;
        let is_meant = |written: &str| {
            !keys.contains(&written) && nearest(written, keys.iter().copied()) == Some("rows")
        };
        let meant = entries.iter().find(|(key, _)| is_meant(&key.text));
        meant.map(|(_, value)| value)
    })
}

/// A copy of an object without one of its values. The key stays: it may have to be told.
fn without(node: &Node, value: &Node) -> Node {
    let Kind::Object(entries) = &node.kind else {
        return node.clone();
    };
    let emptied = entries.iter().map(|(key, child)| {
        let child = if std::ptr::eq(child, value) {
            Node {
                span: child.span,
                kind: Kind::Null,
            }
        } else {
            child.clone()
        };
        (key.clone(), child)
    });
    Node {
        span: node.span,
        kind: Kind::Object(emptied.collect()),
    }
}

fn read_case(
    context: &mut FileContext<'_>,
    file: &CaseFile<'_>,
    node: &Node,
    row: Option<(&str, Span)>,
) -> Option<Case> {
    let format = CaseFormat::read(node, context.diagnostics)?;
    debug_assert!(
        format.rows.is_none_or(|rows| rows.kind == Kind::Null),
        "rows were filled in before"
    );
    if let Some(id) = format.id {
        check_id(id, context.diagnostics);
    }
    let name_span = format.id.map_or_else(|| node.beginning(), |id| id.span);
    let read_contract = &context.contracts[context.directory];
    let mut reader = CaseReader {
        contract: &read_contract.contract,
        contract_is_flawed: read_contract.is_flawed,
        contracts: context.contracts,
        sources: context.sources,
        schemas: context.schemas,
        fixtures: context.fixtures,
        diagnostics: context.diagnostics,
        ids: context.ids,
        needs: Needs::default(),
        captured: BTreeSet::new(),
        capturing: BTreeSet::new(),
        captured_later: BTreeSet::new(),
    };
    for need in file.needs.iter().chain(&format.needs).flatten() {
        reader.need(need.value, need.span);
    }
    let effect = format.effect.or(file.effect);
    let effect = effect.map_or(Effect::Read, |effect| request::effect(&mut reader, effect));
    let locks = locks(&[&file.lock, &format.lock], reader.diagnostics);
    let layers: Vec<&RequestFormat<'_>> = [&file.request, &format.request]
        .into_iter()
        .flatten()
        .collect();
    let steps = read_steps(&mut reader, &format, &layers, name_span);
    let finally = format.finally.as_deref().unwrap_or_default();
    let finally: Vec<Step> = finally
        .iter()
        .filter_map(|step| read_step(&mut reader, &StepParts::of(step), &layers))
        .collect();
    if !may_prove(&format) {
        let message = format!(
            "the case `{}` proves no requirement",
            format.id.map_or("", |id| id.value)
        );
        reader.diagnostics.push(
            Diagnostic::error("case/proves-nothing", name_span, message)
                .help("give a block of `expect` a `proves:` with a requirement id"),
        );
    }
    let title = match (format.title, file.title) {
        (Some(title), _) | (None, Some(title)) => plain_title(&mut reader, title),
        (None, None) => format.id.map_or_else(String::new, |id| id.value.to_owned()),
    };
    let needs = std::mem::take(&mut reader.needs);
    if **context.needs != needs {
        *context.needs = Arc::new(needs);
    }
    let id = format.id?.value;
    let id = match row {
        None => format!("{}/{id}", context.prefix),
        Some((row, _)) => format!("{}/{id}[{row}]", context.prefix),
    };
    let before = |name: &&String| name.as_str() < context.directory;
    Some(Case {
        id,
        title,
        contract: context.contracts.keys().filter(before).count(),
        proves: context.ids.share(proves(&steps)),
        needs: Arc::clone(context.needs),
        effect,
        locks,
        steps,
        finally,
        digest: digest::of_case(node, Some(context.shared)),
        span: row.map_or(name_span, |(_, span)| span),
    })
}

fn locks(names: &[&Option<Names<'_>>], diagnostics: &mut Vec<Diagnostic>) -> BTreeSet<String> {
    let mut locks = BTreeSet::new();
    for name in names
        .iter()
        .copied()
        .flatten()
        .flat_map(|Names(names)| names)
    {
        if name.value.is_empty() {
            diagnostics.push(
                Diagnostic::error("case/lock", name.span, "a lock without a name")
                    .help("cases that name the same lock never run at the same time"),
            );
        }
        locks.insert(name.value.to_owned());
    }
    locks
}

/// Could the case prove something, as far as it could be read? That it expects nothing is told elsewhere.
fn may_prove(format: &CaseFormat<'_>) -> bool {
    let in_steps = format.steps.iter().flatten().flat_map(|step| &step.expect);
    let mut blocks = format.expect.iter().chain(in_steps).flatten().peekable();
    format.is_flawed() || blocks.peek().is_none() || blocks.any(|block| block.proves.is_some())
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
        .flat_map(|block| &*block.proves);
    ids.filter(|id| seen.insert(id.as_str())).cloned().collect()
}

fn check_id(id: Text<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if !is_kebab(id.value) {
        let message = if id.value.is_empty() {
            "an empty id".to_owned()
        } else {
            format!("the id `{}` is not kebab case", id.value.escape_debug())
        };
        diagnostics.push(
            Diagnostic::error("case/id", id.span, message)
                .help("use lower-case letters, digits and `-`: `missing-user-is-404`"),
        );
    }
}

type Captures<'n> = Entries<'n, &'n Node>;

/// The parts of a step, wherever they stand: in a step, or in a case that is its own step.
struct StepParts<'p, 'n> {
    title: Option<Text<'n>>,
    request: Option<&'p RequestFormat<'n>>,
    expect: Option<&'p [BlockFormat<'n>]>,
    capture: Option<&'p Captures<'n>>,
    eventually: Option<&'p EventuallyFormat<'n>>,
    is_flawed: bool,
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
            is_flawed: step.is_flawed(),
            span: step.node().beginning(),
        }
    }
}

fn read_steps(
    reader: &mut CaseReader<'_>,
    format: &CaseFormat<'_>,
    layers: &[&RequestFormat<'_>],
    span: Span,
) -> Vec<Step> {
    let Some(steps) = &format.steps else {
        let own = StepParts {
            title: None,
            request: None,
            expect: format.expect.as_deref(),
            capture: format.capture.as_ref(),
            eventually: format.eventually.as_ref(),
            is_flawed: format.is_flawed(),
            span,
        };
        return read_step(reader, &own, layers).into_iter().collect();
    };
    for (key, is_there) in [
        ("expect", format.expect.is_some()),
        ("capture", format.capture.is_some()),
        ("eventually", format.eventually.is_some()),
    ] {
        if is_there {
            let at = format.node().locate(&format!("/{key}"));
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
                format.node().locate("/steps"),
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
        .filter_map(|step| read_step(reader, &StepParts::of(step), layers))
        .collect()
}

fn read_step(
    reader: &mut CaseReader<'_>,
    parts: &StepParts<'_, '_>,
    outer: &[&RequestFormat<'_>],
) -> Option<Step> {
    let captures = parts.capture.iter().flat_map(|entries| &entries.0);
    reader.capturing = captures.map(|(key, _)| key.text.clone()).collect();
    let mut layers = outer.to_vec();
    layers.extend(parts.request);
    let blocks = parts.expect.unwrap_or_default();
    if blocks.is_empty() && !parts.is_flawed {
        reader.diagnostics.push(
            Diagnostic::error("case/no-expect", parts.span, "nothing is expected here")
                .label("any answer would pass")
                .help("add `expect:` with a block that has `proves` and `status`"),
        );
    }
    let (expect, needs) = expect::read(reader, blocks);
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
    let within = format
        .within
        .and_then(|node| read_duration(node, diagnostics));
    let every = format
        .every
        .and_then(|node| read_duration(node, diagnostics));
    let (within, every) = (within?, every?);
    if every > within {
        let at = format
            .every
            .map_or_else(|| format.node().span, |node| node.span);
        diagnostics.push(
            Diagnostic::error("case/eventually", at, "`every` is longer than `within`")
                .help("the step would never be repeated: wait longer, or pause less"),
        );
    }
    Some(Eventually { within, every })
}

fn read_captures(reader: &mut CaseReader<'_>, captures: Option<&Captures<'_>>) -> Vec<Capture> {
    let mut read: Vec<Capture> = Vec::new();
    for (key, value) in captures.iter().flat_map(|entries| &entries.0) {
        if !is_kebab(&key.text) {
            let message = format!("`{}` is not kebab case", key.text.escape_debug());
            reader.diagnostics.push(
                Diagnostic::error("case/capture-name", key.span, message)
                    .help("use lower-case letters, digits and `-`"),
            );
        }
        if let Some(from) = capture_from(reader, value) {
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
                    (_, Kind::Broken) => return None,
                    _ => {}
                }
            }
        }
        _ => {}
    }
    refuse(node, reader.diagnostics, || {
        let message = format!("expected a capture, found {}", node.describe());
        Diagnostic::error("case/capture", node.span, message).help(
            "write a JSONPath, `{ all: \"$.path[*]\" }`, `{ header: Name }` or `{ status: true }`",
        )
    });
    None
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::{case, cases, told};
    use super::*;
    use crate::model::StatusPattern;

    #[test]
    fn a_row_gives_values_of_any_type_to_any_place() {
        let cases = cases(
            r#"
cases:
  - id: limit
    title: "limit ${row.row}"
    rows:
      - { row: at, count: 3, status: 200, proves: [DEMO-01] }
      - { row: over, count: 4, status: [<4xx>, 500], proves: [DEMO-03, DEMO-02] }
    request: { POST: "/users/${row.count}", json: "${repeat(fixture.user, row.count)}" }
    expect: [{ proves: "${row.proves}", status: "${row.status}" }]
"#,
        );
        let [at, over] = cases.as_slice() else {
            panic!()
        };
        assert_eq!(
            (at.id.as_str(), over.id.as_str()),
            ("demo/file/limit[at]", "demo/file/limit[over]")
        );
        assert_eq!(
            (at.title.as_str(), over.title.as_str()),
            ("limit at", "limit over")
        );
        assert_eq!(*over.proves, ["DEMO-03", "DEMO-02"]);
        let accepts = |case: &Case| case.steps[0].expect[0].status.clone().unwrap().accepts;
        assert_eq!(accepts(at), [StatusPattern::Exact(200)]);
        assert_eq!(
            accepts(over),
            [StatusPattern::Class(4), StatusPattern::Exact(500)]
        );
        assert_eq!(over.steps[0].request.path.to_string(), "/users/${4}");
        // The place of a case made by a row is the row.
        assert!(at.span.start < over.span.start);
    }

    #[test]
    fn the_strictest_level_of_a_block_counts() {
        let case = case("    request: { GET: / }\n    title: one");
        assert_eq!(
            case.steps[0].expect[0].level,
            Some(crate::model::Level::Must)
        );
        assert_eq!(case.title, "one");
    }

    #[test]
    fn defaults_of_the_file_are_joined_or_replaced() {
        let cases = cases(
            r"
title: shared
effect: write
needs: [search]
lock: one
request: { GET: / }
cases:
  - { id: a, expect: [{ proves: [DEMO-01], status: 200 }] }
  - id: b
    title: own
    effect: read
    needs: [user]
    lock: [two, three]
    expect: [{ proves: [DEMO-01], status: 200 }]
",
        );
        let [a, b] = cases.as_slice() else { panic!() };
        assert_eq!((a.title.as_str(), a.effect), ("shared", Effect::Write));
        assert_eq!((b.title.as_str(), b.effect), ("own", Effect::Read));
        let locks = |case: &Case| case.locks.iter().cloned().collect::<Vec<_>>();
        assert_eq!(locks(a), ["one"]);
        assert_eq!(locks(b), ["one", "three", "two"]);
        assert!(a.needs.capabilities.contains("demo.search") && a.needs.fixtures.is_empty());
        assert!(
            b.needs.capabilities.contains("demo.search") && b.needs.fixtures.contains("demo.user")
        );
    }

    #[test]
    fn a_case_needs_what_it_uses() {
        let request = "{ GET: \"/${fixture.user}\", identity: reader, service: audit }";
        let case = case(&format!("    request: {request}"));
        assert!(case.needs.fixtures.contains("demo.user"));
        assert!(case.needs.identities.contains("demo.reader"));
        assert!(case.needs.services.contains("audit"));
    }

    #[test]
    fn captures_are_known_in_later_steps_and_at_the_end_only() {
        let steps = |first: &str, second: &str| {
            format!(
                r#"
cases:
  - id: a
    steps:
      - request: {{ GET: "/{first}" }}
        expect: [{{ proves: [DEMO-01], status: 200 }}]
        capture: {{ id: $.id, all: {{ all: "$[*]" }} }}
      - request: {{ GET: "/{second}" }}
        expect: [{{ proves: [DEMO-01], status: 200 }}]
    finally:
      - request: {{ DELETE: "/${{capture.all}}" }}
        expect: [{{ status: <any> }}]
"#
            )
        };
        let read = cases(&steps("", "${capture.id}"));
        let captures = &read[0].steps[0].captures;
        assert_eq!(captures[0].name, "id");
        assert!(matches!(captures[0].from, CaptureFrom::One(_)));
        assert!(matches!(captures[1].from, CaptureFrom::All(_)));
        assert_eq!(read[0].finally.len(), 1);
        let message = "nothing was captured as `id` before this";
        assert_eq!(told(&steps("${capture.id}", "")), [message]);
    }

    #[test]
    fn eventually_says_how_long_and_how_often() {
        let case = case("    request: { GET: / }\n    eventually: { within: 2m, every: 200ms }");
        let eventually = case.steps[0].eventually.unwrap();
        assert_eq!(eventually.within, Duration::from_mins(2));
        assert_eq!(eventually.every, Duration::from_millis(200));
    }

    #[test]
    fn a_misspelt_key_is_read_as_the_one_that_was_meant() {
        let text = r#"
cases:
  - id: a
    rowss: [{ row: one, user: x }]
    reqest: { GET: "/${row.user}${row.nobody}" }
    expect: [{ prove: [DEMO-9], status: 20 }]
"#;
        assert_eq!(
            told(text),
            [
                "the row has no value `nobody`",
                "unknown key `rowss` in a case",
                "unknown key `reqest` in a case",
                "unknown key `prove` in a block of `expect`",
                "the contract `demo` has no requirement `DEMO-9`",
                "20 is not an HTTP status",
            ]
        );
    }
}
