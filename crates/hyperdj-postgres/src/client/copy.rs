//! COPY, in both directions, without holding the data.

use super::Client;
use super::run::Failure;
use crate::Error;
use hyperdj_protocol::{Event, ServerError};
use std::io::{self, Read};
use std::time::Instant;

/// How much is read from the source at once, and how much may wait to be sent, in bytes.
const CHUNK: usize = 64 * 1024;

impl Client {
    /// Runs a `COPY … TO STDOUT` and hands over the data as it comes: in the text formats, a line at a time.
    ///
    /// # Errors
    /// As [`Client::pipeline`]; [`Error::Unsupported`] if the statement is not such a COPY.
    pub fn copy_out<E: From<Error>>(
        &mut self,
        sql: &str,
        on_data: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.check()?;
        self.session
            .simple_query(sql)
            .map_err(|error| self.unencodable(error))?;
        let mut began = false;
        let mut stopped = None;
        let failure = self.drive(&mut |event| {
            match event {
                Event::CopyOut { .. } => began = true,
                Event::CopyData { data, .. } if stopped.is_none() => stopped = on_data(&data).err(),
                _ => {}
            }
            Ok(())
        })?;
        match (stopped, failure) {
            (Some(error), _) => Err(error),
            (None, Some(Failure { error, .. })) => Err(Error::Server {
                statement: None,
                error,
            }
            .into()),
            (None, None) if began => Ok(()),
            (None, None) => Err(Error::Unsupported("the statement is no COPY TO STDOUT").into()),
        }
    }

    /// Runs a `COPY … FROM STDIN` with everything that `source` gives; how many rows were copied.
    ///
    /// # Errors
    /// The server's, the connection's, or [`Error::Source`] when `source` can't be read: nothing is copied then.
    /// [`Error::Unsupported`] if the statement is not such a COPY.
    pub fn copy_in(&mut self, sql: &str, source: &mut dyn Read) -> Result<u64, Error> {
        self.check()?;
        self.session
            .simple_query(sql)
            .map_err(|error| self.unencodable(error))?;
        let server_error = |error| Error::Server {
            statement: None,
            error,
        };
        // Up to the moment at which the server waits for data, or says that it does not.
        loop {
            match self.next_event()? {
                Event::CopyIn { .. } => break,
                Event::Error { error, .. } => {
                    return Err(server_error(
                        self.finish(Some(error), &mut 0)?.unwrap_or_default(),
                    ));
                }
                Event::Ready { .. } => {
                    return Err(Error::Unsupported("the statement is no COPY FROM STDIN"));
                }
                _ => {}
            }
        }
        let mut chunk = vec![0; CHUNK];
        let mut unreadable = None;
        let mut refused = None;
        while refused.is_none() {
            match source.read(&mut chunk) {
                Ok(0) => {
                    self.session.copy_done();
                    break;
                }
                Ok(count) => {
                    self.session
                        .copy_data(&chunk[..count])
                        .map_err(|error| self.unencodable(error))?;
                    refused = self.send_most()?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.session
                        .copy_fail("the data can't be read")
                        .map_err(|error| self.unencodable(error))?;
                    unreadable = Some(error);
                    break;
                }
            }
        }
        let mut rows = 0;
        match (self.finish(refused, &mut rows)?, unreadable) {
            (_, Some(reason)) => Err(Error::Source(reason)),
            (Some(error), None) => Err(server_error(error)),
            (None, None) => Ok(rows),
        }
    }

    /// Sends until little is left to send, so that a large source does not pile up here; the server's error, if it
    /// has had enough.
    fn send_most(&mut self) -> Result<Option<Box<ServerError>>, Error> {
        while self.session.output().len() > CHUNK {
            let deadline = self.read_timeout.map(|timeout| Instant::now() + timeout);
            if let Err(trouble) = self.transport.progress(&mut self.session, deadline) {
                self.over = true;
                return Err(self.error(trouble));
            }
            if let Some(Event::Error { error, .. }) = self.pending_event()? {
                return Ok(Some(error));
            }
        }
        Ok(None)
    }

    /// Takes what is left to come; the first error, counting `earlier` as the first.
    fn finish(
        &mut self,
        earlier: Option<Box<ServerError>>,
        rows: &mut u64,
    ) -> Result<Option<Box<ServerError>>, Error> {
        let result = self.drive(&mut |event| {
            if let Event::Complete { tag, .. } = event {
                *rows = tag
                    .strip_prefix("COPY ")
                    .and_then(|count| count.parse().ok())
                    .unwrap_or(0);
            }
            Ok(())
        });
        match (earlier, result) {
            // A fatal error, after which the connection was closed.
            (Some(error), _) => Ok(Some(error)),
            (None, Ok(failure)) => Ok(failure.map(|failure| failure.error)),
            (None, Err(error)) => Err(error),
        }
    }
}
