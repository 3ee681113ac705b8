//! The cookies that an answer to a login sets.

use std::time::Duration;

use crate::execute::retry_after::retry_after;
use crate::model::Response;

/// The largest answer with a token, in bytes.
pub(super) const LARGEST: usize = 64 << 10;

/// A shorter value of a cookie also is in other texts by chance.
pub(super) const SHORTEST_COOKIE: usize = 8;

/// A cookie that an answer sets.
pub(super) struct SetCookie<'r> {
    pub(super) name: &'r str,
    pub(super) value: &'r str,
    pub(super) attributes: &'r str,
}

impl SetCookie<'_> {
    /// The value of an attribute.
    pub(super) fn attribute(&self, wanted: &str) -> Option<&str> {
        let mut all = self
            .attributes
            .split(';')
            .filter_map(|one| one.split_once('='));
        let found = all.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.trim())
    }

    /// How long it lives, if it says so (RFC 6265 section 5.3: `Max-Age` wins).
    pub(super) fn life(&self) -> Option<Duration> {
        match (self.attribute("max-age"), self.attribute("expires")) {
            (Some(seconds), _) => seconds.parse().ok().map(|seconds: i64| {
                Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
            }),
            (None, Some(date)) => retry_after(date.as_bytes()),
            (None, None) => None,
        }
    }
}

pub(super) fn set_cookies(response: &Response) -> impl Iterator<Item = SetCookie<'_>> {
    let lines = response.header_values("set-cookie");
    let lines = lines.filter_map(|line| std::str::from_utf8(line).ok());
    lines.filter_map(|line| {
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let (name, value) = pair.split_once('=')?;
        Some(SetCookie {
            name: name.trim(),
            value: value.trim(),
            attributes,
        })
    })
}
