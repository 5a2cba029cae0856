//! What a failed reading means to the user.

use hyperdj_catalog::Error;
use hyperdj_postgres::Config;
use hyperdj_schema::sql::quote_identifier;

use crate::Failure;
use crate::near::{alternatives, near};

pub(crate) fn inspection_failure(error: Error, config: &Config) -> Failure {
    failure_of(error, &format!("at {config}"))
}

/// The same for a database whose place is told in other words, such as `that schema.sql describes`.
pub(super) fn failure_of(error: Error, place: &str) -> Failure {
    match error {
        Error::Postgres(error) => {
            let code = error.sqlstate().map(str::to_owned);
            let failure = Failure::from(error);
            match code.as_deref() {
                Some("57014") => failure.with_hint(
                    "The server is busy, or a lock stands in the way (pg_stat_activity shows who waits for whom). \
                     --statement-timeout SECONDS gives the catalog queries more time.",
                ),
                Some("42501") => failure.with_hint(
                    "The role must be able to read the system catalogs, as every role can where nobody has changed \
                     that; ask the database's administrator.",
                ),
                _ => failure,
            }
        }
        Error::ServerTooOld { .. } => Failure::new(format!("{error}, {place}")).with_hint(
            "Upgrade the server, or restore a dump of the database into a newer one and read that.",
        ),
        Error::UnknownSchemas {
            ref names,
            ref existing,
        } => {
            let what = format!("{error} {place}");
            let existing: Vec<&str> = existing.iter().map(String::as_str).collect();
            let mut meant: Vec<&str> = Vec::new();
            for name in names
                .iter()
                .flat_map(|name| near(name, existing.iter().copied()))
            {
                if !meant.contains(&name) {
                    meant.push(name);
                }
            }
            let hint = match (meant.as_slice(), existing.as_slice()) {
                ([], []) => "The database holds no schema of its own.".to_owned(),
                ([], all) => format!("Its schemas are {}.", all.join(", ")),
                (meant, _) => format!("Did you mean {}?", alternatives(meant)),
            };
            Failure::new(what).with_hint(hint)
        }
        Error::NoPermission {
            ref schema,
            ref role,
        } => {
            let grant = format!(
                "Ask its owner for: GRANT USAGE ON SCHEMA {} TO {};",
                quote_identifier(schema),
                quote_identifier(role)
            );
            Failure::new(error.to_string()).with_hint(grant)
        }
        Error::UnexpectedCell { .. } => Failure::new(error.to_string())
            .with_hint("This is a mistake of ours: please report it with the server's version."),
    }
}
