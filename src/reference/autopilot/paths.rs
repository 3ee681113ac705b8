//! The faults of single paths of the autopilot contract: the answers of each route, and each refusal on each of them.

use std::sync::LazyLock;

use crate::reference::Fault;
use crate::reference::autopilot::Route;
use crate::reference::path::Change::{InArray, Remove, Set, Status, Text};
use crate::reference::path::{self, Flaw, Path, flaw};

/// The facts of a call that decide its path.
#[derive(Debug)]
pub(crate) struct UnassignCall {
    pub(crate) route: Route,
    pub(crate) status: u16,
}

/// The faults, in the order of the table.
pub(super) static FAULTS: LazyLock<Vec<Fault>> = LazyLock::new(|| path::faults(PATHS));

pub(super) const PATHS: &[Path<UnassignCall>] = &[
    Path {
        name: "route-a",
        words: "a call by the short route",
        is: |call| call.route == Route::A && call.status == 204,
        flaws: SUCCESS,
        without_content: &[],
    },
    Path {
        name: "route-b",
        words: "a call through the deployment profile",
        is: |call| call.route == Route::B && call.status == 204,
        flaws: SUCCESS,
        without_content: &[],
    },
    Path {
        name: "route-a-anonymous",
        words: "a call by the short route without Authorization",
        is: |call| call.route == Route::A && call.status == 401,
        flaws: REFUSAL,
        without_content: &[],
    },
    Path {
        name: "route-b-anonymous",
        words: "a call through the deployment profile without Authorization",
        is: |call| call.route == Route::B && call.status == 401,
        flaws: REFUSAL,
        without_content: &[],
    },
    Path {
        name: "route-a-forbidden",
        words: "a call by the short route without permission",
        is: |call| call.route == Route::A && call.status == 403,
        flaws: REFUSAL,
        without_content: &[],
    },
    Path {
        name: "route-a-unknown",
        words: "a call by the short route about an unknown device",
        is: |call| call.route == Route::A && call.status == 404,
        flaws: REFUSAL,
        without_content: &[],
    },
    Path {
        name: "route-b-unknown",
        words: "a call through the deployment profile about an unknown device",
        is: |call| call.route == Route::B && call.status == 404,
        flaws: REFUSAL,
        without_content: &[],
    },
];

const SUCCESS: &[Flaw] = &[
    flaw("ok", "AUTOPILOT-04", "the status is 200", Status(200)),
    flaw("accepted", "AUTOPILOT-04", "the status is 202", Status(202)),
];
const REFUSAL: &[Flaw] = &[
    flaw(
        "array-root",
        "AUTOPILOT-15",
        "the error is in an array",
        InArray,
    ),
    flaw(
        "second-member",
        "AUTOPILOT-15",
        "there is a member beside the error",
        Set("/status", "400"),
    ),
    flaw(
        "no-code",
        "AUTOPILOT-15",
        "the error has no code",
        Remove("/error/code"),
    ),
    flaw(
        "message-object",
        "AUTOPILOT-15",
        "the message is an object",
        Set("/error/message", "{}"),
    ),
    flaw(
        "not-json",
        "AUTOPILOT-15",
        "there is no JSON",
        Text("refused"),
    ),
];
