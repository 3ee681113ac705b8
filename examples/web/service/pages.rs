//! The two pages: the form to sign in, and the page of a member.

use std::collections::HashMap;
use std::fmt::Write;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::sessions::redirect;
use super::{Shared, documents};

/// A page that no cache keeps.
pub(super) type Page = ([(header::HeaderName, &'static str); 1], Html<String>);

/// Text in HTML and XML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn page(title: &str, content: &str) -> Page {
    let head = format!("<head><meta charset=\"utf-8\"><title>{title}</title></head>");
    let text = format!(
        "<!doctype html>\n<html lang=\"en\">{head}<body>\n<h1>{title}</h1>\n{content}</body></html>\n"
    );
    ([(header::CACHE_CONTROL, "no-store")], Html(text))
}

/// The form to sign in.
pub(super) fn form(csrf: &str, next: &str, message: &str) -> Page {
    let message = match message {
        "" => String::new(),
        message => format!("<p class=\"error\">{message}</p>\n"),
    };
    let (csrf, next) = (escaped(csrf), escaped(next));
    let content = format!(
        "{message}<form id=\"login\" method=\"post\" action=\"/login\">\n\
         <input type=\"hidden\" name=\"csrf\" value=\"{csrf}\">\n\
         <input type=\"hidden\" name=\"next\" value=\"{next}\">\n\
         <label>User <input name=\"user\"></label>\n\
         <label>Password <input name=\"password\" type=\"password\"></label>\n\
         <button>Sign in</button>\n</form>\n"
    );
    page("Sign in", &content)
}

pub(super) async fn login(
    State(cabinet): Shared,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let mut drawers = cabinet.open();
    let id = drawers.start(None);
    let csrf = drawers.sessions.get(&id).map(|session| &*session.csrf);
    let next = query.get("next").map_or("/home", String::as_str);
    let cookie = [(header::SET_COOKIE, cabinet.cookie(&id))];
    (cookie, form(csrf.unwrap_or_default(), next, "")).into_response()
}

pub(super) async fn home(State(cabinet): Shared, headers: HeaderMap) -> Response {
    let mut drawers = cabinet.open();
    let Ok(member) = drawers.member(&headers) else {
        return redirect(StatusCode::SEE_OTHER, "/login?next=/home");
    };
    let csrf = drawers.session(&headers).map(|session| &*session.csrf);
    let csrf = csrf.unwrap_or_default().to_owned();
    let mut content = format!(
        "<p>Signed in as <strong id=\"member\">{member}</strong></p>\n<ul id=\"documents\">\n"
    );
    for (id, document) in drawers.documents.range(..=documents::SHOWN) {
        let title = escaped(&document.title);
        let _ = writeln!(content, "<li><a href=\"/documents/{id}\">{title}</a></li>");
    }
    let _ = write!(
        content,
        "</ul>\n<form id=\"logout\" method=\"post\" action=\"/logout\">\n\
         <input type=\"hidden\" name=\"csrf\" value=\"{csrf}\">\n<button>Sign out</button>\n</form>\n"
    );
    page("Cabinet", &content).into_response()
}
