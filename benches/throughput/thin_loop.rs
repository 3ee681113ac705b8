//! What a user could write by hand: requests in flight, a status, a header, a compiled schema; nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jsonschema::Validator;
use serde_json::Value;

use super::suite;

/// The role of the thin loop: sends every request and checks every answer.
///
/// On one thread: with two processors and the server on one of them, two threads are slower.
pub(crate) fn run(base: &str, count: usize, in_flight: usize) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(send_all(base, count, in_flight));
}

async fn send_all(base: &str, count: usize, in_flight: usize) {
    // Reqwest wants TLS set up, though nothing here uses it.
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .build()
        .unwrap();
    let options = jsonschema::options().should_validate_formats(true);
    let validator = Arc::new(options.build(&suite::schema()).unwrap());
    let base: Arc<str> = base.into();
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..in_flight {
        let (client, validator) = (client.clone(), Arc::clone(&validator));
        let (base, next) = (Arc::clone(&base), Arc::clone(&next));
        workers.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return;
                }
                let url = format!("{base}{}", suite::path(number));
                check(&client, &validator, &url).await;
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.unwrap();
    }
}

async fn check(client: &reqwest::Client, validator: &Validator, url: &str) {
    let request = client.get(url).header("accept", "application/json");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    let mut response = response;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        body.extend_from_slice(&chunk);
    }
    let value: Value = serde_json::from_slice(&body).unwrap();
    assert!(validator.is_valid(&value));
    assert_eq!(value["state"], "active");
}
