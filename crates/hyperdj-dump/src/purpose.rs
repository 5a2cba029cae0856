//! What a statement is for, told by its first words: what both ways of reading a dump pass over or treat apart.

use hyperdj_schema::lexer::{Token, TokenKind, tokens};

use crate::split::is_word;
use crate::{Error, MetaCommand, Piece, Pieces, Statement};

/// What a statement of a dump is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Rows: INSERT and COPY. They change no definition.
    Rows,
    /// What is not in a database but beside all of them: databases, roles, tablespaces, and who owns what.
    Cluster,
    /// BEGIN and COMMIT.
    Transaction,
    /// SET and RESET, and `SELECT pg_catalog.set_config(…)`.
    Setting,
    /// CREATE EXTENSION.
    Extension {
        /// The extension's name.
        name: String,
        /// The schema that it is to be in, where the statement says so.
        schema: Option<String>,
    },
    /// What is said of an extension once it is there: its comment.
    ExtensionDetail,
    /// GRANT, REVOKE and ALTER DEFAULT PRIVILEGES.
    Grant,
    /// Anything else.
    Definition,
}

/// The statements of a dump in order, each with its purpose. Commands of psql's own that change nothing are passed over.
///
/// # Errors
///
/// A text that ends within a statement; a command of psql's own that would read a file, run a program, or change what is
/// read; ROLLBACK; more than one database.
pub fn statements(text: &str) -> impl Iterator<Item = Result<(Statement<'_>, Purpose), Error>> {
    let mut has_definitions = false;
    let mut connected: Option<&str> = None;
    Pieces::of(text).filter_map(move |piece| {
        let statement = match piece {
            Ok(Piece::Statement(statement)) => statement,
            Ok(Piece::Meta(meta)) => {
                let mut told = check_meta(&meta);
                if told.is_ok() && matches!(meta.name, "c" | "connect") {
                    if has_definitions && connected != Some(meta.rest) {
                        told = Err(Error::broken(
                            meta.start,
                            "the file goes on in another database here, and one at a time can be read",
                        ));
                    }
                    connected = Some(meta.rest);
                }
                return told.err().map(Err);
            }
            Err(error) => return Some(Err(error)),
        };
        let purpose = purpose(&statement);
        has_definitions |= matches!(purpose, Ok(Purpose::Definition | Purpose::Extension { .. }));
        Some(purpose.map(|purpose| (statement, purpose)))
    })
}

/// Whether a command of psql's own can be passed over: it only changes what psql shows.
fn check_meta(meta: &MetaCommand<'_>) -> Result<(), Error> {
    let shows_only = matches!(
        meta.name,
        "restrict"
            | "unrestrict"
            | "c"
            | "connect"
            | "pset"
            | "timing"
            | "set"
            | "unset"
            | "echo"
            | "qecho"
            | "warn"
            | "x"
            | "a"
            | "t"
            | "H"
            | "C"
            | "f"
            | "conninfo"
            | "errverbose"
    ) || meta.name.starts_with('d')
        || meta.name.starts_with('l') && !meta.name.starts_with("lo")
        || meta.name == "encoding"
            && matches!(meta.rest.to_ascii_uppercase().as_str(), "UTF8" | "UTF-8");
    // In an argument psql would run a program for what stands between backquotes.
    if shows_only && !meta.in_statement && !meta.rest.contains('`') {
        return Ok(());
    }
    Err(Error::broken(
        meta.start,
        format!(
            "`\\{}` is a command of psql's, and none that reads, writes or runs anything is carried out",
            meta.name
        ),
    ))
}

/// What a statement is for.
fn purpose(statement: &Statement<'_>) -> Result<Purpose, Error> {
    let words: Vec<Token<'_>> = tokens(statement.text)
        .filter(Token::is_significant)
        .take(8)
        .collect();
    let is = |position: usize, word: &str| {
        words
            .get(position)
            .is_some_and(|token| is_word(token, word))
    };
    let any = |position: usize, all: &[&str]| all.iter().any(|word| is(position, word));
    let is_cluster_wide = |position: usize| {
        any(position, &["database", "role", "group", "tablespace"])
            || is(position, "user") && !is(position + 1, "mapping")
    };
    Ok(
        match words
            .first()
            .map(|token| token.text.to_ascii_lowercase())
            .as_deref()
        {
            Some("insert" | "copy") => Purpose::Rows,
            Some("begin" | "commit" | "end") => Purpose::Transaction,
            Some("start") if is(1, "transaction") => Purpose::Transaction,
            Some("rollback" | "abort") => {
                return Err(Error::broken(
                    statement.start,
                    "the file takes statements back here, which is not followed",
                ));
            }
            Some("set") if any(1, &["role", "session"]) && !is(2, "characteristics") => {
                match any(2, &["authorization"]) || is(1, "role") {
                    true => Purpose::Cluster,
                    false => Purpose::Setting,
                }
            }
            Some("reset") if any(1, &["role", "session"]) => Purpose::Cluster,
            Some("set" | "reset") => Purpose::Setting,
            Some("select") if is_set_config(&words) => Purpose::Setting,
            Some("create" | "alter" | "drop") if is_cluster_wide(1) => Purpose::Cluster,
            Some("comment") if is_cluster_wide(2) => Purpose::Cluster,
            Some("comment") if is(2, "extension") => Purpose::ExtensionDetail,
            Some("reassign") => Purpose::Cluster,
            Some("create") if is(1, "extension") => extension(statement)?,
            Some("grant" | "revoke") => Purpose::Grant,
            Some("alter") if is(1, "default") && is(2, "privileges") => Purpose::Grant,
            Some("alter") if gives_owner(statement) => Purpose::Cluster,
            _ => Purpose::Definition,
        },
    )
}

/// `SELECT pg_catalog.set_config('search_path', '', false)`, as pg_dump writes it.
fn is_set_config(words: &[Token<'_>]) -> bool {
    let [_, schema, dot, function, open, ..] = words else {
        return false;
    };
    is_word(schema, "pg_catalog")
        && dot.is_symbol(".")
        && is_word(function, "set_config")
        && open.is_symbol("(")
}

/// Whether a statement ends with `OWNER TO role`.
fn gives_owner(statement: &Statement<'_>) -> bool {
    let words: Vec<Token<'_>> = tokens(statement.text)
        .filter(Token::is_significant)
        .collect();
    matches!(words.as_slice(), [.., owner, to, _] if is_word(owner, "owner") && is_word(to, "to"))
}

/// `CREATE EXTENSION [IF NOT EXISTS] name [WITH] [SCHEMA schema] [VERSION version] [CASCADE]`
fn extension(statement: &Statement<'_>) -> Result<Purpose, Error> {
    let all: Vec<Token<'_>> = tokens(statement.text)
        .filter(Token::is_significant)
        .collect();
    let mut rest = &all[2..];
    if let [first, _, _, after @ ..] = rest
        && is_word(first, "if")
    {
        rest = after;
    }
    let name = rest.first().and_then(identifier).ok_or_else(|| {
        Error::broken(statement.start, "an extension without a name can't be made")
    })?;
    let position = rest.iter().position(|token| is_word(token, "schema"));
    let schema = position
        .and_then(|position| rest.get(position + 1))
        .and_then(identifier);
    Ok(Purpose::Extension { name, schema })
}

/// The name that a token says: a word in small letters, or what stands between double quotes.
pub(crate) fn identifier(token: &Token<'_>) -> Option<String> {
    match token.kind {
        TokenKind::Word => Some(token.text.to_ascii_lowercase()),
        TokenKind::QuotedName => {
            let inner = token.text.strip_prefix('"')?.strip_suffix('"')?;
            Some(inner.replace("\"\"", "\""))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Purpose, statements};

    fn told(text: &str) -> Vec<Result<Purpose, String>> {
        statements(text)
            .map(|found| {
                found
                    .map(|(_, purpose)| purpose)
                    .map_err(|error| error.to_string())
            })
            .collect()
    }

    #[test]
    fn purposes_are_told_by_the_first_words() {
        for (text, purpose) in [
            ("INSERT INTO t VALUES (1)", Purpose::Rows),
            ("copy t from program 'rm -r /'", Purpose::Rows),
            ("CREATE USER MAPPING FOR a SERVER b", Purpose::Definition),
            ("CREATE USER a", Purpose::Cluster),
            (
                "ALTER TABLE public.t OWNER TO \"The Owner\"",
                Purpose::Cluster,
            ),
            ("SET SESSION AUTHORIZATION 'a'", Purpose::Cluster),
            ("SET search_path = a", Purpose::Setting),
            (
                "SELECT pg_catalog.set_config('search_path', '', false)",
                Purpose::Setting,
            ),
            ("SELECT set_up()", Purpose::Definition),
            (
                "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO a",
                Purpose::Grant,
            ),
            (
                "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA public",
                Purpose::Extension {
                    name: "uuid-ossp".to_owned(),
                    schema: Some("public".to_owned()),
                },
            ),
        ] {
            assert_eq!(told(text), [Ok(purpose)], "{text}");
        }
    }

    #[test]
    fn commands_of_psql_are_refused_where_they_do_more_than_show() {
        assert_eq!(
            told("\\pset tuples_only on\n\\restrict abc\n\\connect shop\n"),
            []
        );
        for text in [
            "\\! rm -r /",
            "\\i /etc/passwd",
            "\\copy t from '/etc/passwd'",
            "\\o /tmp/x",
            "\\set a `id`",
            "SELECT 1 \\gexec",
            "SELECT 1 \\g |id",
        ] {
            let told = told(text);
            assert!(
                matches!(told.as_slice(), [Err(error), ..] if error.contains("psql")),
                "{text}: {told:?}"
            );
        }
    }

    #[test]
    fn a_second_database_is_refused() {
        assert!(
            told("\\connect a\nCREATE TABLE t ();\n\\connect b\n").contains(&Err(
                "the file goes on in another database here, and one at a time can be read"
                    .to_owned()
            ))
        );
        assert!(
            told("\\connect a\nCREATE TABLE t ();\n\\connect a\n")
                .iter()
                .all(Result::is_ok)
        );
    }
}
