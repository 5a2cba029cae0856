//! Sequences: said by the serial or identity column that owns them where they can be, by themselves otherwise.

use hyperdj_schema::{QualifiedName, Sequence, SequenceOptions, Serial, sequence_name};

use crate::Error;
use crate::assemble::{Assembly, qualified};
use crate::record::Record;

/// Takes one row of the sequences.
pub(crate) fn take(assembly: &mut Assembly, record: &mut Record<'_>) -> Result<(), Error> {
    let number: u32 = record.number()?;
    let name = qualified(record)?;
    let data_type = record.text()?.to_owned();
    let options = SequenceOptions::differing(
        &data_type,
        record.number()?,
        record.number()?,
        record.number()?,
        record.number()?,
        record.number()?,
        record.boolean()?,
    );
    let persistence = record.character()?;
    let dependency = record.character()?;
    let owner: Option<u32> = record.optional_number()?;
    let owner_column: Option<i16> = record.optional_number()?;
    let owned_by = match (record.optional()?, record.optional()?, record.optional()?) {
        (Some(schema), Some(table), Some(column)) => {
            Some((QualifiedName::new(schema, table), column.to_owned()))
        }
        _ => None,
    };
    let same_persistence = record.character()? == persistence;
    let comment = record.optional_text()?;

    let place = owner.and_then(|owner| {
        let relation = *assembly.by_oid.get(&owner)?;
        let column = assembly.numbered_column(relation, owner_column?)?;
        Some((relation, column))
    });
    if let Some((relation, column)) = place {
        let relation = &mut assembly.found.schema.relations[relation];
        let usual = QualifiedName::new(
            &relation.name.schema,
            sequence_name(&relation.name.name, &relation.columns[column].name),
        );
        let column = &mut relation.columns[column];
        if dependency == 'i' {
            if let Some(identity) = &mut column.identity {
                identity.options = options;
                assembly.numbered.note_sequence(number, owner, &name);
                identity.sequence = (name != usual).then_some(name);
                return Ok(());
            }
        } else if name == usual
            && same_persistence
            && comment.is_none()
            && column.default.as_deref() == Some(next_value(&name).as_str())
        {
            assembly.numbered.note_sequence(number, owner, &name);
            column.default = None;
            column.serial = Some(Serial {
                data_type: (data_type != column.data_type).then_some(data_type),
                options,
            });
            return Ok(());
        }
    }
    let selected = assembly
        .found
        .schema
        .namespaces
        .iter()
        .any(|namespace| namespace.name == name.schema);
    if selected && dependency != 'i' {
        assembly.numbered.note_sequence(number, None, &name);
        assembly.found.schema.sequences.push(Sequence {
            name,
            data_type,
            options,
            owned_by,
            unlogged: persistence == 'u',
            comment,
        });
    }
    Ok(())
}

/// The default of a serial column, as `pg_get_expr` prints it with `standard_conforming_strings` on.
fn next_value(sequence: &QualifiedName) -> String {
    format!(
        "nextval('{}'::regclass)",
        sequence.to_string().replace('\'', "''")
    )
}
