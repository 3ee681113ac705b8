//! The request on the wire.

use std::time::Duration;

use probity::execute::Transports;
use probity::model::exchange::{NoAnswerKind, SentRequest};
use probity::model::network::Network;
use probity::model::request::Transport::{Exact, Normal, Raw};
use probity::model::target::Limits;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::client::{ALL, get, limits, omitting, request, send_to, unsendable, wire, with_body};
use crate::peer::{OK, Peer, read_request, say};

#[tokio::test]
async fn normal_adds_accept_and_host() {
    assert_eq!(
        wire(get(Normal, "/a?b=c")).await,
        "GET /a?b=c HTTP/1.1\r\naccept: */*\r\nhost: PEER\r\n\r\n"
    );
}

#[tokio::test]
async fn exact_adds_host_alone() {
    assert_eq!(
        wire(get(Exact, "/a?b=c")).await,
        "GET /a?b=c HTTP/1.1\r\nhost: PEER\r\n\r\n"
    );
}

#[tokio::test]
async fn raw_adds_host_and_closes() {
    assert_eq!(
        wire(get(Raw, "/a?b=c")).await,
        "GET /a?b=c HTTP/1.1\r\nHost: PEER\r\nConnection: close\r\n\r\n"
    );
}

#[tokio::test]
async fn fields_keep_their_order_and_raw_their_case() {
    let headers = [("X-One", "1"), ("aCCept", "text/plain"), ("X-Two", "2")];
    assert_eq!(
        wire(request(Normal, "GET", &headers)).await,
        "GET /a HTTP/1.1\r\nx-one: 1\r\naccept: text/plain\r\nx-two: 2\r\nhost: PEER\r\n\r\n"
    );
    assert_eq!(
        wire(request(Exact, "GET", &headers)).await,
        "GET /a HTTP/1.1\r\nhost: PEER\r\nx-one: 1\r\naccept: text/plain\r\nx-two: 2\r\n\r\n"
    );
    assert_eq!(
        wire(request(Raw, "GET", &headers)).await,
        "GET /a HTTP/1.1\r\nHost: PEER\r\nX-One: 1\r\naCCept: text/plain\r\nX-Two: 2\r\n\
         Connection: close\r\n\r\n"
    );
}

#[tokio::test]
async fn repeated_fields_are_sent_one_by_one() {
    for transport in ALL {
        let wire = wire(request(
            transport,
            "GET",
            &[("x", "1"), ("x", "2"), ("y", "3")],
        ))
        .await;
        assert!(wire.contains("x: 1\r\nx: 2\r\ny: 3\r\n"), "{wire}");
    }
}

#[tokio::test]
async fn raw_alone_keeps_another_field_between_repeats() {
    let headers = [("x", "1"), ("y", "3"), ("x", "2")];
    let wire = wire(request(Raw, "GET", &headers)).await;
    assert!(wire.contains("x: 1\r\ny: 3\r\nx: 2\r\n"), "{wire}");
}

#[tokio::test]
async fn host_can_be_foreign_repeated_and_but_for_normal_missing() {
    for transport in ALL {
        let headers = [("Host", "one.example"), ("Host", "two.example")];
        let wire = wire(request(transport, "GET", &headers)).await;
        assert!(!wire.contains("PEER"), "{wire}");
        let lower = wire.to_lowercase();
        assert!(
            lower.contains("host: one.example\r\nhost: two.example\r\n"),
            "{wire}"
        );
    }
    for transport in [Exact, Raw] {
        let wire = wire(omitting(&["host"], get(transport, "/a"))).await;
        assert!(!wire.to_lowercase().contains("host"), "{wire}");
    }
    let detail = unsendable(omitting(&["host"], get(Normal, "/a"))).await;
    assert!(detail.ends_with("use `transport: exact`"), "{detail}");
}

#[tokio::test]
async fn accept_can_be_left_out_but_for_normal() {
    for transport in [Exact, Raw] {
        let wire = wire(omitting(&["accept"], get(transport, "/a"))).await;
        assert!(!wire.to_lowercase().contains("accept"), "{wire}");
    }
    let detail = unsendable(omitting(&["accept"], get(Normal, "/a"))).await;
    assert!(detail.ends_with("use `transport: exact`"), "{detail}");
}

#[tokio::test]
async fn a_body_has_its_length_whatever_the_method() {
    for transport in ALL {
        for method in ["POST", "GET", "DELETE", "PURGE"] {
            let sent = with_body("{\"a\":1}", request(transport, method, &[]));
            let wire = wire(sent).await;
            assert!(wire.ends_with("\r\n\r\n{\"a\":1}"), "{wire}");
            let lower = wire.to_lowercase();
            assert_eq!(lower.matches("content-length: 7\r\n").count(), 1, "{wire}");
        }
    }
}

#[tokio::test]
async fn methods_with_a_meaning_for_a_body_say_that_there_is_none() {
    for transport in ALL {
        for method in ["POST", "PUT", "PATCH"] {
            let lower = wire(request(transport, method, &[])).await.to_lowercase();
            assert_eq!(lower.matches("content-length: 0\r\n").count(), 1, "{lower}");
            let silent = omitting(&["content-length"], request(transport, method, &[]));
            let lower = wire(silent).await.to_lowercase();
            assert!(!lower.contains("content-length"), "{lower}");
        }
        for method in ["GET", "DELETE", "OPTIONS", "HEAD"] {
            let lower = wire(request(transport, method, &[])).await.to_lowercase();
            assert!(!lower.contains("content-length"), "{lower}");
        }
    }
}

#[tokio::test]
async fn an_empty_body_is_a_body_of_no_bytes() {
    for transport in ALL {
        let sent = with_body("", request(transport, "GET", &[]));
        let lower = wire(sent).await.to_lowercase();
        assert_eq!(lower.matches("content-length: 0\r\n").count(), 1, "{lower}");
    }
}

#[tokio::test]
async fn a_given_length_that_is_right_is_sent_once() {
    for transport in ALL {
        let given = request(transport, "POST", &[("Content-Length", "2")]);
        let lower = wire(with_body("hi", given)).await.to_lowercase();
        assert_eq!(lower.matches("content-length: 2\r\n").count(), 1, "{lower}");
        let none = request(transport, "GET", &[("Content-Length", "0")]);
        let lower = wire(none).await.to_lowercase();
        assert_eq!(lower.matches("content-length: 0\r\n").count(), 1, "{lower}");
    }
}

#[tokio::test]
async fn framing_by_hand_is_for_raw_alone() {
    let by_hand = |transport| {
        [
            with_body("hi", request(transport, "POST", &[("Content-Length", "1")])),
            with_body(
                "hi",
                request(transport, "POST", &[("Content-Length", "+2")]),
            ),
            request(transport, "POST", &[("Content-Length", "2")]),
            with_body(
                "hi",
                request(
                    transport,
                    "POST",
                    &[("Content-Length", "2"), ("Content-Length", "2")],
                ),
            ),
            with_body(
                "2\r\nhi\r\n0\r\n\r\n",
                request(transport, "POST", &[("Transfer-Encoding", "chunked")]),
            ),
            with_body(
                "hi",
                omitting(&["content-length"], request(transport, "POST", &[])),
            ),
        ]
    };
    for transport in [Normal, Exact] {
        for sent in by_hand(transport) {
            let detail = unsendable(sent).await;
            assert!(detail.ends_with("`transport: raw`"), "{detail}");
        }
    }
    for sent in by_hand(Raw) {
        let lines: Vec<_> = sent
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let head = lines.concat();
        let body = String::from_utf8(
            sent.body
                .as_ref()
                .map(probity::model::SentBody::to_vec)
                .unwrap_or_default(),
        )
        .unwrap();
        assert_eq!(
            wire(sent).await,
            format!("POST /a HTTP/1.1\r\nHost: PEER\r\n{head}Connection: close\r\n\r\n{body}")
        );
    }
}

#[tokio::test]
async fn raw_closes_its_end_when_it_announced_more_than_it_has() {
    let sent = with_body("hi", request(Raw, "POST", &[("Content-Length", "10")]));
    // The peer reads until all ten bytes or the end have come, and only then answers.
    let peer = Peer::playing(10, say(OK)).await;
    let exchange = send_to(&peer.address.to_string(), &limits(), sent).await;
    assert_eq!(exchange.answer.unwrap().status, 200);
    assert!(peer.heard().await.ends_with(b"\r\n\r\nhi"));
}

#[tokio::test]
async fn raw_keeps_a_connection_field_of_the_case() {
    let sent = request(Raw, "GET", &[("Connection", "keep-alive")]);
    assert!(
        wire(sent)
            .await
            .ends_with("Host: PEER\r\nConnection: keep-alive\r\n\r\n")
    );
    let none = omitting(&["connection"], get(Raw, "/a"));
    assert!(wire(none).await.ends_with("Host: PEER\r\n\r\n"));
}

#[tokio::test]
async fn raw_sends_what_no_client_takes() {
    let sent = SentRequest {
        method: "G T".to_owned(),
        target: "/a b\"<>#`{|}\u{7f}".to_owned(),
        ..request(Raw, "", &[("X Y", "1"), ("x", "a\u{1}b"), ("", "")])
    };
    assert_eq!(
        wire(sent).await,
        "G T /a b\"<>#`{|}\u{7f} HTTP/1.1\r\nHost: PEER\r\nX Y: 1\r\nx: a\u{1}b\r\n: \r\n\
         Connection: close\r\n\r\n"
    );
    for transport in [Normal, Exact] {
        for sent in [
            request(transport, "G T", &[]),
            request(transport, "GET", &[("X Y", "1")]),
            request(transport, "GET", &[("x", "a\u{1}b")]),
            request(transport, "GET", &[("x", "a\r\ny: b")]),
            request(transport, "GET", &[("", "")]),
        ] {
            let detail = unsendable(sent).await;
            assert!(detail.ends_with("`transport: raw`"), "{detail}");
        }
    }
}

#[tokio::test]
async fn values_are_sent_as_utf_8() {
    for transport in ALL {
        let wire = wire(request(transport, "GET", &[("x", "grün ✓")])).await;
        assert!(wire.contains("x: grün ✓\r\n"), "{wire}");
    }
}

#[tokio::test]
async fn targets_go_as_written_or_not_at_all() {
    let first_line = |heard: String| heard.split("\r\n").next().unwrap_or_default().to_owned();
    for target in ["/a//b/", "/%2F%zz;v=1", "/a?", "/?a=b&a=%20+&c", "/a:b@c,d"] {
        for transport in ALL {
            let line = first_line(wire(get(transport, target)).await);
            assert_eq!(line, format!("GET {target} HTTP/1.1"));
        }
    }
    for target in [
        "/a/../b",
        "/a/%2e%2E/b",
        "/a/./b",
        "/grün",
        "/a\\b",
        "/a?b='c'",
        "/a\"{}",
    ] {
        let detail = unsendable(get(Normal, target)).await;
        assert!(detail.ends_with("`transport: exact`"), "{detail}");
        for transport in [Exact, Raw] {
            let line = first_line(wire(get(transport, target)).await);
            assert_eq!(line, format!("GET {target} HTTP/1.1"));
        }
    }
    for target in ["/a b", "/a#b", "/a?b=\"c\"", "/<a>"] {
        unsendable(get(Normal, target)).await;
        let detail = unsendable(get(Exact, target)).await;
        assert!(detail.ends_with("`transport: raw`"), "{detail}");
        let line = first_line(wire(get(Raw, target)).await);
        assert_eq!(line, format!("GET {target} HTTP/1.1"));
    }
}

/// Every ASCII character that is not sent as it stands: what the table in the module docs sums up.
#[tokio::test]
async fn ascii_characters_that_normal_and_exact_cannot_send() {
    let limits = Limits {
        timeout: Duration::from_secs(1),
        ..limits()
    };
    let transports = Transports::new(&limits, &Network::default()).unwrap();
    let mut refused = Vec::new();
    for transport in [Normal, Exact] {
        for before in ["/a", "/a?b="] {
            let mut characters = String::new();
            for character in (0..=127_u8).map(char::from) {
                let request = get(transport, &format!("{before}{character}z"));
                let request = SentRequest {
                    // Port 0: nobody can listen there, so that what can be sent is refused.
                    url: format!("http://127.0.0.1:0{}", request.target),
                    ..request
                };
                let reason = transports.send(request).await.answer.unwrap_err();
                if reason.kind == NoAnswerKind::Unsendable && character > ' ' {
                    characters.push(character);
                } else if character <= ' ' {
                    assert_eq!(reason.kind, NoAnswerKind::Unsendable, "{character:?}");
                }
            }
            refused.push(characters);
        }
    }
    let normal = ["\"#<>\\`{}\u{7f}", "\"#'<>\u{7f}"];
    let exact = ["#<>`\u{7f}", "\"#<>\u{7f}"];
    assert_eq!(refused, [normal[0], normal[1], exact[0], exact[1]]);
}

#[tokio::test]
async fn an_asterisk_or_an_absolute_url_is_a_target() {
    for transport in [Exact, Raw] {
        for target in ["*", "http://other.example/a"] {
            let sent = request(transport, "OPTIONS", &[]);
            let wire = wire(SentRequest {
                target: target.to_owned(),
                ..sent
            });
            let heard = wire.await;
            assert!(
                heard.starts_with(&format!("OPTIONS {target} HTTP/1.1\r\n")),
                "{heard}"
            );
        }
    }
}

#[tokio::test]
async fn connect_needs_more_than_normal() {
    for transport in [Exact, Raw] {
        let sent = request(transport, "CONNECT", &[]);
        let heard = wire(SentRequest {
            target: "other.example:443".to_owned(),
            ..sent
        })
        .await;
        assert!(
            heard.starts_with("CONNECT other.example:443 HTTP/1.1\r\n"),
            "{heard}"
        );
    }
    let detail = unsendable(request(Normal, "CONNECT", &[])).await;
    assert!(detail.ends_with("`transport: exact`"), "{detail}");
}

#[tokio::test]
async fn nobody_waits_to_be_told_to_continue() {
    for transport in ALL {
        let sent = request(transport, "POST", &[("Expect", "100-continue")]);
        let heard = wire(with_body("hi", sent)).await.to_lowercase();
        assert!(heard.contains("expect: 100-continue\r\n"), "{heard}");
        assert!(heard.ends_with("\r\n\r\nhi"), "{heard}");
    }
}

#[tokio::test]
async fn fields_that_http_2_lacks_are_not_for_normal_over_https() {
    for name in [
        "Host",
        "Connection",
        "Keep-Alive",
        "Proxy-Connection",
        "TE",
        "Upgrade",
    ] {
        let sent = SentRequest {
            url: "https://127.0.0.1:9/a".to_owned(),
            ..request(Normal, "GET", &[(name, "x")])
        };
        let exchange = Transports::new(&limits(), &Network::default())
            .unwrap()
            .send(sent)
            .await;
        let reason = exchange.answer.unwrap_err();
        assert_eq!(reason.kind, NoAnswerKind::Unsendable, "{reason:?}");
        assert!(reason.detail.ends_with("`transport: exact`"), "{reason:?}");
    }
}

#[tokio::test]
async fn credentials_with_a_line_break_are_sent_by_nobody() {
    for transport in ALL {
        let sent = SentRequest {
            credentials: vec!["authorization".to_owned()],
            ..request(transport, "GET", &[("Authorization", "Bearer s3cret\n")])
        };
        let detail = unsendable(sent).await;
        assert!(!detail.contains("s3cret"), "{detail}");
    }
}

#[tokio::test]
async fn names_and_ipv6_addresses_are_reached() {
    for transport in ALL {
        let peer = Peer::playing(0, say(OK)).await;
        let address = format!("localhost:{}", peer.address.port());
        let exchange = send_to(&address, &limits(), get(transport, "/a")).await;
        assert_eq!(exchange.answer.unwrap().status, 200);
        let heard = String::from_utf8(peer.heard().await)
            .unwrap()
            .to_lowercase();
        assert!(heard.contains(&format!("host: {address}\r\n")), "{heard}");
    }
    if TcpListener::bind("[::1]:0").await.is_err() {
        return;
    }
    for transport in ALL {
        let peer = Peer::listening_at("[::1]:0", 0, say(OK)).await;
        let address = peer.address.to_string();
        let exchange = send_to(&address, &limits(), get(transport, "/a")).await;
        assert_eq!(exchange.answer.unwrap().status, 200);
        let heard = String::from_utf8(peer.heard().await)
            .unwrap()
            .to_lowercase();
        assert!(heard.contains(&format!("host: {address}\r\n")), "{heard}");
    }
}

#[tokio::test]
async fn normal_uses_a_connection_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a", listener.local_addr().unwrap());
    let peer = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for _ in 0..2 {
            read_request(&mut stream, 0).await;
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
            stream.write_all(answer).await.unwrap();
        }
    });
    let transports = Transports::new(&limits(), &Network::default()).unwrap();
    for _ in 0..2 {
        let request = SentRequest {
            url: url.clone(),
            ..get(Normal, "/a")
        };
        assert_eq!(transports.send(request).await.answer.unwrap().body, b"hi");
    }
    peer.await.unwrap();
}
