//! The answer as each transport gives it.

use std::net::SocketAddr;
use std::time::Duration;

use probity::execute::Transports;
use probity::model::exchange::{NoAnswerKind, SentRequest};
use probity::model::network::{Network, Override};
use probity::model::request::Transport::{Exact, Normal, Raw};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::client::{
    ALL, answer_to, get, limits, refusal_of, request, response_to, send_to, short, with_body,
};
use crate::peer::{OK, Peer, read_request, say};
use crate::support::script::Act;

#[tokio::test]
async fn an_answer_comes_whole() {
    for transport in ALL {
        let bytes =
            b"HTTP/1.1 200 Fine\r\nX-A: 1\r\nX-B: gr\xfcn\r\nX-A: 2\r\nContent-Length: 2\r\n\r\nhi";
        let response = response_to(transport, bytes).await;
        assert_eq!(response.version, "HTTP/1.1");
        assert_eq!(response.status, 200);
        assert_eq!(response.reason, "Fine");
        let values: Vec<_> = response.header_values("x-a").collect();
        assert_eq!(values, [b"1", b"2"]);
        assert_eq!(response.header_values("x-b").next(), Some(&b"gr\xfcn"[..]));
        assert_eq!(response.body, b"hi");
        assert_eq!(response.trailing, b"");
        assert_eq!(response.saw_wire, transport == Raw);
    }
}

#[tokio::test]
async fn timing_runs_from_the_start_to_head_and_end() {
    for transport in ALL {
        let script = vec![
            Act::Trickle(b"H".to_vec()),
            Act::Say(OK[1..OK.len() - 1].to_vec()),
            Act::Trickle(b"i".to_vec()),
        ];
        let exchange = answer_to(&limits(), transport, script).await;
        assert_eq!(exchange.answer.unwrap().body, b"hi");
        let timing = exchange.timing;
        assert!(timing.first_byte >= Duration::from_millis(20), "{timing:?}");
        assert!(
            timing.total >= timing.first_byte + Duration::from_millis(10),
            "{timing:?}"
        );
    }
}

#[tokio::test]
async fn chunked_bodies_are_unframed() {
    let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
        3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n";
    for transport in ALL {
        assert_eq!(response_to(transport, bytes).await.body, b"abc0123456789");
    }
}

#[tokio::test]
async fn a_body_without_a_length_ends_with_the_connection() {
    for transport in ALL {
        let response = response_to(transport, b"HTTP/1.1 200 OK\r\n\r\nall of it").await;
        assert_eq!(response.body, b"all of it");
    }
}

#[tokio::test]
async fn content_codings_are_undone_and_what_came_is_kept() {
    let gzipped = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0xca, 0xcf, 0x56,
        0xb2, 0x2a, 0x29, 0x2a, 0x4d, 0xad, 0x05, 0x00, 0x90, 0x5f, 0xd4, 0xa7, 0x0b, 0x00, 0x00,
        0x00,
    ];
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        gzipped.len()
    );
    for transport in ALL {
        let bytes = [head.as_bytes(), &gzipped].concat();
        let response = response_to(transport, &bytes).await;
        assert_eq!(response.body, br#"{"ok":true}"#);
        assert_eq!(response.received_body(), gzipped);
    }
}

#[tokio::test]
async fn a_body_that_its_coding_does_not_fit_stays_as_it_came() {
    for transport in ALL {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc";
        let response = response_to(transport, bytes).await;
        assert_eq!(response.body, b"abc");
        assert!(response.coded.as_ref().unwrap().fault.is_some());
        assert_eq!(
            response.header_values("content-encoding").next(),
            Some(&b"gzip"[..])
        );
    }
}

#[tokio::test]
async fn interim_answers_are_passed_over() {
    for transport in ALL {
        let mut bytes =
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n".to_vec();
        bytes.extend_from_slice(OK);
        let response = response_to(transport, &bytes).await;
        assert_eq!(response.status, 200);
        assert_eq!(response.header_values("x").next(), None);
    }
}

#[tokio::test]
async fn more_than_sixteen_interim_answers_are_none() {
    let after = |count: usize| {
        let mut bytes = b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n".repeat(count);
        bytes.extend_from_slice(OK);
        bytes
    };
    for transport in [Exact, Raw] {
        assert_eq!(response_to(transport, &after(16)).await.status, 200);
        let no_answer = refusal_of(transport, &after(17)).await;
        assert_eq!(no_answer.kind, NoAnswerKind::NotHttp, "{transport:?}");
        assert_eq!(no_answer.detail, "more than 16 interim answers (1xx)");
    }
    // A pool over connections of ours counts too; reqwest's passes over all of them.
    let network = |address: SocketAddr| Network {
        resolve: vec![Override {
            host: "api.example".to_owned(),
            port: None,
            address: address.ip(),
            address_port: Some(address.port()),
        }],
        ..Network::default()
    };
    for (count, kind) in [(16, None), (17, Some(NoAnswerKind::NotHttp))] {
        let peer = Peer::playing(0, say(&after(count))).await;
        let request = SentRequest {
            url: "http://api.example/a".to_owned(),
            ..get(Normal, "/a")
        };
        let transports = Transports::new(&limits(), &network(peer.address)).unwrap();
        let answer = transports.send(request).await.answer;
        assert_eq!(answer.err().map(|reason| reason.kind), kind, "{count}");
    }
}

#[tokio::test]
async fn raw_alone_sees_bytes_after_the_answer() {
    let bytes = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n{\"a\":1}";
    for transport in ALL {
        let response = response_to(transport, bytes).await;
        assert_eq!(response.status, 204);
        assert_eq!(response.body, b"");
        let trailing: &[u8] = if transport == Raw { b"{\"a\":1}" } else { b"" };
        assert_eq!(response.trailing, trailing);
        assert_eq!(response.saw_wire, transport == Raw);
    }
}

#[tokio::test]
async fn raw_takes_silence_after_the_answer_for_its_end() {
    let script = vec![Act::Say(OK.to_vec()), Act::Silence];
    let response = answer_to(&limits(), Raw, script).await.answer.unwrap();
    assert_eq!(
        (response.body.as_slice(), response.saw_wire),
        (&b"hi"[..], true)
    );
}

#[tokio::test]
async fn raw_keeps_no_endless_rest() {
    let script = vec![
        Act::Say(OK.to_vec()),
        Act::Repeat(vec![b'x'; 4096], usize::MAX),
    ];
    let response = answer_to(&limits(), Raw, script).await.answer.unwrap();
    assert_eq!(response.trailing.len(), 64 << 10);
    assert!(!response.saw_wire);
}

#[tokio::test]
async fn raw_keeps_the_answer_when_time_is_up_in_the_rest() {
    let script = vec![Act::Say(OK.to_vec()), Act::Trickle(vec![b'x'; 100])];
    let response = answer_to(&short(), Raw, script).await.answer.unwrap();
    assert_eq!(response.status, 200);
    assert!(!response.trailing.is_empty());
    assert!(!response.saw_wire);
}

#[tokio::test]
async fn an_answer_is_heard_though_nobody_reads_the_body() {
    let body = "x".repeat(32 << 20);
    for transport in ALL {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let peer = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_request(&mut stream, 0).await;
            stream.write_all(OK).await.unwrap();
            stream
        });
        let sent = with_body(&body, request(transport, "POST", &[]));
        let exchange = send_to(&address, &limits(), sent).await;
        assert_eq!(exchange.answer.unwrap().status, 200);
        drop(peer.await.unwrap());
    }
}

#[tokio::test]
async fn a_head_request_has_an_answer_without_a_body() {
    for transport in ALL {
        let peer = Peer::playing(0, say(OK.strip_suffix(b"hi").unwrap())).await;
        let sent = request(transport, "HEAD", &[]);
        let exchange = send_to(&peer.address.to_string(), &limits(), sent).await;
        let response = exchange.answer.unwrap();
        assert_eq!(
            response.header_values("content-length").next(),
            Some(&b"2"[..])
        );
        assert_eq!(response.body, b"");
    }
}

#[tokio::test]
async fn a_head_has_so_many_fields_at_most() {
    for (transport, most) in [(Normal, 100), (Exact, 512), (Raw, 512)] {
        let answer = |fields| format!("HTTP/1.1 204 No\r\n{}\r\n", "X: y\r\n".repeat(fields));
        let response = response_to(transport, answer(most).as_bytes()).await;
        assert_eq!(response.headers.len(), most);
        let reason = refusal_of(transport, answer(most + 1).as_bytes()).await;
        assert_eq!(
            reason.kind,
            NoAnswerKind::TooLarge,
            "{transport:?} {reason:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_can_be_http_1_0() {
    for transport in ALL {
        let response = response_to(transport, b"HTTP/1.0 200 OK\r\n\r\nhi").await;
        assert_eq!(
            (response.version.as_str(), response.body.as_slice()),
            ("HTTP/1.0", &b"hi"[..])
        );
    }
}

#[tokio::test]
async fn redirects_are_answers() {
    for transport in ALL {
        let bytes = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n";
        let response = response_to(transport, bytes).await;
        assert_eq!(response.status, 302);
    }
}
