//! Indexes of partitions, as parts of the index of their table.

use hyperdj_schema::QualifiedName;

use super::Reader;
use crate::Error;

impl Reader<'_> {
    /// `ALTER INDEX … ATTACH PARTITION …`: the second is the part of the first for its table.
    pub(super) fn attach_index(
        &mut self,
        parent: &QualifiedName,
        child: &QualifiedName,
        offset: usize,
    ) -> Result<(), Error> {
        let missing = |name: &QualifiedName| {
            Error::unknown(offset, format!("the file makes no index {name}"))
        };
        let parent_table = self
            .index_tables
            .get(parent)
            .cloned()
            .ok_or_else(|| missing(parent))?;
        let child_table = self
            .index_tables
            .get(child)
            .cloned()
            .ok_or_else(|| missing(child))?;
        if !self.partitions(&parent_table).contains(&child_table) {
            return Err(Error::broken(
                offset,
                format!("{child} is not an index of a partition of {parent_table}"),
            ));
        }
        let relation = self.relation(&child_table, offset)?;
        relation
            .primary_key
            .iter_mut()
            .filter(|key| key.name == child.name)
            .for_each(|key| key.inherited = true);
        relation
            .uniques
            .iter_mut()
            .filter(|key| key.name == child.name)
            .for_each(|key| key.inherited = true);
        relation
            .exclusions
            .iter_mut()
            .filter(|found| found.name == child.name)
            .for_each(|found| found.inherited = true);
        self.index_parents.insert(child.clone(), parent.clone());
        self.validate(parent, &parent_table, offset)
    }

    /// An index of a partitioned table is valid once each partition has a part that is.
    fn validate(
        &mut self,
        name: &QualifiedName,
        table: &QualifiedName,
        offset: usize,
    ) -> Result<(), Error> {
        let parts: Vec<QualifiedName> = self
            .index_parents
            .iter()
            .filter(|(_, parent)| *parent == name)
            .map(|(part, _)| part.clone())
            .collect();
        let valid = parts.iter().filter(|part| self.is_valid(part)).count();
        if valid < self.partitions(table).len() {
            return Ok(());
        }
        let relation = self.relation(table, offset)?;
        let Some(index) = relation
            .indexes
            .iter_mut()
            .find(|index| index.name == name.name)
        else {
            return Ok(());
        };
        index.valid = true;
        // Where that was the last that the index above waited for, it is valid now, too.
        if let Some(above) = self.index_parents.get(name).cloned()
            && let Some(table) = self.index_tables.get(&above).cloned()
        {
            self.validate(&above, &table, offset)?;
        }
        Ok(())
    }

    pub(super) fn is_valid(&self, name: &QualifiedName) -> bool {
        let table = self
            .index_tables
            .get(name)
            .and_then(|table| self.relations.get(table));
        // What a constraint owns is always valid.
        table.is_none_or(|table| {
            let mut indexes = table.indexes.iter();
            indexes.all(|index| index.name != name.name || index.valid)
        })
    }
}
