//! The frame of every page: one file with its own style and scripts, and a policy that allows nothing else.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::report::html::shown::shown;

/// The look.
pub(super) const STYLE: &str = include_str!("report.css");

/// What every page can do: fold, copy, switch.
pub(super) const PAGE: &str = include_str!("page.js");

/// A page, before it is framed.
pub(super) struct Document<'d> {
    /// The title, which becomes the name of a tab.
    pub(super) title: &'d str,
    /// Version of Probity.
    pub(super) probity: &'d str,
    /// The contents of the body, before the data and the scripts.
    pub(super) body: Markup,
    /// The script of this page; it runs after [`PAGE`].
    pub(super) script: &'static str,
}

impl Document<'_> {
    /// Writes the complete file. `data` writes JSON for the script, which must not be able to end its element: as much as
    /// there are cases, so it is never in memory as a whole.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub(super) fn write(
        self,
        data: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let before = html! {
            (DOCTYPE)
            (PreEscaped("<html lang=\"en\">"))
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(self.script));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content={ "probity " (shown(self.probity)) };
                title { (shown(self.title)) }
                style { (PreEscaped(STYLE)) }
            }
            (PreEscaped("<body>"))
        };
        out.write_all(before.0.as_bytes())?;
        out.write_all(self.body.0.as_bytes())?;
        out.write_all(b"<script id=\"data\" type=\"application/json\">")?;
        data(out)?;
        let after = html! {
            (PreEscaped("</script>"))
            script { (PreEscaped(PAGE)) }
            script { (PreEscaped(self.script)) }
            (PreEscaped("</body></html>"))
        };
        out.write_all(after.0.as_bytes())?;
        out.write_all(b"\n")
    }
}

/// Nothing may be fetched, framed or sent; one style and two scripts may be used, by their digests.
fn policy(script: &str) -> String {
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}' '{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(PAGE),
        digest(script)
    )
}

/// The digest of an inline element: of the exact bytes between its tags.
pub(super) fn digest(content: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, content.as_bytes());
    format!("sha256-{}", STANDARD.encode(digest))
}
