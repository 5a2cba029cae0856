//! Puts constraints into their tables: names that were left out, indexes, columns that were not named.

use hyperdj_schema::{
    Check, Column, Deferrable, ForeignKey, KeyTarget, PrimaryKey, QualifiedName, Unique,
    columns_addition, columns_read,
};

use super::constraint::{Constraint, KeySaid, Kind};
use super::{Reader, exists};
use crate::Error;

impl<'a> Reader<'a> {
    /// Adds a constraint to a table; `only` leaves out the tables under it.
    pub(super) fn add_constraint(
        &mut self,
        table: &QualifiedName,
        constraint: Constraint<'a>,
        only: bool,
    ) -> Result<(), Error> {
        let Constraint {
            name,
            offset,
            kind,
            deferrable,
            validated,
            no_inherit,
        } = constraint;
        if let Some(name) = &name {
            self.check_free(table, name, offset)?;
        }
        match kind {
            Kind::Check(expression) => {
                let columns = self.columns_of(table, offset)?;
                let expression = self.expression(
                    &expression,
                    &columns,
                    Some(&crate::types::Type::builtin("bool")),
                )?;
                let name = name.unwrap_or_else(|| self.check_name(table, &columns, &expression));
                let check = Check {
                    name,
                    expression,
                    no_inherit,
                    validated,
                    inherited: false,
                    comment: None,
                };
                if !no_inherit && !only {
                    self.inherit_check(table, &check, offset)?;
                }
                insert(&mut self.relation(table, offset)?.checks, check, |check| {
                    &check.name
                });
                Ok(())
            }
            Kind::Key { said, index } => match index {
                Some(index) => self.key_of_index(table, name, said, deferrable, &index, offset),
                None => self.add_key(table, name, said, deferrable, only, offset),
            },
            Kind::ForeignKey {
                columns,
                target,
                target_columns,
                match_type,
                on_delete,
                on_delete_columns,
                on_update,
            } => {
                self.check_columns(table, &columns, offset)?;
                let target_columns =
                    self.target_columns(&target, target_columns, columns.len(), offset)?;
                let addition = columns.join("_");
                let name = name.unwrap_or_else(|| {
                    self.choose_constraint(&table.schema, &table.name, Some(&addition), "fkey")
                });
                let key = ForeignKey {
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
                    inherited: false,
                    comment: None,
                };
                self.add_foreign_key(table, key, offset)
            }
            Kind::Exclusion {
                method,
                elements,
                rest,
            } => self.add_exclusion(table, name, &method, elements, rest, deferrable, offset),
        }
    }

    /// No constraint of the table may have the name, and no relation of the namespace where an index takes it.
    fn check_free(&self, table: &QualifiedName, name: &str, offset: usize) -> Result<(), Error> {
        let Some(relation) = self.relations.get(table) else {
            return Ok(());
        };
        let is_taken = relation
            .primary_key
            .as_ref()
            .is_some_and(|key| key.name == name)
            || relation.uniques.iter().any(|found| found.name == name)
            || relation.foreign_keys.iter().any(|found| found.name == name)
            || relation.checks.iter().any(|found| found.name == name)
            || relation.exclusions.iter().any(|found| found.name == name);
        if is_taken {
            Err(exists(offset, "constraint", name))
        } else {
            Ok(())
        }
    }

    pub(super) fn columns_of(
        &mut self,
        table: &QualifiedName,
        offset: usize,
    ) -> Result<Vec<Column>, Error> {
        self.relation(table, offset)
            .map(|relation| relation.columns.clone())
    }

    fn check_columns(
        &mut self,
        table: &QualifiedName,
        columns: &[String],
        offset: usize,
    ) -> Result<(), Error> {
        for name in columns {
            self.column(table, name, offset)?;
        }
        Ok(())
    }

    pub(super) fn check_name(
        &self,
        table: &QualifiedName,
        columns: &[Column],
        expression: &str,
    ) -> String {
        let read = columns_read(expression, columns);
        let addition = match read.as_slice() {
            [column] => Some(column.as_str()),
            _ => None,
        };
        self.choose_constraint(&table.schema, &table.name, addition, "check")
    }

    /// The columns of the target, by default those of its primary key.
    fn target_columns(
        &mut self,
        target: &QualifiedName,
        said: Vec<String>,
        count: usize,
        offset: usize,
    ) -> Result<Vec<String>, Error> {
        let relation = self.relation(target, offset)?;
        let columns = if said.is_empty() {
            relation
                .primary_key
                .as_ref()
                .map(|key| key.columns.clone())
                .unwrap_or_default()
        } else {
            said
        };
        if columns.len() != count {
            return Err(Error::unknown(
                offset,
                format!("the columns of the foreign key do not fit to a key of {target}"),
            ));
        }
        self.check_columns(target, &columns, offset)?;
        Ok(columns)
    }

    pub(super) fn add_foreign_key(
        &mut self,
        table: &QualifiedName,
        key: ForeignKey,
        offset: usize,
    ) -> Result<(), Error> {
        self.relation(&key.target, offset)?;
        for partition in self.partitions(table) {
            let name = if self.is_constraint_of(&partition, &key.name) {
                let addition = key.columns.join("_");
                self.choose_constraint(&partition.schema, &partition.name, Some(&addition), "fkey")
            } else {
                key.name.clone()
            };
            let part = ForeignKey {
                name,
                inherited: true,
                ..key.clone()
            };
            self.add_foreign_key(&partition, part, offset)?;
        }
        insert(
            &mut self.relation(table, offset)?.foreign_keys,
            key,
            |key| &key.name,
        );
        Ok(())
    }

    pub(super) fn is_constraint_of(&self, table: &QualifiedName, name: &str) -> bool {
        self.check_free(table, name, 0).is_err()
    }

    fn add_key(
        &mut self,
        table: &QualifiedName,
        name: Option<String>,
        said: KeySaid,
        deferrable: Deferrable,
        only: bool,
        offset: usize,
    ) -> Result<(), Error> {
        self.check_columns(table, &said.columns, offset)?;
        self.check_columns(table, &said.include, offset)?;
        let partitions = if only {
            Vec::new()
        } else {
            self.partitions(table)
        };
        let parts: Vec<(QualifiedName, KeySaid)> = partitions
            .into_iter()
            .map(|partition| (partition, said.clone()))
            .collect();
        let name = name.unwrap_or_else(|| {
            if said.primary {
                self.choose_relation(&table.schema, &table.name, None, "pkey")
            } else {
                let columns = said.columns.iter().chain(&said.include).map(String::as_str);
                self.choose_relation(
                    &table.schema,
                    &table.name,
                    Some(&columns_addition(columns)),
                    "key",
                )
            }
        });
        self.add_index_name(table, &name, offset)?;
        let columns = said.columns.clone();
        let is_primary = said.primary;
        self.put_key(table, name, said, deferrable, offset)?;
        if is_primary {
            for column in &columns {
                self.set_not_null(table, column, offset)?;
            }
        }
        for (partition, said) in parts {
            self.add_key(&partition, None, said, deferrable, false, offset)?;
            self.inherit_last_key(&partition, &columns, is_primary);
        }
        Ok(())
    }

    /// Says of the key over some columns that it comes from the partitioned table.
    fn inherit_last_key(&mut self, table: &QualifiedName, columns: &[String], is_primary: bool) {
        let Some(relation) = self.relations.get_mut(table) else {
            return;
        };
        if is_primary {
            relation
                .primary_key
                .iter_mut()
                .for_each(|key| key.inherited = true);
        } else {
            let same = relation
                .uniques
                .iter_mut()
                .filter(|unique| unique.columns == columns);
            same.for_each(|unique| unique.inherited = true);
        }
    }

    /// Takes a name for an index of a table.
    pub(super) fn add_index_name(
        &mut self,
        table: &QualifiedName,
        name: &str,
        offset: usize,
    ) -> Result<(), Error> {
        let index = QualifiedName::new(&table.schema, name);
        if self.is_relation_name(&index) {
            return Err(exists(offset, "relation", &index.to_string()));
        }
        self.index_tables.insert(index, table.clone());
        Ok(())
    }

    fn put_key(
        &mut self,
        table: &QualifiedName,
        name: String,
        said: KeySaid,
        deferrable: Deferrable,
        offset: usize,
    ) -> Result<(), Error> {
        let relation = self.relation(table, offset)?;
        if said.primary {
            if relation.primary_key.is_some() {
                return Err(Error::broken(
                    offset,
                    format!("the table {table} has a primary key already"),
                ));
            }
            relation.primary_key = Some(PrimaryKey {
                name,
                columns: said.columns,
                include: said.include,
                deferrable,
                options: said.options,
                tablespace: said.tablespace,
                inherited: false,
                comment: None,
            });
        } else {
            let unique = Unique {
                name,
                columns: said.columns,
                include: said.include,
                nulls_not_distinct: said.nulls_not_distinct,
                deferrable,
                options: said.options,
                tablespace: said.tablespace,
                inherited: false,
                comment: None,
            };
            insert(&mut relation.uniques, unique, |unique| &unique.name);
        }
        Ok(())
    }

    /// `ADD CONSTRAINT … USING INDEX`: the index becomes the constraint's, and takes its name.
    fn key_of_index(
        &mut self,
        table: &QualifiedName,
        name: Option<String>,
        mut said: KeySaid,
        deferrable: Deferrable,
        index: &str,
        offset: usize,
    ) -> Result<(), Error> {
        let relation = self.relation(table, offset)?;
        let Some(position) = relation
            .indexes
            .iter()
            .position(|found| found.name == index)
        else {
            return Err(Error::unknown(
                offset,
                format!("the table {table} has no index `{index}`"),
            ));
        };
        let found = relation.indexes.remove(position);
        for key in &found.keys {
            match (&key.target, key.plain_column()) {
                (KeyTarget::Column(_), Some(column)) => said.columns.push(column.to_owned()),
                _ => {
                    return Err(Error::broken(
                        offset,
                        format!("the index `{index}` can't be a key's"),
                    ));
                }
            }
        }
        let name = name.unwrap_or_else(|| index.to_owned());
        self.index_tables
            .remove(&QualifiedName::new(&table.schema, index));
        self.add_index_name(table, &name, offset)?;
        said.include = found.include;
        said.options = found.options;
        said.tablespace = found.tablespace;
        said.nulls_not_distinct = found.nulls_not_distinct;
        if said.primary {
            for column in said.columns.clone() {
                self.set_not_null(table, &column, offset)?;
            }
        }
        self.put_key(table, name.clone(), said, deferrable, offset)?;
        if let Some(comment) = found.comment {
            self.comment_on_constraint(table, &name, Some(comment), offset)?;
        }
        Ok(())
    }
}

/// Puts something in its place in a list that is in name order.
pub(super) fn insert<T>(list: &mut Vec<T>, item: T, name: impl Fn(&T) -> &String) {
    let position = list.partition_point(|found| name(found) < name(&item));
    list.insert(position, item);
}
