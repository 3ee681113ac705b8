//! Which names of a document a suite can use: what is left out here is safe to write everywhere else.
//!
//! Keys of a case take no templates and cannot escape them, so `${` is left out of them; values escape it.

use crate::import::openapi::location::Location;
use crate::load::is_token;

/// Longest name of a parameter, in characters as they are written: a key of YAML has at most 1024.
const LONGEST: usize = 1000;

/// Why a path cannot be requested; `None` if it can.
pub(crate) fn why_no_path(path: &str) -> Option<String> {
    let is_path = path.starts_with('/')
        && !path.contains(['?', '#'])
        && !path.contains(|one: char| one.is_whitespace() || one.is_control());
    let why = match () {
        () if !is_path => "",
        () if path.contains("${") => ": `${` would begin a template",
        () if !has_pairs_of_braces(path) => ": its braces are not pairs",
        () => return None,
    };
    Some(format!("`{}` is not a path{why}", path.escape_debug()))
}

/// Why no request can have a parameter of this name; `None` if one can.
pub(crate) fn why_no_parameter(location: Location, name: &str) -> Option<&'static str> {
    match location {
        // Only its value is written.
        Location::Path => None,
        Location::Query => why_no_key(name),
        Location::Header => why_no_header(name),
        Location::Cookie => name
            .contains(char::is_control)
            .then_some("control characters in the name of a cookie"),
    }
}

/// Why a message has no such header field; `None` if it can. The name is a token (RFC 9110 section 5.1).
pub(crate) fn why_no_header(name: &str) -> Option<&'static str> {
    if is_token(name) {
        why_no_key(name)
    } else {
        Some("not a valid header name")
    }
}

/// Why a name cannot be a key of a request; `None` if it can.
pub(crate) fn why_no_key(name: &str) -> Option<&'static str> {
    if name.contains("${") {
        Some("`${` in its name would begin a template")
    } else if name.escape_debug().count() > LONGEST {
        Some("its name is too long for a key of YAML")
    } else {
        None
    }
}

/// Why no body is in a media type of this name; `None` if one can be. (RFC 9110 section 8.3.1)
pub(crate) fn why_no_media_type(name: &str) -> Option<&'static str> {
    let essence = name.split(';').next().unwrap_or("").trim_end();
    let is_type = (essence.split_once('/'))
        .is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    if !is_type {
        Some("not a media type")
    } else if name.contains(char::is_control) {
        Some("control characters in a media type")
    } else if name.contains("${") {
        Some("`${` in a media type would begin a template")
    } else {
        None
    }
}

/// Is every brace that opens closed before the next one opens?
fn has_pairs_of_braces(path: &str) -> bool {
    let mut is_open = false;
    for brace in path.chars().filter(|one| ['{', '}'].contains(one)) {
        if is_open == (brace == '{') {
            return false;
        }
        is_open = !is_open;
    }
    !is_open
}
