//! Moving bytes between a state machine and the server, in both directions at once.

mod stream;

pub(crate) use stream::{Stream, addresses};

use hyperdj_protocol::{Session, Startup};
use rustix::event::{PollFd, PollFlags, Timespec};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// How much to read at once, in bytes.
const READ_SIZE: usize = 64 * 1024;

/// A state machine of the protocol, as far as bytes are concerned.
pub(crate) trait Machine {
    /// Where received bytes go.
    fn room(&mut self, size: usize) -> &mut [u8];
    /// How many went there.
    fn filled(&mut self, count: usize);
    /// What is to be sent.
    fn output(&self) -> &[u8];
    /// How much of it was sent.
    fn written(&mut self, count: usize);
}

macro_rules! machine {
    ($type:ty) => {
        impl Machine for $type {
            fn room(&mut self, size: usize) -> &mut [u8] {
                <$type>::room(self, size)
            }
            fn filled(&mut self, count: usize) {
                <$type>::filled(self, count);
            }
            fn output(&self) -> &[u8] {
                <$type>::output(self)
            }
            fn written(&mut self, count: usize) {
                <$type>::written(self, count);
            }
        }
    };
}

machine!(Startup);
machine!(Session);

/// Why bytes could not be moved.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Nothing came before the deadline.
    Timeout,
    /// The connection failed or was closed.
    Io(io::Error),
    /// The TLS layer failed.
    Tls(rustls::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A connection, with or without TLS, that never blocks except in `poll`.
///
/// Sending must not wait for the server while the server waits for us to take its answers: a long pipeline and a long
/// result would then hold each other up for ever. So the socket is non-blocking, and each turn does what can be done.
pub(crate) struct Transport {
    stream: Stream,
    tls: Option<Box<rustls::ClientConnection>>,
}

impl Transport {
    pub(crate) fn new(stream: Stream, tls: Option<Box<rustls::ClientConnection>>) -> Self {
        Self { stream, tls }
    }

    /// Whether others can't read along.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// The TLS layer, if there is one.
    pub(crate) fn tls(&self) -> Option<&rustls::ClientConnection> {
        self.tls.as_deref()
    }

    /// Whether something waits until the socket takes it.
    pub(crate) fn has_unsent(&self, machine: &impl Machine) -> bool {
        !machine.output().is_empty() || self.tls.as_ref().is_some_and(|tls| tls.wants_write())
    }

    /// The socket, to wait for.
    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }

    /// Puts a TLS layer on the connection and has both ends agree on it.
    pub(crate) fn start_tls(
        &mut self,
        tls: Box<rustls::ClientConnection>,
        deadline: Option<Instant>,
    ) -> Result<(), Trouble> {
        let tls = self.tls.insert(tls);
        loop {
            while tls.wants_write() {
                match tls.write_tls(&mut self.stream) {
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(Trouble::Io(error)),
                }
            }
            if !tls.is_handshaking() && !tls.wants_write() {
                return Ok(());
            }
            if !wait(&self.stream, tls.wants_write(), deadline)?.readable {
                continue;
            }
            match tls.read_tls(&mut self.stream) {
                Ok(0) => return Err(Trouble::Io(closed())),
                Ok(_) => {}
                Err(error) if again(&error) => continue,
                Err(error) => return Err(Trouble::Io(error)),
            }
            if let Err(error) = tls.process_new_packets() {
                // Tells the server why, if it still listens.
                let _ = tls.write_tls(&mut self.stream);
                return Err(Trouble::Tls(error));
            }
        }
    }

    /// Sends what the machine has to send, and returns when at least one byte was received.
    pub(crate) fn turn(
        &mut self,
        machine: &mut impl Machine,
        deadline: Option<Instant>,
    ) -> Result<(), Trouble> {
        loop {
            self.send(machine);
            let pending = !machine.output().is_empty()
                || self.tls.as_ref().is_some_and(|tls| tls.wants_write());
            let ready = wait(&self.stream, pending, deadline)?;
            if ready.readable && self.receive(machine)? {
                return Ok(());
            }
        }
    }

    /// Waits until something can be sent or received, and does so.
    pub(crate) fn progress(
        &mut self,
        machine: &mut impl Machine,
        deadline: Option<Instant>,
    ) -> Result<(), Trouble> {
        if wait(&self.stream, true, deadline)?.readable {
            self.receive(machine)?;
        }
        self.send(machine);
        Ok(())
    }

    /// Sends everything the machine has to send, without waiting for an answer.
    pub(crate) fn flush(
        &mut self,
        machine: &mut impl Machine,
        deadline: Option<Instant>,
    ) -> Result<(), Trouble> {
        loop {
            self.send(machine);
            if machine.output().is_empty()
                && !self.tls.as_ref().is_some_and(|tls| tls.wants_write())
            {
                return Ok(());
            }
            wait(&self.stream, true, deadline)?;
        }
    }

    /// Sends as much as the socket takes. A connection that the server has closed takes everything: what it said
    /// before it closed, which tells why, is still to be read, and the end of the stream is found then.
    pub(crate) fn send(&mut self, machine: &mut impl Machine) {
        if self.send_some(machine).is_err() {
            let rest = machine.output().len();
            machine.written(rest);
            self.tls = self.tls.take().map(|mut tls| {
                // Nothing more can go out: drop what TLS still holds, so that nobody waits for it.
                let _ = tls.write_tls(&mut io::sink());
                tls
            });
        }
    }

    fn send_some(&mut self, machine: &mut impl Machine) -> io::Result<()> {
        loop {
            let Some(tls) = &mut self.tls else {
                if machine.output().is_empty() {
                    return Ok(());
                }
                match self.stream.write(machine.output()) {
                    Ok(count) => machine.written(count),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
                continue;
            };
            if !machine.output().is_empty() {
                let count = tls.writer().write(machine.output())?;
                machine.written(count);
            }
            if !tls.wants_write() {
                return Ok(());
            }
            match tls.write_tls(&mut self.stream) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Receives what has arrived; whether that was anything for the machine.
    pub(crate) fn receive(&mut self, machine: &mut impl Machine) -> Result<bool, Trouble> {
        let Some(tls) = &mut self.tls else {
            return receive_plain(&mut self.stream, machine).map_err(Trouble::Io);
        };
        match tls.read_tls(&mut self.stream) {
            Ok(0) => return Err(Trouble::Io(closed())),
            Ok(_) => {}
            Err(error) if again(&error) => return Ok(false),
            Err(error) => return Err(Trouble::Io(error)),
        }
        let state = tls.process_new_packets().map_err(Trouble::Tls)?;
        let mut left = state.plaintext_bytes_to_read();
        if left == 0 && state.peer_has_closed() {
            return Err(Trouble::Io(closed()));
        }
        let any = left > 0;
        while left > 0 {
            let count = tls.reader().read(&mut machine.room(left)[..left])?;
            machine.filled(count);
            left -= count.min(left);
            if count == 0 {
                break;
            }
        }
        Ok(any)
    }
}

fn receive_plain(stream: &mut Stream, machine: &mut impl Machine) -> io::Result<bool> {
    match stream.read(machine.room(READ_SIZE)) {
        Ok(0) => Err(closed()),
        Ok(count) => {
            machine.filled(count);
            Ok(true)
        }
        Err(error) if again(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The end of the stream, as an error.
fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed it")
}

/// Whether to try once more later.
fn again(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

/// What a socket is ready for.
pub(crate) struct Ready {
    /// Bytes, the end of the stream, or an error can be read.
    pub(crate) readable: bool,
}

/// Waits until the socket is ready.
pub(crate) fn wait(
    stream: &Stream,
    for_writing: bool,
    deadline: Option<Instant>,
) -> Result<Ready, Trouble> {
    let mut flags = PollFlags::IN;
    if for_writing {
        flags |= PollFlags::OUT;
    }
    loop {
        let timeout =
            deadline.map(|deadline| timespec(deadline.saturating_duration_since(Instant::now())));
        let mut fds = [PollFd::new(stream, flags)];
        match rustix::event::poll(&mut fds, timeout.as_ref()) {
            Ok(0) => return Err(Trouble::Timeout),
            Ok(_) => {
                let events = fds[0].revents();
                return Ok(Ready {
                    readable: events.intersects(!PollFlags::OUT),
                });
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(Trouble::Io(error.into())),
        }
    }
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}
