//! Where the text of a dump comes from: a file, standard input, or pg_restore for the formats that are no text.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Failure;
use crate::programs::client_program;

/// How pg_dump's custom format begins.
const CUSTOM: &[u8] = b"PGDMP";
/// How gzip's files begin.
const GZIP: &[u8] = &[0x1f, 0x8b];
/// How Zstandard's files begin.
const ZSTANDARD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// What a tar file says of itself, and at which byte.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// A dump as text.
pub(super) struct Source {
    /// The file's name, for messages.
    pub(super) name: String,
    /// The statements.
    pub(super) text: String,
}

impl Source {
    /// Where what was read is, for a message: "that `schema.sql` describes".
    pub(super) fn place(&self) -> String {
        format!("that `{}` describes", self.name)
    }
}

/// Reads a dump. `-` is standard input.
pub(super) fn read(path: &Path) -> Result<Source, Failure> {
    let is_standard = path == Path::new("-");
    let name = if is_standard {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    let failed = |error: &io::Error| {
        let failure = Failure::new(format!("`{name}` could not be read: {error}"));
        match error.kind() {
            io::ErrorKind::NotFound => {
                failure.with_hint("Write one with: pg_dump --schema-only --file schema.sql URL")
            }
            _ => failure,
        }
    };
    if path.is_dir() {
        if !path.join("toc.dat").is_file() {
            return Err(Failure::new(format!("`{name}` is a folder, and none that pg_dump wrote"))
                .with_hint("Name a file of SQL, or a folder of pg_dump --format directory, which holds `toc.dat`."));
        }
        return restored(name, Some(path), Vec::new());
    }
    let mut bytes = Vec::new();
    if is_standard {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    }
    .map_err(|error| failed(&error))?;
    let is_tar = bytes
        .get(TAR.0..)
        .is_some_and(|rest| rest.starts_with(TAR.1));
    if bytes.starts_with(CUSTOM) || is_tar {
        // A file is read by pg_restore itself, which can then jump about in it.
        let path = (!is_standard).then(|| fs::canonicalize(path)).transpose();
        return restored(
            name.clone(),
            path.map_err(|error| failed(&error))?.as_deref(),
            bytes,
        );
    }
    if bytes.starts_with(GZIP) || bytes.starts_with(ZSTANDARD) {
        return Err(Failure::new(format!("`{name}` is compressed")).with_hint(
            "Unpack it on the way: gunzip --stdout FILE | hyper inspectdb --from-dump -",
        ));
    }
    text_of(name, bytes)
}

/// The bytes as text.
fn text_of(name: String, bytes: Vec<u8>) -> Result<Source, Failure> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        Failure::new(format!("{name}:{line}: this is no text in UTF-8"))
            .with_hint("Dump it with pg_dump --encoding UTF8, or convert the file with iconv.")
    })?;
    if let Some(position) = text.find('\0') {
        let line = text[..position].matches('\n').count() + 1;
        return Err(Failure::new(format!(
            "{name}:{line}: a zero byte stands here, so this is no SQL"
        ))
        .with_hint("Name a file that pg_dump wrote."));
    }
    Ok(Source { name, text })
}

/// The definitions of an archive as SQL. pg_restore only converts here, and connects to nothing.
fn restored(name: String, path: Option<&Path>, bytes: Vec<u8>) -> Result<Source, Failure> {
    let program = client_program("pg_restore")?;
    let started =
        |error: io::Error| Failure::new(format!("{} could not be run: {error}", program.display()));
    let mut command = Command::new(&program);
    command
        .args(["--schema-only", "--no-owner", "--file=-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    match path {
        Some(path) => command.arg("--").arg(path).stdin(Stdio::null()),
        None => command.stdin(Stdio::piped()),
    };
    let mut child = command.spawn().map_err(started)?;
    let input = child.stdin.take();
    let writer = std::thread::spawn(move || {
        if let Some(mut input) = input {
            // A program that reads no further says why below.
            let _ = input.write_all(&bytes);
        }
    });
    let output = child.wait_with_output().map_err(started)?;
    let _ = writer.join();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("`{name}` could not be read by pg_restore: {}", said.trim()))
            .with_hint(
                "A dump of a newer PostgreSQL needs the pg_restore of that version: name its folder in HYPER_PG_BIN.",
            ));
    }
    text_of(name, output.stdout)
}
