//! TLS: trusted certificates, the client certificate, and the handshake.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;
use tokio_rustls::TlsConnector;

use crate::execute::connection::Connection;
use crate::execute::failure;
use crate::execute::failure::unsendable;
use crate::execute::phases;
use crate::model::exchange::{NoAnswer, NoAnswerKind};
use crate::model::network::{ClientCertificate, Network};

/// Which HTTP versions a handshake may negotiate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agreement {
    Either,
    Http1,
    Http2,
}

/// The TLS settings of one network.
pub(super) struct Tls {
    config: ClientConfig,
    either: TlsConnector,
    http1: TlsConnector,
    http2: TlsConnector,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls(..)")
    }
}

impl Tls {
    /// Loads the root certificates: tens of milliseconds of blocking work, done once per network.
    pub(super) fn of(network: &Network) -> Result<Tls, NoAnswer> {
        let broken = |error: rustls::Error| failure::connecting(&error, true);
        let verifier = verifier(network).map_err(broken)?;
        let builder = tls_builder()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Watched(verifier)));
        let config = match &network.client {
            Some(client) => {
                let (chain, key) = certified(client)?;
                builder.with_client_auth_cert(chain, key).map_err(broken)?
            }
            None => builder.with_no_client_auth(),
        };
        let connector = |agreement| TlsConnector::from(Arc::new(agreeing(&config, agreement)));
        Ok(Tls {
            either: connector(Agreement::Either),
            http1: connector(Agreement::Http1),
            http2: connector(Agreement::Http2),
            config,
        })
    }

    /// The configuration for a client that opens its connections itself.
    pub(super) fn config(&self, agreement: Agreement) -> ClientConfig {
        agreeing(&self.config, agreement)
    }

    /// Performs the handshake on an open connection; returns whether HTTP/2 was negotiated.
    pub(super) async fn agree(
        &self,
        name: ServerName<'static>,
        stream: Connection,
        agreement: Agreement,
    ) -> Result<(Connection, bool), NoAnswer> {
        let connector = match agreement {
            Agreement::Either => &self.either,
            Agreement::Http1 => &self.http1,
            Agreement::Http2 => &self.http2,
        };
        let stream = connector
            .connect(name, stream)
            .await
            .map_err(|error| failure::connecting(&error, true))?;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
        if agreement == Agreement::Http2 && !is_http2 {
            return Err(failure::no_answer(
                NoAnswerKind::Tls,
                "the server does not support HTTP/2, which `http: 2` in the target requires",
            ));
        }
        Ok((Box::new(stream), is_http2))
    }
}

const HTTP1: &[u8] = b"http/1.1";
const HTTP2: &[u8] = b"h2";

fn agreeing(config: &ClientConfig, agreement: Agreement) -> ClientConfig {
    let protocols: &[&[u8]] = match agreement {
        Agreement::Either => &[HTTP2, HTTP1],
        Agreement::Http1 => &[HTTP1],
        Agreement::Http2 => &[HTTP2],
    };
    let mut config = config.clone();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    config
}

/// TLS without trusted certificates, for a client that never sees an https URL.
pub(super) fn trusting_nobody() -> ClientConfig {
    tls_builder()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

/// The name that the certificate must have according to the target.
pub(super) fn server_name(name: &str) -> Result<ServerName<'static>, NoAnswer> {
    ServerName::try_from(name.to_owned())
        .map_err(|_| unsendable(format!("`{name}` is not a valid certificate name")))
}

fn certified(
    client: &ClientCertificate,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), NoAnswer> {
    let chain = client.chain.iter().cloned().map(CertificateDer::from);
    let key = PrivateKeyDer::try_from(client.key.expose().to_vec())
        .map_err(|_| unsendable("the client's private key cannot be read"))?;
    Ok((chain.collect(), key))
}

fn verifier(network: &Network) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
    if network.insecure {
        return Ok(Arc::new(Anybody(provider())));
    }
    let extra = network.authorities.iter().cloned();
    let extra = extra.map(CertificateDer::from);
    Ok(Arc::new(Verifier::new_with_extra_roots(extra, provider())?))
}

/// Notes when the handshake starts, for a client that opens its connections itself.
#[derive(Debug)]
struct Watched(Arc<dyn ServerCertVerifier>);

impl ServerCertVerifier for Watched {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.0
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    /// Called when the first message of a handshake is written.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        phases::handshake_begins();
        self.0.supported_verify_schemes()
    }
}

/// Accepts every certificate whose key the server has.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

fn tls_builder() -> rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for the default versions of TLS")
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
