//! The body of a call.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::import::traffic::marked;
use crate::text::charset::Charset;
use crate::text::parameters::value_of;

/// A body as a case will write it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Body {
    /// None.
    #[default]
    None,
    /// JSON.
    Json(Value),
    /// A text.
    Text(String),
    /// The fields of a form, decoded.
    Form(Vec<(String, String)>),
    /// Parts.
    Multipart(Vec<Part>),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
}

/// A part of a multipart body.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Part {
    /// The name of the field.
    pub(crate) name: String,
    /// What it contains.
    pub(crate) content: PartContent,
    /// The file name.
    pub(crate) filename: Option<String>,
    /// The `Content-Type`.
    pub(crate) media_type: Option<String>,
}

/// What a part contains.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PartContent {
    /// A text.
    Text(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
}

impl PartContent {
    /// What these bytes are.
    pub(crate) fn of_bytes(bytes: &[u8]) -> PartContent {
        match std::str::from_utf8(bytes) {
            _ if Charset::of_utf_16(bytes).is_some() => PartContent::Bytes(bytes.to_vec()),
            Ok(text) => PartContent::Text(marked::literal(text)),
            Err(_) => PartContent::Bytes(bytes.to_vec()),
        }
    }
}

impl Default for PartContent {
    fn default() -> PartContent {
        PartContent::Text(String::new())
    }
}

impl Body {
    /// The body of these bytes, sent as this media type.
    pub(crate) fn of_bytes(bytes: &[u8], media_type: Option<&str>) -> Body {
        match std::str::from_utf8(bytes) {
            // ASCII characters in UTF-16 are UTF-8, too.
            _ if Charset::of_utf_16(bytes).is_some() => Body::Bytes(bytes.to_vec()),
            Ok(text) => Body::of_text(&marked::literal(text), media_type),
            Err(_) => Body::Bytes(bytes.to_vec()),
        }
    }

    /// The body of this text, sent as this media type.
    pub(crate) fn of_text(text: &str, media_type: Option<&str>) -> Body {
        if text.is_empty() {
            return Body::None;
        }
        let essence = media_type.unwrap_or_default();
        let essence = essence.split(';').next().unwrap_or_default().trim();
        let essence = essence.to_ascii_lowercase();
        if essence == FORM {
            return form(text).map_or_else(|| Body::Text(text.to_owned()), Body::Form);
        }
        let is_json = essence == "application/json" || essence.ends_with("+json");
        if is_json && let Some(value) = marked::json(text) {
            return Body::Json(value);
        }
        Body::Text(text.to_owned())
    }

    /// The same body as a case can write it: names of fields take no templates.
    pub(crate) fn writable(self) -> Body {
        match self {
            Body::Form(fields) if !fields.iter().all(|(name, _)| is_name(name)) => {
                let pairs = fields
                    .iter()
                    .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
                Body::Text(pairs.collect::<Vec<_>>().join("&"))
            }
            other => other,
        }
    }

    /// The media type that a case sends with it.
    pub(crate) fn implied_type(&self) -> Option<&'static str> {
        match self {
            Body::Json(_) => Some("application/json"),
            Body::Form(_) => Some(FORM),
            Body::Multipart(_) => Some("multipart/form-data"),
            Body::None | Body::Text(_) | Body::Bytes(_) => None,
        }
    }

    /// Every text in it.
    pub(crate) fn each_text(&mut self, change: &mut dyn FnMut(&str) -> String) {
        match self {
            Body::None | Body::Bytes(_) => {}
            Body::Json(value) => marked::map_json(value, change),
            Body::Text(text) => *text = change(text),
            Body::Form(fields) => {
                for (_, value) in fields {
                    *value = change(value);
                }
            }
            Body::Multipart(parts) => {
                for part in parts {
                    if let PartContent::Text(text) = &mut part.content {
                        *text = change(text);
                    }
                    part.filename = part.filename.as_deref().map(&mut *change);
                }
            }
        }
    }
}

/// The parts of a multipart body with this `Content-Type`.
pub(crate) fn multipart(bytes: &[u8], media_type: &str) -> Option<Vec<Part>> {
    if !media_type
        .trim_start()
        .to_ascii_lowercase()
        .starts_with("multipart/form-data")
    {
        return None;
    }
    let boundary = format!("--{}", value_of(media_type, "boundary")?);
    let mut parts = Vec::new();
    let mut rest = split(bytes, boundary.as_bytes())?.1;
    while !rest.starts_with(b"--") {
        let (part, after) = split(rest, format!("\r\n{boundary}").as_bytes())?;
        let (head, content) = split(part.strip_prefix(b"\r\n")?, b"\r\n\r\n")?;
        let head = std::str::from_utf8(head).ok()?;
        let field = |name: &str| {
            head.lines().find_map(|line| {
                let (field, value) = line.split_once(':')?;
                field
                    .trim()
                    .eq_ignore_ascii_case(name)
                    .then(|| value.trim().to_owned())
            })
        };
        let disposition = field("content-disposition")?;
        parts.push(Part {
            name: marked::literal(&value_of(&disposition, "name")?),
            content: PartContent::of_bytes(content),
            filename: value_of(&disposition, "filename").map(|name| marked::literal(&name)),
            media_type: field("content-type"),
        });
        rest = after;
    }
    Some(parts)
}

fn split<'b>(bytes: &'b [u8], at: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let start = bytes.windows(at.len()).position(|window| window == at)?;
    Some((&bytes[..start], &bytes[start + at.len()..]))
}

/// The media type of forms.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// Can it be the name of a field or parameter?
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains("${") && !marked::has_filling(name)
}

/// The fields of a form. `None` if it would not be sent again as it is written.
pub(crate) fn form(text: &str) -> Option<Vec<(String, String)>> {
    let fields = text.split('&').map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((decoded(name, true)?, decoded(value, true)?))
    });
    fields.collect()
}

/// A text without its percent-encoding. `None` if it has none that is right.
pub(crate) fn decoded(text: &str, is_form: bool) -> Option<String> {
    let is_escape = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_escape) {
        return None;
    }
    let text = if is_form {
        text.replace('+', " ")
    } else {
        text.to_owned()
    };
    // A place is never encoded: what was one before decoding still is.
    let decoded = percent_decode_str(&text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// A text as a part of a form or query, with places as they are.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for piece in marked::pieces(text) {
        match piece {
            marked::Piece::Filled(filling) => out.push_str(&marked::filled(&filling)),
            marked::Piece::Literal(text) => {
                for byte in text.bytes() {
                    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                        out.push(char::from(byte));
                    } else {
                        use std::fmt::Write as _;
                        // Writing to a text cannot fail.
                        let _ = write!(out, "%{byte:02X}");
                    }
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_is_what_its_media_type_says_if_it_is() {
        for (text, media_type, expected) in [
            ("", Some("application/json"), Body::None),
            (
                "{\"a\": 1}",
                Some("application/problem+json"),
                Body::Json(json!({ "a": 1 })),
            ),
            ("{a", Some("application/json"), Body::Text("{a".into())),
            (
                "a=b%20c&d=e+f",
                Some(FORM),
                Body::Form(vec![("a".into(), "b c".into()), ("d".into(), "e f".into())]),
            ),
            ("a&b", Some(FORM), Body::Text("a&b".into())),
            ("a=%zz", Some(FORM), Body::Text("a=%zz".into())),
            ("a=1", None, Body::Text("a=1".into())),
        ] {
            assert_eq!(Body::of_text(text, media_type), expected, "{text}");
        }
        let parts = multipart(
            b"--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b.txt\"\r\n\r\nc\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        );
        let part = &parts.unwrap()[0];
        assert_eq!(
            (part.name.as_str(), part.filename.as_deref()),
            ("a", Some("b.txt"))
        );
        assert_eq!(part.content, PartContent::Text("c".into()));
        assert_eq!(
            multipart(b"--x\r\n", "multipart/form-data; boundary=x"),
            None
        );
        assert_eq!(Body::of_bytes(&[0xff], None), Body::Bytes(vec![0xff]));
        let wide = Charset::Utf16Le.encode("{\"a\":\"b\"}").unwrap();
        let json = Some("application/json");
        assert_eq!(Body::of_bytes(&wide, json), Body::Bytes(wide));
    }
}
