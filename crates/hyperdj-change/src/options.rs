//! What a comparison looks at, and what a person has said of it beforehand.

use std::collections::{BTreeMap, BTreeSet};

use hyperdj_schema::QualifiedName;

/// Which objects of a kind are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope<T: Ord> {
    /// All of both schemas: what only the left one has is dropped.
    All,
    /// Those named; the others are nobody's to change.
    Only(BTreeSet<T>),
}

impl<T: Ord> Scope<T> {
    /// Nothing at all.
    pub fn none() -> Self {
        Self::Only(BTreeSet::new())
    }

    /// Whether an object is looked at.
    pub fn has(&self, name: &T) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(name),
        }
    }
}

/// A new name that a person gave; names are never guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rename {
    /// Of a table or view.
    Relation {
        /// The name on the left side.
        from: QualifiedName,
        /// The name on the right side.
        to: QualifiedName,
    },
    /// Of a column.
    Column {
        /// The table under its name on the right side.
        relation: QualifiedName,
        /// The name on the left side.
        from: String,
        /// The name on the right side.
        to: String,
    },
}

/// How to compare two schemas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Tables and views, by the names of both sides.
    pub relations: Scope<QualifiedName>,
    /// Enums, domains and composite types.
    pub types: Scope<QualifiedName>,
    /// Sequences that stand by themselves.
    pub sequences: Scope<QualifiedName>,
    /// Namespaces that are created, dropped and commented on for their own sake. One that something new needs is always
    /// created.
    pub namespaces: Scope<String>,
    /// New names.
    pub renames: Vec<Rename>,
    /// Expressions for `USING`, by table and column of the right side, where a type changes.
    pub using: BTreeMap<(QualifiedName, String), String>,
}

impl Default for Options {
    /// All is compared, nothing renamed.
    fn default() -> Self {
        Self {
            relations: Scope::All,
            types: Scope::All,
            sequences: Scope::All,
            namespaces: Scope::All,
            renames: Vec::new(),
            using: BTreeMap::new(),
        }
    }
}

impl Options {
    /// The options for the way back: names go the other way, expressions for `USING` have none.
    pub(crate) fn reversed(&self) -> Self {
        let relation_back = |name: &QualifiedName| {
            self.renames
                .iter()
                .find_map(|rename| match rename {
                    Rename::Relation { from, to } if to == name => Some(from.clone()),
                    _ => None,
                })
                .unwrap_or_else(|| name.clone())
        };
        let renames = self
            .renames
            .iter()
            .map(|rename| match rename {
                Rename::Relation { from, to } => Rename::Relation {
                    from: to.clone(),
                    to: from.clone(),
                },
                Rename::Column { relation, from, to } => Rename::Column {
                    relation: relation_back(relation),
                    from: to.clone(),
                    to: from.clone(),
                },
            })
            .collect();
        Self {
            renames,
            using: BTreeMap::new(),
            ..self.clone()
        }
    }
}
