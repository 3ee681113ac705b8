//! The header that identifies the run in the logs of the target.

use crate::load::scalars::is_token;
use crate::load::target::TargetReader;
use crate::load::target::format::TargetFile;
use crate::model::Diagnostic;

/// Headers with another meaning: a run id in them would break the request.
const RESERVED: [&str; 12] = [
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "proxy-authorization",
    "te",
    "transfer-encoding",
    "upgrade",
];

impl TargetReader<'_> {
    pub(super) fn run_id_header(&mut self, format: &TargetFile<'_>) -> Option<String> {
        let header = format.run_id.as_ref()?.header;
        let name = header.value;
        let message = if !is_token(name) {
            format!("`{}` is not a header name", name.escape_debug())
        } else if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
            format!("`{name}` has another meaning and cannot contain the run id")
        } else {
            return Some(name.to_owned());
        };
        self.diagnostics.push(
            Diagnostic::error("target/run-id", header.span, message).help(
                "write `traceparent` (W3C Trace Context) or a custom header such as `X-Run-Id`",
            ),
        );
        None
    }
}
