//! A constraint as a statement says it, of a column or of a table.

use hyperdj_schema::{Deferrable, MatchType, QualifiedName, ReferentialAction};

use super::Reader;
use super::options::storage_parameters;
use crate::Error;
use crate::cursor::Cursor;

/// A constraint, not yet a table's.
pub(super) struct Constraint<'a> {
    pub(super) name: Option<String>,
    pub(super) offset: usize,
    pub(super) kind: Kind<'a>,
    pub(super) deferrable: Deferrable,
    pub(super) validated: bool,
    pub(super) no_inherit: bool,
}

/// What a statement says of a primary key or a unique constraint.
#[derive(Clone)]
pub(super) struct KeySaid {
    pub(super) primary: bool,
    pub(super) columns: Vec<String>,
    pub(super) include: Vec<String>,
    pub(super) nulls_not_distinct: bool,
    pub(super) options: Vec<(String, String)>,
    pub(super) tablespace: Option<String>,
}

pub(super) enum Kind<'a> {
    Check(Cursor<'a>),
    Key {
        said: KeySaid,
        /// `USING INDEX name`
        index: Option<String>,
    },
    ForeignKey {
        columns: Vec<String>,
        target: QualifiedName,
        target_columns: Vec<String>,
        match_type: MatchType,
        on_delete: ReferentialAction,
        on_delete_columns: Vec<String>,
        on_update: ReferentialAction,
    },
    Exclusion {
        method: String,
        /// The elements, and what stands behind them up to the attributes.
        elements: Cursor<'a>,
        rest: Cursor<'a>,
    },
}

impl<'a> Reader<'a> {
    /// Reads a constraint behind its name; `column` is the one that it stands behind, if any.
    pub(super) fn constraint(
        &self,
        cursor: &mut Cursor<'a>,
        name: Option<String>,
        column: Option<Vec<String>>,
        offset: usize,
    ) -> Result<Constraint<'a>, Error> {
        let kind = if cursor.take("check") {
            Kind::Check(cursor.parenthesised()?)
        } else if cursor.take_all(&["primary", "key"]) {
            self.key(cursor, true, column)?
        } else if cursor.take("unique") {
            self.key(cursor, false, column)?
        } else if column.is_none() && cursor.take_all(&["foreign", "key"]) {
            let columns = cursor.name_list()?;
            cursor.expect("references")?;
            self.reference(cursor, columns)?
        } else if let (Some(columns), true) = (column, cursor.is("references")) {
            cursor.advance();
            self.reference(cursor, columns)?
        } else if cursor.take("exclude") {
            let method = if cursor.take("using") {
                cursor.name()?
            } else {
                "gist".to_owned()
            };
            let elements = cursor.parenthesised()?;
            let rest = cursor.until(|cursor| {
                cursor.is("deferrable")
                    || cursor.is("initially")
                    || cursor.are(&["not", "deferrable"])
                    || cursor.is_symbol(",")
            });
            Kind::Exclusion {
                method,
                elements,
                rest,
            }
        } else {
            return Err(cursor.not_understood());
        };
        let mut constraint = Constraint {
            name,
            offset,
            kind,
            deferrable: Deferrable::No,
            validated: true,
            no_inherit: false,
        };
        attributes(cursor, &mut constraint)?;
        Ok(constraint)
    }

    fn key(
        &self,
        cursor: &mut Cursor<'a>,
        primary: bool,
        column: Option<Vec<String>>,
    ) -> Result<Kind<'a>, Error> {
        let mut nulls_not_distinct = false;
        if cursor.take_all(&["nulls", "not", "distinct"]) {
            nulls_not_distinct = true;
        } else {
            cursor.take_all(&["nulls", "distinct"]);
        }
        let mut index = None;
        let mut include = Vec::new();
        let columns = match column {
            Some(columns) => columns,
            None if cursor.take_all(&["using", "index"]) => {
                index = Some(cursor.name()?);
                Vec::new()
            }
            None => {
                let columns = cursor.name_list()?;
                if cursor.take("include") {
                    include = cursor.name_list()?;
                }
                columns
            }
        };
        let options = if cursor.take("with") {
            storage_parameters(cursor)?
        } else {
            Vec::new()
        };
        let tablespace = if cursor.take_all(&["using", "index", "tablespace"]) {
            Some(cursor.name()?)
        } else {
            self.default_tablespace.clone()
        };
        let said = KeySaid {
            primary,
            columns,
            include,
            nulls_not_distinct,
            options,
            tablespace,
        };
        Ok(Kind::Key { said, index })
    }

    fn reference(&self, cursor: &mut Cursor<'a>, columns: Vec<String>) -> Result<Kind<'a>, Error> {
        let offset = cursor.offset();
        let parts = cursor.names()?;
        let target = self.find(&parts, |name| self.relations.contains_key(name));
        // A table may refer to itself while it is made.
        let target = match target {
            Some(target) => target,
            None => match parts.as_slice() {
                [schema, name] => QualifiedName::new(schema, name),
                [name] => QualifiedName::new(self.creation_schema(offset)?, name),
                _ => {
                    return Err(Error::unknown(
                        offset,
                        "a table of another database can't be read",
                    ));
                }
            },
        };
        let target_columns = if cursor.is_symbol("(") {
            cursor.name_list()?
        } else {
            Vec::new()
        };
        let mut match_type = MatchType::Simple;
        let (mut on_delete, mut on_update) =
            (ReferentialAction::NoAction, ReferentialAction::NoAction);
        let mut on_delete_columns = Vec::new();
        loop {
            if cursor.take("match") {
                match_type = match cursor.take_any(&["full", "simple"]) {
                    Some("full") => MatchType::Full,
                    Some(_) => MatchType::Simple,
                    None => return Err(cursor.not_understood()),
                };
            } else if cursor.take_all(&["on", "delete"]) {
                on_delete = action(cursor)?;
                if cursor.is_symbol("(") {
                    on_delete_columns = cursor.name_list()?;
                }
            } else if cursor.take_all(&["on", "update"]) {
                on_update = action(cursor)?;
            } else {
                break;
            }
        }
        Ok(Kind::ForeignKey {
            columns,
            target,
            target_columns,
            match_type,
            on_delete,
            on_delete_columns,
            on_update,
        })
    }
}

fn action(cursor: &mut Cursor<'_>) -> Result<ReferentialAction, Error> {
    Ok(if cursor.take_all(&["no", "action"]) {
        ReferentialAction::NoAction
    } else if cursor.take("restrict") {
        ReferentialAction::Restrict
    } else if cursor.take("cascade") {
        ReferentialAction::Cascade
    } else if cursor.take_all(&["set", "null"]) {
        ReferentialAction::SetNull
    } else if cursor.take_all(&["set", "default"]) {
        ReferentialAction::SetDefault
    } else {
        return Err(cursor.not_understood());
    })
}

/// `DEFERRABLE INITIALLY DEFERRED NOT VALID NO INHERIT`, in any order.
fn attributes(cursor: &mut Cursor<'_>, constraint: &mut Constraint<'_>) -> Result<(), Error> {
    loop {
        if cursor.take_all(&["not", "deferrable"]) {
            constraint.deferrable = Deferrable::No;
        } else if cursor.take("deferrable") {
            if constraint.deferrable == Deferrable::No {
                constraint.deferrable = Deferrable::Immediate;
            }
        } else if cursor.take_all(&["initially", "deferred"]) {
            constraint.deferrable = Deferrable::Deferred;
        } else if cursor.take_all(&["initially", "immediate"]) {
        } else if cursor.take_all(&["not", "valid"]) {
            constraint.validated = false;
        } else if cursor.take_all(&["no", "inherit"]) {
            constraint.no_inherit = true;
        } else if cursor.are(&["not", "enforced"]) {
            return Err(cursor.not_understood());
        } else {
            return Ok(());
        }
    }
}
