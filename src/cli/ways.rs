//! The network settings of a target as text: what a run uses between a URL and its socket.

use std::io::{self, Write};
use std::path::Path;

use crate::model::{HttpChoice, Network, Proxy, Target};
use crate::redact::Redactor;
use crate::text::printable::printable;

/// Variables from which many programs take a proxy. Probity does not.
const PROXY_VARIABLES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// Writes the settings of each network of a target. Default settings are not mentioned.
///
/// ```text
/// network
///   trusts certs/ca.pem in addition to the authorities of the system
///   through the proxy http://proxy.example:3128, with credentials; directly to .internal.example
/// network of seats
///   through the socket /run/seats.sock
/// ```
pub(crate) fn write(target: &Target, out: &mut dyn Write) -> io::Result<()> {
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
            lines.push("default settings".to_owned());
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
    let is_direct = |service: &String| {
        let network = target.network_of(service);
        network.proxy.is_none() && network.unix_socket.is_none()
    };
    let ignored = PROXY_VARIABLES
        .into_iter()
        .find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if let Some(name) = ignored.filter(|_| target.remote.iter().any(is_direct)) {
        writeln!(
            out,
            "`{name}` is ignored: to use a proxy, write `network: {{ proxy: URL }}` in the target file"
        )?;
    }
    Ok(())
}

fn words(network: &Network) -> Vec<String> {
    let mut words = Vec::new();
    if network.insecure {
        words.push("--insecure: certificate verification is disabled".to_owned());
    }
    let files = listed(network.authority_files.iter().map(|file| shown(file)));
    if !files.is_empty() {
        words.push(format!(
            "trusts {files} in addition to the authorities of the system"
        ));
    }
    if let Some(client) = &network.client {
        let (certificate, key) = (shown(&client.certificate_file), shown(&client.key_file));
        words.push(format!(
            "client certificate {certificate}, with the key {key}"
        ));
    }
    if let Some(name) = &network.server_name {
        words.push(format!("expects the certificate of {name}"));
    }
    words.extend(network.resolve.iter().map(|entry| {
        let port = entry
            .port
            .map_or_else(String::new, |port| format!(":{port}"));
        let to = match (entry.address, entry.address_port) {
            (address, Some(port)) => std::net::SocketAddr::new(address, port).to_string(),
            (address, None) => address.to_string(),
        };
        format!("{}{port} resolves to {to}", entry.host)
    }));
    words.extend(network.proxy.as_ref().map(proxy));
    if let Some(socket) = &network.unix_socket {
        words.push(format!("through the socket {}", shown(socket)));
    }
    match network.http {
        HttpChoice::Auto => {}
        HttpChoice::Http1 => words.push("HTTP/1.1 only".to_owned()),
        HttpChoice::Http2 => words.push("HTTP/2 only".to_owned()),
    }
    if network.fresh {
        words.push("a new connection for every request".to_owned());
    }
    words
}

fn proxy(proxy: &Proxy) -> String {
    let credentials = match proxy.credentials {
        Some(_) => ", with credentials",
        None => "",
    };
    let except = listed(proxy.except.iter().cloned());
    let direct = match except.as_str() {
        "" => String::new(),
        hosts => format!("; directly to {hosts}"),
    };
    format!("through the proxy {proxy}{credentials}{direct}")
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn listed(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
