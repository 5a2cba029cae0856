//! The left side under the names that it is to get, and the renames themselves.

use std::collections::BTreeSet;

use hyperdj_ddl::column::{default_expression, serial_sequence, serial_sequence_name};
use hyperdj_schema::lexer::{Token, TokenKind, tokens};
use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{Column, KeyTarget, QualifiedName, Relation, Schema};

use super::difference::parents;
use crate::options::Rename;
use crate::{Change, Options};

/// Applies the renames to a schema. One that names nothing on the left side, or what is not looked at, is left aside.
pub(super) fn apply(
    from: &Schema,
    to: &Schema,
    options: &Options,
    changes: &mut Vec<Change>,
) -> Schema {
    let mut schema = from.clone();
    for rename in &options.renames {
        match rename {
            Rename::Relation { from, to: name } => {
                if options.relations.has(name) || options.relations.has(from) {
                    relation(&mut schema, to, options, from, name, changes);
                }
            }
            Rename::Column { .. } => {}
        }
    }
    // Tables have their new names by now, and columns are named under those.
    for rename in &options.renames {
        if let Rename::Column {
            relation,
            from,
            to: name,
        } = rename
            && options.relations.has(relation)
        {
            column(&mut schema, to, options, relation, from, name, changes);
        }
    }
    schema
}

fn position(schema: &Schema, name: &QualifiedName) -> Option<usize> {
    schema
        .relations
        .iter()
        .position(|relation| relation.name == *name)
}

fn relation(
    schema: &mut Schema,
    to: &Schema,
    options: &Options,
    old: &QualifiedName,
    new: &QualifiedName,
    changes: &mut Vec<Change>,
) {
    let Some(place) = position(schema, old).filter(|_| position(schema, new).is_none()) else {
        return;
    };
    changes.push(Change::RenameTable {
        from: old.clone(),
        to: new.clone(),
        kind: schema.relations[place].kind,
    });
    let columns = schema.relations[place].columns.clone();
    schema.relations[place].name = new.clone();
    let moved = |name: &mut QualifiedName| {
        if name == old {
            name.clone_from(new);
        }
    };
    for relation in &mut schema.relations {
        relation
            .foreign_keys
            .iter_mut()
            .for_each(|key| moved(&mut key.target));
        relation.inherits.iter_mut().for_each(moved);
        if let Some(partition) = &mut relation.partition_of {
            moved(&mut partition.parent);
        }
    }
    for sequence in &mut schema.sequences {
        if let Some((table, _)) = &mut sequence.owned_by
            && table == old
        {
            table.clone_from(new);
            // A sequence follows the table of its column to another namespace.
            sequence.name.schema.clone_from(&new.schema);
        }
    }
    let right = to.relation(new);
    for column in &columns {
        // A column that gets another name too takes its sequence along then.
        let is_renamed = options.renames.iter().any(|rename| match rename {
            Rename::Column { relation, from, .. } => relation == new && *from == column.name,
            Rename::Relation { .. } => false,
        });
        if is_renamed {
            continue;
        }
        let name = QualifiedName::new(&new.schema, serial_sequence_name(old, &column.name).name);
        let right = right.and_then(|right| right.column(&column.name));
        sequence_of(schema, new, column, name, right, changes);
    }
    schema
        .relations
        .sort_by(|left, right| left.name.cmp(&right.name));
}

/// The sequence of a serial or identity column whose table or column has another name now: it gets the name that goes
/// with that, unless the right side has it under the old one.
fn sequence_of(
    schema: &mut Schema,
    table: &QualifiedName,
    before: &Column,
    name: QualifiedName,
    right: Option<&Column>,
    changes: &mut Vec<Change>,
) {
    let column_name = right.map_or(before.name.as_str(), |right| right.name.as_str());
    let usual = serial_sequence_name(table, column_name);
    let Some(place) = position(schema, table) else {
        return;
    };
    let relation = &mut schema.relations[place];
    let Some(column) = relation
        .columns
        .iter_mut()
        .find(|column| column.name == column_name)
    else {
        return;
    };
    if let Some(identity) = &mut column.identity {
        match &mut identity.sequence {
            Some(own) => own.schema.clone_from(&table.schema),
            None if name == usual => {}
            None => identity.sequence = Some(name),
        }
        return;
    }
    if column.serial.is_none() || name == usual {
        return;
    }
    if right.is_some_and(|right| right.serial.is_some()) {
        changes.push(Change::RenameSequence {
            from: name,
            to: usual,
        });
        return;
    }
    // The right side says the sequence by itself.
    let mut serial = column.clone();
    let Some(mut sequence) = serial_sequence(table, &serial) else {
        return;
    };
    serial.serial = None;
    serial.default = default_expression(&Relation::new(table.clone(), relation.kind), column)
        .map(|default| default.replace(&usual.to_string(), &name.to_string()));
    *column = serial;
    sequence.name = name;
    schema.sequences.push(sequence);
    schema
        .sequences
        .sort_by(|left, right| left.name.cmp(&right.name));
}

fn column(
    schema: &mut Schema,
    to: &Schema,
    options: &Options,
    table: &QualifiedName,
    old: &str,
    new: &str,
    changes: &mut Vec<Change>,
) {
    let Some(place) = position(schema, table) else {
        return;
    };
    let is_possible =
        |relation: &Relation| relation.column(old).is_some() && relation.column(new).is_none();
    if !is_possible(&schema.relations[place]) {
        return;
    }
    changes.push(Change::RenameColumn {
        table: table.clone(),
        from: old.to_owned(),
        to: new.to_owned(),
    });
    // Partitions and children have the new name too.
    let mut family: BTreeSet<QualifiedName> = BTreeSet::from([table.clone()]);
    loop {
        let known = family.len();
        for relation in &schema.relations {
            if parents(relation).any(|parent| family.contains(parent)) {
                family.insert(relation.name.clone());
            }
        }
        if family.len() == known {
            break;
        }
    }
    for relation in &mut schema.relations {
        if family.contains(&relation.name) {
            rename_in(relation, old, new);
        }
        for key in &mut relation.foreign_keys {
            if family.contains(&key.target) {
                rename_all(&mut key.target_columns, old, new);
            }
        }
    }
    for sequence in &mut schema.sequences {
        if let Some((owner, column)) = &mut sequence.owned_by
            && family.contains(owner)
            && column == old
        {
            new.clone_into(column);
        }
    }
    for member in family {
        let Some(before) = position(schema, &member)
            .and_then(|place| schema.relations[place].column(new))
            .cloned()
        else {
            continue;
        };
        let old_table = options.renames.iter().find_map(|rename| match rename {
            Rename::Relation { from, to } if *to == member => Some(from),
            _ => None,
        });
        let name = QualifiedName::new(
            &member.schema,
            serial_sequence_name(old_table.unwrap_or(&member), old).name,
        );
        let right = to.relation(&member).and_then(|right| right.column(new));
        sequence_of(schema, &member, &before, name, right, changes);
    }
}

/// Everything in a table that names one of its columns.
fn rename_in(relation: &mut Relation, old: &str, new: &str) {
    let text = |text: &mut String| *text = replaced(text, old, new);
    for column in &mut relation.columns {
        if column.name == old {
            new.clone_into(&mut column.name);
        }
        if let Some(generated) = &mut column.generated {
            text(&mut generated.expression);
        }
    }
    if let Some(key) = &mut relation.primary_key {
        rename_all(&mut key.columns, old, new);
        rename_all(&mut key.include, old, new);
    }
    for unique in &mut relation.uniques {
        rename_all(&mut unique.columns, old, new);
        rename_all(&mut unique.include, old, new);
    }
    for key in &mut relation.foreign_keys {
        rename_all(&mut key.columns, old, new);
        rename_all(&mut key.on_delete_columns, old, new);
    }
    for check in &mut relation.checks {
        text(&mut check.expression);
    }
    for exclusion in &mut relation.exclusions {
        text(&mut exclusion.definition);
    }
    for index in &mut relation.indexes {
        rename_all(&mut index.include, old, new);
        index.predicate.iter_mut().for_each(text);
        for key in &mut index.keys {
            match &mut key.target {
                KeyTarget::Column(name) if name == old => new.clone_into(name),
                KeyTarget::Column(_) => {}
                KeyTarget::Expression(expression) => text(expression),
            }
        }
    }
    relation.partition_by.iter_mut().for_each(text);
}

fn rename_all(names: &mut [String], old: &str, new: &str) {
    for name in names.iter_mut().filter(|name| *name == old) {
        new.clone_into(name);
    }
}

/// An expression with another name for a column: words behind `.` or `::` and in front of `(` or `.` are no columns.
fn replaced(expression: &str, old: &str, new: &str) -> String {
    let all: Vec<Token<'_>> = tokens(expression).collect();
    let quoted = format!("\"{}\"", old.replace('"', "\"\""));
    let near = |token: Option<&Token<'_>>, symbols: &[&str]| {
        token.is_some_and(|token| symbols.iter().any(|symbol| token.is_symbol(symbol)))
    };
    let mut text = String::with_capacity(expression.len());
    for (position, token) in all.iter().enumerate() {
        let is_name = match token.kind {
            TokenKind::Word => token.text == old,
            TokenKind::QuotedName => token.text == quoted,
            _ => false,
        };
        let before = position
            .checked_sub(1)
            .and_then(|position| all.get(position));
        let is_column =
            is_name && !near(before, &[".", ":"]) && !near(all.get(position + 1), &["(", "."]);
        if is_column {
            text.push_str(&quote_identifier(new));
        } else {
            text.push_str(token.text);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn columns_are_told_from_other_words() {
        assert_eq!(
            replaced(
                "((date > 'date'::date) AND date(at) > public.date)",
                "date",
                "Day"
            ),
            "((\"Day\" > 'date'::date) AND date(at) > public.date)"
        );
    }
}
