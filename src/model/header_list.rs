//! Header fields whose value is a list: the same elements on one line or on several are one value.

/// Fields of answers that are comma-separated lists by their definition, with elements in which a comma is quoted:
/// RFC 9110 (`Allow`, `Vary` and others), RFC 9111 (`Cache-Control`), the Fetch standard (`Access-Control-...`), and
/// structured fields that are lists or dictionaries (RFC 9651).
const LISTS: &[&str] = &[
    "accept",
    "accept-ch",
    "accept-encoding",
    "accept-language",
    "accept-patch",
    "accept-post",
    "accept-ranges",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-expose-headers",
    "allow",
    "alt-svc",
    "cache-control",
    "cache-status",
    "cdn-cache-control",
    "clear-site-data",
    "connection",
    "content-digest",
    "content-encoding",
    "content-language",
    "link",
    "pragma",
    "preference-applied",
    "priority",
    "proxy-status",
    "repr-digest",
    "server-timing",
    "timing-allow-origin",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
];

/// Is the value of this field a list of elements with commas between them (RFC 9110 section 5.6.1)?
pub fn is_list_of_elements(name: &str) -> bool {
    LISTS.iter().any(|list| list.eq_ignore_ascii_case(name))
}
