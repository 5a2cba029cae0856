//! A relation that may be there, and how sure that is.

use std::fmt;

use hyperdj_schema::QualifiedName;
use hyperdj_schema::sql::quote_identifier;

/// How many rows a question reads of the referring table at most, and how many different values it looks for.
const MOST_ROWS: u32 = 2000;
const MOST_VALUES: u32 = 200;

/// How sure a candidate is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// As likely wrong as right.
    Low,
    /// More likely right.
    Medium,
    /// Hardly ever wrong.
    High,
}

impl Confidence {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Why a candidate is one, or why not for sure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The column is called after the table: `customer_id`, `customers`.
    NamedAfterTable,
    /// The column has the name of the table's key, which no other table's key has: `film_id`.
    NamedAsKey,
    /// The column's name ends with the table's: `billing_address_id`.
    NameEndsWithTable,
    /// The table's name ends with the column's: `group_id` for `customer_groups`.
    TableEndsWithName,
    /// The column's name goes on from its own table's: `feature_id` in `shop_items` for `shop_features`.
    SharesPrefix,
    /// The word says that a row stands over its like: `parent_id`.
    Parent,
    /// The word says that someone did it: `created_by`, `owner_id`, and there is a table of users.
    Person,
    /// The types are the same.
    SameType,
    /// The types are of one kind and not the same: `integer` and `bigint`.
    OtherWidth,
    /// An index begins with the column.
    Indexed,
    /// Another table would do nearly as well.
    Ambiguous(QualifiedName),
    /// All of the values that were looked for are there.
    Sampled(Sample),
    /// Some of the values that were looked for are not there.
    Missing(Sample),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NamedAfterTable => f.write_str("named after the table"),
            Self::NamedAsKey => f.write_str("named as its key"),
            Self::NameEndsWithTable => f.write_str("the name ends with the table's"),
            Self::TableEndsWithName => f.write_str("the table's name ends so"),
            Self::SharesPrefix => f.write_str("named after the table, which begins as its own"),
            Self::Parent => f.write_str("a word for what stands over a row"),
            Self::Person => f.write_str("a word for who did it"),
            Self::SameType => f.write_str("same type"),
            Self::OtherWidth => f.write_str("type of another width"),
            Self::Indexed => f.write_str("indexed"),
            Self::Ambiguous(other) => write!(f, "{other} would do as well"),
            Self::Sampled(sample) => write!(f, "all {} sampled values are there", sample.values),
            Self::Missing(sample) => write!(
                f,
                "{} of {} sampled values are not there",
                sample.values - sample.found,
                sample.values
            ),
        }
    }
}

/// What a look at the data found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// How many different values were looked for.
    pub values: u64,
    /// How many of them the referenced column has.
    pub found: u64,
}

/// A column that may refer to a table's key.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The referring table.
    pub table: QualifiedName,
    /// The referring column.
    pub column: String,
    /// The table that it may refer to.
    pub target: QualifiedName,
    /// A column that is a key of that by itself.
    pub target_column: String,
    /// How sure it is, from 0 to 1: for ordering, no probability.
    pub score: f64,
    /// Why.
    pub reasons: Vec<Reason>,
}

impl Candidate {
    /// How sure it is, in a word.
    pub fn confidence(&self) -> Confidence {
        match self.score {
            score if score >= 0.8 => Confidence::High,
            score if score >= 0.6 => Confidence::Medium,
            _ => Confidence::Low,
        }
    }

    /// Why, in words.
    pub fn evidence(&self) -> String {
        let reasons: Vec<String> = self.reasons.iter().map(ToString::to_string).collect();
        reasons.join(", ")
    }

    /// A query whose one row says how many different values of the first rows there are, and how many of them the
    /// referenced column has. It reads a bounded number of rows; the referenced column has an index.
    pub fn question(&self) -> String {
        let (column, key) = (
            quote_identifier(&self.column),
            quote_identifier(&self.target_column),
        );
        format!(
            "SELECT count(*), count(target.{key})\n\
             FROM (SELECT DISTINCT value\n      \
             FROM (SELECT {column} AS value FROM {} WHERE {column} IS NOT NULL LIMIT {MOST_ROWS}) first_rows\n      \
             LIMIT {MOST_VALUES}) sampled\n\
             LEFT JOIN {} target ON target.{key} = sampled.value",
            self.table, self.target
        )
    }

    /// Takes the answer into account.
    pub fn weigh(&mut self, sample: Sample) {
        if sample.values == 0 {
            return;
        }
        if sample.found == sample.values {
            // A few small numbers are in every key.
            if sample.values >= 5 {
                self.score = (self.score + 0.1).min(0.99);
            }
            self.reasons.push(Reason::Sampled(sample));
        } else {
            // Rows of long ago may be gone; a column of something else finds little.
            let share = sample.found as f64 / sample.values as f64;
            self.score = match share {
                share if share >= 0.9 => self.score - 0.1,
                share if share >= 0.5 => self.score.min(0.55),
                _ => self.score.min(0.3),
            };
            self.reasons.push(Reason::Missing(sample));
        }
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{} → {}.{}",
            self.table,
            quote_identifier(&self.column),
            self.target,
            quote_identifier(&self.target_column)
        )
    }
}
