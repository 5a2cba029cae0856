//! Connection URLs: `postgres://user:password@host1:5432,host2/dbname?sslmode=require`.
//!
//! PostgreSQL documentation, "Connection URIs". No message here repeats a piece of the URL from which a password
//! could be told: a password with an unencoded `@` or `/` ends up in the place of the host or the port.

use super::parameters::Parameters;
use super::{ConfigError, keywords};

/// Splits `scheme://rest`, if the text has that form.
pub(crate) fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    // Java's URLs have a scheme of two parts.
    let scheme = scheme.strip_prefix("jdbc:").map_or(scheme, |_| "jdbc");
    let mut characters = scheme.chars();
    let valid = characters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_'));
    valid.then_some((scheme, rest))
}

/// Reads what follows the scheme of a URL.
pub(crate) fn parse(scheme: &str, rest: &str) -> Result<Parameters, ConfigError> {
    // Schemes have no case (RFC 3986, section 3.1).
    check_scheme(&scheme.to_ascii_lowercase())?;
    let mut parameters = Parameters::default();
    let (before_query, query) = match rest.split_once('?') {
        Some((before, query)) => (before, Some(query)),
        None => (rest, None),
    };
    let (authority, path) = match before_query.split_once('/') {
        Some((authority, path)) => (authority, Some(path)),
        None => (before_query, None),
    };
    // An `@` behind the authority, other than in a setting's value, is the mark of a password with a character that
    // should have been encoded.
    if path.is_some_and(|path| path.contains('@')) || query.is_some_and(misplaced_at) {
        return Err(unencoded());
    }
    let hosts = match authority.rsplit_once('@') {
        None => authority,
        Some((user_information, hosts)) => {
            if user_information.contains('@') {
                return Err(unencoded());
            }
            let (user, password) = match user_information.split_once(':') {
                Some((user, password)) => (user, Some(password)),
                None => (user_information, None),
            };
            if !user.is_empty() {
                parameters.set("user", decode("user", user)?)?;
            }
            if let Some(password) = password {
                parameters.set("password", decode("password", password)?)?;
            }
            hosts
        }
    };
    set_hosts(&mut parameters, hosts)?;
    if let Some(path) = path.filter(|path| !path.is_empty()) {
        parameters.set("dbname", decode("database", path)?)?;
    }
    if let Some(query) = query {
        set_query(&mut parameters, query)?;
    }
    Ok(parameters)
}

/// Whether the part behind `?` has an `@` in a setting's name, or beside one that does not exist.
fn misplaced_at(query: &str) -> bool {
    let mut names = query.split('&').filter_map(|item| item.split('=').next());
    query.contains('@')
        && names.any(|name| name.contains('@') || (name != "ssl" && keywords::find(name).is_none()))
}

fn unencoded() -> ConfigError {
    ConfigError::Syntax(
        "the user, the password or the database contains a character that a URL can't hold as it is; write @ as %40, / as %2F, : as %3A, ? as %3F, # as %23 and % as %25"
            .to_owned(),
    )
}

/// Reads `host1:port1,[::1]:port2,host3` into the settings `host` and `port`.
fn set_hosts(parameters: &mut Parameters, text: &str) -> Result<(), ConfigError> {
    if text.is_empty() {
        return Ok(());
    }
    let mut hosts = Vec::new();
    let mut ports = Vec::new();
    for item in text.split(',') {
        let (host, port) = if let Some(rest) = item.strip_prefix('[') {
            let Some((address, behind)) = rest.split_once(']') else {
                return Err(ConfigError::Syntax(
                    "an IPv6 address has an opening [ and no closing ]".to_owned(),
                ));
            };
            if address.parse::<std::net::Ipv6Addr>().is_err() && !address.contains('%') {
                return Err(ConfigError::Syntax(
                    "what stands between [ and ] is no IPv6 address".to_owned(),
                ));
            }
            match behind.strip_prefix(':') {
                Some(port) => (address, port),
                None if behind.is_empty() => (address, ""),
                None => {
                    return Err(ConfigError::Syntax(
                        "only : and a port may follow an IPv6 address in [ ]".to_owned(),
                    ));
                }
            }
        } else {
            match item.split_once(':') {
                Some((_, port)) if port.contains(':') => {
                    return Err(ConfigError::Syntax(
                        "an IPv6 address must stand in [ ], as in postgres://[::1]:5432/name"
                            .to_owned(),
                    ));
                }
                Some(parts) => parts,
                None => (item, ""),
            }
        };
        if !port.is_empty() && port.parse::<u16>().is_err() {
            // Not repeated: `postgres://user:pass/word@host` puts a piece of the password here.
            return Err(ConfigError::Syntax(
                "what follows the : of a host is no port (1 to 65535); if it belongs to a password, write / as %2F, ? as %3F, # as %23 and @ as %40".to_owned(),
            ));
        }
        let host = decode("host", host)?;
        if host.contains(',') {
            return Err(ConfigError::Syntax("a host contains a comma".to_owned()));
        }
        hosts.push(host);
        ports.push(port);
    }
    if hosts.iter().any(|host| !host.is_empty()) {
        parameters.set("host", hosts.join(","))?;
    }
    if ports.iter().any(|port| !port.is_empty()) {
        parameters.set("port", ports.join(","))?;
    }
    Ok(())
}

/// Reads `name=value&name=value`.
fn set_query(parameters: &mut Parameters, query: &str) -> Result<(), ConfigError> {
    for item in query.split('&').filter(|item| !item.is_empty()) {
        let Some((name, value)) = item.split_once('=') else {
            return Err(ConfigError::Syntax(
                "a setting behind the ? has no =".to_owned(),
            ));
        };
        let name = decode("setting", name)?;
        let value = decode("setting", value)?;
        // JDBC's way of asking for TLS, which libpq understands as well.
        if name == "ssl" && value == "true" {
            parameters.set("sslmode", "require".to_owned())?;
        } else {
            parameters.set(&name, value)?;
        }
    }
    Ok(())
}

/// Decodes `%40` and the like. `part` names the part of the URL in an error.
fn decode(part: &str, text: &str) -> Result<String, ConfigError> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        if first != b'%' {
            bytes.push(first);
            rest = behind;
            continue;
        }
        let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(behind.first()), digit(behind.get(1))) else {
            return Err(ConfigError::Syntax(format!(
                "the {part} contains a % that two hexadecimal digits do not follow; write % itself as %25"
            )));
        };
        let byte = (high * 16 + low) as u8;
        if byte == 0 {
            return Err(ConfigError::Syntax(format!(
                "the {part} contains %00, which PostgreSQL can't hold"
            )));
        }
        bytes.push(byte);
        rest = &behind[2..];
    }
    String::from_utf8(bytes).map_err(|_| {
        ConfigError::Syntax(format!("the {part} is not UTF-8 once its %XX are decoded"))
    })
}

/// Lets PostgreSQL's schemes through and says what the others are.
fn check_scheme(scheme: &str) -> Result<(), ConfigError> {
    const EXAMPLE: &str = "postgres://user@host:5432/name";
    let (base, driver) = match scheme.split_once('+') {
        Some((base, _)) => (base, true),
        None => (scheme, false),
    };
    let what = match base {
        "postgres" | "postgresql" if !driver => return Ok(()),
        "postgres" | "postgresql" => {
            "SQLAlchemy's form with a driver's name; leave out the + and what follows it"
        }
        "postgis" => "Django's form for PostGIS; write postgres",
        "jdbc" => "Java's form; leave out jdbc:",
        "mysql" | "mariadb" | "mysql2" => "a MySQL or MariaDB database",
        "sqlite" | "sqlite3" | "file" => "a SQLite database",
        "mssql" | "sqlserver" => "a Microsoft SQL Server database",
        "oracle" => "an Oracle database",
        "mongodb" => "a MongoDB database",
        "redis" | "rediss" => "a Redis database",
        "cockroachdb" | "cockroach" => {
            "a CockroachDB database, which is not PostgreSQL although it speaks its protocol"
        }
        "http" | "https" => "a web address",
        _ => "no scheme of PostgreSQL's",
    };
    Err(ConfigError::OtherScheme {
        scheme: scheme.to_owned(),
        what,
        example: EXAMPLE,
    })
}
