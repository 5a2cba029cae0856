//! Runs a script, either way, and takes up one that was interrupted.

use std::thread;
use std::time::{Duration, Instant};

use hyperdj_change::file::FileStatement;
use hyperdj_postgres::{Client, TransactionStatus};
use hyperdj_schema::sql::quote_identifier;

use crate::claim::{backend, pooled};
use crate::error::{explained, words};
use crate::event::{Direction, Event, Patience, Watcher};
use crate::leftover::{Found, concurrent_index, drops_concurrently, is_concurrent};
use crate::state::done_checksum;
use crate::words::sets_session;
use crate::{Error, History, Phase, Script};

/// The pauses between attempts double from the first to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Runs scripts over a session that has the lock.
pub struct Runner<'a> {
    client: &'a mut Client,
    history: &'a History,
    /// The server process that has the lock.
    process: i64,
    patience: Patience,
    watcher: &'a mut dyn Watcher,
}

/// A way of a script, and how far it is.
struct Way<'s> {
    script: &'s Script,
    direction: Direction,
    statements: &'s [FileStatement],
    /// How many were done when it was taken up.
    taken_up: usize,
    /// It was interrupted before: its next statement may be done, and not be written down.
    resumed: bool,
    /// Nothing of it was written down before.
    fresh: bool,
    /// Since when the time counts that is not written down yet.
    since: Instant,
}

/// What ended a statement or what is around it.
enum Stop {
    /// It did not get its lock, or its turn: it may be tried again.
    Again(Error),
    /// It can't be in a transaction.
    Alone,
    /// It failed for good.
    Failed(Error),
}

impl<'a> Runner<'a> {
    /// A runner over a session whose server process `process` took the lock.
    pub fn new(
        client: &'a mut Client,
        history: &'a History,
        process: i64,
        patience: Patience,
        watcher: &'a mut dyn Watcher,
    ) -> Self {
        Self {
            client,
            history,
            process,
            patience,
            watcher,
        }
    }

    /// Runs a script of SQL one way, from the statement at which it was interrupted. The history is written with it.
    ///
    /// `interrupted` is what the history says of the script: the way that was begun and how many statements were done.
    ///
    /// # Errors
    ///
    /// A statement fails, with its place in the file and what is done and what is not; or the session is lost.
    pub fn run(
        &mut self,
        script: &Script,
        direction: Direction,
        interrupted: Option<usize>,
    ) -> Result<(), Error> {
        let Some(statements) = script.statements(direction == Direction::Up) else {
            return Err(
                Error::new(format!("{} has no way back", script.path.display()))
                    .with_hint("Write one under `-- DOWN`, or take it back by a new migration."),
            );
        };
        if direction == Direction::Down
            && statements.is_empty()
            && script.statements(true).is_some_and(|up| !up.is_empty())
        {
            return Err(Error::new(format!(
                "{} has no way back: nothing stands under its `-- DOWN`",
                script.path.display()
            ))
            .with_hint("Write the statements there, or note it as taken back without running anything: --fake."));
        }
        let taken_up = interrupted.unwrap_or(0).min(statements.len());
        let way = Way {
            script,
            direction,
            statements,
            taken_up,
            resumed: interrupted.is_some(),
            fresh: interrupted.is_none() && direction == Direction::Up,
            since: Instant::now(),
        };
        if interrupted.is_some() {
            self.watcher.tell(&Event::Resumed {
                script,
                done: taken_up,
                of: statements.len(),
            });
        }
        self.settle()?;
        self.settings(&way)?;
        self.all(way)
    }

    /// The session as a new one is: the settings of one script are not those of the next.
    fn settle(&mut self) -> Result<(), Error> {
        self.client
            .batch_execute("RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL")?;
        // What is said to be applied must outlive the server.
        self.client.batch_execute(
            "SELECT pg_catalog.set_config('synchronous_commit', 'on', false) \
             WHERE pg_catalog.current_setting('synchronous_commit') = 'off'",
        )?;
        // From PostgreSQL 14 on a statement ends when we are gone, and with it the session and its lock.
        if self.client.server_version() >= 140_000 {
            let _ = self
                .client
                .batch_execute("SET client_connection_check_interval = '1s'");
        }
        Ok(())
    }

    /// Makes the settings again that statements which are done made for those to come.
    fn settings(&mut self, way: &Way<'_>) -> Result<(), Error> {
        for statement in way.statements.iter().take(way.taken_up) {
            if sets_session(&statement.sql) {
                self.client.batch_execute(&statement.sql)?;
            }
        }
        Ok(())
    }

    fn all(&mut self, mut way: Way<'_>) -> Result<(), Error> {
        let total = way.statements.len();
        let mut at = way.taken_up;
        if at == total {
            return self
                .with_patience(&way, at, |runner, way| runner.group(way, at, at))
                .map_err(|stop| self.failed(&way, at, stop));
        }
        while at < total {
            let together = way.statements[at..]
                .iter()
                .take_while(|statement| statement.transactional)
                .count();
            let end = at + together.max(1);
            let mut done = self.with_patience(&way, at, |runner, way| runner.group(way, at, end));
            if together == 0 && matches!(done, Err(Stop::Alone)) {
                done = self.outside(&mut way, at);
            }
            done.map_err(|stop| self.failed(&way, at, stop))?;
            way.fresh = false;
            way.since = Instant::now();
            at = end;
        }
        Ok(())
    }

    /// Tries again, after longer and longer pauses, what did not get its lock.
    fn with_patience(
        &mut self,
        way: &Way<'_>,
        at: usize,
        work: impl Fn(&mut Self, &Way<'_>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut pause = FIRST_PAUSE;
        let mut attempt = 1;
        loop {
            match work(self, way) {
                Err(Stop::Again(_)) if attempt < self.patience.attempts => {}
                done => return done,
            }
            self.watcher.tell(&Event::Retry {
                script: way.script,
                number: at + 1,
                pause,
            });
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
            attempt += 1;
        }
    }

    /// The statements from `start` to `end` and the line of the history, in one transaction.
    fn group(&mut self, way: &Way<'_>, start: usize, end: usize) -> Result<(), Stop> {
        self.begin()?;
        let done = self.group_inside(way, start, end);
        if done.is_err() && self.client.transaction() != TransactionStatus::Idle {
            // The first error is the one to tell.
            let _ = self.client.batch_execute("ROLLBACK");
        }
        done
    }

    fn group_inside(&mut self, way: &Way<'_>, start: usize, end: usize) -> Result<(), Stop> {
        for number in start..end {
            self.statement(way, number)?;
        }
        self.write_down(way, end)?;
        self.execute("COMMIT")
    }

    fn begin(&mut self) -> Result<(), Stop> {
        self.execute(&format!(
            "BEGIN; SET LOCAL lock_timeout = {}",
            self.patience.lock_timeout.as_millis()
        ))?;
        let process = backend(self.client).map_err(Stop::Failed)?;
        if process != self.process {
            let _ = self.client.batch_execute("ROLLBACK");
            return Err(Stop::Failed(pooled()));
        }
        Ok(())
    }

    /// A statement that can't be in a transaction: it is written down before, and after.
    fn outside(&mut self, way: &mut Way<'_>, at: usize) -> Result<(), Stop> {
        self.write_down(way, at)?;
        way.fresh = false;
        // It may have been done when we were interrupted, and only not been written down.
        let may_be_done = way.resumed && at == way.taken_up;
        self.with_patience(way, at, |runner, way| {
            runner.outside_once(way, at, may_be_done)
        })?;
        self.write_down(way, at + 1)
    }

    /// Writes down how far the script is, as the role that we are: the script may have set another.
    fn write_down(&mut self, way: &Way<'_>, done: usize) -> Result<(), Stop> {
        let record = self.record(way, done);
        let role = self
            .client
            .query("SELECT pg_catalog.current_setting('role')", &[])
            .and_then(|rows| match rows.first() {
                Some(row) => Ok(row.get(0)?.unwrap_or("none").to_owned()),
                None => Ok("none".to_owned()),
            })
            .map_err(|error| stop(&error, || error_of(&error)))?;
        if role == "none" {
            return self.execute(&record);
        }
        let role = quote_identifier(&role);
        self.execute(&format!("RESET ROLE; {record}; SET ROLE {role}"))
    }

    fn outside_once(&mut self, way: &Way<'_>, at: usize, may_be_done: bool) -> Result<(), Stop> {
        let sql = &way.statements[at].sql;
        if let Some(index) = concurrent_index(sql) {
            match index.find(self.client).map_err(Stop::Failed)? {
                Found::Invalid(name) => {
                    self.watcher.tell(&Event::Leftover { index: &name });
                    self.execute("SET lock_timeout = 0")?;
                    self.execute(&format!("DROP INDEX CONCURRENTLY IF EXISTS {name}"))?;
                }
                Found::Valid if may_be_done => return Ok(()),
                _ => {}
            }
        }
        let timeout = if is_concurrent(sql) {
            0
        } else {
            self.patience.lock_timeout.as_millis()
        };
        self.execute(&format!("SET lock_timeout = {timeout}"))?;
        let done = self.statement(way, at);
        // The statement may have ended the session, which is told by what it gave.
        let _ = self.client.batch_execute("RESET lock_timeout");
        match done {
            Err(Stop::Failed(_)) if may_be_done && drops_concurrently(sql) => {
                self.drop_again(way, at)
            }
            done => done,
        }
    }

    /// Drops an index that may be gone: then that was done before we were interrupted.
    fn drop_again(&mut self, way: &Way<'_>, at: usize) -> Result<(), Stop> {
        let statement = &way.statements[at];
        match self.client.batch_execute(&statement.sql) {
            Err(error) if error.sqlstate() == Some("42704") => Ok(()),
            Err(error) => Err(Stop::Failed(placed(way, at, &error))),
            Ok(()) => Ok(()),
        }
    }

    fn statement(&mut self, way: &Way<'_>, at: usize) -> Result<(), Stop> {
        let statement = &way.statements[at];
        self.watcher.tell(&Event::Statement {
            script: way.script,
            number: at + 1,
            of: way.statements.len(),
            sql: &statement.sql,
        });
        self.client
            .batch_execute(&statement.sql)
            .map_err(|error| stop(&error, || placed(way, at, &error)))
    }

    /// A statement of our own.
    fn execute(&mut self, sql: &str) -> Result<(), Stop> {
        self.client
            .batch_execute(sql)
            .map_err(|error| stop(&error, || error_of(&error)))
    }

    /// The statement that writes down how far the script is.
    fn record(&self, way: &Way<'_>, done: usize) -> String {
        let is_done = done == way.statements.len();
        let (checksum, phase) = match way.direction {
            Direction::Up if is_done => (way.script.checksum.clone(), Phase::Applied),
            Direction::Down if is_done => return self.history.remove(way.script),
            Direction::Up => (done_checksum(way.script, true, done), Phase::Applying),
            Direction::Down => (done_checksum(way.script, false, done), Phase::Reverting),
        };
        self.history.write(
            way.script,
            &checksum,
            phase,
            done,
            way.since.elapsed(),
            way.fresh,
        )
    }

    /// The error with what is done and what is not.
    fn failed(&self, way: &Way<'_>, at: usize, stop: Stop) -> Error {
        let error = match stop {
            Stop::Failed(error) | Stop::Again(error) => error,
            Stop::Alone => {
                let place = way.statements[at].start();
                Error::new(format!(
                    "{}:{}:{}: a statement of the file can't be in a transaction",
                    way.script.path.display(),
                    place.line,
                    place.column
                ))
                .with_hint("Write `-- transaction: no` above it.")
            }
        };
        let total = way.statements.len();
        let stood = match at {
            0 => format!("Nothing of {} is done.", way.script.name),
            _ => format!(
                "{at} of {total} statements of {} are done; run the command again to go on with the next.",
                way.script.name
            ),
        };
        let hint = match error.hint() {
            Some(hint) => format!("{hint}\n{stood}"),
            None => stood,
        };
        error.with_hint(hint)
    }
}

/// What an error means for what is to be done next.
fn stop(error: &hyperdj_postgres::Error, told: impl Fn() -> Error) -> Stop {
    match error.sqlstate() {
        // lock_not_available, deadlock_detected, serialization_failure
        Some("55P03" | "40P01" | "40001") => Stop::Again(told()),
        // active_sql_transaction, and a procedure that commits
        Some("25001" | "2D000") => Stop::Alone,
        _ => Stop::Failed(told()),
    }
}

fn error_of(error: &hyperdj_postgres::Error) -> Error {
    explained(Error::new(words(error)), error)
}

/// The server's error with its place in the file.
fn placed(way: &Way<'_>, at: usize, error: &hyperdj_postgres::Error) -> Error {
    let statement = &way.statements[at];
    let place = error
        .server_error()
        .and_then(|server| server.position)
        .and_then(|position| usize::try_from(position).ok())
        .map_or_else(|| statement.start(), |position| statement.place(position));
    let told = Error::new(format!(
        "{}:{}:{}: {}",
        way.script.path.display(),
        place.line,
        place.column,
        words(error)
    ));
    explained(told, error)
}
