//! Every text in a JSON document with the name of its member, in the order of the document: a member that is there twice is
//! seen twice, while a [`serde_json::Value`] keeps the last one only.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Calls back with the name and text of each member; texts in a list have the name of the list. False if it is no JSON: what
/// came before that was seen.
pub(super) fn each_text(json: &[u8], mut see: impl FnMut(&str, &str)) -> bool {
    // RFC 8259 section 8.1 lets a parser ignore a byte order mark.
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let mut document = serde_json::Deserializer::from_slice(json);
    let texts = Texts {
        name: "",
        see: &mut see,
    };
    texts.deserialize(&mut document).is_ok() && document.end().is_ok()
}

struct Texts<'n, 's> {
    name: &'n str,
    see: &'s mut dyn FnMut(&str, &str),
}

impl<'de> DeserializeSeed<'de> for Texts<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        (self.see)(self.name, text);
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        loop {
            let texts = Texts {
                name: self.name,
                see: &mut *self.see,
            };
            if items.next_element_seed(texts)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            members.next_value_seed(Texts {
                name: &name,
                see: &mut *self.see,
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(json: &str) -> (Vec<String>, bool) {
        let mut seen = Vec::new();
        let is_json = each_text(json.as_bytes(), |name, text| {
            seen.push(format!("{name}={text}"));
        });
        (seen, is_json)
    }

    #[test]
    fn a_member_that_is_there_twice_is_seen_twice() {
        let (texts, is_json) =
            seen(r#"{"pin":"a1","p\u0069n":"b2","n":[1,null,true,0.5,"c3",{"x":"d4"}]}"#);
        assert_eq!(texts, ["pin=a1", "pin=b2", "n=c3", "x=d4"]);
        assert!(is_json);
    }

    #[test]
    fn a_mark_is_no_part_of_it_and_other_texts_are_none() {
        assert_eq!(
            seen("\u{feff}{\"a\":\"b\"}"),
            (vec!["a=b".to_owned()], true)
        );
        assert!(!seen("a=b").1);
        assert!(!seen("{\"a\":\"b\"} x").1);
        assert!(!seen(&"[".repeat(100_000)).1);
    }
}
