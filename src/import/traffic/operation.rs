//! Operations: paths in which what varies has no value.

use crate::import::traffic::marked;

/// The path with `{}` for what varies.
pub(crate) fn template(path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        if marked::has_filling(segment) {
            "{}"
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The same for people: `/documents/{id}`.
pub(crate) fn shown(path: &str) -> String {
    template(path).replace("{}", "{id}")
}
