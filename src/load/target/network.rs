//! Connection settings: the `network` of the target, or of one service.

mod pem;
mod proxy;
mod resolve;

use std::collections::BTreeMap;
use std::path::PathBuf;

use rustls::pki_types::ServerName;

use crate::load::node::{Kind, Node};
use crate::load::record::{Record, Text, reject};
use crate::load::target::TargetReader;
use crate::load::target::format::{NetworkFormat, TargetFile};
use crate::model::{Diagnostic, HttpChoice, Network, VariableUse};

impl TargetReader<'_> {
    /// The network of the target, and those of single services that replace it.
    pub(super) fn networks(
        &mut self,
        format: &TargetFile<'_>,
    ) -> (Network, BTreeMap<String, Network>) {
        self.reading = VariableUse::Network(None);
        let network = format.network.as_ref().map(|network| self.network(network));
        let mut own = BTreeMap::new();
        for (key, service) in format.services.iter().flat_map(|entries| &entries.0) {
            if let Some(network) = &service.network {
                self.reading = VariableUse::Network(Some(key.text.clone()));
                own.insert(key.text.clone(), self.network(network));
            }
        }
        (network.unwrap_or_default(), own)
    }

    fn network(&mut self, format: &NetworkFormat<'_>) -> Network {
        self.check_together(format);
        let (mut authorities, mut authority_files) = (Vec::new(), Vec::new());
        for file in format.ca.iter().flat_map(|names| &names.0) {
            let certificates = self.authorities(*file);
            if !certificates.is_empty() {
                authority_files.extend(self.path(*file));
                authorities.extend(certificates);
            }
        }
        Network {
            authorities,
            authority_files,
            client: format
                .client
                .as_ref()
                .and_then(|client| self.client_certificate(client)),
            server_name: format.server_name.and_then(|name| self.server_name(name)),
            resolve: format
                .resolve
                .iter()
                .flat_map(|entries| &entries.0)
                .filter_map(|(key, address)| self.overridden(key, *address))
                .collect(),
            proxy: format.proxy.and_then(|node| self.proxy(node, format)),
            unix_socket: format.unix_socket.and_then(|path| self.path(path)),
            http: format
                .http
                .and_then(|node| self.http(node))
                .unwrap_or_default(),
            fresh: format.keep_alive == Some(false),
            insecure: false,
        }
    }

    /// Reports settings that exclude each other: one of them would have no effect.
    fn check_together(&mut self, format: &NetworkFormat<'_>) {
        let mut reject = |message: &str, at: crate::model::Span| {
            self.diagnostics
                .push(Diagnostic::error("target/network", at, message));
        };
        if let Some(socket) = format.unix_socket {
            if format.proxy.is_some() {
                reject("`proxy` has no effect with `unix-socket`", socket.span);
            }
            if format.resolve.is_some() {
                reject("`resolve` has no effect with `unix-socket`", socket.span);
            }
        }
        if let (Some(hosts), None) = (&format.no_proxy, format.proxy) {
            let at = hosts
                .0
                .first()
                .map_or(format.node().beginning(), |host| host.span);
            reject("`no-proxy` has no effect without `proxy`", at);
        }
    }

    fn server_name(&mut self, text: Text<'_>) -> Option<String> {
        let name = self.fill(text)?;
        if ServerName::try_from(name.as_str()).is_ok() {
            return Some(name);
        }
        let message = "invalid server name".to_owned();
        self.diagnostics.push(
            Diagnostic::error("target/server-name", text.span, message)
                .help("write a host name or an address without a port: `api.internal`"),
        );
        None
    }

    fn http(&mut self, node: &Node) -> Option<HttpChoice> {
        let text = match &node.kind {
            Kind::Number(number) => number.to_string(),
            Kind::Text(text) => text.clone(),
            _ => String::new(),
        };
        match text.as_str() {
            "auto" => Some(HttpChoice::Auto),
            "1.1" => Some(HttpChoice::Http1),
            "2" | "2.0" => Some(HttpChoice::Http2),
            _ => {
                reject(node, self.diagnostics, || {
                    let found = node.describe();
                    let message = format!("expected `auto`, `1.1` or `2`, found {found}");
                    Diagnostic::error("target/http", node.span, message)
                });
                None
            }
        }
    }

    /// A path, which is relative to the directory of the file.
    fn path(&mut self, text: Text<'_>) -> Option<PathBuf> {
        let path = self.fill(text)?;
        if path.is_empty() {
            let message = "expected the path of a file, found an empty string";
            self.diagnostics
                .push(Diagnostic::error("target/path", text.span, message));
            return None;
        }
        Some(self.directory.join(path))
    }
}

#[cfg(test)]
mod tests {
    use crate::load::target::testing::read;
    use crate::model::{HttpChoice, ProxyKind};

    fn target(network: &str) -> String {
        format!("name: a\nservices: {{ users: \"https://a.example\" }}\nnetwork: {network}")
    }

    #[test]
    fn the_version_of_http_may_be_written_as_number_or_text() {
        for (written, meant) in [
            ("auto", HttpChoice::Auto),
            ("1.1", HttpChoice::Http1),
            ("\"1.1\"", HttpChoice::Http1),
            ("2", HttpChoice::Http2),
        ] {
            let (target, _) = read(&target(&format!("{{ http: {written} }}"))).unwrap();
            assert_eq!(target.network.http, meant, "{written}");
        }
        assert!(read(&target("{ http: 3 }")).is_err());
    }

    #[test]
    fn the_network_of_a_service_replaces_that_of_the_target() {
        let text = "
name: a
services: { users: { url: \"https://a.example/v1/\", network: { http: 1.1 } }, audit: \"https://a.example\" }
network: { http: 2, keep-alive: false }
";
        let (target, _) = read(text).unwrap();
        assert_eq!(target.services["users"], "https://a.example/v1");
        assert_eq!(target.networks["users"].http, HttpChoice::Http1);
        assert!(!target.networks["users"].fresh);
        assert!(!target.networks.contains_key("audit"));
        assert!(target.network.fresh);
    }

    #[test]
    fn the_password_of_a_proxy_is_a_secret() {
        let network = "{ proxy: { url: \"socks5://p.example\", user: ann, password: \"${env.TOKEN}\" }, no-proxy: .b }";
        let (target, _) = read(&target(network)).unwrap();
        let proxy = target.network.proxy.as_ref().unwrap();
        assert_eq!((proxy.kind, proxy.port), (ProxyKind::Socks5, 1080));
        assert_eq!(proxy.credentials.as_ref().unwrap().1.expose(), "s3cret");
        assert_eq!(proxy.except, [".b"]);
        assert!(
            target
                .secrets
                .iter()
                .any(|secret| secret.expose() == "s3cret")
        );
    }

    #[test]
    fn an_override_leads_to_an_address_with_or_without_ports() {
        let network = "{ resolve: { \"API.example:8443\": \"[::1]:9\", b.example: 127.0.0.1 } }";
        let (target, _) = read(&target(network)).unwrap();
        let [first, second] = target.network.resolve.as_slice() else {
            panic!("{:?}", target.network.resolve);
        };
        assert_eq!(
            (first.host.as_str(), first.port),
            ("api.example", Some(8443))
        );
        assert_eq!(
            (first.address.to_string().as_str(), first.address_port),
            ("::1", Some(9))
        );
        assert_eq!((second.port, second.address_port), (None, None));
    }
}
