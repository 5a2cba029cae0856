//! Where two schemas differ, both sides told in the words of models.
//!
//! Models that are written from a catalog say all that they can say of it, and say it in one way only. So what two
//! relations would be written as is compared, piece by piece: a field, a constraint, an index, an entry of `Meta`.

use std::collections::HashMap;

use hyperdj_schema::{QualifiedName, Relation, Schema};

use crate::class::{ClassContext, meta};
use crate::class_name::class_names;
use crate::field::field_parts;
use crate::field_name::field_names;
use crate::layout::{Expression, one_line};
use crate::module::ModuleContext;
use crate::types::{composite, domain, enumeration, sequence};

/// One thing that models say otherwise than the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The table, view, type or sequence.
    pub object: QualifiedName,
    /// What of it.
    pub part: Part,
    /// What the models say; `None` where they say nothing.
    pub models: Option<String>,
    /// What models of the database would say; `None` where it has no such thing.
    pub database: Option<String>,
}

/// What of an object differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// All of a table or view: one side has none.
    Relation,
    /// A column, by its name.
    Column(String),
    /// A constraint that no field says whole.
    Constraint,
    /// An index that no field says whole.
    Index,
    /// Another entry of `Meta`, by its name.
    Meta(&'static str),
    /// An enum, domain or composite type.
    Type,
    /// A sequence that stands by itself.
    Sequence,
}

/// Everything that differs between a database and what models say of it, by table, then types, then sequences.
///
/// All of both schemas is compared; `classes` are the models' own class names, by table. The order of columns is no
/// difference: a table's can't be changed, and that of a class is its author's.
pub fn differences(
    database: &Schema,
    models: &Schema,
    classes: &HashMap<QualifiedName, String>,
) -> Vec<Difference> {
    let said: Vec<Relation> = models
        .relations
        .iter()
        .map(|said| match database.relation(&said.name) {
            Some(found) => in_order_of(said, found),
            None => said.clone(),
        })
        .collect();
    let mut names = class_names(database);
    names.extend(classes.clone());
    let is_new = |said: &&Relation| database.relation(&said.name).is_none();
    let relations = database.relations.iter().chain(said.iter().filter(is_new));
    let mut module = ModuleContext::new(database, relations, names);
    let mut told = Vec::new();
    for found in &database.relations {
        match said.iter().find(|said| said.name == found.name) {
            Some(said) => compare(&mut module, found, said, &mut told),
            None => told.push(Difference {
                object: found.name.clone(),
                part: Part::Relation,
                models: None,
                database: Some(format!("a {}", found.kind.singular())),
            }),
        }
    }
    for said in said.iter().filter(is_new) {
        told.push(Difference {
            object: said.name.clone(),
            part: Part::Relation,
            models: Some(format!("class {}", module.class_name(&said.name))),
            database: None,
        });
    }
    told.sort_by(|left, right| left.object.cmp(&right.object));
    let types = [types(&mut module, database), types(&mut module, models)];
    pair(types, Part::Type, &mut told);
    let sequences = [
        sequences(&mut module, database),
        sequences(&mut module, models),
    ];
    pair(sequences, Part::Sequence, &mut told);
    told
}

/// A relation with its columns in another's order, its own behind them.
fn in_order_of(said: &Relation, found: &Relation) -> Relation {
    let mut ordered = said.clone();
    ordered.columns.sort_by_key(|column| {
        found
            .columns
            .iter()
            .position(|other| other.name == column.name)
            .unwrap_or(found.columns.len())
    });
    ordered
}

/// What a relation is written as.
struct Pieces {
    /// By column, in table order.
    fields: Vec<(String, String)>,
    constraints: Vec<String>,
    indexes: Vec<String>,
    entries: Vec<(&'static str, String)>,
}

fn pieces<'s>(
    module: &mut ModuleContext<'s>,
    relation: &'s Relation,
    names: &HashMap<&'s str, String>,
) -> Pieces {
    let mut context = ClassContext::new(module, relation, names.clone());
    let mut found = Pieces {
        fields: Vec::with_capacity(relation.columns.len()),
        constraints: Vec::new(),
        indexes: Vec::new(),
        entries: Vec::new(),
    };
    for column in &relation.columns {
        let (target, value) = field_parts(&mut context, relation, column);
        let text = format!("{target} = {}", one_line(&value));
        found.fields.push((column.name.clone(), text));
    }
    for (name, value) in meta(&mut context, relation) {
        match (name, value) {
            ("table_name" | "managed" | "schema", _) => {}
            ("constraints", Expression::Tuple(items)) => {
                found.constraints = items.iter().map(one_line).collect();
            }
            ("indexes", Expression::Tuple(items)) => {
                found.indexes = items.iter().map(one_line).collect();
            }
            (name, value) => found
                .entries
                .push((name, format!("{name} = {}", one_line(&value)))),
        }
    }
    found
}

fn compare<'s>(
    module: &mut ModuleContext<'s>,
    found: &'s Relation,
    said: &'s Relation,
    told: &mut Vec<Difference>,
) {
    // The same names for both sides: a column that only one of them has must not rename another's type.
    let mut names = field_names(said);
    names.extend(field_names(found));
    let database = pieces(module, found, &names);
    let models = pieces(module, said, &names);
    let mut tell = |part: Part, models: Option<&String>, database: Option<&String>| {
        if models != database {
            told.push(Difference {
                object: found.name.clone(),
                part,
                models: models.cloned(),
                database: database.cloned(),
            });
        }
    };
    for (column, text) in &database.fields {
        let other = of(&models.fields, column);
        tell(Part::Column(column.clone()), other, Some(text));
    }
    for (column, text) in &models.fields {
        if of(&database.fields, column).is_none() {
            tell(Part::Column(column.clone()), Some(text), None);
        }
    }
    for (part, models, database) in [
        (Part::Constraint, &models.constraints, &database.constraints),
        (Part::Index, &models.indexes, &database.indexes),
    ] {
        let only = |these: &[String], others: &[String]| -> Vec<String> {
            let unmatched = these.iter().filter(|text| !others.contains(text));
            unmatched.cloned().collect()
        };
        let mut left = only(models, database);
        let right = only(database, models);
        for text in &right {
            let is_only = |those: &[String]| {
                let alike = those.iter().filter(|other| class(other) == class(text));
                alike.count() == 1
            };
            // The only ones of a kind on both sides are one that was changed.
            let is_only = is_only(&left) && is_only(&right);
            let alike = left.iter().position(|other| {
                class(other) == class(text) && (is_only || are_alike(other, text))
            });
            let other = alike.map(|position| left.remove(position));
            tell(part.clone(), other.as_ref(), Some(text));
        }
        for text in left {
            tell(part.clone(), Some(&text), None);
        }
    }
    for (name, text) in &database.entries {
        let other = of(&models.entries, name);
        tell(Part::Meta(name), other, Some(text));
    }
    for (name, text) in &models.entries {
        if of(&database.entries, name).is_none() {
            tell(Part::Meta(name), Some(text), None);
        }
    }
}

fn of<'t, K: PartialEq>(pieces: &'t [(K, String)], name: &K) -> Option<&'t String> {
    pieces
        .iter()
        .find(|(other, _)| other == name)
        .map(|(_, text)| text)
}

/// The class of a constraint or index: `Check`, `Index`.
fn class(text: &str) -> &str {
    text.split('(').next().unwrap_or_default()
}

/// Whether two constraints or indexes of a class are one with another setting: over the same first argument, or under the
/// same name.
fn are_alike(left: &str, right: &str) -> bool {
    let first = |text: &str| Some(text.split(['"', '\'']).nth(1)?.to_owned());
    let name = |text: &str| {
        let (_, behind) = text.split_once(", name=")?;
        Some(behind.split([',', ')']).next()?.to_owned())
    };
    let is_same = |left: Option<String>, right: Option<String>| left.is_some() && left == right;
    is_same(first(left), first(right)) || is_same(name(left), name(right))
}

fn types(module: &mut ModuleContext<'_>, schema: &Schema) -> Vec<(QualifiedName, String)> {
    let mut found = Vec::new();
    for object in &schema.enums {
        found.push((object.name.clone(), one_line(&enumeration(module, object))));
    }
    for object in &schema.composites {
        found.push((object.name.clone(), one_line(&composite(module, object))));
    }
    for object in &schema.domains {
        found.push((object.name.clone(), one_line(&domain(module, object))));
    }
    found.sort();
    found
}

fn sequences(module: &mut ModuleContext<'_>, schema: &Schema) -> Vec<(QualifiedName, String)> {
    let objects = schema.sequences.iter();
    objects
        .map(|object| (object.name.clone(), one_line(&sequence(module, object))))
        .collect()
}

/// Objects by their names: the database's, then those of the models that it does not have.
fn pair(sides: [Vec<(QualifiedName, String)>; 2], part: Part, told: &mut Vec<Difference>) {
    let [database, models] = sides;
    let mut tell = |name: &QualifiedName, models: Option<&String>, database: Option<&String>| {
        if models != database {
            told.push(Difference {
                object: name.clone(),
                part: part.clone(),
                models: models.cloned(),
                database: database.cloned(),
            });
        }
    };
    for (name, text) in &database {
        tell(name, of(&models, name), Some(text));
    }
    for (name, text) in &models {
        if of(&database, name).is_none() {
            tell(name, Some(text), None);
        }
    }
}
