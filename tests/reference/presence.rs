//! The presence contract of a clean deployment, and the faults of the first dozen that belong to it.

use probity::reference::{Deployment, Fault, Variant};
use serde_json::{Value, json};

use crate::calls::presence;
use crate::client::{Call, send, start};

const SELF: &str = "2814659110958830";
const ONLINE: &str = "1234567890";
const SECOND: &str = "0123456789";
const OFFLINE: &str = "4567890123";
const AWAY: &str = "7890123456";
const CLOAKED: &str = "2814600000000004";
const NONE: &str = "2814600000000005";

async fn records(deployment: &Deployment, body: Value) -> Value {
    let reply = send(deployment, &presence(&body)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/json"));
    reply.json()
}

fn xuids(records: &Value) -> Vec<&str> {
    let records = records.as_array().expect("an array");
    records
        .iter()
        .map(|record| record["xuid"].as_str().expect("a xuid"))
        .collect()
}

#[tokio::test]
async fn each_level_shows_more() {
    let deployment = start(&[], &[]).await;
    let at = async |level| {
        let body = json!({ "users": [ONLINE, OFFLINE, AWAY], "level": level });
        records(&deployment, body).await
    };
    let last_seen = json!({
        "deviceType": "W8", "titleId": "23452345", "titleName": "Contoso Gamehelp",
        "timestamp": "2012-09-17T07:15:23.4930000",
    });
    assert_eq!(
        at("user").await,
        json!([
            { "xuid": ONLINE, "state": "online" },
            { "xuid": OFFLINE, "state": "offline", "lastSeen": last_seen },
            { "xuid": AWAY, "state": "away" },
        ])
    );
    assert_eq!(
        at("device").await[0]["devices"],
        json!([{ "type": "D" }, { "type": "W8" }])
    );
    let title = json!({
        "id": "12341234", "name": "Contoso 5", "placement": "fill", "state": "active",
        "lastModified": "2012-09-17T07:15:23.4930000",
    });
    let at_title = at("title").await;
    assert_eq!(at_title[0]["devices"][0]["titles"][0], title);
    assert_eq!(
        at_title[2]["devices"],
        json!([{ "type": "Web", "titles": [] }])
    );
    let activity = &at("all").await[0]["devices"][0]["titles"][0]["activity"];
    assert_eq!(activity["richPresence"], "Team Deathmatch on Nirvana");
    assert_eq!(
        records(&deployment, json!({ "users": [ONLINE, OFFLINE, AWAY] })).await,
        at_title
    );
}

#[tokio::test]
async fn filters_are_alternatives_inside_and_conditions_across() {
    let deployment = start(&[], &[]).await;
    let all = [ONLINE, SECOND, OFFLINE, AWAY];
    for (filter, expected) in [
        (json!({ "deviceTypes": ["D"] }), vec![ONLINE]),
        (
            json!({ "deviceTypes": ["D", "WindowsPhone"] }),
            vec![ONLINE, SECOND],
        ),
        (json!({ "titles": [12_341_234] }), vec![ONLINE]),
        (
            json!({ "titles": ["12341234", 34_563_456] }),
            vec![ONLINE, SECOND],
        ),
        (
            json!({ "deviceTypes": ["D"], "titles": [34_563_456] }),
            vec![],
        ),
        (json!({ "deviceTypes": [], "titles": [] }), all.to_vec()),
        (json!({ "onlineOnly": true }), vec![ONLINE, SECOND, AWAY]),
        (json!({ "onlineOnly": false }), all.to_vec()),
    ] {
        let mut body = filter.clone();
        body["users"] = json!(all);
        assert_eq!(
            xuids(&records(&deployment, body).await),
            expected,
            "{filter}"
        );
    }
}

#[tokio::test]
async fn privacy_takes_content_and_never_the_status() {
    let deployment = start(&[], &[]).await;
    let seen_by = async |token: &str| {
        let users: Vec<_> = ["11", "12", "13", "21", "22", "23"]
            .map(|suffix| format!("28146000000000{suffix}"))
            .into();
        let call = presence(&json!({ "users": users }))
            .without("Authorization")
            .header("Authorization", token);
        let records = send(&deployment, &call).await.json();
        let records = records.as_array().unwrap().clone();
        records
            .iter()
            .map(|record| record["state"] == "online")
            .collect::<Vec<_>>()
    };
    let user = seen_by("XBL3.0 x=1001;presence-caller").await;
    assert_eq!(user, [true, true, false, true, false, false]);
    let site = seen_by("xbl3.0 x=1002;presence-third-party").await;
    assert_eq!(site, [true, false, false, true, false, false]);
}

#[tokio::test]
async fn hidden_users_are_offline_and_vanish_with_online_only() {
    let deployment = start(&[], &[]).await;
    let users = [CLOAKED, NONE, "42", SELF];
    let all = records(&deployment, json!({ "users": users })).await;
    assert_eq!(all[0], json!({ "xuid": CLOAKED, "state": "offline" }));
    assert_eq!(all[1], json!({ "xuid": NONE, "state": "offline" }));
    assert_eq!(all[2], json!({ "xuid": "42", "state": "offline" }));
    let online = records(&deployment, json!({ "users": users, "onlineOnly": true })).await;
    assert_eq!(xuids(&online), [SELF]);
}

#[tokio::test]
async fn a_user_named_many_times_gets_one_record() {
    let deployment = start(&[], &[]).await;
    let records = records(&deployment, json!({ "users": vec![OFFLINE; 1100] })).await;
    assert_eq!(xuids(&records), [OFFLINE]);
}

#[tokio::test]
async fn refusals_have_their_status_and_a_documented_body() {
    let deployment = start(&[], &[]).await;
    let plain = || presence(&json!({ "users": [ONLINE] }));
    let with = |name, value| plain().without(name).header(name, value);
    for (status, call) in [
        (400, presence(&json!({}))),
        (400, plain().text("{\"users\":[")),
        (
            400,
            presence(&json!({ "users": [ONLINE], "colour": "blue" })),
        ),
        (
            400,
            presence(&json!({ "users": [ONLINE], "level": "depth" })),
        ),
        (400, presence(&json!({ "users": vec![ONLINE; 1101] }))),
        (400, plain().without("x-xbl-contract-version")),
        (401, plain().without("Authorization")),
        (401, with("Authorization", "XBL3.0 x=1;unknown")),
        (
            403,
            with("Authorization", "XBL3.0 x=1003;presence-without-xuid"),
        ),
        (
            405,
            Call {
                method: "GET",
                ..plain()
            },
        ),
        (406, plain().without("Accept")),
        (406, with("Accept", "text/html")),
        (406, with("x-xbl-contract-version", "99")),
    ] {
        let reply = send(&deployment, &call).await;
        assert_eq!(reply.status, status, "{call:?}");
        let body = reply.json();
        let is_response = body["errorCode"].is_i64() && body["errorMessage"].is_string();
        let is_error = body["code"].is_i64() && body["description"].is_string();
        assert!(is_response || is_error, "{body}");
    }
    let other_versions = with("x-xbl-contract-version", "vnext").without("Accept-Language");
    assert_eq!(send(&deployment, &other_versions).await.status, 200);
}

#[tokio::test]
async fn each_fault_of_the_first_dozen_breaks_one_thing() {
    let two = || json!({ "users": [ONLINE, OFFLINE] });
    for (fault, body, pointer, expected) in [
        (Fault::MISSING_MEMBER, two(), "/1/xuid", None),
        (
            Fault::EXTRA_RECORD,
            two(),
            "/2/xuid",
            Some(json!("2814600000009999")),
        ),
        (
            Fault::IGNORED_FILTER,
            json!({ "users": [SECOND], "deviceTypes": ["D"] }),
            "/0/xuid",
            Some(json!(SECOND)),
        ),
        (
            Fault::IGNORED_LEVEL,
            json!({ "users": [SECOND], "level": "user" }),
            "/0/devices/0/type",
            Some(json!("WindowsPhone")),
        ),
        (
            Fault::BAD_DATE,
            two(),
            "/0/devices/0/titles/0/lastModified",
            Some(json!("17/09/2012 07:15:23")),
        ),
    ] {
        let deployment = start(&[fault], &[]).await;
        let records = records(&deployment, body).await;
        assert_eq!(
            records.pointer(pointer),
            expected.as_ref(),
            "{fault}: {records}"
        );
        assert!(deployment.hits(fault) > 0);
    }
}

#[tokio::test]
async fn limit_off_by_one_refuses_the_last_allowed_number() {
    let deployment = start(&[Fault::LIMIT_OFF_BY_ONE], &[]).await;
    for (count, status) in [(1099, 200), (1100, 400)] {
        let call = presence(&json!({ "users": vec![OFFLINE; count] }));
        assert_eq!(send(&deployment, &call).await.status, status);
    }
}

#[tokio::test]
async fn missing_content_type_leaves_the_body() {
    let deployment = start(&[Fault::MISSING_CONTENT_TYPE], &[]).await;
    let reply = send(&deployment, &presence(&json!({ "users": [ONLINE] }))).await;
    assert_eq!(reply.header("content-type"), None);
    assert_eq!(reply.json()[0]["xuid"], ONLINE);
}

#[tokio::test]
async fn variants_change_the_form_of_records() {
    let title = async |variant| {
        let deployment = start(&[], &[variant]).await;
        let body = json!({ "users": [ONLINE], "level": "all" });
        send(&deployment, &presence(&body)).await.json()[0].clone()
    };
    let numeric = title(Variant::NUMERIC_TITLE_IDS).await;
    assert_eq!(numeric["devices"][0]["titles"][0]["id"], 12_341_234);
    let zoned = title(Variant::ZONED_DATES).await;
    let time = &zoned["devices"][0]["titles"][0]["lastModified"];
    assert_eq!(time, "2012-09-17T07:15:23.493Z");
    assert_eq!(title(Variant::CAPITALISED_ENUMS).await["state"], "Online");
}
