//! Which handler serves which method and path.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::map_response_with_state;
use axum::routing::{MethodRouter, any};

use crate::reference::answer::Answer;
use crate::reference::call::{Call, Peer};
use crate::reference::context::Context;
use crate::reference::{autopilot, license, login, presence, refusal, render, seats};

/// A handler: one call in, one answer out, nothing to wait for.
type Handler = fn(&Context, &Call) -> Answer;

/// The router of one deployment.
pub(crate) fn router(context: &Arc<Context>) -> Router {
    seats_routes()
        .route(
            "/users/batch",
            methods([("POST", presence::batch), ("GET", presence::other_method)]),
        )
        .merge(license_routes())
        .merge(autopilot_routes("/v1.0"))
        .merge(autopilot_routes("/beta"))
        .route(
            &autopilot_route(
                "/beta",
                "/deploymentProfile/assignedDevices/{assigned}/unassignUserFromDevice",
            ),
            methods([
                ("POST", autopilot::unassign_through_profile),
                ("GET", autopilot::get_action),
            ]),
        )
        .route("/oauth2/v2.0/token", methods([("POST", login::token)]))
        .route("/-/reset", methods([("POST", reset)]))
        .fallback(async |call: Call| refusal::of_path(&call.path, StatusCode::NOT_FOUND))
        .layer(map_response_with_state(Arc::clone(context), render::render))
        .with_state(Arc::clone(context))
}

fn seats_routes() -> Router<Arc<Context>> {
    const ENTRY: &str = "/V1/Inventory/{productId}/{skuId}/Seats";
    let without_sku = || methods([("POST", seats::without_sku)]);
    Router::new()
        .route("/V1/Inventory", methods([("GET", seats::inventory)]))
        .route("/V1/Inventory/{productId}/Seats", without_sku())
        .route("/V1/Inventory/{productId}//Seats", without_sku())
        .route(
            ENTRY,
            methods([("POST", seats::bulk), ("GET", seats::list)]),
        )
        .route(
            &format!("{ENTRY}/{{username}}"),
            methods([
                ("GET", seats::read),
                ("POST", seats::assign_one),
                ("DELETE", seats::reclaim_one),
            ]),
        )
}

fn license_routes() -> Router<Arc<Context>> {
    Router::new()
        .route("/v1.0/users/{id}", methods([("GET", license::read)]))
        .route(
            "/v1.0/users/{id}/reprocessLicenseAssignment",
            methods([("POST", license::reprocess), ("GET", license::get_action)]),
        )
}

/// The routes that both versions of Graph have.
fn autopilot_routes(version: &str) -> Router<Arc<Context>> {
    Router::new()
        .route(
            &autopilot_route(version, ""),
            methods([("GET", autopilot::read)]),
        )
        .route(
            &autopilot_route(version, "/assignUserToDevice"),
            methods([("POST", autopilot::assign)]),
        )
        .route(
            &autopilot_route(version, "/unassignUserFromDevice"),
            methods([
                ("POST", autopilot::unassign),
                ("GET", autopilot::get_action),
            ]),
        )
}

fn autopilot_route(version: &str, rest: &str) -> String {
    format!("{version}/deviceManagement/windowsAutopilotDeviceIdentities/{{id}}{rest}")
}

/// Serves one path by these methods, HEAD wherever GET is, and any other with 405.
fn methods<const N: usize>(table: [(&'static str, Handler); N]) -> MethodRouter<Arc<Context>> {
    any(
        async move |State(context): State<Arc<Context>>, call: Call| {
            let method = match call.method.as_str() {
                "HEAD" => "GET",
                method => method,
            };
            match table.iter().find(|(served, _)| *served == method) {
                Some((_, handler)) => handler(&context, &call),
                None => refusal::method(&call.path, &table.map(|(served, _)| served).join(", ")),
            }
        },
    )
}

/// Back to the initial state. Only for callers on this machine, for whom `serve` runs.
fn reset(context: &Context, call: &Call) -> Answer {
    if !call.peer.is_some_and(Peer::is_loopback) {
        return refusal::of_path(&call.path, StatusCode::FORBIDDEN);
    }
    context.reset();
    Answer::empty(StatusCode::NO_CONTENT)
}
