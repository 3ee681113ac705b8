//! Credentials of requests, folders and collections.

use crate::import::postman::template::templates;
use crate::import::postman::value::{list, scalar_text};
use crate::import::traffic::{Call, Credential};
use crate::load::{Kind, Node};
use crate::model::Diagnostic;

/// What a request is sent with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    /// What the folder above says.
    Inherited,
    /// Nothing.
    None,
    /// This credential.
    Credential(Credential),
    /// A parameter of the query.
    Query(String, String),
}

/// Reads a member `auth`.
pub(crate) fn read(node: Option<&Node>, found: &mut Vec<Diagnostic>) -> Auth {
    let Some(node) = node.filter(|node| node.kind != Kind::Null) else {
        return Auth::Inherited;
    };
    let kind = node.get("type");
    let name = kind.and_then(Node::as_text).unwrap_or_default();
    let value = |key: &str| {
        let parameters = node.get(name)?;
        // v2.1 has a list of keys and values, v2.0 an object.
        let found = list(Some(parameters))
            .iter()
            .find(|item| item.get("key").and_then(Node::as_text) == Some(key));
        let value = found.map_or_else(|| parameters.get(key), |item| item.get("value"))?;
        Some(templates(&scalar_text(value)?))
    };
    let text = |key: &str| value(key).unwrap_or_default();
    match name {
        "noauth" => Auth::None,
        "inherit" => Auth::Inherited,
        "basic" => Auth::Credential(Credential::Basic {
            user: text("username"),
            password: text("password"),
        }),
        "bearer" => Auth::Credential(Credential::Bearer(text("token"))),
        "oauth2" => Auth::Credential(Credential::Bearer(text("accessToken"))),
        "apikey" if text("in") == "query" => Auth::Query(text("key"), text("value")),
        "apikey" => Auth::Credential(Credential::Header(text("key"), text("value"))),
        _ => {
            let span = kind.map_or(node.beginning(), |kind| kind.span);
            let message = "this kind of authorization is not imported";
            found.push(Diagnostic::error("postman/auth", span, message).as_warning().help(
                "basic, bearer, oauth2 and apikey are; write the identity into the target file, and name it in the cases",
            ));
            Auth::None
        }
    }
}

impl Auth {
    /// Adds it to a call.
    pub(crate) fn apply(&self, call: &mut Call) {
        match self {
            Auth::Inherited | Auth::None => {}
            Auth::Credential(credential) => call.credential = Some(credential.clone()),
            Auth::Query(key, value) => {
                call.query.push((key.clone(), value.clone()));
                call.secret_parameters.push(key.clone());
            }
        }
    }
}
