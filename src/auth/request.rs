//! The request to a token endpoint.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::model::{ClientAuth, OAuth2, Secret, SentRequest, Transport};

/// Everything except what `application/x-www-form-urlencoded` leaves as it is (WHATWG URL Standard). A space becomes
/// `%20`, which every reader accepts.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// The request for a token: with a refresh token if there is one, otherwise with client credentials.
pub(crate) fn token_request(oauth2: &OAuth2, refresh_token: Option<&Secret>) -> SentRequest {
    let mut fields: Vec<(&str, &str)> = match refresh_token {
        Some(token) => vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", token.expose()),
        ],
        None => vec![("grant_type", "client_credentials")],
    };
    let parameters = oauth2.parameters.iter();
    fields.extend(parameters.map(|(name, value)| (name.as_str(), value.as_str())));
    let mut headers = vec![
        (
            "Content-Type".to_owned(),
            "application/x-www-form-urlencoded".to_owned(),
        ),
        ("Accept".to_owned(), "application/json".to_owned()),
    ];
    match (&oauth2.client_secret, oauth2.client_auth) {
        (Some(secret), ClientAuth::Basic) => {
            headers.push(("Authorization".to_owned(), basic(oauth2, secret)));
        }
        (Some(secret), ClientAuth::Post) => {
            fields.push(("client_id", &oauth2.client_id));
            fields.push(("client_secret", secret.expose()));
        }
        // A public client only sends its id (RFC 6749 section 3.2.1).
        (None, _) => fields.push(("client_id", &oauth2.client_id)),
    }
    let body: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    SentRequest {
        // The target's own network.
        service: String::new(),
        method: "POST".into(),
        url: oauth2.token_url.clone(),
        target: path_of(&oauth2.token_url),
        headers,
        body: Some(body.join("&").into_bytes().into()),
        transport: Transport::Normal,
        omitted: Vec::new(),
        credentials: vec!["authorization".into()],
    }
}

/// Both are encoded like a form before they are joined (RFC 6749 section 2.3.1).
fn basic(oauth2: &OAuth2, secret: &Secret) -> String {
    let pair = format!(
        "{}:{}",
        encoded(&oauth2.client_id),
        encoded(secret.expose())
    );
    format!("Basic {}", STANDARD.encode(pair))
}

pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, FORM).to_string()
}

/// Path and query of a URL; the loader guarantees a scheme.
pub(super) fn path_of(url: &str) -> String {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let path = url[authority..].find('/');
    path.map_or("/", |at| &url[authority + at..]).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oauth2(secret: Option<&str>, client_auth: ClientAuth) -> OAuth2 {
        OAuth2 {
            token_url: "https://login.example/a/token?v=2".into(),
            client_id: "a client".into(),
            client_secret: secret.map(Secret::new),
            refresh_token: None,
            parameters: vec![("scope".into(), "https://graph.example/.default".into())],
            client_auth,
        }
    }

    fn body(request: &SentRequest) -> String {
        String::from_utf8(request.body.clone().unwrap().to_vec()).unwrap()
    }

    #[test]
    fn the_client_secret_is_sent_in_one_place() {
        let request = token_request(&oauth2(Some("s:e&c=r"), ClientAuth::Basic), None);
        assert_eq!(request.target, "/a/token?v=2");
        assert_eq!(
            body(&request),
            "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.example%2F.default"
        );
        let pair = STANDARD.encode("a%20client:s%3Ae%26c%3Dr");
        assert_eq!(request.headers[2].1, format!("Basic {pair}"));

        let request = token_request(&oauth2(Some("s:e&c=r"), ClientAuth::Post), None);
        assert_eq!(request.headers.len(), 2);
        assert!(body(&request).ends_with("&client_id=a%20client&client_secret=s%3Ae%26c%3Dr"));
    }

    #[test]
    fn a_refresh_token_is_the_grant_if_there_is_one() {
        let refresh = Secret::new("r+1");
        let request = token_request(&oauth2(None, ClientAuth::Basic), Some(&refresh));
        assert!(body(&request).starts_with("grant_type=refresh_token&refresh_token=r%2B1&scope="));
        assert!(body(&request).ends_with("&client_id=a%20client"));
        assert_eq!(request.headers.len(), 2);
    }
}
