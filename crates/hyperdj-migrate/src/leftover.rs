//! What an interrupted `CREATE INDEX CONCURRENTLY` leaves behind.
//!
//! PostgreSQL documentation: CREATE INDEX, "Building Indexes Concurrently".

use hyperdj_postgres::Client;

use crate::Error;
use crate::words::{Words, stored};

/// The index that a statement builds concurrently, and its table, both as they stand.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConcurrentIndex {
    name: String,
    table: String,
}

/// What is there of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing.
    Nothing,
    /// The index, whole.
    Valid,
    /// What was left behind, by its full name.
    Invalid(String),
}

/// The index that a statement builds concurrently; `None` for any other statement, and for an index without a name.
pub(crate) fn concurrent_index(sql: &str) -> Option<ConcurrentIndex> {
    let mut words = Words::new(sql);
    let is_index = words.take_all(&["create", "unique", "index", "concurrently"])
        || words.take_all(&["create", "index", "concurrently"]);
    if !is_index {
        return None;
    }
    words.take_all(&["if", "not", "exists"]);
    if words.take("on") {
        return None;
    }
    let name = words.name()?;
    if !words.take("on") {
        return None;
    }
    words.take("only");
    let table = words.name()?;
    Some(ConcurrentIndex { name, table })
}

/// Whether a statement does its work CONCURRENTLY: it waits for others without standing in anyone's way.
pub(crate) fn is_concurrent(sql: &str) -> bool {
    Words::new(sql).has(&["concurrently"])
}

/// Whether a statement drops an index concurrently.
pub(crate) fn drops_concurrently(sql: &str) -> bool {
    Words::new(sql).take_all(&["drop", "index", "concurrently"])
}

impl ConcurrentIndex {
    /// Looks for the index.
    pub(crate) fn find(&self, client: &mut Client) -> Result<Found, Error> {
        let rows = client.query(
            "SELECT i.indisvalid, pg_catalog.format('%I.%I', n.nspname, c.relname) \
             FROM pg_catalog.pg_index i \
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE i.indrelid = pg_catalog.to_regclass($1) AND c.relname = $2",
            &[Some(&self.table), Some(&stored(&self.name))],
        )?;
        Ok(match rows.first() {
            None => Found::Nothing,
            Some(row) if row.get(0)? == Some("t") => Found::Valid,
            Some(row) => Found::Invalid(row.get(1)?.unwrap_or_default().to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ConcurrentIndex, concurrent_index};

    #[test]
    fn concurrent_indexes_are_told_from_other_statements() {
        let index = |name: &str, table: &str| {
            Some(ConcurrentIndex {
                name: name.to_owned(),
                table: table.to_owned(),
            })
        };
        assert_eq!(
            concurrent_index(
                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"A\" ON ONLY public.t (a)"
            ),
            index("\"A\"", "public.t")
        );
        assert_eq!(
            concurrent_index("create index concurrently a on t using gin (b)"),
            index("a", "t")
        );
        assert_eq!(concurrent_index("CREATE INDEX a ON t (a)"), None);
        assert_eq!(concurrent_index("CREATE INDEX CONCURRENTLY ON t (a)"), None);
    }
}
