//! SOCKS version 5 (RFC 1928), with or without user and password (RFC 1929).
//!
//! Not by a crate: of those that take an open connection, tokio-socks drops the byte that a server of another protocol
//! answered and the reply code of a refusal, and the code around it would be no shorter than this.

use std::io;
use std::net::IpAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::execute::tunnel::Tunnel;
use crate::model::network::Proxy;

const VERSION: u8 = 5;
const NO_CREDENTIALS: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
const NONE_ACCEPTABLE: u8 = 0xFF;

/// What went wrong, in words that follow "the proxy ...".
#[derive(Debug, thiserror::Error)]
pub(super) enum SocksFault {
    #[error("closed or broke the connection: {0}")]
    Broken(#[from] io::Error),
    #[error("does not speak SOCKS 5: it answered {0:#04x}")]
    OtherVersion(u8),
    #[error("requires credentials: add `user` and `password` to `proxy`")]
    WantsCredentials,
    #[error("accepts no supported authentication method")]
    NoMethod,
    #[error("does not accept the credentials under `proxy`")]
    BadCredentials,
    #[error("does not take a host name or credentials longer than 255 bytes")]
    TooLong,
    #[error("did not connect to {authority}: {}", reply_words(*.reply))]
    Refused {
        /// Where to.
        authority: String,
        /// The code of the reply.
        reply: u8,
    },
}

/// Turns a connection to the proxy into one to the target.
pub(super) async fn connect(
    stream: &mut TcpStream,
    proxy: &Proxy,
    tunnel: &Tunnel,
) -> Result<(), SocksFault> {
    log_in(stream, proxy).await?;
    stream.write_all(&request(tunnel)?).await?;
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let [version, reply, _, address_type] = head;
    if version != VERSION {
        return Err(SocksFault::OtherVersion(version));
    }
    if reply != 0 {
        let authority = tunnel.authority();
        return Err(SocksFault::Refused { authority, reply });
    }
    // The address and port that the proxy is bound to, which are not needed.
    let length = match address_type {
        1 => 4,
        4 => 16,
        3 => usize::from(stream.read_u8().await?),
        other => return Err(SocksFault::OtherVersion(other)),
    };
    let mut bound = [0; 255 + 2];
    stream.read_exact(&mut bound[..length + 2]).await?;
    Ok(())
}

async fn log_in(stream: &mut TcpStream, proxy: &Proxy) -> Result<(), SocksFault> {
    let greeting: &[u8] = match proxy.credentials {
        Some(_) => &[VERSION, 2, NO_CREDENTIALS, USER_AND_PASSWORD],
        None => &[VERSION, 1, NO_CREDENTIALS],
    };
    stream.write_all(greeting).await?;
    let mut choice = [0; 2];
    stream.read_exact(&mut choice).await?;
    match (choice, &proxy.credentials) {
        ([VERSION, NO_CREDENTIALS], _) => Ok(()),
        ([VERSION, USER_AND_PASSWORD], Some((user, password))) => {
            let mut message = vec![1];
            push_short(&mut message, user.expose())?;
            push_short(&mut message, password.expose())?;
            stream.write_all(&message).await?;
            let mut verdict = [0; 2];
            stream.read_exact(&mut verdict).await?;
            match verdict {
                [_, 0] => Ok(()),
                _ => Err(SocksFault::BadCredentials),
            }
        }
        ([VERSION, NONE_ACCEPTABLE], None) => Err(SocksFault::WantsCredentials),
        ([VERSION, _], _) => Err(SocksFault::NoMethod),
        ([version, _], _) => Err(SocksFault::OtherVersion(version)),
    }
}

/// The request to connect; the proxy resolves a name.
fn request(tunnel: &Tunnel) -> Result<Vec<u8>, SocksFault> {
    let mut request = vec![VERSION, 1, 0];
    match tunnel.address {
        Some(IpAddr::V4(address)) => {
            request.push(1);
            request.extend(address.octets());
        }
        Some(IpAddr::V6(address)) => {
            request.push(4);
            request.extend(address.octets());
        }
        None => {
            request.push(3);
            push_short(&mut request, &tunnel.host)?;
        }
    }
    request.extend(tunnel.port.to_be_bytes());
    Ok(request)
}

/// One byte with the length, then the text.
fn push_short(message: &mut Vec<u8>, text: &str) -> Result<(), SocksFault> {
    message.push(u8::try_from(text.len()).map_err(|_| SocksFault::TooLong)?);
    message.extend(text.as_bytes());
    Ok(())
}

/// RFC 1928 section 6.
fn reply_words(reply: u8) -> String {
    let words = match reply {
        1 => "general failure",
        2 => "not allowed by its rules",
        3 => "network unreachable",
        4 => "host unreachable",
        5 => "connection refused",
        6 => "time to live expired",
        7 => "command not supported",
        8 => "address type not supported",
        _ => "unknown reason",
    };
    format!("{words} (reply {reply})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tunnel(host: &str) -> Tunnel {
        Tunnel {
            host: host.to_owned(),
            address: host.parse().ok(),
            port: 443,
        }
    }

    #[test]
    fn a_name_is_left_to_the_proxy_and_an_address_goes_as_one() {
        let name = request(&tunnel("a.b")).unwrap();
        assert_eq!(name, [5, 1, 0, 3, 3, b'a', b'.', b'b', 1, 187]);
        let address = request(&tunnel("127.0.0.1")).unwrap();
        assert_eq!(address, [5, 1, 0, 1, 127, 0, 0, 1, 1, 187]);
        assert_eq!(request(&tunnel("::1")).unwrap().len(), 4 + 16 + 2);
    }

    #[test]
    fn a_name_too_long_for_the_protocol_is_refused() {
        assert!(matches!(
            request(&tunnel(&"a".repeat(256))),
            Err(SocksFault::TooLong)
        ));
    }

    #[test]
    fn a_refusal_names_the_target_and_the_reply() {
        let refused = SocksFault::Refused {
            authority: "a.b:443".to_owned(),
            reply: 5,
        };
        assert_eq!(
            refused.to_string(),
            "did not connect to a.b:443: connection refused (reply 5)"
        );
    }
}
