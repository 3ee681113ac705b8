//! How gently a target must be treated.

use crate::load::format::LimitsFormat;
use crate::load::node::{Kind, Node};
use crate::load::record::refuse;
use crate::load::scalars::{read_duration, read_size};
use crate::model::{Diagnostic, Limits};

pub(super) fn read_limits(
    format: Option<&LimitsFormat<'_>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Limits {
    let mut limits = Limits::default();
    let Some(format) = format else { return limits };
    if let Some(number) = format
        .concurrency
        .and_then(|node| positive(node, 1024, diagnostics))
    {
        limits.concurrency = usize::try_from(number).unwrap_or(1);
    }
    if let Some(node) = format.per_second {
        limits.per_second = positive(node, 1_000_000, diagnostics);
    }
    let durations = [
        (format.timeout, &mut limits.timeout),
        (format.connect_timeout, &mut limits.connect_timeout),
        (format.throttle_wait, &mut limits.throttle_wait),
    ];
    for (node, limit) in durations {
        if let Some(read) = node.and_then(|node| read_duration(node, diagnostics)) {
            *limit = read;
        }
    }
    if let Some(octets) = format.body.and_then(|node| read_size(node, diagnostics)) {
        limits.body = octets;
    }
    limits
}

fn positive(node: &Node, most: u32, diagnostics: &mut Vec<Diagnostic>) -> Option<u32> {
    let number = match &node.kind {
        Kind::Number(number) => number
            .as_u64()
            .and_then(|number| u32::try_from(number).ok()),
        _ => None,
    };
    let number = number.filter(|number| (1..=most).contains(number));
    if number.is_none() {
        refuse(node, diagnostics, || {
            let found = node.describe();
            let message = format!("expected a whole number from 1 to {most}, found {found}");
            Diagnostic::error("format/number", node.span, message)
        });
    }
    number
}
