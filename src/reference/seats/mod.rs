//! Seats contract: bulk assign and reclaim on `/V1/Inventory/{productId}/{skuId}/Seats`, and the siblings that
//! show and undo its effect.

mod bulk;
mod faults;
mod inventory;
mod order;
mod paths;
mod single;
mod variants;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use self::inventory::{Distribution, Entry, Inventory};
use crate::reference::answer::Answer;
use crate::reference::call::Call;
use crate::reference::context::Context;
use crate::reference::contract::{Contract, Route, Service};
use crate::reference::token;
use crate::reference::{Fault, Variant};

/// The contract, as the deployment serves it.
pub(crate) const CONTRACT: Contract = Contract {
    name: "seats",
    services: &["seats"],
    serve: |context| Service::new(context, ROUTES),
    faults: faults::FAULTS,
    path_faults: || &paths::FAULTS,
    variants: variants::VARIANTS,
};

const ROUTES: &[Route<Inventory>] = &[
    ("/V1/Inventory", &[("GET", single::inventory)]),
    (
        "/V1/Inventory/{productId}/Seats",
        &[("POST", bulk::without_sku)],
    ),
    (
        "/V1/Inventory/{productId}//Seats",
        &[("POST", bulk::without_sku)],
    ),
    (
        "/V1/Inventory/{productId}/{skuId}/Seats",
        &[("POST", bulk::bulk), ("GET", single::list)],
    ),
    (
        "/V1/Inventory/{productId}/{skuId}/Seats/{username}",
        &[
            ("GET", single::read),
            ("POST", single::assign_one),
            ("DELETE", single::reclaim_one),
        ],
    ),
];

/// Says 401 unless the call comes from the administrator of the store.
fn authorize(context: &Context, call: &Call) -> Result<(), Answer> {
    if token::is_store_admin(&call.headers) {
        return Ok(());
    }
    let body = json!({ "error": "Unauthorized", "details": "a bearer token of a registered application is needed" });
    let answer = Answer::json(StatusCode::UNAUTHORIZED, body);
    Err(if context.switches.fault(Fault::CHALLENGE_MISSING) {
        answer
    } else {
        answer.with(header::WWW_AUTHENTICATE, "Bearer")
    })
}

/// The 404 of the page: it names the type of the missing item and the values that did not find it. The
/// layout is invented, since the page gives none.
fn no_such(item_type: &str, values: &str) -> Answer {
    let body = json!({ "error": "NotFound", "itemType": item_type, "values": values });
    Answer::json(StatusCode::NOT_FOUND, body)
}

fn invalid_parameter(name: &str, details: &str) -> Answer {
    let body = json!({
        "error": "InvalidParameter", "parameterName": name, "reason": "Invalid", "details": details,
    });
    Answer::json(StatusCode::BAD_REQUEST, body)
}

/// Says 409 about an entry whose licenses are offline ones.
fn refuse_offline(entry: &Entry) -> Result<(), Answer> {
    if entry.distribution != Distribution::Offline {
        return Ok(());
    }
    let body = json!({ "error": "Conflict", "reason": "Not online" });
    Err(Answer::json(StatusCode::CONFLICT, body))
}

/// A `SeatDetails`.
fn seat_details(context: &Context, entry: &Entry, user: &str, date: &str, state: &str) -> Value {
    let switches = &context.switches;
    let date = if switches.variant(Variant::SEAT_DATES_WITH_OFFSET) {
        // Seven hours west, as in the example of the inventory page; the deployment's own dates end with Z.
        date.replace('Z', "-07:00")
    } else {
        date.to_owned()
    };
    json!({
        "assignedTo": user,
        "dateAssigned": date,
        "state": spell(context, state),
        "productKey": product_key(entry),
    })
}

fn product_key(entry: &Entry) -> Value {
    json!({ "productId": entry.product_id, "skuId": entry.sku_id })
}

/// An enumerated value as this deployment spells it.
fn spell(context: &Context, value: &str) -> String {
    if !context.switches.variant(Variant::CAPITALISED_ENUMS) {
        return value.to_owned();
    }
    let mut letters = value.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}
