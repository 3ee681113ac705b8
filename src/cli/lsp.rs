//! `probity lsp`: the language server, on standard input and output.

use crate::lsp::{Ended, serve};
use crate::model::ExitCode;

/// Serves an editor until it leaves. The exit codes are those of the protocol.
pub(crate) fn lsp() -> ExitCode {
    // Not locked: the reader has a thread of its own.
    let mut output = std::io::stdout();
    match serve(std::io::stdin(), &mut output) {
        Ended::Regularly => ExitCode::Conforms,
        Ended::Early | Ended::Broken => ExitCode::Violated,
    }
}
