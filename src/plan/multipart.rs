//! Multipart bodies (RFC 2046 section 5.1, RFC 7578): the parts with every value filled in, between boundaries.

use std::sync::Arc;

use crate::model::{
    BodyPart, PartContent, Piece, Scope, Template, Unresolved, WrittenBody, WrittenPart,
    hexadecimal,
};
use crate::plan::bytes::{decoded, json};

/// Pieces, how they are written, and the `Content-Type`.
pub(super) type Multipart = (Vec<Piece>, WrittenBody, Option<String>);

pub(super) fn multipart(
    parts: &[BodyPart],
    scope: Scope<'_>,
    media_type: Option<&str>,
) -> Result<Multipart, Unresolved> {
    let parts: Vec<WrittenPart> = parts
        .iter()
        .map(|part| written_part(part, scope))
        .collect::<Result<_, _>>()?;
    let given = media_type.and_then(boundary_of);
    let boundary = match given {
        Some(boundary) if is_boundary(&boundary) => boundary,
        Some(boundary) => {
            let fault = format!("`{}` cannot be a boundary", boundary.escape_debug());
            return Err(Unresolved::Unfit(fault));
        }
        None => own_boundary(&parts),
    };
    if let Some(part) = parts.iter().find(|part| holds(part, &boundary)) {
        let name = part.name.as_deref().unwrap_or("without a name");
        let fault = format!("the part `{name}` contains the boundary `{boundary}`");
        return Err(Unresolved::Unfit(fault));
    }
    let mut pieces = Vec::with_capacity(parts.len() * 2 + 1);
    let mut text = String::new();
    for part in &parts {
        text.extend(["--", &boundary, "\r\n"]);
        for (name, value) in &part.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        text.push_str("\r\n");
        pieces.push(Piece::Bytes(std::mem::take(&mut text).into_bytes().into()));
        pieces.push(Piece::Bytes(Arc::clone(&part.content)));
        text.push_str("\r\n");
    }
    text.extend(["--", &boundary, "--\r\n"]);
    pieces.push(Piece::Bytes(text.into_bytes().into()));
    let media_type = match media_type {
        Some(_) if boundary_of(media_type.unwrap_or_default()).is_some() => None,
        Some(given) => Some(format!("{given}; boundary={boundary}")),
        None => Some(format!("multipart/form-data; boundary={boundary}")),
    };
    Ok((pieces, WrittenBody::Multipart(boundary, parts), media_type))
}

fn written_part(part: &BodyPart, scope: Scope<'_>) -> Result<WrittenPart, Unresolved> {
    let text = |template: &Option<Template>| {
        let text = template.as_ref().map(|template| template.render(scope));
        text.transpose()
    };
    let (name, mut filename) = (text(&part.name)?, text(&part.filename)?);
    let mut media_type = text(&part.media_type)?;
    let mut file = None;
    let content = match &part.content {
        PartContent::Text(text) => text.render(scope)?.into_bytes().into(),
        PartContent::Json(draft) => {
            media_type.get_or_insert_with(|| "application/json".to_owned());
            json(draft, scope)?
        }
        PartContent::Bytes(bytes) => decoded(bytes, scope)?,
        PartContent::File(own) => {
            let last = own.name.rsplit('/').next().unwrap_or_default();
            filename.get_or_insert_with(|| last.to_owned());
            media_type.get_or_insert_with(|| "application/octet-stream".to_owned());
            file = Some(own.path.clone());
            Arc::clone(&own.bytes)
        }
    };
    let mut headers = Vec::new();
    let own: Vec<(String, String)> = part
        .headers
        .iter()
        .map(|(name, value)| Ok((name.clone(), value.render(scope)?)))
        .collect::<Result<_, Unresolved>>()?;
    let says = |wanted: &str| {
        own.iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    if name.is_some() && !says("content-disposition") {
        let mut value = "form-data".to_owned();
        for (parameter, text) in [("name", &name), ("filename", &filename)] {
            if let Some(text) = text {
                value.extend(["; ", parameter, "=\"", &escaped(text), "\""]);
            }
        }
        headers.push(("Content-Disposition".to_owned(), value));
    }
    if let Some(media_type) = media_type.as_ref().filter(|_| !says("content-type")) {
        headers.push(("Content-Type".to_owned(), media_type.clone()));
    }
    headers.extend(own);
    let unsendable = |value: &str| value.contains(['\r', '\n', '\0']);
    if let Some((field, _)) = headers.iter().find(|(_, value)| unsendable(value)) {
        let fault =
            format!("the value for the header `{field}` of a part contains a line break or NUL");
        return Err(Unresolved::Unfit(fault));
    }
    Ok(WrittenPart {
        name,
        filename,
        media_type,
        headers,
        content,
        file,
    })
}

/// A name or file name in quotes, as the HTML standard says (section 4.10.21.8): only what would end it is encoded.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("%22"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            '\0' => escaped.push_str("%00"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The boundary in a `Content-Type`.
fn boundary_of(media_type: &str) -> Option<String> {
    let mut parameters = media_type.split(';').skip(1);
    parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim();
        let unquoted = value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'));
        name.trim()
            .eq_ignore_ascii_case("boundary")
            .then(|| unquoted.unwrap_or(value).to_owned())
    })
}

/// RFC 2046 section 5.1.1.
fn is_boundary(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "'()+_,-./:=? ".contains(c);
    (1..=70).contains(&text.len()) && text.chars().all(is_allowed) && !text.ends_with(' ')
}

/// A boundary that no part contains. The same parts always get the same one, so that requests can be compared.
fn own_boundary(parts: &[WrittenPart]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut mix = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for part in parts {
        for (name, value) in &part.headers {
            mix(name.as_bytes());
            mix(value.as_bytes());
        }
        // The beginning is enough: what follows makes sure that no part contains the boundary.
        mix(&part.content[..part.content.len().min(1024)]);
    }
    loop {
        let boundary = format!("probity-{}", hexadecimal(&hash.to_be_bytes()));
        if !parts.iter().any(|part| holds(part, &boundary)) {
            return boundary;
        }
        hash = hash.wrapping_add(1);
    }
}

fn holds(part: &WrittenPart, boundary: &str) -> bool {
    let delimiter = format!("--{boundary}");
    let delimiter = delimiter.as_bytes();
    part.content
        .windows(delimiter.len())
        .any(|window| window == delimiter)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::model::SentBody;
    use crate::model::{Sources, Span};

    fn span() -> Span {
        let mut sources = Sources::default();
        let file = sources.add("cases.yaml", "");
        sources.whole(file)
    }

    fn text(text: &str) -> Template {
        Template::literal(text, span())
    }

    fn part(name: Option<&str>, filename: Option<&str>, content: &[u8]) -> BodyPart {
        BodyPart {
            name: name.map(text),
            filename: filename.map(text),
            media_type: None,
            headers: Vec::new(),
            content: PartContent::File(crate::model::BodyFile {
                name: "dir/own.bin".into(),
                path: "suite/dir/own.bin".into(),
                bytes: content.into(),
            }),
            span: span(),
        }
    }

    /// Builds a multipart body: its bytes and the `Content-Type`.
    fn built(
        parts: &[BodyPart],
        given: Option<&str>,
    ) -> Result<(Vec<u8>, Option<String>), Unresolved> {
        let empty = BTreeMap::new();
        let scope = Scope {
            fixtures: &empty,
            captures: &empty,
        };
        let (pieces, written, media_type) = multipart(parts, scope, given)?;
        let body = SentBody::new(pieces, written, crate::model::Framing::default());
        Ok((body.to_vec(), media_type))
    }

    /// A reader of multipart bodies that shares nothing with the writer: head and content of each part.
    fn parts_of(body: &[u8], boundary: &str) -> Option<Vec<(String, Vec<u8>)>> {
        let find =
            |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).position(|window| window == part);
        let first = format!("--{boundary}\r\n");
        let between = format!("\r\n--{boundary}");
        let mut rest = body.strip_prefix(first.as_bytes())?;
        let mut parts = Vec::new();
        loop {
            let end = find(rest, between.as_bytes())?;
            let one = &rest[..end];
            let head = find(one, b"\r\n\r\n")?;
            let text = String::from_utf8(one[..head].to_vec()).ok()?;
            parts.push((text, one[head + 4..].to_vec()));
            rest = &rest[end + between.len()..];
            if rest == b"--\r\n" {
                return Some(parts);
            }
            rest = rest.strip_prefix(b"\r\n")?;
        }
    }

    /// The value of a parameter of `Content-Disposition`, as a server undoes the encoding of browsers.
    fn parameter(head: &str, name: &str) -> Option<String> {
        let rest = head.split(&format!("; {name}=\"")).nth(1)?;
        let value = rest.split('"').next()?;
        let value = value.replace("%22", "\"").replace("%0D", "\r");
        Some(value.replace("%0A", "\n").replace("%00", "\0"))
    }

    #[test]
    fn a_boundary_is_in_no_part() {
        let (body, media_type) = built(&[part(Some("a"), None, b"x")], None).unwrap();
        let boundary = boundary_of(&media_type.unwrap()).unwrap();
        // A part with the boundary that it would get itself.
        let evil = format!("x\r\n--{boundary}--\r\n");
        let parts = [
            part(Some("a"), None, b"x"),
            part(Some("b"), None, evil.as_bytes()),
        ];
        let (with_evil, other) = built(&parts, None).unwrap();
        let other = boundary_of(&other.unwrap()).unwrap();
        assert_eq!(parts_of(&with_evil, &other).unwrap()[1].1, evil.as_bytes());
        assert_eq!(parts_of(&body, &boundary).unwrap().len(), 1);
        let given = format!("multipart/mixed; boundary=\"{boundary}\"");
        assert!(
            built(&parts, Some(&given))
                .unwrap_err()
                .to_string()
                .contains("contains the boundary")
        );
        for bad in ["", "a\"b", "a ", &"x".repeat(71)] {
            let given = format!("multipart/mixed; boundary=\"{bad}\"");
            assert!(built(&parts[..1], Some(&given)).is_err(), "{bad}");
        }
        let mixed = built(&parts[..1], Some("multipart/mixed"))
            .unwrap()
            .1
            .unwrap();
        assert!(
            mixed.starts_with("multipart/mixed; boundary=probity-"),
            "{mixed}"
        );
    }

    proptest! {
        #[test]
        fn parts_are_read_as_they_were_written(
            parts in prop::collection::vec(
                ("[^%]{1,12}", "[^%]{0,12}", prop::collection::vec(0_u8.., 0..60)),
                1..5,
            ),
        ) {
            let written: Vec<BodyPart> = parts
                .iter()
                .map(|(name, filename, content)| part(Some(name), Some(filename), content))
                .collect();
            let (body, media_type) = built(&written, None).unwrap();
            let boundary = boundary_of(&media_type.unwrap()).unwrap();
            let read = parts_of(&body, &boundary).unwrap();
            prop_assert_eq!(read.len(), parts.len());
            for ((head, content), (name, filename, wanted)) in read.iter().zip(&parts) {
                prop_assert_eq!(content, wanted);
                prop_assert_eq!(&parameter(head, "name").unwrap(), name);
                prop_assert_eq!(&parameter(head, "filename").unwrap(), filename);
                prop_assert!(head.lines().count() == 2, "{}", head);
            }
        }

        #[test]
        fn no_content_type_makes_it_panic(given in ".{0,60}") {
            let _ = built(&[part(None, None, b"x")], Some(&given));
            let _ = built(&[part(Some("a"), None, b"x")], Some(&format!("multipart/x; boundary={given}")));
        }
    }
}
