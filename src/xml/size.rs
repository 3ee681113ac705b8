//! The size of a document before it is parsed: what would take quadratic time or much memory is refused.

/// The most attributes (and namespace declarations) of one element. Finding a duplicate compares each with each.
pub(crate) const ATTRIBUTES: usize = 256;

/// The most tags, comments and attributes of a document.
pub(crate) const PARTS: usize = 500_000;

/// Why a document is too large, and the byte offset where that is known.
///
/// This is no parser: it only knows where tags and quoted values begin and end, as well-formed XML writes them.
pub(crate) fn excess(text: &str) -> Option<(usize, String)> {
    let bytes = text.as_bytes();
    let (mut at, mut parts) = (0, 0);
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b'<') {
        let start = at + found;
        parts += 1;
        let rest = &bytes[start..];
        let until = |mark: &str, from: usize| {
            let rest = text.get(start + from..)?;
            Some(start + from + rest.find(mark)? + mark.len())
        };
        let end = if rest.starts_with(b"<!--") {
            until("-->", 4)
        } else if rest.starts_with(b"<![CDATA[") {
            until("]]>", 9)
        } else if rest.starts_with(b"<?") {
            until("?>", 2)
        } else if rest.starts_with(b"<!") {
            Some(start + 2)
        } else {
            let (length, values) = tag(rest);
            if values > ATTRIBUTES {
                let message = format!("an element has more than {ATTRIBUTES} attributes");
                return Some((start, message));
            }
            parts += values;
            Some(start + length)
        };
        if parts > PARTS {
            let message = format!("more than {PARTS} tags and attributes");
            return Some((start, message));
        }
        // Whatever is not closed is not well-formed: the parser finds that at once.
        at = end?;
    }
    None
}

/// The length of a tag, and how many quoted values are in it.
fn tag(bytes: &[u8]) -> (usize, usize) {
    let (mut values, mut quote) = (0, None);
    for (index, byte) in bytes.iter().enumerate().skip(1) {
        match (quote, *byte) {
            (None, b'"' | b'\'') => {
                values += 1;
                quote = Some(*byte);
                if values > ATTRIBUTES {
                    return (index, values);
                }
            }
            // A `<` is allowed neither in a tag nor in a value.
            (None, b'>') => return (index + 1, values),
            (_, b'<') => return (index, values),
            (Some(open), closing) if open == closing => quote = None,
            _ => {}
        }
    }
    (bytes.len(), values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(count: usize) -> String {
        let each = (0..count).map(|number| format!(" a{number}='>\"'"));
        format!("<a{}/>", each.collect::<String>())
    }

    #[test]
    fn attributes_of_one_element_are_counted() {
        assert_eq!(excess(&attributes(ATTRIBUTES)), None);
        let many = format!("<b>{}</b>", attributes(ATTRIBUTES + 1));
        assert_eq!(
            excess(&many),
            Some((3, "an element has more than 256 attributes".to_owned()))
        );
        assert_eq!(excess(&attributes(200).repeat(100)), None);
    }

    #[test]
    fn what_is_no_tag_has_no_attributes() {
        let quotes = "\"'".repeat(1000);
        for text in [
            format!("<a><!--{quotes}--></a>"),
            format!("<a><![CDATA[{quotes}]]></a>"),
            format!("<?a {quotes}?><a/>"),
            format!("<a>{quotes}</a>"),
        ] {
            assert_eq!(excess(&text), None, "{text}");
        }
    }

    #[test]
    fn parts_are_counted() {
        assert_eq!(excess(&"<a>".repeat(PARTS)), None);
        assert!(excess(&"<a>".repeat(PARTS + 1)).is_some());
        assert!(excess(&"<a b=''>".repeat(PARTS / 2 + 1)).is_some());
    }
}
