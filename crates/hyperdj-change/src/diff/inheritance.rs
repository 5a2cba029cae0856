//! What a change of a parent makes of its partitions and children: PostgreSQL carries it down by itself.

use hyperdj_ddl::column::default_expression;
use hyperdj_schema::{Column, Relation};

/// Gives a child what it has once its parent has become what it should be.
pub(super) fn follow(parent: &Relation, becomes: &Relation, child: &mut Relation) {
    let gone: Vec<&str> = parent
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .filter(|name| becomes.column(name).is_none())
        .collect();
    child
        .columns
        .retain(|column| !gone.contains(&column.name.as_str()));
    for column in &becomes.columns {
        match parent.column(&column.name) {
            Some(before) => {
                if let Some(own) = child.columns.iter_mut().find(|own| own.name == column.name) {
                    follow_column(parent, before, becomes, column, own);
                }
            }
            None if child.column(&column.name).is_none() => {
                child.columns.push(inherited_column(becomes, column));
            }
            None => {}
        }
    }
}

fn follow_column(
    parent: &Relation,
    before: &Column,
    becomes: &Relation,
    after: &Column,
    own: &mut Column,
) {
    if before.data_type != after.data_type || before.collation != after.collation {
        own.data_type.clone_from(&after.data_type);
        own.collation.clone_from(&after.collation);
    }
    if before.nullable != after.nullable {
        own.nullable = after.nullable;
    }
    if before.generated != after.generated {
        own.generated.clone_from(&after.generated);
        own.nullable = after.nullable;
    }
    let default = default_expression(becomes, after);
    if default_expression(parent, before) != default {
        own.default = default;
    }
    if before.identity != after.identity && own.identity.is_some() {
        own.identity.clone_from(&after.identity);
    }
}

/// A new column as a child has it.
fn inherited_column(parent: &Relation, column: &Column) -> Column {
    Column {
        default: default_expression(parent, column),
        serial: None,
        identity: None,
        comment: None,
        ..column.clone()
    }
}
