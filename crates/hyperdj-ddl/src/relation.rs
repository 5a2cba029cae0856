//! Tables, partitions, foreign tables and views.
//!
//! PostgreSQL documentation: CREATE TABLE, CREATE FOREIGN TABLE, CREATE VIEW, CREATE MATERIALIZED VIEW.

use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{Column, PrimaryKey, QualifiedName, Relation, RelationKind, Unique};

use crate::constraint::Constraint;
use crate::parameters::{foreign_options, with_clause};
use crate::{Statement, column, comment, constraint};

/// `TABLE`, `VIEW` and so on, as `COMMENT ON`, `ALTER` and `DROP` have it.
pub fn kind_word(kind: RelationKind) -> &'static str {
    kind.as_sql()
}

/// What a relation's parents have already, by the names that the relation gives for them.
pub type Parents<'a> = &'a dyn Fn(&QualifiedName) -> Option<&'a Relation>;

/// A relation with its columns, keys, unique constraints, checks and exclusion constraints, its place under its parents,
/// and the comments on all of these. Indexes and foreign keys are for later: see [`crate::index`] and [`constraint`].
///
/// A partition is made as a table of its own and then attached: it has the names that its keys have in the schema, its
/// own order of columns, and the partitioned table is not locked against readers and writers. A child of ordinary tables
/// is made with `INHERITS`, and states only what it does not have from them.
pub fn create(relation: &Relation, parents: Parents<'_>) -> Vec<Statement> {
    let mut statements = create_detached(relation, parents);
    if let Some(partition) = &relation.partition_of {
        statements.push(attach_partition(
            &partition.parent,
            &relation.name,
            &partition.bound,
        ));
    }
    statements
}

/// As [`create`], but a partition is not attached yet.
pub fn create_detached(relation: &Relation, parents: Parents<'_>) -> Vec<Statement> {
    let mut statements = match relation.kind {
        RelationKind::View | RelationKind::MaterializedView => vec![create_view(relation, false)],
        _ => create_table(relation, parents),
    };
    if relation.kind.is_view() {
        for column in &relation.columns {
            if let Some(default) = &column.default {
                statements.push(Statement::new(format!(
                    "ALTER VIEW {} ALTER COLUMN {} SET DEFAULT {default}",
                    relation.name,
                    quote_identifier(&column.name)
                )));
            }
        }
    }
    statements.extend(comments(relation));
    statements
}

/// `CREATE VIEW` or `CREATE MATERIALIZED VIEW`; `replace` for a view that is there already.
pub fn create_view(relation: &Relation, replace: bool) -> Statement {
    let (definition, populated) = relation.view.as_ref().map_or(("", true), |view| {
        (view.definition.as_str(), view.populated)
    });
    let definition = definition.trim().trim_end_matches(';');
    let is_materialized = relation.kind == RelationKind::MaterializedView;
    let mut text = format!(
        "CREATE {}{} {}{}{}",
        if replace && !is_materialized {
            "OR REPLACE "
        } else {
            ""
        },
        kind_word(relation.kind),
        relation.name,
        access_method(relation),
        with_clause(&relation.options)
    );
    if is_materialized && let Some(tablespace) = &relation.tablespace {
        text.push_str(&format!(" TABLESPACE {}", quote_identifier(tablespace)));
    }
    text.push_str(&format!(" AS\n{definition}"));
    if is_materialized && !populated {
        text.push_str("\nWITH NO DATA");
    }
    Statement::new(text)
}

fn create_table(relation: &Relation, parents: Parents<'_>) -> Vec<Statement> {
    let family: Vec<&Relation> = relation.inherits.iter().filter_map(parents).collect();
    // With INHERITS the parents' columns come first, in their order; where the child has another order, it is made by
    // itself and put under its parents afterwards.
    let with_inherits =
        family.len() == relation.inherits.len() && starts_with_columns_of(relation, &family);
    let partitioned = relation
        .partition_of
        .as_ref()
        .and_then(|partition| parents(&partition.parent));

    let mut statements = Vec::new();
    let mut lines = Vec::new();
    let mut altered = Vec::new();
    let columns: Vec<Column> = relation
        .columns
        .iter()
        .map(|column| own_part(column, partitioned))
        .collect();
    for column in &columns {
        if with_inherits
            && let Some(inherited) = inherited_column(&family, &column.name)
            && is_inherited_with_changes(column, inherited)
            && !column.settings.redeclared
        {
            altered.extend(alterations(relation, column, inherited));
            continue;
        }
        statements.extend(column::before(relation, column));
        lines.push(column::definition(relation, column));
    }
    let is_partition = relation.partition_of.is_some();
    let mut added_later = Vec::new();
    let mut keyed: Vec<&[String]> = Vec::new();
    for constraint in table_constraints(relation) {
        let is_later = match constraint {
            Constraint::Check(check) if check.inherited && with_inherits && !is_partition => {
                continue;
            }
            Constraint::Check(check) => !check.validated,
            Constraint::PrimaryKey(PrimaryKey { columns, .. })
            | Constraint::Unique(Unique { columns, .. }) => {
                // CREATE TABLE takes two keys over the same columns for one.
                let is_repeated = keyed.contains(&columns.as_slice());
                keyed.push(columns);
                is_repeated
            }
            Constraint::Exclusion(_) | Constraint::ForeignKey(_) => false,
        };
        if is_later {
            added_later.push(constraint);
        } else {
            lines.push(constraint.definition_in(relation));
        }
    }
    statements.push(table_statement(relation, &lines, with_inherits));
    for column in &columns {
        statements.extend(column::after(relation, column));
    }
    statements.extend(altered);
    for constraint in added_later {
        statements.push(constraint::add_to(relation, constraint));
    }
    if !with_inherits {
        for parent in &relation.inherits {
            statements.push(Statement::new(format!(
                "ALTER TABLE {} INHERIT {parent}",
                relation.name
            )));
        }
    }
    statements
}

fn table_statement(relation: &Relation, lines: &[String], with_inherits: bool) -> Statement {
    let unlogged = if relation.unlogged { "UNLOGGED " } else { "" };
    let mut text = format!(
        "CREATE {unlogged}{} {} (",
        kind_word(relation.kind),
        relation.name
    );
    for (position, line) in lines.iter().enumerate() {
        let comma = if position > 0 { "," } else { "" };
        text.push_str(&format!("{comma}\n    {line}"));
    }
    text.push_str(if lines.is_empty() { ")" } else { "\n)" });
    if with_inherits && !relation.inherits.is_empty() {
        let names: Vec<String> = relation.inherits.iter().map(ToString::to_string).collect();
        text.push_str(&format!(" INHERITS ({})", names.join(", ")));
    }
    if let Some(key) = &relation.partition_by {
        text.push_str(&format!(" PARTITION BY {key}"));
    }
    if let Some(server) = &relation.foreign_server {
        text.push_str(&format!(" SERVER {}", quote_identifier(&server.name)));
        if !server.options.is_empty() {
            text.push_str(&format!(" OPTIONS ({})", foreign_options(&server.options)));
        }
    }
    text.push_str(&access_method(relation));
    text.push_str(&with_clause(&relation.options));
    if let Some(tablespace) = &relation.tablespace {
        text.push_str(&format!(" TABLESPACE {}", quote_identifier(tablespace)));
    }
    Statement::new(text)
}

/// ` USING …`, or nothing.
fn access_method(relation: &Relation) -> String {
    let method = relation.settings.access_method.as_ref();
    method.map_or_else(String::new, |method| {
        format!(" USING {}", quote_identifier(method))
    })
}

/// `ALTER TABLE … ATTACH PARTITION`.
pub fn attach_partition(
    parent: &QualifiedName,
    partition: &QualifiedName,
    bound: &str,
) -> Statement {
    Statement::new(format!(
        "ALTER TABLE {parent} ATTACH PARTITION {partition} {bound}"
    ))
}

/// The constraints that a table is made with: all but foreign keys.
pub fn table_constraints(relation: &Relation) -> impl Iterator<Item = Constraint<'_>> {
    let key = relation.primary_key.iter().map(Constraint::PrimaryKey);
    let uniques = relation.uniques.iter().map(Constraint::Unique);
    let checks = relation.checks.iter().map(Constraint::Check);
    let exclusions = relation.exclusions.iter().map(Constraint::Exclusion);
    key.chain(uniques).chain(checks).chain(exclusions)
}

/// A column as the table itself must say it: an identity column's partitions have the identity from it, and from
/// PostgreSQL 17 show it too.
pub fn own_part(column: &Column, partitioned: Option<&Relation>) -> Column {
    let mut own = column.clone();
    let has_it_already = partitioned
        .and_then(|parent| parent.column(&column.name))
        .is_some_and(|parent| parent.identity.is_some());
    if has_it_already {
        own.identity = None;
    }
    own
}

/// The first column of a name among the parents.
fn inherited_column<'a>(family: &[&'a Relation], name: &str) -> Option<&'a Column> {
    family.iter().find_map(|parent| parent.column(name))
}

/// Whether a child has the column from its parent, but for its default and for whether it takes NULL.
fn is_inherited_with_changes(column: &Column, parent: &Column) -> bool {
    let counts = |text: &String| text.starts_with("nextval(");
    // The child of a serial column fills it from the same sequence.
    (parent.serial.is_none() || column.default.as_ref().is_some_and(counts))
        && column.serial.is_none()
        && column.identity.is_none()
        && column.foreign_options.is_empty()
        && column.generated == parent.generated
        && (!column.nullable || parent.nullable)
        && column.collation == parent.collation
        && column.data_type == parent.data_type
        && column.settings.not_null.is_none()
}

/// What makes an inherited column the child's own in these two.
fn alterations(relation: &Relation, column: &Column, parent: &Column) -> Vec<Statement> {
    let mut actions = Vec::new();
    match &column.default {
        Some(default) if column.default != parent.default => {
            actions.push(format!("SET DEFAULT {default}"));
        }
        None if parent.default.is_some() => actions.push("DROP DEFAULT".to_owned()),
        _ => {}
    }
    if !column.nullable && parent.nullable {
        actions.push("SET NOT NULL".to_owned());
    }
    actions
        .iter()
        .map(|action| {
            Statement::new(format!(
                "ALTER TABLE {} ALTER COLUMN {} {action}",
                relation.name,
                quote_identifier(&column.name)
            ))
        })
        .collect()
}

/// Whether a child's columns begin with those of its parents, in their order, each once.
fn starts_with_columns_of(child: &Relation, family: &[&Relation]) -> bool {
    let mut names: Vec<&str> = Vec::new();
    for column in family.iter().flat_map(|parent| &parent.columns) {
        if !names.contains(&column.name.as_str()) {
            names.push(&column.name);
        }
    }
    let own = child.columns.iter().map(|column| column.name.as_str());
    own.take(names.len()).eq(names.iter().copied())
}

/// The comments on a relation, its columns and the constraints that it is made with.
pub fn comments(relation: &Relation) -> Vec<Statement> {
    let mut statements = Vec::new();
    if let Some(text) = &relation.comment {
        statements.push(comment::on_relation(
            &relation.name,
            relation.kind,
            Some(text),
        ));
    }
    for column in &relation.columns {
        if let Some(text) = &column.comment {
            statements.push(comment::on_column(&relation.name, &column.name, Some(text)));
        }
    }
    for constraint in table_constraints(relation) {
        if let Some(text) = constraint.comment() {
            statements.push(comment::on_constraint(
                &relation.name,
                constraint.name(),
                Some(text),
            ));
        }
    }
    statements
}

/// `DROP TABLE`, `DROP VIEW` and so on. Nothing else goes with it: there is no `CASCADE`.
pub fn drop(name: &QualifiedName, kind: RelationKind) -> Statement {
    Statement::new(format!("DROP {} {name}", kind_word(kind)))
}
