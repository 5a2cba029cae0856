//! Looking into a certificate, for what rustls does not tell: how it is signed, and names of the old style.

use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use std::time::{Duration, SystemTime};
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::asn1::ContextSpecific;
use x509_cert::der::{Decode, SliceReader, TagNumber};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::spki::AlgorithmIdentifierOwned;

/// The hash of a certificate for the channel binding `tls-server-end-point`.
///
/// The hash function is that of the certificate's signature, except that SHA-256 stands for MD5 and SHA-1
/// (RFC 5929, section 4.1). `None` when the signature has no hash function of its own, as Ed25519 has none, or one
/// that is not known.
pub(crate) fn end_point_hash(der: &[u8]) -> Option<Vec<u8>> {
    let certificate = parse(der)?;
    Some(match hash_function(certificate.signature_algorithm())? {
        Hash::Sha224 => Sha224::digest(der).to_vec(),
        Hash::Sha256 => Sha256::digest(der).to_vec(),
        Hash::Sha384 => Sha384::digest(der).to_vec(),
        Hash::Sha512 => Sha512::digest(der).to_vec(),
    })
}

enum Hash {
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

fn hash_function(algorithm: &AlgorithmIdentifierOwned) -> Option<Hash> {
    Some(match algorithm.oid.to_string().as_str() {
        // RSA (PKCS #1) with MD5, SHA-1, SHA-256, SHA-384, SHA-512, SHA-224.
        "1.2.840.113549.1.1.4" | "1.2.840.113549.1.1.5" | "1.2.840.113549.1.1.11" => Hash::Sha256,
        "1.2.840.113549.1.1.12" => Hash::Sha384,
        "1.2.840.113549.1.1.13" => Hash::Sha512,
        "1.2.840.113549.1.1.14" => Hash::Sha224,
        // ECDSA with SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
        "1.2.840.10045.4.1" | "1.2.840.10045.4.3.2" => Hash::Sha256,
        "1.2.840.10045.4.3.1" => Hash::Sha224,
        "1.2.840.10045.4.3.3" => Hash::Sha384,
        "1.2.840.10045.4.3.4" => Hash::Sha512,
        // RSA-PSS, which has its hash function as a parameter.
        "1.2.840.113549.1.1.10" => return pss_hash_function(algorithm),
        _ => return None,
    })
}

/// The hash function among the parameters of RSA-PSS (RFC 8017, appendix A.2.3): the first field, SHA-1 if left out.
fn pss_hash_function(algorithm: &AlgorithmIdentifierOwned) -> Option<Hash> {
    let parameters = algorithm.parameters.as_ref()?;
    let mut reader = SliceReader::new(parameters.value()).ok()?;
    let field =
        ContextSpecific::<AlgorithmIdentifierOwned>::decode_explicit(&mut reader, TagNumber(0))
            .ok()?;
    Some(match field {
        None => Hash::Sha256,
        Some(field) => match field.value.oid.to_string().as_str() {
            "1.2.840.113549.2.5" | "1.3.14.3.2.26" | "2.16.840.1.101.3.4.2.1" => Hash::Sha256,
            "2.16.840.1.101.3.4.2.2" => Hash::Sha384,
            "2.16.840.1.101.3.4.2.3" => Hash::Sha512,
            "2.16.840.1.101.3.4.2.4" => Hash::Sha224,
            _ => return None,
        },
    })
}

/// A certificate's period of validity; `None` if the certificate can't be read.
pub(super) fn is_valid_at(der: &[u8], seconds_since_1970: u64) -> Option<bool> {
    let certificate = parse(der)?;
    let validity = certificate.tbs_certificate().validity();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds_since_1970);
    Some(validity.not_before.to_system_time() <= now && now <= validity.not_after.to_system_time())
}

/// The common name of a certificate that names its hosts in no other way.
///
/// libpq compares it only if the certificate's alternative names contain neither a host name nor an address
/// (PostgreSQL documentation, "Client Verification of Server Certificates").
pub(super) fn only_common_name(der: &[u8]) -> Option<String> {
    let certificate = parse(der)?;
    let certificate = certificate.tbs_certificate();
    if let Some((_, names)) = certificate.get_extension::<SubjectAltName>().ok()?
        && names
            .0
            .iter()
            .any(|name| matches!(name, GeneralName::DnsName(_) | GeneralName::IpAddress(_)))
    {
        return None;
    }
    Some(
        certificate
            .subject()
            .common_name()
            .ok()??
            .value()
            .into_owned(),
    )
}

/// Whether a common name, possibly with a wildcard for its first part, is that of a host.
pub(super) fn matches_host(common_name: &str, host: &str) -> bool {
    if common_name.eq_ignore_ascii_case(host) {
        return true;
    }
    match (common_name.strip_prefix("*."), host.split_once('.')) {
        // A wildcard stands for one part of a name, never for one of an address.
        (Some(domain), Some((first, rest))) => {
            !first.is_empty()
                && host.parse::<std::net::IpAddr>().is_err()
                && domain.eq_ignore_ascii_case(rest)
        }
        _ => false,
    }
}

/// Reads a certificate, without insisting on what RFC 5280 asks of its issuer.
fn parse(der: &[u8]) -> Option<CertificateInner<Raw>> {
    CertificateInner::<Raw>::from_der(der).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_one_part() {
        assert!(matches_host("db.example", "DB.example"));
        assert!(matches_host("*.example", "db.example"));
        assert!(!matches_host("*.example", "a.db.example"));
        assert!(!matches_host("*.example", "example"));
        assert!(!matches_host("*.0.0.1", "127.0.0.1"));
        assert!(!matches_host("*", "db"));
    }
}
