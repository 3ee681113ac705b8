//! Attribute values as XML 1.0 section 3.3.3 normalises them: a tab or the end of a line that is written as such is a space,
//! one that is written as a reference stays. The reader of documents gives both alike.

/// The attributes of a start tag as they are written.
pub(super) struct Written<'t> {
    /// Names and values, without the quotes.
    all: Vec<(&'t str, &'t str)>,
}

impl<'t> Written<'t> {
    /// Those of a tag. One pass, whatever is in it.
    pub(super) fn of(tag: &'t str) -> Written<'t> {
        let mut all = Vec::new();
        let mut rest = tag;
        // Neither a name nor what is between values has a quote in it.
        while let Some(open) = rest.find(['"', '\'']) {
            let (before, inside) = (&rest[..open], &rest[open + 1..]);
            let Some(end) = inside.find(&rest[open..=open]) else {
                break;
            };
            let name = before.trim_end().strip_suffix('=').unwrap_or(before);
            let name = name.trim_end().rsplit([' ', '\t', '\n', '\r']).next();
            all.push((name.unwrap_or_default(), &inside[..end]));
            rest = &inside[end + 1..];
        }
        Written { all }
    }

    /// The value of an attribute: normalised, if it is written there. One that a document type adds is not.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        let (_, written) = self.all.iter().find(|(known, _)| *known == name)?;
        resolved(written)
    }
}

/// Is there anything to normalise in a value as the reader gave it?
pub(super) fn is_affected(value: &str) -> bool {
    value.contains(['\t', '\n', '\r'])
}

/// The value: spaces for what separates lines and columns, characters for references. `None` for a reference to anything but
/// a character.
fn resolved(written: &str) -> Option<String> {
    let mut value = String::with_capacity(written.len());
    let mut characters = written.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                // Two characters, one end of a line (section 2.11).
                characters.next_if_eq(&'\n');
                value.push(' ');
            }
            '\t' | '\n' => value.push(' '),
            '&' => {
                let name: String = characters
                    .by_ref()
                    .take_while(|next| *next != ';')
                    .collect();
                value.push(referenced(&name)?);
            }
            other => value.push(other),
        }
    }
    Some(value)
}

fn referenced(name: &str) -> Option<char> {
    let number = match name {
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "amp" => return Some('&'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        number => number.strip_prefix('#')?,
    };
    let code = match number.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests {
    use crate::xml::document::Document;
    use proptest::prelude::*;

    fn value(text: &str) -> String {
        let document = Document::parse_text(text).unwrap();
        let attribute = document.attributes(document.element()).last().unwrap();
        document.node(attribute).text.clone()
    }

    #[test]
    fn what_is_written_is_a_space_and_what_is_a_reference_stays() {
        for (written, expected) in [
            ("<a b='x\ny'/>", "x y"),
            ("<a b='x\r\n\ty'/>", "x  y"),
            ("<a b='x&#10;y'/>", "x\ny"),
            ("<a b='&#x9;&lt;\n&amp;&#10;'/>", "\t< &\n"),
            (
                "<a xmlns:p='u'\n c = \"b='&#10;'>\"\r\n p:b\n=\n'\n'/>",
                " ",
            ),
            ("<a xb='\n' b='\t&#9;'/>", " \t"),
            ("<ä ö='é\nü'/>", "é ü"),
        ] {
            assert_eq!(value(written), expected, "{written:?}");
        }
    }

    proptest! {
        #[test]
        fn any_value_has_no_end_of_a_line_that_is_not_a_reference(
            text in "([a-zä\t\n\r \"=>/]|&#10;|&#x9;|&lt;|&amp;|b=){0,12}",
        ) {
            let document = format!("<a c='\n' b='{text}'/>");
            let lines = text.matches("&#10;").count();
            let tabs = text.matches("&#x9;").count();
            let value = value(&document);
            prop_assert_eq!(value.matches('\n').count(), lines);
            prop_assert_eq!(value.matches('\t').count(), tabs);
            prop_assert!(!value.contains('\r'));
        }
    }
}
