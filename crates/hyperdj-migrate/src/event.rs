//! What a run is told beforehand, and what it tells while it goes on.

use std::time::Duration;

use crate::Script;

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Apply.
    Up,
    /// Take back.
    Down,
}

/// How long to wait for a lock, and how often.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// `lock_timeout` of each statement: whoever comes behind a statement that waits for a lock waits with it.
    pub lock_timeout: Duration,
    /// How many times a statement that ran into it is tried in all.
    pub attempts: u32,
}

impl Default for Patience {
    /// Half a second, thirty times.
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_millis(500),
            attempts: 30,
        }
    }
}

/// Something that happens.
#[derive(Debug)]
pub enum Event<'a> {
    /// Someone else has the lock.
    Waiting {
        /// Who, in words.
        holder: &'a str,
    },
    /// A statement begins.
    Statement {
        /// The script.
        script: &'a Script,
        /// Its place, from 1.
        number: usize,
        /// Of how many.
        of: usize,
        /// The statement.
        sql: &'a str,
    },
    /// A statement did not get its lock and is tried again.
    Retry {
        /// The script.
        script: &'a Script,
        /// The statement's place, from 1.
        number: usize,
        /// After this time.
        pause: Duration,
    },
    /// An invalid index is dropped, to be built again.
    Leftover {
        /// Its name.
        index: &'a str,
    },
    /// A script that was interrupted goes on.
    Resumed {
        /// The script.
        script: &'a Script,
        /// How many statements were done.
        done: usize,
        /// Of how many.
        of: usize,
    },
}

/// Who is told what happens.
pub trait Watcher {
    /// Takes an event.
    fn tell(&mut self, event: &Event<'_>);
}
