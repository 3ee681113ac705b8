//! Proxies: a tunnel or a reason, and nothing that a proxy says is taken for the target's answer.

use probity::model::exchange::NoAnswerKind;
use probity::model::network::{Network, ProxyKind};
use probity::model::request::Transport::Exact;
use tokio::net::TcpListener;

use crate::certificates::{Authority, acceptor};
use crate::client::{
    ALL, assert_answered, exchange, leading, reason, saying, through, through_address, trusting,
};
use crate::proxies::Proxy;
use crate::server::serve;

/// `ann:s3cret`, as Basic says it.
const CREDENTIALS: &str = "Proxy-Authorization: Basic YW5uOnMzY3JldA==\r\n";

#[tokio::test]
async fn every_request_goes_through_a_tunnel() {
    let authority = Authority::new();
    let tls = acceptor(
        &authority.issue(&["api.example"]),
        None,
        &["h2", "http/1.1"],
    );
    let (secure, _) = serve(Some(tls)).await;
    let (plain, _) = serve(None).await;
    let proxy = Proxy::http(None).await;
    let network = through(&proxy, ProxyKind::Http, trusting(&authority));
    for transport in ALL {
        let url = format!("https://api.example:{}", secure.port());
        let answered = exchange(&network, transport, &url).await;
        assert_answered(&answered);
        let opening = answered.timing.opening;
        assert!(
            opening.connect.is_some() && opening.tls.is_some(),
            "{opening:?}"
        );
        // The name is the proxy's to resolve.
        assert_eq!(opening.dns, None);
        let url = format!("http://plain.example:{}", plain.port());
        assert_answered(&exchange(&network, transport, &url).await);
    }
    let asked = proxy.asked();
    assert_eq!(asked.len(), 6);
    let secure = format!("api.example:{}", secure.port());
    assert_eq!(
        asked[0],
        format!("CONNECT {secure} HTTP/1.1\r\nHost: {secure}\r\n\r\n")
    );
    assert!(
        asked.iter().all(|head| head.starts_with("CONNECT ")),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_proxy_hears_the_credentials_for_it_and_no_others() {
    let (address, _) = serve(None).await;
    let proxy = Proxy::http(Some(CREDENTIALS)).await;
    let network = saying(
        "ann",
        "s3cret",
        through(&proxy, ProxyKind::Http, Network::default()),
    );
    for transport in ALL {
        let mut request = crate::client::get(transport, &format!("http://{address}"));
        request
            .headers
            .push(("Authorization".to_owned(), "Bearer targets-own".to_owned()));
        request.credentials.push("authorization".to_owned());
        assert_answered(&crate::client::transports(&network).send(request).await);
    }
    let asked = proxy.asked();
    assert!(
        asked.iter().all(|head| !head.contains("targets-own")),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_proxy_that_wants_credentials_is_told_from_the_target() {
    let proxy = Proxy::http(Some(CREDENTIALS)).await;
    let network = through(&proxy, ProxyKind::Http, Network::default());
    let wrong = saying("ann", "wrong-one", network.clone());
    let name = format!("the proxy http://{}", proxy.address);
    for transport in ALL {
        let without = reason(&network, transport, "http://127.0.0.1:9").await;
        assert_eq!(without.kind, NoAnswerKind::Proxy);
        assert_eq!(
            without.detail,
            format!(
                "{name} requires credentials (407 Proxy Authentication Required): add `user` and `password` to `proxy`"
            )
        );
        let refused = reason(&wrong, transport, "http://127.0.0.1:9").await;
        assert!(
            refused
                .detail
                .starts_with(&format!("{name} does not accept the credentials"))
        );
        assert!(!refused.detail.contains("wrong-one"));
    }
}

#[tokio::test]
async fn a_proxy_that_does_not_reach_the_target_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let proxy = Proxy::http(None).await;
    let network = through(&proxy, ProxyKind::Http, Network::default());
    for transport in ALL {
        let reason = reason(&network, transport, &format!("http://{closed}")).await;
        assert_eq!(reason.kind, NoAnswerKind::Proxy);
        assert_eq!(
            reason.detail,
            format!(
                "the proxy http://{} refused to connect to {closed}: 502 Bad Gateway",
                proxy.address
            )
        );
    }
}

#[tokio::test]
async fn what_a_broken_proxy_says_is_no_answer() {
    for (answer, told) in [
        ("", "closed or broke the connection"),
        ("HTTP/1.1 200", "closed or broke the connection"),
        ("SSH-2.0-x\r\n\r\n", "sent an invalid answer to CONNECT"),
        (
            "HTTP/1.1 101 Switching\r\n\r\n",
            "refused to connect to api.example:80: 101 Switching",
        ),
        ("HTTP/1.1 403 \u{1b}[31mNo\r\n\r\n", "proxy http://"),
    ] {
        let proxy = Proxy::answering(answer).await;
        let network = through(&proxy, ProxyKind::Http, Network::default());
        for transport in ALL {
            let reason = reason(&network, transport, "http://api.example").await;
            assert_eq!(reason.kind, NoAnswerKind::Proxy, "{reason:?}");
            assert!(reason.detail.contains(told), "{answer:?}: {reason:?}");
            assert!(!reason.detail.contains('\u{1b}'), "{reason:?}");
        }
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    for (kind, scheme) in [(ProxyKind::Http, "http"), (ProxyKind::Socks5, "socks5")] {
        let network = through_address(closed, kind, Network::default());
        for transport in ALL {
            let reason = reason(&network, transport, "http://api.example").await;
            assert_eq!(reason.kind, NoAnswerKind::Proxy);
            let told = format!("cannot reach the proxy {scheme}://{closed}: connection refused");
            assert!(reason.detail.starts_with(&told), "{reason:?}");
        }
    }
}

#[tokio::test]
async fn hosts_that_are_spared_are_reached_straight() {
    let (address, _) = serve(None).await;
    let proxy = Proxy::answering("HTTP/1.1 403 No\r\n\r\n").await;
    let mut network = through(&proxy, ProxyKind::Http, Network::default());
    network.proxy.as_mut().unwrap().except = vec!["127.0.0.1".to_owned()];
    for transport in ALL {
        assert_answered(&exchange(&network, transport, &format!("http://{address}")).await);
    }
    assert_eq!(proxy.asked(), [""; 0]);
}

#[tokio::test]
async fn a_proxy_is_asked_for_the_address_that_a_name_leads_to() {
    let (address, _) = serve(None).await;
    let proxy = Proxy::http(None).await;
    let network = through(
        &proxy,
        ProxyKind::Http,
        leading("api.example", address, Network::default()),
    );
    assert_answered(&exchange(&network, Exact, "http://api.example").await);
    assert!(proxy.asked()[0].starts_with(&format!("CONNECT {address} ")));
}

#[tokio::test]
async fn socks_leaves_the_name_to_the_proxy() {
    let authority = Authority::new();
    let (secure, _) = serve(Some(acceptor(
        &authority.issue(&["api.example"]),
        None,
        &[],
    )))
    .await;
    let (plain, _) = serve(None).await;
    let proxy = Proxy::socks(None, 0).await;
    let network = through(&proxy, ProxyKind::Socks5, trusting(&authority));
    for transport in ALL {
        let named = format!("api.example:{}", secure.port());
        assert_answered(&exchange(&network, transport, &format!("https://{named}")).await);
        assert_answered(&exchange(&network, transport, &format!("http://{plain}")).await);
        let asked = proxy.asked();
        assert_eq!(asked[asked.len() - 2..], [named, plain.to_string()]);
    }
}

#[tokio::test]
async fn socks_with_credentials() {
    let (address, _) = serve(None).await;
    let proxy = Proxy::socks(Some(("ann", "s3cret")), 0).await;
    let network = through(&proxy, ProxyKind::Socks5, Network::default());
    let right = saying("ann", "s3cret", network.clone());
    let wrong = saying("ann", "other", network.clone());
    let url = format!("http://{address}");
    for transport in ALL {
        assert_answered(&exchange(&right, transport, &url).await);
        let refused = reason(&wrong, transport, &url).await;
        assert!(
            refused
                .detail
                .ends_with("does not accept the credentials under `proxy`"),
            "{refused:?}"
        );
        let missed = reason(&network, transport, &url).await;
        assert_eq!(missed.kind, NoAnswerKind::Proxy);
        assert!(
            missed
                .detail
                .contains("requires credentials: add `user` and `password`"),
            "{missed:?}"
        );
    }
}

#[tokio::test]
async fn a_refusal_of_socks_tells_its_reply() {
    let proxy = Proxy::socks(None, 5).await;
    let network = through(&proxy, ProxyKind::Socks5, Network::default());
    for transport in ALL {
        let reason = reason(&network, transport, "http://api.example").await;
        assert_eq!(
            reason.detail,
            format!(
                "the proxy socks5://{} did not connect to api.example:80: connection refused (reply 5)",
                proxy.address
            )
        );
    }
}

#[tokio::test]
async fn a_proxy_that_speaks_no_socks_is_told() {
    let (address, _) = serve(None).await;
    let network = through_address(address, ProxyKind::Socks5, Network::default());
    let reason = reason(&network, Exact, "http://api.example").await;
    assert_eq!(reason.kind, NoAnswerKind::Proxy, "{reason:?}");
}
