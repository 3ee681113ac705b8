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
    let mut server = Server {
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
        last_request: 0,
    };
    server.run(&events)
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
            self.waiting.push_back(message);
            return;
        };
        if method != "$/cancelRequest" {
            self.waiting.push_back(message);
            return;
        }
        let wanted = params.get("id");
        let position = self.waiting.iter().position(|one| match one {
            Message::Request { id, .. } => Some(id) == wanted,
            _ => false,
        });
        if let Some(Message::Request { id, .. }) =
            position.and_then(|position| self.waiting.remove(position))
        {
            let refusal = Refusal(ErrorCode::Cancelled, "cancelled".into());
            self.send(&refused(&id, &refusal));
        }
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
            match self.waiting.pop_front()? {
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
