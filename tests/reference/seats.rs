//! The seats contract of a clean deployment, and the faults of the first dozen that belong to it.

use probity::reference::Fault;
use serde_json::json;

use crate::calls::{RESTRICTED, SEATS, bulk, seats};
use crate::client::{send, start};

const ALEX: &str = "alex@contoso.example";
const BO: &str = "bo@contoso.example";
const CAM: &str = "cam@contoso.example";
const NOBODY: &str = "nobody@contoso.example";

#[tokio::test]
async fn assign_and_reclaim_show_in_the_result_and_in_the_reads() {
    let deployment = start(&[], &[]).await;
    let assigned = send(&deployment, &bulk(SEATS, "assign", &[ALEX, NOBODY])).await;
    assert_eq!(assigned.status, 200);
    assert_eq!(assigned.header("content-type"), Some("application/json"));
    let result = assigned.json();
    assert_eq!(result["seatDetails"][0]["assignedTo"], ALEX);
    assert_eq!(result["seatDetails"][0]["state"], "active");
    let key = json!({ "productId": "9NBLGGH4R2R6", "skuId": "0016" });
    assert_eq!(
        result["failedSeatOperations"],
        json!([{ "failureReason": "UserNotFound", "productKey": key, "userName": NOBODY }])
    );

    let one = format!("{SEATS}/{ALEX}");
    assert_eq!(
        send(&deployment, &seats("GET", &one)).await.json()["state"],
        "active"
    );
    let inventory = send(&deployment, &seats("GET", "/V1/Inventory"))
        .await
        .json();
    assert_eq!(inventory["inventoryEntries"][0]["availableSeats"], 999);

    let reclaimed = send(&deployment, &bulk(SEATS, "reclaim", &[ALEX]))
        .await
        .json();
    assert_eq!(reclaimed["seatDetails"][0]["state"], "revoked");
    assert_eq!(send(&deployment, &seats("GET", &one)).await.status, 404);
    let list = send(&deployment, &seats("GET", SEATS)).await.json();
    assert_eq!(list["seats"], json!([]));
}

#[tokio::test]
async fn the_query_form_needs_no_body() {
    let deployment = start(&[], &[]).await;
    let target = format!("{SEATS}?username=alex%40contoso.example&seatAction=assign");
    let result = send(&deployment, &seats("POST", target)).await;
    assert_eq!(result.status, 200);
    assert_eq!(result.json()["seatDetails"][0]["assignedTo"], ALEX);
}

#[tokio::test]
async fn refusals_have_their_status() {
    let deployment = start(&[], &[]).await;
    for (status, call) in [
        (400, bulk(SEATS, "lend", &[ALEX])),
        (400, bulk(SEATS, "assign", &[])),
        (400, seats("POST", SEATS)),
        (400, seats("POST", SEATS).text("{")),
        (401, bulk(SEATS, "assign", &[ALEX]).without("Authorization")),
        (
            404,
            bulk("/V1/Inventory/9NBLGGH4R2R6/9999/Seats", "assign", &[ALEX]),
        ),
        (
            404,
            bulk("/V1/Inventory/9ZZZZZZZZZZZ/0016/Seats", "assign", &[ALEX]),
        ),
        (
            404,
            bulk("/V1/Inventory/9NBLGGH4R2R6/Seats", "assign", &[ALEX]),
        ),
        (
            404,
            bulk("/V1/Inventory/9NBLGGH4R2R6//Seats", "assign", &[ALEX]),
        ),
        (404, bulk("/V1/Inventory//0016/Seats", "assign", &[ALEX])),
        (405, seats("PUT", SEATS)),
        (
            409,
            bulk("/V1/Inventory/9WZDNCRFHVJL/0010/Seats", "assign", &[ALEX]),
        ),
    ] {
        let reply = send(&deployment, &call).await;
        assert_eq!(reply.status, status, "{call:?}");
        if status == 401 {
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        }
        if status == 405 {
            assert_eq!(reply.header("allow"), Some("POST, GET"));
        }
    }
    let list = send(&deployment, &seats("GET", SEATS)).await.json();
    assert_eq!(list["seats"], json!([]), "a refusal changes nothing");
}

#[tokio::test]
async fn a_restricted_entry_gives_no_more_than_it_has() {
    let deployment = start(&[], &[]).await;
    let result = send(&deployment, &bulk(RESTRICTED, "assign", &[ALEX, BO, CAM]))
        .await
        .json();
    assert_eq!(result["seatDetails"].as_array().unwrap().len(), 2);
    let failed = &result["failedSeatOperations"][0];
    assert_eq!(
        (&failed["userName"], &failed["failureReason"]),
        (&json!(CAM), &json!("NoSeatsAvailable"))
    );
}

#[tokio::test]
async fn pages_of_seats_neither_lose_nor_repeat() {
    let deployment = start(&[], &[]).await;
    let users: Vec<_> = (1..=60)
        .map(|number| format!("user{number:02}@contoso.example"))
        .collect();
    let names: Vec<_> = users.iter().map(String::as_str).collect();
    send(&deployment, &bulk(SEATS, "assign", &names)).await;
    let mut seen = Vec::new();
    let mut token = String::new();
    for expected in [25, 25, 10] {
        let target = format!("{SEATS}?continuationToken={token}");
        let page = send(&deployment, &seats("GET", target)).await.json();
        let seats = page["seats"].as_array().unwrap();
        assert_eq!(seats.len(), expected);
        seen.extend(
            seats
                .iter()
                .map(|seat| seat["assignedTo"].as_str().unwrap().to_owned()),
        );
        token = page["continuationToken"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
    }
    assert_eq!(token, "");
    assert_eq!(seen, users);
    for size in ["0", "101", "x"] {
        let target = format!("{SEATS}?maxResults={size}");
        assert_eq!(send(&deployment, &seats("GET", target)).await.status, 400);
    }
}

#[tokio::test]
async fn the_forms_for_one_user_set_up_and_tear_down() {
    let deployment = start(&[], &[]).await;
    let one = format!("{SEATS}/{ALEX}");
    assert_eq!(
        send(&deployment, &seats("POST", &one)).await.json()["state"],
        "active"
    );
    assert_eq!(
        send(&deployment, &seats("DELETE", &one)).await.json()["state"],
        "revoked"
    );
    assert_eq!(send(&deployment, &seats("DELETE", &one)).await.status, 404);
    let unknown = format!("{SEATS}/{NOBODY}");
    assert_eq!(send(&deployment, &seats("POST", unknown)).await.status, 404);
}

#[tokio::test]
async fn no_authentication_executes_without_a_token() {
    let deployment = start(&[Fault::NO_AUTHENTICATION], &[]).await;
    let call = bulk(SEATS, "assign", &[ALEX]).without("Authorization");
    assert_eq!(send(&deployment, &call).await.status, 200);
    assert_eq!(deployment.hits(Fault::NO_AUTHENTICATION), 1);
    let wrong = call.header("Authorization", "Bearer other");
    assert_eq!(send(&deployment, &wrong).await.status, 401);
}

#[tokio::test]
async fn stale_state_does_not_find_the_seat_to_reclaim() {
    let deployment = start(&[Fault::STALE_STATE], &[]).await;
    send(&deployment, &bulk(SEATS, "assign", &[ALEX])).await;
    let result = send(&deployment, &bulk(SEATS, "reclaim", &[ALEX]))
        .await
        .json();
    assert_eq!(result["seatDetails"], json!([]));
    assert_eq!(result["failedSeatOperations"][0]["userName"], ALEX);
}
