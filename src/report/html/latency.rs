//! Latency: how long the answers of each operation took, on one logarithmic scale.

use std::collections::HashMap;
use std::sync::Arc;

use maud::{Markup, html};

use crate::model::{Redacted, Report};
use crate::report::html::shown::shown;
use crate::report::page::{count, duration};

/// Columns of the picture; answers that fall into the same one make a higher bar.
const BINS: usize = 120;

/// Height of a row in pixels.
const HIGH: f64 = 30.0;

/// Fewer answers than these are no distribution: they are listed in a line.
const FEWEST: usize = 3;

/// Operations that are drawn.
const DRAWN: usize = 40;

/// Operations with few answers that are listed.
const LISTED: usize = 100;

/// How long the answers of one operation took.
struct Operation {
    contract: Arc<str>,
    /// Method and path: `POST /users/{}/seats`; empty where the report does not say.
    name: Redacted,
    /// In milliseconds, shortest first.
    samples: Vec<f64>,
}

pub(super) fn figure(report: &Report) -> Markup {
    let (mut drawn, mut few_answers): (Vec<_>, Vec<_>) = operations(report)
        .into_iter()
        .partition(|operation| operation.samples.len() >= FEWEST);
    if drawn.is_empty() {
        std::mem::swap(&mut drawn, &mut few_answers);
    }
    if drawn.is_empty() {
        return html! {};
    }
    let all = || drawn.iter().flat_map(|operation| &operation.samples);
    let scale = Scale::of(
        all().copied().fold(f64::MAX, f64::min),
        all().copied().fold(0.0, f64::max),
    );
    let left_out = drawn.len().saturating_sub(DRAWN) + few_answers.len().saturating_sub(LISTED);
    html! {
        figure.latency {
            figcaption { h3 { "Latency" } span.aside { "complete responses by operation; the line is the median, the dashed line the 95th percentile" } }
            table role="table" {
                thead role="rowgroup" { tr role="row" {
                    th role="columnheader" scope="col" { "Operation" }
                    th.plot role="columnheader" scope="col" { span.vh { "Distribution" } span.axis aria-hidden="true" { @for tick in scale.ticks() { span { (duration(tick)) } } } }
                    th.number role="columnheader" scope="col" { "answers" }
                    th.number role="columnheader" scope="col" { "median" }
                    th.number role="columnheader" scope="col" { "p95" }
                    th.number role="columnheader" scope="col" { "slowest" }
                } }
                tbody role="rowgroup" {
                    @for (index, operation) in drawn.iter().take(DRAWN).enumerate() {
                        @let is_first = index == 0 || drawn[index - 1].contract != operation.contract;
                        (row(operation, is_first, &scale))
                    }
                }
            }
            (few(&few_answers))
            @if left_out > 0 { p.left-out { (count(left_out, "more operation")) " in the JSON report." } }
        }
    }
}

/// Operations in the order of the contracts, those with many answers first.
fn operations(report: &Report) -> Vec<Operation> {
    let mut operations: Vec<Operation> = Vec::new();
    let mut known: HashMap<(Arc<str>, Redacted), usize> = HashMap::new();
    for case in &report.cases {
        for step in case.steps.iter().filter(|step| step.status.is_some()) {
            let (contract, name) = (Arc::clone(&case.contract), step.operation.clone());
            let key = (Arc::clone(&contract), name.clone());
            let at = *known.entry(key).or_insert(operations.len());
            if at == operations.len() {
                operations.push(Operation {
                    contract,
                    name,
                    samples: Vec::new(),
                });
            }
            operations[at].samples.push(step.duration_ms);
        }
    }
    let order = |contract: &str| {
        let mut contracts = report.contracts.iter();
        contracts.position(|one| one.name == contract)
    };
    for operation in &mut operations {
        operation.samples.sort_by(f64::total_cmp);
    }
    operations.sort_by_key(|one| (order(&one.contract), std::cmp::Reverse(one.samples.len())));
    operations
}

/// Operations with few answers: how many and how long, without a picture.
fn few(operations: &[Operation]) -> Markup {
    html! {
        @if !operations.is_empty() {
            details.more {
                summary { (count(operations.len(), "operation")) " with fewer than " (FEWEST) " answers" }
                ul.few-answers {
                    @for operation in operations.iter().take(LISTED) {
                        li {
                            (operation.label()) " "
                            span.aside { @for sample in &operation.samples { (duration(*sample)) " " } }
                        }
                    }
                }
            }
        }
    }
}

impl Operation {
    /// `POST /users/{}/seats`, which may break after each `/`.
    fn label(&self) -> Markup {
        if self.name.is_empty() {
            return html! { code { (shown(&self.contract)) } };
        }
        html! {
            code {
                @for (index, part) in self.name.split('/').enumerate() {
                    @if index > 0 { "/" wbr; }
                    (shown(part))
                }
            }
        }
    }
}

/// The value that so many per cent of the samples do not exceed (nearest rank).
fn percentile(samples: &[f64], percent: usize) -> f64 {
    let rank = (samples.len() * percent).div_ceil(100).max(1);
    samples[rank - 1]
}

fn row(operation: &Operation, is_first: bool, scale: &Scale) -> Markup {
    let samples = &operation.samples;
    let (median, late) = (percentile(samples, 50), percentile(samples, 95));
    let slowest = samples[samples.len() - 1];
    html! {
        tr role="row" class={ @if is_first { "first" } } {
            th role="rowheader" scope="row" {
                @if is_first && !operation.name.is_empty() { span.contract-name { (shown(&operation.contract)) } }
                (operation.label())
            }
            td.plot role="cell" {
                svg width="100%" height=(HIGH) role="img" aria-label={ "Latency of " (shown(&operation.name)) ": median " (duration(median)) ", 95th percentile " (duration(late)) } {
                    @for (index, number) in scale.bins(samples).into_iter().enumerate() {
                        @if number > 0.0 {
                            @let bar = (number * (HIGH - 2.0)).max(3.0);
                            rect.sample x=(percent(index)) width=(format!("{:.3}%", 80.0 / bins())) y=(format!("{:.1}", HIGH - bar)) height=(format!("{bar:.1}")) {}
                        }
                    }
                    @for (value, class) in [(median, "median"), (late, "late")] {
                        @let x = format!("{:.2}%", scale.at(value) * 100.0);
                        line class=(class) x1=(x) x2=(x) y1="0" y2=(HIGH) {}
                    }
                }
            }
            td.number role="cell" { (samples.len()) }
            td.number role="cell" { (duration(median)) }
            td.number role="cell" { (duration(late)) }
            td.number role="cell" { (duration(slowest)) }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a picture")]
fn percent(index: usize) -> String {
    format!("{:.3}%", index as f64 / bins() * 100.0)
}

#[expect(clippy::cast_precision_loss, reason = "a small constant")]
fn bins() -> f64 {
    BINS as f64
}

/// A logarithmic scale, at least a factor of ten wide.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(shortest: f64, longest: f64) -> Scale {
        let low = shortest.max(0.001).log10().floor();
        let high = longest.max(0.001).log10().ceil().max(low + 1.0);
        Scale { low, high }
    }

    /// The position of a value: 0 is the left end, 1 the right.
    fn at(&self, value: f64) -> f64 {
        let place = (value.max(0.001).log10() - self.low) / (self.high - self.low);
        place.clamp(0.0, 1.0)
    }

    /// Powers of ten, both ends included; when there are many, only the ends and the middle.
    fn ticks(&self) -> Vec<f64> {
        let mut ticks = Vec::new();
        let mut power = self.low;
        while power <= self.high + 0.5 {
            ticks.push(10_f64.powf(power));
            power += 1.0;
        }
        ticks
    }

    /// How full each column is: 1 is the fullest one.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a picture"
    )]
    fn bins(&self, samples: &[f64]) -> Vec<f64> {
        let mut numbers = vec![0_usize; BINS];
        for sample in samples {
            let bin = (self.at(*sample) * bins()) as usize;
            numbers[bin.min(BINS - 1)] += 1;
        }
        let most = numbers.iter().copied().max().unwrap_or(0).max(1) as f64;
        numbers
            .into_iter()
            .map(|number| (number as f64 / most).sqrt())
            .collect()
    }
}
