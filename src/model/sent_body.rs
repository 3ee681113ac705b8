//! The body of a request as it is sent: its bytes, how a person would write it, and how it is framed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The most bytes that are made at once of a repeated text.
const BLOCK: usize = 64 << 10;

/// The body of a request. Its large parts are shared, or repeated while they are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentBody {
    pieces: Vec<Piece>,
    /// How a person would write it.
    pub written: WrittenBody,
    /// How it is framed.
    pub framing: Framing,
}

/// A part of the bytes of a body.
#[derive(Clone, PartialEq, Eq)]
pub enum Piece {
    /// These bytes.
    Bytes(Arc<[u8]>),
    /// These bytes, so many times.
    Repeated(Arc<[u8]>, u64),
}

/// How a person would write a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WrittenBody {
    /// As its bytes.
    #[default]
    Plain,
    /// As the fields of a form, in order.
    Form(Vec<(String, String)>),
    /// As parts with this boundary.
    Multipart(String, Vec<WrittenPart>),
    /// As a file with this path.
    File(String),
}

/// A part of a multipart body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenPart {
    /// The name of the field.
    pub name: Option<String>,
    /// The file name.
    pub filename: Option<String>,
    /// The `Content-Type`.
    pub media_type: Option<String>,
    /// The head of the part as sent, `Content-Disposition` and `Content-Type` included.
    pub headers: Vec<(String, String)>,
    /// The content.
    pub content: Arc<[u8]>,
    /// The path of the file that it comes from.
    pub file: Option<String>,
}

/// How a body is framed and when it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Framing {
    /// The sizes of the chunks in order, of which the last one is repeated; empty for a body with `Content-Length`.
    pub chunks: Vec<usize>,
    /// How long to wait for `100 (Continue)` before the body is sent; `None` sends it at once.
    pub wait: Option<Duration>,
}

impl SentBody {
    /// A body of these pieces.
    pub fn new(pieces: Vec<Piece>, written: WrittenBody, framing: Framing) -> SentBody {
        SentBody {
            pieces,
            written,
            framing,
        }
    }

    /// The pieces in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The number of bytes.
    pub fn len(&self) -> u64 {
        self.pieces.iter().map(Piece::len).sum()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is made while it is sent.
    pub fn is_generated(&self) -> bool {
        let mut pieces = self.pieces.iter();
        pieces.any(|piece| matches!(piece, Piece::Repeated(..)))
    }

    /// The bytes in order, in blocks of moderate size where they are generated.
    pub fn blocks(&self) -> impl Iterator<Item = Arc<[u8]>> + '_ {
        self.pieces.iter().cloned().flat_map(Piece::blocks)
    }

    /// As [`SentBody::blocks`], of a body that is no longer needed.
    pub fn into_blocks(self) -> Box<dyn Iterator<Item = Arc<[u8]>> + Send + Sync> {
        Box::new(self.pieces.into_iter().flat_map(Piece::blocks))
    }

    /// All bytes, or the first `most` if there are more.
    pub fn beginning(&self, most: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for block in self.blocks() {
            let room = most - bytes.len();
            bytes.extend_from_slice(&block[..block.len().min(room)]);
            if bytes.len() == most {
                break;
            }
        }
        bytes
    }

    /// All bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        self.beginning(usize::MAX)
    }

    /// The bytes where they are one piece that is not generated.
    pub fn shared(&self) -> Option<Arc<[u8]>> {
        match self.pieces.as_slice() {
            [] => Some(Arc::from([])),
            [Piece::Bytes(bytes)] => Some(Arc::clone(bytes)),
            _ => None,
        }
    }
}

impl Piece {
    fn len(&self) -> u64 {
        match self {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::Repeated(unit, count) => unit.len() as u64 * count,
        }
    }

    fn blocks(self) -> Box<dyn Iterator<Item = Arc<[u8]>> + Send + Sync> {
        match self {
            Piece::Bytes(bytes) => Box::new(std::iter::once(bytes)),
            Piece::Repeated(unit, _) if unit.is_empty() => Box::new(std::iter::empty()),
            Piece::Repeated(unit, count) => {
                let at_once = (BLOCK / unit.len()).max(1) as u64;
                let at_once = at_once.min(count);
                let several = |count: u64| -> Arc<[u8]> {
                    Arc::from(unit.repeat(usize::try_from(count).unwrap_or(0)))
                };
                let block = several(at_once);
                let full = count.checked_div(at_once).unwrap_or(0);
                let rest = count.checked_rem(at_once).unwrap_or(0);
                let rest = (rest > 0).then(|| several(rest));
                let full = (0..full).map(move |_| Arc::clone(&block));
                Box::new(full.chain(rest))
            }
        }
    }
}

impl From<Vec<u8>> for SentBody {
    fn from(bytes: Vec<u8>) -> SentBody {
        SentBody::from(Arc::from(bytes))
    }
}

impl From<Arc<[u8]>> for SentBody {
    fn from(bytes: Arc<[u8]>) -> SentBody {
        SentBody {
            pieces: vec![Piece::Bytes(bytes)],
            written: WrittenBody::Plain,
            framing: Framing::default(),
        }
    }
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Piece::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Piece::Repeated(unit, count) => write!(f, "{} bytes, {count} times", unit.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeated(unit: &[u8], count: u64) -> SentBody {
        let piece = Piece::Repeated(Arc::from(unit), count);
        SentBody::new(vec![piece], WrittenBody::Plain, Framing::default())
    }

    #[test]
    fn a_repeated_text_is_made_in_blocks() {
        for (unit, count) in [(&b"abc"[..], 100_000), (b"x", 0), (b"", 7), (b"x", 1)] {
            let body = repeated(unit, count);
            let bytes: Vec<u8> = body.blocks().flat_map(|block| block.to_vec()).collect();
            assert_eq!(bytes, unit.repeat(usize::try_from(count).unwrap()));
            assert_eq!(body.len(), bytes.len() as u64);
            assert!(body.blocks().all(|block| block.len() <= BLOCK));
        }
        assert_eq!(repeated(b"ab", u64::MAX / 2).beginning(5), b"ababa");
    }
}
