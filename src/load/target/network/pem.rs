//! Certificates and keys in PEM files (RFC 7468), checked before the run.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::{Error, InconsistentKeys, RootCertStore};

use crate::load::record::Text;
use crate::load::target::TargetReader;
use crate::load::target::format::ClientFormat;
use crate::model::{ClientCertificate, Diagnostic, SecretBytes};

/// The largest file with certificates, in bytes.
const LARGEST: u64 = 4 << 20;

/// Advice about the form of a certificate file.
const BEGINS: &str = "a PEM certificate starts with `-----BEGIN CERTIFICATE-----`";

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
                let message = format!("invalid certificate {number} in the file: {error}");
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

    /// Certificate and key, if they match.
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
                let message = "the key does not belong to the certificate";
                self.diagnostics
                    .push(Diagnostic::error("target/key", key.span, message).help(
                        "put the client certificate first in its file, then the intermediate ones",
                    ));
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
        let bytes = self.bytes(file)?;
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
        let problem = match read {
            Ok(certificates) if !certificates.is_empty() => return Some(certificates),
            Ok(_) => Diagnostic::error("target/pem", file.span, "no PEM certificate in the file")
                .help(match bytes.first() {
                    // DER starts with a SEQUENCE.
                    Some(0x30) => {
                        "convert it from DER: `openssl x509 -inform der -in FILE -out FILE.pem`"
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
        let bytes = self.bytes(file)?;
        let problem = match PrivateKeyDer::from_pem_slice(&bytes) {
            Ok(key) => {
                match rustls::crypto::ring::default_provider()
                    .key_provider
                    .load_private_key(key.clone_key())
                {
                    Ok(signer) => return Some((key, signer)),
                    Err(error) => {
                        let message = format!("unusable private key: {error}");
                        Diagnostic::error("target/key", file.span, message)
                            .help("use RSA from 2048 bits, ECDSA P-256 or P-384, or Ed25519")
                    }
                }
            }
            Err(pem::Error::NoItemsFound) => no_key(file, &bytes),
            Err(error) => malformed(file, &error),
        };
        self.diagnostics.push(problem);
        None
    }

    fn bytes(&mut self, file: Text<'_>) -> Option<Vec<u8>> {
        let path = self.path(file)?;
        match bytes(&path) {
            Ok(bytes) => Some(bytes),
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

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    // A pipe or a device may have no end.
    if !metadata.is_file() {
        return Err("not a file".into());
    }
    if metadata.len() > LARGEST {
        return Err(format!("the file is larger than {} MiB", LARGEST >> 20));
    }
    std::fs::read(path).map_err(unreadable)
}

/// The message does not quote the file: it may be a key.
fn malformed(file: Text<'_>, error: &pem::Error) -> Diagnostic {
    let what = match error {
        pem::Error::MissingSectionEnd { .. } => "missing `-----END ...-----`",
        pem::Error::IllegalSectionStart { .. } => "malformed `-----BEGIN ...-----`",
        pem::Error::Base64Decode(_) => "invalid base64",
        _ => "it cannot be read",
    };
    let message = format!("invalid PEM: {what}");
    Diagnostic::error("target/pem", file.span, message)
}

fn no_key(file: Text<'_>, bytes: &[u8]) -> Diagnostic {
    let contains = |words: &str| {
        let mut windows = bytes.windows(words.len());
        windows.any(|window| window == words.as_bytes())
    };
    let error = |message: &str| Diagnostic::error("target/key", file.span, message);
    if contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || contains("Proc-Type: 4,ENCRYPTED") {
        error("encrypted private keys are not supported")
            .help("decrypt it with `openssl pkey -in FILE -out PLAIN`, and protect that file")
    } else if contains("-----BEGIN CERTIFICATE-----") {
        error("expected a private key, found a certificate")
            .help("name the file that starts with `-----BEGIN PRIVATE KEY-----`")
    } else {
        error("no PEM private key in the file")
            .help("a PEM private key starts with `-----BEGIN PRIVATE KEY-----`")
    }
}
