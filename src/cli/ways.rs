//! How the services of a target are reached, in words: what a run will use between a URL and its socket.

use std::io::{self, Write};
use std::path::Path;

use crate::model::{HttpChoice, Network, Proxy, Target};
use crate::redact::Redactor;
use crate::text::printable::printable;

/// Variables that many programs take a proxy from, and this one does not.
const PROXY_VARIABLES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// Tells each network of a target, and nothing of one that is as ordinary as can be.
///
/// ```text
/// network
///   trusts certs/ca.pem beside the system's authorities
///   through the proxy http://proxy.example:3128, as somebody; straight to .internal.example
/// network of seats
///   by the socket /run/seats.sock
/// ```
pub(crate) fn tell(target: &Target, out: &mut dyn Write) -> io::Result<()> {
    let redactor = Redactor::new(&target.secrets);
    let general = target
        .services
        .keys()
        .any(|service| !target.networks.contains_key(service));
    let general = general.then_some((None, &target.network));
    let own = target
        .networks
        .iter()
        .map(|(service, network)| (Some(service), network));
    for (service, network) in general.into_iter().chain(own) {
        let mut lines = words(network);
        if lines.is_empty() && service.is_some() {
            lines.push("nothing that is out of the ordinary".to_owned());
        }
        if lines.is_empty() {
            continue;
        }
        let of = service.map_or_else(String::new, |service| format!(" of {service}"));
        writeln!(out, "network{}", printable(&of))?;
        for line in lines {
            writeln!(out, "  {}", printable(&redactor.redact(&line)))?;
        }
    }
    let is_straight = |service: &String| {
        let network = target.network_of(service);
        network.proxy.is_none() && network.unix_socket.is_none()
    };
    let ignored = PROXY_VARIABLES
        .into_iter()
        .find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if let Some(name) = ignored.filter(|_| target.remote.iter().any(is_straight)) {
        writeln!(
            out,
            "`{name}` is set and not used: a proxy is one only where the target file says\n`network: {{ proxy: URL }}`"
        )?;
    }
    Ok(())
}

fn words(network: &Network) -> Vec<String> {
    let mut words = Vec::new();
    if network.insecure {
        words.push("--insecure: verifies no certificate, whoever answers is believed".to_owned());
    }
    let files = listed(network.authority_files.iter().map(|file| shown(file)));
    if !files.is_empty() {
        words.push(format!("trusts {files} beside the system's authorities"));
    }
    if let Some(client) = &network.client {
        let (certificate, key) = (shown(&client.certificate_file), shown(&client.key_file));
        words.push(format!(
            "shows the client certificate {certificate}, with the key {key}"
        ));
    }
    if let Some(name) = &network.server_name {
        words.push(format!("asks for the certificate of {name}"));
    }
    words.extend(network.resolve.iter().map(|entry| {
        let port = entry
            .port
            .map_or_else(String::new, |port| format!(":{port}"));
        let to = match (entry.address, entry.address_port) {
            (address, Some(port)) => std::net::SocketAddr::new(address, port).to_string(),
            (address, None) => address.to_string(),
        };
        format!("{}{port} leads to {to}", entry.host)
    }));
    words.extend(network.proxy.as_ref().map(proxy));
    if let Some(socket) = &network.unix_socket {
        words.push(format!("by the socket {}", shown(socket)));
    }
    match network.http {
        HttpChoice::Auto => {}
        HttpChoice::Http1 => words.push("speaks HTTP/1.1 alone".to_owned()),
        HttpChoice::Http2 => words.push("speaks HTTP/2 alone".to_owned()),
    }
    if network.fresh {
        words.push("opens a connection for every request".to_owned());
    }
    words
}

fn proxy(proxy: &Proxy) -> String {
    let as_somebody = match proxy.credentials {
        Some(_) => ", with credentials",
        None => "",
    };
    let except = listed(proxy.except.iter().cloned());
    let straight = match except.as_str() {
        "" => String::new(),
        hosts => format!("; straight to {hosts}"),
    };
    format!("through the proxy {proxy}{as_somebody}{straight}")
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn listed(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
