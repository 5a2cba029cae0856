//! A finding as data, and the list of all that can be found.

use std::collections::BTreeMap;
use std::fmt;

use hyperdj_schema::QualifiedName;
use hyperdj_schema::sql::quote_identifier;
use serde::Serialize;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something fails, or will.
    High,
    /// It costs time or the rightness of data.
    Medium,
    /// Worth an hour some day.
    Low,
}

impl Severity {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:expr])* $variant:ident => $name:literal, $why:literal;)*) => {
        /// What was found. The names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum Code {
            $($(#[doc = $doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Code {
            /// Every code, in the order in which findings of one severity are told.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name that a user writes.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Why it matters, in a sentence.
            pub fn why(self) -> &'static str {
                match self { $(Self::$variant => $why,)* }
            }
        }
    };
}

codes! {
    /// A sequence is near the last value that it, or a column that it fills, can hold.
    SequenceNearEnd => "sequence-near-end",
        "When it is used up, every INSERT that takes a value from it fails.";
    /// An index that PostgreSQL does not use.
    InvalidIndex => "invalid-index",
        "A build that failed left it behind: every write pays for it, no query uses it, and a unique one proves nothing.";
    /// A foreign key column of a smaller integer type than the key.
    NarrowForeignKey => "narrow-foreign-key",
        "Once the key grows beyond the column's type, rows that refer to it can't be written.";
    /// A table with no primary key.
    NoPrimaryKey => "no-primary-key",
        "A row can't be named for sure, the same row may be there twice, and logical replication can't update it.";
    /// A foreign key whose columns lead no index.
    UnindexedForeignKey => "unindexed-foreign-key",
        "Each DELETE of a referenced row, and each UPDATE of its key, reads the whole referring table while it holds locks.";
    /// A constraint that was never proven for the rows that were there.
    NotValidConstraint => "not-valid-constraint",
        "Rows from before the constraint may break it, and the planner can't rely on it.";
    /// A table that autovacuum leaves alone.
    AutovacuumOff => "autovacuum-off",
        "Dead rows stay, statistics grow old, and only the forced run against transaction id wraparound ends it.";
    /// A table that holds rows and was never analysed.
    NeverAnalysed => "never-analysed",
        "The planner guesses how many rows a condition leaves, and chooses plans by that.";
    /// An index that another does the whole work of.
    DuplicateIndex => "duplicate-index",
        "Another index does the same: this one costs each write and its space for nothing.";
    /// An index whose columns another index begins with.
    RedundantIndex => "redundant-index",
        "Another index begins with its columns and serves its queries; it costs each write and its space.";
    /// Columns of `timestamp without time zone`.
    NaiveTimestamp => "naive-timestamp",
        "The column keeps no moment but a reading of some clock: which one, only the programs that write it know.";
    /// Columns of `money`.
    MoneyColumn => "money-column",
        "What a value of money means depends on the setting lc_monetary of whoever reads it.";
    /// A column of text in which the planner's statistics know numbers only.
    TextHoldsNumbers => "text-holds-numbers",
        "As text, 10 sorts before 9 and nothing refuses what is no number. Leave it if these are codes that nobody adds up.";
    /// A column of text in which the planner's statistics know dates only.
    TextHoldsDates => "text-holds-dates",
        "As text, nothing refuses the 30th of February, and no query can reckon with it.";
    /// An enum type that nothing uses.
    UnusedEnum => "unused-enum",
        "Nothing in the database refers to it; it only makes a reader think that something does.";
}

impl Code {
    /// The code of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Object {
    /// Its kind.
    pub kind: ObjectKind,
    /// The namespace, unquoted.
    pub schema: String,
    /// The table that it is a part of, or itself where it is a table; types and free sequences have none.
    pub table: Option<String>,
    /// Its own name, unquoted.
    pub name: String,
}

/// The kinds of [`Object`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ObjectKind {
    /// A table or materialized view.
    Table,
    /// A column.
    Column,
    /// A constraint.
    Constraint,
    /// An index.
    Index,
    /// A sequence.
    Sequence,
    /// A type.
    Type,
}

impl Object {
    /// A table.
    pub fn table(name: &QualifiedName) -> Self {
        Self::part(ObjectKind::Table, name, &name.name)
    }

    /// A part of a table.
    pub fn part(kind: ObjectKind, table: &QualifiedName, name: &str) -> Self {
        Self {
            kind,
            schema: table.schema.clone(),
            table: Some(table.name.clone()),
            name: name.to_owned(),
        }
    }

    /// What belongs to no table.
    pub fn free(kind: ObjectKind, name: &QualifiedName) -> Self {
        Self {
            kind,
            schema: name.schema.clone(),
            table: None,
            name: name.name.clone(),
        }
    }

    /// The table's name, where there is one.
    pub fn table_name(&self) -> Option<QualifiedName> {
        let table = self.table.as_ref()?;
        Some(QualifiedName::new(&self.schema, table))
    }
}

impl fmt::Display for Object {
    /// As SQL would name it: a table's part behind the table's name, what has a name of its own by that.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = QualifiedName::new(&self.schema, &self.name);
        match (self.kind, self.table_name()) {
            (ObjectKind::Column | ObjectKind::Constraint, Some(table)) => {
                write!(f, "{table}.{}", quote_identifier(&self.name))
            }
            _ => write!(f, "{own}"),
        }
    }
}

/// A piece of evidence that a program can reckon with.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figure {
    /// A number: rows, bytes, per cent.
    Number(i64),
    /// Per cent, with a tenth.
    Share(f64),
    /// A word or name.
    Text(String),
    /// Names.
    List(Vec<String>),
}

/// One risk.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// How grave it is here.
    pub severity: Severity,
    /// What it is about.
    pub object: Object,
    /// What was seen, with figures: a sentence.
    pub evidence: String,
    /// The same figures for programs.
    pub figures: BTreeMap<&'static str, Figure>,
    /// Why it matters: [`Code::why`].
    pub why: &'static str,
    /// The statements that mend it, each to be run by itself, in one session, with no transaction around them.
    pub sql: Vec<String>,
    /// What is to be known before they are run: a sentence or two.
    pub caution: Option<String>,
    /// What the server refuses the statements for until it is gone: `view public.totals`.
    pub blocked_by: Vec<String>,
}

impl Finding {
    pub(crate) fn new(
        code: Code,
        severity: Severity,
        object: Object,
        evidence: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity,
            object,
            evidence: evidence.into(),
            figures: BTreeMap::new(),
            why: code.why(),
            sql: Vec::new(),
            caution: None,
            blocked_by: Vec::new(),
        }
    }

    pub(crate) fn number(mut self, name: &'static str, value: u64) -> Self {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        self.figures.insert(name, Figure::Number(value));
        self
    }

    pub(crate) fn figure(mut self, name: &'static str, figure: Figure) -> Self {
        self.figures.insert(name, figure);
        self
    }

    pub(crate) fn mend(mut self, sql: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.sql.extend(sql.into_iter().map(Into::into));
        self
    }

    pub(crate) fn caution(mut self, text: impl Into<String>) -> Self {
        self.caution = Some(text.into());
        self
    }
}
