//! Which service of the target a request goes to: the one whose base URL has the longest path that the request is below.

use std::collections::BTreeMap;

use url::Url;

/// The services of a target by the paths of their base URLs.
#[derive(Clone, Debug)]
pub struct Routes {
    /// Longest path first.
    all: Vec<Route>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Route {
    /// Without a slash at its end.
    path: String,
    /// `https://host:port`.
    origin: String,
    service: String,
}

/// Why requests cannot be told apart.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RouteError {
    /// The target has no service.
    #[error("the target has no service to forward requests to")]
    NoService,
    /// The base URL cannot be used.
    #[error("`{0}` of the service `{1}` is no URL with a host")]
    NoUrl(String, String),
    /// Two services differ only in their hosts.
    #[error("the services `{0}` and `{1}` have the same path on different hosts")]
    SamePath(String, String),
}

impl Routes {
    /// The routes to services, given by name and base URL.
    ///
    /// # Errors
    ///
    /// [`RouteError`], when there is none, or a path does not say which one is meant.
    pub fn new(services: &BTreeMap<String, String>) -> Result<Routes, RouteError> {
        let mut all: Vec<Route> = Vec::new();
        for (service, base) in services {
            let no_url = || RouteError::NoUrl(base.clone(), service.clone());
            let url = Url::parse(base).map_err(|_| no_url())?;
            if !url.has_host() {
                return Err(no_url());
            }
            let route = Route {
                path: url.path().trim_end_matches('/').to_owned(),
                origin: url.origin().ascii_serialization(),
                service: service.clone(),
            };
            match all.iter().find(|one| one.path == route.path) {
                Some(other) if other.origin != route.origin => {
                    let (one, two) = (other.service.clone(), route.service);
                    return Err(RouteError::SamePath(one, two));
                }
                Some(_) => {}
                None => all.push(route),
            }
        }
        if all.is_empty() {
            return Err(RouteError::NoService);
        }
        all.sort_by_key(|route| std::cmp::Reverse(route.path.len()));
        Ok(Routes { all })
    }

    /// The service and the URL for a path and query. Where all services are on one host, any path leads there.
    pub(super) fn of(&self, target: &str) -> Option<(&str, String)> {
        let path = target.split('?').next().unwrap_or_default();
        let is_below = |route: &&Route| {
            let rest = path.strip_prefix(&*route.path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let first = self.all.first()?;
        let is_one_host = self.all.iter().all(|one| one.origin == first.origin);
        let any = is_one_host.then_some(first);
        let route = self.all.iter().find(is_below).or(any)?;
        Some((&route.service, format!("{}{target}", route.origin)))
    }

    /// The base URLs, for people.
    pub fn bases(&self) -> impl Iterator<Item = String> {
        self.all
            .iter()
            .map(|route| format!("{}{}", route.origin, route.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(services: &[(&str, &str)]) -> Result<Routes, RouteError> {
        let services = services.iter();
        let owned = services.map(|(name, url)| ((*name).to_owned(), (*url).to_owned()));
        Routes::new(&owned.collect())
    }

    #[test]
    fn the_longest_path_decides() {
        let routes = routes(&[
            ("api", "http://a.example/v1"),
            ("files", "http://b.example:8080/v1/files/"),
        ])
        .unwrap();
        let of = |target: &str| routes.of(target);
        assert_eq!(
            of("/v1/x?y=/v1/files"),
            Some(("api", "http://a.example/v1/x?y=/v1/files".into()))
        );
        assert_eq!(
            of("/v1/files/7"),
            Some(("files", "http://b.example:8080/v1/files/7".into()))
        );
        assert_eq!(of("/v1/filesystem").unwrap().0, "api");
        assert_eq!(of("/v2"), None);
    }

    #[test]
    fn on_one_host_any_path_leads_there() {
        let routes = routes(&[("a", "http://h/v1"), ("b", "http://h/beta")]).unwrap();
        assert_eq!(routes.of("/other").unwrap().1, "http://h/other");
        assert_eq!(routes.of("/v1/x").unwrap().0, "a");
    }

    #[test]
    fn hosts_with_the_same_path_cannot_be_told_apart() {
        let same = routes(&[("a", "http://h/"), ("b", "http://i")]);
        assert_eq!(
            same.unwrap_err(),
            RouteError::SamePath("a".into(), "b".into())
        );
        assert_eq!(routes(&[]).unwrap_err(), RouteError::NoService);
        assert!(matches!(routes(&[("a", "x")]), Err(RouteError::NoUrl(..))));
    }
}
