//! Opens a tunnel to the target through a proxy. Errors until the tunnel is open are reported as the proxy's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::execute::answer::AnswerReader;
use crate::execute::tunnel::Tunnel;
use crate::execute::{failure, socks};
use crate::model::exchange::{NoAnswer, Response};
use crate::model::network::{Proxy, ProxyKind};

/// Turns a connection to the proxy into one to the target.
pub(super) async fn open(
    stream: &mut TcpStream,
    proxy: &Proxy,
    tunnel: &Tunnel,
) -> Result<(), NoAnswer> {
    match proxy.kind {
        ProxyKind::Http => connect(stream, proxy, tunnel).await,
        ProxyKind::Socks5 => socks::connect(stream, proxy, tunnel)
            .await
            .map_err(|fault| failure::proxy(proxy, &fault.to_string())),
    }
}

/// `CONNECT` (RFC 9110 section 9.3.6).
async fn connect(stream: &mut TcpStream, proxy: &Proxy, tunnel: &Tunnel) -> Result<(), NoAnswer> {
    let authority = tunnel.authority();
    let credentials = proxy.credentials.as_ref().map(|(user, password)| {
        let pair = STANDARD.encode(format!("{}:{}", user.expose(), password.expose()));
        format!("Proxy-Authorization: Basic {pair}\r\n")
    });
    let credentials = credentials.unwrap_or_default();
    let head = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{credentials}\r\n");
    let broken = |error: std::io::Error| failure::proxy_broken(proxy, &error);
    stream.write_all(head.as_bytes()).await.map_err(broken)?;
    let answer = answer(stream, proxy).await?;
    if (200..300).contains(&answer.status) {
        Ok(())
    } else {
        Err(refusal(proxy, &authority, &answer))
    }
}

/// Reads the head of the answer byte by byte: what follows comes from the target.
async fn answer(stream: &mut TcpStream, proxy: &Proxy) -> Result<Response, NoAnswer> {
    // As for HEAD: the body of a refusal is not read.
    let mut reader = AnswerReader::new("HEAD", 0);
    let strange = |reason: NoAnswer| {
        failure::proxy(
            proxy,
            &format!("sent an invalid answer to CONNECT: {}", reason.detail),
        )
    };
    while !reader.is_whole() {
        match stream.read_u8().await {
            Ok(byte) => reader.feed(&[byte]).map_err(strange)?,
            Err(error) => return Err(failure::proxy_broken(proxy, &error)),
        }
    }
    reader.finish().map_err(strange)
}

fn refusal(proxy: &Proxy, authority: &str, answer: &Response) -> NoAnswer {
    let reason = failure::printable(&answer.reason);
    let status = format!("{} {reason}", answer.status);
    let status = status.trim_end();
    let fault = match (answer.status, &proxy.credentials) {
        (407, None) => {
            format!("requires credentials ({status}): add `user` and `password` to `proxy`")
        }
        (407, Some(_)) => format!("does not accept the credentials under `proxy` ({status})"),
        _ => format!("refused to connect to {authority}: {status}"),
    };
    failure::proxy(proxy, &fault)
}
