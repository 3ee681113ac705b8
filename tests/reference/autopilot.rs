//! The autopilot contract of a clean deployment, and what its 204 looks like on the wire.

use probity::reference::{Fault, Variant};
use serde_json::{Value, json};

use crate::calls::{DEVICE, SECOND_DEVICE, autopilot, graph, route_a, route_b};
use crate::client::{send, start};

#[tokio::test]
async fn unassigning_takes_the_user_and_nothing_else() {
    let deployment = start(&[], &[]).await;
    for (device, action) in [
        (DEVICE, route_a(DEVICE)),
        (SECOND_DEVICE, route_b(SECOND_DEVICE)),
    ] {
        let mut expected = send(&deployment, &autopilot("GET", device)).await.json();
        assert_eq!(expected["userPrincipalName"], "alex@contoso.example");
        assert_eq!(
            send(&deployment, &autopilot("POST", action)).await.status,
            204
        );
        expected["userPrincipalName"] = json!("");
        expected["addressableUserName"] = json!("");
        let actual = send(&deployment, &autopilot("GET", device)).await.json();
        assert_eq!(actual, expected);
    }
    let body = json!({ "userPrincipalName": "bo@contoso.example", "addressableUserName": "Bo" });
    let assign = autopilot("POST", format!("{DEVICE}/assignUserToDevice")).json(&body);
    assert_eq!(send(&deployment, &assign).await.status, 204);
    let device = send(&deployment, &autopilot("GET", DEVICE)).await.json();
    assert_eq!(device["addressableUserName"], "Bo");
}

#[tokio::test]
async fn the_204_has_no_octet_behind_its_head_and_announces_none() {
    let deployment = start(&[], &[]).await;
    let reply = send(&deployment, &autopilot("POST", route_a(DEVICE))).await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.body, b"");
    for name in ["content-length", "transfer-encoding", "content-type"] {
        assert_eq!(reply.header(name), None, "{name}");
    }
    for name in [
        "request-id",
        "client-request-id",
        "x-ms-ags-diagnostic",
        "vary",
    ] {
        assert!(reply.header(name).is_some(), "{name}");
    }
}

#[tokio::test]
async fn body_on_204_sends_octets_behind_a_proper_head() {
    let deployment = start(&[Fault::BODY_ON_204], &[]).await;
    let reply = send(&deployment, &autopilot("POST", route_a(DEVICE))).await;
    assert_eq!((reply.status, reply.body.as_slice()), (204, &b"{}"[..]));
    assert_eq!(reply.header("content-length"), None);
    assert_eq!(reply.header("transfer-encoding"), None);
    let device = send(&deployment, &autopilot("GET", DEVICE)).await.json();
    assert_eq!(
        device["userPrincipalName"], "",
        "the call worked all the same"
    );
    assert_eq!(deployment.hits(Fault::BODY_ON_204), 1);
}

#[tokio::test]
async fn length_on_204_announces_a_length_and_sends_nothing() {
    let deployment = start(&[Fault::LENGTH_ON_204], &[]).await;
    let reply = send(&deployment, &autopilot("POST", route_a(DEVICE))).await;
    assert_eq!(reply.header("content-length"), Some("0"));
    assert_eq!(reply.body, b"");
}

#[tokio::test]
async fn refusals_have_their_status_and_a_graph_error_and_change_nothing() {
    let deployment = start(&[], &[]).await;
    let unknown = "/beta/deviceManagement/windowsAutopilotDeviceIdentities/00000000-0000-4000-8000-0000000000d0";
    let two_ids = route_b(DEVICE).replace(
        "assignedDevices/fac6f0b1-f0b1-fac6-b1f0-c6fab1f0c6fa",
        "assignedDevices/5b1e6a10-6a10-5b1e-106a-1e5b106a1e5b",
    );
    for (status, call) in [
        (400, autopilot("POST", two_ids)),
        (
            400,
            autopilot("POST", format!("{DEVICE}/assignUserToDevice")),
        ),
        (
            401,
            autopilot("POST", route_a(DEVICE)).without("Authorization"),
        ),
        (
            401,
            autopilot("POST", route_b(DEVICE)).without("Authorization"),
        ),
        (403, graph("POST", route_a(DEVICE), "personal-account")),
        (
            403,
            graph("POST", route_a(DEVICE), "delegated-user-readwrite-all"),
        ),
        (404, autopilot("POST", route_a(unknown))),
        (404, autopilot("POST", route_b(unknown))),
        (404, autopilot("GET", unknown)),
        (
            404,
            autopilot(
                "POST",
                "/v1.0".to_owned() + &route_b(DEVICE)["/beta".len()..],
            ),
        ),
        (405, autopilot("GET", route_a(DEVICE))),
        (405, autopilot("GET", route_b(DEVICE))),
    ] {
        let reply = send(&deployment, &call).await;
        assert_eq!(reply.status, status, "{call:?}");
        let body = reply.json();
        assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
        assert!(body["error"]["code"].is_string() && body["error"]["message"].is_string());
    }
    let device = send(&deployment, &autopilot("GET", DEVICE)).await.json();
    assert_eq!(device["userPrincipalName"], "alex@contoso.example");
}

#[tokio::test]
async fn route_a_is_served_under_the_stable_version_too() {
    let deployment = start(&[], &[]).await;
    let stable = DEVICE.replace("/beta", "/v1.0");
    let reply = send(&deployment, &autopilot("POST", route_a(&stable))).await;
    assert_eq!(reply.status, 204);
}

#[tokio::test]
async fn an_unassigned_user_may_be_absent_or_null() {
    for (variant, expected) in [
        (Variant::ABSENT_AFTER_UNASSIGN, None),
        (Variant::NULL_AFTER_UNASSIGN, Some(&Value::Null)),
    ] {
        let deployment = start(&[], &[variant]).await;
        send(&deployment, &autopilot("POST", route_a(DEVICE))).await;
        let device = send(&deployment, &autopilot("GET", DEVICE)).await.json();
        assert_eq!(device.get("userPrincipalName"), expected);
    }
}
