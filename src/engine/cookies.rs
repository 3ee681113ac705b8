//! The cookies of one case: what its target sets is sent with its later requests (RFC 6265).
//!
//! Each attempt of a case has its own. What a target can store is bounded. Cookies are secrets: their values are never
//! in output, and are not kept for `sweep`.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cookie_store::CookieStore;
use url::Url;

use crate::model::{Case, Exchange, Secret, SentRequest};
use crate::redact::{Found, Withholds};

/// The most cookies, and the most bytes of all and of one of them (RFC 6265 section 6.1 asks for 50 and 4096 at least).
const MOST: usize = 100;
const MOST_BYTES: usize = 32 << 10;
const LARGEST: usize = 4096;

/// The most credentials of one attempt that are hidden, and their bytes. Beyond it no text of the case is shown.
const MOST_HIDDEN: usize = 1000;
const MOST_HIDDEN_BYTES: usize = 64 << 10;

/// The cookies of one attempt of a case.
#[derive(Debug, Default)]
pub(super) struct Cookies {
    /// `None` keeps nothing.
    jar: Option<Mutex<Jar>>,
    /// Every credential that came, also those of cookies that were replaced or not kept.
    received: Mutex<Hidden>,
}

/// Credentials that no report of the case shows.
#[derive(Debug, Default)]
struct Hidden {
    secrets: HashSet<Secret>,
    bytes: usize,
    /// Were there too many?
    is_cut: bool,
}

#[derive(Debug, Default)]
struct Jar {
    store: CookieStore,
}

impl Cookies {
    /// Those of a case, if it keeps any.
    pub(super) fn of(case: &Case) -> Cookies {
        Cookies {
            jar: case.keeps_cookies.then(Mutex::default),
            received: Mutex::default(),
        }
    }

    /// Adds the cookies for its URL to a request, unless the case gives or omits `Cookie`.
    pub(super) fn add_to(&self, request: &mut SentRequest) {
        let Some(jar) = self.jar() else { return };
        let Ok(url) = Url::parse(&request.url) else {
            return;
        };
        let mut cookies = jar.store.matches(&url);
        // RFC 6265 section 5.4: longer paths first, then those of one domain in the order in which they were set.
        cookies.sort_by_key(|cookie| Reverse(cookie.path.len()));
        let pairs = cookies.iter().map(|cookie| {
            let (name, value) = cookie.name_value();
            format!("{name}={value}")
        });
        let pairs: Vec<String> = pairs.collect();
        if pairs.is_empty() || request.omitted.iter().any(|name| name == "cookie") {
            return;
        }
        let is_cookie = |name: &str| name.eq_ignore_ascii_case("cookie");
        let is_of_identity = request.credentials.iter().any(|name| name == "cookie");
        let mut lines = request.headers.iter_mut();
        match lines.find(|(name, _)| is_cookie(name)) {
            Some((_, value)) if is_of_identity => {
                *value = format!("{value}; {}", pairs.join("; "));
            }
            Some(_) => {}
            None => request
                .headers
                .push(("Cookie".to_owned(), pairs.join("; "))),
        }
    }

    /// Takes the cookies that an answer sets.
    pub(super) fn take_from(&self, exchange: &Exchange) {
        let (Some(mut jar), Some(response)) = (self.jar(), exchange.received()) else {
            return;
        };
        let Ok(url) = Url::parse(&exchange.request.url) else {
            return;
        };
        for line in response.header_values("set-cookie") {
            if let Ok(line) = std::str::from_utf8(line) {
                jar.set(line, &url);
            }
        }
    }

    /// Takes a credential that came: no report of the case shows it.
    pub(super) fn hide(&self, value: &str) {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        let secret = Secret::new(value);
        if received.secrets.contains(&secret) {
            return;
        }
        let bytes = received.bytes + value.len();
        if received.secrets.len() < MOST_HIDDEN && bytes <= MOST_HIDDEN_BYTES {
            received.secrets.insert(secret);
            received.bytes = bytes;
        } else {
            received.is_cut = true;
        }
    }

    /// The credentials that came.
    pub(super) fn secrets(&self) -> Found {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        if received.is_cut {
            return Found {
                secrets: Vec::new(),
                withholds: Withholds::All,
            };
        }
        Found::from(received.secrets.iter().cloned().collect::<Vec<_>>())
    }

    fn jar(&self) -> Option<MutexGuard<'_, Jar>> {
        let jar = self.jar.as_ref()?;
        Some(jar.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Jar {
    fn set(&mut self, line: &str, url: &Url) {
        if line.len() > LARGEST {
            return;
        }
        let Ok(cookie) = cookie_store::Cookie::parse(line.to_owned(), url) else {
            return;
        };
        let known = self.store.iter_any();
        let others = known.filter(|known| {
            known.name() != cookie.name()
                || known.path != cookie.path
                || known.domain != cookie.domain
        });
        let (count, bytes) = others.fold((0, 0), |(count, bytes), known| {
            (count + 1, bytes + known.name().len() + known.value().len())
        });
        if count >= MOST || bytes + line.len() > MOST_BYTES {
            return;
        }
        // A cookie for another domain, or one that has expired, is not kept.
        let _ = self.store.insert(cookie, url);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Response, Timing, Transport};

    fn kept() -> Cookies {
        Cookies {
            jar: Some(Mutex::default()),
            ..Cookies::default()
        }
    }

    fn request(url: &str) -> SentRequest {
        SentRequest {
            service: "api".into(),
            method: "GET".into(),
            url: url.into(),
            target: "/".into(),
            headers: Vec::new(),
            body: None,
            transport: Transport::Normal,
            omitted: Vec::new(),
            credentials: Vec::new(),
        }
    }

    fn set(cookies: &Cookies, url: &str, lines: &[&str]) {
        let headers = lines
            .iter()
            .map(|line| ("Set-Cookie".to_owned(), line.as_bytes().to_vec()));
        let response = Response {
            status: 200,
            headers: headers.collect(),
            ..Response::default()
        };
        cookies.take_from(&Exchange {
            request: request(url),
            hops: Vec::new(),
            answer: Ok(response),
            timing: Timing::default(),
        });
    }

    fn sent(cookies: &Cookies, url: &str) -> String {
        let mut request = request(url);
        cookies.add_to(&mut request);
        let mut lines = request.headers.into_iter().map(|(_, value)| value);
        lines.next().unwrap_or_default()
    }

    #[test]
    fn domain_path_and_secure_decide_where_a_cookie_goes() {
        let cookies = kept();
        set(
            &cookies,
            "https://a.example.com/login/form",
            &[
                "host=1; Path=/",
                "all=2; Domain=example.com; Path=/",
                "deep=3; Path=/login",
                "safe=4; Path=/; Secure",
                "foreign=5; Domain=other.com",
                "above=6; Domain=b.a.example.com",
                "default=7",
            ],
        );
        assert_eq!(
            sent(&cookies, "https://a.example.com/"),
            "host=1; safe=4; all=2"
        );
        assert_eq!(
            sent(&cookies, "https://a.example.com/login/x"),
            "deep=3; default=7; host=1; safe=4; all=2"
        );
        assert_eq!(sent(&cookies, "http://a.example.com/"), "host=1; all=2");
        assert_eq!(sent(&cookies, "https://b.example.com/"), "all=2");
        assert_eq!(sent(&cookies, "https://evil.com/"), "");
        assert_eq!(sent(&cookies, "https://other.com/"), "");
        assert_eq!(
            sent(&cookies, "https://a.example.com/loginx"),
            "host=1; safe=4; all=2"
        );
    }

    #[test]
    fn a_cookie_is_replaced_and_ends() {
        let (cookies, url) = (kept(), "http://h.example/");
        set(&cookies, url, &["a=1", "b=2; Max-Age=100", "c=3"]);
        set(
            &cookies,
            url,
            &[
                "a=4",
                "b=; Max-Age=0",
                "c=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            ],
        );
        assert_eq!(sent(&cookies, url), "a=4");
        assert_eq!(sent(&Cookies::default(), url), "");
    }

    #[test]
    fn the_header_of_the_case_is_left_alone() {
        let (cookies, url) = (kept(), "http://h.example/");
        set(&cookies, url, &["a=1"]);
        let with = |value: &str, credentials: &[&str]| {
            let mut request = SentRequest {
                headers: vec![("cookie".into(), value.into())],
                credentials: credentials.iter().map(|name| (*name).to_owned()).collect(),
                ..request(url)
            };
            cookies.add_to(&mut request);
            request.headers.remove(0).1
        };
        assert_eq!(with("own=1", &[]), "own=1");
        assert_eq!(with("id=1", &["cookie"]), "id=1; a=1");
        let mut omitted = SentRequest {
            omitted: vec!["cookie".into()],
            ..request(url)
        };
        cookies.add_to(&mut omitted);
        assert!(omitted.headers.is_empty());
    }

    #[test]
    fn a_storm_of_cookies_is_bounded() {
        let (cookies, url) = (kept(), "http://h.example/");
        for number in 0..2000 {
            set(
                &cookies,
                url,
                &[&format!("name{number}={}", "v".repeat(1000))],
            );
        }
        set(
            &cookies,
            url,
            &[
                &format!("large={}", "v".repeat(5000)),
                "name0=new",
                "\u{7f}=;;;=",
                "=",
                "",
            ],
        );
        let sent = sent(&cookies, url);
        assert!(sent.len() <= MOST_BYTES + 2 * MOST, "{}", sent.len());
        assert!(sent.contains("name0=new"), "{sent:.100}");
    }
}
