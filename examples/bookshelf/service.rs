//! A bookshelf: anyone can read it, a librarian adds and removes books.
//!
//! The service under test of the example, in memory and as small as a service with a contract can be.
//! Its requirements are in `cases/books/contract.yaml`.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::TcpListener;

/// The credentials of the librarian, who may change the shelf.
const LIBRARIAN: &str = "Bearer librarian";

/// Serves a new shelf on a free loopback port until the runtime ends.
pub(crate) async fn start() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, routes()).await });
    Ok(address)
}

fn routes() -> Router {
    Router::new()
        .route("/books", get(list).post(add))
        .route("/books/{id}", get(read).delete(remove))
        .with_state(Arc::new(Mutex::new(Shelf::filled())))
}

#[derive(Clone, Debug, Serialize)]
struct Book {
    id: String,
    title: String,
    author: String,
}

#[derive(Debug)]
struct Shelf {
    books: BTreeMap<u64, Book>,
    next: u64,
}

type Shared = State<Arc<Mutex<Shelf>>>;

impl Shelf {
    fn filled() -> Shelf {
        let mut shelf = Shelf {
            books: BTreeMap::new(),
            next: 1,
        };
        shelf.add("The Dispossessed", "Ursula K. Le Guin");
        shelf.add("The Left Hand of Darkness", "Ursula K. Le Guin");
        shelf.add("Solaris", "Stanisław Lem");
        shelf
    }

    fn add(&mut self, title: &str, author: &str) -> Book {
        let book = Book {
            id: self.next.to_string(),
            title: title.to_owned(),
            author: author.to_owned(),
        };
        self.books.insert(self.next, book.clone());
        self.next += 1;
        book
    }
}

#[derive(Debug, Deserialize)]
struct Filter {
    author: Option<String>,
}

async fn list(State(shelf): Shared, Query(filter): Query<Filter>) -> Json<Vec<Book>> {
    let shelf = open(&shelf);
    let wanted = |book: &&Book| {
        filter
            .author
            .as_ref()
            .is_none_or(|name| *name == book.author)
    };
    Json(shelf.books.values().filter(wanted).cloned().collect())
}

async fn read(State(shelf): Shared, Path(id): Path<String>) -> Result<Json<Book>, Problem> {
    let shelf = open(&shelf);
    let book = id.parse().ok().and_then(|id: u64| shelf.books.get(&id));
    book.cloned().map(Json).ok_or(NOT_THERE)
}

#[derive(Debug, Deserialize)]
struct NewBook {
    #[serde(default)]
    title: String,
    #[serde(default)]
    author: String,
}

async fn add(
    State(shelf): Shared,
    headers: HeaderMap,
    book: Result<Json<NewBook>, JsonRejection>,
) -> Result<Response, Problem> {
    let_librarian_in(&headers)?;
    let Json(book) = book.map_err(|_| Problem(StatusCode::BAD_REQUEST, "the body is no book"))?;
    if book.title.is_empty() || book.author.is_empty() {
        let what = "a book has a title and an author";
        return Err(Problem(StatusCode::UNPROCESSABLE_ENTITY, what));
    }
    let book = open(&shelf).add(&book.title, &book.author);
    let place = [(header::LOCATION, format!("/books/{}", book.id))];
    Ok((StatusCode::CREATED, place, Json(book)).into_response())
}

async fn remove(
    State(shelf): Shared,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let_librarian_in(&headers)?;
    let mut shelf = open(&shelf);
    let book = id.parse().ok().and_then(|id: u64| shelf.books.remove(&id));
    book.map(|_| StatusCode::NO_CONTENT).ok_or(NOT_THERE)
}

fn let_librarian_in(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::AUTHORIZATION);
    if given.is_some_and(|value| value == LIBRARIAN) {
        return Ok(());
    }
    let what = "only a librarian changes the shelf";
    Err(Problem(StatusCode::UNAUTHORIZED, what))
}

fn open(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    // No handler panics in the middle of a change.
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

const NOT_THERE: Problem = Problem(StatusCode::NOT_FOUND, "there is no such book");

/// An error response (RFC 9457).
#[derive(Debug)]
struct Problem(StatusCode, &'static str);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({ "title": self.1, "status": self.0.as_u16() });
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.0, kind, body.to_string()).into_response()
    }
}
