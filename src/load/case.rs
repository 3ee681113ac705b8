//! Case files: the defaults of the file and its cases, each once or once for each row.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value;

use crate::json::Digest;
use crate::load::body_files::BodyFiles;
use crate::load::case_values::{check_id, locks, read_cookies, read_effect, tags};
use crate::load::digest;
use crate::load::filling::{Filled, fill};
use crate::load::format::{CaseFile, CaseFormat, RequestFormat};
use crate::load::interner::Interner;
use crate::load::names::{CaseReader, Contracts};
use crate::load::node::{Kind, Node};
use crate::load::read_rule::ReadRule;
use crate::load::record::{Read, Record, reject_type};
use crate::load::rows;
use crate::load::rules;
use crate::load::scalars::check_variable_names;
use crate::load::schemas::SchemaTable;
use crate::load::step;
use crate::load::url_captures;
use crate::load::uses;
use crate::load::variables::Variables;
use crate::model::{Case, Diagnostic, Effect, Needs, Sources, Span, Step};

/// The code of the warning about a case that may change the target.
pub(crate) const NO_EFFECT: &str = "case/no-effect";

/// What a case lacks if a shared step that it uses could not be found.
const CONSEQUENCES: [&str; 3] = [
    "case/unknown-capture",
    "case/proves-nothing",
    "case/no-steps",
];

/// What the readers of the cases of one file share.
pub(crate) struct FileContext<'a> {
    /// Contract and file, as in `presence/users-batch`.
    pub(crate) prefix: String,
    /// The directory of the file, which names its contract. `contracts` has it.
    pub(crate) directory: &'a str,
    pub(crate) contracts: &'a Contracts,
    pub(crate) sources: &'a Sources,
    pub(crate) schemas: &'a mut SchemaTable,
    pub(crate) files: &'a mut BodyFiles,
    pub(crate) fixtures: &'a BTreeMap<String, Value>,
    pub(crate) diagnostics: &'a mut Vec<Diagnostic>,
    /// The needs of the previous case: mostly those of the next one, too.
    pub(crate) needs: &'a mut Arc<Needs>,
    pub(crate) interner: &'a mut Interner,
    /// The names of the shared steps that cases use.
    pub(crate) used_steps: &'a mut BTreeSet<Span>,
    /// The rules of the contract.
    pub(crate) rules: &'a [ReadRule],
    /// Digest of what all cases of the file have in common.
    pub(crate) shared: Digest,
}

/// Reads all cases of one file.
pub(crate) fn read_file(context: &mut FileContext<'_>, file: &CaseFile<'_>) -> Vec<Case> {
    let variables = file.vars.iter().flat_map(|entries| &entries.0);
    check_variable_names(variables.map(|(key, _)| *key), context.diagnostics);
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
        let with_finally = file.finally.as_ref().map(|steps| {
            let steps = steps.iter().map(|step| step.0.clone());
            uses::with_finally(case.0, steps.collect())
        });
        for case in read_rows(context, file, with_finally.as_ref().unwrap_or(case.0)) {
            match ids.insert(case.id.clone(), case.span) {
                Some(first) => {
                    let message = format!("duplicate case id `{}`", case.id);
                    context.diagnostics.push(
                        Diagnostic::error("case/duplicate-id", case.span, message)
                            .also(first, "first use")
                            .help("give each case its own id"),
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
    let Some(rows) = rows::of_case(node) else {
        return read_case(context, file, node, None).into_iter().collect();
    };
    let count_before = context.diagnostics.len();
    let template = rows::without(node, rows);
    let items: &[Node] = match &rows.kind {
        Kind::List(items) => items,
        _ => &[],
    };
    if items.is_empty() {
        match &rows.kind {
            Kind::List(_) => context.diagnostics.push(
                Diagnostic::error("case/no-rows", rows.span, "`rows` is an empty list")
                    .help("add a row, or remove `rows`"),
            ),
            _ => reject_type(rows, "a list of rows", context.diagnostics),
        }
        // Other mistakes in the case are reported, too.
        let any_row = Node {
            span: rows.span,
            kind: Kind::Broken,
        };
        let filled = fill(
            Filled::Row,
            &template,
            &any_row,
            context.sources,
            context.diagnostics,
        );
        read_case(context, file, &filled, Some(("any", rows)));
    }
    let mut cases = Vec::new();
    for row in items {
        let name = rows::name(row, context.diagnostics);
        let filled = fill(
            Filled::Row,
            &template,
            row,
            context.sources,
            context.diagnostics,
        );
        let case = read_case(context, file, &filled, Some((name.unwrap_or("any"), row)));
        cases.extend(case.filter(|_| name.is_some()));
    }
    if context.diagnostics.len() == count_before {
        rows::warn_unused(&template, items, context.diagnostics);
    }
    cases
}

/// Reads a case in which the row is filled in. What is wrong in a shared step also names a use.
fn read_case(
    context: &mut FileContext<'_>,
    file: &CaseFile<'_>,
    node: &Node,
    row: Option<(&str, &Node)>,
) -> Option<Case> {
    let count_before = context.diagnostics.len();
    let written = uses::write_out(
        node,
        &context.contracts[context.directory],
        context.sources,
        context.used_steps,
        context.diagnostics,
    );
    let Some(written) = written else {
        return read_written(context, file, node, row);
    };
    let mut case = read_written(context, file, &written.case, row);
    for step in case
        .iter_mut()
        .flat_map(|case| case.steps.iter_mut().chain(&mut case.finally))
    {
        if let Some(used) = &mut step.used {
            let mut uses = written.uses.iter();
            let of_step = uses.find(|one| one.span == used.span);
            used.values = of_step.map_or_else(Vec::new, |one| one.values.clone());
        }
    }
    let mut own = context.diagnostics.split_off(count_before);
    if written.is_broken {
        // It may only be missing because the step is.
        own.retain(|one| !CONSEQUENCES.contains(&one.code));
    }
    for one in own.iter_mut().filter(|one| one.also.is_none()) {
        let at = one.span;
        let mut definitions = written.uses.iter();
        let around = definitions.find(|one| at.is_some_and(|at| one.shared.contains(at)));
        one.also = around.map(|one| (one.span, "used here".to_owned()));
    }
    context.diagnostics.append(&mut own);
    case
}

#[expect(clippy::too_many_lines, reason = "one key of a case after the other")]
fn read_written(
    context: &mut FileContext<'_>,
    file: &CaseFile<'_>,
    node: &Node,
    row: Option<(&str, &Node)>,
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
        files: context.files,
        fixtures: context.fixtures,
        diagnostics: context.diagnostics,
        interner: context.interner,
        rules: context.rules,
        without: Vec::new(),
        is_rule: false,
        request_is_unread: is_unread(file.node(), file.request.is_some())
            || is_unread(node, format.request.is_some()),
        row_values: row.map_or_else(Vec::new, |(_, row)| rows::values(row)),
        needs: Needs::default(),
        captured: BTreeSet::new(),
        captured_and_used: BTreeSet::new(),
        capturing: BTreeSet::new(),
        captured_later: BTreeSet::new(),
        variables: Variables::new(
            &read_contract.variables,
            file.vars.as_ref(),
            format.vars.as_ref(),
        ),
        values: Vec::new(),
        of_body: None,
        computes: false,
    };
    for need in file.needs.iter().chain(&format.needs).flatten() {
        reader.need(need.value, need.span);
    }
    let effect = format.effect.or(file.effect);
    let effect = effect.map_or(Effect::Read, |effect| read_effect(&mut reader, effect));
    let keeps_cookies = format
        .cookies
        .is_some_and(|node| read_cookies(&mut reader, node));
    let tags = tags(&[&file.tags, &format.tags], reader.diagnostics);
    let locks = locks(&mut reader, &[&file.lock, &format.lock]);
    let layers: Vec<&RequestFormat<'_>> = [&file.request, &format.request]
        .into_iter()
        .flatten()
        .collect();
    reader.without = rules::exceptions(&mut reader, format.without.as_ref());
    let mut steps = step::read_all(&mut reader, &format, &layers, name_span);
    if format.effect.or(file.effect).is_none() {
        warn_about_effect(&steps, reader.diagnostics);
    }
    let used = std::mem::take(&mut reader.captured_and_used);
    let finally = read_finally(&mut reader, &format, &layers);
    for capture in steps.iter_mut().flat_map(|step| &mut step.captures) {
        let name = &capture.name;
        capture.is_for_cleanup = !used.contains(name) && reader.captured_and_used.contains(name);
    }
    url_captures::warn(&steps, &finally, reader.diagnostics);
    let without = std::mem::take(&mut reader.without);
    if !format.is_flawed() {
        rules::report_unused(&mut reader, &without, "any step of this case");
    }
    if !may_prove(&format) && by_rules(&steps).is_empty() {
        let diagnostic = proves_nothing(&format, name_span);
        reader.diagnostics.push(diagnostic);
    }
    let title = title(&mut reader, &format, file);
    check_variables(&mut reader, &format);
    let values = std::mem::take(&mut reader.values).into();
    let computes = reader.computes;
    let needs = std::mem::take(&mut reader.needs);
    if **context.needs != needs {
        *context.needs = Arc::new(needs);
    }
    let id = case_id(&context.prefix, format.id?.value, row.map(|(row, _)| row));
    let before = |name: &&String| name.as_str() < context.directory;
    let digest = digest::of_case(node, Some(context.shared));
    let digest = digest::with_files(digest, &context.files.take_used());
    let digest = digest::with_rules(digest, &digests_of_rules(steps.iter().chain(&finally)));
    let all = || steps.iter().chain(&finally);
    let (checked, open) = (Step::checked(all()), Step::by_open_rules(all()));
    Some(Case {
        id,
        row: row.map(|(row, _)| row.to_owned()),
        title,
        contract: context.contracts.keys().filter(before).count(),
        by_rules: context.interner.ids(by_rules(&steps)),
        proves: context.interner.ids(proves(&steps)),
        checked: context.interner.ids(checked),
        by_open_rules: context.interner.ids(open),
        needs: Arc::clone(context.needs),
        effect,
        keeps_cookies,
        tags,
        locks,
        steps,
        finally,
        values,
        computes,
        digest,
        span: row.map_or(name_span, |(_, row)| row.span),
    })
}

/// The steps that undo what the case did.
fn read_finally(
    reader: &mut CaseReader<'_>,
    format: &CaseFormat<'_>,
    layers: &[&RequestFormat<'_>],
) -> Vec<Step> {
    let finally = format.finally.iter().flatten();
    finally
        .filter_map(|step| step::read(reader, step, layers))
        .collect()
}

fn case_id(prefix: &str, id: &str, row: Option<&str>) -> String {
    match row {
        None => format!("{prefix}/{id}"),
        Some(row) => format!("{prefix}/{id}[{row}]"),
    }
}

/// Warns about a case that may change the target and does not say whether it does.
fn warn_about_effect(steps: &[Step], diagnostics: &mut Vec<Diagnostic>) {
    let mut unsafe_ones = steps
        .iter()
        .filter(|step| ["POST", "PUT", "PATCH", "DELETE"].contains(&step.request.method.as_str()));
    if let Some(step) = unsafe_ones.next() {
        let request = &step.request;
        let message = format!("a {} request in a case without `effect`", request.method);
        // A shared step is in many cases.
        let used = step.used.as_ref();
        let at = used.map_or(request.span, |used| used.span);
        diagnostics.push(
            Diagnostic::error(NO_EFFECT, at, message)
                .as_warning()
                .label("`effect: read` is assumed: the case also runs where the target permits only reading")
                .help("write `effect: write` if the request changes the target, and undo the change in `finally`")
                .help("write `effect: read` if it changes nothing"),
        );
    }
}

/// Is there a `request` that could not be read at all?
fn is_unread(node: &Node, is_read: bool) -> bool {
    // A misplaced method is reported as such.
    let is_misplaced = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
        .iter()
        .any(|method| node.get(method).is_some());
    is_misplaced || node.get("request").is_some() && !is_read
}

fn proves_nothing(format: &CaseFormat<'_>, span: Span) -> Diagnostic {
    let id = format.id.map_or("", |id| id.value);
    let message = format!("the case `{id}` proves no requirement");
    Diagnostic::error("case/proves-nothing", span, message)
        .help("add `proves:` with a requirement id to a block of `expect`")
}

/// The digests of the rules that hold for steps, by their ids.
fn digests_of_rules<'s>(steps: impl Iterator<Item = &'s Step>) -> BTreeMap<&'s str, Digest> {
    let rules_of = |step: &'s Step| {
        let written = step.rules.iter().map(|one| &one.rule);
        written.chain(&*step.open_rules)
    };
    let rules = steps.flat_map(rules_of);
    rules.map(|rule| (rule.id.as_str(), rule.digest)).collect()
}

/// The title of the case, or of the file if it is its only case, or its id. A title that several cases share says nothing
/// about one of them.
fn title(reader: &mut CaseReader<'_>, format: &CaseFormat<'_>, file: &CaseFile<'_>) -> String {
    let written = format.title.or(file.title);
    // What is wrong with a title is reported whether or not it is shown.
    let title = written.map(|title| step::plain_title(reader, title));
    title
        .filter(|_| format.title.is_some() || file.cases.len() == 1)
        .unwrap_or_else(|| format.id.map_or_else(String::new, |id| id.value.to_owned()))
}

/// Reports bad names of variables of the case, and warns about those that nothing uses: they may be typos.
fn check_variables(reader: &mut CaseReader<'_>, format: &CaseFormat<'_>) {
    let entries = format.vars.iter().flat_map(|entries| &entries.0);
    check_variable_names(entries.clone().map(|(key, _)| *key), reader.diagnostics);
    for (key, _) in entries.filter(|_| !format.is_flawed()) {
        if !reader.variables.read.contains(&key.text) {
            let message = format!("unused variable `{}`", key.text);
            reader.diagnostics.push(
                Diagnostic::error("case/unused-variable", key.span, message)
                    .as_warning()
                    .help(format!("use it as `${{var.{}}}`, or remove it", key.text)),
            );
        }
    }
}

/// Could the case prove something, as far as it could be read? A case without `expect` is reported elsewhere.
fn may_prove(format: &CaseFormat<'_>) -> bool {
    let in_steps = format.steps.iter().flatten().flat_map(|step| &step.expect);
    let mut blocks = format.expect.iter().chain(in_steps).flatten().peekable();
    format.is_flawed() || blocks.peek().is_none() || blocks.any(|block| block.proves.is_some())
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

/// Every other requirement that rules are certain to check on the answers to the steps.
fn by_rules(steps: &[Step]) -> Vec<String> {
    let own = proves(steps);
    let mut seen: BTreeSet<&str> = own.iter().map(String::as_str).collect();
    let rules = steps.iter().flat_map(|step| &step.rules);
    let certain = rules.filter(|one| one.is_certain);
    let blocks = certain.flat_map(|one| &one.rule.blocks);
    let ids = blocks.flat_map(|block| &*block.proves);
    ids.filter(|id| seen.insert(id)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::testing::{case, cases, messages};
    use crate::model::StatusPattern;

    #[test]
    fn a_row_provides_values_of_any_type_in_any_place() {
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
    fn the_title_of_a_file_is_that_of_its_only_case() {
        let cases = cases(
            "title: shared\nrequest: { GET: / }\ncases:\n  - { id: a, rows: [{ row: one }, { row: two }], expect: [{ proves: [DEMO-01], status: 200 }] }\n",
        );
        let titles: Vec<&str> = cases.iter().map(|case| case.title.as_str()).collect();
        assert_eq!(titles, ["shared", "shared"]);
    }

    #[test]
    fn defaults_of_the_file_are_merged_or_replaced() {
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
        // The title of the file is about both cases.
        assert_eq!((a.title.as_str(), a.effect), ("a", Effect::Write));
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
    fn a_misspelt_key_is_read_as_the_one_that_was_meant() {
        let text = r#"
cases:
  - id: a
    rowss: [{ row: one, user: x }]
    reqest: { GET: "/${row.user}${row.nobody}" }
    expect: [{ prove: [DEMO-9], status: 20 }]
"#;
        assert_eq!(
            messages(text),
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

    #[test]
    fn a_value_of_a_row_can_be_a_part_of_a_name() {
        let case = case(
            "    rows: [{ row: one, kind: red }]\n    lock: \"lock-${row.kind}\"\n    request: { GET: / }\n    \
             capture: { a: { header: \"X-${row.kind}\" } }",
        );
        assert!(case.locks.contains("lock-red"), "{:?}", case.locks);
        let from = &case.steps[0].captures[0].from;
        assert!(matches!(from, crate::model::CaptureFrom::Header(name) if name == "X-red"));
    }
}
