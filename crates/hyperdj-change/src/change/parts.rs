//! What changes are about: types, their uses, constraints, and what has a comment.

use hyperdj_schema::{
    Check, Composite, Domain, Enum, Exclusion, ForeignKey, PrimaryKey, QualifiedName, RelationKind,
    Unique,
};

/// A type that stands alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeDefinition {
    /// An enum.
    Enum(Enum),
    /// A domain.
    Domain(Domain),
    /// A composite type.
    Composite(Composite),
}

impl TypeDefinition {
    /// The name.
    pub fn name(&self) -> &QualifiedName {
        match self {
            Self::Enum(definition) => &definition.name,
            Self::Domain(definition) => &definition.name,
            Self::Composite(definition) => &definition.name,
        }
    }

    /// The same type under another name.
    pub(crate) fn named(mut self, name: QualifiedName) -> Self {
        match &mut self {
            Self::Enum(definition) => definition.name = name,
            Self::Domain(definition) => definition.name = name,
            Self::Composite(definition) => definition.name = name,
        }
        self
    }
}

/// A type that is made anew, as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldType {
    /// The type.
    pub definition: TypeDefinition,
    /// The name under which it waits for its end.
    pub aside: QualifiedName,
}

/// A column whose type is made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeUse {
    /// The table.
    pub table: QualifiedName,
    /// The column.
    pub column: String,
    /// The column's type: the type itself, or an array of it.
    pub data_type: String,
}

/// A constraint of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// A primary key.
    PrimaryKey(PrimaryKey),
    /// A unique constraint.
    Unique(Unique),
    /// A foreign key.
    ForeignKey(ForeignKey),
    /// A check.
    Check(Check),
    /// An exclusion constraint.
    Exclusion(Exclusion),
}

impl Constraint {
    /// The constraint as DDL takes it.
    pub fn borrowed(&self) -> hyperdj_ddl::constraint::Constraint<'_> {
        use hyperdj_ddl::constraint::Constraint as Borrowed;
        match self {
            Self::PrimaryKey(constraint) => Borrowed::PrimaryKey(constraint),
            Self::Unique(constraint) => Borrowed::Unique(constraint),
            Self::ForeignKey(constraint) => Borrowed::ForeignKey(constraint),
            Self::Check(constraint) => Borrowed::Check(constraint),
            Self::Exclusion(constraint) => Borrowed::Exclusion(constraint),
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        self.borrowed().name()
    }

    /// Whether it is a foreign key.
    pub fn is_foreign_key(&self) -> bool {
        matches!(self, Self::ForeignKey(_))
    }
}

/// What a comment is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commented {
    /// A namespace.
    Namespace(String),
    /// A relation.
    Relation(QualifiedName, RelationKind),
    /// A column.
    Column(QualifiedName, String),
    /// A constraint of a table.
    Constraint(QualifiedName, String),
    /// A constraint of a domain.
    DomainConstraint(QualifiedName, String),
    /// An index.
    Index(QualifiedName),
    /// An enum or composite type.
    Type(QualifiedName),
    /// A domain.
    Domain(QualifiedName),
    /// A sequence.
    Sequence(QualifiedName),
}
