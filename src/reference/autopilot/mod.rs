//! Autopilot contract, Graph beta: `unassignUserFromDevice` on both of its routes, and the siblings that show
//! and prepare its effect: the read of a device identity and `assignUserToDevice`.

mod device;

use axum::http::{StatusCode, header};
use serde_json::Value;

pub(crate) use device::Devices;

use crate::reference::answer::{Answer, Framing};
use crate::reference::call::Call;
use crate::reference::context::Context;
use crate::reference::graph;
use crate::reference::token;
use crate::reference::token::{Grant, Kind, Permission};
use crate::reference::{Fault, Variant};

/// The two URLs of the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// Directly below the device identity.
    A,
    /// Through its deployment profile.
    B,
}

/// `POST .../windowsAutopilotDeviceIdentities/{id}/unassignUserFromDevice`. Any body is ignored.
pub(crate) fn unassign(context: &Context, call: &Call) -> Answer {
    if context.switches.fault(Fault::RouteANotServed) {
        return graph::not_found(context, call, call.parameter("id"));
    }
    serve_action(context, call, Route::A).unwrap_or_else(|refusal| refusal)
}

/// `POST .../{id}/deploymentProfile/assignedDevices/{id}/unassignUserFromDevice`; both ids must be the same.
pub(crate) fn unassign_through_profile(context: &Context, call: &Call) -> Answer {
    if context.switches.fault(Fault::RouteBNotServed) {
        return graph::not_found(context, call, call.parameter("id"));
    }
    serve_action(context, call, Route::B).unwrap_or_else(|refusal| refusal)
}

/// `POST .../{id}/assignUserToDevice` with `{userPrincipalName, addressableUserName}`.
pub(crate) fn assign(context: &Context, call: &Call) -> Answer {
    let assigning = || {
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
        let mut state = context.state();
        let device = state
            .devices
            .find_mut(id)
            .ok_or_else(|| graph::not_found(context, call, id))?;
        device.user_principal_name = Some(user);
        device.addressable_user_name = Some(name);
        Ok(done(context, call))
    };
    assigning().unwrap_or_else(|refusal| refusal)
}

/// `GET .../windowsAutopilotDeviceIdentities/{id}`.
pub(crate) fn read(context: &Context, call: &Call) -> Answer {
    let reading = || {
        authorize(context, call, false)?;
        let id = call.parameter("id");
        let mut state = context.state();
        let device = state
            .devices
            .find_mut(id)
            .ok_or_else(|| graph::not_found(context, call, id))?;
        let version = if call.path.starts_with("/beta/") {
            "beta"
        } else {
            "v1.0"
        };
        let body = device.show(version, &context.switches);
        Ok(graph::dress(
            context,
            call,
            Answer::json(StatusCode::OK, body),
        ))
    };
    reading().unwrap_or_else(|refusal: Answer| refusal)
}

/// `GET` on either URL of the action, which has no such method.
pub(crate) fn get_action(context: &Context, call: &Call) -> Answer {
    if context.switches.fault(Fault::AutopilotGetServed) {
        return done(context, call);
    }
    graph::error(
        context,
        call,
        StatusCode::METHOD_NOT_ALLOWED,
        "BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    )
    .with(header::ALLOW, "POST")
}

fn serve_action(context: &Context, call: &Call, route: Route) -> Result<Answer, Answer> {
    let switches = &context.switches;
    if token::is_anonymous(&call.headers) && switches.fault(Fault::UnassignedDespite401) {
        // The refusal of a refusal changes nothing for the caller: authorization says 401 below.
        let _ = unassign_user(context, call, route);
    }
    let is_open = token::is_anonymous(&call.headers)
        && route == Route::B
        && switches.fault(Fault::RouteBAnonymous);
    if !is_open {
        authorize(context, call, true)?;
    }
    graph::throttle(context, call, Fault::AutopilotThrottleSilent)?;
    if call.body.is_empty() && switches.fault(Fault::AutopilotBodyRequired) {
        return Err(graph::bad_request(context, call, "Empty payload."));
    }
    let accepts_json = call
        .header("accept")
        .is_some_and(|accept| accept.contains("application/json"));
    if accepts_json && switches.fault(Fault::AcceptJsonRefused) {
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
    unassign_user(context, call, route)?;
    Ok(success(context, call))
}

/// Takes the user from the device; everything else about it stays.
fn unassign_user(context: &Context, call: &Call, route: Route) -> Result<(), Answer> {
    let switches = &context.switches;
    let id = call.parameter("id");
    let mut state = context.state();
    let Some(device) = state.devices.find_mut(id) else {
        if switches.fault(Fault::UnknownDeviceAccepted) {
            return Ok(());
        }
        return Err(graph::not_found(context, call, id));
    };
    if device.user_principal_name.is_none() && switches.variant(Variant::UnassignTwiceIs400) {
        let message = "The device has no user.";
        return Err(graph::bad_request(context, call, message));
    }
    if route == Route::B && switches.fault(Fault::RouteBWithoutEffect) {
        return Ok(());
    }
    if switches.fault(Fault::UserReplaced) {
        device.user_principal_name = Some("zoe@contoso.example".into());
    } else if !switches.fault(Fault::UserKept) {
        device.user_principal_name = None;
    }
    if !switches.fault(Fault::AddressableNameKept) {
        device.addressable_user_name = None;
    }
    if switches.fault(Fault::GroupTagLost) {
        device.group_tag = "";
    }
    if switches.fault(Fault::DisplayNameLost) {
        device.display_name = "";
    }
    if switches.fault(Fault::EveryDeviceUnassigned) {
        state.devices.unassign_all();
    }
    Ok(())
}

/// Who may manage devices: `DeviceManagementServiceConfig.ReadWrite.All`, delegated by a work or school
/// account. The page says the same of reads and writes.
fn authorize(context: &Context, call: &Call, is_action: bool) -> Result<(), Answer> {
    let switches = &context.switches;
    let is_anonymous = is_action && token::is_anonymous(&call.headers);
    let is_allowed = match token::grant(&call.headers) {
        Err(_) if is_anonymous && switches.fault(Fault::AutopilotAnonymous) => true,
        Err(_) if is_anonymous && switches.fault(Fault::AutopilotAnonymousIs400) => {
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
        }) => !(is_action && switches.fault(Fault::ServiceConfigRefused)),
        Ok(Grant {
            kind: Kind::Personal,
            ..
        }) => is_action && switches.fault(Fault::AutopilotPersonalAccepted),
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
    if switches.fault(Fault::UnassignIs200) {
        answer.status = StatusCode::OK;
    }
    if switches.fault(Fault::UnassignIs202) {
        answer.status = StatusCode::ACCEPTED;
    }
    if switches.fault(Fault::BodyOn204) {
        answer.framing = Framing::OctetsAfterHead("{}");
    } else if switches.fault(Fault::LengthOn204) {
        answer.framing = Framing::AnnouncedLength(0);
    }
    answer
}

/// 204, and nothing else to say.
fn done(context: &Context, call: &Call) -> Answer {
    graph::dress(context, call, Answer::empty(StatusCode::NO_CONTENT))
}
