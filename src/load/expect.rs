//! Blocks of `expect`: what must come back, and which requirements that proves.

use super::format::{BlockFormat, SelectionFormat};
use super::names::CaseReader;
use super::node::{Kind, Node};
use super::pattern::status_word;
use super::record::{Text, wrong_type};
use super::request::Need;
use crate::model::{
    Block, BodyCheck, Condition, Diagnostic, Draft, HeaderCheck, HeaderExpectation, Marker,
    Pattern, Selection, Selector, Shape, Span, StatusCheck, StatusPattern, Transport, nearest,
};

/// Reads the blocks of one step. Also returns what the checks ask of the transport.
pub(crate) fn read(
    reader: &mut CaseReader<'_>,
    blocks: &[BlockFormat<'_>],
    step: Span,
) -> (Vec<Block>, Vec<Need>) {
    let mut needs = Vec::new();
    let blocks: Vec<Block> = blocks
        .iter()
        .map(|block| read_block(reader, block, &mut needs))
        .collect();
    if !blocks.iter().any(|block| block.status.is_some()) {
        let at = blocks.first().map_or(step, |block| block.span);
        reader.diagnostics.push(
            Diagnostic::error(
                "case/no-status",
                at,
                "the step says nothing about the status",
            )
            .label("an answer of any status would pass")
            .help("add `status: 200` (or `<2xx>`, or `<any>` if it really does not matter)"),
        );
    }
    (blocks, needs)
}

fn read_block(
    reader: &mut CaseReader<'_>,
    block: &BlockFormat<'_>,
    needs: &mut Vec<Need>,
) -> Block {
    let span = block.node.span;
    let proves = block
        .proves
        .as_ref()
        .map(|proves| read_proves(reader, proves.0))
        .unwrap_or_default();
    let level = proves
        .iter()
        .filter_map(|id| reader.contract.requirement(id))
        .map(|requirement| requirement.level)
        .max();
    let status = block
        .status
        .as_ref()
        .and_then(|status| read_status(reader, status.0));
    let mut headers: Vec<HeaderCheck> = block
        .headers
        .iter()
        .flat_map(|entries| &entries.0)
        .filter_map(|(name, value)| read_header(reader, &name.text, value.0))
        .collect();
    let mut body = read_body(reader, block, needs);
    // A list that grew by one has room for three more; in ten thousand cases that is megabytes.
    headers.shrink_to_fit();
    body.shrink_to_fit();
    if status.is_none() && headers.is_empty() && body.is_empty() && block.status.is_none() {
        reader.diagnostics.push(
            Diagnostic::error("case/no-check", span, "a block of `expect` without a check")
                .label("nothing is checked here")
                .help("add `status`, `headers`, `schema`, `json`, `select` or `body`"),
        );
    }
    let or_empty = block.or_empty.unwrap_or(false);
    if or_empty && body.is_empty() {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/or-empty",
                span,
                "`or-empty` stands in a block that checks no body",
            )
            .help("add `schema`, `json`, `text` or `select`, or take `or-empty` away"),
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

fn read_proves(reader: &mut CaseReader<'_>, node: &Node) -> Vec<String> {
    let Kind::List(items) = &node.kind else {
        reader
            .diagnostics
            .push(wrong_type(node, "a list of requirement ids"));
        return Vec::new();
    };
    if items.is_empty() {
        reader.diagnostics.push(
            Diagnostic::error("case/proves-nothing", node.span, "`proves` is empty")
                .help("name a requirement; leave `proves` out if the block only arranges"),
        );
    }
    let mut proves: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        let Some(id) = item.as_text() else {
            reader
                .diagnostics
                .push(wrong_type(item, "a requirement id (a text)"));
            continue;
        };
        if reader.contract.requirement(id).is_none() {
            let diagnostic = Diagnostic::error(
                "case/unknown-requirement",
                item.span,
                format!(
                    "the contract `{}` has no requirement `{id}`",
                    reader.contract.name
                ),
            );
            let known = reader
                .contract
                .requirements
                .iter()
                .map(|known| known.id.as_str());
            let diagnostic = match nearest(id, known) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help(format!(
                    "the requirements stand in cases/{}/contract.yaml",
                    reader.contract.name
                )),
            };
            reader.diagnostics.push(diagnostic);
        } else if proves.iter().any(|known| known == id) {
            reader.diagnostics.push(Diagnostic::error(
                "case/duplicate-requirement",
                item.span,
                format!("`{id}` stands twice in `proves`"),
            ));
        } else {
            proves.push(id.to_owned());
        }
    }
    proves
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
    match &node.kind {
        Kind::Number(number) => {
            let status = number
                .as_u64()
                .and_then(|number| u16::try_from(number).ok());
            let status = status.filter(|status| (100..=599).contains(status));
            if status.is_none() {
                reader.diagnostics.push(
                    Diagnostic::error(
                        "case/status",
                        node.span,
                        format!("{number} is not an HTTP status"),
                    )
                    .help("a status is a number from 100 to 599"),
                );
            }
            return status.map(StatusPattern::Exact);
        }
        Kind::Text(text) => {
            let inside = text
                .strip_prefix('<')
                .and_then(|rest| rest.strip_suffix('>'));
            if let Some(pattern) = inside.and_then(status_word) {
                return Some(pattern);
            }
            if text.parse::<u16>().is_ok() {
                reader.diagnostics.push(
                    Diagnostic::error(
                        "case/status",
                        node.span,
                        format!("the status {text} stands in quotes"),
                    )
                    .help(format!("write the number: `status: {text}`")),
                );
                return None;
            }
        }
        _ => {}
    }
    let written = node.as_text().unwrap_or("");
    reader.diagnostics.push(
        Diagnostic::error(
            "case/status",
            node.span,
            format!("expected a status, found {}", node.describe()),
        )
        .suggest(
            written,
            ["<any>", "<2xx>", "<3xx>", "<4xx>", "<5xx>", "<not 2xx>"],
        )
        .help("a status is a number, `<2xx>`, `<not 2xx>`, `<any>`, or a list of these"),
    );
    None
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
                None => HeaderExpectation::Pattern(text_marker(reader, text, node.span)),
            },
        },
        Kind::List(items) => {
            let mut lines = Vec::new();
            for item in items {
                match item.as_text() {
                    Some(text) => {
                        lines.push(reader.template(super::names::unescape(text), item.span))
                    }
                    None => reader.diagnostics.push(wrong_type(item, "a text")),
                }
            }
            HeaderExpectation::Lines(lines)
        }
        _ => {
            reader
                .diagnostics
                .push(wrong_type(node, "a text, a marker or a list of texts"));
            return None;
        }
    };
    Some(HeaderCheck {
        name: name.to_owned(),
        expected,
        span: node.span,
    })
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

/// A text pattern: markers that only make sense for other JSON types are refused.
fn text_marker(reader: &mut CaseReader<'_>, text: &str, span: Span) -> Pattern {
    let pattern = reader.text_pattern(text, span);
    let misfit = match &pattern.shape {
        Shape::Optional(_) => true,
        Shape::Marker(marker) => matches!(
            marker,
            Marker::Absent
                | Marker::Present
                | Marker::Number
                | Marker::Integer
                | Marker::Boolean
                | Marker::Object
                | Marker::Array
                | Marker::Null
        ),
        _ => false,
    };
    if misfit {
        reader.diagnostics.push(
            Diagnostic::error("case/marker-misplaced", span, format!("the marker `{text}` says nothing about a text"))
                .help("use a text marker: `<string>`, `</regex/>`, `<ignore-case x>`, `<contains x>`, `<one-of a b>`"),
        );
    }
    pattern
}

fn read_body(
    reader: &mut CaseReader<'_>,
    block: &BlockFormat<'_>,
    needs: &mut Vec<Need>,
) -> Vec<BodyCheck> {
    let mut checks = Vec::new();
    if let Some(body) = &block.body {
        let span = body.0.span;
        if body.0.as_text() == Some("<empty>") {
            needs.push(Need {
                least: Transport::Raw,
                what: "see whether octets follow an answer without a body".into(),
                span,
            });
            checks.push(BodyCheck::Empty { span });
        } else {
            reader.diagnostics.push(
                Diagnostic::error(
                    "case/body",
                    span,
                    format!(
                        "`body` of a block is `<empty>`, found {}",
                        body.0.describe()
                    ),
                )
                .help("use `json:` for JSON and `text:` for anything else"),
            );
        }
    }
    if let Some(node) = &block.schema
        && let Some(schema) = reader
            .schemas
            .resolve(node.0, reader.sources, reader.diagnostics)
    {
        checks.push(BodyCheck::Schema {
            schema,
            span: node.0.span,
        });
    }
    if let Some(node) = &block.json {
        checks.push(BodyCheck::Json {
            pattern: reader.pattern(node.0),
            span: node.0.span,
        });
    }
    if let Some(node) = &block.json_exactly {
        checks.push(BodyCheck::JsonExactly {
            pattern: reader.pattern(node.0),
            span: node.0.span,
        });
    }
    if let Some(text) = &block.text {
        checks.push(BodyCheck::Text {
            pattern: text_marker(reader, text.value, text.span),
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

fn read_selection(reader: &mut CaseReader<'_>, format: &SelectionFormat<'_>) -> Option<Selection> {
    let selector = selector(reader, format.path)?;
    let mut conditions = Vec::new();
    if let Some(node) = &format.each {
        conditions.push((Condition::Each(reader.pattern(node.0)), node.0.span));
    }
    if let Some(node) = &format.some {
        conditions.push((Condition::Some(reader.pattern(node.0)), node.0.span));
    }
    if let Some(node) = &format.none {
        conditions.push((Condition::None(reader.pattern(node.0)), node.0.span));
    }
    if let Some(node) = &format.count
        && let Some((min, max)) = count(reader, node.0)
    {
        conditions.push((Condition::Count { min, max }, node.0.span));
    }
    if let Some(unique) = format.unique {
        if !unique {
            reader.diagnostics.push(
                Diagnostic::error(
                    "case/unique",
                    format.node.span,
                    "`unique: false` checks nothing",
                )
                .help("leave it out"),
            );
        }
        conditions.push((Condition::Unique, format.path.span));
    }
    if let Some(node) = &format.equal {
        conditions.push((Condition::Equal(reader.draft(node.0)), node.0.span));
    }
    if let Some(node) = &format.subset_of {
        conditions.push((Condition::SubsetOf(array(reader, node.0)), node.0.span));
    }
    if let Some(node) = &format.superset_of {
        conditions.push((Condition::SupersetOf(array(reader, node.0)), node.0.span));
    }
    if let Some(node) = &format.same_set {
        conditions.push((Condition::SameSet(array(reader, node.0)), node.0.span));
    }
    if conditions.is_empty() {
        reader.diagnostics.push(
            Diagnostic::error("case/no-condition", format.node.span, "a selection without a condition")
                .help("add `each`, `some`, `none`, `count`, `unique`, `equal`, `subset-of`, `superset-of` or `same-set`"),
        );
    }
    Some(Selection {
        selector,
        conditions,
        or_none: format.or_none.unwrap_or(false),
        span: format.path.span,
    })
}

/// Compiles a JSONPath, or says what is wrong with it.
pub(crate) fn selector(reader: &mut CaseReader<'_>, path: Text<'_>) -> Option<Selector> {
    match Selector::new(path.value) {
        Ok(selector) => Some(selector),
        Err(message) => {
            reader.diagnostics.push(
                Diagnostic::error(
                    "case/json-path",
                    path.span,
                    format!("`{}` is not a JSONPath (RFC 9535)", path.value),
                )
                .label(message)
                .help("a path begins with `$`: `$.items[*].id`, `$[?@.state == 'online']`"),
            );
            None
        }
    }
}

fn count(reader: &mut CaseReader<'_>, node: &Node) -> Option<(u64, Option<u64>)> {
    match &node.kind {
        Kind::Number(number) => {
            if let Some(exactly) = number.as_u64() {
                return Some((exactly, Some(exactly)));
            }
        }
        Kind::Object(entries) => {
            let mut bounds = (0, None);
            let mut fits = !entries.is_empty();
            for (key, value) in entries {
                let number = match &value.kind {
                    Kind::Number(number) => number.as_u64(),
                    _ => None,
                };
                match (key.text.as_str(), number) {
                    ("min", Some(min)) => bounds.0 = min,
                    ("max", Some(max)) => bounds.1 = Some(max),
                    _ => fits = false,
                }
            }
            if fits && bounds.1.is_none_or(|max| bounds.0 <= max) && bounds != (0, None) {
                return Some(bounds);
            }
        }
        _ => {}
    }
    reader.diagnostics.push(
        Diagnostic::error(
            "case/count",
            node.span,
            format!("expected a count, found {}", node.describe()),
        )
        .help("write a number, or `{ min: 1, max: 3 }` with at least one of the two"),
    );
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
        reader.diagnostics.push(wrong_type(node, "a list"));
    }
    draft
}
