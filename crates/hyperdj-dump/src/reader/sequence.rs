//! CREATE SEQUENCE and ALTER SEQUENCE.
//!
//! PostgreSQL documentation: CREATE SEQUENCE.

use hyperdj_schema::{QualifiedName, SequenceOptions};

use super::Reader;
use crate::Error;
use crate::cursor::Cursor;

/// A sequence with all that is said of it.
#[derive(Clone, Debug)]
pub(crate) struct FullSequence {
    /// `smallint`, `integer` or `bigint`.
    pub(super) data_type: String,
    pub(super) said: Said,
    pub(super) owned_by: Option<(QualifiedName, String)>,
    /// Whether it is an identity column's own.
    pub(super) is_identity: bool,
    pub(super) unlogged: bool,
    pub(super) comment: Option<String>,
}

/// The options that statements gave a sequence.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    start: Option<i64>,
    increment: Option<i64>,
    min_value: Option<i64>,
    max_value: Option<i64>,
    cache: Option<i64>,
    cycle: bool,
}

impl FullSequence {
    pub(super) fn new(data_type: &str) -> Self {
        Self {
            data_type: data_type.to_owned(),
            said: Said::default(),
            owned_by: None,
            is_identity: false,
            unlogged: false,
            comment: None,
        }
    }

    /// What differs from the defaults of its type.
    pub(super) fn options(&self) -> SequenceOptions {
        let said = &self.said;
        let increment = said.increment.unwrap_or(1);
        let (lowest, highest) = match self.data_type.as_str() {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let min_value = said
            .min_value
            .unwrap_or(if increment < 0 { lowest } else { 1 });
        let max_value = said
            .max_value
            .unwrap_or(if increment < 0 { -1 } else { highest });
        let start = said
            .start
            .unwrap_or(if increment < 0 { max_value } else { min_value });
        SequenceOptions::differing(
            &self.data_type,
            start,
            increment,
            min_value,
            max_value,
            said.cache.unwrap_or(1),
            said.cycle,
        )
    }
}

impl<'a> Reader<'a> {
    pub(super) fn create_sequence(
        &mut self,
        cursor: &mut Cursor<'a>,
        unlogged: bool,
    ) -> Result<(), Error> {
        let Some((name, _)) = self.new_relation_name(cursor, "sequence")? else {
            return Ok(());
        };
        let mut sequence = FullSequence::new("bigint");
        sequence.unlogged = unlogged;
        self.sequence_options(cursor, &mut sequence)?;
        cursor.finish()?;
        self.sequences.insert(name, sequence);
        Ok(())
    }

    pub(super) fn alter_sequence(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        let if_exists = cursor.take_all(&["if", "exists"]);
        let offset = cursor.offset();
        let mut ahead = cursor.clone();
        let parts = ahead.names()?;
        let Some(name) = self.find(&parts, |name| self.sequences.contains_key(name)) else {
            return if if_exists {
                Ok(())
            } else {
                Err(Error::unknown(
                    offset,
                    format!("the file makes no sequence `{}`", parts.join(".")),
                ))
            };
        };
        *cursor = ahead;
        let Some(mut sequence) = self.sequences.get(&name).cloned() else {
            return Ok(());
        };
        if cursor.take_all(&["set", "logged"]) {
            sequence.unlogged = false;
        } else if cursor.take_all(&["set", "unlogged"]) {
            sequence.unlogged = true;
        } else {
            self.sequence_options(cursor, &mut sequence)?;
        }
        cursor.finish()?;
        self.sequences.insert(name, sequence);
        Ok(())
    }

    /// Options up to the end.
    pub(super) fn sequence_options(
        &self,
        cursor: &mut Cursor<'a>,
        sequence: &mut FullSequence,
    ) -> Result<(), Error> {
        while !cursor.is_done() {
            let offset = cursor.offset();
            if cursor.take("as") {
                let data_type = self.data_type(cursor)?.to_string();
                if sequence.data_type != data_type
                    && (sequence.said.min_value.is_some() || sequence.said.max_value.is_some())
                {
                    return Err(Error::unknown(
                        offset,
                        "the type of a sequence with limits is changed here",
                    ));
                }
                sequence.data_type = data_type;
            } else if cursor.take("start") {
                cursor.take("with");
                sequence.said.start = Some(cursor.integer()?);
            } else if cursor.take("increment") {
                cursor.take("by");
                sequence.said.increment = Some(cursor.integer()?);
            } else if cursor.take_all(&["no", "minvalue"]) {
                sequence.said.min_value = None;
            } else if cursor.take_all(&["no", "maxvalue"]) {
                sequence.said.max_value = None;
            } else if cursor.take("minvalue") {
                sequence.said.min_value = Some(cursor.integer()?);
            } else if cursor.take("maxvalue") {
                sequence.said.max_value = Some(cursor.integer()?);
            } else if cursor.take("cache") {
                sequence.said.cache = Some(cursor.integer()?);
            } else if cursor.take_all(&["no", "cycle"]) {
                sequence.said.cycle = false;
            } else if cursor.take("cycle") {
                sequence.said.cycle = true;
            } else if cursor.take("restart") {
                // Where it stands is a row of its own.
                cursor.take("with");
                if !cursor.is_done() {
                    cursor.integer()?;
                }
            } else if cursor.take_all(&["owned", "by"]) {
                sequence.owned_by = self.owner(cursor)?;
            } else if cursor.take_any(&["logged", "unlogged"]).is_some() {
            } else {
                return Err(cursor.not_understood());
            }
        }
        Ok(())
    }

    /// `NONE` or `table.column`.
    fn owner(&self, cursor: &mut Cursor<'a>) -> Result<Option<(QualifiedName, String)>, Error> {
        let offset = cursor.offset();
        let mut parts = cursor.names()?;
        if parts == ["none"] {
            return Ok(None);
        }
        let column = parts.pop().unwrap_or_default();
        let table = self.find(&parts, |name| self.relations.contains_key(name));
        let owner = table.filter(|table| {
            let relation = self.relations.get(table);
            relation.is_some_and(|relation| relation.column(&column).is_some())
        });
        match owner {
            Some(table) => Ok(Some((table, column))),
            None => Err(Error::unknown(
                offset,
                format!("the file makes no column `{}.{column}`", parts.join(".")),
            )),
        }
    }
}
