//! Tables with no primary key.

use hyperdj_schema::lexer::{TokenKind, tokens};
use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{Deferrable, Relation, RelationKind, primary_key_name};

use crate::examine::Examination;
use crate::words::rows;
use crate::{Code, Finding, Object, Severity};

pub(crate) fn examine(examination: &mut Examination<'_>) {
    for relation in examination.tables() {
        // What a partition has for a key is its partitioned table's to say.
        if relation.primary_key.is_some() || relation.partition_of.is_some() {
            continue;
        }
        if let Some(finding) = finding(examination, relation) {
            examination.tell(finding);
        }
    }
}

fn finding<'a>(examination: &mut Examination<'a>, relation: &'a Relation) -> Option<Finding> {
    let part_columns = match &relation.partition_by {
        // Where rows are parted by an expression, PostgreSQL allows no primary key.
        Some(text) => partition_columns(text)?,
        None => Vec::new(),
    };
    let (count, bytes) = examination.extent(relation);
    let evidence = format!("{}, and no primary key.", capital(&rows(count, bytes)));
    let finding = Finding::new(
        Code::NoPrimaryKey,
        Severity::Medium,
        Object::table(&relation.name),
        evidence,
    )
    .number("rows", count)
    .number("bytes", bytes);
    Some(mended(examination, relation, &part_columns, finding))
}

fn mended<'a>(
    examination: &mut Examination<'a>,
    relation: &'a Relation,
    part_columns: &[String],
    finding: Finding,
) -> Finding {
    let table = &relation.name;
    let never_null = |name: &str| relation.column(name).is_some_and(|column| !column.nullable);
    let index = relation.indexes.iter().find(|index| {
        let mut keys = index.keys.iter().map(|key| key.plain_column());
        index.unique
            && index.valid
            && !index.inherited
            && !index.nulls_not_distinct
            && index.predicate.is_none()
            && relation.kind == RelationKind::Table
            && keys.all(|column| column.is_some_and(never_null))
    });
    if let Some(index) = index {
        let name = quote_identifier(&index.name);
        let sql =
            format!("ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {name}");
        return finding
            .mend([sql])
            .caution("The unique index that is there becomes the key: nothing is built.");
    }
    let unique = relation.uniques.iter().find(|unique| {
        unique.deferrable == Deferrable::No && unique.columns.iter().all(|name| never_null(name))
    });
    if let Some(unique) = unique {
        let name = examination.free_name(&table.schema, &primary_key_name(&table.name));
        let name = quote_identifier(&name);
        let columns = names(&unique.columns);
        if relation.kind == RelationKind::PartitionedTable {
            let sql = format!("ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY ({columns})");
            return finding
                .mend([sql])
                .caution("It locks the table while the key's index is built.");
        }
        return finding.mend([
            format!("CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns})"),
            format!("ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {name}"),
        ]);
    }
    let figures = examination.statistics.relations.get(table);
    if figures.is_some_and(|figures| figures.columns_fixed) {
        // It can get no column while others use its type, or it theirs: what to do is not said in a statement.
        return finding;
    }
    let column = free_column(examination, relation);
    let quoted = quote_identifier(&column);
    let long = "It writes the table anew under a lock that keeps readers and writers out, and no column that is there \
                was found to be unique: if one is, make that the key.";
    if relation.kind == RelationKind::PartitionedTable {
        let mut key = vec![column.clone()];
        key.extend(part_columns.iter().cloned());
        return finding
            .mend([
                format!("ALTER TABLE {table} ADD COLUMN {quoted} bigserial"),
                format!("ALTER TABLE {table} ADD PRIMARY KEY ({})", names(&key)),
            ])
            .caution(long);
    }
    let has_children = !examination.children(table).is_empty();
    let kind = if has_children {
        // An identity column can't be given to children along with their parent.
        "bigserial"
    } else {
        "bigint GENERATED ALWAYS AS IDENTITY"
    };
    finding
        .mend([format!(
            "ALTER TABLE {table} ADD COLUMN {quoted} {kind} PRIMARY KEY"
        )])
        .caution(long)
}

/// A name that no column of a table has, nor of its children, nor a parent's own new column.
fn free_column<'a>(examination: &Examination<'a>, relation: &'a Relation) -> String {
    let family = examination.family(relation);
    let is_free = |name: &str| family.iter().all(|table| table.column(name).is_none());
    let own = format!("{}_id", relation.name.name);
    let first = if relation.inherits.is_empty() {
        "id"
    } else {
        own.as_str()
    };
    let numbered = (1..).map(|number| format!("row_id{number}"));
    [first.to_owned(), "row_id".to_owned()]
        .into_iter()
        .chain(numbered)
        .find(|name| is_free(name))
        .unwrap_or_default()
}

/// The columns that rows are parted by, or `None` where there is an expression among them.
///
/// `text` is what `pg_get_partkeydef` prints: `RANGE (created_at, lower(name))`.
pub(crate) fn partition_columns(text: &str) -> Option<Vec<String>> {
    let inside = text.split_once('(')?.1.strip_suffix(')')?;
    let mut columns = Vec::new();
    let mut is_first = true;
    for token in tokens(inside).filter(|token| token.is_significant()) {
        if token.is_symbol(",") {
            is_first = true;
        } else if token.is_symbol("(") {
            return None;
        } else if std::mem::take(&mut is_first) {
            columns.push(match token.kind {
                TokenKind::Word => token.text.to_owned(),
                TokenKind::QuotedName => {
                    let inner = token.text.strip_prefix('"')?.strip_suffix('"')?;
                    inner.replace("\"\"", "\"")
                }
                _ => return None,
            });
        }
    }
    Some(columns)
}

fn names(columns: &[String]) -> String {
    let quoted: Vec<_> = columns.iter().map(|name| quote_identifier(name)).collect();
    quoted.join(", ")
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::partition_columns;

    #[test]
    fn columns_of_a_partition_key_are_read() {
        let columns = |text| partition_columns(text).map(|names| names.join("|"));
        assert_eq!(columns("RANGE (created_at)"), Some("created_at".to_owned()));
        assert_eq!(
            columns("LIST (\"a,\"\"b\" COLLATE \"C\" text_ops, c)"),
            Some("a,\"b|c".to_owned())
        );
        assert_eq!(columns("RANGE (lower(name), id)"), None);
        assert_eq!(columns("RANGE (((a + b)))"), None);
    }
}
