//! The normal transport: a pooled client that speaks HTTP/1.1, and HTTP/2 where TLS agrees on it.

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{ACCEPT, HeaderValue};
use hyper::{HeaderMap, Method, Uri, Version};
use url::{Position, Url};

use crate::execute::failure;
use crate::execute::failure::unsendable;
use crate::execute::interim::Interim;
use crate::execute::outgoing::Outgoing;
use crate::execute::progress::{Progress, Seen};
use crate::execute::route::{Client, Route};
use crate::execute::{destination, head, pool, typed};
use crate::model::exchange::{NoAnswer, Response, SentRequest};
use crate::model::network::HttpChoice;
use crate::model::target::Limits;

/// Sends the request and reads the answer.
pub(super) async fn exchange(
    route: &Route,
    limits: &Limits,
    request: &mut SentRequest,
    progress: &mut Progress,
) -> Result<Response, NoAnswer> {
    let url = Url::parse(&request.url).map_err(destination::bad_url)?;
    check(request, &url, route)?;
    let authority = url[Position::BeforeHost..Position::AfterPort].to_owned();
    let answer = match &route.client {
        Client::Reqwest { plain, secure } => {
            let client = match url.scheme() {
                "https" => route.secure(secure)?,
                _ => plain,
            };
            let response = by_reqwest(client, limits, request, url).await?;
            note_host(request, &authority, response.version());
            typed::answer(response.into(), limits.body, progress).await
        }
        Client::Own(client) => {
            let response = by_pool(client, request, &url).await?;
            note_host(request, &authority, response.version());
            typed::answer(response, limits.body, progress).await
        }
    };
    // The client returns the connection to the pool in a task of its own. Let it run first, or the next request opens
    // another connection.
    tokio::task::yield_now().await;
    answer
}

async fn by_reqwest(
    client: &reqwest::Client,
    limits: &Limits,
    request: &mut SentRequest,
    url: Url,
) -> Result<reqwest::Response, NoAnswer> {
    let is_secure = url.scheme() == "https";
    let (method, fields) = head(request)?;
    let mut bound = reqwest::Request::new(method, url);
    *bound.headers_mut() = fields;
    if let Some(body) = &request.body {
        *bound.body_mut() = Some(match body.shared() {
            Some(bytes) => Bytes::from_owner(bytes).into(),
            None => reqwest::Body::wrap(Outgoing::of(Some(body))),
        });
    }
    client.execute(bound).await.map_err(|error| {
        if !error.is_connect() {
            failure::connected(&error, Seen::NoHead)
        } else if error.is_timeout() {
            failure::not_connected(limits.connect_timeout)
        } else {
            failure::connecting(&error, is_secure)
        }
    })
}

async fn by_pool(
    client: &pool::Client,
    request: &mut SentRequest,
    url: &Url,
) -> Result<hyper::Response<Incoming>, NoAnswer> {
    let target = Uri::try_from(url.as_str())
        .map_err(|_| unsendable("the client does not accept the URL; use `transport: raw`"))?;
    let (method, fields) = head(request)?;
    let mut bound = hyper::Request::new(Outgoing::of(request.body.as_ref()));
    *bound.method_mut() = method;
    *bound.uri_mut() = target;
    *bound.headers_mut() = fields;
    let interim = Interim::counting(&mut bound);
    let response = async {
        client.request(bound).await.map_err(|error| {
            if error.is_connect() {
                failure::connecting(&error, false)
            } else {
                failure::connected(&error, Seen::NoHead)
            }
        })
    };
    interim.bound(response).await
}

/// Rejects what the client would silently change, or cannot omit.
fn check(request: &SentRequest, url: &Url, route: &Route) -> Result<(), NoAnswer> {
    destination::check_url(url)?;
    if url[Position::BeforePath..Position::AfterQuery] != request.target || url.fragment().is_some()
    {
        return Err(unsendable(
            "a URL cannot contain the path as written; use `transport: exact`",
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
    let may_be_http2 = match route.network().http {
        HttpChoice::Auto => url.scheme() == "https",
        HttpChoice::Http1 => false,
        HttpChoice::Http2 => true,
    };
    if may_be_http2 {
        let bent = ONE_CONNECTION.iter().find(|name| head::has(request, name));
        if let Some(name) = bent {
            return Err(unsendable(format!(
                "`{name}` does not exist in HTTP/2, which may be used here; use `transport: exact`"
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

/// The head in the client's types.
fn head(request: &mut SentRequest) -> Result<(Method, HeaderMap), NoAnswer> {
    let (method, mut fields) = typed::head(request)?;
    if !fields.contains_key(ACCEPT) {
        // reqwest adds it by itself.
        fields.insert(ACCEPT, HeaderValue::from_static("*/*"));
        request
            .headers
            .push(("accept".to_owned(), "*/*".to_owned()));
    }
    Ok((method, fields))
}

/// Writes down the `Host` that the client adds, where the version spoken has one.
fn note_host(request: &mut SentRequest, authority: &str, version: Version) {
    if version < Version::HTTP_2 && !head::has(request, "host") {
        request
            .headers
            .push(("host".to_owned(), authority.to_owned()));
    }
}
