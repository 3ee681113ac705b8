//! Blocks of `expect`: what must come back, and which requirements that proves.

use std::sync::Arc;

use crate::json::Selector;
use crate::load::contract::nearest_id;
use crate::load::format::{BlockFormat, SelectionFormat};
use crate::load::names::{CaseReader, unescape};
use crate::load::node::{Kind, Node};
use crate::load::pattern::{Place, status_word};
use crate::load::record::{Read, Record, Text, refuse, refuse_type, wrong_type};
use crate::load::scalars::is_token;
use crate::load::transport::Need;
use crate::model::{
    Block, BodyCheck, Condition, Diagnostic, Draft, HeaderCheck, HeaderExpectation, Pattern,
    Selection, Span, StatusCheck, StatusPattern, Transport,
};

/// Reads the blocks of one step. Also returns what the checks ask of the transport.
pub(crate) fn read(
    reader: &mut CaseReader<'_>,
    blocks: &[BlockFormat<'_>],
) -> (Vec<Block>, Vec<Need>) {
    let mut needs = Vec::new();
    let may_say = |block: &BlockFormat<'_>| block.status.is_some() || block.is_flawed();
    if let Some(first) = blocks.first()
        && !blocks.iter().any(may_say)
    {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/no-status",
                first.node().span,
                "the step says nothing about the status",
            )
            .label("an answer of any status would pass")
            .help("add `status: 200` (or `<2xx>`, or `<any>` if it really does not matter)"),
        );
    }
    let blocks = blocks
        .iter()
        .map(|block| read_block(reader, block, &mut needs));
    (blocks.collect(), needs)
}

fn read_block(
    reader: &mut CaseReader<'_>,
    block: &BlockFormat<'_>,
    needs: &mut Vec<Need>,
) -> Block {
    let span = block.node().span;
    if !has_check(block) {
        reader.diagnostics.push(
            Diagnostic::error("case/no-check", span, "a block of `expect` without a check")
                .label("nothing is checked here")
                .help("add `status`, `headers`, `schema`, `json`, `select`, `text` or `body`"),
        );
    }
    let proves = block
        .proves
        .map(|proves| read_proves(reader, proves))
        .unwrap_or_default();
    let level = proves
        .iter()
        .filter_map(|id| reader.contract.requirement(id))
        .map(|requirement| requirement.level)
        .max();
    let mut body = read_body(reader, block, needs);
    // A list that grew by one has room for three more; in ten thousand cases that is megabytes.
    body.shrink_to_fit();
    let or_empty = block.or_empty.unwrap_or(false);
    if or_empty && !checks_body(block) {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/or-empty",
                span,
                "`or-empty` stands in a block that checks no body",
            )
            .help("add `schema`, `json`, `text` or `select`, or take `or-empty` away"),
        );
    }
    let status = block.status.and_then(|status| read_status(reader, status));
    let headers = read_headers(reader, block);
    if let Some(check) = &status
        && check.accepts.contains(&StatusPattern::Any)
        && !proves.is_empty()
        && headers.is_empty()
        && !checks_body(block)
    {
        let message = "the block proves a requirement by any status";
        reader.diagnostics.push(
            Diagnostic::error("case/proves-nothing", check.span, message)
                .label("every answer has one")
                .help("say which status, or take `proves` away: the step then only arranges"),
        );
    }
    Block {
        proves,
        level,
        status,
        headers,
        body,
        or_empty,
        span,
    }
}

/// Does the block check anything, as far as it could be read?
fn has_check(block: &BlockFormat<'_>) -> bool {
    checks_body(block)
        || block.status.is_some()
        || block.headers.iter().any(|headers| !headers.0.is_empty())
}

/// Does the block check the body, as far as it could be read?
fn checks_body(block: &BlockFormat<'_>) -> bool {
    let nodes = [block.body, block.schema, block.json, block.json_exactly];
    block.is_flawed()
        || nodes.iter().any(Option::is_some)
        || block.text.is_some()
        || block.select.iter().any(|select| !select.is_empty())
}

fn read_proves(reader: &mut CaseReader<'_>, node: &Node) -> Arc<[String]> {
    let Kind::List(items) = &node.kind else {
        refuse(node, reader.diagnostics, || {
            let diagnostic = wrong_type(node, "a list of requirement ids");
            match node.as_text() {
                Some(id) => diagnostic.help(format!("write `[{id}]`")),
                None => diagnostic,
            }
        });
        return Arc::default();
    };
    if items.is_empty() {
        reader.diagnostics.push(
            Diagnostic::error("case/proves-nothing", node.span, "`proves` is empty")
                .help("name a requirement; leave `proves` out if the block only arranges"),
        );
    }
    let mut proves: Vec<(&str, Span)> = Vec::with_capacity(items.len());
    for item in items {
        let Some(id) = item.as_text() else {
            refuse_type(item, "the id of a requirement", reader.diagnostics);
            continue;
        };
        if reader.contract.requirement(id).is_none() {
            tell_unknown_requirement(reader, id, item.span);
        } else if let Some((_, first)) = proves.iter().find(|(known, _)| *known == id) {
            let message = format!("`{id}` stands twice in `proves`");
            reader.diagnostics.push(
                Diagnostic::error("case/duplicate-requirement", item.span, message)
                    .also(*first, "first here")
                    .help("remove one of them"),
            );
        } else {
            proves.push((id, item.span));
        }
    }
    let proves = proves.into_iter().map(|(id, _)| id.to_owned());
    reader.ids.share(proves.collect())
}

fn tell_unknown_requirement(reader: &mut CaseReader<'_>, id: &str, span: Span) {
    if reader.contract_is_flawed {
        return;
    }
    let name = &reader.contract.name;
    let elsewhere = reader
        .contracts
        .iter()
        .find(|(_, other)| other.contract.requirement(id).is_some());
    let known = &reader.contract.requirements;
    let help = if let Some((other, _)) = elsewhere {
        format!("the contract `{other}` has it: a case proves requirements of its own contract")
    } else if let Some(near) = nearest_id(id, known.iter()) {
        format!("did you mean `{near}`?")
    } else {
        format!("the requirements stand in cases/{name}/contract.yaml")
    };
    let message = format!("the contract `{name}` has no requirement `{id}`");
    reader
        .diagnostics
        .push(Diagnostic::error("case/unknown-requirement", span, message).help(help));
}

fn read_status(reader: &mut CaseReader<'_>, node: &Node) -> Option<StatusCheck> {
    let items: Vec<&Node> = match &node.kind {
        Kind::List(items) => items.iter().collect(),
        _ => vec![node],
    };
    if items.is_empty() {
        reader.diagnostics.push(
            Diagnostic::error("case/status", node.span, "`status` is an empty list")
                .help("name at least one status"),
        );
    }
    let accepts: Vec<StatusPattern> = items
        .into_iter()
        .filter_map(|item| read_status_pattern(reader, item))
        .collect();
    (!accepts.is_empty()).then_some(StatusCheck {
        accepts,
        span: node.span,
    })
}

fn read_status_pattern(reader: &mut CaseReader<'_>, node: &Node) -> Option<StatusPattern> {
    let number = match &node.kind {
        Kind::Number(number) => number
            .as_u64()
            .and_then(|number| u16::try_from(number).ok()),
        _ => None,
    };
    if let Some(status) = number.filter(|status| (100..=599).contains(status)) {
        return Some(StatusPattern::Exact(status));
    }
    let inside = node
        .as_text()
        .and_then(|text| text.strip_prefix('<')?.strip_suffix('>'));
    if let Some(pattern) = inside.and_then(status_word) {
        return Some(pattern);
    }
    refuse(node, reader.diagnostics, || bad_status(node));
    None
}

fn bad_status(node: &Node) -> Diagnostic {
    let error = |message| Diagnostic::error("case/status", node.span, message);
    let text = match &node.kind {
        Kind::Number(number) => {
            return error(format!("{number} is not an HTTP status"))
                .help("a status is a number from 100 to 599");
        }
        Kind::Text(text) => text.as_str(),
        _ => "",
    };
    if text.parse::<u16>().is_ok() {
        return error(format!("the status {text} stands in quotes"))
            .help(format!("write the number: `status: {text}`"));
    }
    let diagnostic = error(format!("expected a status, found {}", node.describe()));
    let word = text.trim_matches(['<', '>']).to_lowercase();
    if status_word(&word).is_some() {
        diagnostic.help(format!("did you mean `<{word}>`?"))
    } else if text.contains("${") {
        diagnostic.help("only a value of a row can stand for a status: `${row.status}`")
    } else {
        diagnostic.help("a status is a number, `<2xx>`, `<not 2xx>`, `<any>`, or a list of these")
    }
}

fn read_headers(reader: &mut CaseReader<'_>, block: &BlockFormat<'_>) -> Vec<HeaderCheck> {
    let mut checks: Vec<(HeaderCheck, Span)> = Vec::new();
    for (key, value) in block.headers.iter().flat_map(|entries| &entries.0) {
        if !is_token(&key.text) {
            let message = format!("`{}` is not the name of a header", key.text.escape_debug());
            reader
                .diagnostics
                .push(Diagnostic::error("case/header-name", key.span, message));
            continue;
        }
        let first = checks
            .iter()
            .find(|(check, _)| check.name.eq_ignore_ascii_case(&key.text));
        if let Some((_, first)) = first {
            reader.diagnostics.push(
                same_header(&key.text, key.span, *first)
                    .help("write a list, if the field must come back in several lines"),
            );
        } else if let Some(check) = read_header(reader, &key.text, value) {
            checks.push((check, key.span));
        }
    }
    let mut checks: Vec<HeaderCheck> = checks.into_iter().map(|(check, _)| check).collect();
    checks.shrink_to_fit();
    checks
}

/// The diagnostic for a header that stands twice in one object, perhaps in another letter case.
pub(crate) fn same_header(name: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("the header `{name}` stands twice in one object");
    Diagnostic::error("case/duplicate-header", span, message).also(first, "first here")
}

fn read_header(reader: &mut CaseReader<'_>, name: &str, node: &Node) -> Option<HeaderCheck> {
    let expected = match &node.kind {
        Kind::Text(text) => match text.as_str() {
            "<absent>" => HeaderExpectation::Absent,
            "<present>" => HeaderExpectation::Present,
            _ => match text
                .strip_prefix("<media-type ")
                .and_then(|rest| rest.strip_suffix('>'))
            {
                Some(media_type) => media_type_expectation(reader, media_type, node.span)?,
                None => {
                    HeaderExpectation::Pattern(reader.text_pattern(text, node.span, Place::Header))
                }
            },
        },
        Kind::List(items) => {
            if items.is_empty() {
                reader.diagnostics.push(
                    Diagnostic::error("case/no-lines", node.span, "an empty list of lines")
                        .help("write `<absent>` for a header that must not come back"),
                );
            }
            HeaderExpectation::Lines(header_lines(reader, items))
        }
        Kind::Number(_) | Kind::Bool(_) => {
            Text::read(node, reader.diagnostics);
            return None;
        }
        _ => {
            let expected = "a text, a marker or a list of texts";
            refuse_type(node, expected, reader.diagnostics);
            return None;
        }
    };
    Some(HeaderCheck {
        name: name.to_owned(),
        expected,
        span: node.span,
    })
}

fn header_lines(reader: &mut CaseReader<'_>, items: &[Node]) -> Vec<crate::model::Template> {
    let mut lines = Vec::new();
    for item in items {
        let Some(text) = Text::read(item, reader.diagnostics) else {
            continue;
        };
        if text.value.starts_with('<') && text.value.ends_with('>') {
            let message = format!("the marker `{}` in a list of exact lines", text.value);
            reader.diagnostics.push(
                Diagnostic::error("case/marker-misplaced", item.span, message)
                    .help("a list holds the lines as they must come back, in their order"),
            );
        }
        lines.push(reader.template(unescape(text.value), item.span));
    }
    lines
}

fn media_type_expectation(
    reader: &mut CaseReader<'_>,
    text: &str,
    span: Span,
) -> Option<HeaderExpectation> {
    let is_token = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_graphic() && !"/;,\"".contains(c))
    };
    let fits = text
        .split_once('/')
        .is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    if !fits {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/media-type",
                span,
                format!("`{text}` is not a media type"),
            )
            .help("write type and subtype without parameters: `<media-type application/json>`"),
        );
        return None;
    }
    Some(HeaderExpectation::MediaType(text.to_ascii_lowercase()))
}

fn read_body(
    reader: &mut CaseReader<'_>,
    block: &BlockFormat<'_>,
    needs: &mut Vec<Need>,
) -> Vec<BodyCheck> {
    let mut checks = Vec::new();
    if let Some(body) = block.body {
        if body.as_text() == Some("<empty>") {
            needs.push(Need {
                least: Transport::Raw,
                what: "see whether octets follow an answer without a body".into(),
                span: body.span,
            });
            checks.push(BodyCheck::Empty { span: body.span });
        } else {
            refuse(body, reader.diagnostics, || {
                bad_body(body, "a block", "<empty>")
            });
        }
    }
    if let Some(node) = block.schema
        && let Some(schema) = reader
            .schemas
            .resolve(node, reader.sources, reader.diagnostics)
    {
        checks.push(BodyCheck::Schema {
            schema,
            span: node.span,
        });
    }
    if let Some(node) = block.json {
        checks.push(BodyCheck::Json {
            pattern: reader.pattern(node),
            span: node.span,
        });
    }
    if let Some(node) = block.json_exactly {
        checks.push(BodyCheck::JsonExactly {
            pattern: reader.pattern(node),
            span: node.span,
        });
    }
    if let Some(text) = block.text {
        checks.push(BodyCheck::Text {
            pattern: reader.text_pattern(text.value, text.span, Place::Text),
            span: text.span,
        });
    }
    for selection in block.select.iter().flatten() {
        if let Some(selection) = read_selection(reader, selection) {
            checks.push(BodyCheck::Select(selection));
        }
    }
    checks
}

/// The diagnostic for a `body` that is not the one marker it can be.
pub(crate) fn bad_body(node: &Node, what: &str, marker: &str) -> Diagnostic {
    let message = format!("`body` of {what} is `{marker}`, found {}", node.describe());
    let diagnostic = Diagnostic::error("case/body", node.span, message);
    match node.as_text() {
        Some("<empty>" | "<none>" | "") => diagnostic.help(format!("write `body: {marker}`")),
        _ => diagnostic.help("use `json:` for JSON and `text:` for anything else"),
    }
}

fn read_selection(reader: &mut CaseReader<'_>, format: &SelectionFormat<'_>) -> Option<Selection> {
    let selector = format.path.and_then(|path| selector(reader, path));
    let conditions = read_conditions(reader, format);
    let path = format.path?;
    Some(Selection {
        selector: selector?,
        conditions,
        or_none: format.or_none.unwrap_or(false),
        span: path.span,
    })
}

fn read_conditions(
    reader: &mut CaseReader<'_>,
    format: &SelectionFormat<'_>,
) -> Vec<(Condition, Span)> {
    let mut conditions = Vec::new();
    let mut pattern = |node: Option<&Node>, condition: fn(Pattern) -> Condition| {
        node.map(|node| (condition(reader.pattern(node)), node.span))
    };
    conditions.extend(pattern(format.each, Condition::Each));
    conditions.extend(pattern(format.some, Condition::Some));
    conditions.extend(pattern(format.none, Condition::None));
    if let Some(node) = format.count {
        let (min, max) = count(reader, node).unwrap_or((0, None));
        conditions.push((Condition::Count { min, max }, node.span));
    }
    if let Some(unique) = format.unique {
        let at = format.node().locate("/unique");
        if !unique {
            reader.diagnostics.push(
                Diagnostic::error("case/unique", at, "`unique: false` checks nothing")
                    .help("leave it out"),
            );
        }
        conditions.push((Condition::Unique, at));
    }
    if let Some(node) = format.equal {
        conditions.push((Condition::Equal(reader.draft(node)), node.span));
    }
    let mut array = |node: Option<&Node>, condition: fn(Draft) -> Condition| {
        node.map(|node| (condition(array(reader, node)), node.span))
    };
    conditions.extend(array(format.subset_of, Condition::SubsetOf));
    conditions.extend(array(format.superset_of, Condition::SupersetOf));
    conditions.extend(array(format.same_set, Condition::SameSet));
    if conditions.is_empty() && !format.is_flawed() {
        reader.diagnostics.push(
            Diagnostic::error("case/no-condition", format.node().span, "a selection without a condition")
                .help("add `each`, `some`, `none`, `count`, `unique`, `equal`, `subset-of`, `superset-of` or `same-set`"),
        );
    }
    let holds_of_none = |(condition, _): &(Condition, Span)| {
        matches!(
            condition,
            Condition::Each(_)
                | Condition::None(_)
                | Condition::Count { min: 0, .. }
                | Condition::Unique
                | Condition::SubsetOf(_)
                | Condition::SupersetOf(_)
        )
    };
    let may_be_none = format.is_flawed() || conditions.iter().any(holds_of_none);
    if format.or_none == Some(true) && !may_be_none {
        let at = format.node().locate("/or-none");
        reader.diagnostics.push(
            Diagnostic::error("case/or-none", at, "`or-none` changes nothing here")
                .help("it lets `each`, `none`, `count: 0`, `unique` and `subset-of` hold when nothing is selected"),
        );
    }
    conditions
}

/// Compiles a JSONPath, or says what is wrong with it.
pub(crate) fn selector(reader: &mut CaseReader<'_>, path: Text<'_>) -> Option<Selector> {
    match Selector::new(path.value) {
        Ok(selector) => Some(selector),
        Err(error) => {
            let message = match path.value {
                "" => "an empty JSONPath".to_owned(),
                value => format!("`{value}` is not a JSONPath (RFC 9535)"),
            };
            let diagnostic = Diagnostic::error("case/json-path", path.span, message);
            reader.diagnostics.push(if path.value.starts_with('$') {
                let label = match error.position {
                    Some(position) if position > 0 => {
                        format!("{} after `{}`", error.message, &path.value[..position])
                    }
                    _ => error.message,
                };
                diagnostic.label(label)
            } else {
                diagnostic
                    .help("a path begins with `$`: `$.items[*].id`, `$[?@.state == 'online']`")
            });
            None
        }
    }
}

fn count(reader: &mut CaseReader<'_>, node: &Node) -> Option<(u64, Option<u64>)> {
    let number = |node: &Node| match &node.kind {
        Kind::Number(number) => number.as_u64(),
        _ => None,
    };
    if let Some(exactly) = number(node) {
        return Some((exactly, Some(exactly)));
    }
    if let Kind::Object(entries) = &node.kind
        && !entries.is_empty()
        && entries.iter().all(|(key, value)| {
            matches!(key.text.as_str(), "min" | "max") && number(value).is_some()
        })
    {
        let min = node.get("min").and_then(number).unwrap_or(0);
        let max = node.get("max").and_then(number);
        if max.is_none_or(|max| min <= max) && (min, max) != (0, None) {
            return Some((min, max));
        }
        let message = match max {
            Some(max) => format!("no count is at least {min} and at most {max}"),
            None => "every count is at least 0".to_owned(),
        };
        reader
            .diagnostics
            .push(Diagnostic::error("case/count", node.span, message));
        return None;
    }
    refuse(node, reader.diagnostics, || {
        let message = format!("expected a count, found {}", node.describe());
        Diagnostic::error("case/count", node.span, message)
            .help("write a whole number, or `{ min: 1, max: 3 }` with at least one of the two")
    });
    None
}

/// A value that is an array, or a template that may become one.
fn array(reader: &mut CaseReader<'_>, node: &Node) -> Draft {
    let draft = reader.draft(node);
    let is_array = match &draft {
        Draft::Array(_) | Draft::Template(_) => true,
        Draft::Literal(value) => value.is_array(),
        Draft::Object(_) => false,
    };
    if !is_array {
        refuse_type(node, "a list", reader.diagnostics);
    }
    draft
}
