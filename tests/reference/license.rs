//! The license contract of a clean deployment, and the faults of the first dozen that belong to it.

use probity::reference::Fault;
use serde_json::{Value, json};

use crate::calls::{USER, graph, reprocess};
use crate::client::{Call, send, start};

const ADELE: &str = "047dd774-f1c4-40f2-82f0-278de79f9b83";

#[tokio::test]
async fn reprocessing_answers_with_the_user_and_works_on_group_licenses_only() {
    let deployment = start(&[], &[]).await;
    let states_alone = format!("{USER}?$select=licenseAssignmentStates");
    let read = graph("GET", states_alone, "delegated-user-read");
    let before = send(&deployment, &read).await.json();
    let reply = send(&deployment, &reprocess()).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let user = reply.json();
    assert_eq!(user["id"], ADELE);
    for name in [
        "accountEnabled",
        "assignedLicenses",
        "assignedPlans",
        "businessPhones",
        "city",
        "companyName",
    ] {
        assert!(user.get(name).is_some(), "{name}");
    }
    let states = |user: &Value| user["licenseAssignmentStates"].as_array().unwrap().clone();
    let (before, after) = (states(&before), states(&user));
    assert_eq!(before[0], after[0], "the direct one");
    assert_eq!(before[1]["state"], "Error");
    assert_eq!(after[1]["state"], "Active");
    assert_eq!(
        send(&deployment, &read).await.json()["licenseAssignmentStates"],
        json!(after)
    );
}

#[tokio::test]
async fn a_read_gives_what_select_names_or_the_default_members() {
    let deployment = start(&[], &[]).await;
    let selecting = format!("{USER}?$select=id,licenseAssignmentStates");
    for (url, names) in [
        (selecting.as_str(), &["id", "licenseAssignmentStates"][..]),
        (
            USER,
            &[
                "id",
                "userPrincipalName",
                "displayName",
                "givenName",
                "surname",
                "preferredLanguage",
                "jobTitle",
                "officeLocation",
                "businessPhones",
                "mail",
                "mobilePhone",
            ],
        ),
    ] {
        let read = graph("GET", url, "delegated-user-read");
        let user = send(&deployment, &read).await.json();
        let members = user.as_object().unwrap().keys();
        let members: Vec<&String> = members.filter(|name| !name.starts_with('@')).collect();
        assert_eq!(members, names, "{url}");
    }
}

#[tokio::test]
async fn the_user_is_found_by_either_name_and_with_or_without_a_body() {
    let deployment = start(&[], &[]).await;
    let by_name = "/v1.0/users/Adele@contoso.example/reprocessLicenseAssignment";
    for call in [
        graph("POST", by_name, "application-user-readwrite-all"),
        reprocess().header("Content-Type", "application/json"),
        reprocess().text("anything"),
    ] {
        assert_eq!(send(&deployment, &call).await.json()["id"], ADELE);
    }
}

#[tokio::test]
async fn refusals_have_their_status_and_a_graph_error() {
    let deployment = start(&[], &[]).await;
    let action = |token| graph("POST", format!("{USER}/reprocessLicenseAssignment"), token);
    let unknown = "/v1.0/users/00000000-0000-4000-8000-00000000dead";
    let unknown_action = format!("{unknown}/reprocessLicenseAssignment");
    for (status, call) in [
        (401, reprocess().without("Authorization")),
        (401, action("unheard-of")),
        (403, action("delegated-user-read")),
        (403, action("personal-account")),
        (
            403,
            action("delegated-devicemanagementserviceconfig-readwrite-all"),
        ),
        (
            404,
            graph("POST", unknown_action, "delegated-user-readwrite-all"),
        ),
        (404, graph("GET", unknown, "delegated-user-read")),
        (404, graph("GET", "/v1.0/groups", "delegated-user-read")),
        (
            405,
            Call {
                method: "GET",
                ..reprocess()
            },
        ),
        (
            405,
            Call {
                method: "PUT",
                ..reprocess()
            },
        ),
        (
            400,
            graph(
                "POST",
                "/v1.0/users/%ff/reprocessLicenseAssignment",
                "delegated-user-readwrite-all",
            ),
        ),
    ] {
        let reply = send(&deployment, &call).await;
        assert_eq!(reply.status, status, "{call:?}");
        let body = reply.json();
        assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
        assert!(body["error"]["code"].is_string() && body["error"]["message"].is_string());
        assert_eq!(reply.header("www-authenticate").is_some(), status == 401);
    }
}

#[tokio::test]
async fn wrong_status_and_wrong_type_break_one_thing_each() {
    let deployment = start(&[Fault::WRONG_STATUS], &[]).await;
    let reply = send(&deployment, &reprocess()).await;
    assert_eq!((reply.status, &reply.json()["id"]), (202, &json!(ADELE)));

    let deployment = start(&[Fault::WRONG_TYPE], &[]).await;
    let reply = send(&deployment, &reprocess()).await;
    assert_eq!(
        (reply.status, &reply.json()["assignedLicenses"]),
        (200, &Value::Null)
    );
}
