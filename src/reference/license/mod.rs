//! License contract, Graph v1.0: `POST /users/{id}/reprocessLicenseAssignment`, and the read of a user that
//! shows its effect.

mod profile;
mod spoil;
mod user;

use axum::http::{HeaderValue, StatusCode, header};
use serde_json::Value;

pub(crate) use user::Users;

use crate::reference::answer::Answer;
use crate::reference::call::Call;
use crate::reference::context::Context;
use crate::reference::graph;
use crate::reference::token;
use crate::reference::token::{Grant, Kind, Permission};
use crate::reference::{Fault, Variant};

/// `POST /users/{id}/reprocessLicenseAssignment`: works on the licenses assigned by group, and answers with
/// the user as it is afterwards. Any body is ignored.
pub(crate) fn reprocess(context: &Context, call: &Call) -> Answer {
    serve_action(context, call).unwrap_or_else(|refusal| refusal)
}

/// `GET /users/{id}`.
pub(crate) fn read(context: &Context, call: &Call) -> Answer {
    let reading = || {
        authorize(context, call, &[Permission::UserRead])?;
        let id = call.parameter("id");
        let state = context.state();
        let user = state
            .users
            .find(id)
            .ok_or_else(|| graph::not_found(context, call, id))?;
        let mut body = user.to_json(&context.switches);
        select(call, &mut body);
        Ok(graph::dress(
            context,
            call,
            Answer::json(StatusCode::OK, body),
        ))
    };
    reading().unwrap_or_else(|refusal: Answer| refusal)
}

/// Leaves the members that `$select` names, or those that a read without it gives.
fn select(call: &Call, user: &mut Value) {
    const DEFAULT: &str = "id,businessPhones,displayName,givenName,jobTitle,mail,mobilePhone,officeLocation,\
                           preferredLanguage,surname,userPrincipalName";
    let selected = call.query_values("$select").next().unwrap_or(DEFAULT);
    if let Some(members) = user.as_object_mut() {
        members.retain(|name, _| {
            name.starts_with('@')
                || selected
                    .split(',')
                    .any(|one| one.eq_ignore_ascii_case(name))
        });
    }
}

/// `GET` on the URL of the action, which has no such method.
pub(crate) fn get_action(context: &Context, call: &Call) -> Answer {
    if context.switches.fault(Fault::LicenseGetServed) {
        return reprocess(context, call);
    }
    graph::error(
        context,
        call,
        StatusCode::METHOD_NOT_ALLOWED,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    )
    .with(header::ALLOW, "POST")
}

fn serve_action(context: &Context, call: &Call) -> Result<Answer, Answer> {
    let switches = &context.switches;
    let id = call.parameter("id");
    if switches.fault(Fault::LicenseNotServed) {
        return Err(graph::not_found(context, call, id));
    }
    if token::is_anonymous(&call.headers)
        && let Some(user) = context.state().users.find_mut(id)
        && switches.fault(Fault::ReprocessedDespite401)
    {
        user.reprocess(&format!("{}Z", context.sequence.time()), switches);
    }
    authorize(context, call, &[])?;
    graph::throttle(context, call, Fault::LicenseThrottleSilent)?;
    if call.body.is_empty() && switches.fault(Fault::LicenseBodyRequired) {
        return Err(graph::bad_request(context, call, "Empty payload."));
    }
    let time = context.sequence.time();
    let (body, is_later_call) = {
        let mut state = context.state();
        let user = find_to_work_on(context, call, &mut state.users, id)?;
        user.reprocess(&format!("{time}Z"), switches);
        (user.to_json(switches), user.was_reprocessed_before())
    };
    let mut answer = success(context, call, body);
    if is_later_call && switches.fault(Fault::LaterCallIs202) {
        answer.status = StatusCode::ACCEPTED;
    }
    Ok(answer)
}

fn find_to_work_on<'a>(
    context: &Context,
    call: &Call,
    users: &'a mut Users,
    id: &str,
) -> Result<&'a mut user::User, Answer> {
    let switches = &context.switches;
    match users.find_mut(id) {
        Some(user) if user.has_id(id) && switches.fault(Fault::ObjectIdRefused) => {
            Err(graph::not_found(context, call, id))
        }
        Some(user) => Ok(user),
        None if switches.fault(Fault::UnknownUserIs200) => {
            let mut answer = graph::not_found(context, call, id);
            answer.status = StatusCode::OK;
            Err(answer)
        }
        None if switches.fault(Fault::UnknownUserIs400) => Err(graph::bad_request(
            context,
            call,
            "Invalid object identifier.",
        )),
        None => Err(graph::not_found(context, call, id)),
    }
}

/// Who may work on licenses: `User.ReadWrite.All` and `Directory.ReadWrite.All`, delegated by a work or
/// school account or given to an application. For a read, further permissions do as well.
fn authorize(context: &Context, call: &Call, further: &[Permission]) -> Result<(), Answer> {
    let switches = &context.switches;
    let is_action = further.is_empty();
    let grant = match token::grant(&call.headers) {
        Ok(grant) => grant,
        Err(_) if is_action && is_let_in_anonymously(context, call) => return Ok(()),
        Err(_)
            if is_action
                && token::is_anonymous(&call.headers)
                && switches.fault(Fault::LicenseAnonymousIs400) =>
        {
            return Err(graph::bad_request(
                context,
                call,
                "Authorization is missing.",
            ));
        }
        Err(reason) => return Err(graph::unauthenticated(context, call, reason)),
    };
    let Grant { kind, permission } = grant;
    let is_allowed = match (kind, permission) {
        (Kind::Personal, _) => is_action && switches.fault(Fault::LicensePersonalAccepted),
        (Kind::Application, Permission::UserReadWriteAll) => {
            !(is_action && switches.fault(Fault::UserWriterAppRefused))
        }
        (_, Permission::UserReadWriteAll) => true,
        (_, Permission::DirectoryReadWriteAll) => {
            !(is_action && switches.fault(Fault::DirectoryWriterRefused))
        }
        (_, permission) => {
            further.contains(&permission) || (is_action && switches.fault(Fault::PermissionIgnored))
        }
    };
    if is_allowed {
        return Ok(());
    }
    Err(graph::error(
        context,
        call,
        StatusCode::FORBIDDEN,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    ))
}

fn is_let_in_anonymously(context: &Context, call: &Call) -> bool {
    token::is_anonymous(&call.headers) && context.switches.fault(Fault::LicenseAnonymous)
}

fn success(context: &Context, call: &Call, mut user: Value) -> Answer {
    let switches = &context.switches;
    if switches.variant(Variant::SampleUser) {
        user = user::sample();
    }
    spoil::user(&mut user, switches);
    let status = if switches.fault(Fault::WrongStatus) {
        StatusCode::ACCEPTED
    } else {
        StatusCode::OK
    };
    let mut answer = Answer::json(status, user);
    if switches.fault(Fault::LicenseTextPlain) {
        answer.set(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    }
    graph::dress(context, call, answer)
}
