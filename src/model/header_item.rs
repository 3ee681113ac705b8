//! Expectations about header fields that hold named items: cookies and links.

use crate::model::pattern::Pattern;
use crate::model::source::Span;

/// Which header field holds the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// `Set-Cookie` (RFC 6265 section 4.1): cookies by name.
    Cookie,
    /// `Link` (RFC 8288 section 3): links by relation type.
    Link,
}

/// The name of the member that is the value of a cookie.
pub const COOKIE_VALUE: &str = "value";

/// The name of the member that is the URL of a link.
pub const LINK_URL: &str = "url";

/// The attributes of a cookie (RFC 6265 section 4.1.2, and `SameSite` and `Partitioned` of its successor).
pub const COOKIE_ATTRIBUTES: [&str; 8] = [
    "Domain",
    "Path",
    "Expires",
    "Max-Age",
    "Secure",
    "HttpOnly",
    "SameSite",
    "Partitioned",
];

/// The attributes without a value: `true` or `false`.
pub const COOKIE_FLAGS: [&str; 3] = ["Secure", "HttpOnly", "Partitioned"];

impl ItemKind {
    /// What an item is called.
    pub fn noun(self) -> &'static str {
        match self {
            ItemKind::Cookie => "cookie",
            ItemKind::Link => "link",
        }
    }

    /// The member that a pattern in place of an object is about.
    pub fn main_member(self) -> &'static str {
        match self {
            ItemKind::Cookie => COOKIE_VALUE,
            ItemKind::Link => LINK_URL,
        }
    }
}

/// The check of the items with one name.
#[derive(Clone, Debug)]
pub struct ItemCheck {
    /// The name of a cookie, or a relation type in lower case.
    pub name: String,
    /// What is expected.
    pub expected: ItemExpectation,
    /// The value in the case file.
    pub span: Span,
}

/// What the items with one name must be.
#[derive(Clone, Debug)]
pub enum ItemExpectation {
    /// There is none.
    Absent,
    /// There is at least one.
    Present,
    /// There is exactly one, with these members.
    Members(Vec<(String, Pattern)>),
}

impl ItemCheck {
    /// The patterns of its members.
    pub fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        let members = match &self.expected {
            ItemExpectation::Members(members) => members.as_slice(),
            ItemExpectation::Absent | ItemExpectation::Present => &[],
        };
        members.iter().map(|(_, pattern)| pattern)
    }
}
