//! What the options of one request say together: its calls.

use crate::import::traffic::{Body, Call, Credential, Part};
use crate::model::Span;

/// What the options of one request say.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "these are options of curl")]
pub(super) struct Parts {
    pub(super) method: Option<String>,
    pub(super) urls: Vec<(String, Span)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) removed: Vec<String>,
    pub(super) data: Vec<String>,
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) is_json: bool,
    pub(super) form: Vec<Part>,
    pub(super) raw_query: Vec<String>,
    pub(super) credential: Option<Credential>,
    pub(super) is_get: bool,
    pub(super) is_head: bool,
    pub(super) is_upload: bool,
    pub(super) follows: bool,
    pub(super) max_redirects: Option<u32>,
    pub(super) timeout: Option<String>,
    pub(super) is_broken: bool,
}

impl Parts {
    /// The calls, one for each URL; none if something of the command cannot be read.
    pub(super) fn calls(&self, place: &str) -> impl Iterator<Item = Call> {
        let urls = self.urls.iter().filter(|_| !self.is_broken);
        urls.map(|(url, span)| self.call(place, url, *span))
    }

    fn call(&self, place: &str, url: &str, span: Span) -> Call {
        let mut headers = self.headers.clone();
        let has = |headers: &[(String, String)], name: &str| {
            headers
                .iter()
                .any(|(field, _)| field.eq_ignore_ascii_case(name))
        };
        if self.is_json {
            for (name, value) in [
                ("Content-Type", "application/json"),
                ("Accept", "application/json"),
            ] {
                if !has(&headers, name) {
                    headers.push((name.into(), value.into()));
                }
            }
        }
        let joined = self.data.join(if self.is_json { "" } else { "&" });
        let has_data = !self.data.is_empty() || self.bytes.is_some();
        let mut url = url.to_owned();
        for raw in &self.raw_query {
            append(&mut url, raw);
        }
        let body = if self.is_get {
            if !joined.is_empty() {
                append(&mut url, &joined);
            }
            Body::None
        } else if !self.form.is_empty() {
            Body::Multipart(self.form.clone())
        } else if let Some(bytes) = &self.bytes {
            Body::of_bytes(bytes, None)
        } else if self.data.is_empty() {
            Body::None
        } else {
            let is_removed = self
                .removed
                .iter()
                .any(|name| name.eq_ignore_ascii_case("content-type"));
            if !has(&headers, "content-type") && !is_removed {
                headers.push((
                    "Content-Type".into(),
                    "application/x-www-form-urlencoded".into(),
                ));
            }
            let media_type = headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            Body::of_text(&joined, media_type.map(|(_, value)| value.as_str()))
        };
        let default = match () {
            () if self.is_head => "HEAD",
            () if self.is_get => "GET",
            () if self.is_upload => "PUT",
            () if has_data || !self.form.is_empty() => "POST",
            () => "GET",
        };
        let is_browser = headers
            .iter()
            .any(|(name, _)| name.to_ascii_lowercase().starts_with("sec-"))
            || has(&headers, "accept-language") && has(&headers, "user-agent");
        Call {
            place: place.to_owned(),
            span: Some(span),
            sequence: Some(0),
            method: self.method.clone().unwrap_or_else(|| default.to_owned()),
            url,
            headers,
            body,
            credential: self.credential.clone(),
            follow: self
                .follows
                .then(|| self.max_redirects.unwrap_or(20).clamp(1, 20)),
            is_browser,
            timeout: self.timeout.clone(),
            ..Call::default()
        }
    }
}

/// Adds to the query of a URL.
fn append(url: &mut String, query: &str) {
    let fragment = url
        .find('#')
        .map(|at| url.split_off(at))
        .unwrap_or_default();
    url.push(if url.contains('?') { '&' } else { '?' });
    url.push_str(query);
    url.push_str(&fragment);
}
