//! `--target` of `init`: where the new suite finds its service.

use std::path::Path;

use crate::load::{BaseUrl, read_base_url};
use crate::model::ExitCode;

use crate::cli::output::Terminal;
use crate::cli::suite::{DEMO, is_url};

/// Where the service is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The demo service inside Probity.
    Demo,
    /// At a URL.
    At(BaseUrl),
}

impl Place {
    /// Reads `--target`.
    ///
    /// # Errors
    ///
    /// The exit code, if it is no base URL. The message has been printed, without what may be a secret.
    pub(super) fn read(text: &str, terminal: &Terminal) -> Result<Place, ExitCode> {
        if text == DEMO {
            return Ok(Place::Demo);
        }
        if !is_url(text) && Path::new(text).is_file() {
            let message = "`--target` takes a URL here: a target file needs a suite, which does not exist yet";
            let help = "write the suite first, then name the file in its probity.yaml: `target: targets/staging.yaml`";
            return Err(terminal.refuse(message, &[help.into()]));
        }
        read_base_url(text).map(Place::At).map_err(|message| {
            let help = [
                "write a base URL such as http://127.0.0.1:8080, or `demo`".to_owned(),
                "credentials belong into the environment: targets/reference.yaml names the variables"
                    .to_owned(),
            ];
            let number = if message.contains("credentials") { 2 } else { 1 };
            terminal.refuse(&message, &help[..number])
        })
    }
}
