//! The deployment as a server: limits, hostile octets, keep-alive, reset and the end.

use probity::reference::{Deployment, Fault, Settings};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::calls::{DEVICE, SEATS, autopilot, bulk, presence, reprocess, route_a, seats};
use crate::client::{Call, exchange, send, start};

#[tokio::test]
async fn a_body_too_large_is_413_in_each_contract() {
    let deployment = start(&[], &[]).await;
    let large = " ".repeat(4 * 1024 * 1024 + 1);
    for call in [
        seats("POST", SEATS),
        presence(&json!({})),
        reprocess(),
        Call::new("POST", "/"),
    ] {
        let octets = call.text(&large).octets();
        let mut stream = TcpStream::connect(deployment.address()).await.unwrap();
        // The server may stop reading before all is sent.
        let _ = stream.write_all(&octets).await;
        let mut status_line = [0; 12];
        stream.read_exact(&mut status_line).await.unwrap();
        assert_eq!(&status_line, b"HTTP/1.1 413");
    }
}

#[tokio::test]
async fn octets_that_are_no_request_end_their_connection_only() {
    let deployment = start(&[], &[]).await;
    for octets in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ] {
        let answer = exchange(&deployment, octets).await;
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 400"),
            "{answer:?}"
        );
    }
    assert_eq!(send(&deployment, &reprocess()).await.status, 200);
}

#[tokio::test]
async fn nesting_without_end_is_refused() {
    let deployment = start(&[], &[]).await;
    let deep = "[".repeat(100_000);
    assert_eq!(
        send(&deployment, &presence(&json!({})).text(&deep))
            .await
            .status,
        400
    );
    assert_eq!(
        send(&deployment, &seats("POST", SEATS).text(&deep))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn reset_brings_the_initial_state_back() {
    let deployment = start(&[], &[]).await;
    let users = ["alex@contoso.example"];
    send(&deployment, &bulk(SEATS, "assign", &users)).await;
    send(&deployment, &autopilot("POST", route_a(DEVICE))).await;
    assert_eq!(
        send(&deployment, &Call::new("POST", "/-/reset"))
            .await
            .status,
        204
    );
    let list = send(&deployment, &seats("GET", SEATS)).await.json();
    assert_eq!(list["seats"], json!([]));
    let device = send(&deployment, &autopilot("GET", DEVICE)).await.json();
    assert_eq!(device["userPrincipalName"], "alex@contoso.example");
}

#[tokio::test]
async fn an_http_client_reuses_its_connection_and_stop_closes_it() {
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let deployment = Deployment::start(Settings::default(), ([127, 0, 0, 1], 0).into())
        .await
        .unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/V1/Inventory", deployment.base_url());
    for _ in 0..3 {
        let request = client
            .get(&url)
            .header("authorization", "bearer store-admin");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.bytes().await.unwrap();
    }
    let address = deployment.address();
    deployment.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn dropping_a_deployment_ends_it() {
    let deployment = start(&[], &[]).await;
    let mut stream = TcpStream::connect(deployment.address()).await.unwrap();
    drop(deployment);
    let mut octets = Vec::new();
    // Closed or reset, but not left open.
    let _ = stream.read_to_end(&mut octets).await;
    assert_eq!(octets, b"");
}

#[tokio::test]
async fn a_verbatim_204_leaves_the_connection_usable_if_it_announces_nothing_more() {
    let deployment = start(&[Fault::LENGTH_ON_204], &[]).await;
    let octets = autopilot("POST", route_a(DEVICE)).octets();
    let keep_alive = String::from_utf8(octets)
        .unwrap()
        .replace("Connection: close\r\n", "");
    let mut both = keep_alive.into_bytes();
    both.extend(autopilot("GET", DEVICE).octets());
    let answer = String::from_utf8(exchange(&deployment, &both).await).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 204 No Content\r\n"),
        "{answer}"
    );
    assert!(answer.contains("\r\n\r\nHTTP/1.1 200 OK\r\n"), "{answer}");
}
