//! The one advisory lock that keeps two runs apart, and the check that a session is a session.

use std::thread;
use std::time::Duration;

use hyperdj_postgres::{Client, Config};

use crate::{Error, Event, Watcher};

/// The two numbers of the lock: "hype" and "rdja" as bytes.
const KEY: (i32, i32) = (0x6879_7065, 0x7264_6a61);

/// The longest time between two looks at a lock that someone else has.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Takes the lock for as long as the session lives; waits for whoever has it, and says who that is. Gives the process of
/// the server that holds it.
///
/// It looks again and again and never waits in the server: an index that another run builds CONCURRENTLY waits for every
/// older transaction, and would wait for ours.
///
/// # Errors
///
/// Those of the connection.
///
/// PostgreSQL documentation: 13.3.5 Advisory Locks.
pub fn take_lock(client: &mut Client, watcher: &mut dyn Watcher) -> Result<i64, Error> {
    let sql = format!(
        "SELECT pg_catalog.pg_try_advisory_lock({}, {}), pg_catalog.pg_backend_pid()",
        KEY.0, KEY.1
    );
    let mut pause = Duration::from_millis(50);
    let mut told = String::new();
    loop {
        let rows = client.query(&sql, &[])?;
        if let Some(row) = rows.first()
            && row.get(0)? == Some("t")
        {
            return Ok(row.get(1)?.and_then(|pid| pid.parse().ok()).unwrap_or(0));
        }
        let holder = holder(client)?;
        if !holder.is_empty() && holder != told {
            watcher.tell(&Event::Waiting { holder: &holder });
            told = holder;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Who has the lock, in words; nothing where no one has it any more.
fn holder(client: &mut Client) -> Result<String, Error> {
    let rows = client.query(
        &format!(
            "SELECT l.pid, a.usename, a.application_name, a.client_addr, \
                    date_trunc('second', now() - a.backend_start) \
             FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 \
               AND l.classid = {} AND l.objid = {} \
               AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())",
            KEY.0, KEY.1
        ),
        &[],
    )?;
    let Some(row) = rows.first() else {
        return Ok(String::new());
    };
    let mut words = format!("server process {}", row.get(0)?.unwrap_or("unknown"));
    if let Some(user) = row.get(1)? {
        words.push_str(&format!(" of role `{user}`"));
    }
    if let Some(application) = row.get(2)?.filter(|name| !name.is_empty()) {
        words.push_str(&format!(", application `{application}`"));
    }
    if let Some(address) = row.get(3)? {
        words.push_str(&format!(", from {address}"));
    }
    Ok(words)
}

/// Refuses a connection that a pooler hands out transaction by transaction: a lock taken in one is then someone else's.
///
/// A pooler shows in that it names another server process than the server does. One that keeps a session together passes:
/// while the first session is idle, a second one then gets a server process of its own.
///
/// # Errors
///
/// The pooler is one that is refused, or the connection fails.
pub fn refuse_pooler(client: &mut Client, config: &Config) -> Result<(), Error> {
    let own = backend(client)?;
    let is_direct = client
        .process_id()
        .is_none_or(|named| i64::from(named) == own);
    if is_direct {
        return Ok(());
    }
    let mut other = Client::connect(config)?;
    let others = backend(&mut other)?;
    drop(other);
    if others == own || backend(client)? != own {
        return Err(pooled());
    }
    Ok(())
}

/// The server process that runs a session's statements.
pub(crate) fn backend(client: &mut Client) -> Result<i64, Error> {
    let rows = client.query("SELECT pg_catalog.pg_backend_pid()", &[])?;
    let pid = rows.first().map(|row| row.get(0)).transpose()?.flatten();
    Ok(pid.and_then(|pid| pid.parse().ok()).unwrap_or(0))
}

/// The error of a session that is none.
pub(crate) fn pooled() -> Error {
    Error::new(
        "the connection goes through a pooler that hands out sessions transaction by transaction (such as PgBouncer with \
         pool_mode = transaction), and the lock that keeps two runs apart needs one session",
    )
    .with_hint("Give --database the server's own host and port, or a pool with pool_mode = session.")
}
