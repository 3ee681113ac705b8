//! The loop of the server: messages of the client, suites that were loaded, and loads that are due.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::time::Instant;

use serde_json::{Value, json};

use crate::lsp::document::Document;
use crate::lsp::event::Event;
use crate::lsp::loader::{self, Job};
use crate::lsp::message::{ErrorCode, Message, Refusal, answer, notification, refused};
use crate::lsp::open_suite::OpenSuite;
use crate::lsp::position::Encoding;
use crate::lsp::roots::root_of;
use crate::lsp::uri::path_of_document;
use crate::lsp::wire::{self, Incoming};

/// How many messages are read ahead.
const AHEAD: usize = 16;

/// So many messages may wait for a suite to be loaded, and so many bytes of them.
const MOST_WAITING: usize = 256;
const MOST_BYTES: usize = 64 << 20;

/// How the server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The client ended it as the protocol says: `shutdown`, then `exit`.
    Regularly,
    /// The client left without `shutdown`.
    Early,
    /// The client sent something that is no message.
    Broken,
}

/// Where the server is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    New,
    Running,
    ShutDown,
}

/// The server.
pub(crate) struct Server<'o> {
    output: &'o mut dyn Write,
    pub(crate) jobs: Sender<Job>,
    pub(crate) phase: Phase,
    pub(crate) encoding: Encoding,
    /// Does the client take edits by document?
    pub(crate) edits_by_document: bool,
    /// Can the client be asked to watch files?
    pub(crate) watches_files: bool,
    /// Can the client be asked to show lenses anew?
    pub(crate) refreshes_lenses: bool,
    pub(crate) documents: BTreeMap<PathBuf, Document>,
    pub(crate) suites: BTreeMap<PathBuf, OpenSuite>,
    waiting: VecDeque<Message>,
    /// The size of those, about.
    waiting_bytes: usize,
    /// The number of the last request to the client.
    last_request: u64,
}

/// Serves one client until it leaves.
pub fn serve(input: impl Read + Send + 'static, output: &mut dyn Write) -> Ended {
    let (sender, events) = mpsc::sync_channel(AHEAD);
    let started = start_reader(input, sender.clone()).and_then(|()| loader::start(sender));
    let Ok(jobs) = started else {
        return Ended::Early;
    };
    Server::new(output, jobs).run(&events)
}

/// Reads messages on a thread of its own.
fn start_reader(
    input: impl Read + Send + 'static,
    events: SyncSender<Event>,
) -> std::io::Result<()> {
    let read = move || {
        let mut input = BufReader::new(input);
        loop {
            let incoming = wire::read(&mut input);
            let is_last = matches!(incoming, Incoming::End | Incoming::Broken(_));
            if events.send(Event::Incoming(incoming)).is_err() || is_last {
                return;
            }
        }
    };
    std::thread::Builder::new()
        .name("reader".into())
        .spawn(read)?;
    Ok(())
}

impl<'o> Server<'o> {
    fn new(output: &'o mut dyn Write, jobs: Sender<Job>) -> Server<'o> {
        Server {
            output,
            jobs,
            phase: Phase::New,
            encoding: Encoding::default(),
            edits_by_document: false,
            watches_files: false,
            refreshes_lenses: false,
            documents: BTreeMap::new(),
            suites: BTreeMap::new(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            last_request: 0,
        }
    }
}

impl Server<'_> {
    fn run(&mut self, events: &Receiver<Event>) -> Ended {
        loop {
            let first = match self.next_due() {
                None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => events.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            let first = match first {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return self.ended(),
            };
            // What else has come, too: a request may be cancelled before it is looked at.
            for event in first.into_iter().chain(events.try_iter().take(AHEAD)) {
                if let Some(ended) = self.react(event) {
                    return ended;
                }
            }
            if let Some(ended) = self.work() {
                return ended;
            }
            self.start_loads();
        }
    }

    fn ended(&self) -> Ended {
        match self.phase {
            Phase::ShutDown => Ended::Regularly,
            _ => Ended::Early,
        }
    }

    fn react(&mut self, event: Event) -> Option<Ended> {
        match event {
            Event::Incoming(Incoming::Message(value)) => match Message::of(value) {
                Ok(message) => self.queue(message),
                Err(answer) => self.send(&answer),
            },
            Event::Incoming(Incoming::Malformed(why)) => {
                let refusal = Refusal(ErrorCode::ParseError, why);
                self.send(&refused(&Value::Null, &refusal));
            }
            Event::Incoming(Incoming::Broken(why)) => {
                let refusal = Refusal(ErrorCode::ParseError, why);
                self.send(&refused(&Value::Null, &refusal));
                return Some(Ended::Broken);
            }
            Event::Incoming(Incoming::End) => {
                // What came before the end is still done.
                return self.work().or_else(|| Some(self.ended()));
            }
            Event::Loaded(root, loaded) => self.loaded(&root, loaded),
        }
        None
    }

    fn queue(&mut self, message: Message) {
        let Message::Notification { method, params } = &message else {
            self.wait(message);
            return;
        };
        if method != "$/cancelRequest" {
            self.wait(message);
            return;
        }
        let wanted = params.get("id");
        let position = self.waiting.iter().position(|one| match one {
            Message::Request { id, .. } => Some(id) == wanted,
            _ => false,
        });
        if let Some(Message::Request { id, .. }) = position.and_then(|position| self.take(position))
        {
            let refusal = Refusal(ErrorCode::Cancelled, "cancelled".into());
            self.send(&refused(&id, &refusal));
        }
    }

    /// Adds a message to those that wait. If they are too many, the requests among them are refused: an editor sends a
    /// new one when it needs an answer. Notifications change documents; without requests before them, none waits.
    fn wait(&mut self, message: Message) {
        self.waiting_bytes = self.waiting_bytes.saturating_add(message.size());
        self.waiting.push_back(message);
        if self.waiting.len() <= MOST_WAITING && self.waiting_bytes <= MOST_BYTES {
            return;
        }
        let why = "too many messages while the suite is loaded: try again";
        let refusal = Refusal(ErrorCode::Failed, why.into());
        for message in std::mem::take(&mut self.waiting) {
            match message {
                Message::Request { id, .. } => self.send(&refused(&id, &refusal)),
                Message::Notification { .. } => self.waiting.push_back(message),
                Message::Answer => {}
            }
        }
        // At most as many as are read ahead; they are next.
        self.waiting_bytes = self.waiting.iter().map(Message::size).sum();
    }

    /// Takes one of those that wait.
    fn take(&mut self, position: usize) -> Option<Message> {
        let message = self.waiting.remove(position)?;
        self.waiting_bytes = self.waiting_bytes.saturating_sub(message.size());
        Some(message)
    }

    /// Does what is waiting, in order. A request about a suite that is loaded for the first time waits for that.
    fn work(&mut self) -> Option<Ended> {
        while let Some(message) = self.waiting.front() {
            if let Message::Request { params, .. } = message
                && self.must_wait(params)
            {
                self.start_loads();
                return None;
            }
            match self.take(0)? {
                Message::Request { id, method, params } => {
                    let work = std::panic::AssertUnwindSafe(|| self.request(&method, &params));
                    let result = std::panic::catch_unwind(work).unwrap_or_else(|_| {
                        Err(Refusal(
                            ErrorCode::InternalError,
                            "a defect of Probity".into(),
                        ))
                    });
                    self.send(&answer(&id, result));
                }
                Message::Notification { method, .. } if method == "exit" => {
                    return Some(self.ended());
                }
                Message::Notification { method, params } => {
                    let work = std::panic::AssertUnwindSafe(|| self.notification(&method, &params));
                    let _ = std::panic::catch_unwind(work);
                }
                Message::Answer => {}
            }
        }
        None
    }

    fn must_wait(&self, params: &Value) -> bool {
        let root = path_of_document(params).and_then(|path| self.root_of(&path));
        let suite = root.and_then(|root| self.suites.get(&root));
        suite.is_some_and(|suite| !suite.is_loaded)
    }

    /// The suite of a file, if it is open.
    pub(crate) fn root_of(&self, path: &Path) -> Option<PathBuf> {
        root_of(path).filter(|root| self.suites.contains_key(root))
    }

    /// Sends a message. A client that does not read has ended, which the reader notices.
    pub(crate) fn send(&mut self, message: &Value) {
        let _ = wire::write(message, &mut self.output);
    }

    /// Sends a request whose answer does not matter.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) {
        self.last_request += 1;
        let id = self.last_request;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
    }

    /// Shows a message to the person.
    pub(crate) fn show(&mut self, message: &str) {
        let params = json!({ "type": 2, "message": message });
        self.send(&notification("window/showMessage", &params));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::uri::uri_of;

    #[test]
    fn what_waits_for_a_suite_is_bounded_and_every_request_is_answered() {
        let folder = std::env::temp_dir().join(format!("probity-lsp-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("cases/a")).unwrap();
        let file = folder.join("cases/a/b.yaml");
        std::fs::write(&file, "contract: a\n").unwrap();
        let uri = uri_of(&file);
        let (jobs, _kept) = mpsc::channel();
        let mut output = Vec::new();
        let mut server = Server::new(&mut output, jobs);
        server.phase = Phase::Running;
        server.suites = BTreeMap::from([(root_of(&file).unwrap(), OpenSuite::default())]);
        let most = 10 * MOST_WAITING;
        let mut longest = 0;
        for id in 0..most {
            let hover = json!({
                "jsonrpc": "2.0", "id": id, "method": "textDocument/hover",
                "params": { "textDocument": { "uri": uri }, "position": { "line": 0, "character": 0 } },
            });
            assert!(
                server
                    .react(Event::Incoming(Incoming::Message(hover)))
                    .is_none()
            );
            assert!(server.work().is_none());
            longest = longest.max(server.waiting.len());
        }
        let left = server.waiting.len();
        assert!(longest > 1 && longest <= MOST_WAITING, "{longest}");
        // One document is as large as all that may wait.
        let large = json!({
            "jsonrpc": "2.0", "method": "textDocument/didChange",
            "params": { "text": "x".repeat(MOST_BYTES) },
        });
        assert!(
            server
                .react(Event::Incoming(Incoming::Message(large)))
                .is_none()
        );
        assert!(server.work().is_none());
        assert_eq!((server.waiting.len(), server.waiting_bytes), (0, 0));
        assert!(left > 0);
        let text = String::from_utf8(output).unwrap();
        assert_eq!(text.matches("try again").count(), most);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_cancelled_request_gives_its_bytes_back() {
        let (jobs, _kept) = mpsc::channel();
        let mut output = Vec::new();
        let mut server = Server::new(&mut output, jobs);
        let message = |message: Value| Event::Incoming(Incoming::Message(message));
        let text = "x".repeat(MOST_BYTES / 8);
        for id in 0..100 {
            let (method, params) = ("textDocument/hover", json!({ "text": text }));
            let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
            assert!(server.react(message(request)).is_none());
            if id > 0 {
                let params = json!({ "id": id });
                let cancel =
                    json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": params });
                assert!(server.react(message(cancel)).is_none());
            }
            assert_eq!(server.waiting.len(), 1);
            assert_eq!(server.waiting_bytes, server.waiting[0].size());
        }
        let text = String::from_utf8(output).unwrap();
        assert_eq!(text.matches("try again").count(), 0);
        assert_eq!(text.matches("cancelled").count(), 99);
    }
}
