//! The statuses that a block accepts.

use crate::load::names::CaseReader;
use crate::load::node::{Kind, Node};
use crate::load::record::reject;
use crate::model::{Diagnostic, StatusCheck, StatusPattern};

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
