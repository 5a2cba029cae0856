//! Constraints of tables, as they stand in `CREATE TABLE` and behind `ADD`.
//!
//! PostgreSQL documentation: CREATE TABLE, ALTER TABLE.

use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{
    Check, Deferrable, Exclusion, ForeignKey, MatchType, PrimaryKey, QualifiedName,
    ReferentialAction, Relation, Unique,
};

use crate::Statement;
use crate::parameters::{name_list, with_clause};

/// A constraint of any kind, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint<'a> {
    /// A primary key.
    PrimaryKey(&'a PrimaryKey),
    /// A unique constraint.
    Unique(&'a Unique),
    /// A foreign key.
    ForeignKey(&'a ForeignKey),
    /// A check.
    Check(&'a Check),
    /// An exclusion constraint.
    Exclusion(&'a Exclusion),
}

impl<'a> Constraint<'a> {
    /// The name.
    pub fn name(self) -> &'a str {
        match self {
            Self::PrimaryKey(constraint) => &constraint.name,
            Self::Unique(constraint) => &constraint.name,
            Self::ForeignKey(constraint) => &constraint.name,
            Self::Check(constraint) => &constraint.name,
            Self::Exclusion(constraint) => &constraint.name,
        }
    }

    /// `COMMENT ON CONSTRAINT`.
    pub fn comment(self) -> Option<&'a str> {
        match self {
            Self::PrimaryKey(constraint) => constraint.comment.as_deref(),
            Self::Unique(constraint) => constraint.comment.as_deref(),
            Self::ForeignKey(constraint) => constraint.comment.as_deref(),
            Self::Check(constraint) => constraint.comment.as_deref(),
            Self::Exclusion(constraint) => constraint.comment.as_deref(),
        }
    }

    /// Whether it is a parent's to say.
    pub fn inherited(self) -> bool {
        match self {
            Self::PrimaryKey(constraint) => constraint.inherited,
            Self::Unique(constraint) => constraint.inherited,
            Self::ForeignKey(constraint) => constraint.inherited,
            Self::Check(constraint) => constraint.inherited,
            Self::Exclusion(constraint) => constraint.inherited,
        }
    }

    /// `CONSTRAINT name UNIQUE (…)`, with `NOT VALID` where it is not validated.
    pub fn definition(self) -> String {
        self.written(false)
    }

    /// As [`definition`](Self::definition), with what the settings of its relation say of it.
    pub fn definition_in(self, relation: &Relation) -> String {
        let is_among = |names: &[String]| names.iter().any(|name| name == self.name());
        let text = self.written(is_among(&relation.settings.temporal));
        if is_among(&relation.settings.not_enforced) {
            let text = text.strip_suffix(" NOT VALID").unwrap_or(&text);
            format!("{text} NOT ENFORCED")
        } else {
            text
        }
    }

    fn written(self, is_temporal: bool) -> String {
        let overlaps = if is_temporal { " WITHOUT OVERLAPS" } else { "" };
        let body = match self {
            Self::PrimaryKey(key) => format!(
                "PRIMARY KEY ({}{overlaps}){}{}{}{}",
                name_list(&key.columns),
                include(&key.include),
                with_clause(&key.options),
                index_tablespace(key.tablespace.as_deref()),
                deferrable(key.deferrable)
            ),
            Self::Unique(unique) => format!(
                "UNIQUE{} ({}{overlaps}){}{}{}{}",
                if unique.nulls_not_distinct {
                    " NULLS NOT DISTINCT"
                } else {
                    ""
                },
                name_list(&unique.columns),
                include(&unique.include),
                with_clause(&unique.options),
                index_tablespace(unique.tablespace.as_deref()),
                deferrable(unique.deferrable)
            ),
            Self::ForeignKey(key) => foreign_key(key, is_temporal),
            Self::Check(check) => format!(
                "CHECK ({}){}{}",
                check.expression,
                if check.no_inherit { " NO INHERIT" } else { "" },
                not_valid(check.validated)
            ),
            Self::Exclusion(exclusion) => exclusion.definition.clone(),
        };
        format!("CONSTRAINT {} {body}", quote_identifier(self.name()))
    }
}

fn foreign_key(key: &ForeignKey, is_temporal: bool) -> String {
    let list = |columns: &[String]| match columns.split_last() {
        Some((period, columns)) if is_temporal => format!(
            "{}, PERIOD {}",
            name_list(columns),
            quote_identifier(period)
        ),
        _ => name_list(columns),
    };
    let mut text = format!(
        "FOREIGN KEY ({}) REFERENCES {} ({})",
        list(&key.columns),
        key.target,
        list(&key.target_columns)
    );
    if key.match_type == MatchType::Full {
        text.push_str(" MATCH FULL");
    }
    if key.on_update != ReferentialAction::NoAction {
        text.push_str(&format!(" ON UPDATE {}", key.on_update.as_sql()));
    }
    if key.on_delete != ReferentialAction::NoAction {
        text.push_str(&format!(" ON DELETE {}", key.on_delete.as_sql()));
        if !key.on_delete_columns.is_empty() {
            text.push_str(&format!(" ({})", name_list(&key.on_delete_columns)));
        }
    }
    text.push_str(deferrable(key.deferrable));
    text.push_str(not_valid(key.validated));
    text
}

fn include(columns: &[String]) -> String {
    if columns.is_empty() {
        String::new()
    } else {
        format!(" INCLUDE ({})", name_list(columns))
    }
}

fn index_tablespace(tablespace: Option<&str>) -> String {
    tablespace.map_or_else(String::new, |name| {
        format!(" USING INDEX TABLESPACE {}", quote_identifier(name))
    })
}

/// The words behind a constraint that say when it is checked.
pub fn deferrable(deferrable: Deferrable) -> &'static str {
    match deferrable {
        Deferrable::No => "",
        Deferrable::Immediate => " DEFERRABLE",
        Deferrable::Deferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}

fn not_valid(validated: bool) -> &'static str {
    if validated { "" } else { " NOT VALID" }
}

/// `ALTER TABLE … ADD CONSTRAINT`.
pub fn add(relation: &QualifiedName, constraint: Constraint<'_>) -> Statement {
    Statement::new(format!(
        "ALTER TABLE {relation} ADD {}",
        constraint.definition()
    ))
}

/// As [`add`], with what the relation's settings say of the constraint.
pub fn add_to(relation: &Relation, constraint: Constraint<'_>) -> Statement {
    Statement::new(format!(
        "ALTER TABLE {} ADD {}",
        relation.name,
        constraint.definition_in(relation)
    ))
}

/// `ALTER TABLE … DROP CONSTRAINT`.
pub fn drop(relation: &QualifiedName, name: &str) -> Statement {
    Statement::new(format!(
        "ALTER TABLE {relation} DROP CONSTRAINT {}",
        quote_identifier(name)
    ))
}

/// `ALTER TABLE … VALIDATE CONSTRAINT`: reads the rows and stops no one from writing them.
pub fn validate(relation: &QualifiedName, name: &str) -> Statement {
    Statement::new(format!(
        "ALTER TABLE {relation} VALIDATE CONSTRAINT {}",
        quote_identifier(name)
    ))
}
