//! A change from one schema to another, as data.

mod parts;

pub use parts::{Commented, Constraint, OldType, TypeDefinition, TypeUse};

use hyperdj_schema::{
    Check, Column, Deferrable, IdentityKind, Index, Namespace, QualifiedName, Relation,
    RelationKind, Sequence, SequenceOptions,
};

/// One change. What each makes of a database is a matter of [`plan`](crate::plan()).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A namespace that something new is in.
    CreateNamespace(Namespace),
    /// A namespace that is left over.
    DropNamespace {
        /// The name.
        name: String,
    },

    /// A type that is new.
    CreateType(Box<TypeDefinition>),
    /// A type that goes.
    DropType(Box<TypeDefinition>),
    /// A label that an enum gets.
    AddEnumValue {
        /// The enum.
        name: QualifiedName,
        /// The new label.
        value: String,
        /// The label that it stands in front of; the last has none.
        before: Option<String>,
        /// Whether the rest of the changes uses the label: PostgreSQL then wants it committed first.
        used: bool,
    },
    /// Types that can't be altered into what they should be, and those that are made of them: they step aside under
    /// another name, are made anew, and the columns are moved over.
    RebuildTypes {
        /// The types as they are.
        from: Vec<OldType>,
        /// The types as they should be, with new ones that they need, in the order of their needs.
        to: Vec<TypeDefinition>,
        /// Columns of the types.
        uses: Vec<TypeUse>,
    },
    /// A domain's default.
    SetDomainDefault {
        /// The domain.
        domain: QualifiedName,
        /// The default; `None` takes it away.
        default: Option<String>,
    },
    /// Whether a domain takes NULL.
    SetDomainNotNull {
        /// The domain.
        domain: QualifiedName,
        /// False takes NOT NULL away.
        not_null: bool,
    },
    /// A check that a domain gets.
    AddDomainCheck {
        /// The domain.
        domain: QualifiedName,
        /// The check.
        check: Check,
    },
    /// A check of a domain that goes.
    DropDomainCheck {
        /// The domain.
        domain: QualifiedName,
        /// The check's name.
        name: String,
    },
    /// A check of a domain that is to hold for the values that are there too.
    ValidateDomainCheck {
        /// The domain.
        domain: QualifiedName,
        /// The check's name.
        name: String,
    },
    /// An attribute that a composite type gets.
    AddAttribute {
        /// The composite type.
        composite: QualifiedName,
        /// The attribute's name.
        name: String,
        /// Its type.
        data_type: String,
    },
    /// An attribute of a composite type that goes.
    DropAttribute {
        /// The composite type.
        composite: QualifiedName,
        /// The attribute's name.
        name: String,
    },
    /// An attribute's other type.
    AlterAttributeType {
        /// The composite type.
        composite: QualifiedName,
        /// The attribute's name.
        name: String,
        /// The type that it gets.
        data_type: String,
    },

    /// A sequence that is new; who owns it is said by [`Change::OwnSequence`].
    CreateSequence(Box<Sequence>),
    /// A sequence that goes.
    DropSequence {
        /// The name.
        name: QualifiedName,
    },
    /// A sequence's options and type.
    AlterSequence {
        /// The name.
        name: QualifiedName,
        /// The type that it counts in.
        data_type: String,
        /// Whether the type changes: that of an identity column's follows the column.
        retype: bool,
        /// What differs from the defaults of the type.
        options: SequenceOptions,
    },
    /// A sequence's other name.
    RenameSequence {
        /// The name as it is.
        from: QualifiedName,
        /// The name as it should be, in the same namespace.
        to: QualifiedName,
    },
    /// The column that a sequence goes with.
    OwnSequence {
        /// The sequence.
        name: QualifiedName,
        /// Table and column; `None` for no one.
        owner: Option<(QualifiedName, String)>,
    },
    /// Whether a sequence is unlogged.
    SetSequenceUnlogged {
        /// The sequence.
        name: QualifiedName,
        /// True for UNLOGGED.
        unlogged: bool,
    },
    /// The next value of a column's new sequence is put behind the values that are there.
    SynchronizeSequence {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: String,
        /// The sequence.
        sequence: QualifiedName,
    },

    /// A table that is new, with all but its foreign keys and its place under a partitioned table.
    CreateTable {
        /// The table.
        table: Box<Relation>,
        /// What it is a partition or child of, as that will be.
        parents: Vec<Relation>,
    },
    /// A table that goes.
    DropTable {
        /// The name.
        name: QualifiedName,
        /// An ordinary, partitioned or foreign table.
        kind: RelationKind,
    },
    /// A table's or view's other name.
    RenameTable {
        /// The name as it is.
        from: QualifiedName,
        /// The name as it should be, in this or another namespace.
        to: QualifiedName,
        /// What it is.
        kind: RelationKind,
    },
    /// A view or materialized view that is new, with its indexes.
    CreateView(Box<Relation>),
    /// A view that goes, or makes place for what it reads to change.
    DropView {
        /// The name.
        name: QualifiedName,
        /// A view or materialized view.
        kind: RelationKind,
    },
    /// A view's other query over the same columns, or more of them.
    ReplaceView(Box<Relation>),
    /// Storage parameters and options of views.
    SetOptions {
        /// The relation.
        relation: QualifiedName,
        /// What it is.
        kind: RelationKind,
        /// Parameters to set.
        set: Vec<(String, String)>,
        /// Parameters to take away.
        reset: Vec<String>,
    },
    /// The tablespace.
    SetTablespace {
        /// The relation.
        relation: QualifiedName,
        /// What it is.
        kind: RelationKind,
        /// `None` for the database's own.
        tablespace: Option<String>,
    },
    /// Whether a table is unlogged.
    SetUnlogged {
        /// The table.
        table: QualifiedName,
        /// True for UNLOGGED.
        unlogged: bool,
    },
    /// A table that becomes a partition.
    AttachPartition {
        /// The partitioned table.
        parent: QualifiedName,
        /// The partition.
        partition: QualifiedName,
        /// Its bound.
        bound: String,
    },
    /// A partition that becomes a table by itself.
    DetachPartition {
        /// The partitioned table.
        parent: QualifiedName,
        /// The partition.
        partition: QualifiedName,
    },
    /// A table that becomes a child.
    Inherit {
        /// The child.
        child: QualifiedName,
        /// The parent.
        parent: QualifiedName,
    },
    /// A child that stands by itself from now on.
    NoInherit {
        /// The child.
        child: QualifiedName,
        /// The parent.
        parent: QualifiedName,
    },
    /// Options of a foreign table, or of one of its columns.
    SetForeignOptions {
        /// The foreign table.
        table: QualifiedName,
        /// The column; `None` for the table's own.
        column: Option<String>,
        /// The options as they are.
        from: Vec<(String, String)>,
        /// The options as they should be.
        to: Vec<(String, String)>,
    },

    /// A column that is new.
    AddColumn {
        /// The table.
        table: QualifiedName,
        /// Whether the table is unlogged.
        unlogged: bool,
        /// The column.
        column: Box<Column>,
        /// Whether its type is a domain that refuses some values.
        constrained_domain: bool,
    },
    /// A column that goes.
    DropColumn {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: String,
        /// Whether it can be computed again: no data goes with it.
        generated: bool,
    },
    /// A column's other name.
    RenameColumn {
        /// The table, under its new name.
        table: QualifiedName,
        /// The name as it is.
        from: String,
        /// The name as it should be.
        to: String,
    },
    /// A column's other type or collation.
    AlterColumnType {
        /// The table.
        table: QualifiedName,
        /// The column as it is.
        from: Box<Column>,
        /// The column as it should be.
        to: Box<Column>,
        /// `USING`, where PostgreSQL would not find a way by itself.
        using: Option<String>,
    },
    /// A column's default.
    SetDefault {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: String,
        /// The expression.
        expression: String,
    },
    /// No default any more.
    DropDefault {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: String,
    },
    /// A column that takes no NULL any more.
    SetNotNull {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: String,
        /// Whether the table has partitions or children.
        parent: bool,
    },
    /// A column that takes NULL.
    DropNotNull {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: String,
    },
    /// A column that becomes an identity column.
    AddIdentity {
        /// The table.
        table: QualifiedName,
        /// The column as it should be.
        column: Box<Column>,
    },
    /// Who may give an identity column a value.
    SetIdentity {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: String,
        /// ALWAYS or BY DEFAULT.
        kind: IdentityKind,
    },
    /// An identity column that becomes an ordinary one.
    DropIdentity {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: String,
    },
    /// A stored generated column that keeps its values and becomes an ordinary one (PostgreSQL 13).
    DropExpression {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: String,
    },

    /// A constraint that a table gets.
    AddConstraint {
        /// The table.
        table: QualifiedName,
        /// What the table is.
        kind: RelationKind,
        /// The constraint.
        constraint: Box<Constraint>,
    },
    /// A constraint that goes.
    DropConstraint {
        /// The table.
        table: QualifiedName,
        /// The constraint.
        constraint: Box<Constraint>,
    },
    /// A constraint's other name.
    RenameConstraint {
        /// The table.
        table: QualifiedName,
        /// The name as it is.
        from: String,
        /// The name as it should be.
        to: String,
    },
    /// A constraint that is to hold for the rows that are there too.
    ValidateConstraint {
        /// The table.
        table: QualifiedName,
        /// The name.
        name: String,
    },
    /// When a foreign key is checked.
    SetDeferrable {
        /// The table.
        table: QualifiedName,
        /// The foreign key.
        name: String,
        /// When.
        deferrable: Deferrable,
    },

    /// An index that a table or materialized view gets.
    CreateIndex {
        /// The relation.
        relation: QualifiedName,
        /// What the relation is.
        kind: RelationKind,
        /// The index.
        index: Box<Index>,
        /// Whether each partition's own index was made before, so that the parent's only takes them over.
        prepared: bool,
    },
    /// An index that goes.
    DropIndex {
        /// The relation.
        relation: QualifiedName,
        /// What the relation is.
        kind: RelationKind,
        /// The index's name; it is in the relation's namespace.
        name: String,
    },
    /// An index's other name.
    RenameIndex {
        /// The name as it is.
        from: QualifiedName,
        /// The name as it should be.
        to: String,
    },
    /// Storage parameters of an index, a constraint's too.
    SetIndexOptions {
        /// The index.
        name: QualifiedName,
        /// Parameters to set.
        set: Vec<(String, String)>,
        /// Parameters to take away.
        reset: Vec<String>,
    },
    /// The tablespace of an index, a constraint's too.
    SetIndexTablespace {
        /// The relation.
        relation: QualifiedName,
        /// The index.
        name: QualifiedName,
        /// `None` for the database's own.
        tablespace: Option<String>,
    },

    /// A comment.
    Comment {
        /// On what.
        on: Commented,
        /// The text; `None` takes it away.
        text: Option<String>,
    },
}
