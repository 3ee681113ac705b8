//! Where a connection leads, when a new one is opened, and what the times say about it.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use probity::model::exchange::{NoAnswerKind, Opening};
use probity::model::network::{HttpChoice, Network};
use probity::model::request::Transport::{Exact, Normal, Raw};

use crate::certificates::{Authority, acceptor};
use crate::client::{ALL, assert_answered, exchange, get, leading, reason, transports, trusting};
use crate::server::{serve, serve_unix};

#[tokio::test]
async fn a_name_leads_where_the_target_says() {
    let authority = Authority::new();
    let (secure, heard) = serve(Some(acceptor(
        &authority.issue(&["api.example"]),
        None,
        &[],
    )))
    .await;
    let network = leading("api.example", secure, trusting(&authority));
    for transport in ALL {
        // The port of the override counts, whether the URL has one or not.
        for url in ["https://api.example", "https://api.example:9"] {
            let exchange = exchange(&network, transport, url).await;
            assert_answered(&exchange);
            assert_eq!(exchange.timing.opening.dns, None);
        }
    }
    assert_eq!(heard.names(), ["api.example"; 6]);
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_unresolved() {
    for network in [
        Network::default(),
        leading(
            "other.invalid",
            ([127, 0, 0, 1], 9).into(),
            Network::default(),
        ),
    ] {
        for transport in ALL {
            let reason = reason(&network, transport, "http://api.invalid").await;
            assert_eq!(reason.kind, NoAnswerKind::Unresolved, "{reason:?}");
        }
    }
}

#[tokio::test]
async fn the_resolver_is_timed() {
    let (address, _) = serve(None).await;
    let url = format!("http://localhost:{}", address.port());
    for transport in ALL {
        let exchange = exchange(&Network::default(), transport, &url).await;
        assert_answered(&exchange);
        let opening = exchange.timing.opening;
        assert!(
            opening.dns.is_some() && opening.connect.is_some(),
            "{opening:?}"
        );
        assert_eq!(opening.tls, None);
    }
}

#[tokio::test]
async fn a_socket_of_the_machine_is_reached_whatever_the_host() {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    // Paths of sockets are short: about 100 bytes.
    let folder = std::env::temp_dir().join(format!("probity-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("s");
    let heard = serve_unix(&path);
    let network = Network {
        unix_socket: Some(path),
        ..Network::default()
    };
    for transport in ALL {
        assert_answered(&exchange(&network, transport, "http://docker.invalid").await);
    }
    assert_eq!(heard.requests()[0], "HTTP/1.1 GET /a docker.invalid");
    let gone = Network {
        unix_socket: Some(folder.join("none")),
        ..Network::default()
    };
    for transport in ALL {
        let reason = reason(&gone, transport, "http://docker.invalid").await;
        assert_eq!(reason.kind, NoAnswerKind::Refused);
        assert!(reason.detail.starts_with("the socket /"), "{reason:?}");
    }
    std::fs::remove_dir_all(Path::new(&folder)).unwrap();
}

#[tokio::test]
async fn a_connection_used_again_took_no_time_to_open() {
    let authority = Authority::new();
    let tls = acceptor(
        &authority.issue(&["127.0.0.1", "api.example"]),
        None,
        &["h2", "http/1.1"],
    );
    let (address, heard) = serve(Some(tls)).await;
    // Once with reqwest, once with the pool over connections of ours; HTTP/1.1, then 2.
    let named = format!("https://api.example:{}", address.port());
    let mut opened = 0;
    for (network, url) in [
        (trusting(&authority), format!("https://{address}")),
        (leading("api.example", address, trusting(&authority)), named),
    ] {
        for http in [HttpChoice::Http1, HttpChoice::Auto] {
            let transports = transports(&Network {
                http,
                ..network.clone()
            });
            let first = transports.send(get(Normal, &url)).await;
            let second = transports.send(get(Normal, &url)).await;
            assert_answered(&first);
            assert_answered(&second);
            assert!(first.timing.opening.tls.is_some(), "{:?}", first.timing);
            assert_eq!(second.timing.opening, Opening::default(), "{http:?} {url}");
            opened += 1;
            assert_eq!(heard.connections(), opened);
        }
    }
}

#[tokio::test]
async fn without_keep_alive_every_request_opens_a_connection() {
    let authority = Authority::new();
    let tls = acceptor(
        &authority.issue(&["127.0.0.1", "api.example"]),
        None,
        &["h2", "http/1.1"],
    );
    let (address, heard) = serve(Some(tls)).await;
    let named = format!("https://api.example:{}", address.port());
    for (network, url) in [
        (trusting(&authority), format!("https://{address}")),
        (leading("api.example", address, trusting(&authority)), named),
    ] {
        for http in [HttpChoice::Http1, HttpChoice::Auto] {
            let before = heard.connections();
            let transports = transports(&Network {
                http,
                fresh: true,
                ..network.clone()
            });
            for _ in 0..3 {
                let exchange = transports.send(get(Normal, &url)).await;
                assert_answered(&exchange);
                assert!(exchange.timing.opening.tls.is_some());
            }
            assert_eq!(heard.connections() - before, 3, "{http:?} {url}");
        }
    }
}

#[tokio::test]
async fn exact_and_raw_open_a_connection_for_each_request() {
    let (address, heard) = serve(None).await;
    let transports = transports(&Network::default());
    for transport in [Exact, Raw, Exact, Raw] {
        let exchange = transports
            .send(get(transport, &format!("http://{address}")))
            .await;
        assert_answered(&exchange);
        assert!(exchange.timing.opening.connect.is_some());
    }
    assert_eq!(heard.connections(), 4);
}
