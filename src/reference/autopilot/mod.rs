//! Autopilot contract, Graph beta: `unassignUserFromDevice` on both of its routes, and the siblings that show
//! and prepare its effect: the read of a device identity and `assignUserToDevice`.

mod device;
mod faults;
mod paths;
mod variants;

use axum::http::{StatusCode, header};
use serde_json::Value;

use crate::reference::answer::{Answer, Framing};
use crate::reference::call::Call;
use crate::reference::context::Context;
use crate::reference::contract::{Contract, Route as Path, Service};
use crate::reference::graph;
use crate::reference::token;
use crate::reference::token::{Grant, Kind, Permission};
use crate::reference::{Fault, Variant, path};

use self::device::Devices;
use self::paths::{FAULTS, PATHS, UnassignCall};

/// The contract, as the deployment serves it.
pub(crate) const CONTRACT: Contract = Contract {
    name: "autopilot",
    services: &["graph-beta"],
    serve: |context| Service::new(context, ROUTES),
    faults: faults::FAULTS,
    path_faults: || &paths::FAULTS,
    variants: variants::VARIANTS,
};

/// A path below a device identity, in one of the versions of Graph.
macro_rules! device {
    ($version:literal, $rest:literal) => {
        concat!(
            "/",
            $version,
            "/deviceManagement/windowsAutopilotDeviceIdentities/{id}",
            $rest
        )
    };
}

const ROUTES: &[Path<Devices>] = &[
    (device!("v1.0", ""), &[("GET", read)]),
    (device!("beta", ""), &[("GET", read)]),
    (device!("v1.0", "/assignUserToDevice"), &[("POST", assign)]),
    (device!("beta", "/assignUserToDevice"), &[("POST", assign)]),
    (
        device!("v1.0", "/unassignUserFromDevice"),
        &[("POST", unassign), ("GET", get_action)],
    ),
    (
        device!("beta", "/unassignUserFromDevice"),
        &[("POST", unassign), ("GET", get_action)],
    ),
    (
        device!(
            "beta",
            "/deploymentProfile/assignedDevices/{assigned}/unassignUserFromDevice"
        ),
        &[("POST", unassign_through_profile), ("GET", get_action)],
    ),
];

/// The two URLs of the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// Directly below the device identity.
    A,
    /// Through its deployment profile.
    B,
}

/// `POST .../windowsAutopilotDeviceIdentities/{id}/unassignUserFromDevice`. Any body is ignored.
fn unassign(context: &Context, devices: &mut Devices, call: &Call) -> Result<Answer, Answer> {
    if context.switches.fault(Fault::ROUTE_A_NOT_SERVED) {
        return Err(graph::not_found(context, call, call.parameter("id")));
    }
    serve_action(context, devices, call, Route::A)
}

/// `POST .../{id}/deploymentProfile/assignedDevices/{id}/unassignUserFromDevice`; both ids must be the same.
fn unassign_through_profile(
    context: &Context,
    devices: &mut Devices,
    call: &Call,
) -> Result<Answer, Answer> {
    if context.switches.fault(Fault::ROUTE_B_NOT_SERVED) {
        return Err(graph::not_found(context, call, call.parameter("id")));
    }
    serve_action(context, devices, call, Route::B)
}

/// `POST .../{id}/assignUserToDevice` with `{userPrincipalName, addressableUserName}`.
fn assign(context: &Context, devices: &mut Devices, call: &Call) -> Result<Answer, Answer> {
    authorize(context, call, false)?;
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let member = |name: &str| {
        let text = body.get(name)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    let (Some(user), Some(name)) = (member("userPrincipalName"), member("addressableUserName"))
    else {
        let message = "userPrincipalName and addressableUserName are required.";
        return Err(graph::bad_request(context, call, message));
    };
    let id = call.parameter("id");
    let device = devices
        .find_mut(id)
        .ok_or_else(|| graph::not_found(context, call, id))?;
    device.user_principal_name = Some(user);
    device.addressable_user_name = Some(name);
    Ok(done(context, call))
}

/// `GET .../windowsAutopilotDeviceIdentities/{id}`.
fn read(context: &Context, devices: &mut Devices, call: &Call) -> Result<Answer, Answer> {
    authorize(context, call, false)?;
    let id = call.parameter("id");
    let device = devices
        .find_mut(id)
        .ok_or_else(|| graph::not_found(context, call, id))?;
    let version = if call.path.starts_with("/beta/") {
        "beta"
    } else {
        "v1.0"
    };
    let body = device.show(version, &context.switches);
    let answer = Answer::json(StatusCode::OK, body);
    Ok(graph::add_graph_headers(context, call, answer))
}

/// `GET` on either URL of the action, which has no such method.
fn get_action(context: &Context, _: &mut Devices, call: &Call) -> Result<Answer, Answer> {
    if context.switches.fault(Fault::AUTOPILOT_GET_SERVED) {
        return Ok(done(context, call));
    }
    let refusal = graph::error(
        context,
        call,
        StatusCode::METHOD_NOT_ALLOWED,
        "BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    );
    Err(refusal.with(header::ALLOW, "POST"))
}

fn serve_action(
    context: &Context,
    devices: &mut Devices,
    call: &Call,
    route: Route,
) -> Result<Answer, Answer> {
    let mut answer = carry_out(context, devices, call, route);
    let (Ok(inner) | Err(inner)) = &mut answer;
    let facts = UnassignCall {
        route,
        status: inner.status.as_u16(),
    };
    path::spoil(PATHS, &FAULTS, &facts, inner, &context.switches);
    answer
}

fn carry_out(
    context: &Context,
    devices: &mut Devices,
    call: &Call,
    route: Route,
) -> Result<Answer, Answer> {
    let switches = &context.switches;
    if token::is_anonymous(&call.headers) && switches.fault(Fault::UNASSIGNED_DESPITE_401) {
        // The result is ignored: the caller gets 401 from the authorization below.
        let _ = unassign_user(context, devices, call, route);
    }
    let is_open = token::is_anonymous(&call.headers)
        && route == Route::B
        && switches.fault(Fault::ROUTE_B_ANONYMOUS);
    if !is_open {
        authorize(context, call, true)?;
    }
    graph::throttle(context, call, Fault::AUTOPILOT_THROTTLE_SILENT)?;
    if call.body.is_empty() && switches.fault(Fault::AUTOPILOT_BODY_REQUIRED) {
        return Err(graph::bad_request(context, call, "Empty payload."));
    }
    let accepts_json = call
        .header("accept")
        .is_some_and(|accept| accept.contains("application/json"));
    if accepts_json && switches.fault(Fault::ACCEPT_JSON_REFUSED) {
        let message = "There is no representation of nothing in the requested type.";
        let status = StatusCode::NOT_ACCEPTABLE;
        return Err(graph::error(
            context,
            call,
            status,
            "NotAcceptable",
            message,
        ));
    }
    if route == Route::B
        && !call
            .parameter("id")
            .eq_ignore_ascii_case(call.parameter("assigned"))
    {
        return Err(graph::bad_request(
            context,
            call,
            "The two device ids differ.",
        ));
    }
    unassign_user(context, devices, call, route)?;
    Ok(success(context, call))
}

/// Takes the user from the device; everything else about it stays.
fn unassign_user(
    context: &Context,
    devices: &mut Devices,
    call: &Call,
    route: Route,
) -> Result<(), Answer> {
    let switches = &context.switches;
    let id = call.parameter("id");
    let Some(device) = devices.find_mut(id) else {
        if switches.fault(Fault::UNKNOWN_DEVICE_ACCEPTED) {
            return Ok(());
        }
        return Err(graph::not_found(context, call, id));
    };
    if device.user_principal_name.is_none() && switches.variant(Variant::UNASSIGN_TWICE_IS_400) {
        let message = "The device has no user.";
        return Err(graph::bad_request(context, call, message));
    }
    if route == Route::B && switches.fault(Fault::ROUTE_B_WITHOUT_EFFECT) {
        return Ok(());
    }
    if switches.fault(Fault::USER_REPLACED) {
        device.user_principal_name = Some("zoe@contoso.example".into());
    } else if !switches.fault(Fault::USER_KEPT) {
        device.user_principal_name = None;
    }
    if !switches.fault(Fault::ADDRESSABLE_NAME_KEPT) {
        device.addressable_user_name = None;
    }
    if switches.fault(Fault::GROUP_TAG_LOST) {
        device.group_tag = "";
    }
    if switches.fault(Fault::DISPLAY_NAME_LOST) {
        device.display_name = "";
    }
    if switches.fault(Fault::EVERY_DEVICE_UNASSIGNED) {
        devices.unassign_all();
    }
    Ok(())
}

/// Who may manage devices: `DeviceManagementServiceConfig.ReadWrite.All`, delegated by a work or school
/// account. The page says the same of reads and writes.
fn authorize(context: &Context, call: &Call, is_action: bool) -> Result<(), Answer> {
    let switches = &context.switches;
    let is_anonymous = is_action && token::is_anonymous(&call.headers);
    let is_allowed = match token::grant(&call.headers) {
        Err(_) if is_anonymous && switches.fault(Fault::AUTOPILOT_ANONYMOUS) => true,
        Err(_) if is_anonymous && switches.fault(Fault::AUTOPILOT_ANONYMOUS_IS_400) => {
            return Err(graph::bad_request(
                context,
                call,
                "Authorization is missing.",
            ));
        }
        Err(reason) => return Err(graph::unauthenticated(context, call, reason)),
        Ok(Grant {
            kind: Kind::Delegated,
            permission: Permission::ServiceConfigReadWriteAll,
        }) => !(is_action && switches.fault(Fault::SERVICE_CONFIG_REFUSED)),
        Ok(Grant {
            kind: Kind::Personal,
            ..
        }) => is_action && switches.fault(Fault::AUTOPILOT_PERSONAL_ACCEPTED),
        Ok(_) => false,
    };
    if is_allowed {
        return Ok(());
    }
    let message = "Application is not authorized to perform this operation. Application must have one of \
                   the following scopes: DeviceManagementServiceConfig.ReadWrite.All";
    let status = StatusCode::FORBIDDEN;
    Err(graph::error(context, call, status, "Forbidden", message))
}

fn success(context: &Context, call: &Call) -> Answer {
    let switches = &context.switches;
    let mut answer = done(context, call);
    if switches.fault(Fault::UNASSIGN_IS_200) {
        answer.status = StatusCode::OK;
    }
    if switches.fault(Fault::UNASSIGN_IS_202) {
        answer.status = StatusCode::ACCEPTED;
    }
    if switches.fault(Fault::BODY_ON_204) {
        answer.framing = Framing::BytesAfterHead("{}");
    } else if switches.fault(Fault::LENGTH_ON_204) {
        answer.framing = Framing::AnnouncedLength(0);
    }
    answer
}

/// 204, and nothing else to say.
fn done(context: &Context, call: &Call) -> Answer {
    graph::add_graph_headers(context, call, Answer::empty(StatusCode::NO_CONTENT))
}
