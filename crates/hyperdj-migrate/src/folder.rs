//! The folder of migrations: `NNNN_name.sql` and `NNNN_name.py`, in the order of their numbers.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hyperdj_change::file::{FileStatement, Migration, parse};
use sha2::{Digest, Sha256};

use crate::Error;
use crate::words::controls_transaction;

/// What a migration is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SQL, with its two ways.
    Sql(Box<Migration>),
    /// Python, with `async def up(db)` and `async def down(db)`.
    Python,
}

/// A file of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The number in front of its name.
    pub number: u32,
    /// The file's name without its ending: `0002_add_email`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// The SHA-256 of its text, in hexadecimal digits; line ends of Windows count as those of Unix.
    pub checksum: String,
    /// What it says.
    pub kind: Kind,
}

impl Script {
    /// The statements of a way; `None` where there is no such way, or it is Python's.
    pub fn statements(&self, is_up: bool) -> Option<&[FileStatement]> {
        match &self.kind {
            Kind::Sql(migration) if is_up => Some(&migration.up.statements),
            Kind::Sql(migration) => migration.down.as_ref().map(|down| &*down.statements),
            Kind::Python => None,
        }
    }
}

/// Every migration of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// The migrations in order.
    pub scripts: Vec<Script>,
}

impl Folder {
    /// Reads a folder. One that is not there has no migrations.
    ///
    /// # Errors
    ///
    /// A file that can't be read or is no migration, two files of one number, or a number that is left out.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let mut scripts = Vec::new();
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self {
                    path: path.to_path_buf(),
                    scripts,
                });
            }
            Err(error) => return Err(unreadable(path, &error)),
        };
        for entry in entries {
            let file = entry.map_err(|error| unreadable(path, &error))?.path();
            if let Some(script) = script(&file)? {
                scripts.push(script);
            }
        }
        scripts.sort_by(|left, right| {
            (left.number, &left.name, &left.path).cmp(&(right.number, &right.name, &right.path))
        });
        for pair in scripts.windows(2) {
            let [first, second] = pair else { continue };
            if first.number == second.number {
                return Err(Error::new(format!(
                    "{} and {} have the same number",
                    first.path.display(),
                    second.path.display()
                ))
                .with_hint(
                    "Give the newer one the next free number, before it is applied anywhere.",
                ));
            }
            if second.number != first.number + 1 {
                return Err(Error::new(format!(
                    "migration {:04} is missing between {} and {}",
                    first.number + 1,
                    first.path.display(),
                    second.path.display()
                ))
                .with_hint("Put the missing file back (was it left out of a commit?), or number the later ones anew where they are not applied anywhere yet."));
            }
        }
        Ok(Self {
            path: path.to_path_buf(),
            scripts,
        })
    }

    /// The number of the next migration.
    pub fn next_number(&self) -> u32 {
        self.scripts.last().map_or(1, |script| script.number + 1)
    }

    /// The migration of a number.
    pub fn script(&self, number: u32) -> Option<&Script> {
        self.scripts.iter().find(|script| script.number == number)
    }
}

/// A file as a migration; `None` where its name is not that of one.
fn script(path: &Path) -> Result<Option<Script>, Error> {
    let (Some(stem), Some(ending)) = (
        path.file_stem().and_then(|stem| stem.to_str()),
        path.extension().and_then(|ending| ending.to_str()),
    ) else {
        return Ok(None);
    };
    let digits = stem
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(stem.len());
    if !matches!(ending, "sql" | "py") || digits < 4 || !stem[digits..].starts_with('_') {
        return Ok(None);
    }
    let number: u32 = stem[..digits].parse().map_err(|_| {
        Error::new(format!("the number of {} is too large", path.display()))
            .with_hint("Numbers have four digits: 0001_name.sql.")
    })?;
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        Error::new(format!(
            "{} is not UTF-8 from byte {} on",
            path.display(),
            error.utf8_error().valid_up_to()
        ))
        .with_hint("Save it as UTF-8.")
    })?;
    let text = text.replace("\r\n", "\n");
    let kind = match ending {
        "py" => Kind::Python,
        _ => {
            let migration =
                parse(&text).map_err(|error| Error::new(format!("{}:{error}", path.display())))?;
            check(path, &migration)?;
            Kind::Sql(Box::new(migration))
        }
    };
    Ok(Some(Script {
        number,
        name: stem.to_owned(),
        path: path.to_path_buf(),
        checksum: checksum(&text),
        text,
        kind,
    }))
}

/// A statement that ends our transaction would take the line of the history out of it.
fn check(path: &Path, migration: &Migration) -> Result<(), Error> {
    let ways = std::iter::once(&migration.up).chain(migration.down.as_ref());
    for statement in ways.flat_map(|way| &way.statements) {
        if controls_transaction(&statement.sql) {
            let place = statement.start();
            return Err(Error::new(format!(
                "{}:{}:{}: a migration does not begin or end transactions itself",
                path.display(),
                place.line,
                place.column
            ))
            .with_hint("Leave the statement out: a file is one transaction. `-- transaction: no` above a statement lets it run by itself."));
        }
    }
    Ok(())
}

/// The SHA-256 of a text, in hexadecimal digits.
pub(crate) fn checksum(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::new(format!("{} can't be read: {error}", path.display()))
}
