//! The whole: from a document to a schema.

use std::collections::{HashMap, HashSet};

use hyperdj_schema::{QualifiedName, Relation, Schema};

use crate::Error;
use crate::document::{Document, Model, Target};
use crate::inherited::inherit;
use crate::relation::relation;
use crate::types::{push_type, sequence};
use crate::unsaid::fill;

/// The models of a document by class name.
pub(crate) struct Models<'d> {
    by_class: HashMap<&'d str, &'d Model>,
}

/// The type, and the collation where it is not the type's own, that a column of a table has in the database.
pub type There<'a> = dyn Fn(&QualifiedName, &str) -> Option<(String, Option<QualifiedName>)> + 'a;

/// What a table is in the database, which tells all that a model of it leaves unsaid where it says that it does.
pub type Whole<'a> = dyn Fn(&QualifiedName) -> Option<Relation> + 'a;

/// What a relation leads to.
pub(crate) struct Resolved {
    pub(crate) table: QualifiedName,
    pub(crate) columns: Vec<String>,
}

impl<'d> Models<'d> {
    /// The table and columns of a target: `"User"`, `"Country.code"`, or a table outside the models.
    ///
    /// `fields` are the target's fields, where the reference names them beside the class.
    pub(crate) fn target(
        &self,
        from: &str,
        target: &Target,
        fields: Option<&[String]>,
    ) -> Result<Resolved, Error> {
        let text = match target {
            Target::Table(table) => {
                return Ok(Resolved {
                    table: QualifiedName::new(&table.schema, &table.name),
                    columns: table.columns.clone(),
                });
            }
            Target::Class(text) => text,
        };
        let (class, field) = match text.split_once('.') {
            Some((class, field)) => (class, Some(field.to_owned())),
            None => (text.as_str(), None),
        };
        let model = self.by_class.get(class).ok_or_else(|| Error::Unknown {
            model: from.to_owned(),
            what: format!("model `{class}`"),
        })?;
        let names: Vec<String> = match (field, fields) {
            (Some(field), _) => vec![field],
            (None, Some(fields)) => fields.to_vec(),
            (None, None) => model.primary_key.clone(),
        };
        let columns: Result<Vec<String>, Error> =
            names.iter().map(|name| model.column(from, name)).collect();
        Ok(Resolved {
            table: model.table(),
            columns: columns?,
        })
    }
}

impl Model {
    /// The table that the model is of.
    pub(crate) fn table(&self) -> QualifiedName {
        QualifiedName::new(&self.schema, &self.table_name)
    }

    /// The column of a field.
    pub(crate) fn column(&self, from: &str, field: &str) -> Result<String, Error> {
        self.fields
            .iter()
            .find(|found| found.name == field)
            .map(|found| found.column_name.clone())
            .ok_or_else(|| Error::Unknown {
                model: from.to_owned(),
                what: format!("field `{field}` of `{}`", self.name),
            })
    }

    /// The columns of fields.
    pub(crate) fn columns(&self, fields: &[String]) -> Result<Vec<String>, Error> {
        fields
            .iter()
            .map(|field| self.column(&self.name, field))
            .collect()
    }
}

/// What models say, as a schema: relations, types and sequences. Namespaces and extensions are not theirs to say.
///
/// # Errors
///
/// A relation that leads nowhere, or two models of one table.
pub fn schema(document: &Document) -> Result<Schema, Error> {
    schema_over(document, &|_, _| None, &|_| None)
}

/// As [`schema`], over a database that is there: a column whose field states no `db_type` has the type, and where none is
/// stated the collation, that `there` gives for its table and column. `None` leaves it with the canonical type. A model
/// that says that it is not complete has whatever else the table has that `whole` gives.
///
/// # Errors
///
/// Those of [`schema`].
pub fn schema_over(
    document: &Document,
    there: &There<'_>,
    whole: &Whole<'_>,
) -> Result<Schema, Error> {
    let models = Models {
        by_class: document
            .models
            .iter()
            .map(|model| (model.name.as_str(), model))
            .collect(),
    };
    let mut schema = Schema::default();
    let mut tables: HashMap<QualifiedName, &str> = HashMap::new();
    let mut filled = HashSet::new();
    for model in &document.models {
        if let Some(first) = tables.insert(model.table(), &model.name) {
            return Err(Error::SameTable {
                first: first.to_owned(),
                second: model.name.clone(),
                table: model.table().to_string(),
            });
        }
        let mut said = relation(&models, model, there)?;
        if !model.complete
            && let Some(found) = whole(&said.name)
        {
            filled.insert(said.name.clone());
            fill(model, &mut said, &found);
        }
        schema.relations.push(said);
    }
    for found in &document.types {
        push_type(&mut schema, found);
    }
    schema.sequences = document.sequences.iter().map(sequence).collect();
    schema
        .relations
        .sort_by(|left, right| left.name.cmp(&right.name));
    schema
        .enums
        .sort_by(|left, right| left.name.cmp(&right.name));
    schema
        .domains
        .sort_by(|left, right| left.name.cmp(&right.name));
    schema
        .composites
        .sort_by(|left, right| left.name.cmp(&right.name));
    schema
        .sequences
        .sort_by(|left, right| left.name.cmp(&right.name));
    inherit(&mut schema, &filled);
    Ok(schema)
}
