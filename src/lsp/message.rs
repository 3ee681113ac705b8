//! JSON-RPC 2.0: what a message is, and answers.

use serde_json::{Value, json};

/// A message of the client.
#[derive(Debug)]
pub(crate) enum Message {
    /// It is answered.
    Request {
        id: Value,
        method: String,
        params: Value,
    },
    /// It is not.
    Notification { method: String, params: Value },
    /// The answer to a request of the server, which nothing waits for.
    Answer,
}

/// The codes of errors that are used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    ParseError = -32700,
    InvalidRequest = -32600,
    MethodNotFound = -32601,
    InvalidParams = -32602,
    InternalError = -32603,
    NotInitialized = -32002,
    Cancelled = -32800,
    Failed = -32803,
}

/// Why a request is refused.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) ErrorCode, pub(crate) String);

impl Refusal {
    /// The parameters are not as they should be.
    pub(crate) fn params(what: &str) -> Refusal {
        Refusal(ErrorCode::InvalidParams, what.to_owned())
    }

    /// The request is in order, but cannot be done.
    pub(crate) fn failed(why: impl Into<String>) -> Refusal {
        Refusal(ErrorCode::Failed, why.into())
    }
}

impl Message {
    /// About how much memory it takes, in bytes.
    pub(crate) fn size(&self) -> usize {
        match self {
            Message::Request { params, .. } | Message::Notification { params, .. } => size(params),
            Message::Answer => 0,
        }
    }

    /// Reads a message. The error is an answer.
    pub(crate) fn of(value: Value) -> Result<Message, Value> {
        let Value::Object(mut members) = value else {
            let refusal = Refusal(ErrorCode::InvalidRequest, "expected one object".into());
            return Err(refused(&Value::Null, &refusal));
        };
        let id = members.remove("id");
        let method = members.remove("method");
        let params = members.remove("params").unwrap_or_default();
        let is_id = |id: &Value| id.is_string() || id.is_number();
        match (id, method) {
            (Some(id), Some(Value::String(method))) if is_id(&id) => {
                Ok(Message::Request { id, method, params })
            }
            (None, Some(Value::String(method))) => Ok(Message::Notification { method, params }),
            (Some(_), None) if members.contains_key("result") || members.contains_key("error") => {
                Ok(Message::Answer)
            }
            (id, _) => {
                let id = id.filter(is_id).unwrap_or_default();
                let why = "expected a request, a notification or an answer";
                let refusal = Refusal(ErrorCode::InvalidRequest, why.into());
                Err(refused(&id, &refusal))
            }
        }
    }
}

/// About how much memory a value takes, in bytes.
fn size(value: &Value) -> usize {
    let own = std::mem::size_of::<Value>();
    own + match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| name.len() + size(member))
            .sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// The answer to a request.
pub(crate) fn answer(id: &Value, result: Result<Value, Refusal>) -> Value {
    match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(refusal) => refused(id, &refusal),
    }
}

/// The answer to a request that is refused.
pub(crate) fn refused(id: &Value, Refusal(code, message): &Refusal) -> Value {
    let error = json!({ "code": *code as i32, "message": message });
    json!({ "jsonrpc": "2.0", "id": id, "error": error })
}

/// A notification to the client.
pub(crate) fn notification(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}
