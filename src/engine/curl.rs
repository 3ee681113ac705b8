//! A curl command that sends the same request again.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;

use crate::engine::curl_data::Data;
use crate::model::{CurlInput, EventLimit, HttpChoice, Network, ProxyKind, SentRequest, Transport};
use crate::redact::{Redacted, Redactor};
use crate::text::shell::quoted;

/// The name of the variable for credentials that are of no identity.
pub(super) const NO_IDENTITY: &str = "credentials";

/// What a case does after an answer, as far as curl can do it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Following {
    /// The most redirects that are followed.
    pub(crate) most: usize,
    /// Are cookies kept? Those of a redirect are sent to where it leads.
    pub(crate) keeps_cookies: bool,
    /// How many server-sent events are read, and how long, if the answer is a stream.
    pub(crate) events: Option<EventLimit>,
}

/// A command that sends the same request, and what it reads; credentials are shell variables named after the identity and
/// the header field, of which they are the whole value.
/// Secrets go out of each word before it is quoted: quoting would spell some of them differently.
pub(super) fn curl(
    request: &SentRequest,
    following: Following,
    identity: &str,
    network: &Network,
    is_secret: &dyn Fn(&str) -> bool,
    redactor: &Redactor,
) -> (Redacted, Vec<CurlInput>) {
    // Writing to a string cannot fail: what `write!` gives is dropped below.
    let word = |text: &str| quoted(&redactor.redact(text));
    let variable = variable_of(identity);
    let mut inputs: Vec<CurlInput> = Vec::new();
    let mut reads = |name: &str, meaning: &str| {
        inputs.push(CurlInput {
            name: name.to_owned(),
            meaning: redactor.text(meaning),
        });
    };
    let mut command = match request.method.as_str() {
        // With `-X HEAD`, curl waits for a body.
        "HEAD" if request.body.is_none() => "curl -sS --head".to_owned(),
        // The data make it a POST, which a redirect can turn into a GET.
        "POST" if following.most > 0 => "curl -sS -i".to_owned(),
        method => format!("curl -sS -i -X {}", quoted(method)),
    };
    if following.most > 0 {
        let _ = write!(command, " --location --max-redirs {}", following.most);
        if following.keeps_cookies {
            // Cookies in memory, none at first.
            command.push_str(" --cookie ''");
        }
    }
    if let Some(limit) = following.events {
        // It ends with an error when the time is over, after all that came.
        let seconds = limit.within.as_secs_f64();
        let _ = write!(command, " --no-buffer --max-time {seconds}");
    }
    command.push_str(&route(request, network, &word));
    if has_proxy_credentials(request, network) {
        reads(
            "PROXY_USER and PROXY_PASSWORD",
            "the credentials for the proxy",
        );
    }
    if request.url.contains(['[', ']', '{', '}']) {
        command.push_str(" --globoff");
    }
    if request.target.contains("/.") {
        command.push_str(" --path-as-is");
    }
    let data = Data::of(request);
    for (name, value) in &request.headers {
        let lower = name.to_ascii_lowercase();
        if lower == "content-length" || lower == "host" {
            continue;
        }
        if lower == "content-type" && data.has_own_type(value) {
            continue;
        }
        if is_secret(name) {
            // A target file may make the header of a variable named after the identity, which holds a token only.
            let variable = format!("{variable}_{}", variable_of(&lower));
            // Which scheme it is, a recording does not say: there are others than `Bearer`.
            let whole = match lower.as_str() {
                "authorization" | "proxy-authorization" => ", with its scheme",
                _ => "",
            };
            let meaning = if request.credentials.contains(&lower) {
                match identity {
                    NO_IDENTITY => {
                        format!("the whole header `{name}`{whole}, which is made of a secret")
                    }
                    identity => {
                        format!("the whole header `{name}` of the identity `{identity}`{whole}")
                    }
                }
            } else {
                format!("the whole header `{name}`{whole}")
            };
            reads(&variable, &meaning);
            let _ = write!(command, " -H \"{name}: ${variable}\"");
        } else {
            let _ = write!(command, " -H {}", word(&format!("{name}: {value}")));
        }
    }
    for name in &request.omitted {
        let _ = write!(command, " -H {}", quoted(&format!("{name}:")));
    }
    let says = |wanted: &str| {
        let mut names = request.headers.iter().map(|(name, _)| name);
        names.any(|name| name.eq_ignore_ascii_case(wanted))
            || request.omitted.iter().any(|name| name == wanted)
    };
    // What curl would add by itself, and the request did not have.
    let has_data = request.body.is_some() || sends_length(&request.method);
    if has_data && !says("content-type") {
        command.push_str(" -H Content-Type:");
    }
    if request.transport != Transport::Normal && !says("accept") {
        command.push_str(" -H Accept:");
    }
    if request.body.is_some() {
        if let Data::Left(file) = data {
            reads(file, "a file with the body of the request");
        }
        data.write(&mut command, &word);
    } else if sends_length(&request.method) {
        command.push_str(" -d ''");
    }
    command.push(' ');
    command.push_str(&word(&request.url));
    (redactor.text(&command), inputs)
}

/// The name of a shell variable.
fn variable_of(name: &str) -> String {
    let letter = |c: char| match c {
        c if c.is_ascii_alphanumeric() => c.to_ascii_uppercase(),
        _ => '_',
    };
    name.chars().map(letter).collect()
}

/// How the request goes there, as far as curl has options for it: files by their names, never what is in them.
///
/// A pinned server name is left out: curl has no option for it.
fn route(request: &SentRequest, network: &Network, word: &dyn Fn(&str) -> String) -> String {
    let mut options = String::new();
    let mut add = |text: String| {
        options.push(' ');
        options.push_str(&text);
    };
    let file = |path: &Path| word(&path.display().to_string());
    if network.insecure {
        add("--insecure".to_owned());
    }
    match network.authority_files.as_slice() {
        [] => {}
        [one] => add(format!("--cacert {}", file(one))),
        several => {
            let files: Vec<String> = several.iter().map(|one| file(one)).collect();
            add(format!("--cacert <(cat {})", files.join(" ")));
        }
    }
    if let Some(client) = &network.client {
        let (certificate, key) = (file(&client.certificate_file), file(&client.key_file));
        add(format!("--cert {certificate} --key {key}"));
    }
    if let Some(socket) = &network.unix_socket {
        add(format!("--unix-socket {}", file(socket)));
    }
    let is_secure = request.url.starts_with("https:");
    if let Some((host, port)) = authority(&request.url, is_secure) {
        if let Some(to) = network.leads(host, port) {
            let address = match to.ip() {
                IpAddr::V6(address) => format!("[{address}]"),
                IpAddr::V4(address) => address.to_string(),
            };
            add(if to.port() == port {
                format!("--resolve {}", word(&format!("{host}:{port}:{address}")))
            } else {
                let to = to.port();
                format!(
                    "--connect-to {}",
                    word(&format!("{host}:{port}:{address}:{to}"))
                )
            });
        }
        if let Some(proxy) = network.proxy_for(host) {
            // A SOCKS proxy resolves the name, and any other opens a tunnel.
            add(match proxy.kind {
                ProxyKind::Socks5 => {
                    let url = proxy.to_string().replacen("socks5", "socks5h", 1);
                    format!("--proxy {}", word(&url))
                }
                ProxyKind::Http => format!("--proxytunnel --proxy {}", word(&proxy.to_string())),
            });
            if proxy.credentials.is_some() {
                add("--proxy-user \"$PROXY_USER:$PROXY_PASSWORD\"".to_owned());
            }
        }
    }
    match network.http {
        _ if request.transport != Transport::Normal => {}
        HttpChoice::Auto => {}
        HttpChoice::Http1 => add("--http1.1".to_owned()),
        HttpChoice::Http2 if is_secure => add("--http2".to_owned()),
        HttpChoice::Http2 => add("--http2-prior-knowledge".to_owned()),
    }
    options
}

/// Does the request go through a proxy that wants credentials?
fn has_proxy_credentials(request: &SentRequest, network: &Network) -> bool {
    let host = authority(&request.url, request.url.starts_with("https:"));
    let proxy = host.and_then(|(host, _)| network.proxy_for(host));
    proxy.is_some_and(|proxy| proxy.credentials.is_some())
}

/// Host, without brackets, and port of a URL.
fn authority(url: &str, is_secure: bool) -> Option<(&str, u16)> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let default = if is_secure { 443 } else { 80 };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (authority, default),
    };
    Some((host.trim_matches(['[', ']']), port))
}

/// Does a request of this method say how long its body is even when it has none? (RFC 9110 section 8.6)
fn sends_length(method: &str) -> bool {
    matches!(method, "POST" | "PUT" | "PATCH")
}
