//! The raw answer: how the octets are cut into pieces makes no difference. The first octet says how.

#![no_main]

use libfuzzer_sys::fuzz_target;
use probity::execute::answer::AnswerReader;
use probity::model::{NoAnswer, Response};

const LIMIT: usize = 1000;

fn read<'o>(pieces: impl Iterator<Item = &'o [u8]>) -> Result<Response, NoAnswer> {
    let mut reader = AnswerReader::new("GET", LIMIT);
    for piece in pieces {
        reader.feed(piece)?;
    }
    reader.finish()
}

fuzz_target!(|octets: &[u8]| {
    let Some((first, octets)) = octets.split_first() else {
        return;
    };
    let whole = read(std::iter::once(octets));
    let pieces = read(octets.chunks(usize::from(*first % 16) + 1));
    match (&whole, &pieces) {
        (Ok(one), Ok(other)) => assert_eq!(one, other),
        (Err(one), Err(other)) => assert_eq!(one.kind, other.kind),
        _ => panic!("{whole:?} and in pieces {pieces:?}"),
    }
    if let Ok(response) = whole {
        assert!(response.body.len() <= LIMIT);
        assert!((100..=999).contains(&response.status));
    }
});
