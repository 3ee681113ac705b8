//! A server that answers as its test says, remembers what it heard, and counts what is under way.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::support::request::take;

/// A test that waits longer than this for a request has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    /// `GET /things HTTP/1.1`
    pub(crate) line: String,
    /// Everything after the first line.
    pub(crate) rest: String,
}

#[derive(Debug, Default)]
struct State {
    heard: Vec<Heard>,
    under_way: usize,
    most: usize,
}

/// What a peer knows; its answers may wait for it.
#[derive(Debug, Default)]
pub(crate) struct Knowledge {
    state: Mutex<State>,
    changed: Condvar,
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Peer {
    address: SocketAddr,
    pub(crate) knowledge: Arc<Knowledge>,
}

impl Peer {
    /// Answers each request with what `answer` makes of it, byte for byte.
    pub(crate) fn answering(
        answer: impl Fn(&Heard, &Knowledge) -> String + Send + Sync + 'static,
    ) -> Peer {
        Peer::answering_bytes(move |heard, knowledge| answer(heard, knowledge).into_bytes())
    }

    /// The same with bytes that need not be a text.
    pub(crate) fn answering_bytes(
        answer: impl Fn(&Heard, &Knowledge) -> Vec<u8> + Send + Sync + 'static,
    ) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let knowledge = Arc::new(Knowledge::default());
        let shared = Arc::clone(&knowledge);
        let answer = Arc::new(answer);
        // It listens until the process of the tests ends.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (knowledge, answer) = (Arc::clone(&shared), Arc::clone(&answer));
                std::thread::spawn(move || converse(stream, &knowledge, &*answer));
            }
        });
        Peer { address, knowledge }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The request lines, in the order in which they came.
    pub(crate) fn lines(&self) -> Vec<String> {
        let state = self.knowledge.state.lock().unwrap();
        state.heard.iter().map(|heard| heard.line.clone()).collect()
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.knowledge.state.lock().unwrap().heard.clone()
    }

    /// The most requests that were under way at one time.
    pub(crate) fn most(&self) -> usize {
        self.knowledge.state.lock().unwrap().most
    }
}

impl Knowledge {
    /// Returns when so many requests have come.
    pub(crate) fn wait_for_heard(&self, count: usize) {
        self.wait(|state| state.heard.len() >= count);
    }

    /// Returns when a request has come whose first line begins like this.
    pub(crate) fn wait_for_line(&self, beginning: &str) {
        self.wait(|state| {
            state
                .heard
                .iter()
                .any(|one| one.line.starts_with(beginning))
        });
    }

    /// Returns when so many requests are under way.
    pub(crate) fn wait_for_under_way(&self, count: usize) {
        self.wait(|state| state.most >= count);
    }

    /// How many request lines that begin like this have come.
    pub(crate) fn heard_like(&self, beginning: &str) -> usize {
        let state = self.state.lock().unwrap();
        let heard = state.heard.iter();
        heard.filter(|one| one.line.starts_with(beginning)).count()
    }

    /// Gives one more request the time to come, though none should.
    pub(crate) fn watch_for_more_than(&self, count: usize) {
        let deadline = Instant::now() + Duration::from_millis(60);
        let mut state = self.state.lock().unwrap();
        while state.under_way <= count {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    fn wait(&self, is_enough: impl Fn(&State) -> bool) {
        let state = self.state.lock().unwrap();
        let (_state, timeout) = self
            .changed
            .wait_timeout_while(state, PATIENCE, |state| !is_enough(state))
            .unwrap();
        assert!(!timeout.timed_out(), "no such request came");
    }

    fn begin(&self, heard: Heard) {
        let mut state = self.state.lock().unwrap();
        state.heard.push(heard);
        state.under_way += 1;
        state.most = state.most.max(state.under_way);
        self.changed.notify_all();
    }

    fn end(&self) {
        self.state.lock().unwrap().under_way -= 1;
        self.changed.notify_all();
    }
}

fn converse(
    mut stream: TcpStream,
    knowledge: &Knowledge,
    answer: &dyn Fn(&Heard, &Knowledge) -> Vec<u8>,
) {
    let Some(heard) = read(&mut stream) else {
        return;
    };
    knowledge.begin(heard.clone());
    let bytes = answer(&heard, knowledge);
    // Not under way any more once the client can know the answer: else its next request overlaps.
    knowledge.end();
    let _ = stream.write_all(&bytes);
}

fn read(stream: &mut TcpStream) -> Option<Heard> {
    let mut unread = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, body)) = take(&mut unread) {
            let (line, rest) = head.split_once("\r\n")?;
            return Some(Heard {
                line: line.to_owned(),
                rest: rest.to_owned() + &String::from_utf8_lossy(&body),
            });
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => unread.extend_from_slice(&buffer[..count]),
        }
    }
}

/// An answer with a JSON body.
pub(crate) fn json(status: u16, body: &str) -> String {
    answer(status, "Content-Type: application/json\r\n", body)
}

/// An answer after which the connection ends.
pub(crate) fn answer(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
