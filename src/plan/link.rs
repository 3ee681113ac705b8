//! Where a captured URL or a redirect leads: only to services of the target.

use std::collections::BTreeMap;

use url::{Position, Url};

use crate::model::SentRequest;
use crate::redact::headers::is_sensitive;

/// Base URLs by the names of their services.
type Services = BTreeMap<String, String>;

/// A URL below a service of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// The service whose host it has.
    pub(crate) service: String,
    /// The whole URL, without its fragment.
    pub(crate) url: Url,
}

/// Resolves a reference against the URL of the answer that had it (RFC 3986 section 5), and finds the service of the
/// target that it leads to: `service` if that has the host, otherwise the one with the longest common path.
///
/// # Errors
///
/// Where it leads instead, or what is wrong with it, for the end of a sentence.
pub(crate) fn resolve(
    reference: &str,
    base: &str,
    service: &str,
    services: &Services,
) -> Result<Link, String> {
    if let Some(c) = reference.chars().find(|c| c.is_control() || *c == '\\') {
        let c = c.escape_default();
        return Err(format!("contains `{c}`, which no URL can contain"));
    }
    let base = Url::parse(base).map_err(|error| format!("has no base URL: {error}"))?;
    if has_user(reference) {
        return Err("contains credentials (the part of a URL before `@`)".to_owned());
    }
    let mut url = base
        .join(reference)
        .map_err(|error| format!("is not a URL: {error}"))?;
    url.set_fragment(None);
    if !matches!(url.scheme(), "http" | "https") {
        let scheme = url.scheme();
        return Err(format!("has the scheme `{scheme}`; expected http or https"));
    }
    let has_host = |base: &str| Url::parse(base).is_ok_and(|base| base.origin() == url.origin());
    let own = services.get_key_value(service);
    let own = own.filter(|(_, base)| has_host(base));
    let with_host = services.iter().filter(|(_, base)| has_host(base));
    match own.or_else(|| with_host.max_by_key(|(_, base)| common(base, &url))) {
        Some((service, _)) => Ok(Link {
            service: service.clone(),
            url,
        }),
        None => Err(format!(
            "leads to {}, which is not the host of a service of the target: to allow it, declare a service in the contract and write its URL under `services` in the target file",
            &url[..Position::AfterPath]
        )),
    }
}

/// Checks that a credential of one URL may be sent to another: the same host, and the same scheme.
///
/// # Errors
///
/// Where it is from and is not sent to, for the end of a sentence.
pub(crate) fn check_host(from: &str, to: &str) -> Result<(), String> {
    let site = |url: &str| {
        let url = Url::parse(url).ok()?;
        Some(format!("{}://{}", url.scheme(), url.host_str()?))
    };
    match (site(from), site(to)) {
        (Some(from), Some(to)) if from == to => Ok(()),
        (from, to) => {
            let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
            Err(format!("is from {from} and is not sent to {to}"))
        }
    }
}

/// Whether the reference has a user or a password, even an empty one (RFC 3986 section 3.2.1).
fn has_user(reference: &str) -> bool {
    let before_path = reference.split(['?', '#']).next().unwrap_or_default();
    let authority = before_path.split_once("//").filter(|(scheme, _)| {
        // Slashes of a path do not start an authority.
        scheme.is_empty() || scheme.ends_with(':') && !scheme.contains('/')
    });
    let authority = authority.and_then(|(_, rest)| rest.split('/').next());
    authority.is_some_and(|authority| authority.contains('@'))
}

/// The length of the path of a base URL, if the URL is below it.
fn common(base: &str, url: &Url) -> usize {
    let is_below = url.as_str().strip_prefix(base);
    let is_below = is_below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    if is_below { base.len() } else { 0 }
}

impl Link {
    /// The path and query as in the request line.
    pub(crate) fn target(&self) -> String {
        self.url[Position::BeforePath..Position::AfterQuery].to_owned()
    }

    /// Removes the parameters with these names from the query: they get other values.
    pub(crate) fn drop_parameters(&mut self, names: &[&str]) {
        let Some(query) = self.url.query().filter(|_| !names.is_empty()) else {
            return;
        };
        let is_kept = |pair: &&str| {
            let name = url::form_urlencoded::parse(pair.as_bytes()).next();
            name.is_none_or(|(name, _)| !names.contains(&&*name))
        };
        let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
        if kept.len() < query.split('&').count() || query.is_empty() {
            let kept = kept.join("&");
            self.url
                .set_query(Some(kept.as_str()).filter(|kept| !kept.is_empty()));
        }
    }
}

/// Whether an answer with this status redirects to its `Location` (RFC 9110 section 15.4).
pub(crate) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The request that a redirect leads to (RFC 9110 section 15.4).
///
/// After 303, and after 301 or 302 to a POST, it is a GET without a body, as browsers do; otherwise the method and the
/// body stay. Credentials and a `Host` stay with their host.
///
/// # Errors
///
/// As [`resolve`].
pub(crate) fn redirected(
    request: &SentRequest,
    status: u16,
    location: &str,
    services: &Services,
) -> Result<SentRequest, String> {
    let link = resolve(location, &request.url, &request.service, services)?;
    let mut next = SentRequest {
        service: link.service.clone(),
        url: link.url.to_string(),
        target: link.target(),
        ..request.clone()
    };
    let becomes_get = match status {
        303 => !matches!(request.method.as_str(), "GET" | "HEAD"),
        301 | 302 => request.method == "POST",
        _ => false,
    };
    if becomes_get {
        "GET".clone_into(&mut next.method);
        next.body = None;
        let is_about_body = |name: &str| {
            let name = name.to_ascii_lowercase();
            name.starts_with("content-") || ["transfer-encoding", "expect"].contains(&&*name)
        };
        next.headers.retain(|(name, _)| !is_about_body(name));
    }
    let before = Url::parse(&request.url);
    if !before.is_ok_and(|before| before.origin() == link.url.origin()) {
        let is_of_host = |name: &str| {
            let lower = name.to_ascii_lowercase();
            lower == "host" || is_sensitive(name) || request.credentials.contains(&lower)
        };
        next.headers.retain(|(name, _)| !is_of_host(name));
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Transport;

    fn services() -> Services {
        [
            ("api", "https://api.example/v1"),
            ("files", "https://api.example/files"),
            ("other", "http://other.example:8080"),
        ]
        .map(|(name, url)| (name.to_owned(), url.to_owned()))
        .into()
    }

    fn led(reference: &str) -> Result<(String, String), String> {
        let link = resolve(
            reference,
            "https://api.example/v1/a/b?q=1",
            "api",
            &services(),
        )?;
        Ok((link.service.clone(), link.url.to_string()))
    }

    #[test]
    fn a_reference_leads_to_a_service_of_the_target() {
        for (reference, service, url) in [
            ("c?x=%2F&y", "api", "https://api.example/v1/a/c?x=%2F&y"),
            ("../../x#part", "api", "https://api.example/x"),
            ("/files/7", "api", "https://api.example/files/7"),
            ("?page=2", "api", "https://api.example/v1/a/b?page=2"),
            ("", "api", "https://api.example/v1/a/b?q=1"),
            ("//other.example:8080/x", "", ""),
            ("https://API.example:443/y", "api", "https://api.example/y"),
            (
                "http://other.example:8080/@/z",
                "other",
                "http://other.example:8080/@/z",
            ),
            ("/a//b@c", "api", "https://api.example/a//b@c"),
        ] {
            match led(reference) {
                Ok(found) => assert_eq!(found, (service.to_owned(), url.to_owned())),
                Err(why) => assert!(service.is_empty(), "{reference}: {why}"),
            }
        }
        let by_path = resolve(
            "https://api.example/files/7",
            "http://other.example:8080/",
            "other",
            &services(),
        );
        assert_eq!(by_path.unwrap().service, "files");
    }

    #[test]
    fn other_hosts_schemes_and_credentials_are_refused() {
        for (reference, why) in [
            (
                "https://evil.example/x?token=1",
                "leads to https://evil.example/x, which is not the host",
            ),
            ("//evil.example", "leads to https://evil.example/,"),
            ("http://api.example/v1", "leads to http://api.example/v1,"),
            (
                "https://api.example:444/",
                "leads to https://api.example:444/,",
            ),
            (
                "https://api.example.evil.example/",
                "leads to https://api.example.evil",
            ),
            ("https://user:word@api.example/", "contains credentials"),
            ("https://@api.example/", "contains credentials"),
            ("//user@api.example/", "contains credentials"),
            ("ftp://api.example/", "has the scheme `ftp`"),
            ("javascript:alert(1)", "has the scheme `javascript`"),
            ("file:///etc/passwd", "has the scheme `file`"),
            ("/\\evil.example/", "contains `\\\\`"),
            ("/a\r\nb", "contains `\\r`"),
            ("https://[::1", "is not a URL"),
        ] {
            let refused = led(reference).unwrap_err();
            assert!(refused.starts_with(why), "{reference}: {refused}");
            assert!(!refused.contains("word"), "{refused}");
        }
    }

    #[test]
    fn parameters_that_get_another_value_leave_the_query() {
        let dropped = |query: &str, names: &[&str]| {
            let reference = format!("/a{query}");
            let mut link = resolve(&reference, "https://api.example/", "api", &services()).unwrap();
            link.drop_parameters(names);
            link.target()
        };
        assert_eq!(dropped("?a=1&b=%32&c", &["b"]), "/a?a=1&c");
        assert_eq!(dropped("?%61=1", &["a"]), "/a");
        assert_eq!(dropped("?a=1&&b", &["c"]), "/a?a=1&&b");
        assert_eq!(dropped("", &["a"]), "/a");
    }

    fn post() -> SentRequest {
        let fields = [
            ("Authorization", "Bearer x"),
            ("X-Key", "k"),
            ("Content-Type", "text/plain"),
            ("Host", "elsewhere"),
            ("Accept", "*/*"),
        ];
        SentRequest {
            service: "api".into(),
            method: "POST".into(),
            url: "https://api.example/v1/a".into(),
            target: "/v1/a".into(),
            headers: fields
                .map(|(name, value)| (name.into(), value.into()))
                .into(),
            body: Some(b"body".to_vec().into()),
            transport: Transport::Exact,
            omitted: Vec::new(),
            credentials: vec!["x-key".into()],
        }
    }

    #[test]
    fn a_redirect_keeps_method_and_body_or_becomes_get() {
        for (status, method) in [
            (301, "GET"),
            (302, "GET"),
            (303, "GET"),
            (307, "POST"),
            (308, "POST"),
        ] {
            let next = redirected(&post(), status, "b?c", &services()).unwrap();
            assert_eq!(
                (next.method.as_str(), next.target.as_str()),
                (method, "/v1/b?c")
            );
            assert_eq!(next.body.is_some(), method == "POST");
            let names: Vec<&str> = next.headers.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names.contains(&"Content-Type"), method == "POST");
            assert!(names.contains(&"Authorization") && names.contains(&"Host"));
        }
        let put = SentRequest {
            method: "PUT".into(),
            ..post()
        };
        assert_eq!(
            redirected(&put, 302, "b", &services()).unwrap().method,
            "PUT"
        );
        assert_eq!(
            redirected(&put, 303, "b", &services()).unwrap().method,
            "GET"
        );
        let head = SentRequest {
            method: "HEAD".into(),
            ..post()
        };
        assert_eq!(
            redirected(&head, 303, "b", &services()).unwrap().method,
            "HEAD"
        );
    }

    #[test]
    fn credentials_stay_with_their_host() {
        let next = redirected(&post(), 307, "http://other.example:8080/x", &services()).unwrap();
        let names: Vec<&str> = next.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Content-Type", "Accept"]);
        assert_eq!(
            (next.service.as_str(), next.target.as_str()),
            ("other", "/x")
        );
        assert!(redirected(&post(), 307, "http://evil.example", &services()).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_reference_leads_out_of_the_target(reference in "(https?:)?[/\\\\]{0,3}[a-z.@:%\\[\\]#?]{0,12}[/\\\\?#@.a-z]{0,12}.{0,10}") {
            if let Ok(link) = resolve(&reference, "https://api.example/v1/a", "api", &services()) {
                let origin = link.url.origin().ascii_serialization();
                proptest::prop_assert!(
                    ["https://api.example", "http://other.example:8080"].contains(&origin.as_str()),
                    "{}", link.url
                );
                proptest::prop_assert!(link.url.username().is_empty() && link.url.fragment().is_none());
                proptest::prop_assert!(link.target().starts_with('/'));
            }
        }
    }
}
