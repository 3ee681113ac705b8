//! What an import wrote, so that the next one changes only what changed and nothing that was edited.

use std::collections::BTreeMap;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::import::change::Outlines;
use crate::import::json_text;
use crate::json::Digest;

/// Its place in the suite.
pub const LOCK: &str = ".probity/import.json";

/// The format of the file.
const FORMAT: &str = "probity-import/2";

/// The one before, without entries, parameters, bodies and schemas.
const OLDER: &str = "probity-import/1";

/// What an import wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    format: String,
    /// The digests of the files as they were written.
    files: BTreeMap<String, Digest>,
    /// The digests of what is in them, by entry.
    #[serde(default)]
    entries: BTreeMap<String, BTreeMap<String, String>>,
    /// What the document described.
    #[serde(flatten)]
    pub outlines: Outlines,
}

/// What to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Write it: it is new.
    Write,
    /// Write it over the old one, which nobody edited.
    Replace,
    /// Write it beside the old one, which somebody edited or removed.
    Beside,
    /// Delete the old one, which nobody edited: the document has nothing for it any more.
    Delete,
    /// Leave the old one, which somebody edited, although the document has nothing for it any more.
    Left,
    /// Nothing changed.
    Keep,
}

impl Lock {
    /// The lock of files that are written.
    pub fn new(
        files: &[(String, String)],
        entries: BTreeMap<String, BTreeMap<String, String>>,
        outlines: Outlines,
    ) -> Lock {
        let files = files
            .iter()
            .map(|(name, text)| (name.clone(), digest_of(text)));
        Lock {
            format: FORMAT.into(),
            files: files.collect(),
            entries,
            outlines,
        }
    }

    /// Reads a lock.
    ///
    /// # Errors
    ///
    /// Why it is none.
    pub fn read(text: &str) -> Result<Lock, String> {
        let lock: Lock = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if lock.format != FORMAT && lock.format != OLDER {
            return Err(format!("expected the format `{FORMAT}`"));
        }
        let is_outside = |name: &&String| {
            let folders = ["cases/", "schemas/", "targets/"];
            let is_known =
                folders.iter().any(|folder| name.starts_with(folder)) || *name == "probity.yaml";
            !is_known || name.contains('\\') || name.split('/').any(|part| part == "..")
        };
        match lock.files.keys().find(is_outside) {
            Some(name) => Err(format!("`{name}` is not a file of a suite")),
            None => Ok(lock),
        }
    }

    /// Is it of a version that recorded less?
    pub fn is_older(&self) -> bool {
        self.format == OLDER
    }

    /// The digests of what is in a file, by entry.
    pub fn entries(&self, name: &str) -> Option<&BTreeMap<String, String>> {
        self.entries.get(name)
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        json_text::text(&serde_json::to_value(self).unwrap_or_default())
    }

    /// The files that were written.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// What to do with a file: `existing` is its text now, `new` what would be written.
    pub fn action(&self, name: &str, existing: Option<&str>, new: Option<&str>) -> Action {
        let written = self.files.get(name).copied();
        match (existing, new) {
            (Some(existing), Some(new)) if existing == new => Action::Keep,
            (_, Some(new)) if written == Some(digest_of(new)) => Action::Keep,
            (Some(existing), Some(_)) if written == Some(digest_of(existing)) => Action::Replace,
            (None, Some(_)) if written.is_none() => Action::Write,
            (_, Some(_)) => Action::Beside,
            (Some(existing), None) if written == Some(digest_of(existing)) => Action::Delete,
            (Some(_), None) => Action::Left,
            (None, None) => Action::Keep,
        }
    }
}

/// The digest of a text.
pub(crate) fn digest_of(text: &str) -> Digest {
    let digest = digest(&SHA256, text.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest.as_ref()[..8]);
    Digest::new(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_edited_is_never_replaced() {
        let lock = Lock::new(
            &[("cases/a.yaml".into(), "old".into())],
            BTreeMap::new(),
            Outlines::default(),
        );
        let action = |existing, new| lock.action("cases/a.yaml", existing, new);
        for (existing, new, expected) in [
            (Some("old"), Some("old"), Action::Keep),
            (Some("old"), Some("new"), Action::Replace),
            (Some("edited"), Some("old"), Action::Keep),
            (Some("edited"), Some("new"), Action::Beside),
            (Some("new"), Some("new"), Action::Keep),
            (None, Some("old"), Action::Keep),
            (None, Some("new"), Action::Beside),
            (Some("old"), None, Action::Delete),
            (Some("edited"), None, Action::Left),
            (None, None, Action::Keep),
        ] {
            assert_eq!(action(existing, new), expected, "{existing:?} {new:?}");
        }
        assert_eq!(
            lock.action("cases/b.yaml", None, Some("new")),
            Action::Write
        );
        assert_eq!(
            lock.action("cases/b.yaml", Some("own"), Some("new")),
            Action::Beside
        );
    }

    #[test]
    fn a_lock_names_files_of_the_suite_only() {
        let lock = Lock::new(
            &[("cases/a.yaml".into(), "old".into())],
            BTreeMap::new(),
            Outlines::default(),
        );
        assert_eq!(Lock::read(&lock.text()), Ok(lock.clone()));
        for name in [
            "/etc/passwd",
            "../a",
            "cases/../../a",
            "src/main.rs",
            "cases\\a",
        ] {
            let bad = lock
                .text()
                .replace("cases/a.yaml", &name.replace('\\', "\\\\"));
            assert!(Lock::read(&bad).is_err(), "{name}");
        }
        assert!(Lock::read("{}").is_err());
        assert!(Lock::read(&lock.text().replace("import/2", "import/9")).is_err());
    }
}
