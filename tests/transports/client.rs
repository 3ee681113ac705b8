//! Requests, and sending one of them to a peer.

use std::time::Duration;

use probity::execute::Transports;
use probity::model::exchange::{Exchange, NoAnswer, NoAnswerKind, Response, SentRequest};
use probity::model::network::Network;
use probity::model::request::Transport::{self, Exact, Normal, Raw};
use probity::model::target::Limits;

use crate::peer::{OK, Peer, say};
use crate::support::script::Act;

pub(crate) const ALL: [Transport; 3] = [Normal, Exact, Raw];

pub(crate) fn limits() -> Limits {
    Limits {
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(10),
        body: 1000,
        ..Limits::default()
    }
}

pub(crate) fn short() -> Limits {
    Limits {
        timeout: Duration::from_millis(200),
        ..limits()
    }
}

pub(crate) fn get(transport: Transport, target: &str) -> SentRequest {
    SentRequest {
        service: String::new(),
        method: "GET".to_owned(),
        url: String::new(),
        target: target.to_owned(),
        headers: Vec::new(),
        body: None,
        transport,
        omitted: Vec::new(),
        credentials: Vec::new(),
    }
}

pub(crate) fn request(transport: Transport, method: &str, headers: &[(&str, &str)]) -> SentRequest {
    SentRequest {
        method: method.to_owned(),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..get(transport, "/a")
    }
}

pub(crate) fn omitting(names: &[&str], request: SentRequest) -> SentRequest {
    SentRequest {
        omitted: names.iter().map(|name| (*name).to_owned()).collect(),
        ..request
    }
}

pub(crate) fn with_body(body: &str, request: SentRequest) -> SentRequest {
    SentRequest {
        body: Some(body.as_bytes().to_vec().into()),
        ..request
    }
}

pub(crate) async fn send_to(address: &str, limits: &Limits, request: SentRequest) -> Exchange {
    let request = SentRequest {
        url: format!("http://{address}{}", request.target),
        ..request
    };
    Transports::new(limits, &Network::default())
        .unwrap()
        .send(request)
        .await
}

pub(crate) async fn answer_to(limits: &Limits, transport: Transport, script: Vec<Act>) -> Exchange {
    let peer = Peer::playing(0, script).await;
    send_to(&peer.address.to_string(), limits, get(transport, "/a")).await
}

pub(crate) async fn response_to(transport: Transport, bytes: &[u8]) -> Response {
    let exchange = answer_to(&limits(), transport, say(bytes)).await;
    exchange.answer.unwrap()
}

pub(crate) async fn refusal_of(transport: Transport, bytes: &[u8]) -> NoAnswer {
    let exchange = answer_to(&limits(), transport, say(bytes)).await;
    exchange.answer.unwrap_err()
}

/// Sends the request; gives what was on the wire with the address of the peer as `PEER`, after checking
/// that the exchange shows the same head.
pub(crate) async fn wire(request: SentRequest) -> String {
    let peer = Peer::playing(
        request.body.as_ref().map_or(0, |body| body.to_vec().len()),
        say(OK),
    )
    .await;
    let address = peer.address.to_string();
    let exchange = send_to(&address, &limits(), request).await;
    assert_eq!(
        exchange.answer.as_ref().map(|answer| answer.status),
        Ok(200)
    );
    let heard = String::from_utf8(peer.heard().await).unwrap();
    let (top, _) = heard.split_once("\r\n\r\n").unwrap();
    let shown: Vec<String> = exchange
        .request
        .headers
        .iter()
        .map(|(name, value)| match exchange.request.transport {
            Raw => format!("{name}: {value}"),
            _ => format!("{}: {value}", name.to_lowercase()),
        })
        .collect();
    let sent: Vec<&str> = top.split("\r\n").skip(1).collect();
    assert_eq!(shown, sent, "the exchange shows another head than the wire");
    heard.replace(&address, "PEER")
}

pub(crate) async fn unsendable(request: SentRequest) -> String {
    let exchange = send_to("127.0.0.1:9", &limits(), request).await;
    let reason = exchange.answer.unwrap_err();
    assert_eq!(reason.kind, NoAnswerKind::Unsendable, "{reason:?}");
    reason.detail
}
