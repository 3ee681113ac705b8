//! Server-sent events: how the bytes are split changes nothing, and a stream ends where an event ends.

#![no_main]

use libfuzzer_sys::fuzz_target;
use probity::model::{EventReader, MOST_EVENTS, events};

fuzz_target!(|octets: &[u8]| {
    // The first byte says how the rest is split.
    let Some((first, stream)) = octets.split_first() else {
        return;
    };
    let whole = events(stream);
    let mut split = Vec::new();
    let mut reader = EventReader::default();
    for piece in stream.chunks(usize::from(*first).max(1)) {
        reader.feed(piece, &mut |event| split.push(event));
    }
    split.truncate(MOST_EVENTS);
    assert_eq!(whole, split);
    let text: usize = whole.iter().map(|event| event.data.len()).sum();
    // A byte that is not UTF-8 becomes three.
    assert!(text <= 3 * stream.len());
    if let Some(last) = whole.last() {
        assert!(last.end <= stream.len());
        assert_eq!(events(&stream[..last.end]), whole);
    }
});
