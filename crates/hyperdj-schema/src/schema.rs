//! The whole: what a source read of a database.

use serde::{Deserialize, Serialize};

use crate::{
    Comment, Composite, DefaultPrivilege, Definition, Dependency, Domain, Enum, Extension, Grant,
    Namespace, Owner, QualifiedName, Relation, SecurityLabel, Sequence, Unmodelled,
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
    /// What models can't say, counted and named. All of it is in the lists below too, and in the settings of relations and
    /// columns, where these were asked for.
    pub unmodelled: Vec<Unmodelled>,
    /// What is kept as the SQL that makes it: functions, triggers, policies, …. Read on demand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub definitions: Vec<Definition>,
    /// What must come behind what. Read with the definitions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// Comments on what has no place of its own for one. Read with the definitions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<Comment>,
    /// Whose the objects are. Read with the definitions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Owner>,
    /// Privileges that differ from what every new object has. Read with the definitions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<Grant>,
    /// Privileges that new objects get. Read with the definitions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_privileges: Vec<DefaultPrivilege>,
    /// Security labels. Read with the definitions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_labels: Vec<SecurityLabel>,
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
