//! A server that costs little: keep-alive, one small JSON answer, 50 ms late below `/late`, and of so many bytes below
//! `/sized/BYTES`.
//!
//! It runs as a process of its own, so that its processor time and memory are nobody else's. A line on
//! its standard input asks for what it counted since the last one; the end of the input ends it.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

/// The answer to everything.
const BODY: &str = r#"{"id":1001,"name":"a small thing","state":"active","tags":["one","two"],"owner":{"id":"047dd774-f1c4-40f2-82f0-278de79f9b83","since":"2024-05-01T12:00:00Z"},"size":{"width":12.5,"height":4}}"#;

/// The server, as those who measure see it.
pub(crate) struct Server {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    port: u16,
}

/// What the server counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    pub(crate) connections: usize,
    pub(crate) requests: usize,
}

impl Server {
    pub(crate) fn start() -> Server {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg("role:server")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut server = Server {
            questions: process.stdin.take(),
            answers: BufReader::new(process.stdout.take().unwrap()),
            process,
            port: 0,
        };
        server.port = server.line().trim().parse().unwrap();
        server
    }

    /// The base URL of everything below `path`.
    pub(crate) fn base(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What was counted since this was asked last.
    pub(crate) fn take_counts(&mut self) -> Counts {
        self.questions.as_mut().unwrap().write_all(b"\n").unwrap();
        let line = self.line();
        let (connections, requests) = line.trim().split_once(' ').unwrap();
        Counts {
            connections: connections.parse().unwrap(),
            requests: requests.parse().unwrap(),
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.questions = None;
        let _ = self.process.wait();
    }
}

#[derive(Default)]
struct Counters {
    connections: AtomicUsize,
    requests: AtomicUsize,
}

/// The role of the server: prints its port, then serves until standard input ends.
pub(crate) fn serve() {
    let counters = Arc::new(Counters::default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let listener = runtime
        .block_on(TcpListener::bind(("127.0.0.1", 0)))
        .unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    let counted = Arc::clone(&counters);
    std::thread::spawn(move || {
        for _ in std::io::stdin().lines() {
            let take = |counter: &AtomicUsize| counter.swap(0, Ordering::Relaxed);
            println!("{} {}", take(&counted.connections), take(&counted.requests));
        }
        #[expect(clippy::exit, reason = "whoever measures has gone")]
        std::process::exit(0);
    });
    runtime.block_on(accept(&listener, &counters));
}

async fn accept(listener: &TcpListener, counters: &Arc<Counters>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        counters.connections.fetch_add(1, Ordering::Relaxed);
        stream.set_nodelay(true).unwrap();
        tokio::spawn(converse(stream, Arc::clone(counters)));
    }
}

/// The answer with one more member, a list of texts, that makes it so large. Of shorter values there could be too many.
fn large_body(bytes: usize) -> Bytes {
    const TEXT: &str = r#","a text of thirty-two characters.""#;
    let mut body = BODY.strip_suffix('}').unwrap().to_owned();
    body.push_str(r#","texts":["""#);
    while body.len() + TEXT.len() + 2 <= bytes {
        body.push_str(TEXT);
    }
    body.push_str("]}");
    body.into()
}

async fn converse(stream: TcpStream, counters: Arc<Counters>) {
    let service = service_fn(|request: Request<hyper::body::Incoming>| {
        counters.requests.fetch_add(1, Ordering::Relaxed);
        let is_late = request.uri().path().starts_with("/late");
        let sized = request.uri().path().strip_prefix("/sized/");
        let sized = sized.and_then(|rest| rest.split('/').next()?.parse().ok());
        async move {
            if is_late {
                tokio::time::sleep(super::LATE).await;
            }
            let body = Full::new(match sized {
                Some(bytes) => large_body(bytes),
                None => Bytes::from_static(BODY.as_bytes()),
            });
            let response = Response::builder().header("content-type", "application/json");
            Ok::<_, Infallible>(response.body(body).unwrap())
        }
    });
    // A client that goes away is how every connection here ends.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
