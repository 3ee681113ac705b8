//! The normal transport: a pooled client that speaks HTTP/1.1, and HTTP/2 where TLS agrees on it.

use std::time::Duration;

use hyper::header::ACCEPT;
use hyper::{Method, Version};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::ClientConfig;
use url::{Position, Url};

use super::failure::{self, unsendable};
use super::progress::{Progress, Seen};
use super::{Transports, destination, head, typed};
use crate::model::exchange::{NoAnswer, Response, SentRequest};
use crate::model::target::Limits;

/// A connection that was idle for longer is not used again. Servers close idle connections after two
/// seconds (gunicorn) or five (Node, Apache, uvicorn); a request that meets such a close is cut, and it
/// is not repeated.
const IDLE: Duration = Duration::from_secs(1);

/// Builds a client that does nothing of its own accord.
pub(super) fn client(
    limits: &Limits,
    tls: ClientConfig,
) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Resolver)
        .connect_timeout(limits.connect_timeout)
        .pool_max_idle_per_host(limits.concurrency)
        .pool_idle_timeout(IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .build()
}

/// Sends the request and reads the answer.
pub(super) async fn exchange(
    transports: &Transports,
    request: &mut SentRequest,
    progress: &mut Progress,
) -> Result<Response, NoAnswer> {
    let url = Url::parse(&request.url).map_err(destination::bad_url)?;
    check(request, &url)?;
    let is_secure = url.scheme() == "https";
    let client = if is_secure {
        &transports.secure()?.client
    } else {
        &transports.plain
    };
    let authority = url[Position::BeforeHost..Position::AfterPort].to_owned();
    let bound = bind(request, url)?;
    if !is_secure {
        add_host(request, &authority);
    }
    let response = client.execute(bound).await.map_err(|error| {
        if !error.is_connect() {
            failure::connected(&error, Seen::NoHead)
        } else if error.is_timeout() {
            failure::not_connected(transports.limits.connect_timeout)
        } else {
            failure::connecting(&error, is_secure)
        }
    })?;
    if is_secure && response.version() < Version::HTTP_2 {
        add_host(request, &authority);
    }
    let answer = typed::answer(response.into(), transports.limits.body, progress).await;
    // The client puts the connection back in a task of its own. Let that run first, or the next request
    // finds no idle connection and opens one more.
    tokio::task::yield_now().await;
    answer
}

/// Refuses what the client would change without a word, or cannot leave out.
fn check(request: &SentRequest, url: &Url) -> Result<(), NoAnswer> {
    destination::check_url(url)?;
    if url[Position::BeforePath..Position::AfterQuery] != request.target || url.fragment().is_some()
    {
        return Err(unsendable(
            "a URL cannot hold the path as written; use `transport: exact`",
        ));
    }
    for name in ["accept", "host"] {
        if head::is_omitted(request, name) {
            return Err(unsendable(format!(
                "this client always sends `{name}`; use `transport: exact`"
            )));
        }
    }
    if request.method == "CONNECT" {
        return Err(unsendable("`CONNECT` needs `transport: exact`"));
    }
    if url.scheme() == "https" {
        let bent = ONE_CONNECTION.iter().find(|name| head::has(request, name));
        if let Some(name) = bent {
            return Err(unsendable(format!(
                "`{name}` does not exist in HTTP/2, which https may agree on; use `transport: exact`"
            )));
        }
    }
    Ok(())
}

/// Fields that HTTP/2 forbids or replaces (RFC 9113 sections 8.2.2 and 8.3.1).
const ONE_CONNECTION: [&str; 6] = [
    "host",
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "upgrade",
];

fn bind(request: &mut SentRequest, url: Url) -> Result<reqwest::Request, NoAnswer> {
    let (method, fields): (Method, _) = typed::head(request)?;
    if !fields.contains_key(ACCEPT) {
        // The client adds it; here it is only written down.
        request
            .headers
            .push(("accept".to_owned(), "*/*".to_owned()));
    }
    let mut bound = reqwest::Request::new(method, url);
    *bound.headers_mut() = fields;
    if let Some(body) = &request.body {
        *bound.body_mut() = Some(body.clone().into());
    }
    Ok(bound)
}

fn add_host(request: &mut SentRequest, authority: &str) {
    if !head::has(request, "host") {
        request
            .headers
            .push(("host".to_owned(), authority.to_owned()));
    }
}

/// The system's resolver, with an error that can be told from one of the connection.
struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The client puts the port of the URL in the place of 0.
            let addresses = destination::resolve(name.as_str(), 0).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
