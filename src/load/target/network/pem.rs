//! Certificates and keys in PEM files (RFC 7468), checked here so that the run need not find out.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::{Error, InconsistentKeys, RootCertStore};

use crate::load::format::ClientFormat;
use crate::load::record::Text;
use crate::load::target::TargetReader;
use crate::model::{ClientCertificate, Diagnostic, SecretBytes};

/// No file with certificates is larger, in octets.
const LARGEST: u64 = 4 << 20;

/// What a file with a certificate looks like.
const BEGINS: &str = "a certificate in PEM form begins with `-----BEGIN CERTIFICATE-----`";

impl TargetReader<'_> {
    /// The certificates of one file that is trusted.
    pub(super) fn authorities(&mut self, file: Text<'_>) -> Vec<Vec<u8>> {
        let Some(certificates) = self.certificates(file) else {
            return Vec::new();
        };
        let mut store = RootCertStore::empty();
        for (at, certificate) in certificates.iter().enumerate() {
            if let Err(error) = store.add(certificate.clone()) {
                let number = at + 1;
                let message =
                    format!("certificate {number} in the file cannot be trusted: {error}");
                self.diagnostics
                    .push(Diagnostic::error("target/pem", file.span, message));
                return Vec::new();
            }
        }
        certificates
            .iter()
            .map(|certificate| certificate.to_vec())
            .collect()
    }

    /// Certificate and key, if they fit.
    pub(super) fn client_certificate(
        &mut self,
        client: &ClientFormat<'_>,
    ) -> Option<ClientCertificate> {
        let (certificate, key) = (client.certificate?, client.key?);
        let chain = self.certificates(certificate);
        let (der, signer) = self.private_key(key)?;
        let chain = chain?;
        let (certificate_file, key_file) = (self.path(certificate)?, self.path(key)?);
        match CertifiedKey::new(chain.clone(), signer).keys_match() {
            Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(Error::InconsistentKeys(_)) => {
                let message = "the key is not the key of the certificate";
                self.diagnostics.push(
                    Diagnostic::error("target/key", key.span, message)
                        .help("the certificate itself stands first in its file, then those that lead to its authority"),
                );
                return None;
            }
            Err(error) => {
                let message = format!("the certificate cannot be read: {error}");
                self.diagnostics
                    .push(Diagnostic::error("target/pem", certificate.span, message));
                return None;
            }
        }
        Some(ClientCertificate {
            chain: chain
                .iter()
                .map(|certificate| certificate.to_vec())
                .collect(),
            key: SecretBytes::new(der.secret_der()),
            certificate_file,
            key_file,
        })
    }

    /// All certificates of a file, at least one.
    fn certificates(&mut self, file: Text<'_>) -> Option<Vec<CertificateDer<'static>>> {
        let octets = self.octets(file)?;
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&octets).collect();
        let problem = match read {
            Ok(certificates) if !certificates.is_empty() => return Some(certificates),
            Ok(_) => Diagnostic::error(
                "target/pem",
                file.span,
                "the file holds no certificate in PEM form",
            )
            .help(match octets.first() {
                // How DER begins: a SEQUENCE.
                Some(0x30) => {
                    "it seems to be DER: `openssl x509 -inform der -in FILE -out FILE.pem`"
                }
                _ => BEGINS,
            }),
            Err(error) => malformed(file, &error),
        };
        self.diagnostics.push(problem);
        None
    }

    fn private_key(
        &mut self,
        file: Text<'_>,
    ) -> Option<(PrivateKeyDer<'static>, Arc<dyn SigningKey>)> {
        let octets = self.octets(file)?;
        let problem = match PrivateKeyDer::from_pem_slice(&octets) {
            Ok(key) => {
                match rustls::crypto::ring::default_provider()
                    .key_provider
                    .load_private_key(key.clone_key())
                {
                    Ok(signer) => return Some((key, signer)),
                    Err(error) => {
                        let message = format!("the private key cannot be used: {error}");
                        Diagnostic::error("target/key", file.span, message)
                            .help("RSA from 2048 bits, ECDSA P-256 and P-384, and Ed25519 can")
                    }
                }
            }
            Err(pem::Error::NoItemsFound) => no_key(file, &octets),
            Err(error) => malformed(file, &error),
        };
        self.diagnostics.push(problem);
        None
    }

    fn octets(&mut self, file: Text<'_>) -> Option<Vec<u8>> {
        let path = self.path(file)?;
        match octets(&path) {
            Ok(octets) => Some(octets),
            Err(message) => {
                self.diagnostics.push(
                    Diagnostic::error("target/file", file.span, message)
                        .help("paths are relative to the directory of the target file"),
                );
                None
            }
        }
    }
}

fn octets(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    // A pipe or a device could be read for ever.
    if !metadata.is_file() {
        return Err("this is not a file".into());
    }
    if metadata.len() > LARGEST {
        return Err(format!("the file is larger than {} MiB", LARGEST >> 20));
    }
    std::fs::read(path).map_err(unreadable)
}

/// Says nothing of the lines themselves: they may be those of a key.
fn malformed(file: Text<'_>, error: &pem::Error) -> Diagnostic {
    let what = match error {
        pem::Error::MissingSectionEnd { .. } => "a section has no `-----END ...-----`",
        pem::Error::IllegalSectionStart { .. } => "a section begins with a malformed line",
        pem::Error::Base64Decode(_) => "what stands in a section is not base64",
        _ => "it cannot be read",
    };
    let message = format!("the file is not well-formed PEM: {what}");
    Diagnostic::error("target/pem", file.span, message)
}

fn no_key(file: Text<'_>, octets: &[u8]) -> Diagnostic {
    let holds = |words: &str| {
        let mut windows = octets.windows(words.len());
        windows.any(|window| window == words.as_bytes())
    };
    let error = |message: &str| Diagnostic::error("target/key", file.span, message);
    if holds("-----BEGIN ENCRYPTED PRIVATE KEY-----") || holds("Proc-Type: 4,ENCRYPTED") {
        error("the private key is encrypted, which is not supported")
            .help("decrypt it: `openssl pkey -in FILE -out PLAIN`, and keep that file to yourself")
    } else if holds("-----BEGIN CERTIFICATE-----") {
        error("the file holds a certificate and no private key")
            .help("the key is the file that begins with `-----BEGIN PRIVATE KEY-----`")
    } else {
        error("the file holds no private key in PEM form")
            .help("a private key in PEM form begins with `-----BEGIN PRIVATE KEY-----`")
    }
}
