//! Server-sent events: the format `text/event-stream` (HTML Standard, section "Server-sent events", "Parsing an event
//! stream" and "Interpreting an event stream").
//!
//! Pure and incremental: how the bytes are split makes no difference, and each byte is looked at once. What is not
//! UTF-8 is replaced as a client replaces it, and the event says so. An event that is not complete at the end of the
//! stream is none. Unlike a client, an event has an `id` only where the stream gives it one: a client repeats the last
//! id, which would hide that one is missing.

use std::time::Duration;

/// The media type of event streams.
pub const EVENT_STREAM: &str = "text/event-stream";

/// The most events of one answer that are read.
pub const MOST_EVENTS: usize = 10_000;

/// How many events of an answer are read before its connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLimit {
    /// So many events are expected; after them nothing is read. `None` reads what comes, and expects one.
    pub take: Option<usize>,
    /// Is it also right if none comes?
    pub may_be_none: bool,
    /// How long events are waited for, from the head of the answer on.
    pub within: Duration,
}

impl EventLimit {
    /// How many events at least are expected.
    pub fn least(&self) -> usize {
        self.take.unwrap_or(usize::from(!self.may_be_none))
    }

    /// The limit for an answer for which both are stated.
    #[must_use]
    pub fn joined(self, other: EventLimit) -> EventLimit {
        EventLimit {
            take: self.take.zip(other.take).map(|(one, two)| one.max(two)),
            may_be_none: self.may_be_none && other.may_be_none,
            within: self.within.max(other.within),
        }
    }
}

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamEvent {
    /// Its type; `message` if the stream names none.
    pub event: String,
    /// Its data: the lines joined by line feeds.
    pub data: String,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// The reconnection time in milliseconds, if it states one.
    pub retry: Option<u64>,
    /// Had something in it to be replaced that is not UTF-8?
    pub is_damaged: bool,
    /// Where it ends: the number of bytes of the stream up to and including its empty line.
    pub end: usize,
}

/// Reads a stream, in pieces of any size.
#[derive(Debug, Default)]
pub struct EventReader {
    /// The line so far.
    line: Vec<u8>,
    /// How many bytes were read.
    read: usize,
    /// Was the last byte a carriage return? A line feed after it belongs to it.
    after_return: bool,
    /// Was there a line before, so that no byte order mark can follow?
    has_begun: bool,
    /// The event so far.
    event: StreamEvent,
    /// Does it have a line of data?
    has_data: bool,
}

impl EventReader {
    /// Takes the next bytes, and passes on each event that they complete.
    pub fn feed(&mut self, bytes: &[u8], see: &mut dyn FnMut(StreamEvent)) {
        for byte in bytes {
            self.read += 1;
            match byte {
                b'\n' if std::mem::take(&mut self.after_return) => {}
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    self.end_of_line(see);
                }
                _ => {
                    self.after_return = false;
                    self.line.push(*byte);
                }
            }
        }
    }

    fn end_of_line(&mut self, see: &mut dyn FnMut(StreamEvent)) {
        let line = std::mem::take(&mut self.line);
        let mut bytes = line.as_slice();
        if !std::mem::replace(&mut self.has_begun, true) {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        if bytes.is_empty() {
            self.dispatch(see);
        } else {
            self.field(bytes);
        }
        // Its memory serves the next line, unless it is much.
        self.line = line;
        self.line.clear();
        self.line.shrink_to(4 << 10);
    }

    /// The empty line after an event. One without data is none.
    fn dispatch(&mut self, see: &mut dyn FnMut(StreamEvent)) {
        let mut event = std::mem::take(&mut self.event);
        if !std::mem::take(&mut self.has_data) {
            return;
        }
        if event.event.is_empty() {
            "message".clone_into(&mut event.event);
        }
        event.end = self.read;
        see(event);
    }

    fn field(&mut self, line: &[u8]) {
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = match colon {
            // A comment.
            Some(0) => return,
            Some(at) => (&line[..at], &line[at + 1..]),
            None => (line, &line[..0]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        if !matches!(name, b"event" | b"data" | b"id" | b"retry") {
            return;
        }
        let text = String::from_utf8_lossy(value);
        self.event.is_damaged |= std::str::from_utf8(value).is_err();
        match name {
            b"event" => self.event.event = text.into_owned(),
            b"data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(&text);
            }
            b"id" if !text.contains('\0') => self.event.id = Some(text.into_owned()),
            b"retry" if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.event.retry = text.parse().ok();
            }
            _ => {}
        }
    }
}

/// The first [`MOST_EVENTS`] events of a stream.
pub fn events(stream: &[u8]) -> Vec<StreamEvent> {
    let mut events = Vec::new();
    let mut reader = EventReader::default();
    for piece in stream.chunks(64 << 10) {
        reader.feed(piece, &mut |event| events.push(event));
        if events.len() >= MOST_EVENTS {
            events.truncate(MOST_EVENTS);
            break;
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(stream: &str) -> Vec<(String, String, Option<String>, Option<u64>)> {
        let events = events(stream.as_bytes()).into_iter();
        events
            .map(|one| (one.event, one.data, one.id, one.retry))
            .collect()
    }

    fn message(data: &str) -> (String, String, Option<String>, Option<u64>) {
        ("message".into(), data.into(), None, None)
    }

    #[test]
    fn the_examples_of_the_standard_are_read_as_it_says() {
        assert_eq!(
            read("data: YHOO\ndata: +2\ndata: 10\n\n"),
            [message("YHOO\n+2\n10")]
        );
        let with_id = |data: &str, id: &str| {
            let (event, data, _, retry) = message(data);
            (event, data, Some(id.to_owned()), retry)
        };
        assert_eq!(
            read(
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n"
            ),
            [with_id("first event", "1"), with_id("second event", "")]
        );
        assert_eq!(
            read("data\n\ndata\ndata\n\ndata:"),
            [message(""), message("\n")]
        );
        assert_eq!(
            read("data:test\n\ndata: test\n\n"),
            [message("test"), message("test")]
        );
    }

    #[test]
    fn lines_end_in_three_ways_and_a_byte_order_mark_is_skipped_once() {
        for stream in [
            "data:a\n\ndata:b\n\n",
            "data:a\r\rdata:b\r\r",
            "data:a\r\n\r\ndata:b\r\n\r\n",
        ] {
            assert_eq!(read(stream), [message("a"), message("b")]);
            assert_eq!(
                read(&format!("\u{feff}{stream}")),
                [message("a"), message("b")]
            );
            // The name of the second field has another character.
            assert_eq!(read(&format!("\n\u{feff}{stream}")), [message("b")]);
        }
    }

    #[test]
    fn fields_are_read_exactly() {
        let all = "event: e\nid: 7\nretry: 0100\ndata: d\nother: x\nData: y\n\n";
        assert_eq!(
            read(all),
            [("e".into(), "d".into(), Some("7".into()), Some(100))]
        );
        for ignored in [
            "retry: 1s",
            "retry:",
            "retry: -1",
            "id: a\0b",
            "retry: 99999999999999999999999",
        ] {
            assert_eq!(read(&format!("{ignored}\ndata: d\n\n")), [message("d")]);
        }
        // Without data there is no event, and nothing of it is kept.
        assert_eq!(read("event: e\nid: 7\n\ndata: d\n\n"), [message("d")]);
    }

    #[test]
    fn what_is_not_utf_8_is_replaced_and_marked() {
        let events = events(b"data: a\xffb\n\ndata: c\n\n");
        assert_eq!(events[0].data, "a\u{fffd}b");
        assert!(events[0].is_damaged && !events[1].is_damaged);
        assert_eq!((events[0].end, events[1].end), (11, 20));
    }

    #[test]
    fn a_flood_of_events_is_bounded() {
        let events = events(&b"data\n\n".repeat(MOST_EVENTS + 10));
        assert_eq!(events.len(), MOST_EVENTS);
    }

    proptest! {
        #[test]
        fn how_it_is_split_makes_no_difference(
            stream in "(data|event|id|retry|:|: |\n|\r|\r\n|a|1|\u{feff}|\0){0,60}",
            size in 1_usize..7,
        ) {
            let mut split = Vec::new();
            let mut reader = EventReader::default();
            for piece in stream.as_bytes().chunks(size) {
                reader.feed(piece, &mut |event| split.push(event));
            }
            let whole = events(stream.as_bytes());
            prop_assert_eq!(&split, &whole);
            // Up to the end of an event, the stream has the same events.
            for (index, event) in whole.iter().enumerate() {
                let again = events(&stream.as_bytes()[..event.end]);
                prop_assert_eq!(&again, &whole[..=index]);
            }
        }
    }
}
