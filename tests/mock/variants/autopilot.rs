//! Unassigning a user from a device.

use crate::change::Change::{Answer, Empty, Header, InArray, Remove, Set, Status, Text};
use crate::variant::{Faults, must, on, should};

pub(super) const FAULTS: &[Faults] = &[
    on(
        "autopilot/route-a",
        &[
            must("ok", "AUTOPILOT-04", Empty(200)),
            must("accepted", "AUTOPILOT-04", Empty(202)),
            must("content", "AUTOPILOT-05", Text("{}")),
            must("not-acceptable", "AUTOPILOT-07", Empty(406)).also(&["AUTOPILOT-15"]),
            must("forbidden", "AUTOPILOT-10", Empty(403)).also(&["AUTOPILOT-15"]),
            should("length", "AUTOPILOT-06", Header("Content-Length", "0")),
        ],
    ),
    on(
        "autopilot/route-b",
        &[
            must("ok", "AUTOPILOT-04", Empty(200)),
            must("accepted", "AUTOPILOT-04", Empty(202)),
            must("not-served", "AUTOPILOT-02", Empty(404)),
            must("content", "AUTOPILOT-05", Text("{}")),
            should("length", "AUTOPILOT-06", Header("Content-Length", "0")),
        ],
    ),
    on(
        "autopilot/route-a-without-token",
        &[
            must("success", "AUTOPILOT-08", Empty(204)),
            must("no-code", "AUTOPILOT-15", Remove("/error/code")),
            should("forbidden", "AUTOPILOT-09", Status(403)),
        ],
    ),
    on(
        "autopilot/route-b-without-token",
        &[
            must("success", "AUTOPILOT-08", Empty(204)),
            must("no-code", "AUTOPILOT-15", Remove("/error/code")),
            should("forbidden", "AUTOPILOT-09", Status(403)),
        ],
    ),
    on(
        "autopilot/personal-account",
        &[
            must("no-message", "AUTOPILOT-15", Remove("/error/message")),
            should("success", "AUTOPILOT-13", Empty(204)),
        ],
    ),
    on(
        "autopilot/route-a-unknown-device",
        &[
            must("no-code", "AUTOPILOT-15", Remove("/error/code")),
            must("code-number", "AUTOPILOT-15", Set("/error/code", "404")),
            must("not-json", "AUTOPILOT-15", Text("no such device")),
            should("success", "AUTOPILOT-14", Empty(204)),
        ],
    ),
    on(
        "autopilot/route-b-unknown-device",
        &[
            must("no-code", "AUTOPILOT-15", Remove("/error/code")),
            must("root-array", "AUTOPILOT-15", InArray),
            should("success", "AUTOPILOT-14", Empty(204)),
        ],
    ),
    on(
        "autopilot/route-a-get",
        &[should("success", "AUTOPILOT-23", Answer(200, "{}"))],
    ),
    on(
        "autopilot/route-b-get",
        &[should("success", "AUTOPILOT-23", Answer(200, "{}"))],
    ),
];
