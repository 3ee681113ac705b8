//! Sends the request of a step, and follows redirects where the step says so: only to services of the target. Each
//! redirect is kept with its answer, which rules of the contract may be about.

use std::sync::Arc;

use crate::engine::Engine;
use crate::engine::cookies::Cookies;
use crate::engine::fragment::without_redirect;
use crate::execute::{ConnectionChoice, Received};
use crate::model::{
    Exchange, Hop, NoAnswer, NoAnswerKind, Response, SentRequest, StepPlace, Timing,
};
use crate::plan::link::{is_redirect, redirected};
use crate::redact::Redactor;
use crate::text::excerpt::short_text;

/// The largest body of a redirect that is kept, in bytes: one is hardly ever longer than a line, and none is waited for
/// while others take room.
pub(super) const KEPT_BODY: usize = 64 << 10;

impl Engine {
    /// Sends a request and those that its redirects lead to. The exchange has the first request, the redirects in order,
    /// and the last answer.
    pub(super) async fn exchange_following(
        &self,
        place: StepPlace<'_>,
        attempt: usize,
        request: SentRequest,
        connection: ConnectionChoice,
        cookies: &Cookies,
    ) -> Received {
        let most = place.step().request.follow;
        if most == 0 || self.source.is_recording() {
            // A recorded exchange has its redirects.
            return self
                .exchange_once(place, attempt, request, connection, cookies)
                .await;
        }
        let mut next = request.clone();
        let mut received = self
            .exchange_once(place, attempt, request, connection, cookies)
            .await;
        loop {
            let Some((status, location)) = redirect(&received.exchange) else {
                without_redirect(&mut received.exchange, is_redirect);
                return received;
            };
            let followed = received.exchange.hops.len();
            let to = redirected(&next, status, &location, &self.target.services);
            let to = match to {
                Ok(to) if followed < most => to,
                Ok(_) => {
                    let hop = hop(&received.exchange, status, location, None);
                    received.exchange.hops.push(hop);
                    let kind = NoAnswerKind::Redirects;
                    let redactor = self.redactor.also(cookies.secrets());
                    let detail = too_many(&received.exchange.hops, most, &redactor);
                    return failed(received, kind, detail);
                }
                Err(why) => {
                    let detail = format!("the `Location` of the answer with status {status} {why}");
                    let hop = hop(&received.exchange, status, location, None);
                    received.exchange.hops.push(hop);
                    return failed(received, NoAnswerKind::Elsewhere, detail);
                }
            };
            let before = received.exchange;
            next = to.clone();
            // An idle connection may be closed at any time, and this is not the request that is sent again then.
            let connection = ConnectionChoice::New;
            received = self
                .exchange_once(place, attempt, to, connection, cookies)
                .await;
            received.exchange = joined(before, received.exchange, (status, location));
        }
    }

    /// Sends one request within the limits of its service.
    async fn exchange_once(
        &self,
        place: StepPlace<'_>,
        attempt: usize,
        mut request: SentRequest,
        connection: ConnectionChoice,
        cookies: &Cookies,
    ) -> Received {
        let service = request.service.clone();
        cookies.add_to(&mut request);
        self.waits_before(place, "its turn within the limits of the target:");
        let permit = self.rate_limiter.turn(&service).await;
        self.waits_for_answer(place);
        let exchange = self.source.exchange(place, attempt, request, connection);
        let mut received = exchange.await;
        // A liveness probe may follow, which needs a permit too.
        drop(permit);
        cookies.take_from(&received.exchange);
        self.note_received(place.case, &received.exchange, cookies);
        self.note_answer(&service, &mut received.exchange).await;
        received
    }
}

/// Status and `Location` of an answer that redirects.
fn redirect(exchange: &Exchange) -> Option<(u16, String)> {
    let response: &Response = exchange.answer.as_ref().ok()?;
    let location = response.header_values("location").next()?;
    let location = String::from_utf8_lossy(location).trim().to_owned();
    is_redirect(response.status).then_some((response.status, location))
}

/// A redirect: the last answer so far, and where it led.
fn hop(exchange: &Exchange, status: u16, location: String, next: Option<&SentRequest>) -> Hop {
    let earlier = exchange.hops.iter();
    let earlier = earlier.filter_map(|hop| hop.answer.as_ref()?.took);
    let took = exchange.timing.total.saturating_sub(earlier.sum());
    let answer = exchange.answer.as_ref().ok();
    let is_kept = |response: &&Response| {
        response.body.len() <= KEPT_BODY && response.received_body().len() <= KEPT_BODY
    };
    let head = answer
        .filter(|response| !is_kept(response))
        .map(|response| {
            Arc::new(Response {
                status: response.status,
                version: response.version.clone(),
                reason: response.reason.clone(),
                headers: response.headers.clone(),
                ..Response::default()
            })
        });
    let answer = answer.filter(is_kept).map(|response| {
        Arc::new(Response {
            took: Some(took),
            ..response.clone()
        })
    });
    Hop {
        answer,
        head,
        status,
        location,
        method: next.map_or_else(String::new, |next| next.method.clone()),
        url: next.map(|next| next.url.clone()),
    }
}

/// The exchange after one more redirect.
fn joined(before: Exchange, last: Exchange, (status, location): (u16, String)) -> Exchange {
    let hop = hop(&before, status, location, Some(&last.request));
    let mut hops = before.hops;
    hops.push(hop);
    let spent = before.timing.total;
    Exchange {
        request: before.request,
        hops,
        answer: last.answer,
        timing: Timing {
            opening: before.timing.opening,
            first_byte: spent + last.timing.first_byte,
            total: spent + last.timing.total,
        },
    }
}

fn failed(received: Received, kind: NoAnswerKind, detail: String) -> Received {
    Received {
        exchange: Exchange {
            answer: Err(NoAnswer {
                kind,
                detail,
                has_begun: true,
                fragment: None,
            }),
            ..received.exchange
        },
        large_body: None,
    }
}

/// `more than 2 redirects: 302 to /a, 302 to /b, 302 to /a`.
///
/// Secrets are removed before a place is cut: half of one would not be recognised in a recording.
fn too_many(hops: &[Hop], most: usize, redactor: &Redactor) -> String {
    let places = hops.iter().map(|hop| {
        let location = redactor.for_text(&hop.location).text(&hop.location);
        format!("{} to {}", hop.status, short_text(&location, 100))
    });
    let places: Vec<String> = places.collect();
    let noun = if most == 1 { "redirect" } else { "redirects" };
    format!("more than {most} {noun}: {}", places.join(", "))
}
