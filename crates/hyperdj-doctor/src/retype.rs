//! Another type for columns: the statement, and what the server would refuse it for.

use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{KeyTarget, QualifiedName, Relation, columns_read};

use crate::Finding;
use crate::examine::Examination;
use crate::primary_keys::partition_columns;

/// What is done to a column.
pub(crate) struct Retype {
    pub(crate) column: String,
    pub(crate) data_type: String,
    /// `USING`, where PostgreSQL would not find a way by itself.
    pub(crate) using: Option<String>,
    /// The default that it has afterwards, where the one that is there can't stay.
    pub(crate) default: Option<String>,
    /// Whether checks, expressions of indexes and the like go on working with the other type.
    pub(crate) keeps_operators: bool,
}

impl Retype {
    /// A wider type of the same kind.
    pub(crate) fn plain(column: &str, data_type: &str) -> Self {
        Self {
            column: column.to_owned(),
            data_type: data_type.to_owned(),
            using: None,
            default: None,
            keeps_operators: true,
        }
    }

    fn clauses(&self) -> String {
        let column = quote_identifier(&self.column);
        let using = match &self.using {
            Some(expression) => format!(" USING {expression}"),
            None => String::new(),
        };
        let change = format!("ALTER COLUMN {column} TYPE {}{using}", self.data_type);
        match &self.default {
            Some(default) => format!(
                "ALTER COLUMN {column} DROP DEFAULT, {change}, ALTER COLUMN {column} SET DEFAULT {default}"
            ),
            None => change,
        }
    }
}

/// The usual caution of a change of type.
const LONG: &str =
    "It writes the table and its indexes anew under a lock that keeps readers and writers out.";

/// Adds to a finding the statement that changes columns of a table, and what stands in its way.
pub(crate) fn retype<'a>(
    examination: &Examination<'a>,
    relation: &'a Relation,
    changes: &[Retype],
    mut finding: Finding,
) -> Finding {
    for change in changes {
        for reason in obstacles(examination, relation, change) {
            if !finding.blocked_by.contains(&reason) {
                finding.blocked_by.push(reason);
            }
        }
    }
    finding.sql.push(statement(&relation.name, changes));
    if finding.caution.is_none() {
        finding.caution = Some(LONG.to_owned());
    }
    finding
}

/// One `ALTER TABLE` for all: the table is written anew once.
fn statement(table: &QualifiedName, changes: &[Retype]) -> String {
    let clauses: Vec<String> = changes.iter().map(Retype::clauses).collect();
    format!("ALTER TABLE {table} {}", clauses.join(", "))
}

/// What the server refuses to change a column's type for, in a table and all that is under it.
fn obstacles<'a>(
    examination: &Examination<'a>,
    relation: &'a Relation,
    change: &Retype,
) -> Vec<String> {
    let mut found = Vec::new();
    for table in examination.family(relation) {
        let name = &change.column;
        let readers = &examination.statistics.readers;
        if let Some(readers) = readers.get(&(table.name.clone(), name.clone())) {
            found.extend(readers.iter().cloned());
        }
        let reads = |text: &str| {
            columns_read(text, &table.columns)
                .iter()
                .any(|read| read == name)
        };
        if let Some(text) = &table.partition_by
            && (reads(text) || partition_columns(text).is_some_and(|all| all.contains(name)))
        {
            found.push(format!("the partition key of {}", table.name));
        }
        for column in &table.columns {
            let generated = column.generated.as_ref();
            if generated.is_some_and(|generated| reads(&generated.expression)) {
                let column = quote_identifier(&column.name);
                found.push(format!("generated column {}.{column}", table.name));
            }
        }
        if !change.keeps_operators {
            found.extend(expressions(table, name, &reads));
        }
    }
    found
}

/// Constraints and indexes whose text may not hold for another type.
fn expressions<'t>(
    table: &'t Relation,
    name: &'t str,
    reads: &'t dyn Fn(&str) -> bool,
) -> impl Iterator<Item = String> + 't {
    let schema = &table.name.schema;
    let checks = table.checks.iter().filter(|check| reads(&check.expression));
    let checks = checks.map(|check| format!("check {}", quote_identifier(&check.name)));
    let exclusions = table
        .exclusions
        .iter()
        .filter(|found| reads(&found.definition));
    let exclusions =
        exclusions.map(|found| format!("exclusion constraint {}", quote_identifier(&found.name)));
    let indexes = table.indexes.iter().filter(move |index| {
        let in_keys = index.keys.iter().any(|key| match &key.target {
            KeyTarget::Column(column) => {
                let says_more = key.operator_class.is_some() || key.collation.is_some();
                column == name && (says_more || index.method != "btree")
            }
            KeyTarget::Expression(text) => reads(text),
        });
        in_keys || index.predicate.as_ref().is_some_and(|text| reads(text))
    });
    let indexes =
        indexes.map(move |index| format!("index {}", QualifiedName::new(schema, &index.name)));
    checks.chain(exclusions).chain(indexes)
}
