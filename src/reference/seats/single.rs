//! The siblings of the bulk operation: reads of the inventory and its seats, and the forms for one user.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::reference::Fault;
use crate::reference::answer::Answer;
use crate::reference::call::Call;
use crate::reference::context::Context;
use crate::reference::seats::inventory::{Distribution, Entry, Inventory, directory_name};
use crate::reference::seats::{
    authorize, invalid_parameter, no_such, product_key, refuse_offline, seat_details,
};

/// How many seats a page has if the call does not say.
const DEFAULT_PAGE: usize = 25;

/// How many seats a page has at most.
const LARGEST_PAGE: usize = 100;

/// `GET /V1/Inventory`: all entries, on one page.
pub(crate) fn inventory(
    context: &Context,
    inventory: &mut Inventory,
    call: &Call,
) -> Result<Answer, Answer> {
    authorize(context, call)?;
    let entries: Vec<Value> = inventory.entries().map(inventory_entry).collect();
    let body = json!({ "continuationToken": null, "inventoryEntries": entries });
    Ok(Answer::json(StatusCode::OK, body))
}

fn inventory_entry(entry: &Entry) -> Value {
    let (license, policy) = match entry.distribution {
        Distribution::Open => ("online", "open"),
        Distribution::Restricted => ("online", "restricted"),
        Distribution::Offline => ("offline", "restricted"),
    };
    json!({
        "productKey": product_key(entry),
        "seatCapacity": entry.capacity(),
        "availableSeats": entry.available(),
        "lastModified": "2026-01-15T10:00:00.0000000Z",
        "licenseType": license,
        "distributionPolicy": policy,
        "status": "active",
    })
}

/// `GET .../Seats?continuationToken=&maxResults=`: the active seats, in the order of their users. The token
/// is the last user of the page before, so that seats given in between are neither lost nor repeated.
pub(crate) fn list(
    context: &Context,
    inventory: &mut Inventory,
    call: &Call,
) -> Result<Answer, Answer> {
    let entry = find(context, inventory, call)?;
    let size = page_size(call)?;
    let after = call
        .query_values("continuationToken")
        .next()
        .unwrap_or_default();
    let mut rest = entry.seats.iter().filter(|(user, _)| user.as_str() > after);
    let page: Vec<_> = rest.by_ref().take(size).collect();
    let token = rest.next().and(page.last().map(|(user, _)| user.as_str()));
    let seats: Vec<_> = page
        .iter()
        .map(|(user, date)| seat_details(context, entry, user, date, "active"))
        .collect();
    Ok(Answer::json(
        StatusCode::OK,
        json!({ "seats": seats, "continuationToken": token }),
    ))
}

fn page_size(call: &Call) -> Result<usize, Answer> {
    let Some(size) = call
        .query_values("maxResults")
        .find(|size| !size.is_empty())
    else {
        return Ok(DEFAULT_PAGE);
    };
    size.parse()
        .ok()
        .filter(|size| (1..=LARGEST_PAGE).contains(size))
        .ok_or_else(|| invalid_parameter("maxResults", "not a number from 1 to 100"))
}

/// `GET .../Seats/{username}`: an active seat.
pub(crate) fn read(
    context: &Context,
    inventory: &mut Inventory,
    call: &Call,
) -> Result<Answer, Answer> {
    let entry = find(context, inventory, call)?;
    let user = call.parameter("username").to_ascii_lowercase();
    let date = match entry.seats.get(&user) {
        Some(date) => date,
        None if context.switches.fault(Fault::SEAT_READ_STALE) => "2026-01-15T10:00:00.0000000Z",
        None => return Err(no_such("Seat", "ProductId/SkuId/Username")),
    };
    let body = seat_details(context, entry, &user, date, "active");
    Ok(Answer::json(StatusCode::OK, body))
}

/// `POST .../Seats/{username}`: assigns a seat to one user.
pub(crate) fn assign_one(
    context: &Context,
    inventory: &mut Inventory,
    call: &Call,
) -> Result<Answer, Answer> {
    let entry = find(context, inventory, call)?;
    let user =
        directory_name(call.parameter("username")).ok_or_else(|| no_such("User", "Username"))?;
    if !entry.seats.contains_key(&user) {
        if entry.distribution == Distribution::Restricted && entry.available() == 0 {
            let body = json!({ "error": "Conflict", "reason": "NoSeatsAvailable" });
            return Err(Answer::json(StatusCode::CONFLICT, body));
        }
        let date = format!("{}.0000000Z", context.sequence.time());
        entry.seats.insert(user.clone(), date);
    }
    let date = entry.seats.get(&user).cloned().unwrap_or_default();
    let body = seat_details(context, entry, &user, &date, "active");
    Ok(Answer::json(StatusCode::OK, body))
}

/// `DELETE .../Seats/{username}`: reclaims the seat of one user.
pub(crate) fn reclaim_one(
    context: &Context,
    inventory: &mut Inventory,
    call: &Call,
) -> Result<Answer, Answer> {
    let entry = find(context, inventory, call)?;
    let user =
        directory_name(call.parameter("username")).ok_or_else(|| no_such("User", "Username"))?;
    let date = entry
        .seats
        .remove(&user)
        .ok_or_else(|| no_such("Seat", "ProductId/SkuId/Username"))?;
    let body = seat_details(context, entry, &user, &date, "revoked");
    Ok(Answer::json(StatusCode::OK, body))
}

/// The entry of the path, for a caller who may work on it.
fn find<'i>(
    context: &Context,
    inventory: &'i mut Inventory,
    call: &Call,
) -> Result<&'i mut Entry, Answer> {
    authorize(context, call)?;
    let entry = inventory
        .entry(call.parameter("productId"), call.parameter("skuId"))
        .ok_or_else(|| no_such("Inventory", "ProductId/SkuId"))?;
    refuse_offline(entry)?;
    Ok(entry)
}
