//! A cabinet: members sign in with a form, file documents, and read, follow and search what is there.
//!
//! The service under test of the example, in memory. What it promises is in `README.md` beside it, and its
//! requirements are in `cases/cabinet/contract.yaml`.

mod coding;
mod content;
mod documents;
pub(crate) mod faults;
mod multipart;
mod news;
mod pages;
mod search;
mod sessions;
mod tokens;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use documents::Document;
use faults::Fault;
use news::Entry;
use sessions::Session;

/// The longest body of a request that is read.
const LONGEST_BODY: usize = 4 << 20;

/// Serves a new cabinet on a loopback port (0: a free one) until the runtime ends.
pub(crate) async fn start(port: u16, fault: Option<&str>) -> io::Result<SocketAddr> {
    let fault = fault.map(faults::named).transpose()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, routes(fault)).await });
    Ok(address)
}

fn routes(fault: Option<Fault>) -> Router {
    Router::new()
        .route("/login", get(pages::login).post(sessions::sign_in))
        .route("/logout", post(sessions::sign_out))
        .route("/tokens", post(tokens::create))
        .route("/home", get(pages::home))
        .route("/documents", get(documents::list).post(documents::add))
        .route(
            "/documents/{id}",
            get(documents::read).delete(documents::remove),
        )
        .route("/documents/{id}/content", get(content::download))
        .route("/d/{id}", get(documents::short_link))
        .route("/latest", get(documents::latest))
        .route("/search", get(search::search))
        .route("/log", get(news::log))
        .route("/events", get(news::events))
        .route("/feed.xml", get(news::feed))
        .layer(middleware::map_response_with_state(fault, faults::broken))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(Arc::new(Cabinet::filled(fault)))
}

/// Everything that the service knows.
#[derive(Debug)]
struct Cabinet {
    fault: Option<Fault>,
    drawers: Mutex<Drawers>,
    /// How many entries the log has: wakes up who waits for the next.
    news: watch::Sender<usize>,
}

/// What changes.
#[derive(Debug, Default)]
struct Drawers {
    sessions: BTreeMap<String, Session>,
    documents: BTreeMap<u64, Document>,
    log: Vec<Entry>,
    last: u64,
}

type Shared = State<Arc<Cabinet>>;

impl Cabinet {
    fn filled(fault: Option<Fault>) -> Cabinet {
        let cabinet = Cabinet {
            fault,
            drawers: Mutex::default(),
            news: watch::Sender::new(0),
        };
        for document in documents::first() {
            cabinet.file(&mut cabinet.open(), "ada", document);
        }
        cabinet
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn open(&self) -> MutexGuard<'_, Drawers> {
        // No handler panics in the middle of a change.
        self.drawers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first line of a field, as text.
fn field(headers: &HeaderMap, name: HeaderName) -> &str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// A refusal of the API (RFC 9457).
#[derive(Debug)]
struct Problem(StatusCode, &'static str);

const NOT_THERE: Problem = Problem(StatusCode::NOT_FOUND, "there is no such document");

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({ "title": self.1, "status": self.0.as_u16() });
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.0, kind, body.to_string()).into_response()
    }
}
