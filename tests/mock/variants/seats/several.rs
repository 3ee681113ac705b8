//! Bulk calls that name several users.

use crate::change::Change::{Drop, Empty, Header, InArray, Push, Remove, Repeat, Set, Status};
use crate::variant::{Faults, must, on, should};

/// A seat of somebody whom no call names.
const UNREQUESTED: &str = r#"{
  "assignedTo": "gus@woodgrove.example",
  "dateAssigned": "2018-11-20T09:41:07",
  "state": "active"
}"#;

/// A seat where an array of seats belongs.
const SEAT: &str = r#"{"assignedTo":"dana@woodgrove.example"}"#;

/// A user name where text belongs.
const NAME_OBJECT: &str = r#"{"upn":"dana@woodgrove.example"}"#;

/// A failure where an array of failures belongs.
const FAILURE: &str = r#"{"userName":"ghost@woodgrove.example"}"#;

pub(super) const FAULTS: &[Faults] = &[
    on(
        "seats/assign-several",
        &[
            must("no-content", "SEATS-15", Empty(204)),
            must("root-array", "SEATS-15", InArray),
            must("details-object", "SEATS-16", Set("/seatDetails", SEAT)),
            must(
                "failures-object",
                "SEATS-17",
                Set("/failedSeatOperations", "{}"),
            ),
            must(
                "assigned-to-no-upn",
                "SEATS-19",
                Set("/seatDetails/1/assignedTo", r#""eli""#),
            ),
            must(
                "date-today",
                "SEATS-20",
                Set("/seatDetails/2/dateAssigned", r#""today""#),
            ),
            must(
                "state-pending",
                "SEATS-21",
                Set("/seatDetails/1/state", r#""pending""#),
            ),
            must(
                "key-text",
                "SEATS-23",
                Set("/seatDetails/1/productKey", r#""9WZDNCRD0001""#),
            ),
            must(
                "product-number",
                "SEATS-23",
                Set("/seatDetails/2/productKey/productId", "9"),
            ),
            should("one-missing", "SEATS-13", Drop("/seatDetails")),
            should("one-twice", "SEATS-14", Repeat("/seatDetails")),
            should(
                "another-user-too",
                "SEATS-14",
                Push("/seatDetails", UNREQUESTED),
            ),
            should(
                "another-product",
                "SEATS-24",
                Set("/seatDetails/1/productKey/productId", r#""9WZDNCRD0002""#),
            ),
            should("created", "SEATS-30", Status(201)),
            should("html", "SEATS-31", Header("Content-Type", "text/html")),
            should(
                "no-failures-member",
                "SEATS-18",
                Remove("/failedSeatOperations"),
            ),
        ],
    ),
    on(
        "seats/reclaim-several",
        &[
            must("no-content", "SEATS-15", Empty(204)),
            must("root-array", "SEATS-15", InArray),
            must("details-object", "SEATS-16", Set("/seatDetails", "{}")),
            must(
                "failures-null",
                "SEATS-17",
                Set("/failedSeatOperations", "null"),
            ),
            must(
                "assigned-to-object",
                "SEATS-19",
                Set("/seatDetails/0/assignedTo", NAME_OBJECT),
            ),
            must(
                "date-number",
                "SEATS-20",
                Set("/seatDetails/1/dateAssigned", "0"),
            ),
            must(
                "state-reclaimed",
                "SEATS-21",
                Set("/seatDetails/2/state", r#""reclaimed""#),
            ),
            must(
                "key-array",
                "SEATS-23",
                Set("/seatDetails/0/productKey", "[]"),
            ),
            should("one-missing", "SEATS-13", Drop("/seatDetails")),
            should("one-twice", "SEATS-14", Repeat("/seatDetails")),
        ],
    ),
    on(
        "seats/assign-mixed",
        &[
            must("no-content", "SEATS-15", Empty(204)),
            must("root-array", "SEATS-15", InArray),
            must(
                "failures-object",
                "SEATS-17",
                Set("/failedSeatOperations", FAILURE),
            ),
            must(
                "reason-number",
                "SEATS-25",
                Set("/failedSeatOperations/0/failureReason", "404"),
            ),
            must(
                "name-null",
                "SEATS-25",
                Set("/failedSeatOperations/0/userName", "null"),
            ),
            must(
                "failed-key-text",
                "SEATS-23",
                Set("/failedSeatOperations/0/productKey", r#""9WZDNCRD0001""#),
            ),
            must(
                "state-pending",
                "SEATS-21",
                Set("/seatDetails/0/state", r#""pending""#),
            ),
            must(
                "date-today",
                "SEATS-20",
                Set("/seatDetails/0/dateAssigned", r#""today""#),
            ),
            should("unknown-missing", "SEATS-26", Drop("/failedSeatOperations")),
            should("known-missing", "SEATS-27", Drop("/seatDetails")),
            should(
                "another-user-too",
                "SEATS-14",
                Push("/seatDetails", UNREQUESTED),
            ),
        ],
    ),
    on(
        "seats/reclaim-mixed",
        &[
            must("root-array", "SEATS-15", InArray),
            must(
                "reason-number",
                "SEATS-25",
                Set("/failedSeatOperations/0/failureReason", "404"),
            ),
            must(
                "state-reclaimed",
                "SEATS-21",
                Set("/seatDetails/0/state", r#""reclaimed""#),
            ),
        ],
    ),
];
