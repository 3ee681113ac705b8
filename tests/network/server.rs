//! A server that answers every request alike and remembers what it heard, over any kind of stream.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio_rustls::TlsAcceptor;

/// What a server has heard.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Log>>);

#[derive(Default)]
struct Log {
    connections: usize,
    requests: Vec<String>,
    names: Vec<String>,
}

impl Heard {
    /// Connections on which something could be said.
    pub(crate) fn connections(&self) -> usize {
        self.0.lock().unwrap().connections
    }

    /// `HTTP/1.1 GET /a host.example`, with the authority that was asked for.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.0.lock().unwrap().requests.clone()
    }

    /// The server names asked for in TLS.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().names.clone()
    }
}

/// Serves on a free port of this machine, with TLS if there is an acceptor.
pub(crate) async fn serve(tls: Option<TlsAcceptor>) -> (SocketAddr, Heard) {
    serve_at("127.0.0.1:0", tls).await.unwrap()
}

pub(crate) async fn serve_at(
    address: &str,
    tls: Option<TlsAcceptor>,
) -> std::io::Result<(SocketAddr, Heard)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let heard = Heard::default();
    let shared = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (tls, heard) = (tls.clone(), shared.clone());
            tokio::spawn(async move {
                match tls {
                    None => talk(stream, heard).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            let name = stream.get_ref().1.server_name().unwrap_or("none");
                            heard.0.lock().unwrap().names.push(name.to_owned());
                            talk(stream, heard).await;
                        }
                    }
                }
            });
        }
    });
    Ok((address, heard))
}

/// Serves on a socket of the machine.
pub(crate) fn serve_unix(path: &Path) -> Heard {
    let listener = UnixListener::bind(path).unwrap();
    let heard = Heard::default();
    let shared = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, shared.clone()));
        }
    });
    heard
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, heard: Heard) {
    heard.0.lock().unwrap().connections += 1;
    let service = service_fn(move |request: Request<Incoming>| {
        let uri = request.uri();
        let host = request
            .headers()
            .get("host")
            .map(|host| host.to_str().unwrap());
        let authority = uri.authority().map(ToString::to_string);
        let authority = authority.as_deref().or(host).unwrap_or("nobody");
        let line = format!(
            "{:?} {} {} {authority}",
            request.version(),
            request.method(),
            uri.path()
        );
        heard.0.lock().unwrap().requests.push(line);
        async { Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"hi")))) }
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    let _ = builder
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// TLS in front of a server that speaks none: what comes through is passed on. Counts connections.
pub(crate) async fn front(tls: TlsAcceptor, behind: SocketAddr) -> (SocketAddr, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Heard::default();
    let shared = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (tls, heard) = (tls.clone(), shared.clone());
            tokio::spawn(async move {
                let mut stream = tls.accept(stream).await.ok()?;
                heard.0.lock().unwrap().connections += 1;
                let mut onward = TcpStream::connect(behind).await.ok()?;
                copy_bidirectional(&mut stream, &mut onward).await.ok()
            });
        }
    });
    (address, heard)
}
