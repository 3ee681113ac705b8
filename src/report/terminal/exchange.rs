//! One request and its answer, trimmed to what helps, and how to send it again.

use std::io;

use crate::model::{
    BodyReport, ExchangeReport, Finding, FindingKind, Redacted, ResponseReport, StepReport,
};
use crate::report::page::{Page, Tone, cells, count, cut, duration};
use crate::text::printable::printable;

use crate::report::summary::advice::advice;
use crate::report::summary::body;
use crate::report::summary::body::Shown;
use crate::report::summary::refused::Refused;

/// Header fields shown of a message, besides the refused ones.
const HEADERS: usize = 8;

/// A longer command is of no use on a terminal.
const LONGEST_CURL: usize = 2000;

/// Columns of an outcome; with less room beside it, the figures are wrapped.
const OUTCOME: usize = 20;

/// How many lines of a body are shown.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Of the request.
    pub(super) request: usize,
    /// Of the answer.
    pub(super) response: usize,
}

/// The request line with the outcome, both messages, and what to do when there was no answer.
///
/// `is_explained`: the reason of the case already says why there was no answer.
pub(super) fn render(
    page: &mut Page<'_>,
    step: &StepReport,
    is_explained: bool,
    findings: &[&Finding],
    room: Room,
) -> io::Result<()> {
    let Some(exchange) = &step.exchange else {
        return Ok(());
    };
    let is_about_last = |finding: &&&Finding| finding.redirect.is_none();
    let of_last: Vec<&Finding> = findings.iter().filter(is_about_last).copied().collect();
    let refused = Refused::of(&of_last);
    let mut legs = legs(step, exchange, is_explained, findings).into_iter();
    if let Some(first) = legs.next() {
        first.render(page)?;
    }
    let sent = Message {
        sign: '>',
        headers: &exchange.request_headers,
        body: exchange.request_body.as_ref(),
        is_incomplete: false,
        room: room.request,
    };
    sent.render(page, &Refused::of(&[]))?;
    for leg in legs {
        leg.render(page)?;
    }
    if let Some(unfollowed) = exchange.hops.last().filter(|hop| hop.url.is_none()) {
        let location = cut(&printable(&unfollowed.location), 300);
        page.spans(&[
            (Tone::Strong, "  to "),
            (Tone::Strong, &location),
            (Tone::Dim, ", not followed"),
        ])?;
    }
    if let Some(response) = &exchange.response {
        let received = Message {
            sign: '<',
            headers: &response.headers,
            body: response.body.as_ref(),
            is_incomplete: exchange.no_answer.is_some(),
            room: room.response,
        };
        received.render(page, &refused)?;
        after_the_end(page, response, &refused, received.is_incomplete)?;
    }
    if let Some(help) = advice(exchange) {
        page.note(3, "help", &help)?;
    }
    Ok(())
}

/// `curl: ...`, on one line whatever its length, so that it can be copied.
pub(super) fn curl(page: &mut Page<'_>, step: &StepReport) -> io::Result<()> {
    match &step.exchange {
        Some(exchange) if exchange.curl.len() > LONGEST_CURL => {
            let text = format!(
                "{} long; see the JSON report",
                count(exchange.curl.chars().count(), "character")
            );
            page.spans(&[(Tone::Dim, "  curl:  "), (Tone::Plain, &text)])
        }
        Some(exchange) if !exchange.curl.is_empty() => {
            page.spans(&[
                (Tone::Dim, "  curl:  "),
                (Tone::Plain, &printable(&exchange.curl)),
            ])?;
            curl_inputs(page, exchange)
        }
        _ => Ok(()),
    }
}

/// `         with PRESENCE_CALLER_AUTHORIZATION: the whole header ...`, for each variable.
fn curl_inputs(page: &mut Page<'_>, exchange: &ExchangeReport) -> io::Result<()> {
    for input in &exchange.curl_inputs {
        let lead = format!("         with {}: ", printable(&input.name));
        page.flow(&[(Tone::Dim, &lead)], Tone::Dim, &printable(&input.meaning))?;
    }
    Ok(())
}

/// One request of a step, and its outcome.
struct Leg {
    request: String,
    tone: Tone,
    outcome: String,
    figures: String,
}

/// The request of a step, and those that its redirects led to.
fn legs(
    step: &StepReport,
    exchange: &ExchangeReport,
    is_explained: bool,
    findings: &[&Finding],
) -> Vec<Leg> {
    let is_refused = |redirect: Option<usize>| {
        let mut findings = findings.iter();
        findings.any(|one| one.redirect == redirect && one.kind == FindingKind::Status)
    };
    let first = (exchange.method.as_str(), exchange.url.as_str());
    let next = exchange.hops.iter();
    let next = next.filter_map(|hop| Some((hop.method.as_str(), hop.url.as_deref()?)));
    let requests = std::iter::once(first).chain(next).enumerate();
    let leg = |(number, (method, url)): (usize, (&str, &str))| {
        let (tone, outcome, figures) = match exchange.hops.get(number) {
            None => {
                let (tone, outcome) = outcome(exchange, is_explained, is_refused(None));
                (tone, outcome, figures(step, exchange))
            }
            Some(hop) => {
                let tone = tone_of(is_refused(Some(number)));
                (tone, status_line(hop.status, &hop.reason), String::new())
            }
        };
        Leg {
            request: format!("  {} {}", printable(method), cut(&printable(url), 500)),
            tone,
            outcome,
            figures,
        }
    };
    let mut legs: Vec<Leg> = requests.map(leg).collect();
    if legs.len() == exchange.hops.len()
        && let Some(last) = legs.last_mut()
    {
        // Its redirect was not followed.
        last.figures = figures(step, exchange);
    }
    legs
}

fn tone_of(is_refused: bool) -> Tone {
    if is_refused { Tone::Bad } else { Tone::Strong }
}

fn status_line(status: u16, reason: &str) -> String {
    let reason = cut(&printable(reason), 60);
    format!("{status} {reason}").trim_end().to_owned()
}

fn outcome(exchange: &ExchangeReport, is_explained: bool, is_refused: bool) -> (Tone, String) {
    match (&exchange.response, &exchange.no_answer) {
        (Some(response), none) => {
            let line = status_line(response.status, &response.reason);
            match none {
                Some(none) => (Tone::Error, format!("{line}, not complete ({})", none.kind)),
                None => (tone_of(is_refused), line),
            }
        }
        (None, Some(none)) => {
            let mut text = format!("no answer ({})", none.kind);
            if !is_explained {
                text = format!("{text}: {}", cut(&printable(&none.detail), 200));
            }
            (Tone::Error, text)
        }
        (None, None) => (Tone::Error, "no answer".to_owned()),
    }
}

fn figures(step: &StepReport, exchange: &ExchangeReport) -> String {
    let mut figures = format!(" in {}", duration(step.duration_ms));
    // A connection to an address without TLS opens in no time; the other parts are worth their words.
    if step.opening.parts().any(|(name, _)| name != "connect") {
        for (name, took) in step.opening.parts() {
            figures = format!("{figures}, {name} {}", duration(took));
        }
    }
    if step.attempts > 1 {
        figures = format!("{figures}, the last of {}", count(step.attempts, "attempt"));
    }
    if exchange.transport != "normal" {
        figures = format!("{figures} (transport: {})", printable(&exchange.transport));
    }
    figures
}

impl Leg {
    /// `POST http://127.0.0.1:4040/users/batch -> 200 OK in 3.1 ms`, on two lines where it must.
    fn render(&self, page: &mut Page<'_>) -> io::Result<()> {
        let Leg {
            request,
            tone,
            outcome,
            figures,
        } = self;
        let (tone, outcome) = (*tone, outcome.trim_end());
        if cells(request) + 4 + cells(outcome) + cells(figures) <= page.width() {
            return page.spans(&[
                (Tone::Strong, request),
                (Tone::Frame, " -> "),
                (tone, outcome),
                (Tone::Dim, figures),
            ]);
        }
        let room = page.width().saturating_sub(7 + cells(figures));
        page.spans(&[(Tone::Strong, request)])?;
        if room < OUTCOME {
            let outcome = format!("{} ", cut(outcome, OUTCOME));
            let lead = [(Tone::Frame, "    -> "), (tone, outcome.as_str())];
            return page.flow(&lead, Tone::Dim, figures.trim_start());
        }
        let outcome = &cut(outcome, room);
        page.spans(&[
            (Tone::Frame, "    -> "),
            (tone, outcome),
            (Tone::Dim, figures),
        ])
    }
}

/// Head and body of a request or an answer.
struct Message<'r> {
    sign: char,
    headers: &'r [(Redacted, Redacted)],
    body: Option<&'r BodyReport>,
    /// Did only a part of it come?
    is_incomplete: bool,
    room: usize,
}

impl Message<'_> {
    fn render(&self, page: &mut Page<'_>, refused: &Refused<'_>) -> io::Result<()> {
        let mut left_out = 0;
        for (index, (name, value)) in self.headers.iter().enumerate() {
            let is_refused = refused.header(name);
            if index < HEADERS || is_refused {
                let text = format!("{}: {}", printable(name), printable(value));
                self.line(page, &text, is_refused)?;
            } else {
                left_out += 1;
            }
        }
        if left_out > 0 {
            let text = format!("… {}", count(left_out, "more header field"));
            self.line(page, &text, false)?;
        }
        match self.body {
            None => Ok(()),
            Some(body) => {
                if !self.headers.is_empty() {
                    self.line(page, "", false)?;
                }
                if let Some(coded) = &body.coded {
                    let came = count(coded.octets, "byte");
                    let codings = printable(&coded.codings);
                    let text = format!(
                        "({came} of {codings}, decoded to {})",
                        count(body.octets, "byte")
                    );
                    self.line(page, &text, false)?;
                }
                self.body(page, body, refused)
            }
        }
    }

    /// On one line when it fits there, else laid out and trimmed.
    fn body(
        &self,
        page: &mut Page<'_>,
        body: &BodyReport,
        refused: &Refused<'_>,
    ) -> io::Result<()> {
        let text = body.text.trim_end();
        let fits = cells(&printable(text)) <= page.text_width().saturating_sub(6);
        if fits && !body.truncated && !text.contains('\n') {
            return self.line(page, &printable(text), false);
        }
        let lines = body::lines(body);
        for shown in body::choose(&lines, &refused.pointers, self.room) {
            match shown {
                Shown::Line(line, is_refused) => {
                    self.line(page, &printable(&line.text), is_refused)?;
                }
                Shown::Gap(number) => {
                    self.line(page, &format!("… {}", count(number, "line")), false)?;
                }
            }
        }
        if body.truncated {
            let bytes = count(body.octets, "byte");
            let text = if self.is_incomplete {
                format!("… {bytes} of the body came")
            } else {
                format!("… truncated; the body has {bytes}")
            };
            self.line(page, &text, false)?;
        }
        Ok(())
    }

    /// `    < text`, and `  ! < text` where it was refused, so that it shows without colour too.
    fn line(&self, page: &mut Page<'_>, text: &str, is_refused: bool) -> io::Result<()> {
        let (margin, tone) = if is_refused {
            ("  ! ", Tone::Bad)
        } else {
            ("    ", Tone::Plain)
        };
        let sign = format!("{} ", self.sign);
        let text = cut(text, page.room().saturating_sub(6));
        page.spans(&[(tone, margin), (Tone::Dim, &sign), (tone, &text)])
    }
}

/// What came after the end of the answer, or that nothing came at all.
fn after_the_end(
    page: &mut Page<'_>,
    response: &ResponseReport,
    refused: &Refused<'_>,
    is_incomplete: bool,
) -> io::Result<()> {
    let width = page.room().saturating_sub(6);
    if response.body.is_none() {
        let text = if is_incomplete {
            "    < (nothing of the body came)"
        } else {
            "    < (no body)"
        };
        page.spans(&[(Tone::Dim, text)])?;
    }
    if response.trailing.is_empty() {
        return Ok(());
    }
    let (margin, tone) = if refused.trailing {
        ("  ! ", Tone::Bad)
    } else {
        ("    ", Tone::Plain)
    };
    let text = format!(
        "after the end of the answer: {}",
        printable(&response.trailing)
    );
    page.spans(&[
        (tone, margin),
        (Tone::Dim, "< "),
        (tone, &cut(&text, width)),
    ])
}
