//! What the first words of a statement say of it.

use hyperdj_schema::lexer::{Token, TokenKind, tokens};

/// A statement's tokens, in front of which nothing stands.
pub(crate) struct Words<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Words<'a> {
    pub(crate) fn new(sql: &'a str) -> Self {
        Self {
            tokens: tokens(sql).filter(Token::is_significant).collect(),
            at: 0,
        }
    }

    /// Takes a key word, if it is next.
    pub(crate) fn take(&mut self, word: &str) -> bool {
        let is_next = self.tokens.get(self.at).is_some_and(|token| {
            token.kind == TokenKind::Word && token.text.eq_ignore_ascii_case(word)
        });
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes key words, if all of them are next.
    pub(crate) fn take_all(&mut self, words: &[&str]) -> bool {
        let start = self.at;
        let is_next = words.iter().all(|word| self.take(word));
        if !is_next {
            self.at = start;
        }
        is_next
    }

    /// Takes a name, with its schema where it has one, as it stands.
    pub(crate) fn name(&mut self) -> Option<String> {
        let mut name = self.part()?;
        while self
            .tokens
            .get(self.at)
            .is_some_and(|token| token.is_symbol("."))
        {
            self.at += 1;
            name.push('.');
            name.push_str(&self.part()?);
        }
        Some(name)
    }

    fn part(&mut self) -> Option<String> {
        let token = self.tokens.get(self.at)?;
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedName);
        is_name.then(|| {
            self.at += 1;
            token.text.to_owned()
        })
    }

    /// Takes tokens up to and with a key word; false where it does not come.
    pub(crate) fn skip_past(&mut self, word: &str) -> bool {
        while self.at < self.tokens.len() {
            if self.take(word) {
                return true;
            }
            self.at += 1;
        }
        false
    }

    /// Whether these key words follow each other somewhere in what is left.
    pub(crate) fn has(&self, words: &[&str]) -> bool {
        let left = self.tokens.get(self.at..).unwrap_or_default();
        left.windows(words.len().max(1)).any(|window| {
            window.iter().zip(words).all(|(token, word)| {
                token.kind == TokenKind::Word && token.text.eq_ignore_ascii_case(word)
            })
        })
    }
}

/// A name as it stands in SQL, as PostgreSQL stores it.
pub(crate) fn stored(name: &str) -> String {
    match name
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => name.to_lowercase(),
    }
}

/// Whether a statement begins or ends a transaction.
pub(crate) fn controls_transaction(sql: &str) -> bool {
    let mut words = Words::new(sql);
    if words.take("rollback") {
        let _ = words.take("work") || words.take("transaction");
        return !words.take("to");
    }
    ["begin", "commit", "end", "abort"]
        .iter()
        .any(|word| words.take(word))
        || words.take_all(&["start", "transaction"])
        || words.take_all(&["prepare", "transaction"])
}

/// Whether a statement is a setting for all that comes behind it in the session.
pub(crate) fn sets_session(sql: &str) -> bool {
    let mut words = Words::new(sql);
    if words.take("reset") {
        return true;
    }
    if words.take("select") {
        return words
            .name()
            .is_some_and(|name| name == "pg_catalog.set_config" || name == "set_config");
    }
    words.take("set")
        && !["local", "constraints", "transaction"]
            .iter()
            .any(|word| words.take(word))
}

#[cfg(test)]
mod tests {
    use super::{Words, controls_transaction, sets_session, stored};

    #[test]
    fn settings_are_told_from_other_statements() {
        for sql in [
            "SET search_path = a",
            "RESET ALL",
            "SELECT pg_catalog.set_config('a', '', false)",
        ] {
            assert!(sets_session(sql), "{sql}");
        }
        for sql in [
            "SET LOCAL a = 1",
            "SET CONSTRAINTS ALL DEFERRED",
            "SELECT 1",
        ] {
            assert!(!sets_session(sql), "{sql}");
        }
    }

    #[test]
    fn transactions_are_told_from_savepoints() {
        for sql in [
            "BEGIN",
            "commit work",
            "ROLLBACK",
            "end",
            "START TRANSACTION",
        ] {
            assert!(controls_transaction(sql), "{sql}");
        }
        for sql in [
            "ROLLBACK TO SAVEPOINT a",
            "SELECT 1",
            "SAVEPOINT a",
            "PREPARE a AS SELECT 1",
        ] {
            assert!(!controls_transaction(sql), "{sql}");
        }
    }

    #[test]
    fn names_are_taken_whole() {
        let mut words = Words::new("CREATE /* a */ INDEX \"A b\" ON public.\"x\".y");
        assert!(words.take_all(&["create", "index"]));
        assert_eq!(words.name().as_deref(), Some("\"A b\""));
        assert!(words.take("on"));
        assert_eq!(words.name().as_deref(), Some("public.\"x\".y"));
        assert_eq!(stored("\"A\"\"b\""), "A\"b");
        assert_eq!(stored("Users"), "users");
    }
}
