//! The base URLs of the services of a target.

use std::collections::BTreeMap;

use crate::load::node::Key;
use crate::load::record::Record;
use crate::load::target::TargetReader;
use crate::load::target::format::TargetFile;
use crate::model::{Diagnostic, Suite, VariableUse};

impl TargetReader<'_> {
    pub(super) fn services(&mut self, format: &TargetFile<'_>) -> BTreeMap<String, String> {
        let mut services = BTreeMap::new();
        let entries = format
            .services
            .as_ref()
            .map_or(&[][..], |entries| &entries.0);
        if entries.is_empty() && !format.is_flawed() {
            let at = format.node().beginning();
            self.diagnostics.push(
                Diagnostic::error("target/no-services", at, "the target has no services")
                    .help("add `services:` with a base URL for each service"),
            );
        }
        for (key, service) in entries {
            let Some(text) = service.url else { continue };
            self.check_service(key);
            self.reading = VariableUse::Service(key.text.clone());
            match self.fill(text).map(|filled| base_url(&filled)) {
                Some(Ok(base)) => {
                    services.insert(key.text.clone(), base);
                }
                Some(Err(message)) => {
                    self.broken_services.insert(key.text.clone());
                    let message = format!("the base URL {message}");
                    self.diagnostics.push(
                        Diagnostic::error("target/url", text.span, message)
                            .help("write a base URL such as https://graph.example/v1.0"),
                    );
                }
                // The missing value is reported and nothing is sent, but the service is declared.
                None => {
                    services.insert(key.text.clone(), text.value.to_owned());
                }
            }
        }
        services
    }

    /// Checks that a contract declares this service.
    pub(super) fn check_service(&mut self, key: &Key) {
        let declared = || {
            self.suite
                .contracts
                .iter()
                .flat_map(|contract| contract.services.keys())
        };
        if !declared().any(|name| *name == key.text) {
            self.diagnostics.push(
                Diagnostic::error(
                    "target/unknown-service",
                    key.span,
                    format!("no contract of the suite has a service `{}`", key.text),
                )
                .suggest(&key.text, declared().map(String::as_str)),
            );
        }
    }
}

/// A base URL as it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    /// Without a slash at its end.
    pub text: String,
    /// Scheme, host and port.
    pub origin: String,
    /// The path as it was typed: `/` if there is none.
    pub path: String,
    /// Is it on this machine?
    pub is_local: bool,
}

/// Reads a base URL that was typed.
///
/// # Errors
///
/// What is wrong with it, without the credentials that may be in it.
pub fn read_base_url(text: &str) -> Result<BaseUrl, String> {
    let wrong = |why: String| format!("the target `{}` {why}", without_credentials(text));
    let base = base_url(text).map_err(wrong)?;
    let url = url::Url::parse(text).map_err(|error| wrong(format!("is not a URL: {error}")))?;
    Ok(BaseUrl {
        is_local: is_loopback(&base),
        origin: url.origin().ascii_serialization(),
        path: url.path().to_owned(),
        text: base,
    })
}

/// Every service of the suite below one base URL.
pub(super) fn below(
    base: &str,
    suite: &Suite,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<String, String> {
    match read_base_url(base) {
        Ok(BaseUrl { text: base, .. }) => suite
            .contracts
            .iter()
            .flat_map(|contract| &contract.services)
            .map(|(name, service)| (name.clone(), format!("{base}{}", service.mount)))
            .collect(),
        Err(message) => {
            diagnostics.push(
                Diagnostic::error_without_place("target/url", message)
                    .help("write a base URL such as http://127.0.0.1:4040"),
            );
            BTreeMap::new()
        }
    }
}

/// The URL without the part before `@`, which may be a password, and without query and fragment, which may be a token.
pub(super) fn without_credentials(url: &str) -> String {
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    let (scheme, rest) = url.split_at(start);
    let end = rest.find(['?', '#']);
    match (rest.rfind('@'), end) {
        // Either may be a secret.
        (Some(at), Some(end)) if end < at => format!("{scheme}..."),
        (Some(at), None) => format!("{scheme}...{}", &rest[at..]),
        (Some(at), Some(end)) => format!("{scheme}...{}...", &rest[at..=end]),
        (None, Some(end)) => format!("{scheme}{}...", &rest[..=end]),
        (None, None) => url.to_owned(),
    }
}

/// Checks a base URL and removes its trailing slash.
pub(super) fn base_url(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("is empty".into());
    }
    if !text.contains("://") {
        return Err("has no scheme such as https://".into());
    }
    let url = url::Url::parse(text).map_err(|error| match error {
        url::ParseError::EmptyHost => "has no host".to_owned(),
        other => format!("is not a URL: {other}"),
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!(
            "has the scheme `{}`; expected http or https",
            url.scheme()
        ));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("has no host".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("contains credentials, which belong under `identities`".into());
    }
    if url.query().is_some() {
        return Err("contains a query".into());
    }
    if url.fragment().is_some() {
        return Err("contains a fragment".into());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

pub(super) fn is_loopback(base: &str) -> bool {
    let host = url::Url::parse(base).ok();
    match host.as_ref().and_then(url::Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::target::testing::url;

    #[test]
    fn a_bare_url_serves_all_services_and_takes_the_rest_from_the_reference_target() {
        let target = url("http://127.0.0.1:4040/api/");
        assert_eq!(target.name, "url");
        assert_eq!(target.services["users"], "http://127.0.0.1:4040/api/v1");
        assert_eq!(target.services["audit"], "http://127.0.0.1:4040/api");
        assert_eq!(target.fixtures["demo.user"], "ada");
        assert!(target.capabilities.contains("demo.search"));
        assert_eq!(target.limits.timeout.as_secs(), 3);
    }

    #[test]
    fn a_base_url_that_was_typed_has_an_origin_and_a_path() {
        let read = |text: &str| read_base_url(text).unwrap();
        let url = read("HTTP://127.0.0.1:8080/v1/a b/");
        assert_eq!(url.text, "http://127.0.0.1:8080/v1/a%20b");
        assert_eq!(url.origin, "http://127.0.0.1:8080");
        assert_eq!(url.path, "/v1/a%20b/");
        assert!(url.is_local);
        assert_eq!(read("https://a.example:443").origin, "https://a.example");
        assert_eq!(read("https://a.example").path, "/");
        assert!(!read("https://a.example").is_local);
        let message = read_base_url("https://user:secret@a.example").unwrap_err();
        assert!(
            message.contains("`https://...@a.example` contains credentials"),
            "{message}"
        );
    }

    #[test]
    fn a_base_url_is_shown_without_credentials() {
        assert_eq!(
            base_url("https://a.example/v1/").unwrap(),
            "https://a.example/v1"
        );
        for url in [
            "",
            "a.example",
            "ftp://a",
            "https://",
            "https://u:p@a",
            "https://a?b",
            "https://a#b",
        ] {
            assert!(base_url(url).is_err(), "{url}");
        }
        for (url, shown) in [
            ("https://u:p@a/b", "https://...@a/b"),
            ("u:p@a", "...@a"),
            ("https://u:p?@a", "https://..."),
            ("https://a?key=s@t", "https://..."),
            ("https://a?key=s", "https://a?..."),
            ("https://u:p@a#s?x", "https://...@a#..."),
            ("https://a/b", "https://a/b"),
            ("", ""),
        ] {
            assert_eq!(without_credentials(url), shown);
        }
    }
}
