//! The settings of TLS, with libpq's defaults in `~/.postgresql`.

use super::{choice, number};
use crate::config::parameters::Parameters;
use crate::config::{
    ConfigError, Environment, RootCertificates, SslMode, SslNegotiation, Tls, TlsVersion,
};
use std::path::PathBuf;

pub(super) fn resolve(
    parameters: &Parameters,
    environment: &Environment,
) -> Result<Tls, ConfigError> {
    let usual = |name: &str| {
        environment
            .home()
            .map(|home| home.join(".postgresql").join(name))
    };
    let existing = |name: &str| usual(name).filter(|path| environment.has_file(path));
    let root_certificates = match parameters.value("sslrootcert") {
        Some("system") => Some(RootCertificates::System),
        Some(path) => Some(RootCertificates::File(PathBuf::from(path))),
        None => existing("root.crt").map(RootCertificates::File),
    };
    let mode = mode(parameters, root_certificates.as_ref())?;
    let (certificate, key) = client_certificate(parameters, existing)?;
    let negotiation = choice(
        parameters,
        "sslnegotiation",
        &[
            ("postgres", SslNegotiation::Postgres),
            ("direct", SslNegotiation::Direct),
        ],
    )?
    .unwrap_or_default();
    if negotiation == SslNegotiation::Direct && mode < SslMode::Require {
        return Err(ConfigError::invalid(
            "sslnegotiation",
            "direct needs sslmode=require, verify-ca or verify-full: there is no falling back from it",
        ));
    }
    let oldest_version = version(parameters, "ssl_min_protocol_version")?.unwrap_or_default();
    let newest_version = match parameters.value("ssl_max_protocol_version") {
        Some("TLSv1" | "TLSv1.1") => {
            return Err(ConfigError::invalid(
                "ssl_max_protocol_version",
                "TLS before 1.2 is not supported",
            ));
        }
        _ => version(parameters, "ssl_max_protocol_version")?,
    };
    if newest_version.is_some_and(|newest| newest < oldest_version) {
        return Err(ConfigError::invalid(
            "ssl_max_protocol_version",
            "it is older than ssl_min_protocol_version",
        ));
    }
    Ok(Tls {
        mode,
        negotiation,
        root_certificates,
        usual_root_certificates: usual("root.crt"),
        revocation_list: parameters
            .value("sslcrl")
            .map(PathBuf::from)
            .or_else(|| existing("root.crl")),
        certificate,
        key,
        server_name_indication: number(parameters, "sslsni")?.unwrap_or(1) != 0,
        oldest_version,
        newest_version,
    })
}

/// Reads `sslmode` and its older form; the system's authorities ask for the strictest mode.
fn mode(parameters: &Parameters, roots: Option<&RootCertificates>) -> Result<SslMode, ConfigError> {
    let mode = choice(
        parameters,
        "sslmode",
        &[
            ("disable", SslMode::Disable),
            ("allow", SslMode::Allow),
            ("prefer", SslMode::Prefer),
            ("require", SslMode::Require),
            ("verify-ca", SslMode::VerifyCa),
            ("verify-full", SslMode::VerifyFull),
        ],
    )?;
    let system = roots == Some(&RootCertificates::System);
    Ok(match mode {
        Some(mode) if system && mode != SslMode::VerifyFull => {
            return Err(ConfigError::invalid(
                "sslmode",
                "sslrootcert=system needs verify-full: anybody can get a certificate from a public authority",
            ));
        }
        Some(mode) => mode,
        None if system => SslMode::VerifyFull,
        None if parameters
            .value("requiressl")
            .is_some_and(|value| value.starts_with('1')) =>
        {
            SslMode::Require
        }
        None => SslMode::default(),
    })
}

/// The client's certificate and key, those named or those in the usual place.
fn client_certificate(
    parameters: &Parameters,
    existing: impl Fn(&str) -> Option<PathBuf>,
) -> Result<(Option<PathBuf>, Option<PathBuf>), ConfigError> {
    let wanted = choice(
        parameters,
        "sslcertmode",
        &[
            ("disable", Some(false)),
            ("allow", None),
            ("require", Some(true)),
        ],
    )?
    .flatten();
    if wanted == Some(false) {
        return Ok((None, None));
    }
    let certificate = parameters
        .value("sslcert")
        .map(PathBuf::from)
        .or_else(|| existing("postgresql.crt"));
    let key = parameters
        .value("sslkey")
        .map(PathBuf::from)
        .or_else(|| existing("postgresql.key"));
    match (&certificate, &key) {
        (None, _) if wanted == Some(true) => Err(ConfigError::invalid(
            "sslcertmode",
            "it is require, and there is no certificate; name one with sslcert",
        )),
        (Some(certificate), None) => Err(ConfigError::invalid(
            "sslkey",
            format!(
                "there is the certificate {} and no key for it",
                certificate.display()
            ),
        )),
        // libpq does not look at a key that has no certificate.
        (None, _) => Ok((None, None)),
        (Some(_), Some(_)) => Ok((certificate, key)),
    }
}

/// Reads a version of TLS; rustls speaks none before 1.2, and as a lower bound an older one changes nothing.
fn version(
    parameters: &Parameters,
    keyword: &'static str,
) -> Result<Option<TlsVersion>, ConfigError> {
    choice(
        parameters,
        keyword,
        &[
            ("TLSv1", TlsVersion::V1_2),
            ("TLSv1.1", TlsVersion::V1_2),
            ("TLSv1.2", TlsVersion::V1_2),
            ("TLSv1.3", TlsVersion::V1_3),
        ],
    )
}
