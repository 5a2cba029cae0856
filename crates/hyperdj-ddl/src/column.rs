//! Columns: their definitions, and the sequences that serial columns have.

use hyperdj_schema::sql::{quote_identifier, quote_literal};
use hyperdj_schema::{
    BaseType, Column, IdentityKind, QualifiedName, Relation, Sequence, sequence_name,
};

use crate::Statement;
use crate::parameters::options_clause;
use crate::sequence::{self, option_clauses};

/// The definition of a column as it stands in `CREATE TABLE` and `ADD COLUMN`: `id integer NOT NULL`.
///
/// PostgreSQL documentation: CREATE TABLE.
pub fn definition(relation: &Relation, column: &Column) -> String {
    let mut text = quote_identifier(&column.name).into_owned();
    if let Some(word) = serial_word(relation, column) {
        text.push_str(&format!(" {word}"));
    } else {
        text.push_str(&format!(
            " {}{}",
            column.data_type,
            options_clause(&column.foreign_options)
        ));
    }
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(default) = default_expression(relation, column) {
        text.push_str(&format!(" DEFAULT {default}"));
    }
    if let Some(generated) = &column.generated {
        let kept = if generated.stored {
            "STORED"
        } else {
            "VIRTUAL"
        };
        text.push_str(&format!(
            " GENERATED ALWAYS AS ({}) {kept}",
            generated.expression
        ));
    }
    text.push_str(&not_null(column));
    if let Some(clause) = identity_clause(column) {
        text.push_str(&format!(" {clause}"));
    }
    text
}

/// ` NOT NULL`, with the constraint's name where it has one of its own. One that is not validated is added later.
fn not_null(column: &Column) -> String {
    match &column.settings.not_null {
        Some(said) if said.not_valid => String::new(),
        Some(said) => format!(
            " CONSTRAINT {} NOT NULL{}",
            quote_identifier(&said.name),
            if said.no_inherit { " NO INHERIT" } else { "" }
        ),
        None if column.nullable => String::new(),
        None => " NOT NULL".to_owned(),
    }
}

/// The default that a definition states: the column's own, or the next value of its sequence.
pub fn default_expression(relation: &Relation, column: &Column) -> Option<String> {
    match &column.serial {
        Some(_) if serial_word(relation, column).is_some() => None,
        Some(_) => Some(format!(
            "nextval({}::regclass)",
            quote_literal(&serial_sequence_name(&relation.name, &column.name).to_string())
        )),
        None => column.default.clone(),
    }
}

/// `GENERATED ALWAYS AS IDENTITY (…)`, where the column is one.
pub fn identity_clause(column: &Column) -> Option<String> {
    let identity = column.identity.as_ref()?;
    let mut clauses = Vec::new();
    if let Some(name) = &identity.sequence {
        clauses.push(format!("SEQUENCE NAME {name}"));
    }
    clauses.extend(option_clauses(&identity.options));
    let options = if clauses.is_empty() {
        String::new()
    } else {
        format!(" ({})", clauses.join(" "))
    };
    let kind = identity_word(identity.kind);
    Some(format!("GENERATED {kind} AS IDENTITY{options}"))
}

/// `ALWAYS` or `BY DEFAULT`.
pub fn identity_word(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Always => "ALWAYS",
        IdentityKind::ByDefault => "BY DEFAULT",
    }
}

/// The name of the sequence of a serial column.
pub fn serial_sequence_name(relation: &QualifiedName, column: &str) -> QualifiedName {
    QualifiedName::new(&relation.schema, sequence_name(&relation.name, column))
}

/// The sequence of a serial column as an object of its own, where the column is one.
pub fn serial_sequence(relation: &QualifiedName, column: &Column) -> Option<Sequence> {
    let serial = column.serial.as_ref()?;
    let data_type = match &serial.data_type {
        Some(data_type) => data_type.clone(),
        None => column.data_type.clone(),
    };
    Some(Sequence {
        name: serial_sequence_name(relation, &column.name),
        data_type,
        options: serial.options.clone(),
        owned_by: Some((relation.clone(), column.name.clone())),
        unlogged: false,
        comment: None,
    })
}

/// `serial` itself, for columns of unlogged tables: the sequence is then unlogged where the server has such sequences,
/// from PostgreSQL 15, and logged where it has not. Everywhere else the sequence is stated by name.
fn serial_word(relation: &Relation, column: &Column) -> Option<&'static str> {
    if !relation.unlogged || column.serial.is_none() {
        return None;
    }
    match BaseType::of(&column.data_type) {
        BaseType::SmallInt => Some("smallserial"),
        BaseType::Integer => Some("serial"),
        BaseType::BigInt => Some("bigserial"),
        _ => None,
    }
}

/// What must be there before the column: the sequence of a serial column.
pub fn before(relation: &Relation, column: &Column) -> Vec<Statement> {
    match serial_sequence(&relation.name, column) {
        Some(sequence) if serial_word(relation, column).is_none() => {
            sequence::create_sequence(&sequence)
        }
        _ => Vec::new(),
    }
}

/// What follows once the column is there: the sequence's owner, or its options.
pub fn after(relation: &Relation, column: &Column) -> Vec<Statement> {
    let (Some(serial), Some(sequence)) = (&column.serial, serial_sequence(&relation.name, column))
    else {
        return Vec::new();
    };
    if serial_word(relation, column).is_none() {
        let owner = Some((&relation.name, column.name.as_str()));
        return vec![sequence::own_sequence(&sequence.name, owner)];
    }
    if serial.is_default() {
        return Vec::new();
    }
    let clauses = sequence::all_option_clauses(&sequence.data_type, &serial.options);
    vec![Statement::new(format!(
        "ALTER SEQUENCE {} AS {}{} RESTART",
        sequence.name,
        sequence.data_type,
        sequence::spaced(&clauses)
    ))]
}
