//! Why there is no answer.

use std::time::Duration;

use probity::execute::Transports;
use probity::model::exchange::{NoAnswerKind, SentRequest};
use probity::model::network::Network;
use probity::model::request::Transport::{Exact, Normal, Raw};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::client::{ALL, answer_to, get, limits, refusal_of, response_to, send_to, short};
use crate::peer::OK;
use crate::support::script::Act;

#[tokio::test]
async fn a_closed_port_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    for transport in ALL {
        let exchange = send_to(&address, &limits(), get(transport, "/a")).await;
        let reason = exchange.answer.unwrap_err();
        assert_eq!(reason.kind, NoAnswerKind::Refused);
        assert!(
            reason.detail.starts_with("connection refused"),
            "{reason:?}"
        );
    }
}

#[tokio::test]
async fn an_unknown_name_is_unresolved() {
    for transport in ALL {
        // A label has 63 bytes at most (RFC 1035 section 2.3.4): no resolver goes out to ask.
        let name = format!("{}.invalid", "x".repeat(64));
        let exchange = send_to(&name, &limits(), get(transport, "/a")).await;
        let reason = exchange.answer.unwrap_err();
        assert_eq!(reason.kind, NoAnswerKind::Unresolved, "{reason:?}");
    }
}

#[tokio::test]
async fn silence_lasts_until_time_is_up() {
    for transport in ALL {
        let exchange = answer_to(&short(), transport, vec![Act::Silence]).await;
        let reason = exchange.answer.unwrap_err();
        assert_eq!(reason.kind, NoAnswerKind::TimedOut);
        assert_eq!(reason.detail, "no answer within 200 ms");
        assert!(exchange.timing.total >= Duration::from_millis(200));
    }
}

#[tokio::test]
async fn a_trickle_does_not_stretch_the_time() {
    for transport in ALL {
        let script = vec![Act::Trickle(OK.repeat(10))];
        let reason = answer_to(&short(), transport, script)
            .await
            .answer
            .unwrap_err();
        assert_eq!(reason.kind, NoAnswerKind::TimedOut);
        if transport == Raw {
            assert!(
                reason
                    .detail
                    .starts_with("incomplete answer within 200 ms: stopped after "),
                "{reason:?}"
            );
        }
    }
    for transport in ALL {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n".to_vec();
        let script = vec![Act::Say(head), Act::Trickle(vec![b'x'; 500])];
        let reason = answer_to(&short(), transport, script)
            .await
            .answer
            .unwrap_err();
        assert_eq!(reason.kind, NoAnswerKind::TimedOut);
        assert!(reason.detail.ends_with(" of the body"), "{reason:?}");
    }
}

#[tokio::test]
async fn a_connection_closed_early_is_cut() {
    let body = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789";
    let chunk = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n0123456789";
    for (bytes, raw_detail) in [
        (
            &b""[..],
            "connection closed before the first byte of the answer",
        ),
        (
            &b"HTTP/1.1 2"[..],
            "connection closed after 10 bytes of the head",
        ),
        (
            &b"HTTP/1.1 200 OK\r\nX: "[..],
            "connection closed after 20 bytes of the head",
        ),
        (body, "connection closed after 10 bytes of the body"),
        (chunk, "connection closed after 10 bytes of the body"),
    ] {
        for transport in ALL {
            let reason = refusal_of(transport, bytes).await;
            assert_eq!(reason.kind, NoAnswerKind::Cut, "{transport:?} {reason:?}");
            if transport == Raw || bytes.ends_with(b"0123456789") {
                assert_eq!(reason.detail, raw_detail);
            } else {
                let detail = "connection closed before the head of the answer was complete";
                assert_eq!(reason.detail, detail);
            }
        }
    }
}

#[tokio::test]
async fn a_reset_connection_is_cut() {
    for bytes in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
    ] {
        for transport in ALL {
            let script = vec![Act::Say(bytes.to_vec()), Act::Reset];
            let reason = answer_to(&limits(), transport, script)
                .await
                .answer
                .unwrap_err();
            assert_eq!(reason.kind, NoAnswerKind::Cut, "{transport:?} {reason:?}");
            assert!(
                reason.detail.starts_with("connection reset "),
                "{transport:?} {reason:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_body_is_read_up_to_the_limit() {
    let announced = b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n";
    let endless = b"HTTP/1.1 200 OK\r\n\r\n";
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for transport in ALL {
        for script in [
            vec![Act::Say(announced.to_vec()), Act::Silence],
            vec![
                Act::Say(endless.to_vec()),
                Act::Repeat(b"0123456789".to_vec(), usize::MAX),
            ],
            vec![
                Act::Say(chunked.to_vec()),
                Act::Repeat(b"3\r\nabc\r\n".to_vec(), usize::MAX),
            ],
        ] {
            let reason = answer_to(&limits(), transport, script)
                .await
                .answer
                .unwrap_err();
            assert_eq!(
                reason.kind,
                NoAnswerKind::TooLarge,
                "{transport:?} {reason:?}"
            );
            assert_eq!(reason.detail, "body larger than 1000 bytes");
        }
        let whole = [
            &b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"[..],
            &[b'x'; 1000],
        ]
        .concat();
        assert_eq!(response_to(transport, &whole).await.body.len(), 1000);
    }
}

#[tokio::test]
async fn an_endless_head_is_too_large() {
    for transport in ALL {
        for bytes in [&b"X: y\r\n"[..], b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"] {
            let script = vec![
                Act::Say(b"HTTP/1.1 200 OK\r\nX: ".to_vec()),
                Act::Repeat(bytes.to_vec(), usize::MAX),
            ];
            let reason = answer_to(&limits(), transport, script)
                .await
                .answer
                .unwrap_err();
            assert_eq!(
                reason.kind,
                NoAnswerKind::TooLarge,
                "{transport:?} {reason:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_not_http_is_said_to_be() {
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.2\r\n"[..],
        b"<html>no</html>\r\n\r\n",
        b"oops\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 099 No\r\n\r\n",
        b"HTTP/1.1 2OO OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX Y: z\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
    ] {
        for transport in ALL {
            let reason = refusal_of(transport, bytes).await;
            assert_eq!(
                reason.kind,
                NoAnswerKind::NotHttp,
                "{transport:?} {:?} {reason:?}",
                String::from_utf8_lossy(bytes)
            );
        }
    }
}

#[tokio::test]
async fn a_folded_header_line_is_named() {
    let bytes = b"HTTP/1.1 200 OK\r\nX-Long: one,\r\n two\r\nContent-Length: 0\r\n\r\n";
    for transport in ALL {
        let detail = refusal_of(transport, bytes).await.detail;
        assert!(detail.contains("folded onto"), "{transport:?} {detail}");
        assert!(detail.contains("RFC 9112 section 5.2"), "{detail}");
    }
}

#[tokio::test]
async fn raw_is_stricter_than_clients_are() {
    for bytes in [
        &b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi"[..],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    ] {
        for transport in [Normal, Exact] {
            assert_eq!(response_to(transport, bytes).await.body, b"hi");
        }
        assert_eq!(refusal_of(Raw, bytes).await.kind, NoAnswerKind::NotHttp);
    }
}

#[tokio::test]
async fn plain_bytes_in_a_handshake_are_a_matter_of_tls() {
    for transport in ALL {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}/a", listener.local_addr().unwrap());
        let peer = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 1];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            stream
        });
        let request = SentRequest {
            url,
            ..get(transport, "/a")
        };
        let reason = Transports::new(&limits(), &Network::default())
            .unwrap()
            .send(request)
            .await;
        // A machine without root certificates fails here too, before it connects.
        assert_eq!(reason.answer.unwrap_err().kind, NoAnswerKind::Tls);
        peer.abort();
    }
}
