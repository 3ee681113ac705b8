//! The header by which the other side's logs can be found.

use crate::load::format::TargetFile;
use crate::load::scalars::is_token;
use crate::load::target::TargetReader;
use crate::model::Diagnostic;

/// Headers that say what a message is, or whose it is: a run id in their place would break the request.
const TAKEN: [&str; 12] = [
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
            format!("`{}` is not the name of a header", name.escape_debug())
        } else if TAKEN.contains(&name.to_ascii_lowercase().as_str()) {
            format!("`{name}` has a meaning of its own and cannot name the run")
        } else {
            return Some(name.to_owned());
        };
        self.diagnostics.push(
            Diagnostic::error("target/run-id", header.span, message).help(
                "write `traceparent` (W3C Trace Context), or a header of yours such as `X-Run-Id`",
            ),
        );
        None
    }
}
