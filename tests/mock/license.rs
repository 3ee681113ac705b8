//! The stubs of license reprocessing (FACTS.md, section 6).

use serde_json::{Value, json};

use crate::http::{Answer, Asked};
use crate::stub::{Stub, stub};

const USER: &str = "3d1c6a52-9a7f-4d0e-8b67-0c5f7b1e2a90";
const PRINCIPAL: &str = "dana@woodgrove.example";

pub(crate) const STUBS: &[Stub] = &[
    stub("license/read", is_read, read),
    stub("license/get", |asked| is_action(asked, "GET"), not_allowed),
    stub("license/without-token", is_without_token, unauthenticated),
    stub(
        "license/without-permission",
        |asked| is_as(asked, "can-read"),
        forbidden,
    ),
    stub(
        "license/personal-account",
        |asked| is_as(asked, "at-home"),
        forbidden,
    ),
    stub("license/unknown-user", is_unknown, not_found),
    stub(
        "license/by-principal-name",
        |asked| user(asked) == Some(PRINCIPAL),
        success,
    ),
    stub(
        "license/user-writer",
        |asked| is_as(asked, "user-writer"),
        success,
    ),
    stub(
        "license/user-writer-app",
        |asked| is_as(asked, "user-writer-app"),
        success,
    ),
    stub(
        "license/directory-writer",
        |asked| is_as(asked, "directory-writer"),
        success,
    ),
    stub(
        "license/directory-writer-app",
        |asked| is_as(asked, "directory-writer-app"),
        success,
    ),
];

/// The user that the path names, where it is that of the action.
fn user(asked: &Asked) -> Option<&str> {
    let inside = asked.path.strip_prefix("/v1.0/users/")?;
    inside.strip_suffix("/reprocessLicenseAssignment")
}

fn is_action(asked: &Asked, method: &str) -> bool {
    asked.method == method && user(asked).is_some()
}

fn is_as(asked: &Asked, token: &str) -> bool {
    let authorization = asked.header("Authorization").unwrap_or_default();
    is_action(asked, "POST") && authorization.strip_prefix("Bearer ") == Some(token)
}

fn is_without_token(asked: &Asked) -> bool {
    is_action(asked, "POST") && asked.header("Authorization").is_none()
}

fn is_unknown(asked: &Asked) -> bool {
    let is_known = user(asked).is_some_and(|user| user == USER || user == PRINCIPAL);
    is_action(asked, "POST") && !is_known
}

fn is_read(asked: &Asked) -> bool {
    asked.method == "GET" && asked.path.strip_prefix("/v1.0/users/") == Some(USER)
}

fn success(_: &Asked) -> Answer {
    Answer::json(
        200,
        json!({
            "@odata.context": "https://graph.woodgrove.example/v1.0/$metadata#users/$entity",
            "id": USER,
            "accountEnabled": true,
            "assignedLicenses": [
                { "disabledPlans": [], "skuId": "0c266dff-15dd-4b49-8397-2bb16070ed52" },
                {
                    "disabledPlans": ["43de0ff5-c92c-492b-9116-175376d08c38"],
                    "skuId": "c7df2760-2c81-4ef7-b578-5b5392b571df",
                },
            ],
            "assignedPlans": [
                {
                    "assignedDateTime": "2020-02-03T04:05:06Z",
                    "capabilityStatus": "Enabled",
                    "service": "SharePoint",
                    "servicePlanId": "5dbe027f-2339-4123-9542-606e4d348a72",
                },
                {
                    "assignedDateTime": "2020-02-03T04:05:06.789Z",
                    "capabilityStatus": "Deleted",
                    "service": null,
                    "servicePlanId": "e95bec33-7c88-4a70-8e19-b10bd9d0c014",
                },
            ],
            "businessPhones": ["+49 30 5550 100"],
            "city": null,
            "companyName": "Woodgrove",
            "displayName": "Dana Example",
            "createdDateTime": "2019-12-31T23:59:59Z",
            "mail": null,
            "onPremisesSyncEnabled": null,
            "userPrincipalName": PRINCIPAL,
        }),
    )
}

/// The user as a read shows it. Nothing that is called here changes it.
fn read(_: &Asked) -> Answer {
    Answer::json(
        200,
        json!({
            "id": USER,
            "licenseAssignmentStates": [
                {
                    "assignedByGroup": null,
                    "disabledPlans": [],
                    "error": "None",
                    "lastUpdatedDateTime": "2020-02-03T04:05:06Z",
                    "skuId": "0c266dff-15dd-4b49-8397-2bb16070ed52",
                    "state": "Active",
                },
            ],
        }),
    )
}

/// A Graph error, as FACTS.md has it in 6.3.
pub(crate) fn graph_error(code: &str, message: &str) -> Value {
    let inner = json!({
        "date": "2022-05-06T07:08:09",
        "request-id": "7d0f6a5e-6b1c-4f5e-9a44-2f1f3c1f9a01",
    });
    json!({ "error": { "code": code, "message": message, "innerError": inner } })
}

fn not_found(_: &Asked) -> Answer {
    Answer::json(
        404,
        graph_error("Request_ResourceNotFound", "There is no such user."),
    )
}

fn forbidden(_: &Asked) -> Answer {
    Answer::json(
        403,
        graph_error("Authorization_RequestDenied", "The permission is missing."),
    )
}

fn unauthenticated(_: &Asked) -> Answer {
    let answer = Answer::json(
        401,
        graph_error("InvalidAuthenticationToken", "There is no token."),
    );
    answer.with("WWW-Authenticate", "Bearer")
}

fn not_allowed(_: &Asked) -> Answer {
    Answer::json(405, graph_error("notAllowed", "Only POST is served.")).with("Allow", "POST")
}
