//! A server that keeps each request byte for byte, and answers 200.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Head and body of a request; a body in chunks with its framing.
type Heard = (String, Vec<u8>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Manner {
    /// Answers `Expect` with 100.
    Continuing,
    /// Answers `Expect` with 417 and reads no body.
    Refusing,
    /// Ignores `Expect`.
    Silent,
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Listener {
    pub(crate) fn new() -> Listener {
        Listener::with(Manner::Continuing)
    }

    pub(crate) fn refusing() -> Listener {
        Listener::with(Manner::Refusing)
    }

    pub(crate) fn silent() -> Listener {
        Listener::with(Manner::Silent)
    }

    fn with(manner: Manner) -> Listener {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
        let shared = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || converse(stream, &shared, manner));
            }
        });
        Listener { address, heard }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The last request.
    pub(crate) fn last(&self) -> Heard {
        self.heard.lock().unwrap().last().unwrap().clone()
    }
}

fn converse(mut stream: TcpStream, heard: &Mutex<Vec<Heard>>, manner: Manner) -> Option<()> {
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = find(&bytes, b"\r\n\r\n") {
            break at + 4;
        }
        more(&mut stream, &mut bytes)?;
    };
    let fields = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut body = bytes.split_off(end);
    let lower = fields.to_ascii_lowercase();
    let mut status = "200 OK";
    if lower.contains("expect: 100-continue") && manner != Manner::Silent {
        assert!(body.is_empty(), "the body did not wait");
        if manner == Manner::Refusing {
            status = "417 Expectation Failed";
        } else {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        }
    }
    if status == "200 OK" {
        let length = lower.split("content-length: ").nth(1);
        let length: usize = length.map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
        let is_chunked = lower.contains("transfer-encoding: chunked");
        while body.len() < length || is_chunked && !body.ends_with(b"0\r\n\r\n") {
            more(&mut stream, &mut body)?;
        }
    }
    heard.lock().unwrap().push((fields, body));
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).ok()
}

fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let mut buffer = vec![0; 64 << 10];
    match stream.read(&mut buffer) {
        Ok(0) | Err(_) => None,
        Ok(count) => {
            bytes.extend_from_slice(&buffer[..count]);
            Some(())
        }
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
