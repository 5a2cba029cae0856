//! Certificates, keys and revocation lists in PEM files.

use super::verifier::Trusted;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use std::path::Path;
use std::sync::Arc;

/// All certificates of a file.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(path, &error))?;
    if certificates.is_empty() {
        return Err(format!("there is no certificate in {}", path.display()));
    }
    Ok(certificates)
}

/// The key of a file, which nobody else may read: libpq's rule.
pub(super) fn key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    use std::os::unix::fs::MetadataExt;
    let metadata =
        std::fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
    // A key that belongs to root may be shared with a group.
    let forbidden = if metadata.uid() == 0 { 0o027 } else { 0o077 };
    if metadata.mode() & forbidden != 0 {
        return Err(format!(
            "others can read the key {}; run chmod 0600 on it",
            path.display()
        ));
    }
    let text = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| {
        if text.windows(9).any(|window| window == b"ENCRYPTED") {
            format!("the key {} is encrypted, which is not supported; decrypt it into a file with mode 0600", path.display())
        } else {
            unreadable(path, &error)
        }
    })
}

/// A verifier for the authorities of a file, and the file's certificates themselves.
pub(super) fn roots(
    path: &Path,
    revocation_list: Option<&Path>,
    provider: &Arc<CryptoProvider>,
) -> Result<(Arc<dyn ServerCertVerifier>, Vec<Trusted>), String> {
    let certificates = certificates(path)?;
    let trusted = certificates
        .iter()
        .map(|certificate| Trusted::new(certificate.as_ref()))
        .collect();
    let mut store = RootCertStore::empty();
    let (added, _) = store.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(format!(
            "none of the certificates in {} can be used",
            path.display()
        ));
    }
    let mut builder =
        WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider));
    if let Some(list) = revocation_list {
        let lists = CertificateRevocationListDer::pem_file_iter(list)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unreadable(list, &error))?;
        builder = builder.with_crls(lists);
    }
    let verifier = builder
        .build()
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok((verifier, trusted))
}

fn unreadable(path: &Path, error: &rustls::pki_types::pem::Error) -> String {
    match error {
        rustls::pki_types::pem::Error::Io(error) => format!("{}: {error}", path.display()),
        error => format!(
            "{} is no PEM file that can be used: {error:?}",
            path.display()
        ),
    }
}
