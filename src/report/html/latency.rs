//! Latency: how long the answers of each contract took, on one logarithmic scale.

use maud::{Markup, html};

use super::shown::shown;
use crate::model::Report;
use crate::report::page::duration;

/// Columns of the picture; answers that fall into the same one make a higher bar.
const BINS: usize = 120;

/// Height of a row in pixels.
const HIGH: f64 = 30.0;

pub(super) fn figure(report: &Report) -> Markup {
    let rows: Vec<(&str, Vec<f64>)> = report
        .contracts
        .iter()
        .map(|contract| (contract.name.as_str(), samples(report, &contract.name)))
        .filter(|(_, samples)| !samples.is_empty())
        .collect();
    if rows.is_empty() {
        return html! {};
    }
    let all = || rows.iter().flat_map(|(_, samples)| samples);
    let scale = Scale::of(
        all().copied().fold(f64::MAX, f64::min),
        all().copied().fold(0.0, f64::max),
    );
    html! {
        figure.latency {
            figcaption { h3 { "Latency" } span.aside { "whole answers by contract; the line is the median, the dashed line the 95th percentile" } }
            table role="table" {
                thead role="rowgroup" { tr role="row" {
                    th role="columnheader" scope="col" { "Contract" }
                    th.plot role="columnheader" scope="col" { span.vh { "Distribution" } span.axis aria-hidden="true" { @for tick in scale.ticks() { span { (duration(tick)) } } } }
                    th.number role="columnheader" scope="col" { "answers" }
                    th.number role="columnheader" scope="col" { "median" }
                    th.number role="columnheader" scope="col" { "p95" }
                    th.number role="columnheader" scope="col" { "slowest" }
                } }
                tbody role="rowgroup" { @for (name, samples) in &rows { (row(name, samples, &scale)) } }
            }
        }
    }
}

/// Durations of the answers, shortest first.
fn samples(report: &Report, contract: &str) -> Vec<f64> {
    let cases = report.cases.iter().filter(|case| case.contract == contract);
    let mut samples: Vec<f64> = cases
        .flat_map(|case| &case.steps)
        .filter(|step| step.status.is_some())
        .map(|step| step.duration_ms)
        .collect();
    samples.sort_by(f64::total_cmp);
    samples
}

/// The value that so many per cent of the samples do not exceed (nearest rank).
fn percentile(samples: &[f64], percent: usize) -> f64 {
    let rank = (samples.len() * percent).div_ceil(100).max(1);
    samples[rank - 1]
}

fn row(name: &str, samples: &[f64], scale: &Scale) -> Markup {
    let (median, late) = (percentile(samples, 50), percentile(samples, 95));
    let slowest = samples[samples.len() - 1];
    html! {
        tr role="row" {
            th role="rowheader" scope="row" { (shown(name)) }
            td.plot role="cell" {
                svg width="100%" height=(HIGH) role="img" aria-label={ "Latency of " (shown(name)) ": median " (duration(median)) ", 95th percentile " (duration(late)) } {
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

    /// Where a value stands: 0 is the left end, 1 the right.
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
