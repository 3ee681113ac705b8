//! Cases that fail, one for each kind of finding.

use crate::json::SchemaRule;
use crate::model::{
    CaseReport, Diff, DiffLine, DiffSide, Finding, FindingKind, HopReport, Level, ResponseReport,
    Verdict,
};
use crate::report::sample::parts::{
    answer, case, finding, passing, place, records, request, state_place, step, users_batch,
};

pub(super) fn trailing_bytes() -> CaseReport {
    let mut bad = case(
        "autopilot/unassign/route-a",
        "unassigning answers 204 and nothing else",
        Verdict::Fail,
    );
    bad.findings = vec![finding(
        "AUTOPILOT-05",
        FindingKind::NotEmpty,
        "5 bytes came after the end of the 204 answer: \"null\\n\"",
        ("no bytes", "5 bytes: \"null\\n\""),
        place(18, "        body: <empty>", "<empty>"),
    )];
    let mut exchange = request(
        "POST",
        "/beta/deviceManagement/windowsAutopilotDeviceIdentities/0f2c/unassignUserFromDevice",
    );
    exchange.transport = "raw".into();
    bad.steps = vec![step(
        exchange,
        Some(ResponseReport {
            trailing: "null\n".into(),
            body: None,
            ..answer(204, "No Content", "")
        }),
    )];
    bad
}

pub(super) fn missing_and_extra() -> CaseReport {
    let mut bad = case(
        "license/reprocess/members",
        "the answer has exactly the members of a user",
        Verdict::Fail,
    );
    let source = "        json-exactly: { id: \"${fixture.user}\", displayName: <string>, assignedPlans: <array> }";
    bad.findings = vec![
        Finding {
            pointer: Some("/assignedPlans".into()),
            ..finding(
                "LICENSE-12",
                FindingKind::Missing,
                "the member is missing",
                ("<array>", "nothing"),
                place(31, source, "<array>"),
            )
        },
        Finding {
            pointer: Some("/_debug".into()),
            ..finding(
                "LICENSE-12",
                FindingKind::Extra,
                "the member must not be there, got {\"took\":3}",
                ("nothing", "{\"took\":3}"),
                place(
                    31,
                    source,
                    "{ id: \"${fixture.user}\", displayName: <string>, assignedPlans: <array> }",
                ),
            )
        },
    ];
    let text = "{\"id\":\"047dd774\",\"displayName\":\"Alex\",\"_debug\":{\"took\":3}}";
    bad.steps = vec![step(
        request("POST", "/v1.0/users/047dd774/reprocessLicenseAssignment"),
        Some(answer(200, "OK", text)),
    )];
    bad
}

pub(super) fn wrong_content_type() -> CaseReport {
    let mut bad = case(
        "presence/users-batch/media-type",
        "the answer is JSON by name",
        Verdict::Fail,
    );
    bad.findings = vec![Finding {
        header: Some("Content-Type".into()),
        ..finding(
            "PRESENCE-55",
            FindingKind::MediaType,
            "expected media type application/json, got text/plain",
            ("media type application/json", "text/plain; charset=utf-8"),
            place(
                22,
                "        headers: { Content-Type: <media-type application/json> }",
                "<media-type application/json>",
            ),
        )
    }];
    let mut response = answer(200, "OK", "[]");
    response.headers[0].1 = "text/plain; charset=utf-8".into();
    bad.steps = vec![step(users_batch(), Some(response))];
    bad
}

pub(super) fn presence_schema() -> CaseReport {
    let mut bad = case(
        "presence/users-batch/two-users",
        "every requested user comes back once",
        Verdict::Fail,
    );
    bad.duration_ms = 412.0;
    let by_schema = |pointer: &str, message: &str, keyword: &str, rule: &str| Finding {
        pointer: Some(pointer.into()),
        schema: Some(SchemaRule {
            keyword: keyword.into(),
            location: format!(
                "presence/records.schema.json#/$defs/presenceRecord/properties/state/{keyword}"
            ),
            rule: rule.into(),
        }),
        ..finding(
            "PRESENCE-41",
            FindingKind::Schema,
            message,
            ("", ""),
            place(
                27,
                "        schema: presence/records.schema.json",
                "presence/records.schema.json",
            ),
        )
    };
    bad.findings = vec![
        by_schema(
            "/0/state",
            "\"asleep\" does not match the pattern",
            "pattern",
            "\"^(?i:online|away|offline)$\"",
        ),
        Finding {
            requirements: vec!["PRESENCE-38".into(), "PRESENCE-41".into()],
            ..by_schema("/1/state", "7 is not of type string", "type", "\"string\"")
        },
        Finding {
            pointer: Some("/0/state".into()),
            ..finding(
                "PRESENCE-41",
                FindingKind::Value,
                "expected \"online\" in any letter case, got \"asleep\"",
                ("\"online\" in any letter case", "\"asleep\""),
                state_place(),
            )
        },
    ];
    bad.steps = vec![step(users_batch(), Some(answer(200, "OK", &records())))];
    bad
}

pub(super) fn not_json() -> CaseReport {
    let mut bad = case(
        "presence/users-batch/no-users",
        "an empty list of users is answered with JSON",
        Verdict::Fail,
    );
    bad.findings = vec![finding(
        "PRESENCE-38",
        FindingKind::NotJson,
        "the body is not JSON: expected value at line 1 column 1",
        ("JSON", "<html>…"),
        place(52, "        json: <any>", "<any>"),
    )];
    let page = "<html>\n<head><title>Oops</title></head>\n<body>\n\t<h1>Something went wrong</h1>\n</body>\n</html>\n";
    bad.steps = vec![step(users_batch(), Some(answer(200, "OK", page)))];
    bad
}

pub(super) fn wrong_value() -> CaseReport {
    let mut bad = case(
        "presence/users-batch/all-states",
        "online and offline users come back",
        Verdict::Fail,
    );
    let line = |side, depth, text: &str, note: &str, pointer: &str| DiffLine {
        side,
        depth,
        text: text.into(),
        marks: Vec::new(),
        note: note.into(),
        pointer: pointer.into(),
    };
    let state = |side, text: &str, end, note: &str| DiffLine {
        marks: vec![(10, end)],
        ..line(side, 2, text, note, "/0/state")
    };
    bad.findings = vec![Finding {
        pointer: Some("".into()),
        diff: Some(Diff {
            lines: vec![
                line(DiffSide::Same, 0, "[", "", ""),
                line(DiffSide::Same, 1, "{", "", "/0"),
                line(DiffSide::Gap, 2, "", "", ""),
                state(DiffSide::Expected, "\"state\": \"online\"", 16, ""),
                state(DiffSide::Actual, "\"state\": \"offline\"", 17, "value"),
                line(DiffSide::Same, 1, "},", "", "/0"),
                line(
                    DiffSide::Expected,
                    1,
                    "{ \"xuid\": \"2533274800000002\", \"state\": \"offline\" }",
                    "missing",
                    "/1",
                ),
                line(DiffSide::Same, 0, "]", "", ""),
            ],
            left_out: 3,
        }),
        ..finding(
            "PRESENCE-29",
            FindingKind::Value,
            "1 element differs, 1 is missing",
            ("[{\"state\":\"online\",…", "[{\"state\":\"offline\",…"),
            place(
                60,
                "        json: { <unordered>: \"${row.records}\" }",
                "{ <unordered>: \"${row.records}\" }",
            ),
        )
    }];
    bad.steps = vec![step(
        users_batch(),
        Some(answer(
            200,
            "OK",
            "[{\"xuid\":\"2533274800000001\",\"state\":\"offline\"}]",
        )),
    )];
    bad
}

pub(super) fn second_step() -> CaseReport {
    let mut bad = case(
        "seats/inventory/assign-then-list",
        "an assigned seat is in the list",
        Verdict::Fail,
    );
    bad.findings = vec![Finding {
        step: 1,
        pointer: Some("/seatDetails".into()),
        ..finding(
            "SEATS-02",
            FindingKind::Count,
            "expected 1 element, got 0",
            ("1 element", "0 elements"),
            place(77, "          - { path: $.seatDetails[*], count: 1 }", "1"),
        )
    }];
    let mut assign = step(request("POST", "/V1/Inventory/prod-1/sku-1/Seats"), None);
    assign.title = "assign a seat".into();
    assign.status = Some(200);
    assign.exchange = None;
    let mut list = step(
        request("GET", "/V1/Inventory/prod-1/sku-1/Seats"),
        Some(answer(200, "OK", "{\"seatDetails\":[],\"total\":0}")),
    );
    list.title = "list the seats".into();
    list.attempts = 12;
    bad.steps = vec![assign, list];
    bad
}

pub(super) fn wrong_status() -> CaseReport {
    let mut bad = case(
        "seats/inventory/missing-product",
        "an unknown product is not found",
        Verdict::Fail,
    );
    bad.checks_unjudged = 2;
    bad.findings = vec![finding(
        "SEATS-07",
        FindingKind::Status,
        "got 500 Internal Server Error",
        ("404", "500"),
        place(88, "      - { proves: [SEATS-07], status: 404 }", "404"),
    )];
    let mut sent = request("POST", "/V1/Inventory/nope/sku-1/Seats");
    sent.hops = vec![HopReport {
        status: 308,
        reason: "Permanent Redirect".into(),
        location: "/V1/Inventory/nope/sku-1/Seats/".into(),
        method: "POST".into(),
        url: Some(format!("{}/", sent.url).into()),
    }];
    bad.steps = vec![step(
        sent,
        Some(answer(
            500,
            "Internal Server Error",
            "{\"error\":{\"code\":\"Internal\",\"message\":\"NullReferenceException\"}}",
        )),
    )];
    bad
}

pub(super) fn failed_capture() -> CaseReport {
    let mut bad = case(
        "seats/inventory/revoke",
        "a revoked seat is free again",
        Verdict::Error,
    );
    bad.reason = "could not capture `seat`: $.id selects nothing".into();
    bad.findings = vec![Finding {
        block: None,
        rule: None,
        requirement: None,
        requirements: Vec::new(),
        level: None,
        pointer: Some("".into()),
        ..finding(
            "SEATS-02",
            FindingKind::Capture,
            "the path $.id selects nothing",
            ("one node", "none"),
            place(95, "      capture: { seat: $.id }", "seat"),
        )
    }];
    bad.steps = vec![step(
        request("POST", "/V1/Inventory/prod-1/sku-1/Seats"),
        Some(answer(200, "OK", "{\"seatDetails\":[]}")),
    )];
    bad
}

pub(super) fn missing_header() -> CaseReport {
    let mut bad = case(
        "seats/inventory/request-id",
        "an answer can be found in the logs",
        Verdict::Fail,
    );
    bad.findings = vec![Finding {
        header: Some("MS-RequestId".into()),
        ..finding(
            "SEATS-02",
            FindingKind::Header,
            "the header field is missing",
            ("a UUID", "nothing"),
            place(101, "        headers: { MS-RequestId: <uuid> }", "<uuid>"),
        )
    }];
    bad.steps = vec![step(
        request("POST", "/V1/Inventory/prod-1/sku-1/Seats"),
        Some(answer(200, "OK", "{\"seatDetails\":[]}")),
    )];
    bad
}

pub(super) fn optional_point() -> CaseReport {
    let mut case = passing("autopilot/unassign/error-body", &["AUTOPILOT-09"]);
    case.findings = vec![Finding {
        pointer: Some("/error/innerError/date".into()),
        level: Some(Level::May),
        ..finding(
            "AUTOPILOT-09",
            FindingKind::Missing,
            "the member is missing",
            ("<date-time>", "nothing"),
            place(
                44,
                "          error: { innerError: { date: <date-time> } }",
                "<date-time>",
            ),
        )
    }];
    case
}
