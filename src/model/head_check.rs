//! Checks of the head of an answer: status and header fields.

use std::sync::Arc;

use crate::model::header_item::{ItemCheck, ItemKind};
use crate::model::header_list::is_list_of_elements;
use crate::model::pattern::{Pattern, Shape};
use crate::model::source::Span;

/// The statuses that are accepted; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusCheck {
    /// Any of these.
    pub accepts: Vec<StatusPattern>,
    /// The value in the case file.
    pub span: Span,
}

/// One accepted status, or many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusPattern {
    /// Exactly this status.
    Exact(u16),
    /// `<4xx>`: every status of the class, 1 to 5.
    Class(u8),
    /// `<not 2xx>`: every status outside the class.
    NotClass(u8),
    /// `<any>`: every status.
    Any,
}

impl StatusPattern {
    /// Is this status accepted?
    pub fn accepts(self, status: u16) -> bool {
        match self {
            StatusPattern::Exact(expected) => status == expected,
            StatusPattern::Class(class) => status / 100 == u16::from(class),
            StatusPattern::NotClass(class) => status / 100 != u16::from(class),
            StatusPattern::Any => true,
        }
    }

    /// Is every status that `other` accepts accepted?
    pub fn covers(self, other: StatusPattern) -> bool {
        match (self, other) {
            (StatusPattern::Any, _) => true,
            (_, StatusPattern::Exact(status)) => self.accepts(status),
            (StatusPattern::NotClass(without), StatusPattern::Class(class)) => without != class,
            _ => self == other,
        }
    }

    /// The pattern of a status marker without its brackets: `any`, `2xx` or `not 2xx`.
    pub fn from_marker(inside: &str) -> Option<StatusPattern> {
        if inside == "any" {
            return Some(StatusPattern::Any);
        }
        let (is_negated, class) = match inside.strip_prefix("not ") {
            Some(class) => (true, class),
            None => (false, inside),
        };
        let digit = class.strip_suffix("xx").filter(|digit| digit.len() == 1)?;
        let class = digit.parse().ok().filter(|class| (1..=5).contains(class))?;
        Some(if is_negated {
            StatusPattern::NotClass(class)
        } else {
            StatusPattern::Class(class)
        })
    }
}

impl std::fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StatusPattern::Exact(status) => write!(f, "{status}"),
            StatusPattern::Class(class) => write!(f, "{class}xx"),
            StatusPattern::NotClass(class) => write!(f, "not {class}xx"),
            StatusPattern::Any => f.write_str("any"),
        }
    }
}

/// The check of one header field.
#[derive(Clone, Debug)]
pub struct HeaderCheck {
    /// The field name; compared without case. Shared by the checks of a suite.
    pub name: Arc<str>,
    /// The expected value.
    pub expected: HeaderExpectation,
    /// The value in the case file.
    pub span: Span,
}

impl HeaderCheck {
    /// Is it about the elements of a list, whatever lines they are on, instead of lines?
    pub fn is_of_elements(&self) -> bool {
        let of_any_order = match &self.expected {
            HeaderExpectation::Lines(pattern) => !matches!(*pattern.shape, Shape::Array(_)),
            _ => false,
        };
        of_any_order && is_list_of_elements(&self.name)
    }
}

/// What a header field must be.
#[derive(Clone, Debug)]
pub enum HeaderExpectation {
    /// The field is missing.
    Absent,
    /// The field has any value.
    Present,
    /// A value that the pattern accepts. Several lines are one value with commas (RFC 9110 section 5.3), except of fields
    /// that are no lists.
    Pattern(Pattern),
    /// A value with this media type.
    MediaType(Arc<MediaType>),
    /// Lines that the pattern accepts as an array of strings: a list of patterns, `<each>`, `<contains>`, `<unordered>`.
    Lines(Pattern),
    /// Cookies or links by their names; other items may be there too.
    Items(ItemKind, Vec<ItemCheck>),
}

impl HeaderExpectation {
    /// The patterns in it.
    pub fn patterns(&self) -> Vec<&Pattern> {
        match self {
            HeaderExpectation::Pattern(pattern) | HeaderExpectation::Lines(pattern) => {
                vec![pattern]
            }
            HeaderExpectation::Items(_, items) => {
                items.iter().flat_map(ItemCheck::patterns).collect()
            }
            HeaderExpectation::Absent
            | HeaderExpectation::Present
            | HeaderExpectation::MediaType(_) => Vec::new(),
        }
    }
}

/// A media type that is expected.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MediaType {
    /// `type/subtype`, in lower case.
    pub essence: String,
    /// Parameters that must be there with these values; others are ignored. Names are in lower case.
    pub parameters: Vec<(String, String)>,
}

impl std::fmt::Display for MediaType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.essence)?;
        for (name, value) in &self.parameters {
            write!(f, "; {name}={value}")?;
        }
        Ok(())
    }
}
