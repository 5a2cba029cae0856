//! Types that stand beside the tables: enums, domains, composite types.

use hyperdj_schema::{Check, Composite, Domain, Enum, QualifiedName};

use super::{Assembly, optional_qualified, qualified};
use crate::Error;
use crate::record::Record;

impl Assembly {
    pub(super) fn enumeration(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        let number = record.number()?;
        let name = qualified(record)?;
        self.numbered.note_type(number, "TYPE", &name);
        self.found.schema.enums.push(Enum {
            name,
            labels: record.json()?,
            comment: record.optional_text()?,
        });
        Ok(())
    }

    pub(super) fn domain(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        let number = record.number()?;
        let name = qualified(record)?;
        self.numbered.note_type(number, "DOMAIN", &name);
        let base_type = record.text()?.to_owned();
        let nullable = record.boolean()?;
        let default = record.optional_text()?;
        let collation = optional_qualified(record)?;
        let checks: Vec<(String, String, bool, Option<String>)> = record.json()?;
        self.found.schema.domains.push(Domain {
            name,
            base_type,
            nullable,
            default,
            collation,
            checks: checks
                .into_iter()
                .map(|(name, expression, validated, comment)| Check {
                    name,
                    expression,
                    no_inherit: false,
                    validated,
                    inherited: false,
                    comment,
                })
                .collect(),
            comment: record.optional_text()?,
        });
        Ok(())
    }

    pub(super) fn composite(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        let number = record.number()?;
        let name = qualified(record)?;
        self.numbered.note_type(number, "TYPE", &name);
        let attributes = record.json()?;
        let comment = record.optional_text()?;
        let mut collations: Vec<(String, String, String)> = record.json()?;
        if !self.definitions {
            collations.clear();
        }
        self.found.schema.composites.push(Composite {
            name,
            attributes,
            collations: collations
                .into_iter()
                .map(|(attribute, schema, name)| (attribute, QualifiedName { schema, name }))
                .collect(),
            comment,
        });
        Ok(())
    }
}
