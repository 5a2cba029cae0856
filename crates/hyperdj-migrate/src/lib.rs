//! Applies migration files to a database, once each and in order, whoever else tries at the same time.
//!
//! - [`Folder`] reads `migrations/NNNN_name.sql` and `.py`; [`History`] is our own table of what was applied.
//! - [`take_lock`] holds the one advisory lock for as long as a session lives; [`State`] holds folder and history against
//!   each other; [`Runner`] runs a script either way, and takes up one that was interrupted.
//! - [`Recorded`] is what the managed tables are after the last file, kept beside the files for who has no database.
//! - What can be in a transaction is in one, together with the line of the history that says so. What can't is written
//!   down before and after, and whether it was done is looked up when it is taken up again.
//!
//! Nothing is printed here: what happens is told to a [`Watcher`].

mod claim;
mod error;
mod estimate;
mod event;
mod folder;
mod history;
mod layout;
mod leftover;
mod locks;
mod record;
mod recorded;
mod runner;
mod state;
mod words;

pub use claim::{refuse_pooler, release_lock, same_session, take_lock};
pub use error::Error;
pub use estimate::{Estimate, estimate};
pub use event::{Direction, Event, Patience, Watcher};
pub use folder::{Folder, Kind, Script};
pub use history::{HISTORY_TABLE, History};
pub use record::{Phase, Record};
pub use recorded::{ManagedTable, RECORDED_FILE, Recorded, SameExpression};
pub use runner::Runner;
pub use state::State;
