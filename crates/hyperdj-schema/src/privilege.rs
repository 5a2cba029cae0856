//! Owners and privileges: who may do what, as far as it is not what every new object has.

use serde::{Deserialize, Serialize};

use crate::QualifiedName;

/// Whose an object is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Owner {
    /// The object as `ALTER … OWNER TO` names it: `TABLE public.users`.
    pub object: String,
    /// The role.
    pub owner: String,
}

/// Privileges on an object that were granted, or taken away from what a new one has (`aclexplode`, `acldefault`).
///
/// PostgreSQL documentation: 5.8 Privileges. Who granted them is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Grant {
    /// The object as `GRANT … ON` names it: `TABLE public.users`, `SCHEMA app`.
    pub object: String,
    /// The relation, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<QualifiedName>,
    /// The columns, where only some of a relation are meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Who has them.
    pub grantee: Grantee,
    /// `SELECT`, `INSERT`, …, in order.
    pub privileges: Vec<String>,
    /// `WITH GRANT OPTION`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub grantable: bool,
    /// Whether a new object has them and this one has not: `REVOKE`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
}

/// Who has a privilege.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Grantee {
    /// Everyone: `PUBLIC`.
    Public,
    /// Whoever owns the object.
    Owner,
    /// A role, by its name, unquoted.
    Role(String),
}

/// Privileges that objects get when a role makes them (`pg_default_acl`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct DefaultPrivilege {
    /// The role that makes them.
    pub role: String,
    /// The namespace that they are made in; none for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// `TABLES`, `SEQUENCES`, `FUNCTIONS`, `TYPES` or `SCHEMAS`.
    pub objects: String,
    /// Who gets them.
    pub grantee: Grantee,
    /// `SELECT`, `INSERT`, …, in order.
    pub privileges: Vec<String>,
    /// `WITH GRANT OPTION`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub grantable: bool,
    /// Whether they are taken away: `REVOKE`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
}
