//! Bulk calls that name one user.

use crate::change::Change::{
    Answer, Empty, Header, InArray, Push, Remove, Set, Status, WithoutHeader,
};
use crate::variant::{Faults, must, on, should};

/// A seat of somebody whom no call names.
const UNREQUESTED: &str = r#"{
  "assignedTo": "gus@woodgrove.example",
  "dateAssigned": "2018-11-20T09:41:07",
  "state": "active"
}"#;

/// A result in which the user failed.
const FAILED: &str = r#"{
  "seatDetails": [],
  "failedSeatOperations": [{"failureReason": "No", "userName": "dana@woodgrove.example"}]
}"#;

/// A seat where an array of seats belongs.
const SEAT: &str = r#"{"assignedTo":"dana@woodgrove.example"}"#;

pub(super) const FAULTS: &[Faults] = &[
    on(
        "seats/assign-one",
        &[
            must("no-content", "SEATS-15", Empty(204)),
            must("root-array", "SEATS-15", InArray),
            must("neither-member", "SEATS-15", Answer(200, r#"{"seats":[]}"#))
                .also(&["SEATS-04", "SEATS-07"]),
            must("details-object", "SEATS-16", Set("/seatDetails", SEAT)),
            must(
                "failures-object",
                "SEATS-17",
                Set("/failedSeatOperations", "{}"),
            ),
            must(
                "assigned-to-no-upn",
                "SEATS-19",
                Set("/seatDetails/0/assignedTo", r#""dana""#),
            )
            .also(&["SEATS-04", "SEATS-07"]),
            must(
                "date-today",
                "SEATS-20",
                Set("/seatDetails/0/dateAssigned", r#""today""#),
            ),
            must(
                "state-pending",
                "SEATS-21",
                Set("/seatDetails/0/state", r#""pending""#),
            ),
            must(
                "key-text",
                "SEATS-23",
                Set("/seatDetails/0/productKey", r#""9WZDNCRD0001""#),
            ),
            must("server-error", "SEATS-07", Status(500)),
            must("user-failed", "SEATS-07", Answer(200, FAILED)),
            should("created", "SEATS-30", Status(201)),
            should("html", "SEATS-31", Header("Content-Type", "text/html")),
            should(
                "no-failures-member",
                "SEATS-18",
                Remove("/failedSeatOperations"),
            ),
            should(
                "another-product",
                "SEATS-24",
                Set("/seatDetails/0/productKey/productId", r#""9WZDNCRD0002""#),
            ),
            should(
                "another-user-too",
                "SEATS-14",
                Push("/seatDetails", UNREQUESTED),
            ),
        ],
    ),
    on(
        "seats/reclaim-one",
        &[
            must("no-content", "SEATS-15", Empty(204)),
            must("root-array", "SEATS-15", InArray),
            must("details-object", "SEATS-16", Set("/seatDetails", "{}")).also(&["SEATS-08"]),
            must(
                "failures-text",
                "SEATS-17",
                Set("/failedSeatOperations", r#""none""#),
            ),
            must(
                "date-number",
                "SEATS-20",
                Set("/seatDetails/0/dateAssigned", "1542706867"),
            ),
            must(
                "state-reclaimed",
                "SEATS-21",
                Set("/seatDetails/0/state", r#""reclaimed""#),
            ),
            must(
                "sku-number",
                "SEATS-23",
                Set("/seatDetails/0/productKey/skuId", "20"),
            ),
            must("not-found", "SEATS-08", Status(404)),
            should("accepted", "SEATS-30", Status(202)),
            should("no-type", "SEATS-31", WithoutHeader("Content-Type")),
            should(
                "another-sku",
                "SEATS-24",
                Set("/seatDetails/0/productKey/skuId", r#""0030""#),
            ),
        ],
    ),
    on(
        "seats/assign-in-pascal-case",
        &[
            must("root-array", "SEATS-15", InArray),
            must(
                "state-pending",
                "SEATS-21",
                Set("/seatDetails/0/state", r#""pending""#),
            ),
            should("bad-request", "SEATS-09", Answer(400, "{}")),
        ],
    ),
    on(
        "seats/reclaim-in-pascal-case",
        &[
            must(
                "date-today",
                "SEATS-20",
                Set("/seatDetails/0/dateAssigned", r#""today""#),
            ),
            should("bad-request", "SEATS-09", Answer(400, "{}")),
        ],
    ),
    on(
        "seats/query-assign",
        &[
            must("root-array", "SEATS-15", InArray),
            must(
                "state-pending",
                "SEATS-21",
                Set("/seatDetails/0/state", r#""pending""#),
            ),
        ],
    ),
    on(
        "seats/query-reclaim",
        &[must(
            "details-object",
            "SEATS-16",
            Set("/seatDetails", "{}"),
        )],
    ),
];
