//! The whole: what a source read of a database.

use serde::{Deserialize, Serialize};

use crate::{
    Composite, Domain, Enum, Extension, Namespace, QualifiedName, Relation, Sequence, Unmodelled,
};

/// A description of a database, or of a part of it. All lists are in name order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Schema {
    /// The namespaces that were read.
    pub namespaces: Vec<Namespace>,
    /// Extensions of the database.
    pub extensions: Vec<Extension>,
    /// Enum types.
    pub enums: Vec<Enum>,
    /// Domains.
    pub domains: Vec<Domain>,
    /// Composite types that stand alone.
    pub composites: Vec<Composite>,
    /// Sequences that no serial or identity column says.
    pub sequences: Vec<Sequence>,
    /// Tables, views and their like.
    pub relations: Vec<Relation>,
    /// What models can't say.
    pub unmodelled: Vec<Unmodelled>,
}

impl Schema {
    /// The relation of a name. Relations are kept in name order.
    pub fn relation(&self, name: &QualifiedName) -> Option<&Relation> {
        self.relations
            .binary_search_by(|relation| relation.name.cmp(name))
            .ok()
            .map(|position| &self.relations[position])
    }
}
