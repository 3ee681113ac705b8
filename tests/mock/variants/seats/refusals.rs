//! Bulk calls that are refused.

use crate::change::Change::{Answer, Status, WithoutHeader};
use crate::variant::{Faults, must, on, should};

/// A result that grants nothing.
const RESULT: &str = r#"{"seatDetails":[],"failedSeatOperations":[]}"#;

pub(super) const FAULTS: &[Faults] = &[
    on(
        "seats/unknown-entry",
        &[
            must("success", "SEATS-28", Answer(200, RESULT)),
            must("bad-request", "SEATS-28", Status(400)),
        ],
    ),
    on(
        "seats/unknown-product",
        &[
            must("success", "SEATS-02", Answer(200, RESULT)).also(&["SEATS-28"]),
            must("gone", "SEATS-28", Status(410)).also(&["SEATS-02"]),
        ],
    ),
    on(
        "seats/unknown-sku",
        &[
            must("success", "SEATS-02", Answer(200, RESULT)).also(&["SEATS-28"]),
            must("server-error", "SEATS-28", Status(500)).also(&["SEATS-02"]),
        ],
    ),
    on(
        "seats/missing-segment",
        &[must("success", "SEATS-03", Answer(200, RESULT))],
    ),
    on(
        "seats/without-token",
        &[
            must("success", "SEATS-32", Answer(200, RESULT)),
            should(
                "no-challenge",
                "SEATS-33",
                WithoutHeader("WWW-Authenticate"),
            ),
            should("forbidden", "SEATS-33", Status(403)),
        ],
    ),
    on(
        "seats/unknown-action",
        &[should("success", "SEATS-10", Answer(200, RESULT))],
    ),
    on(
        "seats/no-names",
        &[should("success", "SEATS-11", Answer(200, RESULT))],
    ),
    on(
        "seats/no-action",
        &[should("success", "SEATS-11", Answer(200, RESULT))],
    ),
    on(
        "seats/offline-entry",
        &[must("root-array", "SEATS-15", Answer(200, "[]"))],
    ),
];
