//! What each statement of a script would lock, and how big that is.

use hyperdj_change::file::{FileStatement, Position};
use hyperdj_change::{Hazard, LockMode};
use hyperdj_postgres::Client;

use crate::locks::locks;
use crate::{Error, Script};

/// A statement, weighed.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// Where it starts in the file.
    pub place: Position,
    /// The statement.
    pub sql: String,
    /// Whether it runs in a transaction with its neighbours.
    pub transactional: bool,
    /// Tables that are there, how each is locked, and its size with indexes as PostgreSQL prints sizes.
    pub locks: Vec<(LockMode, String, String)>,
    /// What the file says can go wrong.
    pub hazards: Vec<Hazard>,
}

/// Weighs the statements of one way of a script against a database.
///
/// # Errors
///
/// Those of the connection.
pub fn estimate(client: &mut Client, script: &Script, is_up: bool) -> Result<Vec<Estimate>, Error> {
    let lines: Vec<&str> = script.text.lines().collect();
    let mut found = Vec::new();
    for statement in script.statements(is_up).unwrap_or_default() {
        let mut sized = Vec::new();
        for (mode, name) in locks(&statement.sql) {
            if let Some((relation, size)) = size(client, &name)? {
                // A key of a table to itself names it twice.
                let lock = (mode, relation, size);
                if !sized.contains(&lock) {
                    sized.push(lock);
                }
            }
        }
        found.push(Estimate {
            place: statement.start(),
            sql: statement.sql.clone(),
            transactional: statement.transactional,
            locks: sized,
            hazards: hazards(&lines, statement),
        });
    }
    Ok(found)
}

/// A relation's name and size; an index gives its table. `None` where it is not there yet.
fn size(client: &mut Client, name: &str) -> Result<Option<(String, String)>, Error> {
    let rows = client.query(
        "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), \
                pg_catalog.pg_size_pretty(coalesce((SELECT sum(pg_catalog.pg_total_relation_size(t.relid)) \
                    FROM pg_catalog.pg_partition_tree(c.oid) t), pg_catalog.pg_total_relation_size(c.oid))::bigint) \
         FROM pg_catalog.pg_class named \
         LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = named.oid \
         JOIN pg_catalog.pg_class c ON c.oid = coalesce(i.indrelid, named.oid) \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE named.oid = pg_catalog.to_regclass($1)",
        &[Some(name)],
    )?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let text = |column: usize| -> Result<String, Error> {
        Ok(row.get(column)?.unwrap_or_default().to_owned())
    };
    Ok(Some((text(0)?, text(1)?)))
}

/// The hazards that stand in the comments above a statement.
fn hazards(lines: &[&str], statement: &FileStatement) -> Vec<Hazard> {
    let above = lines
        .get(..statement.start().line.saturating_sub(1))
        .unwrap_or_default();
    let comments = above.iter().rev().take_while(|line| line.starts_with("--"));
    let mut found: Vec<Hazard> = comments
        .filter_map(|line| {
            // A way down stands behind comment signs of its own.
            let rest = line.trim_start_matches(['-', ' ']);
            let name = rest.strip_prefix("hazard: ")?;
            Hazard::named(name.split(':').next()?.trim())
        })
        .collect();
    found.reverse();
    found
}
