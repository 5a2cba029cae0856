//! The table of libpq's settings: their names, their variables, and what this client makes of each.

/// What happens to a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Support {
    /// It is honoured.
    Used,
    /// It can't matter here, whatever its value.
    Ignored,
    /// It would matter, and can't be honoured: the reason, and what to do instead.
    Refused(&'static str),
}

/// One of libpq's settings.
#[derive(Debug)]
pub(crate) struct Keyword {
    /// Its name in a connection string.
    pub(crate) name: &'static str,
    /// The variable that stands in for it.
    pub(crate) variable: Option<&'static str>,
    /// What happens to it.
    pub(crate) support: Support,
}

const fn used(name: &'static str, variable: Option<&'static str>) -> Keyword {
    Keyword {
        name,
        variable,
        support: Support::Used,
    }
}

const fn ignored(name: &'static str, variable: Option<&'static str>) -> Keyword {
    Keyword {
        name,
        variable,
        support: Support::Ignored,
    }
}

const fn refused(
    name: &'static str,
    variable: Option<&'static str>,
    reason: &'static str,
) -> Keyword {
    Keyword {
        name,
        variable,
        support: Support::Refused(reason),
    }
}

const NO_OAUTH: &str = "OAuth authentication is not implemented";

/// Every setting of PostgreSQL 18's libpq (documentation, "Parameter Key Words" and "Environment Variables").
pub(crate) static KEYWORDS: &[Keyword] = &[
    used("host", Some("PGHOST")),
    used("hostaddr", Some("PGHOSTADDR")),
    used("port", Some("PGPORT")),
    used("dbname", Some("PGDATABASE")),
    used("user", Some("PGUSER")),
    used("password", Some("PGPASSWORD")),
    used("passfile", Some("PGPASSFILE")),
    used("require_auth", Some("PGREQUIREAUTH")),
    used("channel_binding", Some("PGCHANNELBINDING")),
    used("connect_timeout", Some("PGCONNECT_TIMEOUT")),
    // Text comes as UTF-8 in any case, which is what Rust and Python strings are made from.
    ignored("client_encoding", Some("PGCLIENTENCODING")),
    used("options", Some("PGOPTIONS")),
    used("application_name", Some("PGAPPNAME")),
    used("fallback_application_name", None),
    used("keepalives", None),
    used("keepalives_idle", None),
    used("keepalives_interval", None),
    used("keepalives_count", None),
    used("tcp_user_timeout", None),
    refused(
        "replication",
        None,
        "this client does not speak the replication protocol",
    ),
    used("gssencmode", Some("PGGSSENCMODE")),
    used("sslmode", Some("PGSSLMODE")),
    used("requiressl", Some("PGREQUIRESSL")),
    used("sslnegotiation", Some("PGSSLNEGOTIATION")),
    ignored("sslcompression", Some("PGSSLCOMPRESSION")),
    used("sslcert", Some("PGSSLCERT")),
    used("sslkey", Some("PGSSLKEY")),
    refused(
        "sslkeylogfile",
        None,
        "TLS secrets are not written to files",
    ),
    refused(
        "sslpassword",
        None,
        "encrypted key files can't be read; decrypt the key into a file with mode 0600",
    ),
    used("sslcertmode", Some("PGSSLCERTMODE")),
    used("sslrootcert", Some("PGSSLROOTCERT")),
    used("sslcrl", Some("PGSSLCRL")),
    refused(
        "sslcrldir",
        Some("PGSSLCRLDIR"),
        "name one file of revoked certificates with sslcrl",
    ),
    used("sslsni", Some("PGSSLSNI")),
    refused(
        "requirepeer",
        Some("PGREQUIREPEER"),
        "the server process's owner is not looked up; use a socket folder that only its owner can write to",
    ),
    used("ssl_min_protocol_version", Some("PGSSLMINPROTOCOLVERSION")),
    used("ssl_max_protocol_version", Some("PGSSLMAXPROTOCOLVERSION")),
    used("min_protocol_version", Some("PGMINPROTOCOLVERSION")),
    used("max_protocol_version", Some("PGMAXPROTOCOLVERSION")),
    ignored("krbsrvname", Some("PGKRBSRVNAME")),
    ignored("gsslib", Some("PGGSSLIB")),
    ignored("gssdelegation", Some("PGGSSDELEGATION")),
    refused("scram_client_key", None, "give the password instead"),
    refused("scram_server_key", None, "give the password instead"),
    used("service", Some("PGSERVICE")),
    used("servicefile", Some("PGSERVICEFILE")),
    used("target_session_attrs", Some("PGTARGETSESSIONATTRS")),
    used("load_balance_hosts", Some("PGLOADBALANCEHOSTS")),
    refused("oauth_issuer", None, NO_OAUTH),
    refused("oauth_client_id", None, NO_OAUTH),
    refused("oauth_client_secret", None, NO_OAUTH),
    refused("oauth_scope", None, NO_OAUTH),
];

/// The variables that become settings of the session, with the setting of each.
pub(crate) static SESSION_VARIABLES: &[(&str, &str)] = &[
    ("PGDATESTYLE", "datestyle"),
    ("PGTZ", "timezone"),
    ("PGGEQO", "geqo"),
];

/// The setting of this name.
pub(crate) fn find(name: &str) -> Option<&'static Keyword> {
    KEYWORDS.iter().find(|keyword| keyword.name == name)
}

/// The setting whose name looks most like `name`, if one does.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    // What other programs call them.
    match name.to_ascii_lowercase().as_str() {
        "database" | "db" | "databasename" => return Some("dbname"),
        "username" | "role" | "uid" => return Some("user"),
        "pass" | "pwd" | "passwd" => return Some("password"),
        "hostname" | "server" => return Some("host"),
        "schema" | "search_path" | "currentschema" => return Some("options"),
        "ssl" | "tls" | "sslaccept" => return Some("sslmode"),
        "timeout" => return Some("connect_timeout"),
        _ => {}
    }
    KEYWORDS
        .iter()
        .map(|keyword| {
            (
                strsim::damerau_levenshtein(keyword.name, &name.to_ascii_lowercase()),
                keyword.name,
            )
        })
        .filter(|(distance, candidate)| *distance * 3 <= candidate.len().max(3))
        .min()
        .map(|(_, candidate)| candidate)
}
