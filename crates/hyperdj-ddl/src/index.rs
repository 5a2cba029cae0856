//! Indexes.
//!
//! PostgreSQL documentation: CREATE INDEX.

use hyperdj_schema::lexer::{TokenKind, tokens};
use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{Index, IndexKey, KeyTarget, NullsOrder, QualifiedName};

use crate::Statement;
use crate::parameters::{name_list, storage_parameters, with_clause};

/// How to build an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// `CONCURRENTLY`: writers go on; it can't be in a transaction.
    pub concurrently: bool,
    /// `ON ONLY`: the partitioned table's own part, invalid until every partition's is attached.
    pub only: bool,
}

/// `CREATE INDEX`.
pub fn create(relation: &QualifiedName, index: &Index, manner: Manner) -> Statement {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let concurrently = if manner.concurrently {
        "CONCURRENTLY "
    } else {
        ""
    };
    let only = if manner.only { "ONLY " } else { "" };
    let keys: Vec<String> = index.keys.iter().map(key).collect();
    let mut text = format!(
        "CREATE {unique}INDEX {concurrently}{} ON {only}{relation} USING {} ({})",
        quote_identifier(&index.name),
        quote_identifier(&index.method),
        keys.join(", ")
    );
    if !index.include.is_empty() {
        text.push_str(&format!(" INCLUDE ({})", name_list(&index.include)));
    }
    if index.nulls_not_distinct {
        text.push_str(" NULLS NOT DISTINCT");
    }
    text.push_str(&with_clause(&index.options));
    if let Some(tablespace) = &index.tablespace {
        text.push_str(&format!(" TABLESPACE {}", quote_identifier(tablespace)));
    }
    if let Some(predicate) = &index.predicate {
        text.push_str(&format!(" WHERE {predicate}"));
    }
    Statement::new(text)
}

fn key(key: &IndexKey) -> String {
    let mut text = match &key.target {
        KeyTarget::Column(name) => quote_identifier(name).into_owned(),
        KeyTarget::Expression(expression) if is_enclosed(expression) => expression.clone(),
        KeyTarget::Expression(expression) => format!("({expression})"),
    };
    if let Some(collation) = &key.collation {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(class) = &key.operator_class {
        text.push_str(&format!(" {class}"));
        if !key.operator_class_options.is_empty() {
            text.push_str(&format!(
                " ({})",
                storage_parameters(&key.operator_class_options)
            ));
        }
    }
    if key.descending {
        text.push_str(" DESC");
    }
    match key.nulls {
        Some(NullsOrder::First) => text.push_str(" NULLS FIRST"),
        Some(NullsOrder::Last) => text.push_str(" NULLS LAST"),
        None => {}
    }
    text
}

/// Whether an expression is one call or one pair of parentheses, and so needs none around it.
fn is_enclosed(expression: &str) -> bool {
    let mut depth = 0;
    let mut closed = false;
    for token in tokens(expression).filter(|token| token.is_significant()) {
        if closed {
            return false;
        }
        match (token.kind, token.text) {
            (TokenKind::Symbol, "(") => depth += 1,
            (TokenKind::Symbol, ")") => {
                depth -= 1;
                closed = depth == 0;
            }
            (TokenKind::Word | TokenKind::QuotedName, _) | (TokenKind::Symbol, ".") => {}
            _ if depth == 0 => return false,
            _ => {}
        }
    }
    closed
}

/// `DROP INDEX`.
pub fn drop(name: &QualifiedName, concurrently: bool) -> Statement {
    let concurrently = if concurrently { "CONCURRENTLY " } else { "" };
    Statement::new(format!("DROP INDEX {concurrently}{name}"))
}

/// `ALTER INDEX … ATTACH PARTITION`: makes the index of a partition a part of the partitioned table's.
pub fn attach(index: &QualifiedName, partition: &QualifiedName) -> Statement {
    Statement::new(format!("ALTER INDEX {index} ATTACH PARTITION {partition}"))
}

#[cfg(test)]
mod tests {
    use super::is_enclosed;

    #[test]
    fn calls_and_parentheses_need_no_more() {
        assert!(is_enclosed("lower(name)"));
        assert!(is_enclosed("public.\"f\"(a, (b))"));
        assert!(is_enclosed("((a || ')'::text))"));
        assert!(!is_enclosed("lower(a) || lower(b)"));
        assert!(!is_enclosed("(a)::date"));
        assert!(!is_enclosed("a + 1"));
    }
}
