//! Constraints of tables, by kind.

use hyperdj_schema::{
    Check, Deferrable, Exclusion, ForeignKey, MatchType, PrimaryKey, ReferentialAction, Unique,
};

use super::{Assembly, ConstraintIndex, Oid, optional_qualified};
use crate::Error;
use crate::record::Record;

impl Assembly {
    pub(super) fn constraint(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        let Some(&position) = self.by_oid.get(&record.number()?) else {
            return Ok(());
        };
        let kind = record.character()?;
        let name = record.text()?.to_owned();
        let deferrable = match (record.boolean()?, record.boolean()?) {
            (false, _) => Deferrable::No,
            (true, false) => Deferrable::Immediate,
            (true, true) => Deferrable::Deferred,
        };
        let validated = record.boolean()?;
        let columns = self.column_names(position, &record.numbers()?);
        let index: Oid = record.number()?;
        let target = optional_qualified(record)?;
        let target_columns = record.json()?;
        let match_type = match record.character()? {
            'f' => MatchType::Full,
            _ => MatchType::Simple,
        };
        let on_delete = referential_action(record.character()?);
        let on_update = referential_action(record.character()?);
        let on_delete_columns = self.column_names(position, &record.numbers()?);
        let no_inherit = record.boolean()?;
        let inherited = record.boolean()?;
        let definition = record.optional_text()?.unwrap_or_default();
        let comment = record.optional_text()?;
        let relation = &mut self.found.schema.relations[position];
        match kind {
            'p' => {
                self.constraint_indexes
                    .insert(index, ConstraintIndex::PrimaryKey(position));
                relation.primary_key = Some(PrimaryKey {
                    deferrable,
                    inherited,
                    comment,
                    ..PrimaryKey::new(name, columns)
                });
            }
            'u' => {
                self.constraint_indexes.insert(
                    index,
                    ConstraintIndex::Unique(position, relation.uniques.len()),
                );
                relation.uniques.push(Unique {
                    deferrable,
                    inherited,
                    comment,
                    ..Unique::new(name, columns)
                });
            }
            'f' => {
                if let Some(target) = target {
                    relation.foreign_keys.push(ForeignKey {
                        name,
                        columns,
                        target,
                        target_columns,
                        match_type,
                        on_delete,
                        on_update,
                        on_delete_columns,
                        deferrable,
                        validated,
                        inherited,
                        comment,
                    });
                }
            }
            'x' => {
                self.constraint_indexes
                    .insert(index, ConstraintIndex::Exclusion);
                relation.exclusions.push(Exclusion {
                    name,
                    definition,
                    inherited,
                    comment,
                });
            }
            _ => relation.checks.push(Check {
                name,
                expression: definition,
                no_inherit,
                validated,
                inherited,
                comment,
            }),
        }
        Ok(())
    }
}

/// `pg_constraint.confdeltype` and `confupdtype`.
fn referential_action(code: char) -> ReferentialAction {
    match code {
        'r' => ReferentialAction::Restrict,
        'c' => ReferentialAction::Cascade,
        'n' => ReferentialAction::SetNull,
        'd' => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
