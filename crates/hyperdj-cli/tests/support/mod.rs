//! What the laws share: the schemas to test with, and PostgreSQL's client programs.

#![allow(clippy::print_stderr, reason = "what is skipped must be seen")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use hyperdj_cluster::Cluster;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A client program beside the server's, else the one on the path: packages of servers alone have none.
pub(crate) fn program(cluster: &Cluster, name: &str) -> PathBuf {
    let own = cluster.bin_dir().join(name);
    if own.is_file() {
        own
    } else {
        PathBuf::from(name)
    }
}

/// The schemas to test with: a name and the files to load.
pub(crate) fn schemas() -> Outcome<Vec<(String, PathBuf)>> {
    let mut found = vec![(
        "legacy_shop".to_owned(),
        root().join("examples/legacy_shop/schema.sql"),
    )];
    for entry in fs::read_dir(root().join("tests/cases"))? {
        let path = entry?.path().join("schema.sql");
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        if path.exists() {
            found.push((folder.to_string_lossy().into_owned(), path.clone()));
        }
    }
    match std::env::var_os("HYPER_CORPUS") {
        Some(folder) => {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "sql") {
                    let name = path.file_stem().unwrap_or_default();
                    found.push((name.to_string_lossy().into_owned(), path.clone()));
                }
            }
        }
        None => eprintln!("HYPER_CORPUS is not set: its schemas are skipped"),
    }
    found.sort();
    Ok(found)
}
