//! Our table of what was applied.

use std::time::Duration;

use hyperdj_postgres::Client;
use hyperdj_schema::QualifiedName;
use hyperdj_schema::sql::{quote_identifier, quote_literal};

use crate::{Direction, Error, Phase, Record, Script};

/// The table's name. What reads catalogs passes over a table of this name.
pub const HISTORY_TABLE: &str = "hyperdjango_migrations";

/// The table of what was applied, in a schema of the user's choice.
#[derive(Clone, Debug)]
pub struct History {
    table: QualifiedName,
}

impl History {
    /// The history in a schema, by its name without quotes.
    pub fn new(schema: &str) -> Self {
        Self {
            table: QualifiedName::new(schema, HISTORY_TABLE),
        }
    }

    /// The table.
    pub fn table(&self) -> &QualifiedName {
        &self.table
    }

    /// Whether the table is there.
    ///
    /// # Errors
    ///
    /// Those of the connection.
    pub fn exists(&self, client: &mut Client) -> Result<bool, Error> {
        let rows = client.query(
            "SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = $1 AND c.relname = $2",
            &[Some(&self.table.schema), Some(&self.table.name)],
        )?;
        Ok(!rows.is_empty())
    }

    /// What was applied, in order; nothing where the table is not there.
    ///
    /// # Errors
    ///
    /// The role may not read the table, or the connection fails.
    pub fn read(&self, client: &mut Client) -> Result<Vec<Record>, Error> {
        if !self.exists(client)? {
            return Ok(Vec::new());
        }
        let rows = client
            .query(
                &format!(
                    "SELECT number, name, checksum, phase, statements_done, \
                     to_char(applied_at, 'YYYY-MM-DD HH24:MI:SS TZH:TZM'), duration, applied_by \
                     FROM {} ORDER BY number",
                    self.table
                ),
                &[],
            )
            .map_err(|error| self.explained(error))?;
        let mut records = Vec::with_capacity(rows.len());
        for row in &rows {
            let text = |column: usize| -> Result<String, Error> {
                Ok(row.get(column)?.unwrap_or_default().to_owned())
            };
            let number = |column: usize| -> Result<usize, Error> {
                text(column)?
                    .parse()
                    .map_err(|_| Error::new(format!("{} holds a number that is none", self.table)))
            };
            records.push(Record {
                number: u32::try_from(number(0)?).unwrap_or(u32::MAX),
                name: text(1)?,
                checksum: text(2)?,
                phase: Phase::of(&text(3)?),
                statements_done: number(4)?,
                applied_at: text(5)?,
                duration: text(6)?,
                applied_by: text(7)?,
            });
        }
        Ok(records)
    }

    /// Makes the table, and its schema, where they are not there.
    ///
    /// # Errors
    ///
    /// The role may not create them.
    pub fn create(&self, client: &mut Client) -> Result<(), Error> {
        if self.exists(client)? {
            return Ok(());
        }
        let schema = quote_identifier(&self.table.schema);
        let has_schema = client.query(
            "SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1",
            &[Some(&self.table.schema)],
        )?;
        let mut sql = String::new();
        if has_schema.is_empty() {
            sql.push_str(&format!("CREATE SCHEMA {schema};"));
        }
        sql.push_str(&format!(
            "CREATE TABLE {table} (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    phase text NOT NULL CHECK (phase IN ('applied', 'applying', 'reverting')),
    statements_done integer NOT NULL,
    applied_at timestamp with time zone NOT NULL DEFAULT now(),
    duration interval NOT NULL,
    applied_by text NOT NULL DEFAULT session_user
);
COMMENT ON TABLE {table} IS 'Migrations that `hyper migrate` applied. Not to be changed by hand.'",
            table = self.table
        ));
        client
            .batch_execute(&sql)
            .map_err(|error| self.explained(error))
    }

    /// The statement that says how far a script is. `fresh` is a script of which nothing was written down before: should
    /// someone else have written it down meanwhile, the statement fails, and the transaction around it.
    pub(crate) fn write(
        &self,
        script: &Script,
        checksum: &str,
        phase: Phase,
        done: usize,
        took: Duration,
        fresh: bool,
    ) -> String {
        let conflict = if fresh {
            ""
        } else {
            " ON CONFLICT (number) DO UPDATE SET name = excluded.name, checksum = excluded.checksum, \
             phase = excluded.phase, statements_done = excluded.statements_done, applied_at = now(), \
             duration = applied.duration + excluded.duration, applied_by = session_user"
        };
        format!(
            "INSERT INTO {} AS applied (number, name, checksum, phase, statements_done, duration) \
             VALUES ({}, {}, {}, '{}', {done}, '{:.3} seconds'){conflict}",
            self.table,
            script.number,
            quote_literal(&script.name),
            quote_literal(checksum),
            phase.word(),
            took.as_secs_f64()
        )
    }

    /// The statement that takes a script out of the history.
    pub(crate) fn remove(&self, script: &Script) -> String {
        format!(
            "DELETE FROM {} WHERE number = {}",
            self.table, script.number
        )
    }

    /// The statement that writes a script down as run one way, whole and by itself.
    pub fn statement(&self, script: &Script, direction: Direction) -> String {
        match direction {
            Direction::Up => {
                let checksum = &script.checksum;
                self.write(script, checksum, Phase::Applied, 0, Duration::ZERO, true)
            }
            Direction::Down => self.remove(script),
        }
    }

    /// Writes a script down as run one way, without running it.
    ///
    /// # Errors
    ///
    /// The role may not write the table, or the connection fails.
    pub fn note(
        &self,
        client: &mut Client,
        script: &Script,
        direction: Direction,
    ) -> Result<(), Error> {
        let statement = match direction {
            Direction::Up => {
                let checksum = &script.checksum;
                self.write(script, checksum, Phase::Applied, 0, Duration::ZERO, false)
            }
            Direction::Down => self.remove(script),
        };
        client
            .batch_execute(&statement)
            .map_err(|error| self.explained(error))
    }

    /// Writes down how long a script took.
    ///
    /// # Errors
    ///
    /// The role may not write the table, or the connection fails.
    pub fn set_duration(
        &self,
        client: &mut Client,
        script: &Script,
        took: Duration,
    ) -> Result<(), Error> {
        let statement = format!(
            "UPDATE {} SET duration = '{:.3} seconds' WHERE number = {}",
            self.table,
            took.as_secs_f64(),
            script.number
        );
        client
            .batch_execute(&statement)
            .map_err(|error| self.explained(error))
    }

    /// An error about the table, with what the role needs.
    fn explained(&self, error: hyperdj_postgres::Error) -> Error {
        let lacks_right = error.sqlstate() == Some("42501");
        let failure = Error::new(format!(
            "the history of migrations, {}: {}",
            self.table,
            crate::error::words(&error)
        ));
        if lacks_right {
            failure.with_hint(format!(
                "Ask the owner of the schema for: GRANT USAGE, CREATE ON SCHEMA {} TO the role; or keep the history in a \
                 schema of the role's own with --history-schema.",
                quote_identifier(&self.table.schema)
            ))
        } else {
            failure
        }
    }
}
