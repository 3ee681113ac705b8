//! What a bulk call asks for, read from its JSON body or, without a body, from its query.

use serde_json::Value;

use crate::reference::Fault;
use crate::reference::call::Call;
use crate::reference::switchboard::Switchboard;

/// A bulk order: one action for many users.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) action: Action,
    /// As the caller spells them, each once, in the order of the call.
    pub(crate) user_names: Vec<String>,
}

/// What happens to the seat of each user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// The user gets a seat.
    Assign,
    /// The seat is taken back.
    Reclaim,
}

/// Why an order cannot be carried out: the parameter, and what is wrong with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidParameter {
    pub(crate) name: &'static str,
    pub(crate) details: &'static str,
}

/// The two parameters as the call gives them.
#[derive(Debug, Default)]
struct Parameters {
    user_names: Vec<String>,
    action: Option<String>,
}

impl Order {
    /// Reads the order of a call.
    pub(crate) fn read(call: &Call, switches: &Switchboard) -> Result<Self, InvalidParameter> {
        let parameters = if call.body.is_empty() {
            Parameters::of_query(call)
        } else {
            Parameters::of_body(&call.body)?
        };
        let action = read_action(parameters.action.as_deref(), switches)?;
        let mut user_names: Vec<String> = Vec::new();
        for name in parameters.user_names {
            if !user_names
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&name))
            {
                user_names.push(name);
            }
        }
        if user_names.is_empty() && !switches.fault(Fault::NAMELESS_CALL_ACCEPTED) {
            return Err(invalid("usernames", "at least one user name is needed"));
        }
        let has_upn = user_names.iter().any(|name| name.contains('@'));
        if has_upn && switches.fault(Fault::UPN_REFUSED) {
            return Err(invalid("usernames", "a user name has no domain"));
        }
        if !user_names.is_empty() && switches.fault(Fault::NAMES_IGNORED) {
            user_names.clear();
        }
        let is_reclaim = action == Action::Reclaim;
        if user_names.len() > 1 && is_reclaim && switches.fault(Fault::RECLAIM_ONLY_FIRST_NAME) {
            user_names.truncate(1);
        }
        if user_names.len() > 1 && switches.fault(Fault::ONLY_FIRST_NAME) {
            user_names.truncate(1);
        }
        Ok(Self { action, user_names })
    }
}

impl Parameters {
    fn of_query(call: &Call) -> Self {
        Self {
            user_names: call.query_values("username").map(str::to_owned).collect(),
            action: call.query_values("seatAction").next().map(str::to_owned),
        }
    }

    /// Two clients spell the members differently, so their names are compared without case. Other members
    /// mean nothing.
    fn of_body(body: &[u8]) -> Result<Self, InvalidParameter> {
        let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
            return Err(invalid("body", "the body is not a JSON object"));
        };
        let mut parameters = Self::default();
        for (name, value) in members {
            if name.eq_ignore_ascii_case("usernames") {
                parameters.user_names = read_names(value)?;
            } else if name.eq_ignore_ascii_case("seatAction") {
                let Value::String(action) = value else {
                    return Err(invalid("seatAction", "the action is not a string"));
                };
                parameters.action = Some(action);
            }
        }
        Ok(parameters)
    }
}

fn read_names(value: Value) -> Result<Vec<String>, InvalidParameter> {
    let not_names = invalid("usernames", "the user names are not an array of strings");
    let Value::Array(names) = value else {
        return Err(not_names);
    };
    names
        .into_iter()
        .map(|name| match name {
            Value::String(name) => Some(name),
            _ => None,
        })
        .collect::<Option<_>>()
        .ok_or(not_names)
}

/// Clients write `assign` and `Assign`, so the case does not matter.
fn read_action(action: Option<&str>, switches: &Switchboard) -> Result<Action, InvalidParameter> {
    let Some(action) = action else {
        if switches.fault(Fault::MISSING_ACTION_ASSIGNS) {
            return Ok(Action::Assign);
        }
        return Err(invalid("seatAction", "an action is needed"));
    };
    let is_lower_case = action == action.to_ascii_lowercase();
    match action.to_ascii_lowercase().as_str() {
        "assign" | "reclaim" if !is_lower_case && switches.fault(Fault::ACTION_CASE_SENSITIVE) => {}
        "assign" if !is_lower_case && switches.fault(Fault::PASCAL_ASSIGN_RECLAIMS) => {
            return Ok(Action::Reclaim);
        }
        "assign" if switches.fault(Fault::ASSIGN_REFUSED) => {}
        "reclaim" if switches.fault(Fault::RECLAIM_REFUSED) => {}
        "assign" => return Ok(Action::Assign),
        "reclaim" => return Ok(Action::Reclaim),
        _ if switches.fault(Fault::UNKNOWN_ACTION_ASSIGNS) => return Ok(Action::Assign),
        _ => {}
    }
    Err(invalid(
        "seatAction",
        "the action is neither assign nor reclaim",
    ))
}

fn invalid(name: &'static str, details: &'static str) -> InvalidParameter {
    InvalidParameter { name, details }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::*;
    use crate::reference::context::Context;

    fn read(body: &str) -> Result<Order, InvalidParameter> {
        let call = Call::test(Method::POST, "/", &[]).with_body(body.to_owned());
        Order::read(&call, &Context::test(&[]).switches)
    }

    #[test]
    fn both_client_spellings_are_the_same_order() {
        let lower = read(r#"{"usernames":["a@b.example"],"seatAction":"assign"}"#);
        let pascal = read(r#"{"UserNames":["a@b.example"],"seatAction":"Assign"}"#);
        assert_eq!(lower, pascal);
        assert_eq!(lower.unwrap().action, Action::Assign);
    }

    #[test]
    fn a_name_given_twice_counts_once() {
        let order = read(r#"{"usernames":["a@b.example","A@b.example"],"seatAction":"reclaim"}"#);
        assert_eq!(order.unwrap().user_names, ["a@b.example"]);
    }

    #[test]
    fn what_is_wrong_is_said_by_parameter() {
        for (body, name) in [
            ("[]", "body"),
            ("{", "body"),
            (r#"{"seatAction":"assign"}"#, "usernames"),
            (r#"{"usernames":[],"seatAction":"assign"}"#, "usernames"),
            (r#"{"usernames":"a@b","seatAction":"assign"}"#, "usernames"),
            (r#"{"usernames":[1],"seatAction":"assign"}"#, "usernames"),
            (r#"{"usernames":["a@b"]}"#, "seatAction"),
            (r#"{"usernames":["a@b"],"seatAction":1}"#, "seatAction"),
            (r#"{"usernames":["a@b"],"seatAction":"lend"}"#, "seatAction"),
        ] {
            assert_eq!(read(body).unwrap_err().name, name, "{body}");
        }
    }
}
