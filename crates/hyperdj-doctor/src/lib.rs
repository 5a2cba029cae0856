//! Finds the risks of a legacy database: a [`Schema`] and the server's figures give [`Finding`]s.
//!
//! Only what is certain is a finding, and each has its evidence in figures and the exact SQL that mends it, in a form that
//! spares a database in use. Nothing is run here.
//!
//! Invariants: no I/O, no Python; the same schema and figures give the same findings in the same order.
//!
//! ```
//! use hyperdj_doctor::{Code, Request, findings};
//! use hyperdj_schema::statistics::Statistics;
//! use hyperdj_schema::{QualifiedName, Relation, RelationKind, Schema};
//!
//! let log = Relation::new(QualifiedName::new("public", "log"), RelationKind::Table);
//! let schema = Schema { relations: vec![log], ..Schema::default() };
//! let found = findings(&schema, &Statistics::default(), &Request::default());
//! assert_eq!(found[0].code, Code::NoPrimaryKey);
//! assert_eq!(found[0].sql, ["ALTER TABLE public.log ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"]);
//! ```

mod duplicates;
mod examine;
mod finding;
mod foreign_keys;
mod indexes;
mod primary_keys;
mod report;
mod retype;
mod sequences;
mod types;
mod upkeep;
mod words;

use hyperdj_schema::statistics::Statistics;
use hyperdj_schema::{QualifiedName, Schema};

use examine::Examination;
pub use finding::{Code, Figure, Finding, Object, ObjectKind, Severity};
pub use report::{FORMAT, VERSION, json, text};

/// What of a schema is looked at.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Whether a table is asked for.
    pub wants: &'a dyn Fn(&QualifiedName) -> bool,
    /// Whether all tables are: what belongs to none of them is then looked at as well.
    pub whole: bool,
}

impl Default for Request<'_> {
    /// All there is.
    fn default() -> Self {
        Self {
            wants: &|_| true,
            whole: true,
        }
    }
}

/// Every risk of what was asked for: the gravest first, then by code and name.
///
/// # Arguments
///
/// - `schema`: everything that was read, so that what refers to a table from elsewhere is known too.
/// - `statistics`: the server's figures of the same moment.
/// - `request`: the part to look at.
pub fn findings(schema: &Schema, statistics: &Statistics, request: &Request<'_>) -> Vec<Finding> {
    let mut examination = Examination::new(schema, statistics, request);
    primary_keys::examine(&mut examination);
    foreign_keys::examine(&mut examination);
    indexes::examine(&mut examination);
    duplicates::examine(&mut examination);
    sequences::examine(&mut examination);
    types::examine(&mut examination);
    upkeep::examine(&mut examination);
    examination.finish()
}

/// What could not be looked at: sentences without a full stop.
///
/// A role sees where a sequence stands, and what the planner knows of a column, only where it may read these.
pub fn not_seen(schema: &Schema, statistics: &Statistics, request: &Request<'_>) -> Vec<String> {
    let mut told = Vec::new();
    let hidden = |sentence: &str, names: Vec<String>| match names.as_slice() {
        [] => None,
        names => Some(format!("{sentence}: {}", names.join(", "))),
    };
    let sequences = statistics.sequences.iter().filter(|found| {
        let wanted = found
            .columns
            .iter()
            .any(|(table, ..)| (request.wants)(table));
        !found.readable && (wanted || request.whole)
    });
    told.extend(hidden(
        "where sequences stand that the role may not read",
        sequences.map(|found| found.name.to_string()).collect(),
    ));
    let tables = schema.relations.iter().filter(|relation| {
        let figures = statistics.relations.get(&relation.name);
        let is_hidden = figures.is_some_and(|figures| figures.filled && figures.analysed.is_none());
        (request.wants)(&relation.name) && is_hidden
    });
    told.extend(hidden(
        "whether tables were analysed that the role may not read",
        tables.map(|found| found.name.to_string()).collect(),
    ));
    told
}
