//! The id of a run, sent in a header of every request so that it can be found in the logs of the target.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use ring::rand::{SecureRandom as _, SystemRandom};

use crate::model::Shard;
use crate::model::report::RunIdReport;
use crate::plan::shard::shared_run_id;

/// The environment variable with the id of a nextest run, which starts a process for each test.
const NEXTEST_RUN: &str = "NEXTEST_RUN_ID";

/// The id of a run, and the header that carries it.
#[derive(Debug)]
pub(crate) struct RunId {
    header: String,
    /// 32 hexadecimal digits, not all of them 0: a trace id of W3C Trace Context.
    id: String,
    /// How many requests carried it.
    requests: AtomicU64,
}

impl RunId {
    /// A new id, or the one that all processes of a nextest run share.
    pub(crate) fn new(header: &str) -> RunId {
        let of_nextest = std::env::var(NEXTEST_RUN).ok().and_then(|id| of_uuid(&id));
        RunId {
            header: header.to_owned(),
            id: of_nextest.unwrap_or_else(random),
            requests: AtomicU64::new(0),
        }
    }

    /// The id that all shards of a run share. Each counts its requests from another number.
    pub(crate) fn of_shard(header: &str, run: &str, shard: Shard) -> RunId {
        RunId {
            header: header.to_owned(),
            id: shared_run_id(run),
            requests: AtomicU64::new(u64::from(shard.number() - 1) << 40),
        }
    }

    /// Adds the header, unless the request says something about it itself.
    pub(crate) fn add(&self, headers: &mut Vec<(String, String)>, omitted: &[String]) {
        let is_it = |name: &String| name.eq_ignore_ascii_case(&self.header);
        if !headers.iter().any(|(name, _)| is_it(name)) && !omitted.iter().any(is_it) {
            headers.push((self.header.clone(), self.value()));
        }
    }

    /// `traceparent` has a form of its own (W3C Trace Context section 3.2): version, trace, parent, flags.
    /// The parent is the number of the request, counted from 1.
    fn value(&self) -> String {
        if !self.header.eq_ignore_ascii_case("traceparent") {
            return self.id.clone();
        }
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        format!("00-{}-{number:016x}-01", self.id)
    }

    /// The id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn report(&self) -> RunIdReport {
        RunIdReport {
            header: self.header.clone(),
            id: self.id.clone(),
        }
    }
}

/// The 32 digits of a UUID.
fn of_uuid(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let is_id = digits.len() == 32
        && digits.bytes().all(|b| b.is_ascii_hexdigit())
        && digits.bytes().any(|b| b != b'0');
    is_id.then(|| digits.to_ascii_lowercase())
}

/// A seed for the values made in a run. It has 53 bits, which every reader of JSON keeps.
pub(crate) fn random_seed() -> u64 {
    let mut bytes = [0; 8];
    if SystemRandom::new().fill(&mut bytes).is_err() {
        bytes[..4].copy_from_slice(&std::process::id().to_be_bytes());
    }
    u64::from_be_bytes(bytes) >> 11
}

fn random() -> String {
    let mut bytes = [0; 16];
    // Without randomness the id is only less unique.
    if SystemRandom::new().fill(&mut bytes).is_err() {
        bytes[..4].copy_from_slice(&std::process::id().to_be_bytes());
    }
    bytes[15] |= 1;
    hex(&bytes)
}

/// Two digits for each byte.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traceparent_has_the_form_of_trace_context() {
        let run_id = RunId::new("Traceparent");
        let mut headers = Vec::new();
        run_id.add(&mut headers, &[]);
        let (name, value) = &headers[0];
        assert_eq!(name, "Traceparent");
        assert_eq!(*value, format!("00-{}-0000000000000001-01", run_id.id));
        assert_eq!(run_id.id.len(), 32);
    }

    #[test]
    fn the_header_of_a_case_is_not_replaced() {
        let run_id = RunId::new("X-Run-Id");
        let mut headers = vec![("x-run-id".to_owned(), "mine".to_owned())];
        run_id.add(&mut headers, &[]);
        assert_eq!(headers.len(), 1);
        let mut headers = Vec::new();
        run_id.add(&mut headers, &["x-run-id".to_owned()]);
        assert_eq!(headers.len(), 0);
        run_id.add(&mut headers, &[]);
        assert_eq!(headers[0].1, run_id.id);
    }

    #[test]
    fn the_id_of_a_nextest_run_is_used() {
        let id = of_uuid("A1b2c3d4-0000-4000-8000-00000000dead");
        assert_eq!(id.as_deref(), Some("a1b2c3d400004000800000000000dead"));
        assert_eq!(of_uuid("00000000-0000-0000-0000-000000000000"), None);
        assert_eq!(of_uuid("x"), None);
    }
}
