//! Presence calls that are refused.

use crate::change::Change::{Answer, InArray, Set, Status, Text};
use crate::variant::{Faults, must, on, should};

/// What a call that is executed shows.
const RECORDS: &str = r#"[{"xuid":"2535400000000101","state":"online"}]"#;

pub(super) const FAULTS: &[Faults] = &[
    on(
        "presence/without-authorization",
        &[
            must("success", "PRESENCE-32", Answer(200, RECORDS)),
            must("bad-request", "PRESENCE-32", Status(400)),
            must("shows-records", "PRESENCE-32", Answer(401, RECORDS)),
            should("code-word", "PRESENCE-61", Set("/errorCode", r#""no""#)),
        ],
    ),
    on(
        "presence/without-xuid-claim",
        &[
            must("success", "PRESENCE-31", Answer(200, RECORDS)),
            must("unauthorized", "PRESENCE-31", Status(401)),
            should("message-number", "PRESENCE-61", Set("/errorMessage", "403")),
        ],
    ),
    on(
        "presence/empty-object",
        &[
            must("success", "PRESENCE-05", Answer(200, RECORDS)),
            must("shows-records", "PRESENCE-05", Answer(400, RECORDS)),
            should("source-number", "PRESENCE-61", Set("/source", "1")),
        ],
    ),
    on(
        "presence/without-users",
        &[
            should("success", "PRESENCE-06", Answer(200, "[]")),
            should(
                "description-number",
                "PRESENCE-61",
                Set("/description", "4000"),
            ),
        ],
    ),
    on(
        "presence/malformed-json",
        &[
            should("server-error", "PRESENCE-07", Status(500)),
            should("root-array", "PRESENCE-61", InArray),
        ],
    ),
    on(
        "presence/unknown-member",
        &[should("success", "PRESENCE-08", Answer(200, RECORDS))],
    ),
    on(
        "presence/unknown-level",
        &[should("success", "PRESENCE-21", Answer(200, RECORDS))],
    ),
    on(
        "presence/over-limit",
        &[
            should("success", "PRESENCE-04", Answer(200, RECORDS)),
            should("code-word", "PRESENCE-61", Set("/code", r#""4000""#)),
        ],
    ),
    on(
        "presence/without-accept",
        &[should("success", "PRESENCE-56", Answer(200, RECORDS))],
    ),
    on(
        "presence/accept-excludes-json",
        &[should("success", "PRESENCE-56", Answer(200, RECORDS))],
    ),
    on(
        "presence/without-version",
        &[
            should("success", "PRESENCE-58", Answer(200, RECORDS)),
            should("text", "PRESENCE-61", Text("no version")),
        ],
    ),
    on(
        "presence/get",
        &[should("success", "PRESENCE-63", Answer(200, "[]"))],
    ),
    on(
        "presence/unknown-version",
        &[should(
            "code-word",
            "PRESENCE-61",
            Set("/errorCode", r#""406""#),
        )],
    ),
];
