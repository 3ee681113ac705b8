//! The stubs of unassigning a user from an Autopilot device (FACTS.md, section 7).

use crate::http::{Answer, Asked};
use crate::license::graph_error;
use crate::stub::{Stub, stub};

const DEVICES: [&str; 2] = [
    "b2a7c9d0-4e31-4f7a-9c55-6d1e8f0a3b11",
    "b2a7c9d0-4e31-4f7a-9c55-6d1e8f0a3b22",
];

pub(crate) const STUBS: &[Stub] = &[
    stub(
        "autopilot/route-a-get",
        |asked| is(asked, Route::A, "GET"),
        not_allowed,
    ),
    stub(
        "autopilot/route-b-get",
        |asked| is(asked, Route::B, "GET"),
        not_allowed,
    ),
    stub(
        "autopilot/route-a-without-token",
        |asked| is_anonymous(asked, Route::A),
        unauthenticated,
    ),
    stub(
        "autopilot/route-b-without-token",
        |asked| is_anonymous(asked, Route::B),
        unauthenticated,
    ),
    stub("autopilot/personal-account", is_personal, forbidden),
    stub(
        "autopilot/route-a-unknown-device",
        |asked| is_unknown(asked, Route::A),
        not_found,
    ),
    stub(
        "autopilot/route-b-unknown-device",
        |asked| is_unknown(asked, Route::B),
        not_found,
    ),
    stub(
        "autopilot/route-a",
        |asked| is(asked, Route::A, "POST"),
        unassigned,
    ),
    stub(
        "autopilot/route-b",
        |asked| is(asked, Route::B, "POST"),
        unassigned,
    ),
];

/// The two routes of the action.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Route {
    A,
    B,
}

/// The route, and the device that the path names.
fn called(asked: &Asked) -> Option<(Route, &str)> {
    let inside = asked
        .path
        .strip_prefix("/beta/deviceManagement/windowsAutopilotDeviceIdentities/")?
        .strip_suffix("/unassignUserFromDevice")?;
    match inside.split_once("/deploymentProfile/assignedDevices/") {
        None => Some((Route::A, inside)),
        Some((device, same)) => (device == same).then_some((Route::B, device)),
    }
}

fn is(asked: &Asked, route: Route, method: &str) -> bool {
    asked.method == method && called(asked).is_some_and(|(found, _)| found == route)
}

fn is_anonymous(asked: &Asked, route: Route) -> bool {
    is(asked, route, "POST") && asked.header("Authorization").is_none()
}

fn is_personal(asked: &Asked) -> bool {
    let is_call = asked.method == "POST" && called(asked).is_some();
    is_call && asked.header("Authorization") == Some("Bearer at-home")
}

fn is_unknown(asked: &Asked, route: Route) -> bool {
    let is_known = called(asked).is_some_and(|(_, device)| DEVICES.contains(&device));
    is(asked, route, "POST") && !is_known
}

fn unassigned(_: &Asked) -> Answer {
    Answer::empty(204)
}

fn not_found(_: &Asked) -> Answer {
    Answer::json(
        404,
        graph_error("ResourceNotFound", "There is no such device."),
    )
}

fn forbidden(_: &Asked) -> Answer {
    Answer::json(
        403,
        graph_error("Forbidden", "The account is not supported."),
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
