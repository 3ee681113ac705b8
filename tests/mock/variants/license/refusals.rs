//! Reprocessing that is refused.

use crate::change::Change::{Answer, InArray, Remove, Set, Status, Text};
use crate::variant::{Faults, must, on, should};

/// An updated user.
const USER: &str = r#"{"id":"3d1c6a52-9a7f-4d0e-8b67-0c5f7b1e2a90","displayName":"Dana Example"}"#;

pub(super) const FAULTS: &[Faults] = &[
    on(
        "license/without-token",
        &[
            must("success", "LICENSE-20", Answer(200, USER)),
            must("no-code", "LICENSE-27", Remove("/error/code")),
            must("error-text", "LICENSE-27", Set("/error", r#""no token""#)),
            must("not-json", "LICENSE-27", Text("no token")),
            should("forbidden", "LICENSE-21", Status(403)),
            should(
                "inner-error-text",
                "LICENSE-28",
                Set("/error/innerError", r#""none""#),
            ),
        ],
    ),
    on(
        "license/without-permission",
        &[
            must("no-code", "LICENSE-27", Remove("/error/code")),
            must(
                "message-object",
                "LICENSE-27",
                Set("/error/message", r#"{"value":"no"}"#),
            ),
            should("success", "LICENSE-22", Answer(200, USER)),
        ],
    ),
    on(
        "license/personal-account",
        &[
            must("no-message", "LICENSE-27", Remove("/error/message")),
            must("code-number", "LICENSE-27", Set("/error/code", "403")),
            should("success", "LICENSE-25", Answer(200, USER)),
            should(
                "inner-error-text",
                "LICENSE-28",
                Set("/error/innerError", r#""none""#),
            ),
        ],
    ),
    on(
        "license/unknown-user",
        &[
            must("no-code", "LICENSE-27", Remove("/error/code")),
            must("root-array", "LICENSE-27", InArray),
            must("second-member", "LICENSE-27", Set("/status", "404")),
            should("bad-request", "LICENSE-26", Status(400)),
        ],
    ),
    on(
        "license/get",
        &[should("success", "LICENSE-30", Answer(200, USER))],
    ),
];
