//! The members of a HAR 1.2 file that are read. All others are ignored.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::model::EntryFacts;

/// The most entries that are read.
const ENTRY_LIMIT: usize = 500_000;

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(crate) struct Envelope<'a> {
    #[serde(borrow)]
    pub(crate) log: LogFormat<'a>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(crate) struct LogFormat<'a> {
    #[serde(default)]
    pub(crate) creator: Option<Creator>,
    #[serde(borrow)]
    pub(crate) entries: Entries<'a>,
    #[serde(borrow, default, rename = "_probity")]
    pub(crate) facts: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(crate) struct Creator {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) version: String,
}

/// The format of a recording, which is read before the rest of it.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(crate) struct Format {
    pub(crate) format: String,
}

/// Entries that were found and not yet read.
pub(crate) struct Entries<'a>(pub(crate) Vec<&'a RawValue>);

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
pub(crate) struct EntryFormat {
    #[serde(default, rename = "startedDateTime")]
    pub(crate) started: String,
    pub(crate) request: RequestFormat,
    pub(crate) response: ResponseFormat,
    /// Chromium: the cache that the answer came from.
    #[serde(default, rename = "_fromCache")]
    pub(crate) from_cache: Option<String>,
    #[serde(default, rename = "_fetchedViaServiceWorker")]
    pub(crate) from_service_worker: bool,
    #[serde(default, rename = "_probity")]
    pub(crate) facts: Option<Box<EntryFacts>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(crate) struct RequestFormat {
    pub(crate) method: String,
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) headers: Vec<HeaderFormat>,
    #[serde(default, rename = "postData")]
    pub(crate) body: Option<BodyFormat>,
    #[serde(default, rename = "bodySize")]
    pub(crate) body_size: Option<f64>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(crate) struct ResponseFormat {
    pub(crate) status: u16,
    #[serde(default, rename = "statusText")]
    pub(crate) reason: Option<String>,
    #[serde(default, rename = "httpVersion")]
    pub(crate) version: Option<String>,
    #[serde(default)]
    pub(crate) headers: Vec<HeaderFormat>,
    #[serde(default)]
    pub(crate) content: BodyFormat,
    /// Chromium: why there was no answer.
    #[serde(default, rename = "_error")]
    pub(crate) error: Option<String>,
    #[serde(default, rename = "_trailing")]
    pub(crate) trailing: Option<BodyFormat>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(crate) struct HeaderFormat {
    pub(crate) name: String,
    pub(crate) value: String,
    #[serde(default, rename = "_base64")]
    pub(crate) bytes: Option<String>,
}

/// `content` of an answer, or `postData` of a request.
#[derive(Default, Deserialize)]
#[serde(expecting = "an object")]
pub(crate) struct BodyFormat {
    #[serde(default)]
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) encoding: Option<String>,
    /// Some tools write -1, some a fraction.
    #[serde(default)]
    pub(crate) size: Option<f64>,
    #[serde(default, rename = "mimeType")]
    pub(crate) media_type: Option<serde_json::Value>,
    #[serde(default, rename = "_sha256")]
    pub(crate) digest: Option<String>,
}
