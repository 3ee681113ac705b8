//! The search, of which nobody gets too much.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::documents::Document;
use super::faults::Fault;
use super::{Problem, Shared};

/// So many searches of one session are answered within this time.
const SEARCHES: usize = 3;
const WINDOW: Duration = Duration::from_secs(3);

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    q: String,
}

pub(super) async fn search(
    State(cabinet): Shared,
    headers: HeaderMap,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Problem> {
    let mut drawers = cabinet.open();
    drawers.member(&headers)?;
    let nothing = || Query(Wanted { q: String::new() });
    let wanted = wanted.or_else(|error| {
        if cabinet.has(Fault::QueryOptional) {
            Ok(nothing())
        } else {
            Err(error)
        }
    });
    let Ok(Query(wanted)) = wanted else {
        return Err(Problem(StatusCode::BAD_REQUEST, "`q` is the text to find"));
    };
    let now = Instant::now();
    if let Some(session) = drawers.session(&headers) {
        session
            .searches
            .retain(|then| now.duration_since(*then) < WINDOW);
        if session.searches.len() >= SEARCHES && !cabinet.has(Fault::SearchUnlimited) {
            let what = "three searches within three seconds are enough";
            let refusal = Problem(StatusCode::TOO_MANY_REQUESTS, what);
            if cabinet.has(Fault::RetryAfterMissing) {
                return Err(refusal);
            }
            let later = [(header::RETRY_AFTER, WINDOW.as_secs().to_string())];
            return Ok((later, refusal).into_response());
        }
        session.searches.push(now);
    }
    let wanted = wanted.q.to_lowercase();
    let is_wanted = |document: &&Document| document.title.to_lowercase().contains(&wanted);
    let found: Vec<&Document> = drawers.documents.values().filter(is_wanted).collect();
    Ok(Json(found).into_response())
}
