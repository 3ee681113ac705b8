//! Faults: each violates one requirement, for those who measure how much a suite detects.

use std::io;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    ContentMangled,
    CookieReadable,
    CsrfUnchecked,
    DeletedReadable,
    EventsReplayed,
    ExpiresMissing,
    ExtraAccepted,
    FeedUnescaped,
    FilenameWithPath,
    GzipUnasked,
    HoursUnchecked,
    LimitUnchecked,
    LinkMissing,
    LogIsArray,
    LogoutForgotten,
    MalformedIs500,
    NotModifiedIgnored,
    OpenRedirect,
    PageOverlaps,
    PasswordOptional,
    ProblemAsText,
    QueryOptional,
    RangeTooShort,
    RecordPublic,
    RetryAfterMissing,
    ScopeUnchecked,
    SearchUnlimited,
    SessionFixed,
    SizeAsText,
    TitleOptional,
    UnknownIs410,
    UserRevealed,
}

/// A fault as it is switched on: its name, the requirement that it violates, and what happens.
#[derive(Debug)]
pub(crate) struct Switch {
    fault: Fault,
    pub(crate) name: &'static str,
    pub(crate) requirement: &'static str,
    pub(crate) effect: &'static str,
}

const fn switch(
    fault: Fault,
    name: &'static str,
    requirement: &'static str,
    effect: &'static str,
) -> Switch {
    Switch {
        fault,
        name,
        requirement,
        effect,
    }
}

/// Every fault, in the order of the requirements.
#[rustfmt::skip]
pub(crate) const FAULTS: &[Switch] = &[
    switch(Fault::CookieReadable, "cookie-readable", "CABINET-02", "the session cookie is not HttpOnly"),
    switch(Fault::SessionFixed, "session-fixed", "CABINET-04", "a session keeps its id when a member signs in"),
    switch(Fault::UserRevealed, "user-revealed", "CABINET-05", "an unknown user gets another answer than a wrong password"),
    switch(Fault::CsrfUnchecked, "csrf-unchecked", "CABINET-06", "changes are accepted without the token of the session"),
    switch(Fault::OpenRedirect, "open-redirect", "CABINET-07", "signing in redirects to any address"),
    switch(Fault::LogoutForgotten, "logout-forgotten", "CABINET-10", "a session stays signed in after its end"),
    switch(Fault::ContentMangled, "content-mangled", "CABINET-14", "line ends of an uploaded file are changed"),
    switch(Fault::FilenameWithPath, "filename-with-path", "CABINET-15", "the name of a file keeps its directories"),
    switch(Fault::DeletedReadable, "deleted-readable", "CABINET-19", "a deleted document can still be read"),
    switch(Fault::PageOverlaps, "page-overlaps", "CABINET-22", "the last document of a page is also the first of the next"),
    switch(Fault::NotModifiedIgnored, "not-modified-ignored", "CABINET-27", "If-None-Match is ignored"),
    switch(Fault::RangeTooShort, "range-too-short", "CABINET-28", "the last byte of a range is missing"),
    switch(Fault::GzipUnasked, "gzip-unasked", "CABINET-32", "answers are compressed although nobody asked for it"),
    switch(Fault::LogIsArray, "log-is-array", "CABINET-33", "the log is one JSON array"),
    switch(Fault::EventsReplayed, "events-replayed", "CABINET-35", "Last-Event-ID is ignored"),
    switch(Fault::FeedUnescaped, "feed-unescaped", "CABINET-36", "titles are not escaped in the feed"),
    switch(Fault::SearchUnlimited, "search-unlimited", "CABINET-39", "any number of searches is answered"),
    switch(Fault::RetryAfterMissing, "retry-after-missing", "CABINET-40", "a refused search does not say when to try again"),
];

/// Faults that violate what `openapi.yaml` describes: requirements of the suite that is imported from it.
#[rustfmt::skip]
pub(crate) const FAULTS_OF_DOCUMENT: &[Switch] = &[
    switch(Fault::PasswordOptional, "password-optional", "CREATE-TOKEN-WITHOUT-PASSWORD", "a required member of a body may be missing"),
    switch(Fault::ScopeUnchecked, "scope-unchecked", "CREATE-TOKEN-ILLEGAL-BODY", "a value that is not in the enum is accepted"),
    switch(Fault::HoursUnchecked, "hours-unchecked", "CREATE-TOKEN-ILLEGAL-BODY", "a number out of its bounds is accepted, and what is no number"),
    switch(Fault::ExtraAccepted, "extra-accepted", "CREATE-TOKEN-ILLEGAL-BODY", "a further member is accepted where none is allowed"),
    switch(Fault::MalformedIs500, "malformed-is-500", "CREATE-TOKEN-MALFORMED-BODY", "a body that is no JSON is answered with 500"),
    switch(Fault::ExpiresMissing, "expires-missing", "CREATE-TOKEN-201-BODY", "a member of an answer is missing"),
    switch(Fault::TitleOptional, "title-optional", "FILE-DOCUMENT-WITHOUT-TITLE", "a required part of a form may be missing"),
    switch(Fault::SizeAsText, "size-as-text", "GET-DOCUMENT-200-BODY", "a member of an answer has the wrong type"),
    switch(Fault::LinkMissing, "link-missing", "LIST-DOCUMENTS-200-HEADER-LINK", "a required header is missing"),
    switch(Fault::LimitUnchecked, "limit-unchecked", "LIST-DOCUMENTS-ILLEGAL-LIMIT", "a parameter out of its bounds is accepted"),
    switch(Fault::QueryOptional, "query-optional", "SEARCH-WITHOUT-Q", "a required parameter may be missing"),
    switch(Fault::RecordPublic, "record-public", "GET-DOCUMENT-401", "a record can be read without credentials"),
    switch(Fault::UnknownIs410, "unknown-is-410", "GET-DOCUMENT-404", "an undocumented status"),
    switch(Fault::ProblemAsText, "problem-as-text", "GET-DOCUMENT-401-BODY", "refusals have another content type"),
    switch(Fault::DeletedReadable, "deleted-readable", "GET-DOCUMENT-404", "a deleted document can still be read"),
];

/// Changes an answer, for the faults that every operation has.
pub(super) async fn broken(State(fault): State<Option<Fault>>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    match fault {
        Some(Fault::LinkMissing) => drop(headers.remove(header::LINK)),
        Some(Fault::ProblemAsText)
            if headers
                .get(header::CONTENT_TYPE)
                .is_some_and(|kind| kind == "application/problem+json") =>
        {
            let text = HeaderValue::from_static("text/plain");
            headers.insert(header::CONTENT_TYPE, text);
        }
        Some(Fault::UnknownIs410) if response.status() == StatusCode::NOT_FOUND => {
            *response.status_mut() = StatusCode::GONE;
        }
        _ => {}
    }
    response
}

/// The fault with this name.
pub(super) fn named(name: &str) -> io::Result<Fault> {
    let all = FAULTS.iter().chain(FAULTS_OF_DOCUMENT);
    let found = { all }.find(|switch| switch.name == name);
    found.map(|switch| switch.fault).ok_or_else(|| {
        let message = format!("there is no fault `{name}`, only\n{}", listed());
        io::Error::new(io::ErrorKind::InvalidInput, message)
    })
}

/// A line for each fault: its name, the requirement and what happens.
pub(crate) fn listed() -> String {
    let line = |switch: &Switch| {
        let (name, requirement, effect) = (switch.name, switch.requirement, switch.effect);
        format!("{name:20} {requirement}  {effect}")
    };
    let all = FAULTS.iter().chain(FAULTS_OF_DOCUMENT);
    all.map(line).collect::<Vec<_>>().join("\n")
}
