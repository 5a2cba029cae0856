//! Types and sequences, and small values that both tables and types use.

use hyperdj_schema::{
    Check, Composite, Domain, Enum, QualifiedName, Schema, Sequence, SequenceOptions, check_name,
};

use crate::document::{CheckObject, Collation, Counting, Pairs, SequenceObject, Type};

/// Puts a type where it belongs.
pub(crate) fn push_type(schema: &mut Schema, found: &Type) {
    match found {
        Type::Enum {
            schema: namespace,
            name,
            labels,
            comment,
        } => schema.enums.push(Enum {
            name: QualifiedName::new(namespace, name),
            labels: labels.clone(),
            comment: comment.clone(),
        }),
        Type::Composite {
            schema: namespace,
            name,
            fields,
            comment,
        } => schema.composites.push(Composite {
            name: QualifiedName::new(namespace, name),
            attributes: fields.0.clone(),
            collations: Vec::new(),
            comment: comment.clone(),
        }),
        Type::Domain {
            schema: namespace,
            name,
            base_type,
            nullable,
            db_default,
            collation,
            checks,
            comment,
        } => {
            let usual = check_name(name, &[]);
            let mut checks: Vec<Check> = checks
                .iter()
                .map(|found| check(found, usual.clone()))
                .collect();
            checks.sort_by(|left, right| left.name.cmp(&right.name));
            schema.domains.push(Domain {
                name: QualifiedName::new(namespace, name),
                base_type: base_type.clone(),
                nullable: *nullable,
                default: db_default.clone(),
                collation: collation.as_ref().map(self::collation),
                checks,
                comment: comment.clone(),
            });
        }
    }
}

pub(crate) fn sequence(found: &SequenceObject) -> Sequence {
    Sequence {
        name: QualifiedName::new(&found.schema, &found.name),
        data_type: found.data_type.clone(),
        options: options(&found.counting),
        owned_by: found.owned_by.as_ref().map(|table| {
            let column = table.columns.first().cloned().unwrap_or_default();
            (QualifiedName::new(&table.schema, &table.name), column)
        }),
        unlogged: found.unlogged,
        comment: found.comment.clone(),
    }
}

pub(crate) fn options(counting: &Counting) -> SequenceOptions {
    SequenceOptions {
        start: counting.start,
        increment: counting.increment,
        min_value: counting.min_value,
        max_value: counting.max_value,
        cache: counting.cache,
        cycle: counting.cycle,
    }
}

pub(crate) fn collation(found: &Collation) -> QualifiedName {
    match found {
        Collation::System(name) => QualifiedName::new("pg_catalog", name),
        Collation::Other(schema, name) => QualifiedName::new(schema, name),
    }
}

pub(crate) fn check(found: &CheckObject, usual: String) -> Check {
    Check {
        name: found.name.clone().unwrap_or(usual),
        expression: found.expression.clone(),
        no_inherit: found.no_inherit,
        validated: found.validated,
        inherited: false,
        comment: found.comment.clone(),
    }
}

/// Options by name: their order says nothing.
pub(crate) fn sorted(pairs: &Pairs<String>) -> Vec<(String, String)> {
    let mut pairs = pairs.0.clone();
    pairs.sort();
    pairs
}
