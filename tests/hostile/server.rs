//! A raw server on this machine: reads whole requests, and answers each with a script.

use std::future::Future;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

use crate::support::request::take;
use crate::support::script::{Act, Then, play};

/// What a request asks for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
}

/// A server that runs until its process ends.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Starts on a thread and a free port of its own.
    pub(crate) fn answering(
        answer: impl Fn(&Asked) -> Vec<Act> + Send + Sync + 'static,
    ) -> std::io::Result<Server> {
        let listener = StdListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let connections = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&connections);
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            run(async move {
                let listener = TcpListener::from_std(listener)?;
                loop {
                    let (stream, _) = listener.accept().await?;
                    seen.fetch_add(1, Ordering::Relaxed);
                    let answer = Arc::clone(&answer);
                    tokio::spawn(async move { converse(stream, &*answer).await });
                }
            })
        });
        Ok(Server {
            address,
            connections,
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections were opened to it.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

fn run(serve: impl Future<Output = std::io::Result<()>>) -> std::io::Result<()> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(serve)
}

async fn converse(mut stream: TcpStream, answer: &(dyn Fn(&Asked) -> Vec<Act> + Send + Sync)) {
    let _ = stream.set_nodelay(true);
    let mut unread = Vec::new();
    while let Some(asked) = read(&mut stream, &mut unread).await {
        if play(&answer(&asked), &mut stream, &mut Vec::new()).await == Then::Close {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream, unread: &mut Vec<u8>) -> Option<Asked> {
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, _)) = take(unread) {
            let path = head.split(' ').nth(1)?.to_owned();
            return Some(Asked { path });
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => unread.extend_from_slice(&buffer[..count]),
        }
    }
}
