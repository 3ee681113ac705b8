//! A text that holds no secret.

use std::borrow::{Borrow, Cow};
use std::cell::Cell;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};

/// What is shown instead of a text that may have a credential which the target sent and which cannot be taken out.
pub(super) const WITHHELD: &str = "[withheld: may have a credential that the target sent]";

/// A text that may be written: a [`Redactor`](super::Redactor) has taken the secrets out of it, it is a word of the
/// program itself, or it was read from a report. Cloning is cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct Redacted(Arc<str>);

/// What is serialized of a redacted text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Text,
    Blanks,
    Withheld,
}

thread_local! {
    static SHOWN: Cell<Shown> = const { Cell::new(Shown::Text) };
}

/// Whatever `work` serializes has blanks instead of the letters and digits of redacted texts. What remains are words of
/// the program and of the suite, and what a format makes of punctuation.
pub fn blanked<T>(work: impl FnOnce() -> T) -> T {
    SHOWN.set(Shown::Blanks);
    let done = work();
    SHOWN.set(Shown::Text);
    done
}

/// The same value with [`blanked`] texts.
pub fn blank<T: Serialize + DeserializeOwned>(value: &T) -> Option<T> {
    let value = blanked(|| serde_json::to_value(value)).ok()?;
    serde_json::from_value(value).ok()
}

/// The same value with none of the redacted texts.
pub(super) fn withheld<T: Serialize + DeserializeOwned>(value: &T) -> Option<T> {
    SHOWN.set(Shown::Withheld);
    let value = serde_json::to_value(value);
    SHOWN.set(Shown::Text);
    serde_json::from_value(value.ok()?).ok()
}

impl Serialize for Redacted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match SHOWN.get() {
            Shown::Text => serializer.serialize_str(&self.0),
            Shown::Blanks => serializer.serialize_str(&self.0.replace(char::is_alphanumeric, " ")),
            Shown::Withheld if self.0.is_empty() => serializer.serialize_str(""),
            Shown::Withheld => serializer.serialize_str(WITHHELD),
        }
    }
}

impl Redacted {
    pub(super) fn new(text: &str) -> Redacted {
        if text.is_empty() {
            return Redacted::default();
        }
        Redacted(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The beginning of the text: at most so many bytes, and no half character.
    #[must_use]
    pub fn cut_to(&self, bytes: usize) -> Redacted {
        match self.0.floor_char_boundary(bytes) {
            end if end < self.0.len() => Redacted::new(&self.0[..end]),
            _ => self.clone(),
        }
    }

    /// At most so many characters, with `…` where the text was cut.
    #[must_use]
    pub fn excerpt(&self, characters: usize) -> Redacted {
        match self.0.char_indices().nth(characters) {
            None => self.clone(),
            Some((at, _)) => Redacted::new(&format!("{}…", &self.0[..at])),
        }
    }
}

impl Default for Redacted {
    fn default() -> Redacted {
        // Most reasons are empty: they share one allocation.
        static EMPTY: LazyLock<Arc<str>> = LazyLock::new(|| "".into());
        Redacted(Arc::clone(&EMPTY))
    }
}

/// Words of the program hold no secret.
#[cfg(not(test))]
impl From<&'static str> for Redacted {
    fn from(words: &'static str) -> Redacted {
        Redacted::new(words)
    }
}

/// Unit tests make reports without a redactor.
#[cfg(test)]
impl From<&str> for Redacted {
    fn from(text: &str) -> Redacted {
        Redacted::new(text)
    }
}

/// Unit tests make reports without a redactor.
#[cfg(test)]
impl From<String> for Redacted {
    fn from(text: String) -> Redacted {
        Redacted::new(&text)
    }
}

impl From<Redacted> for String {
    fn from(text: Redacted) -> String {
        text.0.as_ref().to_owned()
    }
}

impl<'t> From<&'t Redacted> for Cow<'t, str> {
    fn from(text: &'t Redacted) -> Cow<'t, str> {
        Cow::Borrowed(&text.0)
    }
}

impl Deref for Redacted {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Redacted {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Redacted {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Redacted {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other
    }
}

impl PartialEq<&str> for Redacted {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == **other
    }
}

impl PartialEq<String> for Redacted {
    fn eq(&self, other: &String) -> bool {
        *self.0 == **other
    }
}

impl PartialEq<Redacted> for &str {
    fn eq(&self, other: &Redacted) -> bool {
        **self == *other.0
    }
}

impl From<Redacted> for serde_json::Value {
    fn from(text: Redacted) -> serde_json::Value {
        serde_json::Value::String(text.into())
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl JsonSchema for Redacted {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_text_has_only_its_punctuation() {
        let texts = vec![Redacted::from("aé: \"1\" & <b>"), Redacted::default()];
        let blank = blank(&texts).unwrap();
        assert_eq!(blank, ["  : \" \" & < >", ""]);
        assert_eq!(serde_json::to_string(&texts[1..]).unwrap(), r#"[""]"#);
        assert_eq!(serde_json::to_string("a").unwrap(), r#""a""#);
    }

    #[test]
    fn a_cut_text_ends_at_a_character() {
        let text = Redacted::from("aé字");
        assert_eq!(text.cut_to(2), "a");
        assert_eq!(text.cut_to(3), "aé");
        assert_eq!(text.cut_to(99), "aé字");
        assert_eq!(text.excerpt(2), "aé…");
        assert_eq!(text.excerpt(3), "aé字");
    }
}
