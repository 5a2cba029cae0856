//! What stands on types and columns: PostgreSQL refuses to alter them while it is there.

use hyperdj_postgres::Client;
use hyperdj_schema::QualifiedName;

use crate::Error;
use crate::inspect::text_array;

/// What may stand in the way of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A type.
    Type(QualifiedName),
    /// A column of a table, and of its partitions and children; all columns where none is named.
    Column(QualifiedName, Option<String>),
}

/// Something that stands on a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependent {
    /// What it stands on.
    pub on: Subject,
    /// What it is.
    pub kind: DependentKind,
    /// What it is, in the server's words: `view public.sad_people`, `function mood_of(integer)`.
    pub words: String,
}

/// The kinds of what stands on a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DependentKind {
    /// A view or materialized view.
    View(QualifiedName),
    /// A column of a table, or what is on it: a default, a constraint, an index. For types only.
    Table(QualifiedName),
    /// Another type. For types only.
    Type(QualifiedName),
    /// A function, trigger, policy, rule, cast and the like; privileges; what models can't say of a type.
    Other,
}

/// Reads what stands on types and columns, in one statement.
///
/// Of a column it is what PostgreSQL refuses to alter it for: views and rules, triggers, policies, functions with a body
/// of SQL, publications. Constraints, indexes and defaults follow a column by themselves.
///
/// # Errors
///
/// Those of the connection and the server.
///
/// PostgreSQL documentation: 53.18 pg_depend; ALTER TABLE, ALTER TYPE.
pub fn dependents(client: &mut Client, subjects: &[Subject]) -> Result<Vec<Dependent>, Error> {
    let mut types: [Vec<String>; 2] = Default::default();
    let mut columns: [Vec<String>; 3] = Default::default();
    let mut of_types = Vec::new();
    let mut of_columns = Vec::new();
    for subject in subjects {
        match subject {
            Subject::Type(name) => {
                types[0].push(name.schema.clone());
                types[1].push(name.name.clone());
                of_types.push(subject);
            }
            Subject::Column(relation, column) => {
                columns[0].push(relation.schema.clone());
                columns[1].push(relation.name.clone());
                columns[2].push(column.clone().unwrap_or_default());
                of_columns.push(subject);
            }
        }
    }
    let arrays: Vec<String> = types
        .iter()
        .chain(&columns)
        .map(|list| text_array(list))
        .collect();
    let parameters: Vec<Option<&str>> = arrays.iter().map(|array| Some(array.as_str())).collect();
    let rows = client.query(include_str!("queries/dependents.sql"), &parameters)?;
    let mut found = Vec::new();
    for row in &rows {
        let list = match row.get(0)? {
            Some("t") => &of_types,
            _ => &of_columns,
        };
        let number: Option<usize> = row.get(1)?.and_then(|number| number.parse().ok());
        let Some(on) = number.and_then(|number| list.get(number.checked_sub(1)?)) else {
            continue;
        };
        let name = match (row.get(3)?, row.get(4)?) {
            (Some(schema), Some(name)) => Some(QualifiedName::new(schema, name)),
            _ => None,
        };
        let kind = match (row.get(2)?, name) {
            (Some("view"), Some(name)) => DependentKind::View(name),
            (Some("table"), Some(name)) => DependentKind::Table(name),
            (Some("type"), Some(name)) => DependentKind::Type(name),
            _ => DependentKind::Other,
        };
        found.push(Dependent {
            on: (*on).clone(),
            kind,
            words: row.get(5)?.unwrap_or_default().to_owned(),
        });
    }
    Ok(found)
}
