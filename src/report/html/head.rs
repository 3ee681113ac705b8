//! The head of the page: the verdict in words with its reasons, what was run, and where to go.

use std::collections::BTreeSet;

use maud::{Markup, html};

use crate::model::{Disposition, Redacted, Report, Summary, TargetReport, Verdict};
use crate::report::html::shown::{cases_link, shown, sign, worded};
use crate::report::html::{recording, waivers};
use crate::report::page::{Tone, count, duration};
use crate::report::summary::exchanges::requests;
use crate::report::summary::reasons::merged;
use crate::report::summary::verdict;

const VERDICTS: [Verdict; 6] = [
    Verdict::Fail,
    Verdict::Flaky,
    Verdict::Error,
    Verdict::Warn,
    Verdict::Skip,
    Verdict::Pass,
];

/// Reasons that are shown before they are folded.
const REASONS: usize = 4;

pub(super) fn masthead(report: &Report) -> Markup {
    let (word, tone, text) = verdict::words(report);
    html! {
        header class={ "mast t-" (class(tone)) } {
            div.bar {
                p.brand { "Probity" span.sub { " contract report" } }
                nav aria-label="Report" { (navigation(report)) }
                button #theme type="button" hidden { "◐" }
            }
            div.verdict {
                h1 {
                    span.word { (word) }
                    span.vh { ": " }
                    span.words { (text) }
                }
                p.exit { "exit" " " b { (report.exit) } }
            }
            @if report.target.insecure { p.insecure role="alert" { b { "Insecure: " } (TargetReport::INSECURE) } }
            @if !report.reasons.is_empty() { (reasons(report)) }
            (facts(report))
            (counts(report))
        }
    }
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "pass",
        Tone::Warn => "warn",
        Tone::Error => "error",
        _ => "fail",
    }
}

fn navigation(report: &Report) -> Markup {
    let summary = &report.summary;
    let bad = summary.fail + summary.flaky + summary.error + summary.warn;
    html! {
        @if report.comparison.is_some() { a href="#compared" { "What changed" } }
        a href="#broke" { "What broke " span.n { (bad) } }
        @if !report.waivers.is_empty() { a href=(waivers::link(report)) { "Waivers " span.n { (report.waivers.len()) } } }
        a href="#requirements" { "Requirements " span.n { (report.requirements.len()) } }
        a href="#timing" { "Timing" }
        a href="#cases" { "All cases " span.n { (report.cases.len()) } }
    }
}

fn reasons(report: &Report) -> Markup {
    let reasons = merged(&report.reasons);
    let (first, rest) = reasons.split_at(reasons.len().min(REASONS));
    html! {
        ul.reasons { @for reason in first { li { (worded(reason)) } } }
        @if !rest.is_empty() {
            details.more {
                summary { (count(rest.len(), "more reason")) }
                ul.reasons { @for reason in rest { li { (worded(reason)) } } }
            }
        }
    }
}

fn facts(report: &Report) -> Markup {
    let urls = origins(report);
    let suite = if report.is_embedded() {
        "embedded suite"
    } else {
        report.name_of_suite()
    };
    html! {
        dl.facts {
            div { dt { "target" } dd {
                b { (shown(&report.target.name)) }
                @for url in urls { " " code { (shown(url)) } }
            } }
            div { dt { "suite" } dd { (shown(suite)) } }
            @if !report.selection.is_empty() {
                div { dt { "only" } dd { @for one in &report.selection { code { (shown(one)) } " " } } }
            }
            @if let Some(recording) = &report.recording {
                (recording::fact(recording))
            }
            div { dt { "started" } dd { time datetime=(shown(&report.started)) { (shown(&date(&report.started))) } } }
            @if let Some(run_id) = &report.run_id {
                div { dt { "run id" } dd { code { (shown(&run_id.id)) } " in " (shown(&run_id.header)) } }
            }
            div { dt { "took" } dd { (duration(report.duration_ms)) } }
            div { dt { "total" } dd {
                (count(report.summary.checks, "check")) ", " (requests(&report.summary))
            } }
        }
    }
}

/// The base URLs, without those below another one, and without the target's own name.
fn origins(report: &Report) -> Vec<&str> {
    let urls: BTreeSet<&str> = report
        .target
        .services
        .values()
        .map(Redacted::as_str)
        .collect();
    let is_below = |url: &str| {
        urls.iter().any(|other| {
            let rest = url.strip_prefix(other);
            rest.is_some_and(|rest| rest.starts_with('/'))
        })
    };
    let mut origins: Vec<&str> = urls.iter().copied().filter(|url| !is_below(url)).collect();
    origins.retain(|url| *url != report.target.name);
    origins
}

/// `2026-01-01 00:00:00 UTC`, or the text as it is.
fn date(started: &str) -> String {
    match started.split_once('T') {
        Some((day, time)) if time.ends_with('Z') => {
            let time = time.trim_end_matches('Z');
            let time = time.split('.').next().unwrap_or(time);
            format!("{day} {time} UTC")
        }
        _ => started.to_owned(),
    }
}

fn number(summary: &Summary, verdict: Verdict) -> usize {
    match verdict {
        Verdict::Pass => summary.pass,
        Verdict::Warn => summary.warn,
        Verdict::Fail => summary.fail,
        Verdict::Flaky => summary.flaky,
        Verdict::Error => summary.error,
        Verdict::Skip => summary.skip,
    }
}

/// How many cases had which verdict, as a bar and as links into the list of cases; then the requirements.
fn counts(report: &Report) -> Markup {
    let with = |disposition| {
        let requirements = report.requirements.iter();
        requirements
            .filter(|one| one.disposition == disposition)
            .count()
    };
    html! {
        div.counts {
            p.tally {
                span.of { (count(report.cases.len(), "case")) }
                @for verdict in VERDICTS {
                    @let number = number(&report.summary, verdict);
                    @if number > 0 {
                        a class={ "badge v-" (verdict.name()) } href=(cases_link("verdict", verdict.name())) {
                            span aria-hidden="true" { (sign(verdict)) } " " b { (number) } " " (verdict.name())
                        }
                    }
                }
            }
            p.tally {
                span.of { (count(report.requirements.len(), "requirement")) }
                @for disposition in [Disposition::Violated, Disposition::Unproven, Disposition::Upheld, Disposition::NotApplicable] {
                    @let number = with(disposition);
                    @if number > 0 {
                        a class={ "badge v-" (badge_class(disposition)) } href="#requirements" {
                            span aria-hidden="true" { (badge_sign(disposition)) } " " b { (number) } " " (disposition.words())
                        }
                    }
                }
            }
            (bar(report))
        }
    }
}

fn badge_class(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Violated => "fail",
        Disposition::Unproven => "warn",
        Disposition::Upheld => "pass",
        Disposition::NotApplicable => "skip",
    }
}

fn badge_sign(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Violated => "✕",
        Disposition::Unproven => "?",
        Disposition::Upheld => "✓",
        Disposition::NotApplicable => "–",
    }
}

/// The verdicts as shares of one bar; a share is never too thin to be seen.
fn bar(report: &Report) -> Markup {
    let numbers = VERDICTS.map(|verdict| (verdict, number(&report.summary, verdict)));
    #[expect(clippy::cast_precision_loss, reason = "a picture")]
    let sizes = numbers.map(|(verdict, number)| (verdict, number as f64));
    let total: f64 = sizes.iter().map(|(_, size)| size).sum();
    let widths = sizes.map(|(verdict, size)| {
        let share = if size > 0.0 {
            (size / total * 100.0).max(0.8)
        } else {
            0.0
        };
        (verdict, share)
    });
    let sum: f64 = widths.iter().map(|(_, width)| width).sum();
    let shares = widths.into_iter().scan(0.0, |next, (verdict, width)| {
        let (start, width) = (*next, width / sum * 100.0);
        *next += width;
        Some((verdict, start, width))
    });
    html! {
        svg.share width="100%" height="6" aria-hidden="true" focusable="false" {
            @for (verdict, start, width) in shares {
                @if width > 0.0 {
                    rect class={ "f-" (verdict.name()) } x=(format!("{start:.2}%")) width=(format!("{width:.2}%")) height="6" {}
                }
            }
        }
    }
}
