//! Takes out of a written file what became a secret after its entries were written: the session of a later login, for
//! example. The entries that had it are no evidence any more.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use ring::digest::{SHA256, digest};
use serde_json::Value;

use crate::json::writer::compact;
use crate::model::hexadecimal;
use crate::redact::Redactor;

/// A body that was changed.
struct Body {
    /// The digest of what is left.
    name: String,
    size: usize,
}

/// Writes the file at `path` to `out` without what `redactor` knows by now. `None` if it holds none of it.
///
/// # Errors
///
/// When a file cannot be read or written.
pub fn redacted_again<W: Write>(
    path: &Path,
    redactor: &Redactor,
    open: impl FnOnce() -> io::Result<W>,
) -> io::Result<Option<W>> {
    let lines = || File::open(path).map(|file| BufReader::new(file).lines());
    let mut changed: BTreeMap<usize, Value> = BTreeMap::new();
    let mut bodies: HashMap<String, Body> = HashMap::new();
    for (number, line) in lines()?.enumerate() {
        let line = line?;
        if let Some(mut entry) = redactor.json_again(line.trim_end_matches(','))? {
            no_evidence(&mut entry, &mut bodies);
            changed.insert(number, entry);
        }
    }
    if changed.is_empty() {
        return Ok(None);
    }
    let mut out = BufWriter::new(open()?);
    for (number, line) in lines()?.enumerate() {
        let line = line?;
        let (line, comma) = match line.strip_suffix(',') {
            Some(line) => (line, ","),
            None => (line.as_str(), ""),
        };
        let mut entry = changed.remove(&number);
        if entry.is_none() && bodies.keys().any(|name| line.contains(name)) {
            entry = serde_json::from_str(line).ok();
        }
        match entry {
            Some(mut entry) => {
                refer(&mut entry, &bodies);
                out.write_all(&compact(&entry)?)?;
            }
            None => out.write_all(line.as_bytes())?,
        }
        writeln!(out, "{comma}")?;
    }
    let out = out.into_inner().map_err(io::IntoInnerError::into_error);
    out.map(Some)
}

/// Notes in an entry that it is not as it came, and names its bodies anew.
fn no_evidence(entry: &mut Value, bodies: &mut HashMap<String, Body>) {
    if let Some(facts) = entry.get_mut("_probity") {
        facts["hangs_on_secret"] = true.into();
    }
    for place in BODIES {
        let Some(body) = entry.pointer_mut(place) else {
            continue;
        };
        if body.get("encoding").is_some() {
            // A part of it is missing: these digits stand for nothing.
            body["text"] = "".into();
        }
        let Some(text) = body.get("text").and_then(Value::as_str) else {
            continue;
        };
        let size = text.len();
        if let Some(name) = body.get("_sha256").and_then(Value::as_str) {
            let of_text = hexadecimal(digest(&SHA256, text.as_bytes()).as_ref());
            let changed = Body {
                name: of_text,
                size,
            };
            bodies.insert(name.to_owned(), changed);
        }
        resize(entry, place, size);
    }
}

/// States the size of a body, unless only its beginning is in the file.
fn resize(entry: &mut Value, place: &str, size: usize) {
    let is_cut = entry
        .pointer("/_probity/body_gap")
        .is_some_and(|gap| gap == "truncated");
    if place == REQUEST {
        entry["request"]["bodySize"] = size.into();
    } else if !is_cut {
        entry["response"]["content"]["size"] = size.into();
        entry["response"]["bodySize"] = size.into();
    }
}

/// Where an entry has bodies.
const BODIES: [&str; 2] = [REQUEST, "/response/content"];
const REQUEST: &str = "/request/postData";

/// Gives the bodies of an entry their new names. An entry that refers to a changed body is no evidence either.
fn refer(entry: &mut Value, bodies: &HashMap<String, Body>) {
    let mut is_changed = false;
    for place in BODIES {
        let name = entry
            .pointer_mut(place)
            .and_then(|body| body.get_mut("_sha256"));
        if let Some(name) = name
            && let Some(body) = name.as_str().and_then(|name| bodies.get(name))
        {
            is_changed = true;
            *name = body.name.as_str().into();
            resize(entry, place, body.size);
        }
    }
    if is_changed && let Some(facts) = entry.get_mut("_probity") {
        facts["hangs_on_secret"] = true.into();
    }
}
