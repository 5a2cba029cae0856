//! `loaded.jsonl`: which tables of a folder are loaded, by the transactions that did it.
//!
//! A line is written before its transaction commits; the server says afterwards whether it did. So it does not matter
//! when a load is killed.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use hyperdj_postgres::{Client, Config};
use hyperdj_schema::QualifiedName;
use serde_json::{Value, json};

use crate::commands::dumpdata::LOADED;
use crate::{Failure, Printer};

/// What was loaded into one database.
pub(super) struct State {
    path: PathBuf,
    database: String,
    transactions: Vec<(QualifiedName, String)>,
    is_writable: bool,
}

impl State {
    /// Reads what a folder says of this database. A database that was made anew under the same name is another one.
    pub(super) fn read(
        folder: &Path,
        config: &Config,
        client: &mut Client,
    ) -> Result<Self, Failure> {
        let rows = client.query(
            "SELECT oid::text FROM pg_catalog.pg_database WHERE datname = current_database()",
            &[],
        )?;
        let oid = match rows.first() {
            Some(row) => row.get(0)?.unwrap_or_default().to_owned(),
            None => String::new(),
        };
        let database = format!("{config} {oid}");
        let path = folder.join(LOADED);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let mut transactions = Vec::new();
        // The last line may be half there.
        for line in text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        {
            let word = |name: &str| line.get(name).and_then(Value::as_str).map(str::to_owned);
            if word("database").as_ref() == Some(&database)
                && let (Some(schema), Some(table), Some(transaction)) =
                    (word("schema"), word("table"), word("transaction"))
            {
                transactions.push((QualifiedName::new(schema, table), transaction));
            }
        }
        Ok(Self {
            path,
            database,
            transactions,
            is_writable: true,
        })
    }

    /// Whether a transaction that loaded a table has committed.
    pub(super) fn is_loaded(
        &self,
        name: &QualifiedName,
        client: &mut Client,
    ) -> Result<bool, Failure> {
        for (_, transaction) in self.transactions.iter().filter(|(table, _)| table == name) {
            let status = client.query(
                "SELECT pg_catalog.txid_status($1::bigint)",
                &[Some(transaction)],
            );
            let status = match &status {
                Ok(rows) => match rows.first() {
                    Some(row) => row.get(0)?.map(str::to_owned),
                    None => None,
                },
                // A number of the future: another server's.
                Err(error) if error.server_error().is_some() => Some("aborted".to_owned()),
                Err(_) => return status.map(|_| false).map_err(Failure::from),
            };
            match status.as_deref() {
                Some("in progress") => {
                    let what = format!("{name} is being loaded by another hyper loaddata");
                    return Err(Failure::new(what).with_hint("Wait until that is done."));
                }
                Some("aborted") => {}
                // Too long ago for the server to know: it was not in progress when the load ended.
                _ => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Writes down which transaction loads a table, and sees that it is on the disk.
    pub(super) fn write(&mut self, name: &QualifiedName, transaction: &str, printer: &mut Printer) {
        if !self.is_writable {
            return;
        }
        let line = json!({
            "database": self.database,
            "schema": name.schema,
            "table": name.name,
            "transaction": transaction,
        });
        let mut options = OpenOptions::new();
        let written = options
            .create(true)
            .append(true)
            .open(&self.path)
            .and_then(|mut file| {
                file.write_all(format!("{line}\n").as_bytes())?;
                file.sync_all()
            });
        if let Err(error) = written {
            self.is_writable = false;
            printer.warning(&format!(
                "{} can't be written ({error}): a load that is interrupted can't go on where it stood",
                self.path.display()
            ));
        }
    }
}
