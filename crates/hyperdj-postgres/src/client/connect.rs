//! Which places to try, in which order, and when to stop.

use super::{Client, open};
use crate::config::{Config, Host, TargetSession};
use crate::error::{Attempt, AuthenticationFailure, Error, Place};
use crate::transport::addresses;
use std::hash::{BuildHasher, RandomState};

/// Opens a session with the first place that has a server to use.
///
/// libpq's rules: a place that can't be reached, or has a server of the wrong kind, or one that is starting, leads to
/// the next; a server that refuses the user ends the search (PostgreSQL documentation, "Specifying Multiple Hosts").
pub(super) fn connect(config: &Config) -> Result<Client, Error> {
    match config.target_session {
        TargetSession::PreferStandby => match try_all(config, TargetSession::Standby) {
            Err(error) if only_wrong_session(&error) => try_all(config, TargetSession::Any),
            result => result,
        },
        wanted => try_all(config, wanted),
    }
}

fn try_all(config: &Config, wanted: TargetSession) -> Result<Client, Error> {
    let mut attempts: Vec<Attempt> = Vec::new();
    for index in order(config) {
        let host = &config.hosts[index];
        let places = match addresses(host) {
            Ok(places) => places,
            Err(reason) => {
                let place = Place {
                    host: host.clone(),
                    address: None,
                };
                attempts.push(Attempt {
                    place: place.clone(),
                    error: Error::Unreachable {
                        place: Box::new(place),
                        reason,
                    },
                });
                continue;
            }
        };
        for place in places {
            let result =
                open::open(config, index, &place).and_then(|client| check_session(client, wanted));
            match result {
                Ok(client) => return Ok(client),
                Err(error) if leads_to_next(&error) => attempts.push(Attempt { place, error }),
                Err(error) => return Err(error),
            }
        }
    }
    Err(summary(attempts))
}

/// The order in which to try the hosts.
fn order(config: &Config) -> Vec<usize> {
    let mut order: Vec<usize> = (0..config.hosts.len()).collect();
    if config.shuffle_hosts {
        // The standard library's hasher is keyed at random: sorting by it is a shuffle.
        let random = RandomState::new();
        order.sort_by_key(|index| random.hash_one(index));
    }
    order
}

fn leads_to_next(error: &Error) -> bool {
    match error {
        Error::Unreachable { .. }
        | Error::Timeout { .. }
        | Error::NotPostgres { .. }
        | Error::Closed { .. }
        | Error::WrongSession { .. } => true,
        // The server is starting, stopping or recovering.
        Error::Server { error, .. } => error.code == "57P03",
        Error::Authentication {
            reason: AuthenticationFailure::Refused(_),
            ..
        } => false,
        _ => false,
    }
}

fn only_wrong_session(error: &Error) -> bool {
    match error {
        Error::WrongSession { .. } => true,
        Error::AllFailed(attempts) => attempts
            .iter()
            .any(|attempt| matches!(attempt.error, Error::WrongSession { .. })),
        _ => false,
    }
}

/// One error out of many: the only one, or one for a host all of whose addresses failed alike, or all of them.
fn summary(mut attempts: Vec<Attempt>) -> Error {
    if attempts.len() > 1 && all_addresses_unreachable_alike(&attempts) {
        attempts.truncate(1);
        if let Some(Attempt {
            error: Error::Unreachable { place, .. },
            ..
        }) = attempts.first_mut()
        {
            place.address = None;
        }
    }
    if attempts.len() == 1
        && let Some(attempt) = attempts.pop()
    {
        return attempt.error;
    }
    Error::AllFailed(attempts)
}

fn all_addresses_unreachable_alike(attempts: &[Attempt]) -> bool {
    let kind = |attempt: &Attempt| match &attempt.error {
        Error::Unreachable { reason, .. } => Some(reason.kind()),
        _ => None,
    };
    attempts.first().is_some_and(|first| {
        matches!(first.place.host, Host::Tcp { .. })
            && kind(first).is_some()
            && attempts.iter().all(|attempt| {
                attempt.place.host == first.place.host && kind(attempt) == kind(first)
            })
    })
}

/// Checks that the server is of the kind that is wanted.
fn check_session(mut client: Client, wanted: TargetSession) -> Result<Client, Error> {
    if wanted == TargetSession::Any {
        return Ok(client);
    }
    let fits = match wanted {
        TargetSession::Any | TargetSession::PreferStandby => true,
        TargetSession::ReadWrite => !read_only(&mut client)?,
        TargetSession::ReadOnly => read_only(&mut client)?,
        TargetSession::Primary => !in_recovery(&mut client)?,
        TargetSession::Standby => in_recovery(&mut client)?,
    };
    if fits {
        Ok(client)
    } else {
        Err(Error::WrongSession {
            place: client.place.clone(),
            wanted: wanted.name(),
        })
    }
}

fn read_only(client: &mut Client) -> Result<bool, Error> {
    // Reported by servers from version 14 on.
    match client.parameter("default_transaction_read_only") {
        Some("on") => Ok(true),
        Some(_) => in_recovery(client),
        None => is_true(client, "SHOW transaction_read_only"),
    }
}

fn in_recovery(client: &mut Client) -> Result<bool, Error> {
    match client.parameter("in_hot_standby") {
        Some(value) => Ok(value == "on"),
        None => is_true(client, "SELECT pg_catalog.pg_is_in_recovery()"),
    }
}

fn is_true(client: &mut Client, sql: &str) -> Result<bool, Error> {
    let rows = client.query(sql, &[])?;
    match rows.first() {
        Some(row) => Ok(matches!(row.get(0)?, Some("on" | "t"))),
        None => Ok(false),
    }
}
