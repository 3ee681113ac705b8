//! When enough of an event stream has come: the connection is closed then, since such a stream need not end.

use std::time::Instant;

use crate::model::exchange::Response;
use crate::model::server_events::{EventLimit, EventReader, MOST_EVENTS};

/// Counts the events of one answer while it comes.
#[derive(Debug)]
pub(super) struct EventWatch {
    limit: EventLimit,
    reader: EventReader,
    /// How many bytes of the body were counted.
    counted: usize,
    events: usize,
    /// Where the last event ends that is wanted.
    end: usize,
    /// When no more events are waited for.
    deadline: Instant,
}

impl EventWatch {
    /// Watches the body of this answer. `None` if it is read to its end: it is no event stream, or is coded.
    pub(super) fn of(limit: EventLimit, head: &Response) -> Option<EventWatch> {
        let mut codings = head.header_values("content-encoding");
        let is_plain = codings.all(|coding| coding.trim_ascii().eq_ignore_ascii_case(b"identity"));
        (head.is_event_stream() && is_plain).then(|| EventWatch {
            limit,
            reader: EventReader::default(),
            counted: 0,
            events: 0,
            end: 0,
            deadline: Instant::now() + limit.within,
        })
    }

    /// When no more events are waited for.
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Where the body ends if enough of it has come.
    pub(super) fn end_in(&mut self, body: &[u8]) -> Option<usize> {
        let most = self.limit.take.unwrap_or(MOST_EVENTS).min(MOST_EVENTS);
        let (events, end) = (&mut self.events, &mut self.end);
        self.reader
            .feed(&body[self.counted.min(body.len())..], &mut |event| {
                if *events < most {
                    *events += 1;
                    *end = event.end;
                }
            });
        self.counted = body.len();
        (self.events >= most).then_some(self.end)
    }

    /// Where the body ends if nothing more is waited for: what came of another event is none.
    pub(super) fn end_at_deadline(&self) -> usize {
        self.end
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn watch(take: Option<usize>, headers: &[(&str, &str)]) -> Option<EventWatch> {
        let headers = headers.iter();
        let head = Response {
            headers: headers
                .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
                .collect(),
            ..Response::default()
        };
        let within = Duration::from_secs(1);
        EventWatch::of(
            EventLimit {
                take,
                may_be_none: false,
                within,
            },
            &head,
        )
    }

    const STREAM: (&str, &str) = ("Content-Type", "text/event-stream");

    #[test]
    fn the_body_ends_with_the_last_event_that_is_wanted() {
        let mut watch = watch(Some(2), &[STREAM]).unwrap();
        let body = b"data: a\n\ndata: b\n\ndata: c\n\n";
        assert_eq!(watch.end_in(&body[..12]), None);
        assert_eq!(watch.end_at_deadline(), 9);
        assert_eq!(watch.end_in(body), Some(18));
    }

    #[test]
    fn a_flood_ends_at_the_bound() {
        let mut watch = watch(None, &[STREAM]).unwrap();
        let body = b"data\n\n".repeat(MOST_EVENTS * 2);
        assert_eq!(watch.end_in(&body), Some(MOST_EVENTS * 6));
    }

    #[test]
    fn what_is_coded_or_no_stream_is_read_to_its_end() {
        assert!(watch(None, &[]).is_none());
        assert!(watch(None, &[STREAM, ("content-encoding", "gzip")]).is_none());
        assert!(watch(None, &[STREAM, ("content-encoding", "identity")]).is_some());
    }
}
