//! Branches of `expect`: blocks that are about some answers (`when`), and alternatives (`any-of`).

use crate::load::format::{BlockFormat, WhenFormat};
use crate::load::headers;
use crate::load::names::CaseReader;
use crate::load::need::Need;
use crate::load::node::{Kind, Node};
use crate::load::record::Record;
use crate::load::status;
use crate::model::{
    Block, BodyCheck, Diagnostic, Level, MarkerKind, Pattern, Shape, Span, StatusCheck,
    StatusPattern, When,
};

/// Keys of a block that an alternative cannot have, and why.
const ONLY_OF_BLOCKS: [(&str, &str); 4] = [
    (
        "proves",
        "write it beside `any-of`: whatever alternative holds proves the same",
    ),
    ("blames", "write it beside `any-of`"),
    (
        "when",
        "write `status` and `headers` as checks of the alternative, or `when` beside `any-of`",
    ),
    (
        "any-of",
        "write each combination as an alternative of its own",
    ),
];

/// Reads the condition of a block.
pub(crate) fn read_when(reader: &mut CaseReader<'_>, format: &WhenFormat<'_>) -> When {
    let span = format.node().span;
    let status = format.status.and_then(|node| status::read(reader, node));
    let headers = headers::read_expected(reader, format.headers.as_ref());
    if let Some(check) = &status
        && check.accepts.contains(&StatusPattern::Any)
    {
        reader.diagnostics.push(
            Diagnostic::error("case/when", check.span, "`<any>` is no condition")
                .help("remove it: a block without `when` is about every answer"),
        );
    }
    if status.is_none() && headers.is_empty() && !format.is_flawed() {
        reader.diagnostics.push(
            Diagnostic::error("case/when", span, "`when` has no condition")
                .help("add `status: 206` or `headers: { Content-Range: <present> }`"),
        );
    }
    When {
        status,
        headers,
        span,
    }
}

/// Does the block check the status, itself or in each of its alternatives?
pub(crate) fn has_status(block: &BlockFormat<'_>) -> bool {
    let mut alternatives = block.any_of.iter().flatten().peekable();
    block.status.is_some()
        || alternatives.peek().is_some()
            && alternatives.all(|one| one.status.is_some() || one.is_flawed())
}

/// The statuses that the alternatives accept together; `None` if one of them accepts every status.
pub(crate) fn status_of_all(block: &BlockFormat<'_>, any_of: &[Block]) -> Option<StatusCheck> {
    let span = alternatives_node(block)?.span;
    let mut accepts: Vec<StatusPattern> = Vec::new();
    for alternative in any_of {
        for pattern in &alternative.status.as_ref()?.accepts {
            if !accepts.contains(pattern) {
                accepts.push(*pattern);
            }
        }
    }
    (!accepts.is_empty()).then_some(StatusCheck { accepts, span })
}

/// The value of `any-of`.
fn alternatives_node<'n>(block: &BlockFormat<'n>) -> Option<&'n Node> {
    block.any_of.as_ref()?;
    block.node().get("any-of")
}

/// Reads one block; it is `expect::read_block`, which reads alternatives in turn.
pub(super) type ReadBlock = fn(&mut CaseReader<'_>, &BlockFormat<'_>, &mut Vec<Need>) -> Block;

/// Reads the alternatives of a block whose requirements have this level, and whose own status is this one.
pub(crate) fn read_alternatives(
    reader: &mut CaseReader<'_>,
    block: &BlockFormat<'_>,
    (level, own): (Option<Level>, Option<&StatusCheck>),
    needs: &mut Vec<Need>,
    read_block: ReadBlock,
) -> Vec<Block> {
    let Some(formats) = &block.any_of else {
        return Vec::new();
    };
    let at = alternatives_node(block).map_or(block.node().span, |node| node.span);
    if formats.len() < 2 && !block.is_flawed() {
        let message = match formats.len() {
            0 => "`any-of` is an empty list",
            _ => "`any-of` has only one alternative",
        };
        reader.diagnostics.push(
            Diagnostic::error("case/any-of", at, message)
                .help("add another alternative, or write the checks into the block"),
        );
    }
    for format in formats {
        report_keys_of_blocks(reader, format);
    }
    let read = formats.iter().map(|format| {
        let read = read_block(reader, format, needs);
        if !format.is_flawed() && accepts_everything(format, &read, own) {
            warn_of_everything(reader, read.span);
        }
        Block {
            proves: std::sync::Arc::default(),
            blames: Vec::new(),
            when: None,
            any_of: Vec::new(),
            level,
            ..read
        }
    });
    read.collect()
}

fn report_keys_of_blocks(reader: &mut CaseReader<'_>, format: &BlockFormat<'_>) {
    let Kind::Object(entries) = &format.node().kind else {
        return;
    };
    for (key, _) in entries {
        let known = ONLY_OF_BLOCKS.iter().find(|(name, _)| *name == key.text);
        if let Some((name, help)) = known {
            let message = format!("`{name}` is no key of an alternative");
            reader
                .diagnostics
                .push(Diagnostic::error("case/any-of", key.span, message).help(*help));
        }
    }
}

/// Does the alternative hold for every answer that the rest of its block, with this status, accepts?
fn accepts_everything(format: &BlockFormat<'_>, read: &Block, own: Option<&StatusCheck>) -> bool {
    let covers = |check: &StatusCheck, pattern: StatusPattern| {
        check.accepts.iter().any(|one| one.covers(pattern))
    };
    let accepts_status = read.status.as_ref().is_none_or(|check| {
        covers(check, StatusPattern::Any)
            || own.is_some_and(|own| own.accepts.iter().all(|one| covers(check, *one)))
    });
    let is_any_schema = format.schema.is_some_and(|node| match &node.kind {
        Kind::Object(entries) => entries.is_empty(),
        _ => false,
    });
    let accepts = |check: &BodyCheck| match check {
        BodyCheck::Json { pattern, .. } | BodyCheck::JsonExactly { pattern, .. } => is_any(pattern),
        BodyCheck::Schema { .. } => is_any_schema,
        _ => false,
    };
    accepts_status
        && read.headers.is_empty()
        && read.within.is_none()
        && (read.status.is_some() || !read.body.is_empty())
        && read.body.iter().all(accepts)
}

fn is_any(pattern: &Pattern) -> bool {
    match &*pattern.shape {
        Shape::Marker(marker) => marker.kind == MarkerKind::Any,
        _ => false,
    }
}

fn warn_of_everything(reader: &mut CaseReader<'_>, span: Span) {
    let message = "this alternative accepts everything, so the others check nothing";
    reader.diagnostics.push(
        Diagnostic::error("case/accepts-everything", span, message)
            .as_warning()
            .label("holds for every answer that the block accepts")
            .help("check more in it, or remove `any-of`"),
    );
}

/// Warns about branches of a step that no answer takes which the step accepts.
pub(crate) fn warn_of_dead(blocks: &[Block], diagnostics: &mut Vec<Diagnostic>) {
    let has_branches = |block: &Block| block.when.is_some() || !block.any_of.is_empty();
    if !blocks.iter().any(has_branches) {
        return;
    }
    let required = || blocks.iter().filter_map(Block::required_status);
    let accepted: Vec<u16> = (100..=599)
        .filter(|status| required().all(|check| accepts(check, *status)))
        .collect();
    warn(
        blocks,
        &accepted,
        "no block of this step accepts",
        diagnostics,
    );
}

/// The same for a rule that describes answers with these statuses.
pub(crate) fn warn_of_dead_in_rule(
    status: &[StatusPattern],
    blocks: &[Block],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let accepted: Vec<u16> = (100..=599)
        .filter(|one| status.iter().any(|pattern| pattern.accepts(*one)))
        .collect();
    warn(blocks, &accepted, "the rule does not describe", diagnostics);
}

fn warn(blocks: &[Block], accepted: &[u16], why: &str, diagnostics: &mut Vec<Diagnostic>) {
    if accepted.is_empty() {
        // No answer can be right: that is reported.
        return;
    }
    for block in blocks {
        let of_condition = block.when.iter().filter_map(|when| when.status.as_ref());
        let of_condition = of_condition.map(|check| (check, "this block is never judged"));
        let of_alternatives = block.any_of.iter().filter_map(|one| one.status.as_ref());
        let of_alternatives = of_alternatives.map(|check| (check, "this alternative never holds"));
        for (check, message) in of_condition.chain(of_alternatives) {
            if accepted.iter().any(|status| accepts(check, *status)) {
                continue;
            }
            diagnostics.push(
                Diagnostic::error("case/never-judged", check.span, message)
                    .as_warning()
                    .label(format!("{why} such an answer"))
                    .help("correct the status, or accept it where the status of every answer is checked"),
            );
        }
    }
}

fn accepts(check: &StatusCheck, status: u16) -> bool {
    check.accepts.iter().any(|pattern| pattern.accepts(status))
}

#[cfg(test)]
mod tests {
    use crate::load::testing::{cases, messages};
    use crate::model::StatusPattern;

    fn found(expect: &str) -> Vec<String> {
        messages(&format!(
            "cases: [{{ id: a, request: {{ GET: / }}, expect: [{expect}] }}]"
        ))
    }

    #[test]
    fn a_condition_and_alternatives_are_read() {
        let cases = cases(
            "cases:\n  - id: a\n    request: { GET: / }\n    expect:\n      \
             - { proves: [DEMO-01], any-of: [{ status: 200, json: { a: 1 } }, { status: [204, 200], headers: { A: <absent> } }] }\n      \
             - { when: { status: 204, headers: { B: <present> } }, proves: [DEMO-01], headers: { C: x } }\n",
        );
        let blocks = &cases[0].steps[0].expect;
        let union = [StatusPattern::Exact(200), StatusPattern::Exact(204)];
        assert_eq!(blocks[0].required_status().unwrap().accepts, union);
        assert_eq!((blocks[0].any_of.len(), blocks[0].checks()), (2, 1));
        assert!(blocks[1].required_status().is_none());
        let when = blocks[1].when.as_ref().unwrap();
        assert_eq!(when.words(), "status 204 and header B");
    }

    #[test]
    fn mistakes_are_reported() {
        let block = "proves: [DEMO-01], status: 200";
        for (expect, message) in [
            (
                "{ proves: [DEMO-01], when: { status: 200 }, json: 1 }",
                "no block of this step checks the status",
            ),
            (
                "{ proves: [DEMO-01], when: { status: 200 }, status: 200 }",
                "no block of this step checks the status",
            ),
            (
                "{ proves: [DEMO-01], any-of: [{ status: 200 }, { json: 1 }] }",
                "no block of this step checks the status",
            ),
            (
                &format!("{{ {block}, when: {{}} }}, {{ status: 200 }}"),
                "`when` has no condition",
            ),
            (
                &format!("{{ {block}, when: {{ status: <any> }} }}, {{ status: 200 }}"),
                "`<any>` is no condition",
            ),
            (
                &format!(
                    "{{ {block} }}, {{ when: {{ status: 206 }}, proves: [DEMO-02], json: 1 }}"
                ),
                "this block is never judged",
            ),
            (
                &format!("{{ {block}, any-of: [{{ json: 1 }}] }}"),
                "`any-of` has only one alternative",
            ),
            (
                &format!("{{ {block}, any-of: [] }}"),
                "`any-of` is an empty list",
            ),
            (
                &format!(
                    "{{ {block}, any-of: [{{ json: 1 }}, {{ proves: [DEMO-01], json: 2 }}] }}"
                ),
                "`proves` is no key of an alternative",
            ),
            (
                &format!("{{ {block}, any-of: [{{ json: 1 }}, {{ status: 404, json: 2 }}] }}"),
                "this alternative never holds",
            ),
            (
                &format!("{{ {block}, any-of: [{{ json: 1 }}, {{ json: <any> }}] }}"),
                "this alternative accepts everything, so the others check nothing",
            ),
            (
                &format!("{{ {block}, any-of: [{{ json: 1 }}, {{ status: <2xx> }}] }}"),
                "this alternative accepts everything, so the others check nothing",
            ),
            (
                &format!("{{ {block}, any-of: [{{ json: 1 }}, {{}}] }}"),
                "this block of `expect` has no checks",
            ),
        ] {
            assert_eq!(found(expect), [message], "{expect}");
        }
        let two = "{ status: [200, 206] }, { when: { status: 200 }, status: 200, proves: [DEMO-01] }, \
                   { when: { status: 206 }, proves: [DEMO-01], headers: { Content-Range: <present> } }";
        assert_eq!(found(two), [""; 0]);
    }
}
