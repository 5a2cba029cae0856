//! TLS as libpq's `sslmode` means it, by rustls.
//!
//! PostgreSQL documentation, "SSL Support". What differs from libpq: no version before TLS 1.2, no encrypted key
//! files, no directories of revocation lists.

mod certificate;
mod files;
mod verifier;

pub(crate) use certificate::end_point_hash;

use crate::config::{Config, Host, RootCertificates, SslMode, SslNegotiation, TlsVersion};
use crate::error::{Error, Place};
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, SupportedProtocolVersion,
};
use std::path::Path;
use std::sync::Arc;
use verifier::{Strictness, Verifier};

/// The name of PostgreSQL's protocol in TLS' own negotiation (IANA's registry of ALPN protocol identifiers).
const PROTOCOL: &[u8] = b"postgresql";

/// Prepares a TLS connection to a place, its handshake not yet begun.
///
/// # Errors
/// [`Error::Tls`] when files are missing or unusable, or the settings can't be fulfilled.
pub(crate) fn prepare(config: &Config, place: &Place) -> Result<Box<ClientConnection>, Error> {
    let fail = |reason: String, hint: Option<&str>| Error::Tls {
        place: Box::new(place.clone()),
        reason,
        hint: hint.map(str::to_owned),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        verifier(config, place, &provider).map_err(|(reason, hint)| fail(reason, hint))?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions(config))
        .map_err(|error| fail(error.to_string(), None))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut settings = match (&config.tls.certificate, &config.tls.key) {
        (Some(certificate), Some(key)) => {
            let chain = files::certificates(certificate).map_err(|reason| fail(reason, None))?;
            let key_der = files::key(key).map_err(|reason| fail(reason, None))?;
            builder
                .with_client_auth_cert(chain, key_der)
                .map_err(|error| {
                    fail(
                        format!(
                            "the certificate {} and the key {} can't be used: {error}",
                            certificate.display(),
                            key.display()
                        ),
                        None,
                    )
                })?
        }
        _ => builder.with_no_client_auth(),
    };
    settings.alpn_protocols = vec![PROTOCOL.to_vec()];
    settings.enable_sni = config.tls.server_name_indication;
    let name = server_name(config, place).map_err(|reason| fail(reason, None))?;
    ClientConnection::new(Arc::new(settings), name)
        .map(Box::new)
        .map_err(|error| fail(error.to_string(), None))
}

/// After the handshake: whether the server agreed to what the settings ask for.
pub(crate) fn check(
    connection: &ClientConnection,
    config: &Config,
    place: &Place,
) -> Result<(), Error> {
    if config.tls.negotiation == SslNegotiation::Direct
        && connection.alpn_protocol() != Some(PROTOCOL)
    {
        return Err(Error::Tls {
            place: Box::new(place.clone()),
            reason: "the server did not agree that PostgreSQL's protocol is spoken inside".to_owned(),
            hint: Some("sslnegotiation=direct needs a server of version 17 or later; leave it out for others.".to_owned()),
        });
    }
    Ok(())
}

/// Puts rustls' reason into words, with what to do about it.
pub(crate) fn describe(error: &rustls::Error) -> (String, Option<String>) {
    let (reason, hint) = match error {
        rustls::Error::InvalidCertificate(error) => match error {
            CertificateError::UnknownIssuer => (
                "the server's certificate is signed by an authority that is not trusted here"
                    .to_owned(),
                "Name the authority's certificate with sslrootcert=FILE, or sslrootcert=system for public authorities.",
            ),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                (
                    format!("the server's certificate is not for this host ({error})"),
                    "Use the host's name that stands in the certificate (hostaddr=… can give the address), or sslmode=verify-ca.",
                )
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
                format!("the server's certificate has expired ({error})"),
                "The server needs a new certificate.",
            ),
            error => (
                format!("the server's certificate can't be accepted: {error}"),
                "",
            ),
        },
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked,
        ) => (
            format!("the server does not accept the client's certificate ({error})"),
            "Name a certificate that the server's ssl_ca_file has signed with sslcert=FILE and sslkey=FILE.",
        ),
        rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => (
            "the server speaks no version of TLS that is accepted here (1.2 and later)".to_owned(),
            "See the server's ssl_min_protocol_version and ssl_max_protocol_version.",
        ),
        rustls::Error::InvalidMessage(_) => (
            format!("what the server answers is not TLS ({error})"),
            "Check host and port.",
        ),
        error => (format!("{error}"), ""),
    };
    (reason, (!hint.is_empty()).then(|| hint.to_owned()))
}

type Reason = (String, Option<&'static str>);

/// What to make of the server's certificate. As in libpq, a file of root certificates is used whenever it is there.
fn verifier(
    config: &Config,
    place: &Place,
    provider: &Arc<CryptoProvider>,
) -> Result<Verifier, Reason> {
    let tls = &config.tls;
    let strictness = match tls.mode {
        SslMode::VerifyFull => Strictness::Host,
        _ if tls.root_certificates.is_some() => Strictness::Authority,
        SslMode::VerifyCa => Strictness::Authority,
        _ => Strictness::None,
    };
    if strictness == Strictness::Host
        && matches!(&place.host, Host::Tcp { name, .. } if name.is_empty())
    {
        return Err((
            "sslmode=verify-full needs the host's name, and only hostaddr was given".to_owned(),
            Some("Give host as well as hostaddr."),
        ));
    }
    let (inner, trusted): (Option<Arc<dyn ServerCertVerifier>>, _) =
        match (&tls.root_certificates, strictness) {
            (_, Strictness::None) => (None, Vec::new()),
            (Some(RootCertificates::System), _) => {
                let verifier = rustls_platform_verifier::Verifier::new(Arc::clone(provider))
                    .map_err(|error| {
                        (
                            format!("the system's root certificates can't be used: {error}"),
                            None,
                        )
                    })?;
                (Some(Arc::new(verifier)), Vec::new())
            }
            (Some(RootCertificates::File(path)), _) => {
                if !path.exists() {
                    return Err(no_roots(path));
                }
                let (verifier, trusted) =
                    files::roots(path, tls.revocation_list.as_deref(), provider)
                        .map_err(|reason| (reason, None))?;
                (Some(verifier), trusted)
            }
            (None, _) => {
                return Err(no_roots(
                    tls.usual_root_certificates
                        .as_deref()
                        .unwrap_or(Path::new("~/.postgresql/root.crt")),
                ));
            }
        };
    Ok(Verifier::new(
        strictness,
        inner,
        trusted,
        provider.signature_verification_algorithms,
    ))
}

fn no_roots(path: &Path) -> Reason {
    (
        format!(
            "the certificates of the authorities to trust are needed, and there is no file {}",
            path.display()
        ),
        Some(
            "Name the file with sslrootcert=FILE, or trust the system's authorities with sslrootcert=system.",
        ),
    )
}

/// The versions of TLS to offer.
fn versions(config: &Config) -> Vec<&'static SupportedProtocolVersion> {
    let mut versions = Vec::new();
    if config.tls.newest_version != Some(TlsVersion::V1_2) {
        versions.push(&rustls::version::TLS13);
    }
    if config.tls.oldest_version == TlsVersion::V1_2 {
        versions.push(&rustls::version::TLS12);
    }
    versions
}

/// The name to tell the server and to look for in its certificate.
fn server_name(config: &Config, place: &Place) -> Result<ServerName<'static>, String> {
    let address = place.address.map(|address| ServerName::from(address.ip()));
    match &place.host {
        Host::Tcp { name, .. } if !name.is_empty() => {
            match (ServerName::try_from(name.clone()), address) {
                (Ok(name), _) => Ok(name),
                // A name that only a hosts file would have: it matters only to whom it is to be compared with.
                (Err(_), Some(address)) if config.tls.mode != SslMode::VerifyFull => Ok(address),
                (Err(_), _) => Err(format!("{name:?} is no name that a certificate could have")),
            }
        }
        _ => address.ok_or_else(|| "there is neither a name nor an address".to_owned()),
    }
}
