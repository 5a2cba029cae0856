//! What is kept as the SQL that makes it: functions, triggers, policies and all else that has no form of its own here.

use serde::{Deserialize, Serialize};

use crate::QualifiedName;

/// An object that is kept as statements, as PostgreSQL's own deparser prints them where it has one for the kind.
///
/// Objects that an extension made are the extension's and are not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Definition {
    /// The kind in PostgreSQL's words, singular: `function`, `trigger`, `policy`.
    pub kind: String,
    /// The object as `COMMENT ON` names it: `FUNCTION public.touch()`, `TRIGGER touch ON public.accounts`.
    pub object: String,
    /// The namespace that it is in, or its table is in; none for what stands in no namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The relation that it belongs to: of triggers, policies, rules and extended statistics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<QualifiedName>,
    /// The statements that make it, in order, without semicolons. A type that its own functions name has `CREATE TYPE`
    /// with nothing but the name first.
    pub statements: Vec<String>,
    /// The roles that the statements name. They are the server's, and may be missing elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// What was left out of the statements, in words: options that hold passwords.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<String>,
    /// `COMMENT ON`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// What an object needs, and so must come behind (`pg_depend`). Foreign keys and indexes that no constraint owns are not
/// looked at: they come when all else is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Dependency {
    /// The object: a [`Definition::object`], or the kind and name of a type or relation, as `TABLE public.users`.
    pub object: String,
    /// What it needs, in the same form, in order.
    pub needs: Vec<String>,
    /// Whether it needs something of a namespace that was not read, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
}

/// A comment on what has no place of its own for one: an attribute of a composite type, the sequence of an identity
/// column, an extension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Comment {
    /// The object as `COMMENT ON` names it: `COLUMN public.address.street`.
    pub object: String,
    /// The text.
    pub comment: String,
}

/// A security label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct SecurityLabel {
    /// The object as `SECURITY LABEL ON` names it: `TABLE public.users`.
    pub object: String,
    /// Whose label it is.
    pub provider: String,
    /// The text.
    pub label: String,
}
