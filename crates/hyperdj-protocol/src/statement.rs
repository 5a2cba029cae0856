//! Statements on their way to the server.

use crate::{Format, Oid, ProtocolError};
use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend::{self, BindError};

/// One execution of a statement by the extended protocol.
///
/// PostgreSQL documentation, "Extended Query". Everything but `sql` or `name` may be left at its default: the unnamed
/// statement, parameters and results as text, types inferred by the server, all rows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Execution<'a> {
    /// The statement's text, which is parsed under `name` first; `None` runs the statement that `name` already is.
    pub sql: Option<&'a str>,
    /// The prepared statement's name; empty for the unnamed one.
    pub name: &'a str,
    /// The parameters' types; 0 or nothing lets the server infer them.
    pub parameter_types: &'a [Oid],
    /// The parameters' formats: nothing for all text, one for all, or one each.
    pub parameter_formats: &'a [Format],
    /// The result columns' formats: nothing for all text, one for all, or one each.
    pub result_formats: &'a [Format],
    /// Whether to ask for the columns of the result before its rows.
    pub describe: bool,
    /// How many rows to return before the portal is suspended; 0 for all.
    pub row_limit: i32,
}

impl Execution<'_> {
    /// Appends Parse, Bind, Describe and Execute; on an error `output` is as it was.
    pub(crate) fn encode<'p>(
        &self,
        parameters: impl IntoIterator<Item = Option<&'p [u8]>>,
        output: &mut BytesMut,
    ) -> Result<(), ProtocolError> {
        let before = output.len();
        self.encode_all(parameters, output)
            .inspect_err(|_| output.truncate(before))
    }

    fn encode_all<'p>(
        &self,
        parameters: impl IntoIterator<Item = Option<&'p [u8]>>,
        output: &mut BytesMut,
    ) -> Result<(), ProtocolError> {
        if let Some(sql) = self.sql {
            frontend::parse(self.name, sql, self.parameter_types.iter().copied(), output)
                .map_err(ProtocolError::unencodable)?;
        }
        frontend::bind(
            "",
            self.name,
            self.parameter_formats.iter().map(|format| *format as i16),
            parameters,
            |value, output| {
                Ok(match value {
                    None => IsNull::Yes,
                    Some(bytes) => {
                        output.extend_from_slice(bytes);
                        IsNull::No
                    }
                })
            },
            self.result_formats.iter().map(|format| *format as i16),
            output,
        )
        .map_err(|error| match error {
            BindError::Conversion(error) => ProtocolError::unencodable(error),
            BindError::Serialization(error) => ProtocolError::unencodable(error),
        })?;
        if self.describe {
            frontend::describe(b'P', "", output).map_err(ProtocolError::unencodable)?;
        }
        frontend::execute("", self.row_limit, output).map_err(ProtocolError::unencodable)
    }
}
