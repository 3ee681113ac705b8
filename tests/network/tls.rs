//! Whom a network trusts, who we are to the server, and what is said when TLS is not agreed.

use probity::model::exchange::NoAnswerKind;
use probity::model::network::{HttpChoice, Network};
use probity::model::request::Transport::{Exact, Normal, Raw};

use crate::certificates::{Authority, acceptor};
use crate::client::{
    ALL, as_client, assert_answered, exchange, get, leading, reason, transports, trusting,
};
use crate::server::{serve, serve_at};

const BOTH: [&str; 2] = ["h2", "http/1.1"];

#[tokio::test]
async fn an_authority_of_the_targets_own_is_trusted() {
    let authority = Authority::new();
    let (address, _) = serve(Some(acceptor(
        &authority.issue(&["127.0.0.1"]),
        None,
        &BOTH,
    )))
    .await;
    for transport in ALL {
        let exchange = exchange(
            &trusting(&authority),
            transport,
            &format!("https://{address}"),
        )
        .await;
        assert_answered(&exchange);
        let opening = exchange.timing.opening;
        assert!(
            opening.connect.is_some() && opening.tls.is_some(),
            "{opening:?}"
        );
        assert_eq!(opening.dns, None);
        let parts = opening.connect.unwrap() + opening.tls.unwrap();
        assert!(parts <= exchange.timing.first_byte, "{:?}", exchange.timing);
    }
}

#[tokio::test]
async fn an_unknown_issuer_says_what_to_add() {
    let authority = Authority::new();
    let (address, heard) = serve(Some(acceptor(&authority.issue(&["127.0.0.1"]), None, &[]))).await;
    for transport in ALL {
        let reason = reason(
            &trusting(&Authority::new()),
            transport,
            &format!("https://{address}"),
        )
        .await;
        assert_eq!(reason.kind, NoAnswerKind::Tls, "{reason:?}");
        assert!(
            reason.detail.contains("`network: { ca: FILE }`"),
            "{reason:?}"
        );
    }
    assert_eq!(heard.requests(), [""; 0]);
}

#[tokio::test]
async fn an_authority_that_was_made_anew_under_its_name_is_told() {
    let (old, new) = (Authority::named("one"), Authority::named("one"));
    let (address, _) = serve(Some(acceptor(&new.issue(&["127.0.0.1"]), None, &[]))).await;
    for transport in ALL {
        let reason = reason(&trusting(&old), transport, &format!("https://{address}")).await;
        assert_eq!(reason.kind, NoAnswerKind::Tls, "{reason:?}");
        assert!(
            reason.detail.contains("is the file under `ca` outdated?"),
            "{reason:?}"
        );
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_tells_its_names() {
    let authority = Authority::new();
    let issued = authority.issue(&["a.example", "b.example"]);
    let (address, _) = serve(Some(acceptor(&issued, None, &[]))).await;
    for transport in ALL {
        let reason = reason(
            &trusting(&authority),
            transport,
            &format!("https://{address}"),
        )
        .await;
        assert_eq!(reason.kind, NoAnswerKind::Tls);
        assert!(
            reason
                .detail
                .contains("not for `127.0.0.1` but for `a.example`, `b.example`;"),
            "{reason:?}"
        );
    }
}

#[tokio::test]
async fn an_expired_certificate_tells_the_day() {
    let authority = Authority::new();
    let issued = authority.issue_with(&["127.0.0.1"], |params| {
        params.not_after = rcgen::date_time_ymd(2020, 2, 3);
    });
    let (address, _) = serve(Some(acceptor(&issued, None, &[]))).await;
    for transport in ALL {
        let reason = reason(
            &trusting(&authority),
            transport,
            &format!("https://{address}"),
        )
        .await;
        assert_eq!(
            reason.detail,
            "the server's certificate expired on 2020-02-03"
        );
    }
}

#[tokio::test]
async fn a_certificate_of_the_future_tells_the_day() {
    let authority = Authority::new();
    let issued = authority.issue_with(&["127.0.0.1"], |params| {
        params.not_before = rcgen::date_time_ymd(2090, 2, 3);
    });
    let (address, _) = serve(Some(acceptor(&issued, None, &[]))).await;
    let reason = reason(&trusting(&authority), Exact, &format!("https://{address}")).await;
    assert!(
        reason.detail.contains("valid from 2090-02-03 on"),
        "{reason:?}"
    );
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told() {
    // It answers what is no request with 400.
    let (address, _) = serve(None).await;
    for transport in ALL {
        let reason = reason(
            &Network::default(),
            transport,
            &format!("https://{address}"),
        )
        .await;
        assert_eq!(reason.kind, NoAnswerKind::Tls, "{reason:?}");
    }
}

#[tokio::test]
async fn a_server_that_asks_for_a_certificate_gets_ours() {
    let (servers, clients) = (Authority::new(), Authority::new());
    let tls = acceptor(&servers.issue(&["127.0.0.1"]), Some(&clients), &BOTH);
    let (address, _) = serve(Some(tls)).await;
    let network = as_client(&clients.issue(&["ann"]), trusting(&servers));
    for transport in ALL {
        assert_answered(&exchange(&network, transport, &format!("https://{address}")).await);
    }
}

#[tokio::test]
async fn a_server_that_misses_or_refuses_our_certificate_is_told() {
    let (servers, clients) = (Authority::new(), Authority::new());
    let tls = acceptor(&servers.issue(&["127.0.0.1"]), Some(&clients), &[]);
    let (address, heard) = serve(Some(tls)).await;
    let url = format!("https://{address}");
    let without = trusting(&servers);
    let foreign = as_client(&Authority::new().issue(&["eve"]), trusting(&servers));
    for transport in ALL {
        let missed = reason(&without, transport, &url).await;
        assert_eq!(missed.kind, NoAnswerKind::Tls, "{missed:?}");
        assert!(
            missed.detail.contains("requires a client certificate"),
            "{missed:?}"
        );
        let refused = reason(&foreign, transport, &url).await;
        assert_eq!(refused.kind, NoAnswerKind::Tls, "{refused:?}");
        assert!(
            refused
                .detail
                .contains("does not accept the client certificate"),
            "{refused:?}"
        );
    }
    assert_eq!(heard.requests(), [""; 0]);
}

#[tokio::test]
async fn a_pinned_name_is_asked_for_and_verified() {
    let authority = Authority::new();
    let (address, heard) = serve(Some(acceptor(
        &authority.issue(&["api.internal"]),
        None,
        &BOTH,
    )))
    .await;
    let network = Network {
        server_name: Some("api.internal".to_owned()),
        ..trusting(&authority)
    };
    let other = Network {
        server_name: Some("other.internal".to_owned()),
        ..trusting(&authority)
    };
    let url = format!("https://{address}");
    for transport in ALL {
        assert_answered(&exchange(&network, transport, &url).await);
        let reason = reason(&other, transport, &url).await;
        assert!(
            reason.detail.contains("not for `other.internal`"),
            "{reason:?}"
        );
    }
    assert_eq!(heard.names(), ["api.internal"; 3]);
    // What the application hears is the URL's host, in both versions of HTTP.
    let authority = format!("{address}");
    assert!(
        heard
            .requests()
            .iter()
            .all(|line| line.ends_with(&authority)),
        "{:?}",
        heard.requests()
    );
    assert!(
        heard.requests()[0].starts_with("HTTP/2.0"),
        "{:?}",
        heard.requests()
    );
}

#[tokio::test]
async fn an_insecure_network_believes_whoever_answers() {
    let issued = Authority::new().issue_with(&["other.example"], |params| {
        params.not_after = rcgen::date_time_ymd(2020, 2, 3);
    });
    let (address, _) = serve(Some(acceptor(&issued, None, &BOTH))).await;
    let network = Network {
        insecure: true,
        ..Network::default()
    };
    for transport in ALL {
        assert_answered(&exchange(&network, transport, &format!("https://{address}")).await);
    }
}

#[tokio::test]
async fn the_version_agreed_on_is_the_one_of_the_answer() {
    let authority = Authority::new();
    let tls = acceptor(&authority.issue(&["127.0.0.1", "api.example"]), None, &BOTH);
    let (address, _) = serve(Some(tls)).await;
    let plain = format!("https://{address}");
    let named = format!("https://api.example:{}", address.port());
    // Once with reqwest, once with the pool over connections of ours.
    for (network, url) in [
        (trusting(&authority), plain),
        (leading("api.example", address, trusting(&authority)), named),
    ] {
        for (http, version) in [
            (HttpChoice::Auto, "HTTP/2"),
            (HttpChoice::Http1, "HTTP/1.1"),
            (HttpChoice::Http2, "HTTP/2"),
        ] {
            let network = Network {
                http,
                ..network.clone()
            };
            let exchange = exchange(&network, Normal, &url).await;
            assert_answered(&exchange);
            assert_eq!(exchange.answer.unwrap().version, version, "{http:?} {url}");
        }
    }
}

#[tokio::test]
async fn a_server_without_http_2_is_told_where_it_is_asked_for() {
    let authority = Authority::new();
    let network = Network {
        http: HttpChoice::Http2,
        ..trusting(&authority)
    };
    // One that knows other versions alone, and one that agrees on nothing.
    for protocols in [&["http/1.1"][..], &[]] {
        let tls = acceptor(&authority.issue(&["127.0.0.1"]), None, protocols);
        let (address, heard) = serve(Some(tls)).await;
        let reason = reason(&network, Normal, &format!("https://{address}")).await;
        assert_eq!(reason.kind, NoAnswerKind::Tls, "{reason:?}");
        assert!(reason.detail.contains("HTTP"), "{reason:?}");
        assert_eq!(heard.requests(), [""; 0]);
    }
}

#[tokio::test]
async fn http_2_without_tls_is_spoken_when_said() {
    let (address, heard) = serve(None).await;
    let network = Network {
        http: HttpChoice::Http2,
        ..Network::default()
    };
    let url = format!("http://{address}");
    let answered = exchange(&network, Normal, &url).await;
    assert_answered(&answered);
    assert_eq!(answered.answer.unwrap().version, "HTTP/2");
    assert_eq!(heard.requests(), [format!("HTTP/2.0 GET /a {address}")]);
    for transport in [Exact, Raw] {
        let reason = reason(&network, transport, &url).await;
        assert_eq!(reason.kind, NoAnswerKind::Unsendable);
        assert!(
            reason
                .detail
                .ends_with("speaks only HTTP/1.1, but the target has `http: 2`"),
            "{reason:?}"
        );
    }
}

#[tokio::test]
async fn a_field_of_one_connection_may_go_where_http_2_is_not_spoken() {
    let authority = Authority::new();
    let (address, _) = serve(Some(acceptor(
        &authority.issue(&["127.0.0.1"]),
        None,
        &BOTH,
    )))
    .await;
    let url = format!("https://{address}");
    let request = || {
        let mut request = get(Normal, &url);
        request
            .headers
            .push(("TE".to_owned(), "trailers".to_owned()));
        request
    };
    let refused = transports(&trusting(&authority)).send(request()).await;
    assert_eq!(refused.answer.unwrap_err().kind, NoAnswerKind::Unsendable);
    let network = Network {
        http: HttpChoice::Http1,
        ..trusting(&authority)
    };
    assert_answered(&transports(&network).send(request()).await);
}

#[tokio::test]
async fn an_address_of_version_6_is_reached() {
    let authority = Authority::new();
    let tls = acceptor(&authority.issue(&["::1"]), None, &BOTH);
    let Ok((address, _)) = serve_at("[::1]:0", Some(tls)).await else {
        eprintln!("left out: this machine has no ::1");
        return;
    };
    let (plain, _) = serve_at("[::1]:0", None).await.unwrap();
    for transport in ALL {
        assert_answered(
            &exchange(
                &trusting(&authority),
                transport,
                &format!("https://{address}"),
            )
            .await,
        );
        assert_answered(
            &exchange(&Network::default(), transport, &format!("http://{plain}")).await,
        );
    }
}
