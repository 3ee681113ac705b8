//! What a scripted server does once it has read a request: bytes, pauses, and how it ends.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// Between two bytes of a trickle.
const PAUSE: Duration = Duration::from_millis(20);

/// One act. After the last one the connection is closed, unless that is [`Act::Keep`].
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Say(Vec<u8>),
    /// The same bytes so many times, or until the client is gone.
    Repeat(Vec<u8>, usize),
    /// One byte at a time, with a pause before each.
    Trickle(Vec<u8>),
    /// Says nothing until the client is gone.
    Silence,
    /// Drops the connection with a reset.
    Reset,
    /// Reads the next request of the same connection.
    Keep,
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Close,
    Keep,
}

/// Plays the script; what the client sends during a silence is added to `seen`.
pub(crate) async fn play(script: &[Act], stream: &mut TcpStream, seen: &mut Vec<u8>) -> Then {
    for act in script {
        match act {
            Act::Say(bytes) => {
                if stream.write_all(bytes).await.is_err() {
                    return Then::Close;
                }
            }
            Act::Repeat(bytes, times) => {
                // In pieces of a size that a socket takes at once.
                let at_once = (16_usize << 10).div_ceil(bytes.len()).clamp(1, *times);
                let piece = bytes.repeat(at_once);
                for _ in 0..times / at_once {
                    if stream.write_all(&piece).await.is_err() {
                        return Then::Close;
                    }
                }
            }
            Act::Trickle(bytes) => {
                for byte in bytes {
                    sleep(PAUSE).await;
                    if stream.write_all(&[*byte]).await.is_err() {
                        return Then::Close;
                    }
                }
            }
            Act::Silence => {
                let _ = stream.read_to_end(seen).await;
                return Then::Close;
            }
            Act::Reset => {
                let _ = stream.set_zero_linger();
                return Then::Close;
            }
            Act::Keep => return Then::Keep,
        }
    }
    Then::Close
}
