//! Explains TLS errors, with what to do about them.

use rustls::{AlertDescription, CertificateError, Error};

use crate::execute::failure::{lower, no_answer, printable};
use crate::model::exchange::{NoAnswer, NoAnswerKind};

/// The most names of a certificate that are listed.
const NAMES: usize = 5;

/// Explains an error of TLS.
pub(super) fn explained(error: &Error) -> NoAnswer {
    let words = match error {
        Error::InvalidCertificate(fault) => certificate(fault),
        Error::AlertReceived(alert) => alert_received(*alert),
        Error::InvalidMessage(_) => {
            Some("the server does not speak TLS on this port; is its URL `http://`?".to_owned())
        }
        Error::NoApplicationProtocol => Some(no_protocol()),
        _ => None,
    };
    let words = words.unwrap_or_else(|| format!("tls: {}", lower(error)));
    no_answer(NoAnswerKind::Tls, words)
}

fn certificate(fault: &CertificateError) -> Option<String> {
    let words = match fault {
        CertificateError::UnknownIssuer => {
            "the issuer of the server's certificate is not trusted; to trust it, add the \
             certificate of the issuer to the target: `network: { ca: FILE }`"
                .to_owned()
        }
        CertificateError::ExpiredContext { not_after, .. } => {
            format!(
                "the server's certificate expired on {}",
                day(not_after.as_secs())
            )
        }
        CertificateError::NotValidYetContext { not_before, .. } => format!(
            "the server's certificate is valid from {} on; is the system clock right?",
            day(not_before.as_secs())
        ),
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => format!(
            "the server's certificate is not for `{}` but {}; `server-name` under `network` in \
             the target sets the expected name",
            expected.to_str(),
            names(presented)
        ),
        CertificateError::BadSignature => {
            "the server's certificate is not signed by the issuer that it names; is the file \
             under `ca` outdated?"
                .to_owned()
        }
        CertificateError::Revoked => "the server's certificate is revoked".to_owned(),
        _ => return None,
    };
    Some(words)
}

/// `for `a.example`, `b.example` and 3 more`.
fn names(presented: &[String]) -> String {
    if presented.is_empty() {
        return "contains no name".to_owned();
    }
    let shown: Vec<String> = presented
        .iter()
        .take(NAMES)
        .map(|name| format!("`{}`", printable(bare(name))))
        .collect();
    let more = match presented.len().saturating_sub(NAMES) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    format!("for {}{more}", shown.join(", "))
}

/// The name in `DnsName("a.example")`, as the verifier writes it.
fn bare(name: &str) -> &str {
    let inside = name
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    inside.unwrap_or(name).trim_matches('"')
}

fn alert_received(alert: AlertDescription) -> Option<String> {
    let words = match alert {
        AlertDescription::CertificateRequired => {
            "the server requires a client certificate; add `client: { certificate: FILE, key: FILE }` \
             to `network` in the target"
                .to_owned()
        }
        AlertDescription::NoApplicationProtocol => no_protocol(),
        AlertDescription::HandshakeFailure => {
            "the server aborted the handshake (handshake failure); it may require a client \
             certificate, or for a version or cipher that is not offered"
                .to_owned()
        }
        AlertDescription::UnknownCA
        | AlertDescription::BadCertificate
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::AccessDenied
        | AlertDescription::DecryptError => format!(
            "the server does not accept the client certificate: {}",
            in_words(alert)
        ),
        AlertDescription::UnrecognisedName => {
            "the server has no certificate for the requested name; `server-name` under `network` in the \
             target sets the name"
                .to_owned()
        }
        _ => return None,
    };
    Some(words)
}

fn no_protocol() -> String {
    "the server supports none of the offered HTTP versions; `http` under `network` in the target sets \
     which are offered"
        .to_owned()
}

/// `unknown CA`, `certificate expired`.
fn in_words(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::UnknownCA => "unknown CA".to_owned(),
        other => {
            let mut words = String::new();
            for letter in format!("{other:?}").chars() {
                if letter.is_uppercase() && !words.is_empty() {
                    words.push(' ');
                }
                words.push(letter.to_ascii_lowercase());
            }
            words
        }
    }
}

/// The day of a point in time, in UTC.
fn day(seconds: u64) -> String {
    let time = i64::try_from(seconds)
        .ok()
        .map(jiff::Timestamp::from_second);
    match time {
        Some(Ok(time)) => time.to_string().chars().take(10).collect(),
        _ => "an invalid date".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::{ServerName, UnixTime};

    use super::*;

    fn words(fault: CertificateError) -> String {
        explained(&Error::InvalidCertificate(fault)).detail
    }

    #[test]
    fn the_names_of_a_certificate_for_other_hosts_are_listed() {
        let presented = |count: usize| -> Vec<String> {
            (0..count)
                .map(|at| format!("DnsName(\"{at}.example\")"))
                .collect()
        };
        let detail = |presented| {
            words(CertificateError::NotValidForNameContext {
                expected: ServerName::try_from("api.example").unwrap(),
                presented,
            })
        };
        assert!(detail(presented(1)).contains("not for `api.example` but for `0.example`;"));
        assert!(detail(presented(7)).contains("`4.example` and 2 more;"));
        assert!(detail(Vec::new()).contains("but contains no name;"));
    }

    #[test]
    fn an_expired_certificate_is_reported_with_its_date() {
        let at = |seconds| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let expired = CertificateError::ExpiredContext {
            time: at(2_000_000_000),
            not_after: at(1_700_000_000),
        };
        assert_eq!(
            words(expired),
            "the server's certificate expired on 2023-11-14"
        );
        assert_eq!(day(u64::MAX), "an invalid date");
    }

    #[test]
    fn control_characters_in_a_name_are_replaced() {
        let detail = names(&["DnsName(\"a\u{1b}[31m\")".to_owned()]);
        assert_eq!(detail, "for `a [31m`");
    }

    #[test]
    fn the_alert_about_a_client_certificate_is_reported() {
        let detail = |alert| explained(&Error::AlertReceived(alert)).detail;
        assert!(detail(AlertDescription::CertificateRequired).contains("client: {"));
        assert!(detail(AlertDescription::UnknownCA).ends_with(": unknown CA"));
        assert!(detail(AlertDescription::CertificateExpired).ends_with(": certificate expired"));
        assert!(detail(AlertDescription::InternalError).starts_with("tls: "));
    }
}
