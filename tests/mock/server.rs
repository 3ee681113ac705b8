//! A mock on a free port of this machine: the stubs, with one of them broken or none.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::http::Asked;
use crate::stub::stub_for;
use crate::variant::Variant;

/// One runtime for the mocks of all trials: each of them waits most of the time.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    runtime.unwrap()
});

/// A running mock. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Mock {
    address: SocketAddr,
    listening: JoinHandle<()>,
    counts: Arc<Counts>,
}

/// What happened to the calls of the kind that a variant breaks.
#[derive(Debug, Default)]
struct Counts {
    /// How many there were.
    called: AtomicUsize,
    /// How many were answered differently than without the fault.
    broken: AtomicUsize,
}

impl Mock {
    /// Starts a mock; with a variant, the answers to its kind of call are broken.
    pub(crate) fn start(variant: Option<Variant>) -> std::io::Result<Mock> {
        let listener = RUNTIME.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let counts = Arc::<Counts>::default();
        let shared = Arc::clone(&counts);
        let listening = RUNTIME.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, variant, Arc::clone(&shared)));
            }
        });
        Ok(Mock {
            address,
            listening,
            counts,
        })
    }

    /// The base URL of all services.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether there was a call of the kind that the variant breaks.
    pub(crate) fn is_called(&self) -> bool {
        self.counts.called.load(Ordering::Relaxed) > 0
    }

    /// Whether an answer differed from that of the mock without a fault.
    pub(crate) fn has_broken(&self) -> bool {
        self.counts.broken.load(Ordering::Relaxed) > 0
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// Answers the requests of one connection.
async fn converse(mut stream: TcpStream, variant: Option<Variant>, counts: Arc<Counts>) {
    let mut unread = Vec::new();
    while let Some(asked) = read(&mut stream, &mut unread).await {
        let bytes = answer(&asked, variant, &counts);
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
        // A client may take the body of a 204 for the next answer: that connection is of no use any more.
        let is_last = bytes.starts_with(b"HTTP/1.1 204") && !bytes.ends_with(b"\r\n\r\n");
        if is_last || asked.header("Connection") == Some("close") {
            return;
        }
    }
}

/// The bytes that answer a request.
fn answer(asked: &Asked, variant: Option<Variant>, counts: &Counts) -> Vec<u8> {
    let stub = stub_for(asked);
    let clean = (stub.answer)(asked);
    let Some(variant) = variant.filter(|variant| variant.call == stub.call) else {
        return clean.bytes();
    };
    counts.called.fetch_add(1, Ordering::Relaxed);
    let mut changed = clean.clone();
    variant.fault.change.apply(&mut changed);
    if changed != clean {
        counts.broken.fetch_add(1, Ordering::Relaxed);
    }
    changed.bytes()
}

/// Reads one request: its head, and as many bytes as `Content-Length` says.
async fn read(stream: &mut TcpStream, unread: &mut Vec<u8>) -> Option<Asked> {
    loop {
        if let Some(asked) = take(unread) {
            return Some(asked);
        }
        if stream.read_buf(unread).await.ok()? == 0 {
            return None;
        }
    }
}

fn take(unread: &mut Vec<u8>) -> Option<Asked> {
    let end = unread.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&unread[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("Content-Length");
        is_length.then(|| value.trim().parse().ok())?
    });
    let whole = end + length.unwrap_or(0);
    let asked = Asked::new(&head, unread.get(end..whole)?);
    unread.drain(..whole);
    asked
}
