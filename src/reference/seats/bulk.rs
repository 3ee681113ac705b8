//! The bulk operation itself.

use axum::http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::reference::answer::Answer;
use crate::reference::call::Call;
use crate::reference::context::Context;
use crate::reference::seats::inventory::{Distribution, Entry, Inventory, directory_name};
use crate::reference::seats::order::{Action, Order};
use crate::reference::seats::paths::{BulkCall, FAULTS, PATHS};
use crate::reference::seats::{
    authorize, faults, invalid_parameter, no_such, product_key, refuse_offline, seat_details,
};
use crate::reference::token;
use crate::reference::{Fault, Variant, path, refusal};

/// `POST /V1/Inventory/{productId}/{skuId}/Seats`.
pub(crate) fn bulk(
    context: &Context,
    inventory: &mut Inventory,
    call: &Call,
) -> Result<Answer, Answer> {
    let switches = &context.switches;
    if switches.fault(Fault::SEATS_NOT_SERVED) {
        return Err(refusal::method(&call.path, "GET"));
    }
    let is_anonymous = token::is_anonymous(&call.headers);
    if is_anonymous && switches.fault(Fault::REFUSED_BUT_EXECUTED) {
        // The caller never sees this answer, only its effect.
        let _ = carry_out(context, inventory, call);
    }
    if is_anonymous && is_reclaim(call) && switches.fault(Fault::RECLAIM_ANONYMOUS) {
        return carry_out(context, inventory, call);
    }
    if let Err(refusal) = authorize(context, call)
        && !(is_anonymous && switches.fault(Fault::NO_AUTHENTICATION))
    {
        return Err(refusal);
    }
    carry_out(context, inventory, call)
}

/// Does the body say reclaim?
fn is_reclaim(call: &Call) -> bool {
    serde_json::from_slice::<Value>(&call.body).is_ok_and(|body| body["seatAction"] == "reclaim")
}

/// The same path without the SKU, which is no resource.
pub(crate) fn without_sku(
    context: &Context,
    inventory: &mut Inventory,
    call: &Call,
) -> Result<Answer, Answer> {
    if context.switches.fault(Fault::SEGMENT_OPTIONAL) {
        return bulk(context, inventory, call);
    }
    Err(refusal::of_path(&call.path, StatusCode::NOT_FOUND))
}

fn carry_out(context: &Context, inventory: &mut Inventory, call: &Call) -> Result<Answer, Answer> {
    let switches = &context.switches;
    let entry = find(context, inventory, call)?;
    if let Err(refusal) = refuse_offline(entry)
        && !switches.fault(Fault::OFFLINE_SEATS_GIVEN)
    {
        return Err(refusal);
    }
    if !call.body.is_empty() && switches.fault(Fault::JSON_BODY_REFUSED) {
        return Err(refusal::of_path(
            &call.path,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ));
    }
    let order = Order::read(call, switches)
        .map_err(|invalid| invalid_parameter(invalid.name, invalid.details))?;
    let mut done = Vec::new();
    let mut failed = Vec::new();
    for name in &order.user_names {
        match one(context, entry, name, order.action) {
            Ok(seat) => done.push(seat),
            Err(reason) => {
                if reason == NO_USER && switches.fault(Fault::UNKNOWN_USER_FAILS_CALL) {
                    return Err(no_such("User", name));
                }
                failed.push(json!({
                    "failureReason": reason,
                    "productKey": product_key(entry),
                    "userName": name,
                }));
            }
        }
    }
    let facts = BulkCall {
        is_assign: order.action == Action::Assign,
        is_capitalised: is_capitalised(call),
        is_query: call.body.is_empty(),
        is_restricted: entry.distribution == Distribution::Restricted,
        users: order.user_names.len(),
        unknown: order
            .user_names
            .iter()
            .filter(|name| directory_name(name).is_none())
            .count(),
    };
    let mut answer = success(context, done, failed);
    path::spoil(PATHS, &FAULTS, &facts, &mut answer, switches);
    Ok(answer)
}

/// Does the action in the body begin with a capital?
fn is_capitalised(call: &Call) -> bool {
    let body = serde_json::from_slice::<Value>(&call.body).unwrap_or_default();
    let action = body["seatAction"].as_str().unwrap_or_default();
    action.starts_with(|first: char| first.is_ascii_uppercase())
}

fn find<'a>(
    context: &Context,
    inventory: &'a mut Inventory,
    call: &Call,
) -> Result<&'a mut Entry, Answer> {
    let switches = &context.switches;
    let (product_id, sku_id) = (call.parameter("productId"), call.parameter("skuId"));
    let is_known = inventory.entry(product_id, sku_id).is_some();
    let has_product = inventory.first_of(product_id).is_some();
    let entry = if is_known {
        inventory.entry(product_id, sku_id)
    } else if has_product && (sku_id.is_empty() || switches.fault(Fault::SKU_NOT_CHECKED)) {
        inventory.first_of(product_id)
    } else {
        None
    };
    entry.ok_or_else(|| {
        if switches.fault(Fault::UNKNOWN_ENTRY_IS_400) {
            invalid_parameter("productId", "not in the inventory")
        } else {
            no_such("Inventory", "ProductId/SkuId")
        }
    })
}

const NO_USER: &str = "UserNotFound";

/// Assigns or reclaims the seat of one user: the `SeatDetails`, or the reason of the failure. An assignment
/// of a seat the user holds already changes nothing and is a success.
fn one(
    context: &Context,
    entry: &mut Entry,
    name: &str,
    action: Action,
) -> Result<Value, &'static str> {
    let switches = &context.switches;
    let user = match directory_name(name) {
        Some(user) => user,
        None if switches.fault(Fault::UNKNOWN_USER_GRANTED) => name.to_owned(),
        None => return Err(NO_USER),
    };
    match action {
        Action::Assign => {
            let is_full = entry.distribution == Distribution::Restricted && entry.available() == 0;
            if let Some(date) = entry.seats.get(&user) {
                return Ok(seat_details(context, entry, &user, date, "active"));
            }
            if is_full && !switches.fault(Fault::RESTRICTION_IGNORED) {
                return Err("NoSeatsAvailable");
            }
            let date = format!("{}.0000000Z", context.sequence.time());
            if !switches.fault(Fault::SEAT_NOT_STORED) {
                entry.seats.insert(user.clone(), date.clone());
            }
            Ok(seat_details(context, entry, &user, &date, "active"))
        }
        Action::Reclaim => {
            let Some(date) = entry.seats.get(&user).cloned() else {
                return Err("SeatNotFound");
            };
            if switches.fault(Fault::STALE_STATE) {
                return Err("SeatNotFound");
            }
            if !switches.fault(Fault::SEAT_KEPT) {
                entry.seats.remove(&user);
            }
            if switches.fault(Fault::RECLAIM_TAKES_ALL) {
                entry.seats.clear();
            }
            Ok(seat_details(context, entry, &user, &date, "revoked"))
        }
    }
}

fn success(context: &Context, done: Vec<Value>, failed: Vec<Value>) -> Answer {
    let switches = &context.switches;
    let body = faults::result(done, failed, switches);
    let status = if switches.variant(Variant::SEATS_201) {
        StatusCode::CREATED
    } else if switches.fault(Fault::SEATS_ACCEPTED) {
        StatusCode::ACCEPTED
    } else {
        StatusCode::OK
    };
    let mut answer = Answer::json(status, body);
    if switches.fault(Fault::SEATS_TEXT_PLAIN) {
        answer.set(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    }
    answer
}
