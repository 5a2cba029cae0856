//! Sockets: looking up hosts, connecting within a time limit, keep-alive.

use crate::config::{Config, Host};
use crate::error::Place;
use socket2::{Domain, SockAddr, SockRef, Socket, TcpKeepalive, Type};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

/// A connected socket that does not block.
pub(crate) enum Stream {
    /// Over the network.
    Tcp(TcpStream),
    /// On this machine.
    Unix(UnixStream),
}

/// The places that a host stands for: one for each address of its name.
pub(crate) fn addresses(host: &Host) -> io::Result<Vec<Place>> {
    let place = |address| Place {
        host: host.clone(),
        address,
    };
    match host {
        Host::Unix { .. } => Ok(vec![place(None)]),
        Host::Tcp {
            address: Some(address),
            port,
            ..
        } => Ok(vec![place(Some(SocketAddr::new(*address, *port)))]),
        Host::Tcp { name, port, .. } => {
            let mut places: Vec<Place> = Vec::new();
            for address in (name.as_str(), *port).to_socket_addrs()? {
                if places.iter().all(|place| place.address != Some(address)) {
                    places.push(place(Some(address)));
                }
            }
            if places.is_empty() {
                return Err(io::Error::new(
                    io::ErrorKind::NotFound,
                    "the name has no address",
                ));
            }
            Ok(places)
        }
    }
}

impl Stream {
    /// Connects; the time limit ends at `deadline`.
    pub(crate) fn connect(
        place: &Place,
        config: &Config,
        deadline: Option<Instant>,
    ) -> io::Result<Self> {
        match (&place.host, place.address) {
            (Host::Unix { directory, port }, _) => {
                connect_unix(directory, *port, deadline).map(Self::Unix)
            }
            (Host::Tcp { .. }, Some(address)) => {
                connect_tcp(address, config, deadline).map(Self::Tcp)
            }
            (Host::Tcp { .. }, None) => Err(io::Error::new(
                io::ErrorKind::NotFound,
                "the name has no address",
            )),
        }
    }
}

/// The time left until `deadline`; an error if there is none.
fn left(deadline: Option<Instant>) -> io::Result<Option<Duration>> {
    let Some(deadline) = deadline else {
        return Ok(None);
    };
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        Err(io::ErrorKind::TimedOut.into())
    } else {
        Ok(Some(left))
    }
}

fn connect_tcp(
    address: SocketAddr,
    config: &Config,
    deadline: Option<Instant>,
) -> io::Result<TcpStream> {
    let stream = match left(deadline)? {
        Some(left) => TcpStream::connect_timeout(&address, left)?,
        None => TcpStream::connect(address)?,
    };
    // A connection to a port of this machine that nobody listens on can meet itself (TCP's simultaneous open).
    if stream.local_addr()? == stream.peer_addr()? {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    stream.set_nodelay(true)?;
    let keepalives = &config.keepalives;
    let socket = SockRef::from(&stream);
    if keepalives.enabled {
        let mut settings = TcpKeepalive::new();
        if let Some(idle) = keepalives.idle {
            settings = settings.with_time(idle);
        }
        if let Some(interval) = keepalives.interval {
            settings = settings.with_interval(interval);
        }
        if let Some(count) = keepalives.count {
            settings = settings.with_retries(count);
        }
        socket.set_tcp_keepalive(&settings)?;
    }
    #[cfg(target_os = "linux")]
    if keepalives.user_timeout.is_some() {
        socket.set_tcp_user_timeout(keepalives.user_timeout)?;
    }
    stream.set_nonblocking(true)?;
    Ok(stream)
}

fn connect_unix(directory: &Path, port: u16, deadline: Option<Instant>) -> io::Result<UnixStream> {
    let file = format!(".s.PGSQL.{port}");
    let directory_bytes = directory.as_os_str().as_bytes();
    // libpq's notation for Linux' abstract sockets, which the kernel spells with a zero byte in front.
    let address = match directory_bytes.strip_prefix(b"@") {
        Some(name) => {
            let mut path = vec![0];
            path.extend_from_slice(name);
            path.push(b'/');
            path.extend_from_slice(file.as_bytes());
            SockAddr::unix(Path::new(std::ffi::OsStr::from_bytes(&path)))?
        }
        None => SockAddr::unix(directory.join(file))?,
    };
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    match left(deadline)? {
        Some(left) => socket.connect_timeout(&address, left)?,
        None => socket.connect(&address)?,
    }
    socket.set_nonblocking(true)?;
    Ok(UnixStream::from(OwnedFd::from(socket)))
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(buffer),
            Self::Unix(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(stream) => stream.as_fd(),
            Self::Unix(stream) => stream.as_fd(),
        }
    }
}
