//! The members of a HAR 1.2 file that are read. Everything else may be there, and is passed over.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::model::EntryFacts;

/// The most entries that are read.
const ENTRY_LIMIT: usize = 500_000;

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    pub(super) log: LogFormat<'a>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct LogFormat<'a> {
    #[serde(default)]
    pub(super) creator: Option<Creator>,
    #[serde(borrow)]
    pub(super) entries: Entries<'a>,
    #[serde(borrow, default, rename = "_probity")]
    pub(super) facts: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Creator {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) version: String,
}

/// The version of what we wrote, before the rest of it is read.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Format {
    pub(super) format: String,
}

/// Entries that were found and not yet read.
pub(super) struct Entries<'a>(pub(super) Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counted;
        impl<'de> Visitor<'de> for Counted {
            type Value = Vec<&'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of entries")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = list.next_element()? {
                    if entries.len() == ENTRY_LIMIT {
                        let message = format!("more than {ENTRY_LIMIT} entries");
                        return Err(A::Error::custom(message));
                    }
                    entries.push(entry);
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_seq(Counted).map(Entries)
    }
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct EntryFormat {
    #[serde(default, rename = "startedDateTime")]
    pub(super) started: String,
    pub(super) request: RequestFormat,
    pub(super) response: ResponseFormat,
    /// Chromium: the answer came from a cache, which one.
    #[serde(default, rename = "_fromCache")]
    pub(super) from_cache: Option<String>,
    #[serde(default, rename = "_fetchedViaServiceWorker")]
    pub(super) from_service_worker: bool,
    #[serde(default, rename = "_probity")]
    pub(super) facts: Option<Box<EntryFacts>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct RequestFormat {
    pub(super) method: String,
    pub(super) url: String,
    #[serde(default)]
    pub(super) headers: Vec<HeaderFormat>,
    #[serde(default, rename = "postData")]
    pub(super) body: Option<BodyFormat>,
    #[serde(default, rename = "bodySize")]
    pub(super) body_size: Option<f64>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ResponseFormat {
    pub(super) status: u16,
    #[serde(default, rename = "statusText")]
    pub(super) reason: Option<String>,
    #[serde(default, rename = "httpVersion")]
    pub(super) version: Option<String>,
    #[serde(default)]
    pub(super) headers: Vec<HeaderFormat>,
    #[serde(default)]
    pub(super) content: BodyFormat,
    /// Chromium: why there was no answer.
    #[serde(default, rename = "_error")]
    pub(super) error: Option<String>,
    #[serde(default, rename = "_trailing")]
    pub(super) trailing: Option<BodyFormat>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct HeaderFormat {
    pub(super) name: String,
    pub(super) value: String,
    #[serde(default, rename = "_base64")]
    pub(super) octets: Option<String>,
}

/// `content` of an answer, or `postData` of a request.
#[derive(Default, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct BodyFormat {
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) encoding: Option<String>,
    /// Some tools write -1, some a fraction.
    #[serde(default)]
    pub(super) size: Option<f64>,
    #[serde(default, rename = "_sha256")]
    pub(super) digest: Option<String>,
}
