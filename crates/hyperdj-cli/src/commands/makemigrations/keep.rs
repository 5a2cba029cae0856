//! What a table has and its model does not say: it stays, unless it may be dropped.

use std::collections::HashSet;

use hyperdj_schema::{
    Check, Column, Exclusion, ForeignKey, Index, KeyTarget, QualifiedName, Relation, RelationKind,
    Unique, check_name, columns_read, exclusion_columns, exclusion_name, foreign_key_name,
    index_name, primary_key_name, same_expression, unique_name,
};

use super::answers::Answers;

/// Completes what models say by what is there.
pub(super) struct Keeper<'a> {
    pub(super) answers: &'a Answers,
    /// Columns of which no field says whether a sequence counts them.
    pub(super) uncounted: &'a HashSet<(QualifiedName, String)>,
    /// Columns of the table at hand that go.
    pub(super) cut: HashSet<String>,
    /// What stays, in words.
    pub(super) kept: &'a mut Vec<String>,
}

impl Keeper<'_> {
    /// Gives a model's relation what only the database's has.
    pub(super) fn keep(&mut self, there: &Relation, said: &mut Relation) {
        if said.kind == RelationKind::Table && there.kind == RelationKind::PartitionedTable {
            said.kind = there.kind;
            said.partition_by.clone_from(&there.partition_by);
        }
        if said.partition_of.is_none() {
            said.partition_of.clone_from(&there.partition_of);
        }
        if said.inherits.is_empty() {
            said.inherits.clone_from(&there.inherits);
        }
        if !self.answers.may_drop(&there.name, "") {
            said.unlogged |= there.unlogged;
            keep_options(&there.options, &mut said.options);
            if said.tablespace.is_none() {
                said.tablespace.clone_from(&there.tablespace);
            }
            if said.comment.is_none() {
                said.comment.clone_from(&there.comment);
            }
        }
        if there.kind.is_view() {
            return;
        }
        self.columns(there, said);
        let goes = |column: &&Column| !said.columns.iter().any(|own| own.name == column.name);
        self.cut = there
            .columns
            .iter()
            .filter(goes)
            .map(|column| column.name.clone())
            .collect();
        self.keys(there, said);
        self.indexes(there, said);
    }

    /// Whether a part of the table stays; it is told.
    fn stays(&mut self, there: &Relation, what: &str, name: &str) -> bool {
        let stays = !self.answers.may_drop(&there.name, name);
        if stays {
            self.kept.push(format!("{what} {}.{name}", there.name.name));
        }
        stays
    }

    fn columns(&mut self, there: &Relation, said: &mut Relation) {
        for column in &there.columns {
            let Some(own) = said.columns.iter_mut().find(|own| own.name == column.name) else {
                if self.stays(there, "column", &column.name) {
                    said.columns.push(column.clone());
                }
                continue;
            };
            let key = (there.name.clone(), column.name.clone());
            if own.serial.is_some() && self.uncounted.contains(&key) {
                own.serial.clone_from(&column.serial);
                own.identity.clone_from(&column.identity);
                own.default.clone_from(&column.default);
            }
            if !says_value(own) && says_value(column) && column.generated.is_none() {
                let what = "default of";
                if self.stays(there, what, &column.name) {
                    own.serial.clone_from(&column.serial);
                    own.identity.clone_from(&column.identity);
                    own.default.clone_from(&column.default);
                }
            }
            if own.comment.is_none() && !self.answers.may_drop(&there.name, &column.name) {
                own.comment.clone_from(&column.comment);
            }
            if own.foreign_options.is_empty() {
                own.foreign_options.clone_from(&column.foreign_options);
            }
        }
    }

    fn keys(&mut self, there: &Relation, said: &mut Relation) {
        let table = there.name.name.as_str();
        match (&there.primary_key, &mut said.primary_key) {
            (Some(key), None)
                if !self.is_cut(&key.columns) && self.stays(there, "primary key", &key.name) =>
            {
                said.primary_key = Some(key.clone());
            }
            (Some(key), Some(own)) if own.name == primary_key_name(table) => {
                own.name.clone_from(&key.name);
                if own.comment.is_none() {
                    own.comment.clone_from(&key.comment);
                }
            }
            _ => {}
        }
        let usual = |own: &Unique| {
            let columns = own.columns.iter().chain(&own.include);
            own.name == unique_name(table, columns.map(String::as_str))
        };
        for unique in &there.uniques {
            let same = |own: &Unique| {
                Unique {
                    name: unique.name.clone(),
                    ..own.clone()
                } == *unique
            };
            adopt(
                &mut said.uniques,
                &unique.name,
                |own| &mut own.name,
                &there.uniques,
                |known| &known.name,
                |own| usual(own) && same(own),
            );
            let is_named = said.uniques.iter().any(|own| own.name == unique.name);
            if !is_named
                && !self.is_cut(&unique.columns)
                && self.stays(there, "unique constraint", &unique.name)
            {
                said.uniques.push(unique.clone());
            }
        }
        for key in &there.foreign_keys {
            let same = |own: &ForeignKey| {
                own.name == foreign_key_name(table, own.columns.iter().map(String::as_str))
                    && ForeignKey {
                        name: key.name.clone(),
                        ..own.clone()
                    } == *key
            };
            adopt(
                &mut said.foreign_keys,
                &key.name,
                |own| &mut own.name,
                &there.foreign_keys,
                |known| &known.name,
                same,
            );
            let is_named = said.foreign_keys.iter().any(|own| own.name == key.name);
            if !is_named
                && !self.is_cut(&key.columns)
                && self.stays(there, "foreign key", &key.name)
            {
                said.foreign_keys.push(key.clone());
            }
        }
        for check in &there.checks {
            let same = |own: &Check| {
                own.name == check_name(table, &columns_read(&own.expression, &there.columns))
                    && same_expression(&own.expression, &check.expression)
            };
            adopt(
                &mut said.checks,
                &check.name,
                |own| &mut own.name,
                &there.checks,
                |known| &known.name,
                same,
            );
            let is_named = said.checks.iter().any(|own| own.name == check.name);
            let columns = columns_read(&check.expression, &there.columns);
            let is_cut = self.is_cut(&columns);
            if !is_named && !is_cut && self.stays(there, "check", &check.name) {
                said.checks.push(check.clone());
            }
        }
        for exclusion in &there.exclusions {
            let columns = exclusion_columns(&exclusion.definition, &there.columns);
            let usual = exclusion_name(table, columns.iter().map(String::as_str));
            let same = |own: &Exclusion| {
                own.name == usual && same_expression(&own.definition, &exclusion.definition)
            };
            adopt(
                &mut said.exclusions,
                &exclusion.name,
                |own| &mut own.name,
                &there.exclusions,
                |known| &known.name,
                same,
            );
            let is_named = said.exclusions.iter().any(|own| own.name == exclusion.name);
            let is_cut = self.is_cut(&columns);
            if !is_named && !is_cut && self.stays(there, "exclusion constraint", &exclusion.name) {
                said.exclusions.push(exclusion.clone());
            }
        }
        said.uniques
            .sort_by(|left, right| left.name.cmp(&right.name));
        said.foreign_keys
            .sort_by(|left, right| left.name.cmp(&right.name));
        said.checks
            .sort_by(|left, right| left.name.cmp(&right.name));
        said.exclusions
            .sort_by(|left, right| left.name.cmp(&right.name));
    }

    fn indexes(&mut self, there: &Relation, said: &mut Relation) {
        let table = there.name.name.as_str();
        for index in &there.indexes {
            let same = |own: &Index| {
                own.name == index_name(table, own)
                    && Index {
                        name: index.name.clone(),
                        ..own.clone()
                    } == *index
            };
            adopt(
                &mut said.indexes,
                &index.name,
                |own| &mut own.name,
                &there.indexes,
                |known| &known.name,
                same,
            );
            let is_named = said.indexes.iter().any(|own| own.name == index.name);
            let is_cut = self.is_cut(&index_columns(index, there));
            if !is_named && !is_cut && self.stays(there, "index", &index.name) {
                said.indexes.push(index.clone());
            }
        }
        said.indexes
            .sort_by(|left, right| left.name.cmp(&right.name));
    }

    /// Whether one of these columns goes: what is on it goes with it.
    fn is_cut(&self, columns: &[String]) -> bool {
        columns.iter().any(|column| self.cut.contains(column))
    }
}

/// Where a model has a part under its usual name that the database has, otherwise the same, under another: the name is the
/// database's. One that the database has under the usual name too is another.
fn adopt<T>(
    said: &mut [T],
    name: &str,
    own_name: impl Fn(&mut T) -> &mut String,
    there: &[T],
    known_name: impl Fn(&T) -> &String,
    is_same: impl Fn(&T) -> bool,
) {
    if said.iter().any(|own| known_name(own) == name) {
        return;
    }
    let found = said.iter_mut().find(|own| {
        is_same(own)
            && !there
                .iter()
                .any(|known| known_name(known) == known_name(own))
    });
    if let Some(own) = found {
        name.clone_into(own_name(own));
    }
}

/// Whether the database gives a column a value.
fn says_value(column: &Column) -> bool {
    column.default.is_some()
        || column.serial.is_some()
        || column.identity.is_some()
        || column.generated.is_some()
}

fn keep_options(there: &[(String, String)], said: &mut Vec<(String, String)>) {
    for (name, value) in there {
        if !said.iter().any(|(own, _)| own == name) {
            said.push((name.clone(), value.clone()));
        }
    }
    said.sort();
}

fn index_columns(index: &Index, there: &Relation) -> Vec<String> {
    let mut columns = index.include.clone();
    for key in &index.keys {
        match &key.target {
            KeyTarget::Column(name) => columns.push(name.clone()),
            KeyTarget::Expression(expression) => {
                columns.extend(columns_read(expression, &there.columns));
            }
        }
    }
    if let Some(predicate) = &index.predicate {
        columns.extend(columns_read(predicate, &there.columns));
    }
    columns
}
