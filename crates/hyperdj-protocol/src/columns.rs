//! The columns of a result, as the server describes them.

use crate::{Oid, ProtocolError};
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::RowDescriptionBody;

/// How a value is written on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(i16)]
pub enum Format {
    /// The text that PostgreSQL's output function of the type gives.
    #[default]
    Text = 0,
    /// The bytes that PostgreSQL's send function of the type gives.
    Binary = 1,
}

impl Format {
    /// The format of a code on the wire.
    pub(crate) fn from_code(code: i32) -> Result<Self, ProtocolError> {
        match code {
            0 => Ok(Self::Text),
            1 => Ok(Self::Binary),
            _ => Err(ProtocolError::Malformed(format!(
                "no value format has the code {code}"
            ))),
        }
    }
}

/// One column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name in the result, which need not be unique.
    pub name: String,
    /// The table that the column comes from, if it is a table's column.
    pub table: Option<Oid>,
    /// The column's number in that table, `pg_attribute.attnum`.
    pub number: i16,
    /// The type, `pg_type.oid`.
    pub type_oid: Oid,
    /// The size of the type in bytes, negative if it varies: `pg_type.typlen`.
    pub type_size: i16,
    /// The type's modifier, such as the length of a varchar: `pg_attribute.atttypmod`.
    pub type_modifier: i32,
    /// How values of this column come.
    pub format: Format,
}

/// All columns of a result, in order.
pub type Columns = Vec<Column>;

/// Reads a RowDescription.
pub(crate) fn read(body: &RowDescriptionBody) -> Result<Columns, ProtocolError> {
    let mut fields = body.fields();
    let mut columns = Columns::new();
    while let Some(field) = fields.next().map_err(ProtocolError::malformed)? {
        columns.push(Column {
            name: field.name().to_owned(),
            table: (field.table_oid() != 0).then(|| field.table_oid()),
            number: field.column_id(),
            type_oid: field.type_oid(),
            type_size: field.type_size(),
            type_modifier: field.type_modifier(),
            format: Format::from_code(i32::from(field.format()))?,
        });
    }
    Ok(columns)
}
