//! The framing of messages: header lines, an empty line, and a JSON text of the stated length.
//!
//! Everything is bounded: the header, the message, and how deep it is nested (by `serde_json`).

use std::io::{self, BufRead, Read as _, Write};

use serde_json::Value;

/// The longest header line, in bytes.
const LINE_LIMIT: u64 = 1024;

/// The most header lines.
const LINES_LIMIT: usize = 16;

/// The largest message: a file of the largest size that the loader reads, with every character escaped.
const MESSAGE_LIMIT: u64 = 64 << 20;

/// What came.
#[derive(Debug, PartialEq)]
pub enum Incoming {
    /// A JSON text.
    Message(Value),
    /// A message that is no JSON, or too large. The next one can be read.
    Malformed(String),
    /// What comes next has no known beginning: nothing more can be read.
    Broken(String),
    /// The end of the input.
    End,
}

/// Reads one message.
pub fn read(input: &mut impl BufRead) -> Incoming {
    let length = match header(input) {
        Ok(Some(length)) => length,
        Ok(None) => return Incoming::End,
        Err(why) => return Incoming::Broken(why),
    };
    if length > MESSAGE_LIMIT {
        return match io::copy(&mut input.take(length), &mut io::sink()) {
            Ok(skipped) if skipped == length => Incoming::Malformed(format!(
                "a message of {length} bytes; at most {MESSAGE_LIMIT} are read"
            )),
            _ => Incoming::End,
        };
    }
    // What is stated may be a lie: memory grows with what comes.
    let mut text = Vec::new();
    match input.take(length).read_to_end(&mut text) {
        Ok(read) if read as u64 == length => {}
        _ => return Incoming::End,
    }
    match serde_json::from_slice(&text) {
        Ok(message) => Incoming::Message(message),
        Err(error) => Incoming::Malformed(format!("not JSON: {error}")),
    }
}

/// The length of the message; `None` at the end of the input.
fn header(input: &mut impl BufRead) -> Result<Option<u64>, String> {
    let mut length = None;
    for _ in 0..LINES_LIMIT {
        let mut line = Vec::new();
        let read = input.take(LINE_LIMIT).read_until(b'\n', &mut line);
        match read {
            Ok(0) | Err(_) => return Ok(None),
            Ok(_) => {}
        }
        let Some(line) = line.strip_suffix(b"\n") else {
            return Err("a header line is too long, or ends in the middle".into());
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return length
                .map(Some)
                .ok_or_else(|| "no `Content-Length` in the header".into());
        }
        let line = String::from_utf8_lossy(line);
        let Some((name, value)) = line.split_once(':') else {
            return Err(format!("no header line: `{}`", line.escape_debug()));
        };
        if name.eq_ignore_ascii_case("Content-Length") {
            let value = value.trim();
            let stated = value.parse::<u64>().map_err(|_| {
                format!(
                    "`Content-Length` is not a number: `{}`",
                    value.escape_debug()
                )
            })?;
            if length.is_some_and(|before| before != stated) {
                return Err("two different `Content-Length`".into());
            }
            length = Some(stated);
        }
    }
    Err(format!("a header has more than {LINES_LIMIT} lines"))
}

/// Writes one message.
///
/// # Errors
///
/// When it cannot be written.
pub fn write(message: &Value, output: &mut impl Write) -> io::Result<()> {
    let text = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn all(bytes: &[u8]) -> Vec<Incoming> {
        let mut input = bytes;
        let mut seen = Vec::new();
        loop {
            let incoming = read(&mut input);
            let is_last = matches!(incoming, Incoming::End | Incoming::Broken(_));
            seen.push(incoming);
            if is_last {
                return seen;
            }
        }
    }

    #[test]
    fn messages_follow_each_other() {
        let mut bytes = Vec::new();
        write(&json!({ "a": "ü" }), &mut bytes).unwrap();
        bytes.extend(b"content-length: 2\nContent-Type: x; charset=utf-8\n\n{}");
        let message = |value| Incoming::Message(value);
        assert_eq!(
            all(&bytes),
            [
                message(json!({ "a": "ü" })),
                message(json!({})),
                Incoming::End
            ]
        );
    }

    #[test]
    fn what_is_no_json_is_skipped() {
        let deep = "[".repeat(1000);
        let text = format!(
            "Content-Length: 3\r\n\r\n{{]}}Content-Length: 1000\r\n\r\n{deep}Content-Length: 1\r\n\r\n7"
        );
        let seen = all(text.as_bytes());
        assert!(matches!(seen[0], Incoming::Malformed(_)));
        assert!(matches!(&seen[1], Incoming::Malformed(why) if why.contains("recursion")));
        assert_eq!(seen[2..], [Incoming::Message(json!(7)), Incoming::End]);
    }

    #[test]
    fn a_wrong_header_ends_the_input() {
        let long = format!("{}: 1\r\n\r\n1", "x".repeat(5000));
        let many = format!("{}\r\n1", "X: 1\r\n".repeat(50));
        for text in [
            "\r\n\r\n{}",
            "Content-Length: -1\r\n\r\n{}",
            "Content-Length: 99999999999999999999\r\n\r\n{}",
            "Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
            "nonsense\r\n",
            "no end",
            &long,
            &many,
        ] {
            assert!(
                matches!(all(text.as_bytes())[..], [Incoming::Broken(_)]),
                "{text:.40}"
            );
        }
        // A message of many terabytes that does not come.
        assert_eq!(
            all(b"Content-Length: 9999999999999\r\n\r\n{}"),
            [Incoming::End]
        );
        assert_eq!(all(b"Content-Length: 9\r\n\r\n{}"), [Incoming::End]);
        assert_eq!(all(b""), [Incoming::End]);
    }

    proptest! {
        #[test]
        fn any_bytes_come_to_an_end(bytes: Vec<u8>) {
            let _ = all(&bytes);
        }

        #[test]
        fn pieces_of_headers_come_to_an_end(text in "(Content-Length|[:\r\n 0-9a-z\"{}]){0,40}") {
            let _ = all(text.as_bytes());
        }

        #[test]
        fn what_is_written_is_read(texts in prop::collection::vec(any::<String>(), 0..4)) {
            let mut bytes = Vec::new();
            for text in &texts {
                write(&json!({ "text": text }), &mut bytes).unwrap();
            }
            let mut seen = all(&bytes);
            prop_assert_eq!(seen.pop(), Some(Incoming::End));
            let expected: Vec<_> = texts.iter().map(|text| Incoming::Message(json!({ "text": text }))).collect();
            prop_assert_eq!(seen, expected);
        }
    }
}
