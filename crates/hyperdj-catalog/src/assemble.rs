//! Puts rows of the catalog in their places, as they arrive: no I/O here.

use std::collections::HashMap;

use hyperdj_schema::{
    Check, Column, Composite, Deferrable, Domain, Enum, Exclusion, Extension, ForeignKey,
    ForeignServer, Generated, Identity, IdentityKind, Index, IndexKey, KeyTarget, MatchType,
    Namespace, NullsOrder, PartitionOf, PrimaryKey, QualifiedName, ReferentialAction, Relation,
    RelationKind, SequenceOptions, Unique, Unmodelled, View,
};

use crate::Error;
use crate::index_definition::key_suffixes;
use crate::inspect::{Inspection, NamespaceSummary};
use crate::query::Query;
use crate::record::{Record, split_options};

type Oid = u32;

/// A schema in the making, with the catalog's numbers beside its names.
#[derive(Default)]
pub(crate) struct Assembly {
    pub(crate) found: Inspection,
    pub(crate) numbers: Vec<RelationNumbers>,
    pub(crate) by_oid: HashMap<Oid, usize>,
    constraint_indexes: HashMap<Oid, ConstraintIndex>,
    operator_classes: HashMap<Oid, OperatorClass>,
    /// The type that each access method has another default operator class for, by method, type.
    exact_defaults: HashMap<(Oid, Oid), Oid>,
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
        }
    }

    fn namespace(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        let _oid = record.text()?;
        let name = record.text()?.to_owned();
        let comment = record.optional_text()?;
        let selected = record.boolean()?;
        self.found.namespaces.push(NamespaceSummary {
            name: name.clone(),
            selected,
            usable: record.boolean()?,
            tables: record.number()?,
            of_extension: record.boolean()?,
        });
        if selected {
            self.found
                .schema
                .namespaces
                .push(Namespace { name, comment });
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
            name,
            data_type,
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
            serial: None,
            foreign_options: record.options()?,
        });
        Ok(())
    }

    fn constraint(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
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
                    name,
                    columns,
                    include: Vec::new(),
                    deferrable,
                    options: Vec::new(),
                    tablespace: None,
                    inherited,
                    comment,
                });
            }
            'u' => {
                self.constraint_indexes.insert(
                    index,
                    ConstraintIndex::Unique(position, relation.uniques.len()),
                );
                relation.uniques.push(Unique {
                    name,
                    columns,
                    include: Vec::new(),
                    nulls_not_distinct: false,
                    deferrable,
                    options: Vec::new(),
                    tablespace: None,
                    inherited,
                    comment,
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

    fn operator_class(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        let oid: Oid = record.number()?;
        let name = qualified(record)?;
        let method = record.number()?;
        let input = record.number()?;
        let default = record.boolean()?;
        if default {
            self.exact_defaults.insert((method, input), oid);
        }
        self.operator_classes.insert(
            oid,
            OperatorClass {
                name,
                method,
                default,
            },
        );
        Ok(())
    }

    fn index(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        let oid: Oid = record.number()?;
        let Some(&position) = self.by_oid.get(&record.number()?) else {
            return Ok(());
        };
        let name = record.text()?.to_owned();
        let method = record.text()?.to_owned();
        let unique = record.boolean()?;
        let key_count: usize = record.number()?;
        let numbers: Vec<i16> = record.numbers()?;
        let orders: Vec<u16> = record.numbers()?;
        let classes: Vec<Oid> = record.numbers()?;
        let collations: Vec<Oid> = record.numbers()?;
        let predicate = record.optional_text()?;
        let definition = record.optional()?;
        let key_texts: Vec<String> = record.json()?;
        let collation_names: HashMap<Oid, (String, String)> = record.json()?;
        let options = record.options()?;
        let tablespace = record.optional_text()?;
        let valid = record.boolean()?;
        let nulls_not_distinct = record.boolean()?;
        let class_options: HashMap<usize, Vec<String>> = record.json()?;
        let inherited = record.boolean()?;
        let comment = record.optional_text()?;

        let include = self.column_names(position, numbers.get(key_count..).unwrap_or_default());
        match self.constraint_indexes.get(&oid) {
            Some(ConstraintIndex::PrimaryKey(position)) => {
                if let Some(key) = &mut self.found.schema.relations[*position].primary_key {
                    (key.include, key.options, key.tablespace) = (include, options, tablespace);
                }
                return Ok(());
            }
            Some(ConstraintIndex::Unique(position, number)) => {
                let unique = &mut self.found.schema.relations[*position].uniques[*number];
                unique.nulls_not_distinct = nulls_not_distinct;
                (unique.include, unique.options, unique.tablespace) =
                    (include, options, tablespace);
                return Ok(());
            }
            Some(ConstraintIndex::Exclusion) => return Ok(()),
            None => {}
        }

        let suffixes = definition.and_then(|text| key_suffixes(text, &method, &key_texts));
        let mut keys = Vec::with_capacity(key_count);
        for key in 0..key_count {
            let column = self.numbered_column(position, numbers[key]);
            let mut index_key = match (column, key_texts.get(key)) {
                (Some(column), _) => {
                    IndexKey::column(&self.found.schema.relations[position].columns[column].name)
                }
                (None, text) => IndexKey {
                    target: KeyTarget::Expression(text.cloned().unwrap_or_default()),
                    ..IndexKey::column("")
                },
            };
            if let Some(suffix) = suffixes.as_ref().and_then(|suffixes| suffixes.get(key)) {
                index_key.collation.clone_from(&suffix.collation);
                index_key.operator_class.clone_from(&suffix.operator_class);
                (index_key.descending, index_key.nulls) = (suffix.descending, suffix.nulls);
            } else {
                let order = orders.get(key).copied().unwrap_or_default();
                (index_key.descending, index_key.nulls) = key_order(order);
                let numbers = column.map(|column| &self.numbers[position].columns[column]);
                if let Some(numbers) = numbers {
                    let collation = collations.get(key).copied().unwrap_or_default();
                    if collation != 0 && collation != numbers.collation {
                        index_key.collation = Some(match collation_names.get(&collation) {
                            Some((schema, name)) => QualifiedName::new(schema, name),
                            None => QualifiedName::new("pg_catalog", "default"),
                        });
                    }
                    let class = classes.get(key).copied().unwrap_or_default();
                    index_key.operator_class = self.unusual_class(class, numbers.base_type);
                }
            }
            if let Some(options) = class_options.get(&(key + 1)) {
                index_key.operator_class_options = split_options(options);
                // Options belong to a class: it is named even where it is the default, as the deparser does.
                if index_key.operator_class.is_none() {
                    let class = classes
                        .get(key)
                        .and_then(|class| self.operator_classes.get(class));
                    index_key.operator_class = class.map(|class| class.name.clone());
                }
            }
            keys.push(index_key);
        }
        self.found.schema.relations[position].indexes.push(Index {
            name,
            method,
            unique,
            keys,
            include,
            predicate,
            nulls_not_distinct,
            options,
            tablespace,
            valid,
            inherited,
            comment,
        });
        Ok(())
    }

    /// The operator class of a key, where it must be named: where it is no default, or the type has one of its own.
    fn unusual_class(&self, class: Oid, data_type: Oid) -> Option<QualifiedName> {
        let found = self.operator_classes.get(&class)?;
        let exact = self.exact_defaults.get(&(found.method, data_type));
        let is_default = found.default && exact.is_none_or(|exact| *exact == class);
        (!is_default).then(|| found.name.clone())
    }

    fn enumeration(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        self.found.schema.enums.push(Enum {
            name: qualified(record)?,
            labels: record.json()?,
            comment: record.optional_text()?,
        });
        Ok(())
    }

    fn domain(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
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

    fn composite(&mut self, record: &mut Record<'_>) -> Result<(), Error> {
        self.found.schema.composites.push(Composite {
            name: qualified(record)?,
            attributes: record.json()?,
            comment: record.optional_text()?,
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

/// `pg_index.indoption`: bit 0 is DESC, bit 1 is NULLS FIRST, which DESC implies.
fn key_order(option: u16) -> (bool, Option<NullsOrder>) {
    match (option & 1 != 0, option & 2 != 0) {
        (true, false) => (true, Some(NullsOrder::Last)),
        (true, true) => (true, None),
        (false, true) => (false, Some(NullsOrder::First)),
        (false, false) => (false, None),
    }
}
