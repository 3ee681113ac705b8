//! One request and its answer, as sent and received, folded where they are long.

use maud::{Markup, html};

use crate::model::{BodyReport, ExchangeReport, Finding, Redacted, ResponseReport, StepReport};
use crate::report::html::shown::{block, shown, uncut, worded};
use crate::report::page::{count, duration};
use crate::report::summary::advice::advice;
use crate::report::summary::body;
use crate::report::summary::body::{Line, Shown};
use crate::report::summary::refused::Refused;
use crate::text::excerpt::short_text;

/// Lines of a body that are shown before the rest is folded.
const LINES: usize = 14;

/// Lines of a body that are shown at all.
const ALL_LINES: usize = 1500;

/// Characters of one line of a body.
const LINE: usize = 4000;

/// Bytes of a body that needs no laying out.
const SHORT: usize = 90;

/// Characters of a body as it came.
const RAW: usize = 16_000;

/// The exchange of a step; `index` is said where the case has several.
pub(super) fn details(
    step: &StepReport,
    index: usize,
    several: bool,
    findings: &[&Finding],
    unfolded: bool,
) -> Markup {
    let Some(exchange) = &step.exchange else {
        return html! {};
    };
    let is_about_last = |finding: &&&Finding| finding.redirect.is_none();
    let of_last: Vec<&Finding> = findings.iter().filter(is_about_last).copied().collect();
    let refused = Refused::of(&of_last);
    html! {
        details.exchange open[unfolded] {
            summary {
                @if several {
                    span.ordinal { @if step.finally { "clean-up" } @else { "step " (index + 1) } } " "
                }
                @for (number, (method, url)) in requests(exchange).enumerate() {
                    span.request-line { b { (shown(method)) } " " (shown(url)) }
                    " "
                    span.outcome { span aria-hidden="true" { "→ " } (shown(&outcome(exchange, number))) }
                    " "
                }
                span.figures { (shown(&figures(step, exchange))) }
            }
            @if let Some(timing) = timing(step, exchange) { p.timing { (shown(&timing)) } }
            @if let Some(hop) = exchange.hops.last().filter(|hop| hop.url.is_none()) {
                p.timing { "to " (shown(&hop.location)) ", not followed" }
            }
            div.messages {
                (request(exchange))
                (answer(exchange, &refused))
            }
        }
    }
}

/// Method and URL of the request, and of those that its redirects led to.
fn requests(exchange: &ExchangeReport) -> impl Iterator<Item = (&str, &str)> {
    let first = (exchange.method.as_str(), exchange.url.as_str());
    let next = exchange.hops.iter();
    let next = next.filter_map(|hop| Some((hop.method.as_str(), hop.url.as_deref()?)));
    std::iter::once(first).chain(next)
}

/// What came back for a request, by its number.
fn outcome(exchange: &ExchangeReport, number: usize) -> String {
    if let Some(hop) = exchange.hops.get(number) {
        return format!("{} {}", hop.status, hop.reason)
            .trim_end()
            .to_owned();
    }
    match (&exchange.response, &exchange.no_answer) {
        (Some(response), none) => {
            let outcome = format!("{} {}", response.status, response.reason);
            match none {
                Some(none) => format!("{outcome}, not complete ({})", none.kind),
                None => outcome,
            }
        }
        (None, Some(none)) => format!("no answer ({})", none.kind),
        (None, None) => "no answer".to_owned(),
    }
}

fn figures(step: &StepReport, exchange: &ExchangeReport) -> String {
    let mut text = format!("in {}", duration(step.duration_ms));
    if step.attempts > 1 {
        text = format!("{text}, the last of {}", count(step.attempts, "attempt"));
    }
    if exchange.transport != "normal" {
        text = format!("{text} (transport: {})", exchange.transport);
    }
    text
}

/// `DNS 1.2 ms, connect 0.4 ms, TLS 3.1 ms, first byte after 6 ms, complete after 6.2 ms`; nothing of what was not sent.
fn timing(step: &StepReport, exchange: &ExchangeReport) -> Option<String> {
    let mut parts: Vec<String> = step
        .opening
        .parts()
        .map(|(name, took)| format!("{name} {}", duration(took)))
        .collect();
    let took = duration(step.duration_ms);
    match (&exchange.response, &exchange.no_answer) {
        (None, Some(none)) if none.kind.is_before_sending() => return None,
        (None, _) => parts.push(format!("no answer after {took}")),
        (Some(_), none) => {
            let first_byte = duration(step.first_byte_ms);
            parts.push(format!("first byte after {first_byte}"));
            let end = if none.is_some() { "cut" } else { "complete" };
            parts.push(format!("{end} after {took}"));
        }
    }
    Some(parts.join(", "))
}

fn request(exchange: &ExchangeReport) -> Markup {
    let none = Refused::of(&[]);
    html! {
        section.message {
            h4 { "Request" span.aside { " as sent" } }
            (headers(&exchange.request_headers, &none))
            @match &exchange.request_body {
                Some(body) => { (self::body(body, &none, "request body", false)) },
                None => { p.none { "no body" } },
            }
        }
    }
}

fn answer(exchange: &ExchangeReport, refused: &Refused<'_>) -> Markup {
    html! {
        section.message {
            h4 {
                "Response"
                span.aside { @if let Some(response) = &exchange.response { " " (shown(&response.version)) } " as received" }
            }
            @if let Some(response) = &exchange.response {
                (received(response, refused, exchange.no_answer.is_some()))
            }
            @if let Some(none) = &exchange.no_answer {
                p.reason { b { (none.kind) } ": " (shown(&none.detail)) }
                @if let Some(help) = advice(exchange) { p.help { b { "help: " } (worded(&help)) } }
            }
        }
    }
}

fn received(response: &ResponseReport, refused: &Refused<'_>, is_incomplete: bool) -> Markup {
    html! {
        p.status-line {
            @if refused.status { mark { (response.status) " " (shown(&response.reason)) } }
            @else { (response.status) " " (shown(&response.reason)) }
        }
        (headers(&response.headers, refused))
        @match &response.body {
            Some(body) => { (self::body(body, refused, "response body", is_incomplete)) },
            None if is_incomplete => { p.none { "nothing of the body came" } },
            None => { p.none { "no body" } },
        }
        @if !response.trailing.is_empty() {
            p.trailing {
                "after the end of the answer: "
                @if refused.trailing { mark { (shown(&response.trailing)) } } @else { code { (shown(&response.trailing)) } }
            }
        }
    }
}

/// Header fields, folded unless one of them was refused.
fn headers(headers: &[(Redacted, Redacted)], refused: &Refused<'_>) -> Markup {
    let is_open = headers.iter().any(|(name, _)| refused.header(name));
    html! {
        @if !headers.is_empty() {
            details.headers open[is_open] {
                summary { (count(headers.len(), "header field")) }
                ul {
                    @for (name, value) in headers {
                        li {
                            @if refused.header(name) { mark { b { (shown(name)) } ": " (shown(value)) } }
                            @else { b { (shown(name)) } ": " (shown(value)) }
                        }
                    }
                }
            }
        }
    }
}

/// The relevant lines, then the complete body.
fn body(body: &BodyReport, refused: &Refused<'_>, what: &str, is_incomplete: bool) -> Markup {
    if is_short(body) && refused.pointers.is_empty() {
        return html! { (block("body", what, &raw(body.text.trim_end()))) };
    }
    let lines = body::lines(body);
    let excerpt = body::choose(&lines, &refused.pointers, LINES);
    let is_whole = excerpt.iter().all(|shown| matches!(shown, Shown::Line(..)));
    let all = body::choose(&lines, &refused.pointers, ALL_LINES);
    let laid_out = lines.iter().map(|line| line.text.as_str());
    let as_came = laid_out.eq(body.text.lines());
    html! {
        (block("body", what, &drawn(&excerpt)))
        @if !is_whole {
            details.more {
                summary { "complete " (what) ", " (count(lines.len(), "line")) }
                (block("body", &format!("complete {what}"), &drawn(&all)))
            }
        }
        @if !as_came && !body.text.trim().is_empty() {
            details.more {
                summary { (what) " as it came, " (count(body.octets, "byte")) }
                (block("body", &format!("{what} as it came"), &raw(&body.text)))
            }
        }
        @if let Some(coded) = &body.coded {
            p.left-out { (count(coded.octets, "byte")) " of " (shown(&coded.codings)) ", decoded to " (count(body.octets, "byte")) }
        }
        @if is_incomplete { p.left-out { (count(body.octets, "byte")) " of the body came" } }
        @else if body.truncated { p.left-out { "truncated; the body has " (count(body.octets, "byte")) } }
    }
}

/// Does it fit on a line as it came?
fn is_short(body: &BodyReport) -> bool {
    let text = body.text.trim_end();
    !body.truncated && text.len() <= SHORT && !text.contains('\n')
}

fn drawn(lines: &[Shown<'_>]) -> Markup {
    let cut = |line: &Line| short_text(&line.text, LINE);
    html! {
        @for (index, line) in lines.iter().enumerate() {
            @if index > 0 { "\n" }
            @match line {
                Shown::Line(line, true) => { mark { (uncut(&cut(line))) } },
                Shown::Line(line, false) => { (uncut(&cut(line))) },
                Shown::Gap(number) => { span.gap { "… " (count(*number, "line")) } },
            }
        }
    }
}

/// The text line by line, so that its line ends are line ends and everything else is visible.
fn raw(text: &str) -> Markup {
    let text = short_text(text, RAW);
    html! {
        @for (index, line) in text.split('\n').enumerate() {
            @if index > 0 { "\n" }
            (uncut(line))
        }
    }
}
