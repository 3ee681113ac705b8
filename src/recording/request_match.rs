//! Compares a request from another tool with that of a case. In doubt they do not match.

use std::collections::BTreeSet;
use std::fmt;

use percent_encoding::percent_decode_str;

use crate::json::{Document, json_equal};
use crate::model::{RecordedExchange, SentBody, SentRequest, Target, Transport, WrittenBody};
use crate::redact::headers::SENSITIVE;

/// Fields that browsers and proxies add, and that do not change the answer.
const HARMLESS: [&str; 22] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "dnt",
    "host",
    "keep-alive",
    "origin",
    "pragma",
    "priority",
    "proxy-connection",
    "referer",
    "te",
    "traceparent",
    "tracestate",
    "upgrade-insecure-requests",
    "user-agent",
    "x-request-id",
];

/// More bytes of a body than a recorded one has are read, as JSON may be spelled in another way.
const COMPARED: usize = 4 << 20;

/// Why a request does not match, from the most to the least important difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MismatchReason {
    /// The case checks what only the connection shows.
    Transport,
    /// The bodies differ.
    Body,
    /// A header field differs, or should not be there.
    Header(String),
    /// It was sent as another identity, or it is unknown as which.
    Identity(String),
}

impl fmt::Display for MismatchReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MismatchReason::Transport => {
                f.write_str("the case checks bytes that no HAR file contains")
            }
            MismatchReason::Body => f.write_str("the body of the request differs"),
            MismatchReason::Header(what) | MismatchReason::Identity(what) => f.write_str(what),
        }
    }
}

/// The credentials of the target, and whether the file contains any.
#[derive(Debug)]
pub(crate) struct Credentials<'t> {
    target: &'t Target,
    /// Names of fields with credentials, in lower case.
    fields: BTreeSet<String>,
    /// Whether any request of the file has the value of such a field. Some tools remove all of them.
    are_shown: bool,
}

impl<'t> Credentials<'t> {
    pub(crate) fn new(
        target: &'t Target,
        exchanges: &[std::sync::Arc<RecordedExchange>],
    ) -> Credentials<'t> {
        let identities = target.identities.values();
        let own = identities.flat_map(|identity| identity.headers.iter().map(|(name, _)| name));
        let sensitive = SENSITIVE.into_iter().map(str::to_owned);
        let fields: BTreeSet<String> = own
            .map(|name| name.to_ascii_lowercase())
            .chain(sensitive)
            .collect();
        let requests = exchanges.iter().map(|recorded| &recorded.exchange.request);
        let are_shown = requests
            .flat_map(|request| &request.headers)
            .any(|(name, value)| fields.contains(&name.to_ascii_lowercase()) && !is_hidden(value));
        Credentials {
            target,
            fields,
            are_shown,
        }
    }

    /// Names of fields with credentials, in lower case.
    pub(crate) fn fields(&self) -> Vec<String> {
        self.fields.iter().cloned().collect()
    }

    /// Checks that the request was sent as this identity.
    fn check(&self, identity: Option<&str>, seen: &SentRequest) -> Result<(), MismatchReason> {
        let refuse = |reason: String| Err(MismatchReason::Identity(reason));
        let shown = seen
            .headers
            .iter()
            .filter(|(name, _)| self.is_credential(name));
        let shown: Vec<&(String, String)> = shown.collect();
        let Some(name) = identity else {
            if let Some((field, _)) = shown.first() {
                return refuse(format!(
                    "the case sends no credentials, but it has `{field}`"
                ));
            }
            if !self.are_shown && !self.target.identities.is_empty() {
                return refuse(
                    "no request in the file has credentials, so it is unknown whether this one had none"
                        .into(),
                );
            }
            return Ok(());
        };
        let Some(wanted) = self.target.identities.get(name) else {
            return refuse(format!("the target has no identity `{name}`"));
        };
        if let Some(field) = wanted.fetched_field() {
            return refuse(format!(
                "`{name}` fetches its `{field}` in the run, so it is not known"
            ));
        }
        let wanted: Vec<(&str, &str)> = wanted
            .headers
            .iter()
            .map(|(field, value)| (field.as_str(), value.expose()))
            .collect();
        let of = |field: &str| {
            let mut shown = shown.iter();
            shown.find(|(name, _)| name.eq_ignore_ascii_case(field))
        };
        let missing = wanted.iter().find(|(field, _)| of(field).is_none());
        if let Some((field, _)) = missing {
            return refuse(format!("`{name}` sends `{field}`, which is missing"));
        }
        let is_wanted = |field: &str| {
            wanted
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case(field))
        };
        if let Some((field, _)) = shown.iter().find(|(field, _)| !is_wanted(field)) {
            return refuse(format!("`{name}` sends no `{field}`, but it has one"));
        }
        let is_equal =
            |(field, value): &(&str, &str)| of(field).is_some_and(|(_, seen)| seen == value);
        if wanted.iter().all(is_equal) {
            return Ok(());
        }
        self.check_shape(name, &wanted, &shown)
    }

    /// The values differ or are hidden: compares the kinds of credentials, if no other identity has the same.
    fn check_shape(
        &self,
        name: &str,
        wanted: &[(&str, &str)],
        shown: &[&(String, String)],
    ) -> Result<(), MismatchReason> {
        for (field, value) in wanted {
            let seen = shown
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(field));
            let fits =
                seen.is_some_and(|(_, seen)| is_hidden(seen) || scheme(seen) == scheme(value));
            if !fits {
                let reason =
                    format!("the credentials in `{field}` are not of the kind of `{name}`");
                return Err(MismatchReason::Identity(reason));
            }
        }
        let shape = |fields: &[(&str, &str)]| -> BTreeSet<(String, String)> {
            let fields = fields.iter();
            fields
                .map(|(field, value)| (field.to_ascii_lowercase(), scheme(value)))
                .collect()
        };
        let alike = self.target.identities.iter().filter(|(other, identity)| {
            let fields = identity.headers.iter();
            let fields: Vec<(&str, &str)> = fields
                .map(|(field, value)| (field.as_str(), value.expose()))
                .collect();
            *other != name && shape(&fields) == shape(wanted)
        });
        let alike: Vec<String> = alike.map(|(other, _)| format!("`{other}`")).collect();
        if alike.is_empty() {
            return Ok(());
        }
        Err(MismatchReason::Identity(format!(
            "its credentials are not those of `{name}`, and are of the same kind as those of {}",
            alike.join(", ")
        )))
    }

    fn is_credential(&self, name: &str) -> bool {
        self.fields.contains(&name.to_ascii_lowercase())
    }
}

/// Compares two requests whose method and URL are equal.
pub(crate) fn compare(
    wanted: &SentRequest,
    identity: Option<&str>,
    recorded: &RecordedExchange,
    credentials: &Credentials<'_>,
) -> Result<(), MismatchReason> {
    let seen = &recorded.exchange.request;
    if wanted.transport == Transport::Raw {
        return Err(MismatchReason::Transport);
    }
    if !is_same_body(wanted.body.as_ref(), recorded.request_body.as_deref()) {
        return Err(MismatchReason::Body);
    }
    check_headers(wanted, seen, credentials)?;
    credentials.check(identity, seen)
}

/// Compares JSON as JSON, forms by their fields, and everything else byte by byte.
fn is_same_body(wanted: Option<&SentBody>, seen: Option<&[u8]>) -> bool {
    let seen = seen.unwrap_or_default();
    let Some(wanted) = wanted else {
        return seen.is_empty();
    };
    if let WrittenBody::Form(fields) = &wanted.written {
        let seen = url::form_urlencoded::parse(seen);
        return seen.eq(fields
            .iter()
            .map(|(name, value)| (name.into(), value.into())));
    }
    let wanted = wanted.beginning(seen.len() + 1 + COMPARED);
    let wanted = wanted.as_slice();
    if wanted == seen {
        return true;
    }
    let (Ok(wanted), Ok(seen)) = (Document::parse(wanted), Document::parse(seen)) else {
        return false;
    };
    let is_plain =
        |document: &Document| document.duplicates.is_empty() && document.inexact.is_empty();
    is_plain(&wanted) && is_plain(&seen) && json_equal(&wanted.value, &seen.value)
}

fn check_headers(
    wanted: &SentRequest,
    seen: &SentRequest,
    credentials: &Credentials<'_>,
) -> Result<(), MismatchReason> {
    let values = |request: &SentRequest, name: &str| -> Vec<String> {
        let lines = request.headers.iter();
        lines
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(field, value)| normal_value(field, value))
            .collect()
    };
    for (name, _) in &wanted.headers {
        if !wanted.credentials.contains(&name.to_ascii_lowercase())
            && values(wanted, name) != values(seen, name)
        {
            let reason = format!("the header `{name}` of the request differs");
            return Err(MismatchReason::Header(reason));
        }
    }
    for (name, _) in &seen.headers {
        let lower = name.to_ascii_lowercase();
        if wanted.omitted.contains(&lower) {
            let reason = format!("the case omits the header `{name}`");
            return Err(MismatchReason::Header(reason));
        }
        let is_known = HARMLESS.contains(&lower.as_str())
            || lower.starts_with("sec-")
            || credentials.is_credential(name)
            || wanted
                .headers
                .iter()
                .any(|(field, _)| field.eq_ignore_ascii_case(name));
        if !is_known {
            let reason = format!("the case sends no header `{name}`");
            return Err(MismatchReason::Header(reason));
        }
    }
    Ok(())
}

/// `application/json;charset=UTF-8` means the same as `application/json` (RFC 8259 section 11).
fn normal_value(name: &str, value: &str) -> String {
    if !name.eq_ignore_ascii_case("content-type") {
        return value.trim().to_owned();
    }
    let value = value.to_ascii_lowercase().replace(' ', "");
    let plain = value.strip_suffix(";charset=utf-8");
    plain.unwrap_or(&value).to_owned()
}

/// A URL in normal form: different spellings of the same URL are equal.
pub(crate) fn normal_url(url: &str) -> String {
    let (url, query) = match url.split_once('?') {
        Some((url, query)) => (url, Some(query)),
        None => (url, None),
    };
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let scheme = scheme.to_ascii_lowercase();
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let authority = authority.to_ascii_lowercase();
    let port = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => "",
    };
    let authority = authority.strip_suffix(port).unwrap_or(&authority);
    // An encoded slash is not a slash: segments are decoded one by one.
    let decoded = |text: &str| {
        percent_decode_str(text)
            .decode_utf8_lossy()
            .replace('/', "%2F")
    };
    let path: Vec<String> = path.split('/').map(decoded).collect();
    let mut normal = format!("{scheme}://{authority}{}", path.join("/"));
    for (index, pair) in query.iter().flat_map(|query| query.split('&')).enumerate() {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = |text: &str| decoded(&text.replace('+', " ")).replace('&', "%26");
        normal.push(if index == 0 { '?' } else { '&' });
        normal.push_str(&decoded(name));
        normal.push('=');
        normal.push_str(&decoded(value));
    }
    normal
}

/// The first word of a value that has two: `bearer` of `Bearer abc`.
fn scheme(value: &str) -> String {
    let word = value.split_once(' ').map_or("", |(word, _)| word);
    word.to_ascii_lowercase()
}

/// Whether the value is what a tool writes in place of a secret.
fn is_hidden(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let words = [
        "redacted",
        "hidden",
        "removed",
        "masked",
        "secret",
        "sanitized",
    ];
    let is_mask = |c: char| matches!(c, '*' | '•' | 'x' | 'X' | '.' | ' ');
    lower.chars().all(is_mask) || words.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::model::{Exchange, Gaps, Identity, Limits, Response, Secret, Timing};

    fn target(identities: &[(&str, &str, &str)]) -> Target {
        let identities = identities.iter().map(|(name, field, value)| {
            let headers = vec![((*field).to_owned(), Secret::new(*value))];
            let identity = Identity {
                headers,
                oauth2: None,
                login: None,
            };
            ((*name).to_owned(), identity)
        });
        Target {
            name: "t".into(),
            given: None,
            services: BTreeMap::new(),
            network: crate::model::Network::default(),
            networks: BTreeMap::new(),
            identities: identities.collect(),
            unset: BTreeMap::new(),
            fixtures: BTreeMap::new(),
            capabilities: BTreeSet::new(),
            permits_write: false,
            limits: Limits::default(),
            not_applicable: BTreeMap::new(),
            cannot: BTreeMap::new(),
            remote: BTreeSet::new(),
            disposable: BTreeSet::new(),
            run_id_header: None,
            variables: BTreeMap::new(),
            secrets: Vec::new(),
        }
    }

    fn request(headers: &[(&str, &str)]) -> SentRequest {
        let headers = headers.iter();
        SentRequest {
            service: String::new(),
            method: "GET".into(),
            url: "http://h/".into(),
            target: "/".into(),
            headers: headers
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: None,
            transport: Transport::Normal,
            omitted: Vec::new(),
            credentials: Vec::new(),
        }
    }

    fn recorded(headers: &[(&str, &str)]) -> RecordedExchange {
        RecordedExchange {
            origin: None,
            identity: None,
            started: String::new(),
            exchange: Exchange {
                request: request(headers),
                hops: Vec::new(),
                answer: Ok(Response::default()),
                timing: Timing::default(),
            },
            request_body: None,
            response_body: Arc::from([]),
            response_length: 0,
            gaps: Gaps::default(),
            lost: None,
            captured: Vec::new(),
            place: String::new(),
        }
    }

    /// Why this is not the request of an identity, beside requests with these headers in the file.
    fn refusal(
        target: &Target,
        identity: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Option<String> {
        let seen = recorded(headers);
        let file = [Arc::new(recorded(&[("Authorization", "Bearer elsewhere")]))];
        let credentials = Credentials::new(target, &file);
        let mismatch = compare(&request(&[]), identity, &seen, &credentials).err()?;
        Some(mismatch.to_string())
    }

    #[test]
    fn credentials_are_matched_by_value() {
        let target = target(&[
            ("admin", "Authorization", "Bearer a"),
            ("reader", "Authorization", "Bearer r"),
        ]);
        let bearer = |value| [("authorization", value)];
        assert_eq!(refusal(&target, Some("reader"), &bearer("Bearer r")), None);
        for value in ["Bearer a", "Bearer other", "[redacted]"] {
            let reason = refusal(&target, Some("reader"), &bearer(value)).unwrap();
            assert!(
                reason.contains("of the same kind as those of `admin`"),
                "{reason}"
            );
        }
        let reason = refusal(&target, Some("reader"), &bearer("Basic r")).unwrap();
        assert!(reason.contains("not of the kind"), "{reason}");
    }

    #[test]
    fn the_kind_of_credentials_matches_if_only_one_identity_has_it() {
        let target = target(&[
            ("admin", "Authorization", "Bearer a"),
            ("caller", "Authorization", "XBL3.0 x=1;t"),
        ]);
        let seen = [("Authorization", "XBL3.0 x=2;other")];
        assert_eq!(refusal(&target, Some("caller"), &seen), None);
        assert!(refusal(&target, Some("admin"), &seen).is_some());
    }

    #[test]
    fn no_credentials_match_no_identity_only_if_the_file_contains_some() {
        let target = target(&[("admin", "Authorization", "Bearer a")]);
        assert_eq!(refusal(&target, None, &[]), None);
        assert!(refusal(&target, Some("admin"), &[]).is_some());
        assert!(refusal(&target, None, &[("Cookie", "s=1")]).is_some());
        let file = [Arc::new(recorded(&[]))];
        let credentials = Credentials::new(&target, &file);
        let mismatch = compare(&request(&[]), None, &recorded(&[]), &credentials).unwrap_err();
        assert!(mismatch.to_string().contains("it is unknown"), "{mismatch}");
    }

    #[test]
    fn credentials_that_are_fetched_in_the_run_match_nothing() {
        let mut target = target(&[("admin", "X-Tenant", "a")]);
        let admin = target.identities.get_mut("admin").unwrap();
        admin.oauth2 = Some(crate::model::OAuth2 {
            token_url: "https://a.example/token".into(),
            client_id: "me".into(),
            client_secret: None,
            refresh_token: None,
            parameters: Vec::new(),
            client_auth: crate::model::ClientAuth::Basic,
        });
        for seen in [
            &[("X-Tenant", "a")][..],
            &[("X-Tenant", "a"), ("Authorization", "Bearer t")],
        ] {
            let reason = refusal(&target, Some("admin"), seen).unwrap();
            assert!(reason.contains("fetches its `Authorization`"), "{reason}");
        }
    }

    #[test]
    fn a_field_that_may_change_the_answer_does_not_match() {
        let target = target(&[]);
        assert_eq!(
            refusal(
                &target,
                None,
                &[("User-Agent", "x"), ("Sec-Fetch-Mode", "cors")]
            ),
            None
        );
        assert!(refusal(&target, None, &[("If-None-Match", "x")]).is_some());
    }

    #[test]
    fn bodies_are_compared_as_exact_json_and_forms_by_their_fields() {
        let same = |wanted: &str, seen: &str| {
            let wanted = SentBody::from(wanted.as_bytes().to_vec());
            is_same_body(Some(&wanted), Some(seen.as_bytes()))
        };
        assert!(same("{\"a\":1,\"b\":2}", "{ \"b\": 2.0, \"a\": 1 }"));
        assert!(!same("{\"a\":1}", "{\"a\":1,\"a\":1}"));
        assert!(!same("18446744073709551616", "18446744073709551617"));
        assert!(is_same_body(None, Some(b"")));
        assert!(!same("a", "b"));
        let mut form = SentBody::from(b"a=x+y&b=%26".to_vec());
        assert!(!is_same_body(Some(&form), Some(b"a=x%20y&b=%26")));
        let fields = [("a", "x y"), ("b", "&")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        form.written = WrittenBody::Form(fields.into());
        assert!(is_same_body(Some(&form), Some(b"a=x%20y&b=%26")));
        assert!(!is_same_body(Some(&form), Some(b"a=x%20y&b=&c")));
    }

    #[test]
    fn urls_are_compared_in_normal_form() {
        for (one, other, are_equal) in [
            ("HTTP://Host:80/a", "http://host/a", true),
            ("http://h", "http://h/", true),
            ("http://h/a%2Db", "http://h/a-b", true),
            ("http://h/a%2Fb", "http://h/a/b", false),
            ("http://h/?a=b+c", "http://h/?a=b%20c", true),
            ("http://h/?a=1&b=2", "http://h/?b=2&a=1", false),
            ("http://h/?a=b%26c", "http://h/?a=b&c", false),
            ("http://h/a", "https://h/a", false),
        ] {
            assert_eq!(
                normal_url(one) == normal_url(other),
                are_equal,
                "{one} {other}"
            );
        }
    }
}
