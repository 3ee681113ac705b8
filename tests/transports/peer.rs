//! The peer is a bare socket: it keeps the bytes of the request and plays back a script.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// A short answer after which the connection is closed.
pub(crate) const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";

/// One act of the peer, after it has read the request.
pub(crate) enum Act {
    Say(Vec<u8>),
    /// One byte at a time, with a pause before each.
    Trickle(Vec<u8>),
    /// The same bytes again and again until the client is gone.
    Forever(&'static [u8]),
    /// Reads on until the client is gone.
    Wait,
    Reset,
}

pub(crate) fn say(bytes: &[u8]) -> Vec<Act> {
    vec![Act::Say(bytes.to_vec())]
}

/// A peer for one connection. Gives the bytes that it read.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    playing: JoinHandle<Vec<u8>>,
}

impl Peer {
    /// Reads a head and `body` bytes, then plays the script, then closes.
    pub(crate) async fn playing(body: usize, script: Vec<Act>) -> Peer {
        Peer::listening_at("127.0.0.1:0", body, script).await
    }

    pub(crate) async fn listening_at(address: &str, body: usize, script: Vec<Act>) -> Peer {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let playing = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = read_request(&mut stream, body).await;
            for act in script {
                play(act, &mut stream, &mut seen).await;
            }
            seen
        });
        Peer { address, playing }
    }

    pub(crate) async fn heard(self) -> Vec<u8> {
        self.playing.await.unwrap()
    }
}

pub(crate) async fn read_request(stream: &mut TcpStream, body: usize) -> Vec<u8> {
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let head = seen.windows(4).position(|four| four == b"\r\n\r\n");
        if head.is_some_and(|head| seen.len() >= head + 4 + body) {
            return seen;
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return seen,
            Ok(count) => seen.extend_from_slice(&buffer[..count]),
        }
    }
}

async fn play(act: Act, stream: &mut TcpStream, seen: &mut Vec<u8>) {
    match act {
        Act::Say(bytes) => stream.write_all(&bytes).await.unwrap(),
        Act::Trickle(bytes) => {
            for byte in bytes {
                sleep(Duration::from_millis(20)).await;
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
        }
        Act::Forever(bytes) => while stream.write_all(bytes).await.is_ok() {},
        Act::Wait => {
            let _ = stream.read_to_end(seen).await;
        }
        Act::Reset => stream.set_zero_linger().unwrap(),
    }
}
