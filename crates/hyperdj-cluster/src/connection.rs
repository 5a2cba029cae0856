//! The little of the PostgreSQL protocol that a launcher needs: simple queries over the private socket.
//!
//! PostgreSQL documentation, "Message Flow". The project's client does far more, and is itself tested with this crate.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::{DataRowBody, ErrorResponseBody, Message};
use postgres_protocol::message::frontend;

use crate::Error;

/// A row: each value in PostgreSQL's text form, `None` for NULL.
pub(crate) type Row = Vec<Option<String>>;

/// A session of the superuser.
pub(crate) struct Connection {
    stream: UnixStream,
    socket: PathBuf,
    buffer: BytesMut,
}

impl Connection {
    /// Opens a session, waiting `patience` for each answer (for ever if `None`).
    ///
    /// # Errors
    /// [`Error::Connection`] if nothing answers, [`Error::Server`] if the server refuses.
    pub(crate) fn open(
        socket: &Path,
        database: &str,
        patience: Option<Duration>,
    ) -> Result<Self, Error> {
        let stream = UnixStream::connect(socket)
            .and_then(|stream| stream.set_read_timeout(patience).map(|()| stream))
            .map_err(|source| Error::Connection {
                socket: socket.to_path_buf(),
                source,
            })?;
        let mut connection = Self {
            stream,
            socket: socket.to_path_buf(),
            buffer: BytesMut::new(),
        };
        let parameters = [
            ("user", "postgres"),
            ("database", database),
            ("client_encoding", "UTF8"),
        ];
        let mut message = BytesMut::new();
        frontend::startup_message(parameters, &mut message)
            .map_err(|source| connection.lost(source))?;
        connection.send(&message)?;
        connection.until_ready()?;
        Ok(connection)
    }

    /// Runs one or more statements in a single message, and returns the rows of all of them.
    ///
    /// # Errors
    /// [`Error::Server`] for the first statement that fails (none of the message's effects remain, unless it has
    /// transactions of its own), [`Error::Connection`] if the session is lost.
    pub(crate) fn query(&mut self, statements: &str) -> Result<Vec<Row>, Error> {
        let mut message = BytesMut::new();
        frontend::query(statements, &mut message).map_err(|source| self.lost(source))?;
        self.send(&message)?;
        self.until_ready()
    }

    fn send(&mut self, message: &[u8]) -> Result<(), Error> {
        self.stream
            .write_all(message)
            .map_err(|source| self.lost(source))
    }

    fn until_ready(&mut self) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        let mut failure = None;
        loop {
            match self
                .receive()
                .map_err(|source| failure.take().unwrap_or_else(|| self.lost(source)))?
            {
                Message::ReadyForQuery(_) => return failure.map_or(Ok(rows), Err),
                Message::ErrorResponse(body) => {
                    failure.get_or_insert(server_error(&body));
                }
                Message::DataRow(body) => {
                    rows.push(row(&body).map_err(|source| self.lost(source))?)
                }
                // The data of a COPY FROM STDIN would have to come from somewhere.
                Message::CopyInResponse(_) => {
                    let mut message = BytesMut::new();
                    frontend::copy_fail("there is no data here for COPY FROM STDIN", &mut message)
                        .map_err(|source| self.lost(source))?;
                    self.send(&message)?;
                }
                Message::AuthenticationCleartextPassword
                | Message::AuthenticationMd5Password(_)
                | Message::AuthenticationSasl(_) => {
                    return Err(self.lost(io::Error::other("the server asks for a password")));
                }
                _ => {}
            }
        }
    }

    fn receive(&mut self) -> io::Result<Message> {
        let mut chunk = [0; 8192];
        loop {
            if let Some(message) = Message::parse(&mut self.buffer)? {
                return Ok(message);
            }
            match self.stream.read(&mut chunk)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                length => self.buffer.extend_from_slice(&chunk[..length]),
            }
        }
    }

    fn lost(&self, source: io::Error) -> Error {
        Error::Connection {
            socket: self.socket.clone(),
            source,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut message = BytesMut::new();
        frontend::terminate(&mut message);
        // The server may be gone already, which is as good.
        let _ = self.stream.write_all(&message);
    }
}

fn row(body: &DataRowBody) -> io::Result<Row> {
    body.ranges()
        .map(|range| {
            Ok(range.map(|range| String::from_utf8_lossy(&body.buffer()[range]).into_owned()))
        })
        .collect()
}

/// PostgreSQL documentation, "Error and Notice Message Fields".
fn server_error(body: &ErrorResponseBody) -> Error {
    let (mut code, mut message) = (String::new(), String::new());
    let mut more = String::new();
    let mut fields = body.fields();
    while let Ok(Some(field)) = fields.next() {
        let text = String::from_utf8_lossy(field.value_bytes());
        match field.type_() {
            b'C' => code = text.into_owned(),
            b'M' => message = text.into_owned(),
            b'D' => more.push_str(&format!("; detail: {text}")),
            b'H' => more.push_str(&format!("; hint: {text}")),
            b'P' => more.push_str(&format!("; at character {text}")),
            _ => {}
        }
    }
    Error::Server {
        code,
        message: message + &more,
    }
}
