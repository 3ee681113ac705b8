//! The limits of a target.

use crate::load::node::{Kind, Node};
use crate::load::record::reject;
use crate::load::scalars::{duration, read_duration, read_size};
use crate::load::target::TargetReader;
use crate::load::target::format::{LimitsFormat, TargetFile};
use crate::model::{Diagnostic, Limits, ServiceLimits, Stretch};

/// The largest factor for `eventually`.
const LARGEST_FACTOR: u32 = 100;

impl TargetReader<'_> {
    pub(super) fn limits(&mut self, format: &TargetFile<'_>) -> Limits {
        let mut limits = Limits::default();
        let Some(format) = &format.limits else {
            return limits;
        };
        read_limits(format, &mut limits, self.diagnostics);
        for (key, format) in format.services.iter().flat_map(|entries| &entries.0) {
            self.check_service(key);
            let concurrency = format.concurrency;
            let concurrency = concurrency.and_then(|node| {
                let most = u32::try_from(limits.concurrency).unwrap_or(u32::MAX);
                positive(node, most, self.diagnostics)
            });
            let own = ServiceLimits {
                concurrency: concurrency.and_then(|number| usize::try_from(number).ok()),
                per_second: format
                    .per_second
                    .and_then(|node| positive(node, 1_000_000, self.diagnostics)),
            };
            limits.services.insert(key.text.clone(), own);
        }
        limits
    }
}

fn read_limits(format: &LimitsFormat<'_>, limits: &mut Limits, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(number) = format
        .concurrency
        .and_then(|node| positive(node, 1024, diagnostics))
    {
        limits.concurrency = usize::try_from(number).unwrap_or(1);
        limits.states_concurrency = true;
    }
    if let Some(node) = format.per_second {
        limits.per_second = positive(node, 1_000_000, diagnostics);
    }
    let durations = [
        (format.timeout, &mut limits.timeout),
        (format.connect_timeout, &mut limits.connect_timeout),
        (format.throttle_wait, &mut limits.throttle_wait),
        (format.throttle_total, &mut limits.throttle_total),
    ];
    for (node, limit) in durations {
        if let Some(read) = node.and_then(|node| read_duration(node, diagnostics)) {
            *limit = read;
        }
    }
    if let Some(bytes) = format.body.and_then(|node| read_size(node, diagnostics)) {
        limits.body = bytes;
    }
    if let Some(node) = format.eventually {
        limits.eventually = stretch(node, diagnostics);
    }
}

/// `3x` or `30s`.
fn stretch(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Stretch {
    let text = node.as_text().unwrap_or_default();
    let times = text
        .strip_suffix('x')
        .and_then(|digits| digits.parse().ok());
    match (times, duration(text)) {
        (Some(times), _) if (1..=LARGEST_FACTOR).contains(&times) => Stretch::Times(times),
        (None, Some(least)) => Stretch::AtLeast(least),
        _ => {
            reject(node, diagnostics, || {
                let message = format!("expected a factor or a duration, found {}", node.describe());
                Diagnostic::error("target/eventually", node.span, message).help(format!(
                    "write a factor for the windows of all cases, at most {LARGEST_FACTOR}: `3x`; or a minimum: `30s`"
                ))
            });
            Stretch::None
        }
    }
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
        reject(node, diagnostics, || {
            let found = node.describe();
            let message = format!("expected a whole number from 1 to {most}, found {found}");
            Diagnostic::error("format/number", node.span, message)
        });
    }
    number
}
