//! PostgreSQL's client programs: psql, pg_restore.

use std::path::{Path, PathBuf};

use hyperdj_cluster::{Options, Search, find_installation};

use crate::Failure;

/// A client program of $HYPER_PG_BIN, of PATH, or beside the server's programs.
pub(crate) fn client_program(name: &str) -> Result<PathBuf, Failure> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    if let Some(folder) = std::env::var_os("HYPER_PG_BIN").filter(|value| !value.is_empty()) {
        let path = Path::new(&folder).join(&file);
        return if path.is_file() {
            Ok(path)
        } else {
            Err(Failure::new(format!(
                "there is no {name} in {}, which HYPER_PG_BIN names",
                Path::new(&folder).display()
            ))
            .with_hint("Name the folder of PostgreSQL's programs there, or unset it."))
        };
    }
    let on_path = std::env::var_os("PATH").and_then(|path| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(&file))
            .find(|path| path.is_file())
    });
    let beside_server = || {
        let search = Search::from_environment(&Options::default());
        let found = find_installation(&search).ok()?;
        Some(found.bin_dir().join(&file)).filter(|path| path.is_file())
    };
    on_path.or_else(beside_server).ok_or_else(|| {
        Failure::new(format!(
            "no {name} was found on PATH or with a PostgreSQL server of this system"
        ))
        .with_hint(
            "Install PostgreSQL's client programs (postgresql-client), or name their folder in HYPER_PG_BIN.",
        )
    })
}
