//! Mutants: copies of one answer with one change each.

#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::{Map, Value};

use crate::json::Document;
use crate::json::pointer::tokens;
use crate::model::{COOKIE_ATTRIBUTES, COOKIE_FLAGS, Response, events};
use crate::prove::bounds::Bounds;
use crate::prove::change::changes;
use crate::prove::changed::{BODY, Mutant};
use crate::prove::server_events;
use crate::prove::site::{Site, sites};
use crate::prove::xml_mutant::each_xml_mutant;

/// Headers that matter to every client (RFC 9110 sections 8.3, 10.2.2, 10.2.3, 11.6.1).
const HEADERS: [&str; 4] = [
    "Content-Type",
    "Location",
    "Retry-After",
    "WWW-Authenticate",
];

/// One final status of each class.
const STATUSES: [u16; 4] = [200, 302, 400, 500];

/// How checks read the body besides as one JSON text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BodyReading {
    /// As lines of JSON.
    pub(super) is_of_lines: bool,
    /// As bytes.
    pub(super) is_of_bytes: bool,
    /// As XML.
    pub(super) is_of_xml: bool,
}

/// The place of a change of the time that the answer took.
const TIME: &str = "time";

/// The answer that came too late for each of these limits.
fn late(original: &Response, limits: &[Duration], see: &mut dyn FnMut(Mutant)) {
    for limit in limits.iter().filter(|_| original.took.is_some()) {
        see(Mutant {
            place: TIME.into(),
            what: "too late".into(),
            response: Response {
                took: limit.checked_add(Duration::from_millis(1)),
                ..original.clone()
            },
        });
    }
}

/// Makes every mutant of an answer, one at a time: all together would be large. `checked` are the header fields that
/// checks read; they are added if missing. `bounds` are those of the schemas.
pub(super) fn each_mutant(
    original: &Response,
    checked: &[&str],
    reading: BodyReading,
    bounds: &Bounds,
    see: &mut dyn FnMut(Mutant),
) {
    let is_silent =
        original.is_event_stream() && !reading.is_of_bytes && is_without_events(original);
    if is_silent {
        one_event(original, see);
    }
    // To a client, a stream without events is like any other.
    let see: &mut dyn FnMut(Mutant) = &mut |mutant: Mutant| {
        let is_same = is_silent
            && mutant.place == BODY
            && mutant.response.trailing.is_empty()
            && is_without_events(&mutant.response);
        if !is_same {
            see(mutant);
        }
    };
    statuses(original, see);
    late(original, &bounds.times, see);
    headers(original, checked, see);
    bytes(original, see);
    if reading.is_of_bytes && !original.body.is_empty() {
        single_bytes(original, see);
    }
    if reading.is_of_xml {
        each_xml_mutant(original, see);
    }
    if original.is_event_stream() && Document::parse(&original.body).is_err() {
        let events = server_events::values_of(&original.body);
        members(original, &events, bounds, &server_events::written, see);
    } else if let Some(lines) = lines_of(&original.body).filter(|_| reading.is_of_lines) {
        let write = |value: &Value| Some(text_of_lines(value));
        members(original, &lines, bounds, &write, see);
    } else if let Ok(document) = Document::parse(&original.body) {
        let write = |value: &Value| Some(value.to_string());
        members(original, &document.value, bounds, &write, see);
    }
}

fn is_without_events(response: &Response) -> bool {
    events(&response.body).is_empty()
}

/// An event in a stream that has none.
fn one_event(original: &Response, see: &mut dyn FnMut(Mutant)) {
    let separated = [original.body.as_slice(), b"\n\ndata: probity\n\n"].concat();
    see(Mutant {
        place: BODY.into(),
        what: "an event".into(),
        response: Response {
            body: separated,
            ..original.clone()
        },
    });
}

/// One byte changed, and one more.
fn single_bytes(original: &Response, see: &mut dyn FnMut(Mutant)) {
    let mut change = |what: &str, body: Vec<u8>| {
        see(Mutant {
            place: BODY.into(),
            what: what.to_owned(),
            response: Response {
                body,
                ..original.clone()
            },
        });
    };
    let mut changed = original.body.clone();
    if let Some(byte) = changed.first_mut() {
        *byte ^= 1;
    }
    change("the first byte changed", changed);
    let mut changed = original.body.clone();
    if let Some(byte) = changed.last_mut() {
        *byte ^= 1;
    }
    change("the last byte changed", changed);
    change("a byte more", [&original.body[..], b"\0"].concat());
}

/// The values of a body of which each line is a JSON text, as an array.
fn lines_of(body: &[u8]) -> Option<Value> {
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    let lines = body.split(|byte| *byte == b'\n');
    let values = lines.map(|line| Document::parse(line).ok().map(|document| document.value));
    values.collect::<Option<Vec<Value>>>().map(Value::Array)
}

fn text_of_lines(value: &Value) -> String {
    match value {
        Value::Array(lines) => {
            let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
            lines.join("\n") + "\n"
        }
        other => other.to_string(),
    }
}

fn statuses(original: &Response, see: &mut dyn FnMut(Mutant)) {
    let neighbours = [original.status - 1, original.status + 1];
    let mut seen = vec![original.status];
    for status in STATUSES.into_iter().chain(neighbours) {
        if (200..600).contains(&status) && !seen.contains(&status) {
            seen.push(status);
            see(Mutant {
                place: "status".into(),
                what: format!("{status}"),
                response: Response {
                    status,
                    reason: String::new(),
                    ..original.clone()
                },
            });
        }
    }
}

fn headers(original: &Response, checked: &[&str], see: &mut dyn FnMut(Mutant)) {
    let is_known = |name: &&&str| !HEADERS.iter().any(|known| known.eq_ignore_ascii_case(name));
    for name in HEADERS.iter().chain(checked.iter().filter(is_known)) {
        let is_it = |field: &(String, Vec<u8>)| field.0.eq_ignore_ascii_case(name);
        let others = || {
            original
                .headers
                .iter()
                .filter(|field| !is_it(field))
                .cloned()
        };
        let mut change = |what: &str, lines: Vec<Vec<u8>>| {
            let lines = lines.into_iter().map(|value| ((*name).to_owned(), value));
            see(Mutant {
                place: format!("header {name}"),
                what: what.to_owned(),
                response: Response {
                    headers: others().chain(lines).collect(),
                    ..original.clone()
                },
            });
        };
        let Some((_, value)) = original.headers.iter().find(|field| is_it(field)) else {
            if checked.contains(name) {
                change("added", vec![b"0".to_vec()]);
            }
            continue;
        };
        change("removed", Vec::new());
        change("emptied", vec![Vec::new()]);
        change("another value", vec![b"probity/other".to_vec()]);
        change("twice", vec![value.clone(), b"probity/other".to_vec()]);
        if name.eq_ignore_ascii_case("content-type") {
            let charset = [value.as_slice(), b"; charset=utf-16"].concat();
            change("another charset", vec![charset]);
        }
        if name.eq_ignore_ascii_case("set-cookie") {
            let lines = original.headers.iter().filter(|field| is_it(field));
            let lines: Vec<&[u8]> = lines.map(|(_, line)| line.as_slice()).collect();
            for (what, lines) in changed_cookies(&lines) {
                change(&what, lines);
            }
        }
    }
}

/// The most cookies of an answer that are changed.
const COOKIES: usize = 20;

/// The lines of `Set-Cookie` without one attribute, with another value of it, or with a flag more. The changes name no
/// values.
fn changed_cookies(lines: &[&[u8]]) -> Vec<(String, Vec<Vec<u8>>)> {
    let mut all = Vec::new();
    for (index, line) in lines.iter().enumerate().take(COOKIES) {
        let line = String::from_utf8_lossy(line);
        let parts: Vec<&str> = line.split(';').collect();
        let mut add = |what: String, parts: &[&str]| {
            let mut lines: Vec<Vec<u8>> = lines.iter().map(|line| line.to_vec()).collect();
            lines[index] = parts.join(";").into_bytes();
            all.push((what, lines));
        };
        for name in COOKIE_ATTRIBUTES {
            let is_it = |part: &&str| {
                let known = part.split('=').next().unwrap_or_default();
                known.trim().eq_ignore_ascii_case(name)
            };
            let at = parts.iter().skip(1).position(is_it);
            let (is_flag, other) = (COOKIE_FLAGS.contains(&name), format!(" {name}=probity"));
            match at.map(|at| at + 1) {
                Some(at) => {
                    let mut changed = parts.clone();
                    changed.remove(at);
                    add(format!("a cookie without {name}"), &changed);
                    if !is_flag {
                        changed.insert(at, &other);
                        add(format!("a cookie with another {name}"), &changed);
                    }
                }
                None if is_flag => {
                    let changed = [parts.as_slice(), &[name]].concat();
                    add(format!("a cookie with {name}"), &changed);
                }
                None => {}
            }
        }
    }
    all
}

/// Changes of the body as bytes.
fn bytes(original: &Response, see: &mut dyn FnMut(Mutant)) {
    let mut change = |what: &str, body: Vec<u8>, trailing: Vec<u8>| {
        see(Mutant {
            place: BODY.into(),
            what: what.to_owned(),
            response: Response {
                body,
                trailing,
                ..original.clone()
            },
        });
    };
    let body = &original.body;
    if body.is_empty() {
        change("bytes added", b"{}".to_vec(), Vec::new());
        change("bytes after the end", Vec::new(), b"{}".to_vec());
        return;
    }
    change("no bytes", Vec::new(), Vec::new());
    change("cut", body[..body.len() / 2].to_vec(), Vec::new());
    change(
        "not JSON",
        b"<html><body>probity</body></html>".to_vec(),
        Vec::new(),
    );
    change(
        "with a byte order mark",
        [b"\xef\xbb\xbf", body.as_slice()].concat(),
        Vec::new(),
    );
    if let Some(doubled) = with_member_twice(body) {
        change("a member twice", doubled, Vec::new());
    }
}

/// The text with the first member of its first object twice, with another value first.
fn with_member_twice(body: &[u8]) -> Option<Vec<u8>> {
    let Document { value, .. } = Document::parse(body).ok()?;
    let object = match &value {
        Value::Object(members) => members,
        Value::Array(items) => items.first()?.as_object()?,
        _ => return None,
    };
    let name = Value::from(object.keys().next()?.as_str()).to_string();
    let text = value.to_string();
    Some(
        text.replacen('{', &format!("{{{name}:null,"), 1)
            .into_bytes(),
    )
}

/// Changes of every place in a JSON body, but those that `write` has no form for.
fn members(
    original: &Response,
    document: &Value,
    bounds: &Bounds,
    write: &dyn Fn(&Value) -> Option<String>,
    see: &mut dyn FnMut(Mutant),
) {
    for site in sites(document) {
        let place = match site.shape.as_str() {
            "" => BODY,
            shape => shape,
        };
        for pointer in site.sample() {
            let Some(value) = document.pointer(pointer) else {
                continue;
            };
            let mut emit = |what: &str, changed: &Value| {
                let Some(body) = write(changed) else { return };
                see(Mutant {
                    place: place.to_owned(),
                    what: what.to_owned(),
                    response: Response {
                        body: body.into_bytes(),
                        ..original.clone()
                    },
                });
            };
            if let Some(changed) = without(document, pointer) {
                emit("removed", &changed);
            }
            for change in changes(value, value_of_another(document, &site, value), bounds) {
                let mut changed = document.clone();
                if let Some(slot) = changed.pointer_mut(pointer) {
                    *slot = change.value;
                    emit(change.what, &changed);
                }
            }
        }
    }
}

/// A different value from another place of the same shape.
fn value_of_another<'d>(document: &'d Value, site: &Site, value: &Value) -> Option<&'d Value> {
    let others = site
        .pointers
        .iter()
        .filter_map(|pointer| document.pointer(pointer));
    others.into_iter().find(|other| *other != value)
}

/// The document without a member; elements are removed by changes of their array.
fn without(document: &Value, pointer: &str) -> Option<Value> {
    let parent = &pointer[..pointer.rfind('/')?];
    let name = tokens(pointer).last()?;
    let mut changed = document.clone();
    let members: &mut Map<String, Value> = changed.pointer_mut(parent)?.as_object_mut()?;
    members.shift_remove(&name)?;
    Some(changed)
}
