//! Cancelling what a session runs, from another thread.

use crate::config::Config;
use crate::error::{Error, Place};
use crate::transport::{Machine, Trouble};
use bytes::{Buf, Bytes};
use hyperdj_protocol::CancelKey;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a request to cancel may take if the configuration has no `connect_timeout`.
const PATIENCE: Duration = Duration::from_secs(10);

/// What cancels the statement that a client runs. It can be cloned and sent to another thread.
#[derive(Debug, Clone)]
pub struct CancelToken {
    pub(super) config: Arc<Config>,
    pub(super) place: Place,
    pub(super) encrypted: bool,
    pub(super) key: CancelKey,
}

impl CancelToken {
    /// Asks the server to cancel what the session is running, and returns when the server has taken the request.
    ///
    /// That is no promise: the statement may be done already. If it is not, it fails with SQLSTATE 57014.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::Tls`], [`Error::Timeout`].
    pub fn cancel(&self) -> Result<(), Error> {
        let patience = self.config.connect_timeout.unwrap_or(PATIENCE);
        let deadline = Some(Instant::now() + patience);
        let mut transport =
            super::open::transport(&self.config, &self.place, self.encrypted, deadline)?;
        let mut request = Request(self.key.request(), [0; 64]);
        match transport.turn(&mut request, deadline) {
            // The server closes the connection once it has read the request.
            Ok(()) | Err(Trouble::Io(_) | Trouble::Tls(_)) => Ok(()),
            Err(Trouble::Timeout) => Err(Error::Timeout {
                place: Box::new(self.place.clone()),
                waiting_for: "cancelling a statement",
                after: patience,
            }),
        }
    }
}

/// A request that has no answer.
struct Request(Bytes, [u8; 64]);

impl Machine for Request {
    fn room(&mut self, _: usize) -> &mut [u8] {
        &mut self.1
    }

    fn filled(&mut self, _: usize) {}

    fn output(&self) -> &[u8] {
        &self.0
    }

    fn written(&mut self, count: usize) {
        self.0.advance(count.min(self.0.len()));
    }
}
