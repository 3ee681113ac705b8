//! What a hostile server does once it has read a request: octets, pauses, and how it ends.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// Between two octets of a trickle.
const PAUSE: Duration = Duration::from_millis(50);

/// One act. After the last one the connection is closed, unless that is [`Act::Keep`].
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Say(Vec<u8>),
    /// The same octets so many times, or until the client is gone.
    Repeat(Vec<u8>, usize),
    /// One octet at a time, with a pause before each.
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

pub(crate) async fn play(script: &[Act], stream: &mut TcpStream) -> Then {
    for act in script {
        match act {
            Act::Say(octets) => {
                if stream.write_all(octets).await.is_err() {
                    return Then::Close;
                }
            }
            Act::Repeat(octets, times) => {
                // In pieces of a size that a socket takes at once.
                let at_once = (16_usize << 10).div_ceil(octets.len()).clamp(1, *times);
                let piece = octets.repeat(at_once);
                for _ in 0..times / at_once {
                    if stream.write_all(&piece).await.is_err() {
                        return Then::Close;
                    }
                }
            }
            Act::Trickle(octets) => {
                for octet in octets {
                    sleep(PAUSE).await;
                    if stream.write_all(&[*octet]).await.is_err() {
                        return Then::Close;
                    }
                }
            }
            Act::Silence => {
                let mut rest = [0; 1024];
                while stream.read(&mut rest).await.is_ok_and(|count| count > 0) {}
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
