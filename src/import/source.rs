//! Requests that were recorded or written down, whatever the format.

use std::path::Path;

use crate::import::format::Format;
use crate::import::traffic::{self, Source, Traffic, TrafficSuite};
use crate::import::{curl, har, hurl, postman};
use crate::model::{Diagnostic, Sources};

/// The format of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrafficKind {
    /// HAR 1.2.
    Har,
    /// Command lines of curl.
    Curl,
    /// A Postman collection.
    Postman,
    /// Hurl.
    Hurl,
}

impl TrafficKind {
    /// The name of the format.
    pub fn name(self) -> &'static str {
        match self {
            TrafficKind::Har => "HAR",
            TrafficKind::Curl => "curl",
            TrafficKind::Postman => "Postman",
            TrafficKind::Hurl => "Hurl",
        }
    }

    fn format(self) -> Format {
        match self {
            TrafficKind::Har => Format::Har,
            TrafficKind::Curl => Format::Curl,
            TrafficKind::Postman => Format::Postman,
            TrafficKind::Hurl => Format::Hurl,
        }
    }
}

/// Makes a suite of files, each with its name and text. Files that a request sends are read below `folder`, if there is
/// one. `all` includes static assets of recordings.
///
/// `None` if there is nothing to make a suite of. The sources are for diagnostics, and contain no secret.
pub fn import_traffic(
    kind: TrafficKind,
    inputs: &[(String, String)],
    folder: Option<&Path>,
    all: bool,
    found: &mut Vec<Diagnostic>,
) -> (Option<TrafficSuite>, Sources) {
    let mut sources = Sources::default();
    let mut traffic = Traffic::default();
    for (name, text) in inputs {
        let file = sources.add(name.as_str(), text.as_str());
        if let Some(other) = Format::of(text).filter(|format| *format != kind.format()) {
            found.push(other.hint(&sources, file, name));
            continue;
        }
        let short = Path::new(name).file_name();
        let short = short.map_or_else(
            || name.clone(),
            |short| short.to_string_lossy().into_owned(),
        );
        match kind {
            TrafficKind::Har => har::read(&sources, file, &short, all, &mut traffic, found),
            TrafficKind::Curl => curl::read(&sources, file, &short, folder, &mut traffic, found),
            TrafficKind::Postman => {
                postman::read(&sources, file, &short, folder, &mut traffic, found);
            }
            TrafficKind::Hurl => hurl::read(&sources, file, &short, folder, &mut traffic, found),
        }
    }
    let names: Vec<&str> = inputs
        .iter()
        .map(|(name, _)| name.rsplit(['/', '\\']).next().unwrap_or(name))
        .collect();
    let source = Source {
        name: names.join(", "),
        is_recorded: kind == TrafficKind::Har,
    };
    traffic::write(traffic, &source, &sources, found)
}
