//! The server that a request goes to.

use std::net::IpAddr;

use rustls::pki_types::ServerName;
use url::{Host, Position, Url};

use crate::execute::failure::unsendable;
use crate::model::exchange::{NoAnswer, SentRequest};

/// A server: what a URL says before its path.
#[derive(Debug)]
pub(super) struct Destination {
    pub(super) host: Host<String>,
    pub(super) port: u16,
    pub(super) is_secure: bool,
    /// Host and port as the `Host` field has them: IPv6 in brackets, no port where it is the usual one.
    pub(super) authority: String,
}

impl Destination {
    /// The server in the URL of the request. The path need not be valid in a URL.
    pub(super) fn of(request: &SentRequest) -> Result<Destination, NoAnswer> {
        let origin = request
            .url
            .strip_suffix(&request.target)
            .unwrap_or(&request.url);
        let url = Url::parse(origin).map_err(bad_url)?;
        check_url(&url)?;
        Destination::at(&url)
    }

    /// The server of a URL.
    pub(super) fn at(url: &Url) -> Result<Destination, NoAnswer> {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(unsendable("the URL has no host"));
        };
        Ok(Destination {
            host: host.to_owned(),
            port,
            is_secure: url.scheme() == "https",
            authority: url[Position::BeforeHost..Position::AfterPort].to_owned(),
        })
    }

    /// The host alone, IPv6 without brackets.
    pub(super) fn host_text(&self) -> String {
        match self.address() {
            Some(address) => address.to_string(),
            None => self.host.to_string(),
        }
    }

    /// The address, if the host is one.
    pub(super) fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
            Host::Domain(_) => None,
        }
    }

    /// The name that the server's certificate must have.
    pub(super) fn server_name(&self) -> Result<ServerName<'static>, NoAnswer> {
        match &self.host {
            Host::Ipv4(address) => Ok(ServerName::IpAddress((*address).into())),
            Host::Ipv6(address) => Ok(ServerName::IpAddress((*address).into())),
            Host::Domain(name) => ServerName::try_from(name.clone())
                .map_err(|_| unsendable("the host in the URL is not a valid certificate name")),
        }
    }
}

/// Rejects a URL with another scheme, and credentials in it: those of an identity are hidden in reports.
pub(super) fn check_url(url: &Url) -> Result<(), NoAnswer> {
    if !matches!(url.scheme(), "http" | "https") {
        Err(unsendable("the URL is neither http nor https"))
    } else if !url.username().is_empty() || url.password().is_some() {
        Err(unsendable(
            "the URL contains credentials; declare them as an identity",
        ))
    } else {
        Ok(())
    }
}

pub(super) fn bad_url(error: url::ParseError) -> NoAnswer {
    unsendable(format!("invalid URL: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::exchange::NoAnswerKind;
    use crate::model::request::Transport;

    fn request(url: &str, target: &str) -> SentRequest {
        SentRequest {
            service: String::new(),
            method: "GET".to_owned(),
            url: url.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: None,
            transport: Transport::Raw,
            omitted: Vec::new(),
            credentials: Vec::new(),
        }
    }

    #[test]
    fn the_authority_leaves_out_the_usual_port_alone() {
        let authority = |url| Destination::of(&request(url, "/a")).unwrap().authority;
        assert_eq!(authority("http://api.example:80/a"), "api.example");
        assert_eq!(authority("http://api.example:8080/a"), "api.example:8080");
        assert_eq!(authority("https://api.example:443/a"), "api.example");
        assert_eq!(authority("http://[::1]:8080/a"), "[::1]:8080");
    }

    #[test]
    fn a_path_that_no_url_can_have_does_not_hide_the_server() {
        let destination = Destination::of(&request("http://127.0.0.1:81*", "*")).unwrap();
        assert_eq!(destination.port, 81);
    }

    #[test]
    fn credentials_in_the_url_are_refused_without_quoting_them() {
        let refused = Destination::of(&request("http://ann:s3cret@h/a", "/a")).unwrap_err();
        assert_eq!(refused.kind, NoAnswerKind::Unsendable);
        assert!(!refused.detail.contains("s3cret"));
    }

    #[test]
    fn the_host_alone_has_no_brackets() {
        let destination = Destination::of(&request("http://[::1]:8080/a", "/a")).unwrap();
        assert_eq!(destination.host_text(), "::1");
    }
}
