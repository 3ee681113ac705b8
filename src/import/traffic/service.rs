//! Where traffic comes from, and where it goes.

use std::collections::BTreeMap;

use crate::import::name::{Names, kebab, words};
use crate::import::traffic::address;
use crate::import::traffic::credential::Credential;
use crate::import::traffic::group::Item;
use crate::import::traffic::marked;
use crate::import::traffic::variable::expanded;

/// What a source is.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// The names of its files, for people.
    pub(crate) name: String,
    /// Was it recorded? Then equal requests are one case, and ids of what was created are captured.
    pub(crate) is_recorded: bool,
}

/// A host that calls go to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Service {
    /// Its name.
    pub(crate) name: String,
    /// Its base URL, if it is known.
    pub(crate) url: Option<String>,
}

/// Gives each item its service.
pub(crate) fn services(items: &mut [Item], values: &BTreeMap<String, String>) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    let mut names = Names::default();
    for item in items {
        let resolved = expanded(&item.origin, values);
        let (url, mut name) = if marked::has_filling(&resolved) {
            let name = address::place_name(&resolved).unwrap_or_default();
            (None, named_after(&name))
        } else {
            let Some(address) = address::read(&resolved) else {
                continue;
            };
            if let Some((user, password)) = address
                .user_info
                .as_deref()
                .and_then(|info| info.split_once(':'))
            {
                item.call.credential.get_or_insert(Credential::Basic {
                    user: user.to_owned(),
                    password: password.to_owned(),
                });
            }
            let path = address.path.trim_end_matches('/');
            let host = address
                .origin
                .split("://")
                .nth(1)
                .unwrap_or_default()
                .to_owned();
            (Some(format!("{}{path}", address.origin)), host_name(&host))
        };
        if name.is_empty() {
            name = "api".into();
        }
        let key = url.clone().unwrap_or_else(|| item.origin.clone());
        item.service = match keys.get(&key) {
            Some(&at) => at,
            None => {
                keys.insert(key, services.len());
                let name = names.give(name);
                services.push(Service { name, url });
                services.len() - 1
            }
        };
    }
    services
}

/// `api.shop.example:8443` is `shop`.
fn host_name(host: &str) -> String {
    let host = host.rsplit_once(':').map_or(host, |(host, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) {
            host
        } else {
            ""
        }
    });
    let is_address = host.starts_with('[')
        || host
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_address || host == "localhost" {
        return "api".into();
    }
    let mut labels: Vec<&str> = host.split('.').collect();
    if labels.len() > 1 {
        labels.pop();
    }
    let common = [
        "www", "api", "co", "com", "org", "net", "gov", "ac", "app", "dev",
    ];
    let label = labels.iter().rev().find(|label| !common.contains(label));
    kebab(label.copied().unwrap_or_default(), "api")
}

/// `petsBaseUrl` is `pets`.
fn named_after(variable: &str) -> String {
    let common = [
        "base", "url", "host", "uri", "server", "endpoint", "domain", "root", "protocol", "scheme",
        "hostname",
    ];
    let words = words(variable).into_iter();
    words
        .filter(|word| !common.contains(&word.as_str()))
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_named_after_its_host() {
        for (host, expected) in [
            ("api.shop.example:8443", "shop"),
            ("127.0.0.1:8080", "api"),
            ("[::1]:80", "api"),
            ("localhost", "api"),
            ("store.example", "store"),
            ("api.example", "api"),
            ("www.shop.co.uk", "shop"),
        ] {
            assert_eq!(host_name(host), expected, "{host}");
        }
        assert_eq!(named_after("petsBaseUrl"), "pets");
        assert_eq!(named_after("base_url"), "");
    }
}
