//! What the mock answers where no other stub matches, as mock servers do.

use serde_json::json;

use crate::http::Answer;
use crate::stub::{Stub, stub};

pub(crate) const STUBS: &[Stub] = &[stub(
    "nothing/matches",
    |_| true,
    |asked| {
        let text = format!("no stub for {} {}", asked.method, asked.path);
        Answer::json(
            404,
            json!({ "error": { "code": "NoStub", "message": text } }),
        )
    },
)];
