//! From settings as text to a [`Config`]: defaults, the environment, and what the values mean.

use super::keywords::{KEYWORDS, SESSION_VARIABLES, Support};
use super::parameters::Parameters;
use super::passfile::PasswordFile;
use super::{
    Config, ConfigError, DEFAULT_PORT, Environment, Host, Keepalives, TargetSession, service,
};
use crate::Secret;
use hyperdj_protocol::{ChannelBindingMode, ProtocolVersion, RequiredMethods};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

mod tls;

/// The folders where PostgreSQL's builds put the socket: Debian's and Red Hat's, then PostgreSQL's own.
const SOCKET_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// Whether a host in this folder goes by the name of localhost in the password file.
pub(super) fn is_usual_socket_folder(folder: &Path) -> bool {
    SOCKET_FOLDERS
        .iter()
        .any(|usual| Path::new(usual) == folder)
}

/// Fills what `parameters` leave open, in libpq's order: service file, variables, defaults.
pub(super) fn resolve(
    mut parameters: Parameters,
    environment: &Environment,
) -> Result<Config, ConfigError> {
    for name in ["service", "servicefile"] {
        fill_from_variable(&mut parameters, name, environment)?;
    }
    if let Some(name) = parameters.value("service").map(str::to_owned) {
        service::fill(&name, &mut parameters, environment)?;
    }
    for keyword in KEYWORDS {
        fill_from_variable(&mut parameters, keyword.name, environment)?;
    }
    let parameters = &parameters;
    if parameters.value("gssencmode") == Some("require") {
        return Err(ConfigError::Unsupported {
            keyword: "gssencmode",
            reason: "GSSAPI encryption is not implemented; use TLS (sslmode=require)",
        });
    }
    let user = parameters
        .value("user")
        .map(str::to_owned)
        .or_else(|| environment.user().map(str::to_owned));
    let database = parameters.value("dbname").map(str::to_owned);
    let mut config = Config {
        hosts: hosts(parameters)?,
        host_passwords: Vec::new(),
        user,
        password: parameters.value("password").map(Secret::new),
        database,
        tls: tls::resolve(parameters, environment)?,
        channel_binding: choice(
            parameters,
            "channel_binding",
            &[
                ("disable", ChannelBindingMode::Disable),
                ("prefer", ChannelBindingMode::Prefer),
                ("require", ChannelBindingMode::Require),
            ],
        )?
        .unwrap_or_default(),
        required_methods: RequiredMethods::parse(
            parameters.value("require_auth").unwrap_or_default(),
        )
        .map_err(|reason| ConfigError::invalid("require_auth", reason))?,
        connect_timeout: seconds(parameters, "connect_timeout")?,
        read_timeout: None,
        application_name: parameters
            .value("application_name")
            .or_else(|| parameters.value("fallback_application_name"))
            .map(str::to_owned),
        options: parameters.value("options").map(str::to_owned),
        session_settings: SESSION_VARIABLES
            .iter()
            .filter_map(|(variable, setting)| {
                let value = environment
                    .variable(variable)
                    .filter(|value| !value.is_empty())?;
                // libpq's documentation: the value "default" leaves the server's own.
                (!value.eq_ignore_ascii_case("default"))
                    .then(|| ((*setting).to_owned(), value.to_owned()))
            })
            .collect(),
        keepalives: Keepalives {
            enabled: number(parameters, "keepalives")?.unwrap_or(1) != 0,
            idle: seconds(parameters, "keepalives_idle")?,
            interval: seconds(parameters, "keepalives_interval")?,
            count: number(parameters, "keepalives_count")?
                .and_then(|count| u32::try_from(count).ok())
                .filter(|count| *count > 0),
            user_timeout: number(parameters, "tcp_user_timeout")?
                .and_then(|milliseconds| u64::try_from(milliseconds).ok())
                .filter(|milliseconds| *milliseconds > 0)
                .map(Duration::from_millis),
        },
        target_session: choice(
            parameters,
            "target_session_attrs",
            &[
                TargetSession::Any,
                TargetSession::ReadWrite,
                TargetSession::ReadOnly,
                TargetSession::Primary,
                TargetSession::Standby,
                TargetSession::PreferStandby,
            ]
            .map(|target| (target.name(), target)),
        )?
        .unwrap_or_default(),
        shuffle_hosts: choice(
            parameters,
            "load_balance_hosts",
            &[("disable", false), ("random", true)],
        )?
        .unwrap_or(false),
        newest_protocol: protocol_version(parameters, "max_protocol_version")?.unwrap_or_default(),
        oldest_protocol: protocol_version(parameters, "min_protocol_version")?.unwrap_or_default(),
        warnings: Vec::new(),
    };
    if config.oldest_protocol > config.newest_protocol {
        // Asking for at least 3.2 is asking for 3.2.
        config.newest_protocol = config.oldest_protocol;
    }
    look_up_passwords(&mut config, parameters, environment);
    Ok(config)
}

/// Takes a setting from its variable, unless it is set. A variable for what can't be honoured is an error as well.
fn fill_from_variable(
    parameters: &mut Parameters,
    name: &'static str,
    environment: &Environment,
) -> Result<(), ConfigError> {
    let Some(keyword) =
        super::keywords::find(name).filter(|keyword| keyword.support != Support::Ignored)
    else {
        return Ok(());
    };
    match keyword
        .variable
        .and_then(|variable| environment.variable(variable))
    {
        Some(value) if !value.is_empty() => parameters.set_default(name, value.to_owned()),
        _ => Ok(()),
    }
}

/// Reads `host`, `hostaddr` and `port`, each a list; the lists must be of one length, or the port a single one.
fn hosts(parameters: &Parameters) -> Result<Vec<Host>, ConfigError> {
    let names: Vec<&str> = list(parameters, "host");
    let addresses: Vec<&str> = list(parameters, "hostaddr");
    let ports = list(parameters, "port")
        .into_iter()
        .map(port)
        .collect::<Result<Vec<u16>, _>>()?;
    let count = names.len().max(addresses.len()).max(1);
    if !names.is_empty() && !addresses.is_empty() && names.len() != addresses.len() {
        return Err(ConfigError::invalid(
            "hostaddr",
            format!(
                "it lists {} addresses for {} hosts",
                addresses.len(),
                names.len()
            ),
        ));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(ConfigError::invalid(
            "port",
            format!("it lists {} ports for {count} hosts", ports.len()),
        ));
    }
    let mut hosts = Vec::new();
    for index in 0..count {
        let port = ports
            .get(index)
            .or(ports.first())
            .copied()
            .unwrap_or(DEFAULT_PORT);
        let name = names.get(index).copied().unwrap_or_default();
        let address = match addresses.get(index).copied().unwrap_or_default() {
            "" => None,
            text => Some(text.parse::<IpAddr>().map_err(|_| {
                ConfigError::invalid(
                    "hostaddr",
                    format!("{text:?} is no IP address; a name belongs into host"),
                )
            })?),
        };
        match address {
            Some(address) => hosts.push(Host::Tcp {
                name: name.to_owned(),
                address: Some(address),
                port,
            }),
            None if name.is_empty() => hosts.extend(default_hosts(port)),
            None if name.starts_with('/') || name.starts_with('@') => {
                hosts.push(Host::Unix {
                    directory: PathBuf::from(name),
                    port,
                });
            }
            None => hosts.push(Host::Tcp {
                name: name.to_owned(),
                address: None,
                port,
            }),
        }
    }
    Ok(hosts)
}

/// Where a server on this machine is expected when no host is named.
fn default_hosts(port: u16) -> Vec<Host> {
    if cfg!(unix) {
        SOCKET_FOLDERS
            .iter()
            .map(|folder| Host::Unix {
                directory: PathBuf::from(folder),
                port,
            })
            .collect()
    } else {
        vec![Host::Tcp {
            name: "localhost".to_owned(),
            address: None,
            port,
        }]
    }
}

fn list<'a>(parameters: &'a Parameters, name: &str) -> Vec<&'a str> {
    parameters
        .value(name)
        .map(|text| text.split(',').map(str::trim).collect())
        .unwrap_or_default()
}

fn port(text: &str) -> Result<u16, ConfigError> {
    if text.is_empty() {
        return Ok(DEFAULT_PORT);
    }
    text.parse().ok().filter(|port| *port != 0).ok_or_else(|| {
        ConfigError::invalid(
            "port",
            format!("{text:?} is no port; a port is a number from 1 to 65535"),
        )
    })
}

/// Reads a setting that is one of a few words.
pub(super) fn choice<T: Copy>(
    parameters: &Parameters,
    keyword: &'static str,
    words: &[(&str, T)],
) -> Result<Option<T>, ConfigError> {
    let Some(text) = parameters.value(keyword) else {
        return Ok(None);
    };
    match words.iter().find(|(word, _)| *word == text) {
        Some((_, value)) => Ok(Some(*value)),
        None => {
            let known = words
                .iter()
                .map(|(word, _)| *word)
                .collect::<Vec<_>>()
                .join(", ");
            Err(ConfigError::invalid(
                keyword,
                format!("{text:?} is none of {known}"),
            ))
        }
    }
}

/// Reads a setting that is a whole number.
pub(super) fn number(
    parameters: &Parameters,
    keyword: &'static str,
) -> Result<Option<i64>, ConfigError> {
    parameters
        .value(keyword)
        .map(|text| {
            text.trim()
                .parse::<i32>()
                .map(i64::from)
                .map_err(|_| ConfigError::invalid(keyword, format!("{text:?} is no whole number")))
        })
        .transpose()
}

/// Reads a setting that is a number of seconds; zero and less mean "no limit".
fn seconds(
    parameters: &Parameters,
    keyword: &'static str,
) -> Result<Option<Duration>, ConfigError> {
    Ok(number(parameters, keyword)?
        .and_then(|seconds| u64::try_from(seconds).ok())
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs))
}

fn protocol_version(
    parameters: &Parameters,
    keyword: &'static str,
) -> Result<Option<ProtocolVersion>, ConfigError> {
    choice(
        parameters,
        keyword,
        &[
            ("3.0", ProtocolVersion::V3_0),
            ("3.2", ProtocolVersion::V3_2),
            ("latest", ProtocolVersion::V3_2),
        ],
    )
}

/// Looks into the password file for each host, unless a password is set.
fn look_up_passwords(config: &mut Config, parameters: &Parameters, environment: &Environment) {
    if config.password.is_some() {
        return;
    }
    let path = match parameters.value("passfile") {
        Some(path) => PathBuf::from(path),
        None => match environment.home() {
            Some(home) => home.join(".pgpass"),
            None => return,
        },
    };
    let (file, warning) = PasswordFile::read(&path, environment);
    config.warnings.extend(warning);
    let Some(user) = config.user.clone() else {
        return;
    };
    let database = config.database.clone().unwrap_or_else(|| user.clone());
    config.host_passwords = config
        .hosts
        .iter()
        .map(|host| file.find(host, &database, &user))
        .collect();
}
