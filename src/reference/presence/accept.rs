//! Whether an Accept field takes application/json: RFC 9110 section 12.5.1.

use axum::http::{HeaderMap, header};

/// Whether the fields take JSON; `None` if there is no such field.
pub(crate) fn takes_json(headers: &HeaderMap) -> Option<bool> {
    let fields: Vec<_> = headers.get_all(header::ACCEPT).iter().collect();
    if fields.is_empty() {
        return None;
    }
    let ranges = fields
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(','));
    // The most specific range that matches decides, not the first.
    let decisive = ranges
        .filter_map(json_range)
        .max_by_key(|(precision, _)| *precision);
    Some(decisive.is_some_and(|(_, is_wanted)| is_wanted))
}

/// How precisely a media range matches JSON, and whether it wants it.
fn json_range(range: &str) -> Option<(u8, bool)> {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next()?.to_ascii_lowercase();
    let precision = match media.as_str() {
        "application/json" => 2,
        "application/*" => 1,
        "*/*" => 0,
        _ => return None,
    };
    let weight = parts.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    let is_wanted = weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|q| q > 0.0));
    Some((precision, is_wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(field: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, field.parse().unwrap());
        takes_json(&headers).unwrap()
    }

    #[test]
    fn json_is_taken_by_name_by_type_and_by_anything() {
        for field in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "text/html, application/*;q=0.1",
            "*/*",
        ] {
            assert!(takes(field), "{field}");
        }
    }

    #[test]
    fn json_is_excluded_by_other_types_and_by_weight_zero() {
        for field in [
            "text/html",
            "application/xml, text/*",
            "*/*, application/json;q=0",
            "",
        ] {
            assert!(!takes(field), "{field}");
        }
    }
}
