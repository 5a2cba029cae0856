//! The verification of the server's certificate, as strict as `sslmode` asks for.

use super::certificate;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use std::sync::Arc;

/// What is asked of the server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// Nothing: the connection is encrypted, with whomever.
    None,
    /// That a trusted authority has signed it.
    Authority,
    /// That a trusted authority has signed it for this host.
    Host,
}

/// A certificate that was named as trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trusted(Vec<u8>);

impl Trusted {
    pub(super) fn new(der: &[u8]) -> Self {
        Self(der.to_vec())
    }
}

/// rustls' verification of the chain, with libpq's idea of how much of it counts.
#[derive(Debug)]
pub(super) struct Verifier {
    strictness: Strictness,
    inner: Option<Arc<dyn ServerCertVerifier>>,
    trusted: Vec<Trusted>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(
        strictness: Strictness,
        inner: Option<Arc<dyn ServerCertVerifier>>,
        trusted: Vec<Trusted>,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Self {
        Self {
            strictness,
            inner,
            trusted,
            algorithms,
        }
    }

    /// Checks that a trusted authority has signed the certificate. rustls may check the name on the way, which comes
    /// last, so that a complaint about it says that all else is well.
    fn verify_authority(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<(), Error> {
        // The server's own certificate in the file of trusted ones: a self-signed certificate, most often. rustls would
        // refuse it as an authority's certificate in the place of a server's.
        if self
            .trusted
            .iter()
            .any(|trusted| trusted.0 == certificate.as_ref())
        {
            return match certificate::is_valid_at(certificate.as_ref(), now.as_secs()) {
                Some(true) => Ok(()),
                Some(false) => Err(CertificateError::Expired.into()),
                None => Err(CertificateError::BadEncoding.into()),
            };
        }
        let Some(inner) = &self.inner else {
            return Err(CertificateError::UnknownIssuer.into());
        };
        match inner.verify_server_cert(certificate, intermediates, name, ocsp_response, now) {
            Ok(_) => Ok(()),
            Err(error) if is_about_name(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn is_about_name(error: &Error) -> bool {
    matches!(
        error,
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
        )
    )
}

/// Checks that the certificate is for this host, by its alternative names or, for want of any, its common name.
fn verify_host(certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> Result<(), Error> {
    match verify_server_name(&ParsedCertificate::try_from(certificate)?, name) {
        Err(error) if is_about_name(&error) => {
            match certificate::only_common_name(certificate.as_ref()) {
                Some(common_name) if certificate::matches_host(&common_name, &name.to_str()) => {
                    Ok(())
                }
                _ => Err(error),
            }
        }
        result => result,
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.strictness != Strictness::None {
            self.verify_authority(certificate, intermediates, name, ocsp_response, now)?;
        }
        if self.strictness == Strictness::Host {
            verify_host(certificate, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
