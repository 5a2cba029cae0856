//! What the user says beforehand: renames, what may be dropped, what stays.

use std::collections::{BTreeMap, HashSet};

use hyperdj_change::Rename;
use hyperdj_schema::{QualifiedName, Schema};
use hyperdj_state::Document;

use crate::Failure;
use crate::near::{alternatives, near};

/// What may be dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Drops {
    /// Nothing.
    #[default]
    Nothing,
    /// All that the models do not name.
    All,
    /// What is named, as `table.name` or `schema.table.name`.
    Named(Vec<String>),
}

/// Everything that is not to be guessed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    pub(crate) renames: Vec<Rename>,
    pub(crate) drops: Drops,
    pub(crate) keep: Vec<String>,
    /// Expressions for `USING`, by the model's table and column.
    pub(crate) using: BTreeMap<(QualifiedName, String), String>,
    /// Columns whose type is what the model's annotation means, for the model changed it.
    pub(crate) retyped: HashSet<(QualifiedName, String)>,
}

impl Answers {
    /// Whether a part of a table may be dropped.
    pub(crate) fn may_drop(&self, table: &QualifiedName, name: &str) -> bool {
        match &self.drops {
            Drops::Nothing => false,
            Drops::All => !names(&self.keep, table, name),
            Drops::Named(named) => names(named, table, name),
        }
    }

    /// Whether the user said what becomes of a column: it is no rename.
    pub(crate) fn is_no_rename(&self, table: &QualifiedName, name: &str) -> bool {
        let is_named = match &self.drops {
            Drops::Named(named) => names(named, table, name),
            _ => false,
        };
        is_named || names(&self.keep, table, name)
    }

    /// Whether the user said that a table stays.
    pub(crate) fn keeps_table(&self, table: &QualifiedName) -> bool {
        let full = format!("{}.{}", table.schema, table.name);
        self.keep
            .iter()
            .any(|kept| *kept == table.name || *kept == full)
    }

    /// The name that a table has in the database.
    pub(crate) fn old_table(&self, table: &QualifiedName) -> QualifiedName {
        let old = self.renames.iter().find_map(|rename| match rename {
            Rename::Relation { from, to } if to == table => Some(from.clone()),
            _ => None,
        });
        old.unwrap_or_else(|| table.clone())
    }

    /// The name that a column has in the database.
    pub(crate) fn old_column<'a>(&'a self, table: &QualifiedName, column: &'a str) -> &'a str {
        let old = self.renames.iter().find_map(|rename| match rename {
            Rename::Column { relation, from, to } if relation == table && to == column => {
                Some(from.as_str())
            }
            _ => None,
        });
        old.unwrap_or(column)
    }
}

/// Whether a part of a table is among the names of a list.
fn names(list: &[String], table: &QualifiedName, name: &str) -> bool {
    let short = format!("{}.{name}", table.name);
    let full = format!("{}.{}.{name}", table.schema, table.name);
    list.iter().any(|named| *named == short || *named == full)
}

/// The renames of `--rename`, held against what the database has and the models say.
pub(crate) fn renames(
    texts: &[String],
    live: &Schema,
    document: &Document,
) -> Result<Vec<Rename>, Failure> {
    let mut found: Vec<Rename> = Vec::new();
    let mut columns = Vec::new();
    for text in texts {
        let Some((old, new)) = text.split_once(':') else {
            return Err(
                Failure::new(format!("--rename {text}: it has no `:`")).with_hint(
                    "Write --rename table.old:new for a column, --rename old:new for a table.",
                ),
            );
        };
        match live_table(live, old) {
            Some(from) => {
                let to = match new.split_once('.') {
                    Some((schema, name)) => QualifiedName::new(schema, name),
                    None => QualifiedName::new(&from.schema, new),
                };
                is_modelled(document, &to, text)?;
                found.push(Rename::Relation { from, to });
            }
            None => columns.push((text, old, new)),
        }
    }
    for (text, old, new) in columns {
        let rename = column(text, old, new, live, document, &found)?;
        found.push(rename);
    }
    Ok(found)
}

/// A table of the database by `table` or `schema.table`.
fn live_table(live: &Schema, named: &str) -> Option<QualifiedName> {
    let by_name = |relation: &&hyperdj_schema::Relation| {
        format!("{}.{}", relation.name.schema, relation.name.name) == named
            || relation.name.name == named
    };
    // `public` is meant where several schemas have a table of the name.
    let mut matching: Vec<&QualifiedName> = live
        .relations
        .iter()
        .filter(by_name)
        .map(|relation| &relation.name)
        .collect();
    matching.sort_by_key(|name| name.schema != "public");
    matching.first().map(|name| (*name).clone())
}

fn column(
    text: &str,
    old: &str,
    new: &str,
    live: &Schema,
    document: &Document,
    tables: &[Rename],
) -> Result<Rename, Failure> {
    let Some((table, from)) = old.rsplit_once('.') else {
        return Err(Failure::new(format!(
            "--rename {text}: the database has no table `{old}`"
        ))
        .with_hint(nearest(
            old,
            live.relations
                .iter()
                .map(|relation| relation.name.name.as_str()),
        )));
    };
    let of_models = document
        .models()
        .map(|model| model.table)
        .find(|name| name.name == table || format!("{}.{}", name.schema, name.name) == table);
    let renamed = live_table(live, table).and_then(|old| {
        tables.iter().find_map(|rename| match rename {
            Rename::Relation { from, to } if *from == old => Some(to.clone()),
            _ => None,
        })
    });
    let Some(relation) = renamed.or(of_models) else {
        return Err(Failure::new(format!(
            "--rename {text}: no model is of the table `{table}`"
        ))
        .with_hint("Name a column as table.column, with the table's name and not the model's."));
    };
    let old_name = tables.iter().find_map(|rename| match rename {
        Rename::Relation { from, to } if *to == relation => Some(from),
        _ => None,
    });
    let there = live.relation(old_name.unwrap_or(&relation));
    if there.is_none_or(|there| there.column(from).is_none()) {
        let columns = there.into_iter().flat_map(|there| &there.columns);
        return Err(Failure::new(format!(
            "--rename {text}: the database has no column `{from}` in {relation}"
        ))
        .with_hint(nearest(from, columns.map(|column| column.name.as_str()))));
    }
    let model = document.models().find(|model| model.table == relation);
    if let Some(model) = model
        && !model.fields.iter().any(|field| field.column == new)
    {
        return Err(Failure::new(format!(
            "--rename {text}: {} has no field for a column `{new}`",
            model.name
        ))
        .with_hint("The new name is the one that the models have already."));
    }
    Ok(Rename::Column {
        relation,
        from: from.to_owned(),
        to: new.to_owned(),
    })
}

fn is_modelled(document: &Document, table: &QualifiedName, text: &str) -> Result<(), Failure> {
    if document.models().any(|model| model.table == *table) {
        return Ok(());
    }
    Err(
        Failure::new(format!("--rename {text}: no model is of the table {table}"))
            .with_hint("The new name is the one that the models have already."),
    )
}

fn nearest<'a>(name: &str, all: impl Iterator<Item = &'a str>) -> String {
    match near(name, all).as_slice() {
        [] => "Write --rename table.old:new for a column, --rename old:new for a table.".to_owned(),
        near => format!("Did you mean {}?", alternatives(near)),
    }
}
