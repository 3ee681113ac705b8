//! Blocks of `expect`: the checks on a response, and the requirements that they prove.

use std::sync::Arc;

use crate::load::body::bad_body;
use crate::load::body_bytes;
use crate::load::branches;
use crate::load::contract::nearest_id;
use crate::load::events;
use crate::load::format::BlockFormat;
use crate::load::headers;
use crate::load::json_lines;
use crate::load::names::CaseReader;
use crate::load::need::Need;
use crate::load::node::{Kind, Node};
use crate::load::record::{Record, reject, reject_type, wrong_type};
use crate::load::scalars::read_duration;
use crate::load::selection;
use crate::load::status;
use crate::load::xml;
use crate::model::{
    Block, BodyCheck, BytesCondition, Diagnostic, MarkerPlace, Span, StatusCheck, StatusPattern,
    Transport,
};

/// Reads the blocks of one step. Also returns what the checks need of the transport.
pub(crate) fn read(
    reader: &mut CaseReader<'_>,
    blocks: &[BlockFormat<'_>],
) -> (Vec<Block>, Vec<Need>) {
    let may_have_status = |block: &BlockFormat<'_>| {
        branches::has_status(block) && block.when.is_none() || block.is_flawed()
    };
    if let Some(first) = blocks.first()
        && !blocks.iter().any(may_have_status)
    {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/no-status",
                first.node().span,
                "no block of this step checks the status",
            )
            .label("a response of any status would pass")
            .help(if blocks.iter().any(|block| block.when.is_some()) {
                "add a block without `when` that has the statuses of all answers: `- status: [200, 206]`"
            } else {
                "add `status: 200` (or `<2xx>`, or `<any>` if every status is right)"
            }),
        );
    }
    read_blocks(reader, blocks)
}

/// Reads blocks, with or without a check of the status. Also returns what the checks need of the transport.
pub(crate) fn read_blocks(
    reader: &mut CaseReader<'_>,
    blocks: &[BlockFormat<'_>],
) -> (Vec<Block>, Vec<Need>) {
    let mut needs = Vec::new();
    let blocks = blocks
        .iter()
        .map(|block| read_block(reader, block, &mut needs));
    (blocks.collect(), needs)
}

pub(super) fn read_block(
    reader: &mut CaseReader<'_>,
    block: &BlockFormat<'_>,
    needs: &mut Vec<Need>,
) -> Block {
    let span = block.node().span;
    if !has_check(block) {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/no-check",
                span,
                "this block of `expect` has no checks",
            )
            .label("checks nothing")
            .help("add `status`, `headers`, `schema`, `json`, `select`, `text`, `file`, `bytes`, `jsonl`, `xml`, `events`, `encoded`, `body` or `any-of`"),
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
    // A list that grew by one has room for three more: megabytes in a suite of ten thousand cases.
    body.shrink_to_fit();
    let or_empty = block.or_empty.unwrap_or(false);
    let checks_headers = block.headers.iter().any(|headers| !headers.0.is_empty());
    if or_empty && !checks_body(block) && !checks_headers {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/or-empty",
                span,
                "`or-empty` needs a check of the body or of headers in the same block",
            )
            .help("add `schema`, `json`, `text`, `select`, `bytes`, `jsonl`, `xml`, `events` or `headers`, or remove `or-empty`"),
        );
    }
    let within = block.within.and_then(|node| {
        let within = read_duration(node, reader.diagnostics)?;
        Some((within, node.span))
    });
    let own = block.status.and_then(|status| status::read(reader, status));
    let any_of =
        branches::read_alternatives(reader, block, (level, own.as_ref()), needs, read_block);
    let status = match block.status {
        Some(_) => own,
        None => branches::status_of_all(block, &any_of),
    };
    let when = block
        .when
        .as_ref()
        .map(|format| Box::new(branches::read_when(reader, format)));
    let blames = read_blames(reader, block, &proves, status.as_ref());
    let headers = headers::read_expected(reader, block.headers.as_ref());
    if let Some(check) = &status
        && check.accepts.contains(&StatusPattern::Any)
        && !proves.is_empty()
        && headers.is_empty()
        && block.within.is_none()
        && any_of.is_empty()
        && !checks_body(block)
    {
        let message = "a block that accepts any status proves nothing";
        reader.diagnostics.push(
            Diagnostic::error("case/proves-nothing", check.span, message)
                .label("every response passes")
                .help(
                    "name the expected status, or remove `proves`: the step is then a precondition",
                ),
        );
    }
    Block {
        proves,
        level,
        status,
        blames,
        headers,
        body,
        or_empty,
        within,
        when,
        any_of,
        span,
    }
}

/// Reads which requirements an unexpected status violates.
fn read_blames(
    reader: &mut CaseReader<'_>,
    block: &BlockFormat<'_>,
    proves: &[String],
    status: Option<&StatusCheck>,
) -> Vec<(String, Vec<StatusPattern>)> {
    let mut blames = Vec::new();
    let mut lacks_status = !branches::has_status(block) && !block.is_flawed();
    for (key, node) in block.blames.iter().flat_map(|entries| &entries.0) {
        let read = status::read(reader, node);
        if std::mem::take(&mut lacks_status) {
            reader.diagnostics.push(
                Diagnostic::error("case/blames", key.span, "`blames` without `status`")
                    .help("add the expected `status` to the block"),
            );
        } else if !proves.contains(&key.text) {
            let message = format!("the block does not prove `{}`", key.text.escape_debug());
            let diagnostic = Diagnostic::error("case/blames", key.span, message)
                .suggest(&key.text, proves.iter().map(String::as_str));
            reader.diagnostics.push(if diagnostic.help.is_empty() {
                diagnostic.help("add it to `proves`, or remove it here")
            } else {
                diagnostic
            });
        }
        let Some(read) = read else { continue };
        let expected = status.map_or(&[][..], |check| &check.accepts);
        let is_expected = |one: &&StatusPattern| expected.iter().any(|all| all.covers(**one));
        if let Some(one) = read.accepts.iter().find(is_expected) {
            let message = format!("`status` accepts {one}, so it violates nothing");
            reader.diagnostics.push(
                Diagnostic::error("case/blames", read.span, message)
                    .help("list statuses that `status` does not accept"),
            );
        }
        blames.push((key.text.clone(), read.accepts));
    }
    blames.shrink_to_fit();
    blames
}

/// Does the block check anything, as far as it could be read?
fn has_check(block: &BlockFormat<'_>) -> bool {
    checks_body(block)
        || block.status.is_some()
        || block.within.is_some()
        || block.any_of.is_some()
        || block.headers.iter().any(|headers| !headers.0.is_empty())
}

/// Does the block check the body, as far as it could be read?
fn checks_body(block: &BlockFormat<'_>) -> bool {
    let nodes = [
        block.body,
        block.schema,
        block.json,
        block.json_exactly,
        block.encoded,
    ];
    block.is_flawed()
        || nodes.iter().any(Option::is_some)
        || block.text.is_some()
        || block.file.is_some()
        || block.bytes.is_some()
        || block.jsonl.is_some()
        || block.xml.is_some()
        || block.events.is_some()
        || block.select.iter().any(|select| !select.is_empty())
}

pub(crate) fn read_proves(reader: &mut CaseReader<'_>, node: &Node) -> Arc<[String]> {
    let Kind::List(items) = &node.kind else {
        reject(node, reader.diagnostics, || {
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
                .help("name a requirement, or remove `proves` if the block is a precondition"),
        );
    }
    let mut proves: Vec<(&str, Span)> = Vec::with_capacity(items.len());
    for item in items {
        let Some(id) = item.as_text() else {
            reject_type(item, "a requirement id", reader.diagnostics);
            continue;
        };
        if reader.contract.requirement(id).is_none() {
            report_unknown_requirement(reader, id, item.span);
        } else if let Some((_, first)) = proves.iter().find(|(known, _)| *known == id) {
            let message = format!("duplicate requirement `{id}` in `proves`");
            reader.diagnostics.push(
                Diagnostic::error("case/duplicate-requirement", item.span, message)
                    .also(*first, "first use")
                    .help("remove one"),
            );
        } else {
            proves.push((id, item.span));
        }
    }
    let proves = proves.into_iter().map(|(id, _)| id.to_owned());
    reader.interner.ids(proves.collect())
}

fn report_unknown_requirement(reader: &mut CaseReader<'_>, id: &str, span: Span) {
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
        format!(
            "it belongs to the contract `{other}`: a case can only prove requirements of its own contract"
        )
    } else if let Some(near) = nearest_id(id, known.iter()) {
        format!("did you mean `{near}`?")
    } else {
        format!("the requirements are in cases/{name}/contract.yaml")
    };
    let message = format!("the contract `{name}` has no requirement `{id}`");
    reader
        .diagnostics
        .push(Diagnostic::error("case/unknown-requirement", span, message).help(help));
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
                what: "detect bytes after a response without a body".into(),
                span: body.span,
            });
            checks.push(BodyCheck::Empty { span: body.span });
        } else {
            reject(body, reader.diagnostics, || {
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
            pattern: reader.text_pattern(text.value, text.span, MarkerPlace::Text),
            span: text.span,
        });
    }
    for selection in block.select.iter().flatten() {
        if let Some(selection) = selection::read(reader, selection) {
            checks.push(BodyCheck::Select(selection));
        }
    }
    if let Some(name) = block.file
        && let Some(file) = reader.file(name)
    {
        checks.push(BodyCheck::Bytes {
            condition: BytesCondition::Equal(Box::new(file)),
            span: name.span,
        });
    }
    if let Some(format) = &block.bytes {
        checks.extend(body_bytes::read(reader, format));
    }
    if let Some(format) = &block.jsonl {
        checks.extend(json_lines::read(reader, format));
    }
    if let Some(format) = &block.xml {
        checks.extend(xml::read(reader, format));
    }
    if let Some(format) = &block.events {
        checks.extend(events::read(reader, format));
    }
    if let Some(node) = block.encoded {
        checks.extend(body_bytes::read_encoded(reader, node));
    }
    checks
}
