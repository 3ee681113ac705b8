//! A login under way: the cookies and values that its requests so far gave, and the next request.

use std::collections::BTreeMap;

use crate::auth::request::{encoded, path_of};
use crate::auth::set_cookie::{LARGEST, SHORTEST_COOKIE, set_cookies};
use crate::json::Document;
use crate::model::{
    LoginBody, LoginCapture, LoginCaptureFrom, LoginRequest, Response, Secret, SentRequest,
    Transport, captured_index,
};

/// The longest value that is captured, in bytes.
const LONGEST: usize = 16 << 10;

/// The most cookies that are kept.
const COOKIES: usize = 50;

/// What the requests of a login have given so far.
#[derive(Debug, Default)]
pub(in crate::auth) struct Progress {
    values: Vec<String>,
    /// By name, path and origin.
    cookies: BTreeMap<(String, String, String), Kept>,
    last_url: String,
}

/// A cookie of a login.
#[derive(Debug)]
struct Kept {
    value: String,
    /// The URL whose answer set it.
    url: String,
}

impl Progress {
    /// The URL of the last request.
    pub(super) fn last_url(&self) -> &str {
        &self.last_url
    }

    /// A cookie that an earlier answer set, and the URL of that answer.
    pub(super) fn cookie(&self, name: &str) -> Option<(String, String)> {
        let mut named = self.cookies.iter().filter(|((known, ..), _)| known == name);
        let (_, kept) = named.next()?;
        Some((kept.value.clone(), kept.url.clone()))
    }

    /// The next request, with the captured values filled in and the cookies of its host.
    pub(super) fn request(&self, login: &LoginRequest) -> Result<SentRequest, String> {
        let url = self.filled(&login.url, &encoded);
        let mut headers = Vec::new();
        for (name, value) in &login.headers {
            let value = self.filled(value.expose(), &str::to_owned);
            if value.contains(['\r', '\n', '\0']) {
                return Err(format!(
                    "a captured value in `{name}` has a line break or NUL"
                ));
            }
            headers.push((name.clone(), value));
        }
        let (body, media_type) = match &login.body {
            LoginBody::None => (None, None),
            LoginBody::Form(fields) => {
                let fields = fields.iter();
                let fields: Vec<String> = fields
                    .map(|(name, value)| {
                        let value = self.filled(value.expose(), &str::to_owned);
                        format!("{}={}", encoded(name), encoded(&value))
                    })
                    .collect();
                let media_type = "application/x-www-form-urlencoded";
                (Some(fields.join("&")), Some(media_type))
            }
            LoginBody::Json(text) => {
                // Inside a JSON string.
                let escaped = |value: &str| {
                    let text = serde_json::Value::from(value).to_string();
                    text[1..text.len() - 1].to_owned()
                };
                let text = self.filled(text.expose(), &escaped);
                (Some(text), Some("application/json"))
            }
        };
        let has = |headers: &[(String, String)], wanted: &str| {
            let mut headers = headers.iter();
            headers.any(|(name, _)| name.eq_ignore_ascii_case(wanted))
        };
        if let Some(media_type) = media_type.filter(|_| !has(&headers, "content-type")) {
            headers.push(("Content-Type".to_owned(), media_type.to_owned()));
        }
        let cookies = self.cookies_for(&url);
        if !cookies.is_empty() && !has(&headers, "cookie") {
            headers.push(("Cookie".to_owned(), cookies));
        }
        Ok(SentRequest {
            service: login.service.clone(),
            method: login.method.clone(),
            target: path_of(&url),
            url,
            credentials: headers
                .iter()
                .map(|(name, _)| name.to_lowercase())
                .collect(),
            headers,
            body: body.map(|text| text.into_bytes().into()),
            transport: Transport::Normal,
            omitted: Vec::new(),
        })
    }

    /// Takes the cookies that an answer sets, and what later requests use of it.
    pub(super) fn take(
        &mut self,
        login: &LoginRequest,
        url: &str,
        response: &Response,
    ) -> Result<(), String> {
        url.clone_into(&mut self.last_url);
        for cookie in set_cookies(response) {
            let path = cookie
                .attribute("path")
                .filter(|path| path.starts_with('/'));
            let path = path.map_or_else(|| default_path(url), str::to_owned);
            let key = (cookie.name.to_owned(), path, origin(url).to_owned());
            if cookie.life().is_some_and(|life| life.is_zero()) {
                self.cookies.remove(&key);
            } else if cookie.value.bytes().all(|byte| byte.is_ascii_graphic())
                && (self.cookies.len() < COOKIES || self.cookies.contains_key(&key))
            {
                let value = cookie.value.to_owned();
                let url = url.to_owned();
                self.cookies.insert(key, Kept { value, url });
            }
        }
        let status = response.status;
        for capture in &login.captures {
            let name = &capture.name;
            let value = captured(capture, response)
                .map_err(|why| format!("answered {status}, but `{name}` is not captured: {why}"))?;
            self.values.push(value);
        }
        Ok(())
    }

    /// What no output may have: tokens against forged requests are credentials of the login.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let long = self
            .values
            .iter()
            .filter(|value| value.len() >= SHORTEST_COOKIE);
        long.map(|value| Secret::new(value.clone())).collect()
    }

    /// A text without the captured values, however short they are: a refusal often repeats what was sent.
    pub(super) fn hidden(&self, text: &str) -> String {
        let values = self.values.iter();
        // One character: the text never grows, whatever the values are.
        values.fold(text.to_owned(), |text, value| {
            text.replace(value.as_str(), "…")
        })
    }

    fn filled(&self, text: &str, encode: &dyn Fn(&str) -> String) -> String {
        let mut filled = String::with_capacity(text.len());
        for character in text.chars() {
            match captured_index(character).and_then(|index| self.values.get(index)) {
                Some(value) => filled.push_str(&encode(value)),
                None => filled.push(character),
            }
        }
        filled
    }

    /// The cookies that a request to this URL has (RFC 6265 section 5.4), of the same host only.
    fn cookies_for(&self, url: &str) -> String {
        let path = path_of(url);
        let path = path.split('?').next().unwrap_or("/");
        let is_for = |(_, of, origin_of): &(String, String, String)| {
            let rest = path.strip_prefix(of.as_str());
            let is_below =
                |rest: &str| rest.is_empty() || of.ends_with('/') || rest.starts_with('/');
            origin_of == origin(url) && rest.is_some_and(is_below)
        };
        let mut kept: Vec<_> = self.cookies.iter().filter(|(key, _)| is_for(key)).collect();
        kept.sort_by_key(|((_, path, _), _)| std::cmp::Reverse(path.len()));
        let pairs = kept
            .iter()
            .map(|((name, ..), kept)| format!("{name}={}", kept.value));
        pairs.collect::<Vec<String>>().join("; ")
    }
}

/// Scheme, host and port of a URL.
fn origin(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url[authority..].find(['/', '?']);
    &url[..end.map_or(url.len(), |end| authority + end)]
}

/// The path of a cookie that names none (RFC 6265 section 5.1.4).
fn default_path(url: &str) -> String {
    let path = path_of(url);
    let path = path.split('?').next().unwrap_or("/");
    match path.rfind('/') {
        None | Some(0) => "/".to_owned(),
        Some(at) => path[..at].to_owned(),
    }
}

/// What is captured of an answer. No reason quotes the answer: it may have credentials.
fn captured(capture: &LoginCapture, response: &Response) -> Result<String, String> {
    let found = match &capture.from {
        LoginCaptureFrom::Text => {
            if response.body.len() > LARGEST * 16 {
                return Err("the body has more than 1 MiB".to_owned());
            }
            String::from_utf8_lossy(&response.body).into_owned()
        }
        LoginCaptureFrom::Header(name) => {
            let lines: Vec<&[u8]> = response.header_values(name).collect();
            match lines.as_slice() {
                [one] => String::from_utf8_lossy(one).into_owned(),
                [] => return Err(format!("there is no header `{name}`")),
                several => return Err(format!("{} lines of `{name}`", several.len())),
            }
        }
        LoginCaptureFrom::Cookie(name) => {
            let mut named = set_cookies(response).filter(|one| one.name == name);
            let last = named.by_ref().last();
            let cookie = last.ok_or_else(|| format!("no cookie `{name}` is set"))?;
            cookie.value.to_owned()
        }
        LoginCaptureFrom::Json(path) => {
            let document = Document::parse(&response.body);
            let document = document.map_err(|_| "the body is not JSON".to_owned())?;
            let written = path.as_str();
            let nodes = path.select_in(&document);
            let nodes = nodes.map_err(|_| format!("{written} cannot be evaluated"))?;
            match nodes.as_slice() {
                [(_, serde_json::Value::String(text))] => text.clone(),
                [(_, value)] if value.is_number() || value.is_boolean() => value.to_string(),
                [_] => return Err(format!("{written} is no text and no number")),
                several => return Err(format!("{written} selects {} nodes", several.len())),
            }
        }
    };
    let value = match &capture.part {
        None => found.as_str(),
        Some(part) => part
            .part_of(&found)
            .ok_or_else(|| format!("nothing matches `{}`", part.as_str()))?,
    };
    if value.is_empty() {
        return Err("it is empty".to_owned());
    }
    if value.len() > LONGEST {
        return Err(format!("it has more than {} KiB", LONGEST >> 10));
    }
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{TextPattern, captured_value};
    use proptest::prelude::*;

    fn request(url: &str) -> LoginRequest {
        LoginRequest {
            service: "a".into(),
            method: "GET".into(),
            url: url.into(),
            headers: Vec::new(),
            body: LoginBody::None,
            statuses: Vec::new(),
            expected_headers: Vec::new(),
            captures: Vec::new(),
        }
    }

    fn answer(cookies: &[&str], body: &str) -> Response {
        let cookies = cookies.iter();
        Response {
            status: 200,
            headers: cookies
                .map(|line| ("Set-Cookie".to_owned(), line.as_bytes().to_vec()))
                .collect(),
            body: body.as_bytes().to_vec(),
            ..Response::default()
        }
    }

    fn after(url: &str, cookies: &[&str]) -> Progress {
        let mut progress = Progress::default();
        let taken = progress.take(&request(url), url, &answer(cookies, ""));
        taken.unwrap();
        progress
    }

    #[test]
    fn cookies_go_to_their_host_and_path() {
        let progress = after(
            "https://a.example/app/login",
            &[
                "a=1; Path=/",
                "b=2",
                "c=3; Path=/other",
                "d=4; Path=/app/lo",
                "e=5; Max-Age=0",
            ],
        );
        for (url, sent) in [
            ("https://a.example/app/login", "b=2; a=1"),
            ("https://a.example/app?x=/app/login", "b=2; a=1"),
            ("https://a.example/application", "a=1"),
            ("https://a.example", "a=1"),
            ("https://a.example/other/x", "c=3; a=1"),
            ("http://a.example/app/login", ""),
            ("https://a.example:444/app/login", ""),
            ("https://b.example/app/login", ""),
        ] {
            assert_eq!(progress.cookies_for(url), sent, "{url}");
        }
    }

    #[test]
    fn a_value_is_encoded_for_its_place() {
        let mark = captured_value(0).unwrap();
        let mut form = request(&format!("https://a.example/{mark}?q={mark}"));
        form.headers = vec![("X-Token".into(), Secret::new(format!("t {mark}")))];
        form.body = LoginBody::Form(vec![("csrf".into(), Secret::new(mark.to_string()))]);
        let progress = Progress {
            values: vec!["a/b&c=\"d\"".into()],
            ..Progress::default()
        };
        let sent = progress.request(&form).unwrap();
        assert_eq!(sent.target, "/a%2Fb%26c%3D%22d%22?q=a%2Fb%26c%3D%22d%22");
        assert_eq!(sent.headers[0].1, "t a/b&c=\"d\"");
        assert_eq!(&*sent.body.unwrap().to_vec(), b"csrf=a%2Fb%26c%3D%22d%22");
        form.body = LoginBody::Json(Secret::new(format!("{{\"csrf\":\"{mark}\"}}")));
        let sent = progress.request(&form).unwrap();
        assert_eq!(&*sent.body.unwrap().to_vec(), br#"{"csrf":"a/b&c=\"d\""}"#);
        assert_eq!(progress.hidden("no a/b&c=\"d\"!"), "no …!");
        let broken = Progress {
            values: vec!["a\r\nb".into()],
            ..Progress::default()
        };
        assert!(broken.request(&form).is_err());
    }

    #[test]
    fn what_is_not_there_is_not_captured() {
        let take = |from: LoginCaptureFrom, part: Option<&str>, response: &Response| {
            let name = "csrf".to_owned();
            let part = part.map(|part| TextPattern::new(part).unwrap());
            captured(&LoginCapture { name, from, part }, response)
        };
        let page = answer(&["c=v"], "<input name=csrf value='t0ken'>");
        let value = |text: &str| Ok(text.to_owned());
        let text = || LoginCaptureFrom::Text;
        assert_eq!(take(text(), Some("value='([^']*)'"), &page), value("t0ken"));
        let nothing = take(text(), Some("token=(.*)"), &page).unwrap_err();
        assert_eq!(nothing, "nothing matches `token=(.*)`");
        assert_eq!(
            take(LoginCaptureFrom::Cookie("c".into()), None, &page),
            value("v")
        );
        let header = |name: &str| LoginCaptureFrom::Header(name.into());
        assert_eq!(take(header("set-cookie"), None, &page), value("c=v"));
        assert!(take(header("x-a"), None, &page).is_err());
        let path = |path: &str| LoginCaptureFrom::Json(crate::json::Selector::new(path).unwrap());
        let json = answer(&[], r#"{"a": "t", "n": 7, "e": "", "o": {}}"#);
        assert_eq!(take(path("$.a"), None, &json), value("t"));
        assert_eq!(take(path("$.n"), None, &json), value("7"));
        for nothing in ["$.e", "$.o", "$.x", "$.*"] {
            assert!(take(path(nothing), None, &json).is_err(), "{nothing}");
        }
        assert!(take(path("$.a"), None, &page).is_err());
    }

    proptest! {
        #[test]
        fn no_answer_panics(
            lines in prop::collection::vec("(a|sid)?=?[ -~äß;,]{0,40}", 0..4),
            url in "https?://[a-z.:0-9]{0,9}(/[a-z/?]{0,9})?",
        ) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let progress = after(&url, &lines);
            prop_assert!(progress.cookies_for(&url).bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic() || !byte.is_ascii()));
            prop_assert!(progress.request(&request(&url)).is_ok());
        }
    }
}
