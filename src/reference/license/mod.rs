//! License contract, Graph v1.0: `POST /users/{id}/reprocessLicenseAssignment`, and the read of a user that
//! shows its effect.

mod faults;
mod paths;
mod profile;
mod user;
mod variants;

use axum::http::{HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::reference::answer::Answer;
use crate::reference::call::Call;
use crate::reference::context::Context;
use crate::reference::contract::{Contract, Route, Service};
use crate::reference::graph;
use crate::reference::token;
use crate::reference::token::{Grant, Kind, Permission};
use crate::reference::{Fault, Variant, path};

use self::paths::{FAULTS, PATHS, ReprocessCall};
use self::user::Users;

/// The contract, as the deployment serves it.
pub(crate) const CONTRACT: Contract = Contract {
    name: "license",
    services: &["graph-v1"],
    serve: |context| Service::new(context, ROUTES),
    faults: faults::FAULTS,
    path_faults: || &paths::FAULTS,
    variants: variants::VARIANTS,
};

const ROUTES: &[Route<Users>] = &[
    ("/v1.0/users/{id}", &[("GET", read)]),
    (
        "/v1.0/users/{id}/reprocessLicenseAssignment",
        &[("POST", reprocess), ("GET", get_action)],
    ),
];

/// `POST /users/{id}/reprocessLicenseAssignment`.
fn reprocess(context: &Context, users: &mut Users, call: &Call) -> Result<Answer, Answer> {
    let id = call.parameter("id");
    let user = users.find(id);
    let facts = ReprocessCall {
        grant: token::grant(&call.headers),
        is_known_user: user.is_some(),
        is_by_principal_name: user.is_some_and(|user| !user.has_id(id)),
    };
    let mut answer = carry_out(context, users, call);
    let (Ok(inner) | Err(inner)) = &mut answer;
    path::spoil(PATHS, &FAULTS, &facts, inner, &context.switches);
    answer
}

/// Works on the licenses assigned by group, and answers with the user as it is afterwards. Any body is ignored.
fn carry_out(context: &Context, users: &mut Users, call: &Call) -> Result<Answer, Answer> {
    let switches = &context.switches;
    let id = call.parameter("id");
    if switches.fault(Fault::LICENSE_NOT_SERVED) {
        return Err(graph::not_found(context, call, id));
    }
    if token::is_anonymous(&call.headers)
        && let Some(user) = users.find_mut(id)
        && switches.fault(Fault::REPROCESSED_DESPITE_401)
    {
        user.reprocess(&format!("{}Z", context.sequence.time()), switches);
    }
    authorize(context, call, &[])?;
    graph::throttle(context, call, Fault::LICENSE_THROTTLE_SILENT)?;
    if call.body.is_empty() && switches.fault(Fault::LICENSE_BODY_REQUIRED) {
        return Err(graph::bad_request(context, call, "Empty payload."));
    }
    let time = context.sequence.time();
    let user = find_to_work_on(context, call, users, id)?;
    user.reprocess(&format!("{time}Z"), switches);
    let mut answer = success(context, call, user.to_json(switches));
    if user.was_reprocessed_before() && switches.fault(Fault::LATER_CALL_IS_202) {
        answer.status = StatusCode::ACCEPTED;
    }
    Ok(answer)
}

/// `GET /users/{id}`.
fn read(context: &Context, users: &mut Users, call: &Call) -> Result<Answer, Answer> {
    authorize(context, call, &[Permission::UserRead])?;
    let id = call.parameter("id");
    let user = users
        .find(id)
        .ok_or_else(|| graph::not_found(context, call, id))?;
    let mut body = user.to_json(&context.switches);
    select(call, &mut body);
    let answer = Answer::json(StatusCode::OK, body);
    Ok(graph::add_graph_headers(context, call, answer))
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
fn get_action(context: &Context, users: &mut Users, call: &Call) -> Result<Answer, Answer> {
    if context.switches.fault(Fault::LICENSE_GET_SERVED) {
        return reprocess(context, users, call);
    }
    let refusal = graph::error(
        context,
        call,
        StatusCode::METHOD_NOT_ALLOWED,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    );
    Err(refusal.with(header::ALLOW, "POST"))
}

fn find_to_work_on<'a>(
    context: &Context,
    call: &Call,
    users: &'a mut Users,
    id: &str,
) -> Result<&'a mut user::User, Answer> {
    let switches = &context.switches;
    match users.find_mut(id) {
        Some(user) if user.has_id(id) && switches.fault(Fault::OBJECT_ID_REFUSED) => {
            Err(graph::not_found(context, call, id))
        }
        Some(user) => Ok(user),
        None if switches.fault(Fault::UNKNOWN_USER_IS_200) => {
            let mut answer = graph::not_found(context, call, id);
            answer.status = StatusCode::OK;
            Err(answer)
        }
        None if switches.fault(Fault::UNKNOWN_USER_IS_400) => Err(graph::bad_request(
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
                && switches.fault(Fault::LICENSE_ANONYMOUS_IS_400) =>
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
        (Kind::Personal, _) => is_action && switches.fault(Fault::LICENSE_PERSONAL_ACCEPTED),
        (Kind::Application, Permission::UserReadWriteAll) => {
            !(is_action && switches.fault(Fault::USER_WRITER_APP_REFUSED))
        }
        (_, Permission::UserReadWriteAll) => true,
        (_, Permission::DirectoryReadWriteAll) => {
            !(is_action && switches.fault(Fault::DIRECTORY_WRITER_REFUSED))
        }
        (_, permission) => {
            further.contains(&permission)
                || (is_action && switches.fault(Fault::PERMISSION_IGNORED))
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
    token::is_anonymous(&call.headers) && context.switches.fault(Fault::LICENSE_ANONYMOUS)
}

fn success(context: &Context, call: &Call, mut user: Value) -> Answer {
    let switches = &context.switches;
    if switches.variant(Variant::SAMPLE_USER) {
        user = user::sample();
    }
    faults::user(&mut user, switches);
    let status = if switches.fault(Fault::WRONG_STATUS) {
        StatusCode::ACCEPTED
    } else {
        StatusCode::OK
    };
    let mut answer = Answer::json(status, user);
    if switches.fault(Fault::LICENSE_TEXT_PLAIN) {
        answer.set(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    }
    graph::add_graph_headers(context, call, answer)
}
