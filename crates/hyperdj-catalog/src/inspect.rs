//! The reading itself: which statements are sent, and what is made of the answer.

use std::time::Duration;

use hyperdj_postgres::{Client, Statement};
use hyperdj_schema::statistics::Statistics;
use hyperdj_schema::{QualifiedName, Schema};

use crate::Error;
use crate::assemble::Assembly;
use crate::query::{ON_DEMAND, QUERIES, Query, STATISTICS_QUERIES};
use crate::record::Record;

/// How many statements a reading sends, BEGIN and COMMIT included, however many tables there are.
pub const STATEMENTS: usize = QUERIES.len() + 2;

/// The same where definitions are read too.
pub const STATEMENTS_WITH_DEFINITIONS: usize = STATEMENTS + ON_DEMAND.len();
/// How many statements [`inspect_with_statistics`] sends, BEGIN and COMMIT included.
pub const STATEMENTS_WITH_STATISTICS: usize = QUERIES.len() - 1 + STATISTICS_QUERIES.len() + 2;

/// What to read, and with what patience.
#[derive(Clone, Debug)]
pub struct Options {
    /// Names of the schemas to read; `None` is all but the system's.
    pub schemas: Option<Vec<String>>,
    /// Those of them that need not be there.
    pub may_lack: Vec<String>,
    /// Whether to read the columns, definitions and indexes of views too. Their names are always read.
    pub views: bool,
    /// Whether to read all that models can't say as well: functions, triggers, policies, privileges, settings, ….
    pub definitions: bool,
    /// `statement_timeout` for each of the statements, in whole milliseconds; zero is none.
    pub statement_timeout: Duration,
}

impl Default for Options {
    /// The schema `public`, no views, a minute for each statement.
    fn default() -> Self {
        Self {
            schemas: Some(vec!["public".to_owned()]),
            may_lack: Vec::new(),
            views: false,
            definitions: false,
            statement_timeout: Duration::from_secs(60),
        }
    }
}

impl Options {
    /// Whether the schemas to read are there.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownSchemas`] with those that are not among the existing ones, and should be.
    pub fn check_schemas(&self, existing: Vec<String>) -> Result<(), Error> {
        let wanted = self.schemas.iter().flatten();
        let is_unknown = |name: &&String| !existing.contains(name) && !self.may_lack.contains(name);
        let names: Vec<String> = wanted.filter(is_unknown).cloned().collect();
        match names.is_empty() {
            true => Ok(()),
            false => Err(Error::UnknownSchemas { names, existing }),
        }
    }
}

/// What a reading found.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    /// The description. It names every relation; those in `unreadable` too.
    pub schema: Schema,
    /// The database's name.
    pub database: String,
    /// The role that read it.
    pub role: String,
    /// Relations that the role may not select from.
    pub unreadable: Vec<QualifiedName>,
    /// Columns that the role may not select from, of relations of which it may select others.
    pub unreadable_columns: Vec<(QualifiedName, Vec<String>)>,
    /// Every namespace of the database, those that were not asked for too.
    pub namespaces: Vec<NamespaceSummary>,
}

/// A namespace in a few words.
#[derive(Clone, Debug)]
pub struct NamespaceSummary {
    /// The name, unquoted.
    pub name: String,
    /// Whether it was asked for.
    pub selected: bool,
    /// Whether the role may use it.
    pub usable: bool,
    /// How many tables are in it.
    pub tables: u64,
    /// Whether an extension made it.
    pub of_extension: bool,
}

/// Reads the catalog of the database that a client is connected to.
///
/// # Errors
///
/// A server older than 12, a schema that does not exist or may not be used, or whatever the connection or the server
/// says. The transaction is over when this returns, whether or not it went well.
pub fn inspect(client: &mut Client, options: &Options) -> Result<Inspection, Error> {
    inspect_with(client, options, &mut |_| {})
}

/// As [`inspect`], and calls `early` once as soon as all is read but [`Schema::unmodelled`], the last and slowest to
/// come: what can be made of the rest is made while the server still works.
///
/// # Errors
///
/// Those of [`inspect`]; `early` may have been called all the same.
pub fn inspect_with(
    client: &mut Client,
    options: &Options,
    early: &mut dyn FnMut(&Inspection),
) -> Result<Inspection, Error> {
    let on_demand = if options.definitions { ON_DEMAND } else { &[] };
    let queries: Vec<Query> = QUERIES.iter().chain(on_demand).copied().collect();
    read(client, options, &queries, early).map(|assembly| assembly.found)
}

/// As [`inspect`], and gives the server's figures for what was found, of the same moment. What models can't say
/// ([`Schema::unmodelled`]) is not read.
///
/// # Errors
///
/// Those of [`inspect`].
pub fn inspect_with_statistics(
    client: &mut Client,
    options: &Options,
) -> Result<(Inspection, Statistics), Error> {
    let schema = QUERIES.iter().filter(|query| **query != Query::Unmodelled);
    let queries: Vec<Query> = schema.chain(STATISTICS_QUERIES).copied().collect();
    let assembly = read(client, options, &queries, &mut |_| {})?;
    Ok((assembly.found, assembly.statistics))
}

/// Sends queries in one flight, in one transaction, and puts what they give in its places.
fn read(
    client: &mut Client,
    options: &Options,
    queries: &[Query],
    early: &mut dyn FnMut(&Inspection),
) -> Result<Assembly, Error> {
    let version = client.server_version();
    if version < 120_000 {
        return Err(Error::ServerTooOld {
            version: client
                .parameter("server_version")
                .unwrap_or("of an unknown version")
                .to_owned(),
        });
    }
    let texts: Vec<String> = queries
        .iter()
        .map(|query| query.text(version / 10_000))
        .collect();
    let schemas = options.schemas.as_deref().map(text_array);
    let views = if options.views { "true" } else { "false" };
    let timeout = options.statement_timeout.as_millis().to_string();
    let parameters: Vec<Vec<Option<&str>>> = queries
        .iter()
        .map(|query| match query {
            Query::Settings => vec![Some(timeout.as_str())],
            Query::Relations | Query::Columns | Query::Indexes => {
                vec![schemas.as_deref(), Some(views)]
            }
            Query::OperatorClasses | Query::Extensions | Query::Dependencies => Vec::new(),
            _ => vec![schemas.as_deref()],
        })
        .collect();

    let mut statements = vec![Statement {
        sql: "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        parameters: &[],
    }];
    for (text, parameters) in texts.iter().zip(&parameters) {
        statements.push(Statement {
            sql: text,
            parameters,
        });
    }
    statements.push(Statement {
        sql: "COMMIT",
        parameters: &[],
    });

    let mut assembly = Assembly::new(options.definitions);
    let mut is_early = true;
    let outcome = client.pipeline(&statements, &mut |number, row| {
        let query = queries[number - 1];
        assembly.take(query, Record::new(row, options.definitions))?;
        // Rows come in the order of the statements: with the first extension, all before it is there.
        if query == Query::Extensions && std::mem::take(&mut is_early) {
            early(&assembly.found);
        }
        Ok(())
    });
    if let Err(error) = outcome {
        // The first error is the one to report; what fails after it follows from it.
        let _ = client.batch_execute("ROLLBACK");
        return Err(error);
    }
    if is_early {
        early(&assembly.found);
    }
    if options.definitions {
        crate::definitions::finish(&mut assembly);
    }
    check_namespaces(&assembly.found, options)?;
    Ok(assembly)
}

/// Whether all that was asked for is there and may be used.
fn check_namespaces(found: &Inspection, options: &Options) -> Result<(), Error> {
    if options.schemas.is_none() {
        return Ok(());
    }
    let names = found.namespaces.iter();
    options.check_schemas(names.map(|namespace| namespace.name.clone()).collect())?;
    match found
        .namespaces
        .iter()
        .find(|namespace| namespace.selected && !namespace.usable)
    {
        Some(namespace) => Err(Error::NoPermission {
            schema: namespace.name.clone(),
            role: found.role.clone(),
        }),
        None => Ok(()),
    }
}

/// A list as a constant of `text[]`.
pub(crate) fn text_array(names: &[String]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")))
        .collect();
    format!("{{{}}}", quoted.join(","))
}
