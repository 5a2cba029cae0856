//! Types that stand beside the tables: enums, domains, composite types.

use hyperdj_schema::{Check, Composite, Domain, Enum};

use super::{Assembly, optional_qualified, qualified};
use crate::Error;
use crate::record::Record;

impl Assembly {
    pub(super) fn enumeration(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        self.found.schema.enums.push(Enum {
            name: qualified(record)?,
            labels: record.json()?,
            comment: record.optional_text()?,
        });
        Ok(())
    }

    pub(super) fn domain(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        let name = qualified(record)?;
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
        self.found.schema.composites.push(Composite {
            name: qualified(record)?,
            attributes: record.json()?,
            comment: record.optional_text()?,
        });
        Ok(())
    }
}
