//! Which constraint or index each entry of a model's `Meta` is, by the name that it has in the database.

use hyperdj_schema::{
    QualifiedName, Schema, check_name, columns_read, exclusion_columns, exclusion_name,
    foreign_key_name, primary_key_name, unique_name,
};

use crate::document::{Constraint, Document, Model, Type};
use crate::indexes::index;
use crate::{Error, ModelPlace};

/// The entries of a model's lists, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The names of `Meta.constraints`.
    pub constraints: Vec<String>,
    /// The names of `Meta.indexes`.
    pub indexes: Vec<String>,
}

impl Document {
    /// The entries of a model's lists, beside what all models say.
    ///
    /// # Errors
    ///
    /// An entry that names a field that is not there.
    pub fn parts(&self, place: &ModelPlace<'_>, said: &Schema) -> Result<Parts, Error> {
        let mut models = self.models.iter();
        let Some(model) =
            models.find(|model| model.name == place.name && model.table() == place.table)
        else {
            return Ok(Parts::default());
        };
        let constraints = model.constraints.iter();
        let constraints: Result<Vec<String>, Error> =
            constraints.map(|one| name_of(model, one, said)).collect();
        let indexes = model.indexes.iter();
        let indexes: Result<Vec<String>, Error> =
            indexes.map(|one| Ok(index(model, one)?.name)).collect();
        Ok(Parts {
            constraints: constraints?,
            indexes: indexes?,
        })
    }

    /// The entries of `types`, in their order.
    pub fn types(&self) -> impl Iterator<Item = QualifiedName> {
        self.types.iter().map(|one| match one {
            Type::Enum { schema, name, .. }
            | Type::Domain { schema, name, .. }
            | Type::Composite { schema, name, .. } => QualifiedName::new(schema, name),
        })
    }

    /// The entries of `sequences`, in their order.
    pub fn sequences(&self) -> impl Iterator<Item = QualifiedName> {
        let sequences = self.sequences.iter();
        sequences.map(|one| QualifiedName::new(&one.schema, &one.name))
    }
}

fn name_of(model: &Model, constraint: &Constraint, said: &Schema) -> Result<String, Error> {
    let table = &model.table_name;
    let said = said.relation(&model.table());
    let columns = said.map_or(&[][..], |relation| &relation.columns);
    let (given, usual) = match constraint {
        Constraint::PrimaryKey(key) => (&key.name, primary_key_name(table)),
        Constraint::Unique(key) => {
            let mut names = model.columns(&key.fields)?;
            names.extend(model.columns(&key.include)?);
            (
                &key.name,
                unique_name(table, names.iter().map(String::as_str)),
            )
        }
        Constraint::ForeignKey(key) => {
            let names = model.columns(&key.fields)?;
            let usual = foreign_key_name(table, names.iter().map(String::as_str));
            (&key.name, usual)
        }
        Constraint::Check(check) => {
            let usual = check_name(table, &columns_read(&check.expression, columns));
            (&check.name, usual)
        }
        Constraint::Exclude(exclusion) => {
            let names = exclusion_columns(&exclusion.definition, columns);
            let usual = exclusion_name(table, names.iter().map(String::as_str));
            (&exclusion.name, usual)
        }
    };
    Ok(given.clone().unwrap_or(usual))
}
