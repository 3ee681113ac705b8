//! Regular expressions for the texts of input files, as the JSON Schemas for editors use them.

use crate::model::{ArgumentKind, MarkerPlace, rows_in};

/// A value of a row, which may be of any type.
pub(crate) const ROW: &str = r"^\$\{ *row\.[^}]+\}$";

/// A value that is given to a shared step.
pub(crate) const PARAMETER: &str = r"^\$\{ *with\.[^}]+\}$";

/// Lowercase letters, digits and `-`; or a template with values of a row.
pub(crate) const KEBAB: &str = r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?|[\s\S]*\$\{[\s\S]+)$";

/// A token of RFC 9110 section 5.6.2.
pub(crate) const TOKEN: &str = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";

/// The name of a field that the raw transport can send.
pub(crate) const FIELD_NAME: &str = "^[^:\\r\\n\\u0000]+$";

/// A string without line breaks that is not a marker, or `<omit>`.
pub(crate) const FIELD_VALUE: &str =
    "^(|<omit>|[^<\\r\\n\\u0000][^\\r\\n\\u0000]*|<|<[^\\r\\n\\u0000]*[^>\\r\\n\\u0000])$";

/// A value that is only a capture, or a value of a row.
pub(crate) const LINK: &str = r"^\$\{ *(capture|row|with)\.[^}]+\}$";

/// A method and a path without query, with `{}` for each value and `{**}` for several segments.
pub(crate) const OPERATION: &str =
    r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+ (/(\{\*\*\}|([^?#{}\s/]|\{\})*))+$";

/// A string that is not a marker.
pub(crate) const NO_MARKER: &str = r"^(|[^<][\s\S]*|<|<[\s\S]*[^>])$";

/// A status class, any status, or a value of a row.
pub(crate) const STATUS_TEXT: &str = r"^(<(any|(not )?[1-5]xx)>|\$\{ *row\.[^}]+\})$";

/// An http or https URL without query and fragment, or one from the environment.
pub(crate) const BASE_URL: &str = r"^(https?://|\$\{env\.)[^?#]*$";

/// The URL of a proxy, or one from the environment.
pub(crate) const PROXY: &str = r"^((http|socks5h?)://[^@?#]+|.*\$\{env\..*)$";

/// The expression for a string that does not start like a marker, or is a marker that is valid in a place.
pub(crate) fn string_or_marker(place: MarkerPlace) -> String {
    let names = |has_argument: bool| {
        let rows = rows_in(place).filter(|row| row.argument != ArgumentKind::Regex);
        let rows = rows.filter(|row| {
            if has_argument {
                row.argument != ArgumentKind::None
            } else {
                row.argument.is_optional()
            }
        });
        rows.map(|row| row.name).collect::<Vec<_>>().join("|")
    };
    // A member of a JSON object may be optional.
    let optional = if place == MarkerPlace::Json {
        r"\??"
    } else {
        ""
    };
    format!(
        r"^(|[^<][\s\S]*|<({}){optional}>|<({}) [\s\S]*\S[\s\S]*>|</[\s\S]+/{optional}>)$",
        names(false),
        names(true)
    )
}

/// The expression for a coding, which has no capital letters, or a marker for text.
pub(crate) fn coding_or_marker() -> String {
    let marker = string_or_marker(MarkerPlace::Text);
    let Some((_, markers)) = marker.split_once(r"|<(") else {
        return marker;
    };
    format!(r"^(|[^<A-Z][^A-Z]*|<({markers}")
}

/// The expression for the name of a member, or a marker that is a key.
pub(crate) fn key_or_marker() -> String {
    let names = rows_in(MarkerPlace::Key).map(|row| row.name.replace('?', r"\?"));
    format!("^([^<]|$|<({})>$)", names.collect::<Vec<_>>().join("|"))
}
