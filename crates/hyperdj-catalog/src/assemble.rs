//! Puts rows of the catalog in their places, as they arrive: no I/O here.

mod constraints;
mod indexes;
mod types;

use std::collections::HashMap;

use hyperdj_schema::{
    Column, Extension, ForeignServer, Generated, Identity, IdentityKind, Namespace, PartitionOf,
    QualifiedName, Relation, RelationKind, SequenceOptions, Unmodelled, View,
};

use hyperdj_schema::statistics::Statistics;

use crate::Error;
use crate::definitions::{self, Numbered};
use crate::inspect::{Inspection, NamespaceSummary};
use crate::query::Query;
use crate::record::Record;

type Oid = u32;

/// A schema in the making, with the catalog's numbers beside its names.
#[derive(Default)]
pub(crate) struct Assembly {
    pub(crate) found: Inspection,
    pub(crate) statistics: Statistics,
    pub(crate) numbers: Vec<RelationNumbers>,
    pub(crate) by_oid: HashMap<Oid, usize>,
    constraint_indexes: HashMap<Oid, ConstraintIndex>,
    operator_classes: HashMap<Oid, OperatorClass>,
    /// The type that each access method has another default operator class for, by method, type.
    exact_defaults: HashMap<(Oid, Oid), Oid>,
    /// Whether all that models can't say is wanted.
    pub(crate) definitions: bool,
    pub(crate) numbered: Numbered,
}

/// What the catalog calls a relation's columns.
#[derive(Default)]
pub(crate) struct RelationNumbers {
    pub(crate) columns: Vec<ColumnNumbers>,
}

/// The catalog's numbers of one column.
pub(crate) struct ColumnNumbers {
    pub(crate) number: i16,
    base_type: Oid,
    collation: Oid,
}

enum ConstraintIndex {
    PrimaryKey(usize),
    Unique(usize, usize),
    Exclusion,
}

struct OperatorClass {
    name: QualifiedName,
    method: Oid,
    default: bool,
}

impl Assembly {
    pub(crate) fn new(definitions: bool) -> Self {
        Self {
            definitions,
            ..Self::default()
        }
    }

    /// Takes one row of a query.
    pub(crate) fn take(&mut self, query: Query, mut record: Record<'_>) -> Result<(), Error> {
        let record = &mut record;
        match query {
            Query::Settings => {
                self.found.database = record.text()?.to_owned();
                self.found.role = record.text()?.to_owned();
                Ok(())
            }
            Query::Namespaces => self.namespace(record),
            Query::Relations => self.relation(record),
            Query::Columns => self.column(record),
            Query::Constraints => self.constraint(record),
            Query::OperatorClasses => self.operator_class(record),
            Query::Indexes => self.index(record),
            Query::Enums => self.enumeration(record),
            Query::Domains => self.domain(record),
            Query::Composites => self.composite(record),
            Query::Sequences => crate::sequences::take(self, record),
            Query::Extensions => self.extension(record),
            Query::Unmodelled => {
                self.found.schema.unmodelled.push(Unmodelled {
                    kind: record.text()?.to_owned(),
                    name: record.text()?.to_owned(),
                });
                Ok(())
            }
            Query::Definitions | Query::SeldomDefinitions => definitions::definition(self, record),
            Query::Details => definitions::detail(self, record),
            Query::Privileges => definitions::privilege(self, record),
            Query::Dependencies => definitions::dependency(self, record),
            Query::StatisticsRelations
            | Query::StatisticsTexts
            | Query::StatisticsSequences
            | Query::StatisticsEnums
            | Query::StatisticsReaders => crate::statistics::take(self, query, record),
        }
    }

    fn namespace(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        let _oid = record.text()?;
        let name = record.text()?.to_owned();
        let comment = record.optional_text()?;
        let selected = record.boolean()?;
        let usable = record.boolean()?;
        let tables = record.number()?;
        let of_extension = record.boolean()?;
        self.found.namespaces.push(NamespaceSummary {
            name: name.clone(),
            selected,
            usable,
            tables,
            of_extension,
        });
        if selected {
            self.found.schema.namespaces.push(Namespace {
                name,
                comment,
                of_extension,
            });
        }
        Ok(())
    }

    fn relation(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        let oid: Oid = record.number()?;
        let name = qualified(record)?;
        let kind = match record.character()? {
            'p' => RelationKind::PartitionedTable,
            'f' => RelationKind::ForeignTable,
            'v' => RelationKind::View,
            'm' => RelationKind::MaterializedView,
            _ => RelationKind::Table,
        };
        let mut relation = Relation::new(name, kind);
        relation.unlogged = record.boolean()?;
        if !record.boolean()? {
            self.found.unreadable.push(relation.name.clone());
        }
        let columns: Vec<String> = record.json()?;
        if !columns.is_empty() {
            self.found
                .unreadable_columns
                .push((relation.name.clone(), columns));
        }
        relation.comment = record.optional_text()?;
        relation.options = record.options()?;
        relation.tablespace = record.optional_text()?;
        relation.partition_by = record.optional_text()?;
        let bound = record.optional_text()?;
        let mut parents: Vec<QualifiedName> = record
            .json::<Vec<(String, String)>>()?
            .into_iter()
            .map(|(schema, name)| QualifiedName { schema, name })
            .collect();
        match bound {
            Some(bound) if !parents.is_empty() => {
                relation.partition_of = Some(PartitionOf {
                    parent: parents.remove(0),
                    bound,
                });
            }
            _ => relation.inherits = parents,
        }
        let definition = record.optional_text()?;
        let populated = record.boolean()?;
        relation.view = definition.map(|definition| View {
            definition,
            populated,
        });
        let server = record.optional_text()?;
        let options = record.options()?;
        relation.foreign_server = server.map(|name| ForeignServer { name, options });
        self.by_oid.insert(oid, self.found.schema.relations.len());
        self.found.schema.relations.push(relation);
        self.numbers.push(RelationNumbers::default());
        Ok(())
    }

    fn column(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        // A table that an extension owns is not among the relations, and its parts are left aside with it.
        let Some(&position) = self.by_oid.get(&record.number()?) else {
            return Ok(());
        };
        let number = record.number()?;
        let name = record.text()?.to_owned();
        let data_type = record.text()?.to_owned();
        let nullable = record.boolean()?;
        let expression = record.optional_text()?;
        let identity = match record.character()? {
            'a' => Some(IdentityKind::Always),
            'd' => Some(IdentityKind::ByDefault),
            _ => None,
        };
        let generation = record.character()?;
        let collation_number = record.number()?;
        let collation = optional_qualified(record)?;
        let comment = record.optional_text()?;
        let base_type = record.number()?;
        let (default, generated) = match generation {
            's' | 'v' => (
                None,
                expression.map(|expression| Generated {
                    expression,
                    stored: generation == 's',
                }),
            ),
            _ => (expression, None),
        };
        self.numbers[position].columns.push(ColumnNumbers {
            number,
            base_type,
            collation: collation_number,
        });
        self.found.schema.relations[position].columns.push(Column {
            nullable,
            default,
            identity: identity.map(|kind| Identity {
                kind,
                options: SequenceOptions::default(),
                sequence: None,
            }),
            generated,
            collation,
            comment,
            foreign_options: record.options()?,
            ..Column::new(name, data_type)
        });
        Ok(())
    }

    fn extension(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        self.found.schema.extensions.push(Extension {
            name: record.text()?.to_owned(),
            version: record.text()?.to_owned(),
            schema: record.text()?.to_owned(),
        });
        Ok(())
    }

    /// The place in a relation of the column with a number of the catalog; an expression has the number 0.
    pub(crate) fn numbered_column(&self, relation: usize, number: i16) -> Option<usize> {
        self.numbers[relation]
            .columns
            .binary_search_by_key(&number, |column| column.number)
            .ok()
    }

    fn column_names(&self, relation: usize, numbers: &[i16]) -> Vec<String> {
        numbers
            .iter()
            .map(|number| {
                self.numbered_column(relation, *number)
                    .map(|column| {
                        self.found.schema.relations[relation].columns[column]
                            .name
                            .clone()
                    })
                    .unwrap_or_default()
            })
            .collect()
    }
}

/// Two cells: a namespace and a name.
pub(crate) fn qualified(record: &mut Record<'_>) -> Result<QualifiedName, Error> {
    Ok(QualifiedName::new(record.text()?, record.text()?))
}

fn optional_qualified(record: &mut Record<'_>) -> Result<Option<QualifiedName>, Error> {
    Ok(match (record.optional()?, record.optional()?) {
        (Some(schema), Some(name)) => Some(QualifiedName::new(schema, name)),
        _ => None,
    })
}
