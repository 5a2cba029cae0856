//! The JSON of `python -m hyperdjango._state`, as it stands.

use std::fmt;
use std::marker::PhantomData;

use hyperdj_schema::QualifiedName;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::Error;

/// What a module of models says.
#[derive(Debug, Deserialize)]
pub struct Document {
    pub(crate) models: Vec<Model>,
    #[serde(default)]
    pub(crate) types: Vec<Type>,
    #[serde(default)]
    pub(crate) sequences: Vec<SequenceObject>,
}

impl Document {
    /// Reads the text.
    ///
    /// # Errors
    ///
    /// A text that is no state, or that says that the models could not be imported.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let printed: Printed = serde_json::from_str(text)?;
        match printed {
            Printed::Error { error } => {
                let place = match (&error.file, error.line) {
                    (Some(file), Some(line)) => format!("{file}:{line}: "),
                    (Some(file), None) => format!("{file}: "),
                    _ => String::new(),
                };
                Err(Error::Import {
                    kind: error.kind,
                    message: error.message,
                    place,
                })
            }
            Printed::State(document) => Ok(document),
        }
    }

    /// The models in the order of the document: what each is of, whether it is managed, and where it stands.
    pub fn models(&self) -> impl Iterator<Item = ModelPlace<'_>> {
        self.models.iter().map(|model| ModelPlace {
            name: &model.name,
            table: model.table(),
            managed: model.managed,
            complete: model.complete,
            file: model.file.as_deref(),
            line: model.line,
            fields: model
                .fields
                .iter()
                .map(|field| FieldPlace {
                    name: &field.name,
                    column: &field.column_name,
                    annotation: &field.annotation,
                    states_type: field.db_type.is_some(),
                    states_counter: field.auto.is_some(),
                })
                .collect(),
        })
    }
}

/// A model as far as others than the comparison ask.
#[derive(Debug)]
pub struct ModelPlace<'d> {
    /// The class name.
    pub name: &'d str,
    /// The table that it is of.
    pub table: QualifiedName,
    /// Whether its table is ours to change.
    pub managed: bool,
    /// Whether what it leaves out has its usual meaning; otherwise it is whatever the table has.
    pub complete: bool,
    /// The file of its class statement.
    pub file: Option<&'d str>,
    /// The line of its class statement, from 1.
    pub line: Option<u64>,
    /// Its fields in order.
    pub fields: Vec<FieldPlace<'d>>,
}

/// A field as far as others than the comparison ask.
#[derive(Debug)]
pub struct FieldPlace<'d> {
    /// The attribute's name.
    pub name: &'d str,
    /// The column's name.
    pub column: &'d str,
    /// The annotation as Python names it: `int`, `str`, …
    pub annotation: &'d str,
    /// Whether `db_type` says the column's type.
    pub states_type: bool,
    /// Whether `auto` says that a sequence counts the column, or that none does.
    pub states_counter: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Printed {
    Error { error: ImportError },
    State(Document),
}

#[derive(Deserialize)]
struct ImportError {
    kind: String,
    message: String,
    file: Option<String>,
    line: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) table_name: String,
    pub(crate) schema: String,
    #[serde(default = "yes")]
    pub(crate) managed: bool,
    #[serde(default = "yes")]
    pub(crate) complete: bool,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u64>,
    pub(crate) primary_key: Vec<String>,
    pub(crate) fields: Vec<Field>,
    #[serde(default)]
    pub(crate) constraints: Vec<Constraint>,
    #[serde(default)]
    pub(crate) indexes: Vec<IndexObject>,
    pub(crate) comment: Option<String>,
    pub(crate) view: Option<ViewObject>,
    pub(crate) partition_by: Option<String>,
    pub(crate) partition_of: Option<PartitionObject>,
    #[serde(default)]
    pub(crate) inherits: Vec<Target>,
    #[serde(default)]
    pub(crate) unlogged: bool,
    #[serde(default)]
    pub(crate) options: Pairs<String>,
    pub(crate) tablespace: Option<String>,
    pub(crate) foreign: Option<ForeignObject>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) column_name: String,
    pub(crate) annotation: String,
    #[serde(default)]
    pub(crate) nullable: bool,
    #[serde(default)]
    pub(crate) unique: bool,
    #[serde(default)]
    pub(crate) index: bool,
    pub(crate) default: Option<Default>,
    pub(crate) db_default: Option<String>,
    pub(crate) foreign_key: Option<Target>,
    pub(crate) on_delete: Option<String>,
    pub(crate) on_update: Option<String>,
    pub(crate) db_type: Option<String>,
    pub(crate) auto: Option<Auto>,
    pub(crate) identity: Option<IdentityObject>,
    pub(crate) generated: Option<GeneratedObject>,
    pub(crate) collation: Option<Collation>,
    pub(crate) comment: Option<String>,
    #[serde(default = "yes")]
    pub(crate) db_constraint: bool,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Default {
    Literal {
        #[serde(rename = "type")]
        of: String,
        value: serde_json::Value,
    },
    Callable,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Target {
    Class(String),
    Table(TableObject),
}

#[derive(Debug, Deserialize)]
pub(crate) struct TableObject {
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Auto {
    Flag(bool),
    Serial(SerialObject),
}

/// The settings of a sequence, `None` where PostgreSQL's own is meant.
#[derive(Debug, Deserialize)]
pub(crate) struct Counting {
    pub(crate) start: Option<i64>,
    pub(crate) increment: Option<i64>,
    pub(crate) min_value: Option<i64>,
    pub(crate) max_value: Option<i64>,
    pub(crate) cache: Option<i64>,
    #[serde(default)]
    pub(crate) cycle: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SerialObject {
    pub(crate) data_type: Option<String>,
    #[serde(flatten)]
    pub(crate) counting: Counting,
}

#[derive(Debug, Deserialize)]
pub(crate) struct IdentityObject {
    pub(crate) mode: String,
    pub(crate) sequence_name: Option<String>,
    #[serde(flatten)]
    pub(crate) counting: Counting,
}

#[derive(Debug, Deserialize)]
pub(crate) struct GeneratedObject {
    pub(crate) expression: String,
    #[serde(rename = "virtual")]
    pub(crate) is_virtual: bool,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Collation {
    System(String),
    Other(String, String),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind")]
pub(crate) enum Constraint {
    PrimaryKey(KeyObject),
    Unique(KeyObject),
    ForeignKey(ForeignKeyObject),
    Check(CheckObject),
    Exclude(ExcludeObject),
}

#[derive(Debug, Deserialize)]
pub(crate) struct KeyObject {
    pub(crate) fields: Vec<String>,
    pub(crate) name: Option<String>,
    pub(crate) include: Vec<String>,
    #[serde(default)]
    pub(crate) options: Pairs<String>,
    pub(crate) tablespace: Option<String>,
    #[serde(default)]
    pub(crate) nulls_not_distinct: bool,
    pub(crate) deferrable: DeferrableWord,
    pub(crate) comment: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum DeferrableWord {
    #[allow(dead_code, reason = "the only value is false, and the variant says it")]
    Flag(bool),
    Word(Initially),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Initially {
    Deferred,
    Immediate,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ForeignKeyObject {
    pub(crate) fields: Vec<String>,
    pub(crate) to: Option<Target>,
    pub(crate) to_fields: Option<Vec<String>>,
    pub(crate) name: Option<String>,
    pub(crate) on_delete: Option<String>,
    pub(crate) on_update: Option<String>,
    #[serde(rename = "match")]
    pub(crate) match_type: String,
    pub(crate) set_columns: Vec<String>,
    pub(crate) deferrable: DeferrableWord,
    pub(crate) validated: bool,
    pub(crate) comment: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct CheckObject {
    pub(crate) expression: String,
    pub(crate) name: Option<String>,
    pub(crate) no_inherit: bool,
    pub(crate) validated: bool,
    pub(crate) comment: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ExcludeObject {
    pub(crate) definition: String,
    pub(crate) name: Option<String>,
    pub(crate) comment: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct IndexObject {
    pub(crate) keys: Vec<Key>,
    pub(crate) name: Option<String>,
    pub(crate) unique: bool,
    pub(crate) method: String,
    pub(crate) include: Vec<String>,
    #[serde(rename = "where")]
    pub(crate) predicate: Option<String>,
    pub(crate) nulls_not_distinct: bool,
    pub(crate) options: Pairs<String>,
    pub(crate) tablespace: Option<String>,
    pub(crate) valid: bool,
    pub(crate) comment: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Key {
    Field(String),
    Said(KeySaid),
}

#[derive(Debug, Deserialize)]
pub(crate) struct KeySaid {
    pub(crate) field: Option<String>,
    pub(crate) expression: Option<String>,
    pub(crate) descending: bool,
    pub(crate) nulls: Option<hyperdj_schema::NullsOrder>,
    pub(crate) operator_class: Option<String>,
    pub(crate) operator_class_options: Pairs<String>,
    pub(crate) collation: Option<Collation>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ViewObject {
    pub(crate) definition: String,
    pub(crate) materialized: bool,
    pub(crate) with_data: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct PartitionObject {
    pub(crate) of: Target,
    pub(crate) bound: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ForeignObject {
    pub(crate) name: String,
    pub(crate) options: Pairs<String>,
    pub(crate) column_options: Pairs<Pairs<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind")]
pub(crate) enum Type {
    #[serde(rename = "EnumType")]
    Enum {
        schema: String,
        name: String,
        labels: Vec<String>,
        comment: Option<String>,
    },
    #[serde(rename = "DomainType")]
    Domain {
        schema: String,
        name: String,
        base_type: String,
        nullable: bool,
        db_default: Option<String>,
        collation: Option<Collation>,
        checks: Vec<CheckObject>,
        comment: Option<String>,
    },
    #[serde(rename = "CompositeType")]
    Composite {
        schema: String,
        name: String,
        fields: Pairs<String>,
        comment: Option<String>,
    },
}

#[derive(Debug, Deserialize)]
pub(crate) struct SequenceObject {
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) data_type: String,
    #[serde(flatten)]
    pub(crate) counting: Counting,
    pub(crate) owned_by: Option<TableObject>,
    pub(crate) unlogged: bool,
    pub(crate) comment: Option<String>,
}

/// An object of JSON with its order kept.
#[derive(Debug)]
pub(crate) struct Pairs<V>(pub(crate) Vec<(String, V)>);

impl<V> std::default::Default for Pairs<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Pairs<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for InOrder<V> {
            type Value = Pairs<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

fn yes() -> bool {
    true
}
