//! The language server: any bytes as its input, and any place in any text. The first two bytes say where the cursor is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use probity::lsp::cursor::Cursor;
use probity::lsp::position::{Encoding, Lines};
use probity::lsp::wire::{Incoming, read};

fuzz_target!(|bytes: &[u8]| {
    let mut input = bytes;
    while !matches!(read(&mut input), Incoming::End | Incoming::Broken(_)) {}

    let Some((place, text)) = bytes.split_at_checked(2) else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let offset = usize::from(place[0]) << 8 | usize::from(place[1]);
    let cursor = Cursor::find(text, offset);
    assert!(text.get(cursor.typed).is_some());
    for encoding in [Encoding::Utf16, Encoding::Utf8] {
        let lines = Lines::new(text, encoding);
        let (line, column) = lines.position(offset);
        let back = lines.offset(line, column);
        assert!(back <= offset && text.is_char_boundary(back));
    }
});
