//! How messages become events: each is held against what was sent.

use super::*;

impl Session {
    /// Lends the rows that have arrived and come next, one after the other, without an event for each.
    ///
    /// They are rows of the statement that is running; what follows them is [`Session::next_event`]'s, and so is
    /// anything that is wrong with them.
    pub fn take_rows(&mut self, take: impl FnMut(BorrowedRow<'_>)) {
        if self.running('D').is_ok() {
            self.input.rows(take);
        }
    }

    /// The next event; `None` when more bytes are needed.
    ///
    /// # Errors
    /// Any [`ProtocolError`]; the session is then out of step, and its connection is to be closed.
    pub fn next_event(&mut self) -> Result<Option<Event>, ProtocolError> {
        loop {
            match self.input.next(true)? {
                None => return Ok(None),
                // Says nothing that the next message does not say as well.
                Some(Incoming::Message(Message::BindComplete)) => {
                    self.answer(Waits::BIND, '2')?;
                }
                Some(Incoming::Message(message)) => return self.event(message).map(Some),
                Some(Incoming::KeyData { .. }) => return Err(unexpected('K')),
                Some(Incoming::Negotiate { .. }) => return Err(unexpected('v')),
                Some(Incoming::CopyBoth) => return Err(unexpected('W')),
            }
        }
    }

    fn event(&mut self, message: Message) -> Result<Event, ProtocolError> {
        match message {
            Message::DataRow(body) => {
                let statement = self.running('D')?;
                Ok(Event::Row {
                    statement,
                    row: DataRow::new(body),
                })
            }
            Message::ParseComplete => Ok(Event::Parsed {
                statement: self.answer(Waits::PARSE, '1')?,
            }),
            Message::CloseComplete => Ok(Event::Closed {
                statement: self.answer(Waits::CLOSE, '3')?,
            }),
            Message::ParameterDescription(body) => Ok(Event::Parameters {
                statement: self.answer(Waits::PARAMETERS, 't')?,
                types: body
                    .parameters()
                    .collect()
                    .map_err(ProtocolError::malformed)?,
            }),
            Message::RowDescription(body) => {
                let statement = match self.steps.front() {
                    Some(Step::Simple { statement }) => *statement,
                    _ => self.answer(Waits::DESCRIBE, 'T')?,
                };
                Ok(Event::Columns {
                    statement,
                    columns: columns::read(&body)?,
                })
            }
            Message::NoData => Ok(Event::NoColumns {
                statement: self.answer(Waits::DESCRIBE, 'n')?,
            }),
            Message::CommandComplete(body) => {
                let tag = body.tag().map_err(ProtocolError::malformed)?.to_owned();
                Ok(Event::Complete {
                    statement: self.end_of_statement('C')?,
                    tag,
                })
            }
            Message::EmptyQueryResponse => Ok(Event::Empty {
                statement: self.end_of_statement('I')?,
            }),
            Message::PortalSuspended => Ok(Event::Suspended {
                statement: self.end_of_statement('s')?,
            }),
            Message::CopyInResponse(body) => {
                let statement = self.running('G')?;
                self.copying = self.begin_copy_in();
                Ok(Event::CopyIn {
                    statement,
                    format: copy_format(body.format(), body.column_formats())?,
                })
            }
            Message::CopyOutResponse(body) => {
                let statement = self.running('H')?;
                self.copying = Copying::Out;
                Ok(Event::CopyOut {
                    statement,
                    format: copy_format(body.format(), body.column_formats())?,
                })
            }
            Message::CopyData(body) if self.copying == Copying::Out => Ok(Event::CopyData {
                statement: self.running('d')?,
                data: body.into_bytes(),
            }),
            Message::CopyDone if self.copying == Copying::Out => {
                self.copying = Copying::No;
                Ok(Event::CopyDone {
                    statement: self.running('c')?,
                })
            }
            Message::CopyData(_) => Err(unexpected('d')),
            Message::CopyDone => Err(unexpected('c')),
            Message::ErrorResponse(body) => {
                let error = Box::new(ServerError::read(body.fields())?);
                Ok(Event::Error {
                    statement: self.fail(),
                    error,
                })
            }
            Message::NoticeResponse(body) => {
                Ok(Event::Notice(Box::new(ServerError::read(body.fields())?)))
            }
            Message::NotificationResponse(body) => Ok(Event::Notification {
                process_id: body.process_id(),
                channel: body.channel().map_err(ProtocolError::malformed)?.to_owned(),
                payload: body.message().map_err(ProtocolError::malformed)?.to_owned(),
            }),
            Message::ParameterStatus(body) => {
                let name = body.name().map_err(ProtocolError::malformed)?.to_owned();
                let value = body.value().map_err(ProtocolError::malformed)?.to_owned();
                self.parameters.set(&name, &value);
                Ok(Event::Parameter { name, value })
            }
            Message::ReadyForQuery(body) => self.ready(body.status()),
            _ => Err(unexpected('R')),
        }
    }

    /// The statement whose rows or data are coming.
    fn running(&self, kind: char) -> Result<u64, ProtocolError> {
        match self.steps.front() {
            Some(Step::Simple { statement }) => Ok(*statement),
            Some(Step::Extended { statement, waits }) if waits.next() == Waits::EXECUTE => {
                Ok(*statement)
            }
            _ => Err(unexpected(kind)),
        }
    }

    /// Ticks off an answer of the front statement, which must be the next that it waits for.
    fn answer(&mut self, answer: Waits, kind: char) -> Result<u64, ProtocolError> {
        match self.steps.front_mut() {
            Some(Step::Extended { statement, waits }) if waits.next() == answer => {
                let statement = *statement;
                *waits = waits.without(answer);
                if waits.is_empty() {
                    self.steps.pop_front();
                }
                Ok(statement)
            }
            _ => Err(unexpected(kind)),
        }
    }

    /// The last answer of an execution; a simple query goes on until ReadyForQuery.
    fn end_of_statement(&mut self, kind: char) -> Result<u64, ProtocolError> {
        self.copying = Copying::No;
        match self.steps.front() {
            Some(Step::Simple { statement }) => Ok(*statement),
            _ => self.answer(Waits::EXECUTE, kind),
        }
    }

    /// An error: the server skips to the next Sync. Returns the statement that it is about.
    fn fail(&mut self) -> Option<u64> {
        let failed = match self.steps.front().copied() {
            Some(Step::Simple { statement }) => Some(statement),
            Some(Step::Extended { statement, .. }) => {
                while matches!(self.steps.front(), Some(Step::Extended { .. })) {
                    self.steps.pop_front();
                }
                Some(statement)
            }
            Some(Step::Sync { .. }) | None => None,
        };
        // A COPY that the server gave up has read and ignored its Sync, and skips to the next.
        self.end_copy_in();
        self.copying = Copying::No;
        failed
    }

    /// What a COPY FROM STDIN does to the messages that are already on their way.
    ///
    /// While it waits for data the server ignores a Sync and fails at any other message (PostgreSQL documentation,
    /// "COPY Operations"); it then skips to the next Sync, or, as version 15 does, ends the session.
    fn begin_copy_in(&mut self) -> Copying {
        let mut sync_swallowed = None;
        if matches!(self.steps.front(), Some(Step::Extended { .. }))
            && let Some(Step::Sync { through }) = self.steps.get(1).copied()
        {
            self.steps.remove(1);
            // If more is queued behind it, that makes the COPY fail, and its Sync is answered.
            if self.steps.len() == 1 {
                sync_swallowed = Some(through);
            }
        }
        Copying::In { sync_swallowed }
    }

    fn ready(&mut self, status: u8) -> Result<Event, ProtocolError> {
        let transaction = match status {
            b'I' => TransactionStatus::Idle,
            b'T' => TransactionStatus::Open,
            b'E' => TransactionStatus::Failed,
            _ => {
                return Err(ProtocolError::Malformed(format!(
                    "no transaction has the status {:?}",
                    char::from(status)
                )));
            }
        };
        match self.steps.front() {
            Some(step @ (Step::Sync { .. } | Step::Simple { .. })) => {
                let through = step.number();
                self.steps.pop_front();
                self.copying = Copying::No;
                self.transaction = transaction;
                Ok(Event::Ready {
                    transaction,
                    through,
                })
            }
            _ => Err(unexpected('Z')),
        }
    }
}

fn unexpected(kind: char) -> ProtocolError {
    ProtocolError::Unexpected {
        kind,
        moment: "that answers nothing that was sent",
    }
}

fn copy_format(overall: u8, columns: ColumnFormats<'_>) -> Result<CopyFormat, ProtocolError> {
    let columns: Vec<u16> = columns.collect().map_err(ProtocolError::malformed)?;
    Ok(CopyFormat {
        overall: Format::from_code(i32::from(overall))?,
        columns: columns
            .into_iter()
            .map(|code| Format::from_code(i32::from(code)))
            .collect::<Result<_, _>>()?,
    })
}
