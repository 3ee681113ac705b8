//! The calls the tests make, by contract, and for each contract a script that comes by every fault of it.

use serde_json::{Value, json};

use crate::client::Call;

pub(crate) const SEATS: &str = "/V1/Inventory/9NBLGGH4R2R6/0016/Seats";
pub(crate) const RESTRICTED: &str = "/V1/Inventory/CFQ7TTC0K5DR/0001/Seats";
pub(crate) const OFFLINE: &str = "/V1/Inventory/9WZDNCRFHVJL/0010/Seats";
pub(crate) const DEVICE: &str =
    "/beta/deviceManagement/windowsAutopilotDeviceIdentities/fac6f0b1-f0b1-fac6-b1f0-c6fab1f0c6fa";
pub(crate) const SECOND_DEVICE: &str =
    "/beta/deviceManagement/windowsAutopilotDeviceIdentities/5b1e6a10-6a10-5b1e-106a-1e5b106a1e5b";
pub(crate) const USER: &str = "/v1.0/users/047dd774-f1c4-40f2-82f0-278de79f9b83";

pub(crate) fn seats(method: &'static str, target: impl Into<String>) -> Call {
    Call::new(method, target).header("Authorization", "Bearer store-admin")
}

pub(crate) fn bulk(target: &str, action: &str, users: &[&str]) -> Call {
    seats("POST", target).json(&json!({ "usernames": users, "seatAction": action }))
}

pub(crate) fn presence(body: &Value) -> Call {
    Call::new("POST", "/users/batch")
        .header("Authorization", "XBL3.0 x=1001;presence-caller")
        .header("x-xbl-contract-version", "3")
        .header("Accept", "application/json")
        .header("Accept-Language", "en-US")
        .json(body)
}

pub(crate) fn graph(method: &'static str, target: impl Into<String>, token: &str) -> Call {
    Call::new(method, target).header("Authorization", format!("Bearer {token}"))
}

pub(crate) fn reprocess() -> Call {
    let target = format!("{USER}/reprocessLicenseAssignment");
    graph("POST", target, "delegated-user-readwrite-all")
}

pub(crate) fn autopilot(method: &'static str, target: impl Into<String>) -> Call {
    let token = "delegated-devicemanagementserviceconfig-readwrite-all";
    graph(method, target, token).header("Accept", "application/json")
}

pub(crate) fn route_a(device: &str) -> String {
    format!("{device}/unassignUserFromDevice")
}

pub(crate) fn route_b(device: &str) -> String {
    let (_, id) = device.rsplit_once('/').expect("a path");
    format!("{device}/deploymentProfile/assignedDevices/{id}/unassignUserFromDevice")
}

pub(crate) fn seats_script() -> Vec<Call> {
    let alex = "alex@contoso.example";
    let all = [alex, "bo@contoso.example", "cam@contoso.example"];
    vec![
        bulk(SEATS, "assign", &[alex]),
        seats("GET", format!("{SEATS}/{alex}")),
        bulk(SEATS, "Reclaim", &[alex]),
        bulk(SEATS, "assign", &[alex]),
        bulk(SEATS, "reclaim", &[alex]),
        seats("GET", format!("{SEATS}/{alex}")),
        bulk(SEATS, "lend", &[alex]),
        bulk(SEATS, "Assign", &[alex]),
        bulk(SEATS, "assign", &[]),
        seats("POST", SEATS).json(&json!({ "usernames": [alex] })),
        bulk(OFFLINE, "assign", &[alex]),
        bulk(SEATS, "assign", &all),
        bulk(SEATS, "assign", &[alex, "nobody@contoso.example"]),
        bulk(SEATS, "reclaim", &[alex, "nobody@contoso.example"]),
        seats("POST", format!("{SEATS}?username={alex}&seatAction=assign")),
        bulk(RESTRICTED, "assign", &all),
        bulk("/V1/Inventory/9NBLGGH4R2R6/9999/Seats", "assign", &[alex]),
        bulk("/V1/Inventory/9ZZZZZZZZZZZ/0016/Seats", "assign", &[alex]),
        bulk("/V1/Inventory/9NBLGGH4R2R6/Seats", "assign", &[alex]),
        bulk("/V1/Inventory/9NBLGGH4R2R6//Seats", "assign", &[alex]),
        bulk(SEATS, "reclaim", &all),
        bulk(SEATS, "assign", &[alex]).without("Authorization"),
        seats("GET", SEATS),
        bulk(SEATS, "reclaim", &[alex]).without("Authorization"),
    ]
}

pub(crate) fn presence_script() -> Vec<Call> {
    const ONLINE: &str = "1234567890";
    const SECOND: &str = "0123456789";
    const OFFLINE: &str = "4567890123";
    const AWAY: &str = "7890123456";
    const CLOAKED: &str = "2814600000000004";
    const NONE: &str = "2814600000000005";
    let everyone = [ONLINE, SECOND, OFFLINE, AWAY, CLOAKED, NONE];
    let plain = json!({ "users": [ONLINE] });
    let site = "XBL3.0 x=1002;presence-third-party";
    let mut script = vec![
        presence(&json!({ "users": everyone })),
        presence(&plain),
        presence(&json!({ "users": ["2814659110958830"] })),
        presence(&json!({})),
        presence(&json!({})).text("{\"users\":["),
        presence(&json!({ "users": [ONLINE], "colour": "blue" })),
        presence(&json!({ "users": vec![OFFLINE; 1100] })),
        presence(&json!({ "users": vec![OFFLINE; 1101] })),
        presence(&json!({ "users": [ONLINE], "level": "depth" })),
        presence(&plain).without("Authorization"),
        presence(&plain)
            .without("Authorization")
            .header("Authorization", "XBL3.0 x=1003;presence-without-xuid"),
        presence(&json!({ "users": ["2814600000000012", "2814600000000023"] }))
            .without("Authorization")
            .header("Authorization", site),
        presence(&plain).without("Accept"),
        presence(&plain).without("x-xbl-contract-version"),
        presence(&plain).without("Content-Type"),
        Call {
            method: "GET",
            ..presence(&plain)
        },
    ];
    for level in ["user", "device", "title", "all"] {
        script.push(presence(&json!({ "users": everyone, "level": level })));
    }
    for friend_or_stranger in ["12", "13", "22", "23"] {
        let user = format!("28146000000000{friend_or_stranger}");
        script.push(presence(&json!({ "users": [user] })));
    }
    for filter in [
        json!({ "deviceTypes": [] }),
        json!({ "titles": [] }),
        json!({ "deviceTypes": ["D"] }),
        json!({ "deviceTypes": ["D", "WindowsPhone"] }),
        json!({ "titles": [12_341_234] }),
        json!({ "titles": ["12341234"] }),
        json!({ "deviceTypes": ["D"], "titles": [34_563_456] }),
        json!({ "deviceTypes": ["D"], "titles": [12_341_234] }),
        json!({ "onlineOnly": true }),
        json!({ "onlineOnly": false }),
    ] {
        let mut body = filter;
        body["users"] = json!(everyone);
        script.push(presence(&body));
    }
    script
}

pub(crate) fn license_script() -> Vec<Call> {
    let action = |token| {
        let target = format!("{USER}/reprocessLicenseAssignment");
        graph("POST", target, token)
    };
    vec![
        reprocess().without("Authorization"),
        graph(
            "GET",
            format!("{USER}?$select=id,licenseAssignmentStates"),
            "delegated-user-read",
        ),
        reprocess(),
        graph(
            "GET",
            format!("{USER}?$select=id,licenseAssignmentStates"),
            "delegated-user-read",
        ),
        action("application-user-readwrite-all"),
        action("delegated-directory-readwrite-all"),
        action("application-directory-readwrite-all"),
        action("delegated-user-read"),
        action("personal-account"),
        graph(
            "POST",
            "/v1.0/users/00000000-0000-4000-8000-00000000dead/reprocessLicenseAssignment",
            "delegated-user-readwrite-all",
        ),
        graph(
            "POST",
            "/v1.0/users/adele@contoso.example/reprocessLicenseAssignment",
            "delegated-user-readwrite-all",
        ),
        Call {
            method: "GET",
            ..reprocess()
        },
    ]
}

pub(crate) fn autopilot_script() -> Vec<Call> {
    let unknown = "/beta/deviceManagement/windowsAutopilotDeviceIdentities/00000000-0000-4000-8000-0000000000d0";
    vec![
        autopilot("POST", route_a(DEVICE)).without("Authorization"),
        autopilot("GET", DEVICE),
        graph("POST", route_a(SECOND_DEVICE), "personal-account"),
        autopilot("GET", SECOND_DEVICE),
        autopilot("POST", route_a(DEVICE)),
        autopilot("POST", route_a(DEVICE)).without("Accept"),
        autopilot("GET", DEVICE),
        autopilot("GET", SECOND_DEVICE),
        autopilot("POST", route_b(SECOND_DEVICE)).without("Authorization"),
        autopilot("POST", route_b(SECOND_DEVICE)),
        autopilot("GET", SECOND_DEVICE),
        autopilot("POST", route_a(unknown)),
        autopilot("POST", route_b(unknown)),
        autopilot("GET", route_a(DEVICE)),
        autopilot("POST", format!("{DEVICE}/assignUserToDevice")).json(&json!({
            "userPrincipalName": "alex@contoso.example", "addressableUserName": "Alex",
        })),
        autopilot("GET", DEVICE),
    ]
}
