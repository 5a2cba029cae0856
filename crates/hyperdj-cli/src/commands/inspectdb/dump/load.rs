//! Loads a dump, statement by statement, by a role with no rights beyond its own database.
//!
//! The file may be anyone's. What a superuser could do with the machine (COPY … FROM PROGRAM, functions in C, ALTER
//! SYSTEM) the server itself refuses to this role. The superuser does three things for it, none with words of the file
//! but quoted names: it makes the roles and tablespaces that the file names, and installs the extensions that only it may,
//! before anything of the file is there that could get in the way of their scripts.

use std::collections::BTreeSet;

use hyperdj_cluster::{Cluster, Version};
use hyperdj_dump::{Place, Purpose, Statement};
use hyperdj_postgres::{Client, Error};
use hyperdj_schema::lexer::{Token, tokens};
use hyperdj_schema::sql::quote_identifier;

use super::source::Source;
use crate::Failure;

/// How often a statement is tried again after something that it lacked was made.
const TRIES: usize = 100;

pub(super) struct Loader<'a> {
    cluster: &'a Cluster,
    database: &'static str,
    client: Client,
    source: &'a Source,
    /// Extensions that the server has not.
    missing: BTreeSet<String>,
    /// Schemas and extensions that were made before anything of the file.
    made: BTreeSet<(&'static str, String)>,
    grants_passed_over: usize,
    warnings: Vec<String>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(
        cluster: &'a Cluster,
        database: &'static str,
        client: Client,
        source: &'a Source,
    ) -> Self {
        Self {
            cluster,
            database,
            client,
            source,
            missing: BTreeSet::new(),
            made: BTreeSet::new(),
            grants_passed_over: 0,
            warnings: Vec::new(),
        }
    }

    /// Installs the extensions that need a superuser, and learns which ones the server has not.
    pub(super) fn prepare(
        &mut self,
        statements: &[(Statement<'_>, Purpose)],
    ) -> Result<(), Failure> {
        let trusted = if self.cluster.version().major() >= 13 {
            "v.trusted OR NOT v.superuser"
        } else {
            "NOT v.superuser"
        };
        let rows = self.cluster.query(
            self.database,
            &format!(
                "SELECT a.name, coalesce(({trusted})::text, 'false') FROM pg_available_extensions a \
                 LEFT JOIN pg_available_extension_versions v ON v.name = a.name AND v.version = a.default_version"
            ),
        )?;
        let available = |wanted: &str| {
            rows.iter().find_map(|row| match row.as_slice() {
                [Some(name), trusted] if name == wanted => Some(trusted.as_deref() == Some("true")),
                _ => None,
            })
        };
        for (statement, purpose) in statements {
            let Purpose::Extension { name, schema } = purpose else {
                continue;
            };
            match available(name) {
                None => {
                    if self.missing.insert(name.clone()) {
                        self.warnings.push(format!(
                            "{}: the extension `{name}` is not available in PostgreSQL {}, and was passed over.",
                            self.place(statement.start),
                            self.cluster.version()
                        ));
                    }
                }
                // The role may install it itself, at its place in the file.
                Some(true) => {}
                Some(false) => self.install(name, schema.as_deref())?,
            }
        }
        Ok(())
    }

    fn install(&mut self, name: &str, schema: Option<&str>) -> Result<(), Failure> {
        let quoted = quote_identifier(name);
        let mut sql = String::from("SET search_path = public;");
        match schema {
            Some(schema) => {
                let place = quote_identifier(schema);
                sql.push_str(&format!(
                    "CREATE SCHEMA IF NOT EXISTS {place}; CREATE EXTENSION IF NOT EXISTS {quoted} WITH SCHEMA {place} CASCADE"
                ));
                if schema != "public" && self.made.insert(("schema", schema.to_owned())) {
                    sql.push_str(&format!("; GRANT ALL ON SCHEMA {place} TO PUBLIC"));
                }
            }
            None => sql.push_str(&format!("CREATE EXTENSION IF NOT EXISTS {quoted} CASCADE")),
        }
        self.cluster.batch_execute(self.database, &sql)?;
        self.made.insert(("extension", name.to_owned()));
        Ok(())
    }

    /// Carries a statement out, or passes it over where it is about rows, owners, or what stands beside the database.
    pub(super) fn run(
        &mut self,
        statement: &Statement<'_>,
        purpose: &Purpose,
    ) -> Result<(), Failure> {
        match purpose {
            Purpose::Rows | Purpose::Cluster | Purpose::Transaction | Purpose::ExtensionDetail => {
                Ok(())
            }
            Purpose::Extension { name, .. }
                if self.missing.contains(name) || self.is_made("extension", name) =>
            {
                Ok(())
            }
            Purpose::Setting => self.set(statement),
            Purpose::Grant => {
                if self.carry_out(statement).is_err() {
                    self.grants_passed_over += 1;
                }
                Ok(())
            }
            Purpose::Definition if self.is_done(statement) => Ok(()),
            Purpose::Extension { .. } | Purpose::Definition => self
                .carry_out(statement)
                .map_err(|error| self.told(statement, error)),
        }
    }

    /// What the user should know of what was passed over.
    pub(super) fn finish(mut self) -> Vec<String> {
        if self.grants_passed_over > 0 {
            self.warnings.push(format!(
                "{} statements about rights could not be carried out and were passed over.",
                self.grants_passed_over
            ));
        }
        self.warnings
    }

    fn is_made(&self, kind: &'static str, name: &str) -> bool {
        self.made.contains(&(kind, name.to_owned()))
    }

    /// Whether a statement makes or drops a schema or an extension that was made before.
    fn is_done(&self, statement: &Statement<'_>) -> bool {
        if self.made.is_empty() {
            return false;
        }
        let words: Vec<Token<'_>> = tokens(statement.text)
            .filter(Token::is_significant)
            .collect();
        let [verb, kind, rest @ ..] = words.as_slice() else {
            return false;
        };
        let is_verb = ["create", "drop"]
            .iter()
            .any(|word| verb.text.eq_ignore_ascii_case(word));
        let kind = ["schema", "extension"]
            .into_iter()
            .find(|word| kind.text.eq_ignore_ascii_case(word));
        let name = rest.iter().find_map(|token| {
            let word = token.text.to_ascii_lowercase();
            (!matches!(word.as_str(), "if" | "not" | "exists")).then(|| {
                match token.text.strip_prefix('"') {
                    Some(quoted) => quoted.trim_end_matches('"').replace("\"\"", "\""),
                    None => word,
                }
            })
        });
        match (is_verb, kind, name) {
            (true, Some(kind), Some(name)) => self.is_made(kind, &name),
            _ => false,
        }
    }

    /// Settings that this server has not, or that the role may not change, say nothing about definitions.
    fn set(&mut self, statement: &Statement<'_>) -> Result<(), Failure> {
        let words: Vec<Token<'_>> = tokens(statement.text)
            .filter(Token::is_significant)
            .collect();
        let is_tablespace = words
            .get(1)
            .is_some_and(|word| word.text.eq_ignore_ascii_case("default_tablespace"));
        if is_tablespace && let Some(name) = words.get(3).and_then(|token| name_of(token.text)) {
            self.make_tablespace(&name)?;
        }
        match self.client.batch_execute(statement.text) {
            Err(error) if error.server_error().is_none() => Err(self.told(statement, error)),
            Err(error) if is_tablespace || statement.text.contains("search_path") => {
                Err(self.told(statement, error))
            }
            _ => Ok(()),
        }
    }

    /// Runs a statement; roles and tablespaces that it names and that are not there are made.
    fn carry_out(&mut self, statement: &Statement<'_>) -> Result<(), Error> {
        for _ in 0..TRIES {
            let error = match self.client.batch_execute(statement.text) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let lacking = error
                .server_error()
                .filter(|error| error.code == "42704")
                .and_then(|error| lacking(&error.message));
            let made = match lacking {
                Some(("role", name)) => self
                    .cluster
                    .batch_execute(
                        "postgres",
                        &format!("CREATE ROLE {}", quote_identifier(name)),
                    )
                    .is_ok(),
                Some(("tablespace", name)) => self.make_tablespace(name).is_ok(),
                _ => false,
            };
            if !made {
                return Err(error);
            }
        }
        self.client.batch_execute(statement.text)
    }

    /// A tablespace within the server's own folder.
    fn make_tablespace(&self, name: &str) -> Result<(), Failure> {
        let literal = hyperdj_schema::sql::quote_literal(name);
        let there = self.cluster.query(
            "postgres",
            &format!("SELECT spcname FROM pg_tablespace WHERE spcname = {literal}"),
        )?;
        if name.is_empty() || !there.is_empty() {
            return Ok(());
        }
        let quoted = quote_identifier(name);
        // Each in a message of its own: a tablespace can't be made in a transaction.
        for sql in [
            "ALTER ROLE postgres SET allow_in_place_tablespaces = on".to_owned(),
            format!("CREATE TABLESPACE {quoted} LOCATION ''"),
            format!("GRANT CREATE ON TABLESPACE {quoted} TO PUBLIC"),
        ] {
            self.cluster.batch_execute("postgres", &sql)?;
        }
        Ok(())
    }

    fn place(&self, offset: usize) -> String {
        format!(
            "{}:{}",
            self.source.name,
            Place::of(&self.source.text, offset)
        )
    }

    /// What the server said about a statement, with the place in the file.
    fn told(&self, statement: &Statement<'_>, error: Error) -> Failure {
        let Some(said) = error.server_error() else {
            return Failure::from(error);
        };
        let before = said
            .position
            .map_or(0, |position| position.saturating_sub(1));
        let characters = usize::try_from(before).unwrap_or_default();
        let within = statement
            .text
            .char_indices()
            .nth(characters)
            .map_or(0, |(byte, _)| byte);
        let detail = said
            .detail
            .iter()
            .map(|detail| format!(" ({detail})"))
            .collect::<String>();
        let what = format!(
            "{}: PostgreSQL {} says: {}{detail}",
            self.place(statement.start + within),
            self.cluster.version(),
            said.message
        );
        Failure::new(what).with_hint(self.hint(&said.code, said.hint.as_deref()))
    }

    fn hint(&self, code: &str, said: Option<&str>) -> String {
        let missing: Vec<&str> = self.missing.iter().map(String::as_str).collect();
        match code {
            "42501" => "The file is loaded by a role with no special rights, as it may be anyone's. If you trust it, load it \
                        into a server of your own with psql, and read that with --database."
                .to_owned(),
            _ if code.starts_with("42") && !missing.is_empty() => format!(
                "It may need what this server has not: {}. Install that for PostgreSQL {}, or name another installation with \
                 HYPER_PG_BIN.",
                missing.join(", "),
                Version::to_string(self.cluster.version())
            ),
            _ => match said {
                Some(said) => said.to_owned(),
                None => "A dump of a newer PostgreSQL needs a server of that version: name its folder in HYPER_PG_BIN.".to_owned(),
            },
        }
    }
}

/// What a statement lacks, by the server's words: `role "x" does not exist`. They are in English, as the server is ours.
fn lacking(message: &str) -> Option<(&'static str, &str)> {
    ["role", "tablespace"].into_iter().find_map(|kind| {
        let name = message
            .strip_prefix(kind)?
            .strip_prefix(" \"")?
            .strip_suffix("\" does not exist")?;
        Some((kind, name))
    })
}

/// The name in a setting's value: a word, or what stands between quotes.
fn name_of(token: &str) -> Option<String> {
    for quote in ['"', '\''] {
        if let Some(inner) = token.strip_prefix(quote) {
            let doubled = format!("{quote}{quote}");
            return Some(
                inner
                    .strip_suffix(quote)?
                    .replace(&doubled, &quote.to_string()),
            );
        }
    }
    Some(token.to_ascii_lowercase())
}
