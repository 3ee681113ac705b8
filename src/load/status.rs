//! The statuses that a block accepts.

use crate::load::names::CaseReader;
use crate::load::node::{Kind, Node};
use crate::load::record::reject;
use crate::model::{Block, Diagnostic, StatusCheck, StatusPattern};

/// Reads a status, a marker, or a list of these.
pub(crate) fn read(reader: &mut CaseReader<'_>, node: &Node) -> Option<StatusCheck> {
    let items: Vec<&Node> = match &node.kind {
        Kind::List(items) => items.iter().collect(),
        _ => vec![node],
    };
    if items.is_empty() {
        reader.diagnostics.push(
            Diagnostic::error("case/status", node.span, "`status` is an empty list")
                .help("add at least one status"),
        );
    }
    let accepts: Vec<StatusPattern> = items
        .into_iter()
        .filter_map(|item| read_pattern(reader, item))
        .collect();
    (!accepts.is_empty()).then_some(StatusCheck {
        accepts,
        span: node.span,
    })
}

/// Warns about blocks of one step that no status can satisfy together: 200 in one, 404 in another.
pub(crate) fn warn_about_conflict(blocks: &[Block], diagnostics: &mut Vec<Diagnostic>) {
    let checks: Vec<&StatusCheck> = blocks.iter().filter_map(Block::required_status).collect();
    let accepts = |check: &StatusCheck, status: u16| {
        let mut accepted = check.accepts.iter();
        accepted.any(|pattern| pattern.accepts(status))
    };
    let can_all_hold = |checks: &[&StatusCheck]| {
        (100..=599).any(|status| checks.iter().all(|check| accepts(check, status)))
    };
    for (index, check) in checks.iter().enumerate().skip(1) {
        if can_all_hold(&checks[..=index]) {
            continue;
        }
        let message = "no response can satisfy all blocks of this step";
        diagnostics.push(
            Diagnostic::error("case/status-conflict", check.span, message)
                .as_warning()
                .label("rejects every status that the blocks above accept")
                .also(checks[0].span, "a block above")
                .help("all blocks of a step judge the same response: write a case, or a step, for each status"),
        );
        return;
    }
}

fn read_pattern(reader: &mut CaseReader<'_>, node: &Node) -> Option<StatusPattern> {
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
    if let Some(pattern) = inside.and_then(StatusPattern::from_marker) {
        return Some(pattern);
    }
    reject(node, reader.diagnostics, || bad_status(node));
    None
}

fn bad_status(node: &Node) -> Diagnostic {
    let error = |message| Diagnostic::error("case/status", node.span, message);
    let text = match &node.kind {
        Kind::Number(number) => {
            return error(format!("{number} is not an HTTP status"))
                .help("write a number from 100 to 599");
        }
        Kind::Text(text) => text.as_str(),
        _ => "",
    };
    if text.parse::<u16>().is_ok() {
        return error(format!("expected a number, found {}", node.describe()))
            .help(format!("remove the quotes: `status: {text}`"));
    }
    let diagnostic = error(format!("expected a status, found {}", node.describe()));
    let word = text.trim_matches(['<', '>']).to_lowercase();
    if StatusPattern::from_marker(&word).is_some() {
        diagnostic.help(format!("did you mean `<{word}>`?"))
    } else if text.contains("${") {
        diagnostic.help("a status can only come from a row: `${row.status}`")
    } else {
        diagnostic.help("write a number, `<2xx>`, `<not 2xx>`, `<any>`, or a list of these")
    }
}
