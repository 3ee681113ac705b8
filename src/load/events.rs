//! Checks on a stream of server-sent events: how much of it is read, and conditions on its events.

use std::time::Duration;

use crate::json::Selector;
use crate::load::format::EventsFormat;
use crate::load::names::CaseReader;
use crate::load::node::{Kind, Node};
use crate::load::record::{Record, reject};
use crate::load::scalars::read_duration;
use crate::load::selection::count;
use crate::model::{
    BodyCheck, Condition, Conditions, Diagnostic, EventLimit, MOST_EVENTS, Selection, Span,
};

/// How long events are waited for if the case does not say.
const WITHIN: Duration = Duration::from_secs(10);

/// Reads `events`. The conditions are selections from the array of events.
pub(crate) fn read(reader: &mut CaseReader<'_>, format: &EventsFormat<'_>) -> Vec<BodyCheck> {
    let span = format.node().span;
    let first: Vec<&Node> = match format.first {
        None => Vec::new(),
        Some(node) => match &node.kind {
            Kind::List(items) => items.iter().collect(),
            _ => vec![node],
        },
    };
    if let Some(node) = format.first.filter(|_| first.is_empty()) {
        let message = "`first` is empty: every stream begins so";
        let diagnostic = Diagnostic::error("case/no-condition", node.span, message);
        reader
            .diagnostics
            .push(diagnostic.help("write a pattern for each of the first events"));
    }
    let take = format.take.and_then(|node| take(reader, node));
    if let (Some(take), Some(node)) = (take, format.first)
        && first.len() > take
    {
        let message = format!("`first` has {} patterns, but `take` is {take}", first.len());
        reader.diagnostics.push(
            Diagnostic::error("case/events", node.span, message)
                .help(format!("write `take: {}`", first.len())),
        );
    }
    let within = format
        .within
        .and_then(|node| read_duration(node, reader.diagnostics));
    if format.take.is_none() && format.within.is_none() && first.is_empty() && !format.is_flawed() {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/events",
                span,
                "`events` has no end: a stream need not end",
            )
            .help("add `take: 3` (close after 3 events), `within: 2s`, or both"),
        );
    }
    let take =
        take.or_else(|| (format.take.is_none() && format.within.is_none()).then_some(first.len()));
    let count = format.count.and_then(|node| count(reader, node));
    let may_be_none = matches!(count, Some((0, _)));
    if let (Some((_, Some(most))), Some(node)) = (count, format.count) {
        reject_too_few(reader, format, node, most, first.len());
    }
    let limit = EventLimit {
        take: take.filter(|take| *take > 0),
        may_be_none,
        within: within.unwrap_or(WITHIN),
    };
    let mut checks = vec![BodyCheck::Events { limit, span }];
    for (index, node) in first.into_iter().enumerate() {
        reader.reject_members_of_events(node);
        let each = Condition::Each(reader.pattern(node));
        checks.extend(selection(&format!("$[{index}]"), each, false, node.span));
    }
    if let Some(node) = format.each {
        reader.reject_members_of_events(node);
        let each = Condition::Each(reader.pattern(node));
        checks.extend(selection("$[*]", each, may_be_none, node.span));
    }
    if let (Some(node), Some((min, max))) = (format.count, count) {
        let count = Condition::Count { min, max };
        checks.extend(selection("$[*]", count, false, node.span));
    }
    checks
}

/// Rejects a `count` that contradicts what else is expected: no stream could meet both.
fn reject_too_few(
    reader: &mut CaseReader<'_>,
    format: &EventsFormat<'_>,
    count: &Node,
    most: u64,
    first: usize,
) {
    let take = format.take.and_then(|node| match &node.kind {
        Kind::Number(number) => number.as_u64(),
        _ => None,
    });
    let (node, message) = match (take, format.first, format.each) {
        (Some(take), ..) if take > most => (
            format.take,
            format!("`take: {take}` expects more events than `count` allows"),
        ),
        (_, Some(node), _) if first as u64 > most => (
            Some(node),
            "`first` expects more events than `count` allows".to_owned(),
        ),
        (_, _, Some(node)) if most == 0 => (
            Some(node),
            "`each` expects events, and `count` allows none".to_owned(),
        ),
        _ => return,
    };
    let help = match most {
        0 => "that no event comes is `within: 2s` with `count: 0`, and nothing else",
        _ => "remove one of them",
    };
    let mut diagnostic = Diagnostic::error("case/events", count.span, message).help(help);
    if let Some(node) = node {
        diagnostic = diagnostic.also(node.span, "expected here");
    }
    reader.diagnostics.push(diagnostic);
}

fn selection(path: &str, condition: Condition, or_none: bool, span: Span) -> Option<BodyCheck> {
    Some(BodyCheck::Select(Selection {
        selector: Selector::new(path).ok()?,
        template: None,
        conditions: Conditions::One([(condition, span)]),
        or_none,
        span,
    }))
}

fn take(reader: &mut CaseReader<'_>, node: &Node) -> Option<usize> {
    let number = match &node.kind {
        Kind::Number(number) => number.as_u64(),
        _ => None,
    };
    let number = number.and_then(|number| usize::try_from(number).ok());
    let take = number.filter(|number| (1..=MOST_EVENTS).contains(number));
    if take.is_none() {
        reject(node, reader.diagnostics, || {
            let message = format!("expected a number of events, found {}", node.describe());
            Diagnostic::error("case/events", node.span, message)
                .help(format!("write a number from 1 to {MOST_EVENTS}"))
        });
    }
    take
}
