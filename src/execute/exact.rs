//! The exact transport: one HTTP/1.1 connection for one request, with no field of its own but `Host`.

use std::convert::Infallible;
use std::future::pending;

use hyper::client::conn::http1;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;

use crate::execute::destination::Destination;
use crate::execute::failure;
use crate::execute::failure::unsendable;
use crate::execute::interim::Interim;
use crate::execute::outgoing::Outgoing;
use crate::execute::progress::{Progress, Seen};
use crate::execute::route::Route;
use crate::execute::tls::Agreement;
use crate::execute::{answer, head, typed};
use crate::model::exchange::{NoAnswer, Response, SentRequest};
use crate::model::target::Limits;

/// Sends the request and reads the answer.
pub(super) async fn exchange(
    route: &Route,
    limits: &Limits,
    request: &mut SentRequest,
    progress: &mut Progress,
) -> Result<Response, NoAnswer> {
    route.speaks_http1(request)?;
    let destination = Destination::of(request)?;
    let mut bound = bind(request, &destination.authority)?;
    let interim = Interim::counting(&mut bound);
    let (connection, _) = route.dialer.open(&destination, Agreement::Http1).await?;
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(answer::HEAD_FIELDS)
        .max_header_size(answer::HEAD_BYTES)
        .handshake(TokioIo::new(connection))
        .await
        .map_err(|error| failure::connected(&error, Seen::NoHead))?;
    let talk = async {
        let response = async {
            let response = sender.send_request(bound).await;
            response.map_err(|error| failure::connected(&error, Seen::NoHead))
        };
        let response = interim.bound(response).await?;
        typed::answer(response, limits.body, progress).await
    };
    // The connection moves the bytes and ends by itself; what went wrong reaches `talk` as well.
    let drive = async {
        let _ = connection.await;
        pending::<Infallible>().await
    };
    tokio::select! {
        answer = talk => answer,
        never = drive => match never {},
    }
}

fn bind(request: &mut SentRequest, authority: &str) -> Result<Request<Outgoing>, NoAnswer> {
    let target = target(request)?;
    if !head::is_settled(request, "host") {
        let host = ("host".to_owned(), authority.to_owned());
        request.headers.insert(0, host);
    }
    let (method, fields) = typed::head(request)?;
    let mut bound = Request::new(Outgoing::of(request.body.as_ref()));
    *bound.method_mut() = method;
    *bound.uri_mut() = target;
    *bound.headers_mut() = fields;
    Ok(bound)
}

/// The client takes more than it sends (a fragment goes, an absolute URL gains a slash), so the written
/// form is compared.
fn target(request: &SentRequest) -> Result<Uri, NoAnswer> {
    match Uri::try_from(&request.target) {
        Ok(uri) if uri.to_string() == request.target => Ok(uri),
        _ => Err(unsendable(
            "the target contains a character that a URL cannot contain; use `transport: raw`",
        )),
    }
}
