//! How the body of a request is framed, and which redirects are followed.

use serde_json::Number;

use crate::load::format::RequestFormat;
use crate::load::names::CaseReader;
use crate::load::need::Need;
use crate::load::node::{Kind, Node};
use crate::load::record::{Record as _, reject};
use crate::load::scalars::read_duration;
use crate::model::{Diagnostic, Framing, Transport};

/// The most redirects that a request may follow.
const MOST_HOPS: u64 = 20;

/// The largest chunk, in bytes.
const LARGEST_CHUNK: u64 = 16 << 20;

/// The longest wait for `100 (Continue)`, in seconds.
const LONGEST_WAIT: u64 = 60;

/// Reads `chunked` and `expect-continue`, which are about a body.
pub(crate) fn read(
    reader: &mut CaseReader<'_>,
    layers: &[&RequestFormat<'_>],
    has_no_body: bool,
    needs: &mut Vec<Need>,
) -> Framing {
    let chunked = layers.iter().rev().find_map(|layer| layer.chunked);
    let wait = layers.iter().rev().find_map(|layer| layer.expect_continue);
    for (node, what) in [
        (chunked, "choose the sizes of chunks"),
        (wait, "wait for 100 before the body"),
    ] {
        needs.extend(node.filter(|_| !has_no_body).map(|node| Need {
            least: Transport::Raw,
            what: what.into(),
            span: node.span,
        }));
    }
    // A shared request may have them for the steps that send a body.
    let own = layers.last().filter(|_| has_no_body);
    for (node, key) in [
        (own.and_then(|layer| layer.chunked), "chunked"),
        (
            own.and_then(|layer| layer.expect_continue),
            "expect-continue",
        ),
    ] {
        if let Some(node) = node.filter(|_| own.is_some_and(|layer| !layer.is_flawed())) {
            reader.diagnostics.push(
                Diagnostic::error(
                    "case/framing",
                    node.span,
                    format!("`{key}` in a request without a body"),
                )
                .help("add a body, or remove it"),
            );
        }
    }
    if has_no_body {
        return Framing::default();
    }
    Framing {
        chunks: chunked.map_or_else(Vec::new, |node| chunks(reader, node)),
        wait: wait.and_then(|node| {
            let wait = read_duration(node, reader.diagnostics)?;
            if wait.as_secs() > LONGEST_WAIT {
                reader.diagnostics.push(
                    Diagnostic::error("case/framing", node.span, "a wait of more than a minute")
                        .help("a server sends 100 at once or not at all: write `1s`"),
                );
            }
            Some(wait)
        }),
    }
}

fn chunks(reader: &mut CaseReader<'_>, node: &Node) -> Vec<usize> {
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut sizes = Vec::new();
    for item in items {
        let size = number(item).filter(|size| (1..=LARGEST_CHUNK).contains(size));
        match size.and_then(|size| usize::try_from(size).ok()) {
            Some(size) => sizes.push(size),
            None => reject(item, reader.diagnostics, || {
                let message = format!(
                    "expected the size of a chunk in bytes, found {}",
                    item.describe()
                );
                Diagnostic::error("case/framing", item.span, message).help(
                    "write a number from 1 to 16777216, or a list of them: `chunked: [1, 1000]`",
                )
            }),
        }
    }
    if items.is_empty() {
        reader.diagnostics.push(
            Diagnostic::error("case/framing", node.span, "an empty list of chunk sizes")
                .help("write the sizes in bytes: `chunked: [1, 1000]`"),
        );
    }
    sizes
}

/// Reads `follow: { max: 5 }`; 0 follows none, where a shared request follows some.
pub(crate) fn follow(reader: &mut CaseReader<'_>, layers: &[&RequestFormat<'_>]) -> usize {
    let written = layers.iter().rev().find_map(|layer| layer.follow.as_ref());
    let Some(node) = written.and_then(|format| format.max) else {
        return 0;
    };
    let max = number(node).filter(|max| *max <= MOST_HOPS);
    if max.is_none() {
        reject(node, reader.diagnostics, || {
            let message = format!("expected a number of redirects, found {}", node.describe());
            Diagnostic::error("case/follow", node.span, message)
                .help(format!("write a number from 0 to {MOST_HOPS}"))
        });
    }
    max.and_then(|max| usize::try_from(max).ok()).unwrap_or(0)
}

fn number(node: &Node) -> Option<u64> {
    match &node.kind {
        Kind::Number(number) => Number::as_u64(number),
        _ => None,
    }
}
