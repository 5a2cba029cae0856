//! Certificates made for a test.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SignatureAlgorithm,
};
use std::path::{Path, PathBuf};

/// A certificate and its key, as PEM.
pub(crate) struct Certificate {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// A certificate authority.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) certificate: String,
}

impl Authority {
    pub(crate) fn new(name: &str, algorithm: &'static SignatureAlgorithm) -> Self {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = parameters.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(parameters, key),
            certificate,
        }
    }

    /// A certificate with this common name and these alternative names.
    pub(crate) fn sign(&self, common_name: &str, names: &[&str]) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let certificate = parameters(common_name, names)
            .signed_by(&key, &self.issuer)
            .unwrap();
        Certificate {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

/// A certificate that nobody else has signed.
pub(crate) fn self_signed(
    common_name: &str,
    names: &[&str],
    algorithm: &'static SignatureAlgorithm,
) -> Certificate {
    let key = KeyPair::generate_for(algorithm).unwrap();
    let certificate = parameters(common_name, names).self_signed(&key).unwrap();
    Certificate {
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    }
}

fn parameters(common_name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut parameters = CertificateParams::new(names).unwrap();
    parameters
        .distinguished_name
        .push(DnType::CommonName, common_name);
    parameters
}

/// Writes a file into a folder, for its owner only.
pub(crate) fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}
