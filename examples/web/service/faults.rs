//! Faults: each violates one requirement, for those who measure how much a suite detects.

use std::io;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    ContentMangled,
    CookieReadable,
    CsrfUnchecked,
    DeletedReadable,
    EventsReplayed,
    FeedUnescaped,
    FilenameWithPath,
    GzipUnasked,
    LogIsArray,
    LogoutForgotten,
    NotModifiedIgnored,
    OpenRedirect,
    PageOverlaps,
    RangeTooShort,
    RetryAfterMissing,
    SearchUnlimited,
    SessionFixed,
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

/// The fault with this name.
pub(super) fn named(name: &str) -> io::Result<Fault> {
    let found = FAULTS.iter().find(|switch| switch.name == name);
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
    FAULTS.iter().map(line).collect::<Vec<_>>().join("\n")
}
