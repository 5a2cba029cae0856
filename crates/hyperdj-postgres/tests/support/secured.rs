//! A server with TLS, and the client's files for it.

use super::PASSWORD;
use super::certificates::{Authority, Certificate, write};
use hyperdj_cluster::{Cluster, Options};
use hyperdj_postgres::Error;
use std::path::{Path, PathBuf};

/// A server with TLS, and a folder with the files that a client needs.
pub(crate) struct Secured {
    pub(crate) cluster: Cluster,
    pub(crate) folder: tempfile::TempDir,
}

impl Secured {
    pub(crate) fn new(
        server: &Certificate,
        client_authority: Option<&Authority>,
        hba: &[&str],
    ) -> Self {
        let mut files = vec![
            (
                "server.crt".to_owned(),
                server.certificate.clone().into_bytes(),
            ),
            ("server.key".to_owned(), server.key.clone().into_bytes()),
        ];
        let mut settings = vec![
            ("ssl".to_owned(), "on".to_owned()),
            ("ssl_cert_file".to_owned(), "server.crt".to_owned()),
            ("ssl_key_file".to_owned(), "server.key".to_owned()),
        ];
        if let Some(authority) = client_authority {
            files.push((
                "clients.crt".to_owned(),
                authority.certificate.clone().into_bytes(),
            ));
            settings.push(("ssl_ca_file".to_owned(), "clients.crt".to_owned()));
        }
        let cluster = Cluster::start(&Options {
            hba: Some(hba.iter().map(ToString::to_string).collect()),
            files,
            settings,
            ..Options::default()
        })
        .unwrap();
        cluster
            .batch_execute(
                "postgres",
                &format!(
                    "CREATE ROLE scram LOGIN PASSWORD '{PASSWORD}'; CREATE ROLE plain LOGIN PASSWORD '{PASSWORD}';
                     CREATE ROLE carrier LOGIN; CREATE ROLE anybody LOGIN"
                ),
            )
            .unwrap();
        Self {
            cluster,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        write(self.folder.path(), name, text)
    }

    pub(crate) fn settings(&self, user: &str, more: &str) -> String {
        format!(
            "hostaddr=127.0.0.1 port={} dbname=postgres user={user} password={PASSWORD} {more}",
            self.cluster.port()
        )
    }
}

/// Everybody comes in, one of them with a password.
pub(crate) const OPEN: &[&str] = &[
    "host all scram 127.0.0.1/32 scram-sha-256",
    "host all all 127.0.0.1/32 trust",
];

/// The setting for a file of root certificates.
pub(crate) fn root(path: &Path) -> String {
    format!("sslrootcert={}", path.display())
}

/// Why there is no TLS.
pub(crate) fn tls_reason(error: Error) -> String {
    match error {
        Error::Tls { reason, .. } => reason,
        error => panic!("{error:?}"),
    }
}
