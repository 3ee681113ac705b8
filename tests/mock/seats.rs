//! The stubs of bulk seat assignment (FACTS.md, section 4).

use serde_json::{Value, json};

use crate::http::{Answer, Asked};
use crate::stub::{Stub, stub};

const PRODUCT: &str = "9WZDNCRD0001";
const SKU: &str = "0020";
const OFFLINE: &str = "/V1/Inventory/9WZDNCRD0002/0030/Seats";
const NOBODY: &str = "ghost@woodgrove.example";

pub(crate) const STUBS: &[Stub] = &[
    stub("seats/missing-segment", is_without_segment, not_found),
    stub("seats/without-token", is_without_token, unauthorized),
    stub(
        "seats/offline-entry",
        |asked| is_bulk(asked) && asked.path == OFFLINE,
        offline,
    ),
    stub(
        "seats/unknown-entry",
        |asked| is_entry(asked, false, false),
        not_found,
    ),
    stub(
        "seats/unknown-product",
        |asked| is_entry(asked, false, true),
        not_found,
    ),
    stub(
        "seats/unknown-sku",
        |asked| is_entry(asked, true, false),
        not_found,
    ),
    stub(
        "seats/query-assign",
        |asked| is_query(asked, "assign"),
        result,
    ),
    stub(
        "seats/query-reclaim",
        |asked| is_query(asked, "reclaim"),
        result,
    ),
    stub(
        "seats/no-names",
        |asked| is_bulk(asked) && names(asked).is_empty(),
        bad_request,
    ),
    stub(
        "seats/no-action",
        |asked| is_bulk(asked) && action(asked).is_empty(),
        bad_request,
    ),
    stub("seats/unknown-action", is_unknown_action, bad_request),
    stub(
        "seats/assign-mixed",
        |asked| is_mixed(asked, "assign"),
        result,
    ),
    stub(
        "seats/reclaim-mixed",
        |asked| is_mixed(asked, "reclaim"),
        result,
    ),
    stub(
        "seats/assign-several",
        |asked| is_several(asked, "assign"),
        result,
    ),
    stub(
        "seats/reclaim-several",
        |asked| is_several(asked, "reclaim"),
        result,
    ),
    stub(
        "seats/assign-one",
        |asked| is_action(asked, "assign"),
        result,
    ),
    stub(
        "seats/reclaim-one",
        |asked| is_action(asked, "reclaim"),
        result,
    ),
    stub(
        "seats/assign-in-pascal-case",
        |asked| is_action(asked, "Assign"),
        result,
    ),
    stub(
        "seats/reclaim-in-pascal-case",
        |asked| is_action(asked, "Reclaim"),
        result,
    ),
];

/// The product and the SKU of a path that has both.
fn entry(asked: &Asked) -> Option<(&str, &str)> {
    let inside = asked
        .path
        .strip_prefix("/V1/Inventory/")?
        .strip_suffix("/Seats")?;
    let (product, sku) = inside.split_once('/')?;
    let is_complete = !product.is_empty() && !sku.is_empty() && !sku.contains('/');
    is_complete.then_some((product, sku))
}

fn is_bulk(asked: &Asked) -> bool {
    asked.method == "POST" && entry(asked).is_some()
}

fn is_without_segment(asked: &Asked) -> bool {
    asked.path.starts_with("/V1/Inventory/") && entry(asked).is_none()
}

fn is_without_token(asked: &Asked) -> bool {
    is_bulk(asked) && asked.header("Authorization") != Some("Bearer woodgrove-store")
}

fn is_entry(asked: &Asked, knows_product: bool, knows_sku: bool) -> bool {
    let found = entry(asked).map(|(product, sku)| (product == PRODUCT, sku == SKU));
    is_bulk(asked) && found == Some((knows_product, knows_sku))
}

fn is_query(asked: &Asked, action: &str) -> bool {
    let is_complete = asked.parameter("username").is_some();
    is_bulk(asked) && is_complete && asked.parameter("seatAction") == Some(action)
}

fn is_unknown_action(asked: &Asked) -> bool {
    let action = action(asked).to_lowercase();
    is_bulk(asked) && action != "assign" && action != "reclaim"
}

fn is_action(asked: &Asked, expected: &str) -> bool {
    is_bulk(asked) && action(asked) == expected
}

fn is_mixed(asked: &Asked, expected: &str) -> bool {
    is_action(asked, expected) && names(asked).contains(&NOBODY)
}

fn is_several(asked: &Asked, expected: &str) -> bool {
    is_action(asked, expected) && names(asked).len() > 1
}

fn action(asked: &Asked) -> &str {
    let action = asked.json["seatAction"].as_str();
    action.or(asked.parameter("seatAction")).unwrap_or_default()
}

fn names(asked: &Asked) -> Vec<&str> {
    let names = asked.json["usernames"].as_array().into_iter().flatten();
    let names = names.filter_map(Value::as_str);
    names.chain(asked.parameter("username")).collect()
}

/// Each name in one of the two lists.
fn result(asked: &Asked) -> Answer {
    let key = json!({ "productId": PRODUCT, "skuId": SKU });
    let is_assign = action(asked).eq_ignore_ascii_case("assign");
    let (unknown, known): (Vec<_>, Vec<_>) =
        names(asked).into_iter().partition(|name| *name == NOBODY);
    let seats = known.into_iter().map(|name| {
        json!({
            "assignedTo": name,
            "dateAssigned": "2018-11-20T09:41:07.2500000-08:00",
            "state": if is_assign { "active" } else { "revoked" },
            "productKey": key,
        })
    });
    let failures = unknown
        .into_iter()
        .map(|name| json!({ "failureReason": "NoSuchUser", "productKey": key, "userName": name }));
    Answer::json(
        200,
        json!({
            "seatDetails": seats.collect::<Vec<_>>(),
            "failedSeatOperations": failures.collect::<Vec<_>>(),
        }),
    )
}

fn not_found(_: &Asked) -> Answer {
    let detail = json!({ "itemType": "Inventory", "values": ["ProductId/SkuId"] });
    Answer::json(404, json!({ "reason": "NotFound", "details": detail }))
}

fn offline(_: &Asked) -> Answer {
    Answer::json(409, json!({ "reason": "Not online" }))
}

fn bad_request(_: &Asked) -> Answer {
    Answer::json(400, json!({ "reason": "InvalidParameter" }))
}

fn unauthorized(_: &Asked) -> Answer {
    Answer::empty(401).with("WWW-Authenticate", "Bearer")
}
