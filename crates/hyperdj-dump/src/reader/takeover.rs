//! What a new partition has from its table: a part of each key and index, where it has none that fits.
//!
//! PostgreSQL documentation: ALTER TABLE, ATTACH PARTITION.

use hyperdj_schema::{
    ForeignKey, Index, KeyTarget, PrimaryKey, QualifiedName, Unique, columns_addition,
    expression_name,
};

use super::Reader;
use super::keys::insert;
use crate::Error;

impl Reader<'_> {
    /// Gives a partition its parts of the keys and indexes of the table above.
    pub(super) fn take_over(
        &mut self,
        parent: &QualifiedName,
        child: &QualifiedName,
        offset: usize,
    ) -> Result<(), Error> {
        let above = self.relation(parent, offset)?.clone();
        if !above.exclusions.is_empty() {
            return Err(Error::unknown(
                offset,
                "an exclusion constraint that a partition takes over is not followed",
            ));
        }
        let below = self.partitions(child);
        let has_something =
            above.primary_key.is_some() || !above.uniques.is_empty() || !above.indexes.is_empty();
        if !below.is_empty() && has_something {
            return Err(Error::unknown(
                offset,
                "what the partitions of a partition take over is not followed",
            ));
        }
        if let Some(key) = &above.primary_key {
            self.take_primary_key(parent, key, child, offset)?;
        }
        for unique in &above.uniques {
            self.take_unique(parent, unique, child, offset)?;
        }
        for index in &above.indexes {
            self.take_index(parent, index, child, offset)?;
        }
        for key in &above.foreign_keys {
            self.take_foreign_key(key, child, offset)?;
        }
        Ok(())
    }

    fn is_free(&self, table: &QualifiedName, name: &str) -> bool {
        !self
            .index_parents
            .contains_key(&QualifiedName::new(&table.schema, name))
    }

    /// The name of the first of a partition's own that fits and is no part of another yet.
    fn free_part<T>(
        &self,
        child: &QualifiedName,
        own: &[T],
        name: impl Fn(&T) -> &String,
        fits: impl Fn(&T) -> bool,
    ) -> Option<String> {
        let mut free = own.iter().filter(|one| self.is_free(child, name(one)));
        free.find(|one| fits(one)).map(|one| name(one).clone())
    }

    fn is_part(&mut self, parent: &QualifiedName, above: &str, child: &QualifiedName, name: &str) {
        self.index_parents.insert(
            QualifiedName::new(&child.schema, name),
            QualifiedName::new(&parent.schema, above),
        );
    }

    fn take_primary_key(
        &mut self,
        parent: &QualifiedName,
        key: &PrimaryKey,
        child: &QualifiedName,
        offset: usize,
    ) -> Result<(), Error> {
        let own = self.relation(child, offset)?.primary_key.clone();
        let mut part = match own {
            Some(own) if own.columns == key.columns && own.include == key.include => own,
            Some(_) => {
                return Err(Error::broken(
                    offset,
                    format!("the partition {child} has another primary key"),
                ));
            }
            None => {
                let name = self.choose_relation(&child.schema, &child.name, None, "pkey");
                self.add_index_name(child, &name, offset)?;
                for column in &key.columns {
                    self.set_not_null(child, column, offset)?;
                }
                PrimaryKey {
                    name,
                    comment: None,
                    ..key.clone()
                }
            }
        };
        part.inherited = true;
        self.is_part(parent, &key.name, child, &part.name);
        self.relation(child, offset)?.primary_key = Some(part);
        Ok(())
    }

    fn take_unique(
        &mut self,
        parent: &QualifiedName,
        unique: &Unique,
        child: &QualifiedName,
        offset: usize,
    ) -> Result<(), Error> {
        let own = self.relation(child, offset)?.uniques.clone();
        let fits = |own: &Unique| {
            own.columns == unique.columns
                && own.include == unique.include
                && own.nulls_not_distinct == unique.nulls_not_distinct
        };
        let name = match self.free_part(child, &own, |own| &own.name, fits) {
            Some(name) => name,
            None => {
                let columns = unique
                    .columns
                    .iter()
                    .chain(&unique.include)
                    .map(String::as_str);
                let name = self.choose_relation(
                    &child.schema,
                    &child.name,
                    Some(&columns_addition(columns)),
                    "key",
                );
                self.add_index_name(child, &name, offset)?;
                let part = Unique {
                    name: name.clone(),
                    comment: None,
                    ..unique.clone()
                };
                insert(&mut self.relation(child, offset)?.uniques, part, |unique| {
                    &unique.name
                });
                name
            }
        };
        let uniques = self.relation(child, offset)?.uniques.iter_mut();
        uniques
            .filter(|own| own.name == name)
            .for_each(|own| own.inherited = true);
        self.is_part(parent, &unique.name, child, &name);
        Ok(())
    }

    fn take_index(
        &mut self,
        parent: &QualifiedName,
        index: &Index,
        child: &QualifiedName,
        offset: usize,
    ) -> Result<(), Error> {
        let own = self.relation(child, offset)?.indexes.clone();
        let fits = |own: &Index| {
            own.method == index.method
                && own.unique == index.unique
                && own.keys == index.keys
                && own.include == index.include
                && own.predicate == index.predicate
                && own.nulls_not_distinct == index.nulls_not_distinct
        };
        let name = match self.free_part(child, &own, |own| &own.name, fits) {
            Some(name) => name,
            None => {
                let keys = index.keys.iter().map(|key| match &key.target {
                    KeyTarget::Column(name) => name.as_str(),
                    KeyTarget::Expression(text) => expression_name(text),
                });
                let addition =
                    columns_addition(keys.chain(index.include.iter().map(String::as_str)));
                let part = Index {
                    name: String::new(),
                    valid: true,
                    comment: None,
                    ..index.clone()
                };
                self.add_index(child, part, &addition, false, offset)?.name
            }
        };
        self.is_part(parent, &index.name, child, &name);
        Ok(())
    }

    fn take_foreign_key(
        &mut self,
        key: &ForeignKey,
        child: &QualifiedName,
        offset: usize,
    ) -> Result<(), Error> {
        let part = ForeignKey {
            inherited: true,
            comment: None,
            ..key.clone()
        };
        let fits = |own: &ForeignKey| {
            let renamed = ForeignKey {
                name: own.name.clone(),
                comment: own.comment.clone(),
                ..part.clone()
            };
            let taken = ForeignKey {
                inherited: true,
                ..own.clone()
            };
            renamed == taken && !own.inherited
        };
        let relation = self.relation(child, offset)?;
        if let Some(own) = relation.foreign_keys.iter_mut().find(|own| fits(own)) {
            own.inherited = true;
            return Ok(());
        }
        let name = if self.is_constraint_of(child, &key.name) {
            let addition = key.columns.join("_");
            self.choose_constraint(&child.schema, &child.name, Some(&addition), "fkey")
        } else {
            key.name.clone()
        };
        let part = ForeignKey { name, ..part };
        self.add_foreign_key(child, part, offset)
    }
}
