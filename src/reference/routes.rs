//! The router of a deployment: the routes of all contracts, the token endpoint, and the reset.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::map_response_with_state;
use axum::routing::post;

use crate::reference::answer::Answer;
use crate::reference::call::{Call, Peer};
use crate::reference::context::Context;
use crate::reference::contract::Memories;
use crate::reference::{CONTRACTS, login, refusal, render};

/// Makes every contract ready to serve.
pub(crate) fn router(context: &Arc<Context>) -> (Router, Arc<Memories>) {
    // The token endpoint is of no contract: its counters survive a reset.
    let mut router = login::serve(context).router;
    let mut memories = Memories::default();
    for contract in CONTRACTS {
        let service = (contract.serve)(context);
        router = router.merge(service.router);
        memories.0.push((contract.name, service.memory));
    }
    let memories = Arc::new(memories);
    let to_reset = Arc::clone(&memories);
    let router = router
        .route(
            "/-/reset",
            post(async move |call: Call| reset(&to_reset, &call)),
        )
        .fallback(async |call: Call| refusal::of_path(&call.path, StatusCode::NOT_FOUND))
        .method_not_allowed_fallback(async |call: Call| refusal::method(&call.path, "POST"))
        .layer(map_response_with_state(Arc::clone(context), render::render));
    (router, memories)
}

/// Returns to the initial state. Only for callers on this machine, for whom `serve` runs.
fn reset(memories: &Memories, call: &Call) -> Answer {
    if !call.peer.is_some_and(Peer::is_loopback) {
        return refusal::of_path(&call.path, StatusCode::FORBIDDEN);
    }
    memories.reset();
    Answer::empty(StatusCode::NO_CONTENT)
}
