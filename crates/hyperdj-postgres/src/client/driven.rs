//! A session that an event loop drives: nothing here waits.

use super::{CancelToken, Client};
use crate::error::{Error, Place};
use hyperdj_protocol::Session;
use std::fmt;
use std::os::fd::{AsFd, BorrowedFd};

/// An open session whose owner waits for its socket, and tells it when there is something to receive or room to send.
///
/// Statements go into [`Driven::session`], and events come out of it; [`Driven::send`] and [`Driven::receive`] move the
/// bytes. Dropping it closes the connection, without a goodbye unless [`Driven::close`] said it.
pub struct Driven {
    client: Client,
}

impl Driven {
    /// Takes over a session that [`Client::connect`] has opened.
    pub fn new(mut client: Client) -> Self {
        // The client's own goodbye could wait for the server.
        client.over = true;
        Self { client }
    }

    /// The state of the session.
    pub fn session(&self) -> &Session {
        &self.client.session
    }

    /// The session, to queue statements in and to take events from.
    pub fn session_mut(&mut self) -> &mut Session {
        &mut self.client.session
    }

    /// Where the server was found.
    pub fn place(&self) -> &Place {
        &self.client.place
    }

    /// What cancels the statement that is running; `None` if the server gave no key.
    pub fn cancel_token(&self) -> Option<CancelToken> {
        self.client.cancel_token()
    }

    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.client.is_encrypted()
    }

    /// Sends what the socket takes; whether something is left, for when the socket has room again.
    pub fn send(&mut self) -> bool {
        self.client.transport.send(&mut self.client.session);
        self.client.transport.has_unsent(&self.client.session)
    }

    /// Receives what has arrived, one socket buffer at most.
    ///
    /// # Errors
    /// [`Error::Closed`] when the connection has ended. Events that came before are still to be taken.
    pub fn receive(&mut self) -> Result<(), Error> {
        match self.client.transport.receive(&mut self.client.session) {
            Ok(_) => Ok(()),
            Err(trouble) => Err(self.client.error(trouble)),
        }
    }

    /// Says goodbye, as far as that goes without waiting.
    pub fn close(mut self) {
        self.client.session.terminate();
        self.send();
    }
}

impl AsFd for Driven {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.client.transport.as_fd()
    }
}

impl fmt::Debug for Driven {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Driven")
            .field("place", &self.client.place)
            .finish_non_exhaustive()
    }
}
