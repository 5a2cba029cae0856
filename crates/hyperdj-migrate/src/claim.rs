//! The one advisory lock that keeps two runs apart, and the check that a session is a session.

use std::thread;
use std::time::Duration;

use hyperdj_postgres::{Client, Config};

use crate::{Error, Event, Watcher};

/// The two numbers of the lock: "hype" and "rdja" as bytes.
const KEY: (i32, i32) = (0x6879_7065, 0x7264_6a61);

/// How often a pooled session is asked which process runs its statements.
const LOOKS: usize = 4;

/// The longest time between two looks at a lock that someone else has.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Takes the lock for as long as the session lives; waits for whoever has it, and says who that is. Gives the process of
/// the server that holds it.
///
/// It looks again and again and never waits in the server: an index that another run builds CONCURRENTLY waits for every
/// older transaction, and would wait for ours.
///
/// A session may take the lock twice. Where ours has it before we took it, someone else's run does in the same session,
/// which a pooler then hands out to both: that is refused, so that no two runs ever have it at once.
///
/// # Errors
///
/// Those of the connection; a session that someone else uses too.
///
/// PostgreSQL documentation: 13.3.5 Advisory Locks.
pub fn take_lock(client: &mut Client, watcher: &mut dyn Watcher) -> Result<i64, Error> {
    let sql = format!(
        "SELECT CASE WHEN NOT EXISTS (SELECT {HELD} AND l.pid = pg_catalog.pg_backend_pid()) \
                     THEN pg_catalog.pg_try_advisory_lock({}, {}) END, pg_catalog.pg_backend_pid()",
        KEY.0,
        KEY.1,
        HELD = held()
    );
    let mut pause = Duration::from_millis(50);
    let mut told = String::new();
    loop {
        let rows = client.query(&sql, &[])?;
        if let Some(row) = rows.first() {
            match row.get(0)? {
                Some("t") => {
                    return Ok(row.get(1)?.and_then(|pid| pid.parse().ok()).unwrap_or(0));
                }
                Some(_) => {}
                None => return Err(pooled()),
            }
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

/// Gives the lock back. A session that ends does so by itself; one that a pooler keeps open does not.
pub fn release_lock(client: &mut Client) {
    let sql = format!(
        "SELECT pg_catalog.pg_advisory_unlock({}, {}) WHERE EXISTS (SELECT {} AND l.pid = pg_catalog.pg_backend_pid())",
        KEY.0,
        KEY.1,
        held()
    );
    // The work is done or failed by now, and that is what is told.
    let _ = client.batch_execute(&sql);
}

/// The locks of this kind that are held in this database, as the end of a query.
fn held() -> String {
    format!(
        "FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 \
         AND l.classid = {} AND l.objid = {} \
         AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())",
        KEY.0, KEY.1
    )
}

/// Who has the lock, in words; nothing where no one has it any more.
fn holder(client: &mut Client) -> Result<String, Error> {
    let rows = client.query(
        &format!(
            "SELECT l.pid, a.usename, a.application_name, a.client_addr, \
                    date_trunc('second', now() - a.backend_start) \
             FROM (SELECT l.pid {}) l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid",
            held()
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
/// each statement then runs in the same process, and while the first session is idle, a second one gets a process of its
/// own. One that hands out sessions in turn may pass by chance, where others take their turns between ours: each
/// transaction looks again ([`Runner`](crate::Runner)), and [`take_lock`] sees whether someone else has our session.
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
    for _ in 1..LOOKS {
        if backend(client)? != own {
            return Err(pooled());
        }
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

/// Refuses a session whose statements another process of the server runs than the one that has the lock.
///
/// # Errors
///
/// The session is another by now, or the connection fails.
pub fn same_session(client: &mut Client, process: i64) -> Result<(), Error> {
    match backend(client)? == process {
        true => Ok(()),
        false => Err(pooled()),
    }
}

/// The error of a session that is none.
pub(crate) fn pooled() -> Error {
    Error::new(
        "the connection goes through a pooler that hands out sessions transaction by transaction (such as PgBouncer with \
         pool_mode = transaction), and the lock that keeps two runs apart needs one session",
    )
    .with_hint("Give --database the server's own host and port, or a pool with pool_mode = session.")
}
