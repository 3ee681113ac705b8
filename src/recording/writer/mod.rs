//! Writes exchanges as HAR 1.2, which browsers, proxies and test tools open.
//!
//! One file for a run: each case is a page, each attempt of each step an entry. What HAR has no member for is under
//! `_probity` (HAR 1.2 allows names that begin with `_`), so that `probity judge` can judge the file again. It is written
//! entry by entry during the run, and only the digests of large bodies stay in memory. The exchanges have been redacted
//! before.
//!
//! ```json
//! {"log": {"version": "1.2", "creator": {...}, "_probity": {...}, "entries": [
//! {"pageref": "users/read/missing", "startedDateTime": ..., "request": {...}, "response": {...}, ...}
//! ], "pages": [...]}}
//! ```

mod again;
mod body;
mod entry;

use std::collections::HashSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::json::writer::compact;
use crate::model::{RecordedExchange, RunFacts};
use crate::recording::writer::body::Bodies;

pub use again::redacted_again;

/// A HAR file that is being written.
#[derive(Debug, Default)]
pub struct HarFile {
    bodies: Bodies,
    /// Every case so far: id, title and start.
    pages: Vec<Page>,
    has_page: HashSet<String>,
    entries: usize,
}

#[derive(Debug)]
struct Page {
    id: String,
    title: String,
    started: String,
}

impl HarFile {
    /// Writes the start of the file. Without facts it is not the file of a run, but of what passed a proxy.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn begin(&mut self, facts: Option<&RunFacts>, out: &mut dyn Write) -> io::Result<()> {
        let version = facts.map_or(env!("CARGO_PKG_VERSION"), |facts| &facts.probity);
        let creator = json!({ "name": "probity", "version": version });
        out.write_all(b"{\"log\": {\"version\": \"1.2\", \"creator\": ")?;
        out.write_all(&compact(&creator)?)?;
        self.bodies.is_shared = facts.is_some();
        if let Some(facts) = facts {
            out.write_all(b",\n\"_probity\": ")?;
            out.write_all(&compact(facts)?)?;
        }
        out.write_all(b",\n\"entries\": [")
    }

    /// Writes one exchange.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn exchange(&mut self, recorded: &RecordedExchange, out: &mut dyn Write) -> io::Result<()> {
        if let Some(origin) = &recorded.origin
            && self.has_page.insert(origin.case.clone())
        {
            self.pages.push(Page {
                id: origin.case.clone(),
                title: origin.title.clone(),
                started: recorded.started.clone(),
            });
        }
        let entry = entry::entry(recorded, &mut self.bodies)?;
        let separator = if self.entries == 0 { "\n" } else { ",\n" };
        self.entries += 1;
        out.write_all(separator.as_bytes())?;
        out.write_all(&compact(&entry)?)
    }

    /// Writes the end.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn end(&self, out: &mut dyn Write) -> io::Result<()> {
        let pages = self.pages.iter().map(|page| {
            let title = format!("{}: {}", page.id, page.title);
            json!({ "startedDateTime": page.started, "id": page.id, "title": title, "pageTimings": {} })
        });
        let pages: Vec<Value> = pages.collect();
        out.write_all(b"\n],\n\"pages\": ")?;
        out.write_all(&compact(&pages)?)?;
        out.write_all(b"\n}}\n")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::model::{
        BodyGap, Exchange, Gaps, NoAnswer, NoAnswerKind, Origin, Response, SentRequest,
        TargetFacts, Timing, Transport,
    };

    fn facts() -> RunFacts {
        RunFacts {
            format: crate::model::recording::RECORDING_FORMAT.into(),
            probity: "0.1.0".into(),
            suite: "embedded".into(),
            suite_digest: "00ff".into(),
            selection: vec!["things".into()],
            retries: 0,
            started: "2026-01-31T12:00:00Z".into(),
            target: TargetFacts {
                unset: BTreeMap::new(),
                name: "staging".into(),
                given: Some("staging.yaml".into()),
                services: BTreeMap::from([("things".into(), "http://h".into())]),
                identities: BTreeMap::from([("things.user".into(), vec!["Authorization".into()])]),
                fixtures: BTreeMap::from([("things.name".into(), json!("7301"))]),
                capabilities: BTreeSet::new(),
                remote: BTreeSet::new(),
                permits_write: false,
                disposable: BTreeSet::new(),
                not_applicable: BTreeMap::new(),
                cannot: BTreeMap::new(),
                throttle_wait_ms: 30_000,
                throttle_total_ms: 60_000,
                run_id_header: None,
                stand_ins: vec!["7301".into()],
            },
        }
    }

    fn recorded(step: usize, answer: Result<Response, NoAnswer>, body: &[u8]) -> RecordedExchange {
        RecordedExchange {
            origin: Some(Origin {
                case: "things/all/one".into(),
                title: "a thing is there".into(),
                run: 0,
                finally: false,
                step,
                attempt: 1,
                throttled: None,
                held: answer.is_ok(),
                values: BTreeMap::new(),
            }),
            identity: Some("things.user".into()),
            started: "2026-01-31T12:00:00.5Z".into(),
            exchange: Exchange {
                request: SentRequest {
                    service: "things".into(),
                    method: "POST".into(),
                    url: "http://h/a b?x=1&y".into(),
                    target: "/a b?x=1&y".into(),
                    headers: vec![
                        ("Authorization".into(), "[things.user]".into()),
                        ("Content-Type".into(), "application/json".into()),
                    ],
                    body: None,
                    transport: Transport::Raw,
                    omitted: vec!["accept".into()],
                    credentials: vec!["authorization".into()],
                },
                hops: Vec::new(),
                answer,
                timing: Timing {
                    first_byte: Duration::from_micros(1500),
                    total: Duration::from_micros(2250),
                    ..Timing::default()
                },
            },
            request_body: Some(Arc::from(&b"{\"name\":\"7301\"}"[..])),
            response_body: Arc::from(body),
            response_length: body.len(),
            gaps: Gaps {
                body: (step == 0).then_some(BodyGap::Secret),
                headers: BTreeSet::new(),
                hangs_on_secret: false,
                redirects: false,
            },
            lost: None,
            captured: vec![("id".into(), json!(7))],
            place: String::new(),
        }
    }

    #[test]
    fn a_small_recording() {
        let response = |headers: &[(&str, &[u8])], trailing: &[u8]| Response {
            version: "HTTP/1.1".into(),
            status: 200,
            reason: "OK".into(),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
                .collect(),
            body: Vec::new(),
            trailing: trailing.to_vec(),
            coded: None,
            took: None,
            saw_wire: true,
        };
        let headers: [(&str, &[u8]); 3] =
            [("A", b"1"), ("A", b"2"), ("Content-Type", b"text/\xe4")];
        let silence = NoAnswer {
            kind: NoAnswerKind::TimedOut,
            detail: "no answer within 30 s".into(),
            has_begun: true,
            fragment: None,
        };
        let mut out = Vec::new();
        let mut har = HarFile::default();
        har.begin(Some(&facts()), &mut out).unwrap();
        let exchanges = [
            recorded(0, Ok(response(&headers, b"more")), b"7301"),
            recorded(1, Ok(response(&[], b"")), b"\xff\x00"),
            recorded(2, Err(silence), b""),
        ];
        for exchange in &exchanges {
            har.exchange(exchange, &mut out).unwrap();
        }
        har.end(&mut out).unwrap();
        let har: Value = serde_json::from_slice(&out).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&har).unwrap());
    }
}
