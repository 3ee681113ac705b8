//! Reprocessing that succeeds, by whose token the call has.

use crate::change::Change::{
    Empty, Header, InArray, InObject, Remove, Set, Status, Text, WithoutHeader,
};
use crate::variant::{Faults, must, on, should};

/// The id of somebody else.
const ANOTHER_ID: &str = r#""11111111-2222-4333-8444-555555555555""#;

pub(super) const FAULTS: &[Faults] = &[
    on(
        "license/user-writer",
        &[
            must("no-content", "LICENSE-05", Empty(204)).also(&["LICENSE-06", "LICENSE-07"]),
            must("accepted", "LICENSE-05", Status(202)),
            must("root-array", "LICENSE-06", InArray),
            must("wrapped", "LICENSE-06", InObject("value")),
            must("not-json", "LICENSE-06", Text("done")),
            must("html", "LICENSE-07", Header("Content-Type", "text/html")),
            must("no-type", "LICENSE-07", WithoutHeader("Content-Type")),
            must(
                "licenses-null",
                "LICENSE-08",
                Set("/assignedLicenses", "null"),
            ),
            must(
                "licenses-object",
                "LICENSE-08",
                Set("/assignedLicenses", "{}"),
            ),
            must(
                "disabled-plans-null",
                "LICENSE-09",
                Set("/assignedLicenses/1/disabledPlans", "null"),
            ),
            must(
                "sku-number",
                "LICENSE-09",
                Set("/assignedLicenses/0/skuId", "7"),
            ),
            must("plans-null", "LICENSE-10", Set("/assignedPlans", "null")),
            must(
                "plan-date-today",
                "LICENSE-11",
                Set("/assignedPlans/1/assignedDateTime", r#""today""#),
            ),
            must(
                "plan-id-no-guid",
                "LICENSE-11",
                Set("/assignedPlans/0/servicePlanId", r#""plan-1""#),
            ),
            must(
                "phones-text",
                "LICENSE-14",
                Set("/businessPhones", r#""+49 30 5550 100""#),
            ),
            must(
                "enabled-text",
                "LICENSE-15",
                Set("/accountEnabled", r#""true""#),
            ),
            must("mail-array", "LICENSE-17", Set("/mail", "[]")),
            must(
                "created-without-zone",
                "LICENSE-17",
                Set("/createdDateTime", r#""2019-12-31T23:59:59""#),
            ),
            should("another-id", "LICENSE-18", Set("/id", ANOTHER_ID)),
            should("city-missing", "LICENSE-19", Remove("/city")),
            should(
                "capability-maybe",
                "LICENSE-13",
                Set("/assignedPlans/0/capabilityStatus", r#""Maybe""#),
            ),
        ],
    ),
    on(
        "license/user-writer-app",
        &[
            must("no-content", "LICENSE-05", Empty(204)).also(&["LICENSE-06", "LICENSE-07"]),
            must("accepted", "LICENSE-05", Status(202)),
            must("root-array", "LICENSE-06", InArray),
            must("wrapped", "LICENSE-06", InObject("value")),
            must("html", "LICENSE-07", Header("Content-Type", "text/html")),
            must(
                "licenses-null",
                "LICENSE-08",
                Set("/assignedLicenses", "null"),
            ),
            must("forbidden", "LICENSE-23", Status(403)).also(&["LICENSE-27"]),
        ],
    ),
    on(
        "license/directory-writer",
        &[
            must("no-content", "LICENSE-05", Empty(204)).also(&["LICENSE-06", "LICENSE-07"]),
            must("root-array", "LICENSE-06", InArray),
            must("no-type", "LICENSE-07", WithoutHeader("Content-Type")),
            must("plans-object", "LICENSE-10", Set("/assignedPlans", "{}")),
            must("forbidden", "LICENSE-24", Status(403)).also(&["LICENSE-27"]),
        ],
    ),
    on(
        "license/directory-writer-app",
        &[
            must("created", "LICENSE-05", Status(201)),
            must("root-array", "LICENSE-06", InArray),
            must("phones-null", "LICENSE-14", Set("/businessPhones", "null")),
            must("enabled-number", "LICENSE-15", Set("/accountEnabled", "1")),
            must("unauthorized", "LICENSE-24", Status(401)).also(&["LICENSE-27"]),
        ],
    ),
    on(
        "license/by-principal-name",
        &[
            must("no-content", "LICENSE-05", Empty(204)).also(&["LICENSE-06", "LICENSE-07"]),
            must("root-array", "LICENSE-06", InArray),
            must(
                "licenses-null",
                "LICENSE-08",
                Set("/assignedLicenses", "null"),
            ),
        ],
    ),
    on(
        "license/read",
        &[should(
            "direct-licence-missing",
            "LICENSE-31",
            Set("/licenseAssignmentStates", "[]"),
        )],
    ),
];
