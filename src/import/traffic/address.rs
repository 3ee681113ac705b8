//! URLs of calls: the service, the path and the query.

use crate::import::traffic::body::{decoded, is_name};
use crate::import::traffic::credential::is_opaque;
use crate::import::traffic::marked::{self, Filling, Piece};
use crate::text::uuid::is_uuid;

/// A URL, taken apart. All texts are marked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Address {
    /// `https://api.example:8443`, or the places that it is made of.
    pub(crate) origin: String,
    /// `user:password`, decoded.
    pub(crate) user_info: Option<String>,
    /// The path as it is sent.
    pub(crate) path: String,
    /// The parameters of the query, decoded.
    pub(crate) query: Vec<(String, String)>,
    /// The query as it is sent, if it is not made of parameters.
    pub(crate) raw_query: Option<String>,
}

/// Takes a URL apart. `None` if it has no host.
pub(crate) fn read(url: &str) -> Option<Address> {
    let url = url.trim();
    let url = url.split('#').next().unwrap_or_default();
    let (before_query, query) = match url.split_once('?') {
        Some((before, query)) => (before, Some(query)),
        None => (url, None),
    };
    let (origin, path) = match before_query.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = split_path(rest);
            (format!("{scheme}://{authority}"), path)
        }
        None => {
            let (authority, path) = split_path(before_query);
            (authority.to_owned(), path)
        }
    };
    let (scheme, authority) = match origin.split_once("://") {
        Some((scheme, authority)) => (Some(scheme), authority),
        None => (None, origin.as_str()),
    };
    let (user_info, host) = match authority.rsplit_once('@') {
        Some((user_info, host)) => (Some(decoded(user_info, false)?), host),
        None => (None, authority),
    };
    if host.is_empty() || host.contains(char::is_whitespace) || host.contains(['"', '<', '>', '\\'])
    {
        return None;
    }
    let is_http = |scheme: &str| {
        ["http", "https"]
            .iter()
            .any(|one| scheme.eq_ignore_ascii_case(one))
    };
    let origin = match scheme {
        Some(scheme) if !is_http(scheme) && !marked::has_filling(scheme) => return None,
        Some(scheme) => format!("{scheme}://{host}"),
        None if marked::has_filling(host) && host.starts_with('\u{fdd0}') => host.to_owned(),
        None => format!("http://{host}"),
    };
    let (query, raw_query) = match query.map(|query| (pairs(query), query)) {
        None | Some((_, "")) => (Vec::new(), None),
        Some((Some(pairs), _)) => (pairs, None),
        Some((None, raw)) => (Vec::new(), Some(raw.to_owned())),
    };
    let path = if path.is_empty() { "/" } else { path };
    Some(Address {
        origin,
        user_info,
        path: without_breaks(path),
        query,
        raw_query: raw_query.map(|query| without_breaks(&query)),
    })
}

/// No request line contains line breaks: they are sent encoded.
fn without_breaks(text: &str) -> String {
    text.replace('\n', "%0A")
        .replace('\r', "%0D")
        .replace('\0', "%00")
}

/// Splits before the first slash that is not in a place.
fn split_path(text: &str) -> (&str, &str) {
    text.find('/').map_or((text, ""), |at| text.split_at(at))
}

/// The parameters, if all of the query is made of them.
fn pairs(query: &str) -> Option<Vec<(String, String)>> {
    let pairs = query.split('&').map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let name = decoded(name, true)?;
        is_name(&name).then_some((name, decoded(value, true)?))
    });
    pairs.collect()
}

/// What a segment of a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// A name of the API.
    Name,
    /// The id of something.
    Id,
    /// A secret.
    Secret,
}

/// What a segment of a path looks like.
pub(crate) fn segment(text: &str) -> Segment {
    let only_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_hex = text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if only_digits
        || is_hex && text.bytes().any(|byte| byte.is_ascii_digit())
        || is_uuid(text.as_bytes())
    {
        return Segment::Id;
    }
    if is_opaque(text) || super::credential::is_secret_value(text) {
        return Segment::Secret;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if text.len() >= 10 && digits >= 4 && digits * 3 >= text.len() {
        return Segment::Id;
    }
    Segment::Name
}

/// The words that a person uses for a place in a path.
pub(crate) fn place_name(text: &str) -> Option<String> {
    let pieces = marked::pieces(text);
    pieces.iter().find_map(|piece| match piece {
        Piece::Filled(Filling::Variable(name)) => Some(name.clone()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        for (url, origin, path, query) in [
            (
                "https://a.example/b/c?d=e%20f&g=",
                "https://a.example",
                "/b/c",
                vec![("d", "e f"), ("g", "")],
            ),
            (
                "http://127.0.0.1:8080",
                "http://127.0.0.1:8080",
                "/",
                vec![],
            ),
            ("a.example/b#c", "http://a.example", "/b", vec![]),
        ] {
            let found = read(url).unwrap();
            assert_eq!((found.origin.as_str(), found.path.as_str()), (origin, path));
            let pairs = found
                .query
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()));
            assert_eq!(pairs.collect::<Vec<_>>(), query, "{url}");
        }
        let found = read("https://ada:pw%3a1@a.example/x?flag").unwrap();
        assert_eq!(found.user_info.as_deref(), Some("ada:pw:1"));
        assert_eq!(found.raw_query.as_deref(), Some("flag"));
        let base = marked::variable("base");
        let found = read(&format!("{base}/pets/{}", marked::variable("id"))).unwrap();
        assert_eq!(found.origin, base);
        for wrong in ["", "https://", "/a", "http://a b/", "ws://a.example/"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ids_look_like_ids() {
        for id in [
            "4",
            "047dd774-f1c4-40f2-82f0-278de79f9b83",
            "507f1f77bcf86cd799439011",
            "2026-11-29-0004",
        ] {
            assert_eq!(segment(id), Segment::Id, "{id}");
        }
        for name in [
            "documents",
            "v1",
            "api",
            "oauth2",
            "feed.xml",
            "deadbeefdeadbeef",
        ] {
            assert_eq!(segment(name), Segment::Name, "{name}");
        }
        assert_eq!(segment("T0aXb29KcqPz81LmRrWq"), Segment::Secret);
    }
}
