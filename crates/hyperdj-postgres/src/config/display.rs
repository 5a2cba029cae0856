//! How a configuration and its hosts are shown: as a URL without the password.

use super::{Config, Host};
use std::fmt;

impl fmt::Display for Config {
    /// `postgres://user@host1:5432,host2:5433/name`, with what needs it percent-encoded; never a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("postgres://")?;
        if let Some(user) = &self.user {
            write!(formatter, "{}@", Encoded(user))?;
        }
        for (index, host) in self.hosts.iter().enumerate() {
            if index > 0 {
                formatter.write_str(",")?;
            }
            match host {
                Host::Tcp {
                    name,
                    address,
                    port,
                } => match address {
                    Some(address) if name.is_empty() => {
                        write_host(formatter, &address.to_string(), *port)?
                    }
                    _ => write_host(formatter, name, *port)?,
                },
                Host::Unix { directory, port } => {
                    write_host(formatter, &directory.to_string_lossy(), *port)?
                }
            }
        }
        if let Some(database) = &self.database {
            write!(formatter, "/{}", Encoded(database))?;
        }
        Ok(())
    }
}

fn write_host(formatter: &mut fmt::Formatter<'_>, host: &str, port: u16) -> fmt::Result {
    if host.contains(':') {
        write!(formatter, "[{host}]:{port}")
    } else {
        write!(formatter, "{}:{port}", Encoded(host))
    }
}

impl fmt::Display for Host {
    /// `host:5432`, `[::1]:5432`, or the path of the local socket.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp {
                name,
                address,
                port,
            } => {
                let shown = match address {
                    Some(address) if name.is_empty() => address.to_string(),
                    _ => name.clone(),
                };
                if shown.contains(':') {
                    write!(formatter, "[{shown}]:{port}")
                } else {
                    write!(formatter, "{shown}:{port}")
                }
            }
            Self::Unix { directory, port } => {
                write!(formatter, "{}/.s.PGSQL.{port}", directory.display())
            }
        }
    }
}

/// A text with everything percent-encoded that a part of a URL can't hold.
struct Encoded<'a>(&'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    write!(formatter, "{}", char::from(byte))?;
                }
                _ => write!(formatter, "%{byte:02X}")?,
            }
        }
        Ok(())
    }
}
