//! A client that sends exactly what it is told, over a socket of its own, and keeps every byte it gets.

use probity::reference::{Deployment, Fault, Settings, Variant};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One request, as it will stand on the wire but for Host, Content-Length and Connection.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Call {
    pub(crate) fn new(method: &'static str, target: impl Into<String>) -> Self {
        Self {
            method,
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same call without a header field.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(present, _)| *present != name);
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.text(&body.to_string())
            .header("Content-Type", "application/json")
    }

    pub(crate) fn text(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n",
            self.method,
            self.target,
            self.body.len()
        );
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// One answer, read to the end of the connection.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// Everything behind the head; chunks are put together.
    pub(crate) body: Vec<u8>,
}

impl Reply {
    fn parse(bytes: &[u8]) -> Self {
        let mut fields = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut fields);
        let length = match head.parse(bytes).expect("a response head") {
            httparse::Status::Complete(length) => length,
            httparse::Status::Partial => panic!("a head cut short"),
        };
        let headers: Vec<(String, String)> = head
            .headers
            .iter()
            .map(|field| {
                let value = String::from_utf8_lossy(field.value).into_owned();
                (field.name.to_ascii_lowercase(), value)
            })
            .collect();
        let is_chunked = headers.iter().any(|(name, _)| name == "transfer-encoding");
        let body = if is_chunked {
            join_chunks(&bytes[length..])
        } else {
            bytes[length..].to_vec()
        };
        Self {
            status: head.code.expect("a status"),
            headers,
            body,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let field = self.headers.iter().find(|(present, _)| present == name);
        field.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

fn join_chunks(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let size_end = bytes
            .windows(2)
            .position(|two| two == b"\r\n")
            .expect("a chunk size");
        let size = std::str::from_utf8(&bytes[..size_end]).expect("a chunk size");
        let size = usize::from_str_radix(size, 16).expect("a chunk size");
        if size == 0 {
            return body;
        }
        let start = size_end + 2;
        body.extend_from_slice(&bytes[start..start + size]);
        bytes = &bytes[start + size + 2..];
    }
}

pub(crate) async fn start(faults: &[Fault], variants: &[Variant]) -> Deployment {
    let settings = Settings {
        faults: faults.iter().copied().collect(),
        variants: variants.iter().copied().collect(),
        ..Settings::default()
    };
    Deployment::start(settings, ([127, 0, 0, 1], 0).into())
        .await
        .expect("a free port")
}

pub(crate) async fn send(deployment: &Deployment, call: &Call) -> Reply {
    let bytes = exchange(deployment, &call.bytes()).await;
    Reply::parse(&bytes)
}

/// Sends the bytes and reads what comes, which may be cut, or nothing for as long as anybody waits.
pub(crate) async fn attempt(deployment: &Deployment, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(deployment.address())
        .await
        .expect("a connection");
    stream.write_all(bytes).await.expect("bytes sent");
    let mut answer = Vec::new();
    let whole = stream.read_to_end(&mut answer);
    let patience = std::time::Duration::from_secs(5);
    // A connection that is reset ends the answer as well.
    let _ = tokio::time::timeout(patience, whole).await;
    answer
}

/// Sends the bytes and reads to the end of the connection.
pub(crate) async fn exchange(deployment: &Deployment, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(deployment.address())
        .await
        .expect("a connection");
    stream.write_all(bytes).await.expect("bytes sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    answer
}
