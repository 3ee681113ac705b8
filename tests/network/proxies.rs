//! Proxies that remember what they were asked for. Every name leads to this machine.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// What a proxy was asked for.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// The heads of all requests to it, or `host:port` for SOCKS.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Opens a tunnel for whoever says this line, or for all; `None` is a proxy that answers alike always.
    pub(crate) async fn http(credentials: Option<&'static str>) -> Proxy {
        Proxy::start(move |stream, asked| http(stream, asked, credentials)).await
    }

    /// Answers every `CONNECT` with these octets and ends.
    pub(crate) async fn answering(answer: &'static str) -> Proxy {
        Proxy::start(move |mut stream, asked| async move {
            let head = head(&mut stream).await?;
            asked.lock().unwrap().push(head);
            stream.write_all(answer.as_bytes()).await.ok()
        })
        .await
    }

    /// SOCKS 5, with or without user and password; `reply` is what it says to "connect me to".
    pub(crate) async fn socks(
        credentials: Option<(&'static str, &'static str)>,
        reply: u8,
    ) -> Proxy {
        Proxy::start(move |stream, asked| socks(stream, asked, credentials, reply)).await
    }

    async fn start<F>(
        talk: impl Fn(TcpStream, Arc<Mutex<Vec<String>>>) -> F + Send + 'static,
    ) -> Proxy
    where
        F: Future<Output = Option<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&shared)));
            }
        });
        Proxy { address, asked }
    }
}

async fn http(
    mut stream: TcpStream,
    asked: Arc<Mutex<Vec<String>>>,
    credentials: Option<&'static str>,
) -> Option<()> {
    let head = head(&mut stream).await?;
    asked.lock().unwrap().push(head.clone());
    if credentials.is_some_and(|line| !head.contains(line)) {
        let refusal =
            "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n";
        return stream.write_all(refusal.as_bytes()).await.ok();
    }
    let target = head.strip_prefix("CONNECT ")?.split(' ').next()?;
    let port = target.rsplit(':').next()?.parse().ok()?;
    let Ok(mut onward) = TcpStream::connect(("127.0.0.1", port)).await else {
        return stream
            .write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            .await
            .ok();
    };
    stream
        .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .await
        .ok()?;
    copy_bidirectional(&mut stream, &mut onward).await.ok()?;
    Some(())
}

async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

async fn socks(
    mut stream: TcpStream,
    asked: Arc<Mutex<Vec<String>>>,
    credentials: Option<(&'static str, &'static str)>,
    reply: u8,
) -> Option<()> {
    let methods = {
        let _version = stream.read_u8().await.ok()?;
        short(&mut stream).await?
    };
    let wanted = if credentials.is_some() { 2 } else { 0 };
    if !methods.contains(&wanted) {
        return stream.write_all(&[5, 0xFF]).await.ok();
    }
    stream.write_all(&[5, wanted]).await.ok()?;
    if let Some((user, password)) = credentials {
        let _version = stream.read_u8().await.ok()?;
        let said = (short(&mut stream).await?, short(&mut stream).await?);
        let is_right = said == (user.as_bytes().to_vec(), password.as_bytes().to_vec());
        stream.write_all(&[1, u8::from(!is_right)]).await.ok()?;
    }
    let mut request = [0; 4];
    stream.read_exact(&mut request).await.ok()?;
    let host = match request[3] {
        1 => {
            let mut octets = [0; 4];
            stream.read_exact(&mut octets).await.ok()?;
            std::net::Ipv4Addr::from(octets).to_string()
        }
        3 => String::from_utf8(short(&mut stream).await?).ok()?,
        _ => return None,
    };
    let port = stream.read_u16().await.ok()?;
    asked.lock().unwrap().push(format!("{host}:{port}"));
    stream
        .write_all(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0])
        .await
        .ok()?;
    if reply == 0 {
        let mut onward = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        copy_bidirectional(&mut stream, &mut onward).await.ok()?;
    }
    Some(())
}

async fn short(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let length = stream.read_u8().await.ok()?;
    let mut octets = vec![0; usize::from(length)];
    stream.read_exact(&mut octets).await.ok()?;
    Some(octets)
}
