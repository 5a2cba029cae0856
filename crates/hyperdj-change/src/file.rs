//! The text of a migration file, written and read.
//!
//! ```sql
//! -- What it is for, in words of whoever reads and changes it.
//!
//! -- UP
//!
//! ALTER TABLE public.users ADD COLUMN email text;
//!
//! -- transaction: no
//! CREATE INDEX CONCURRENTLY users_email_idx ON public.users USING btree (email);
//!
//! -- DOWN
//!
//! -- ALTER TABLE public.users DROP COLUMN email;
//! ```
//!
//! - A line that says `-- UP`, or `-- DOWN`, begins a section. What stands ahead of `-- UP` is a word to the reader; a
//!   file without `-- UP` is one section, the way up, up to its `-- DOWN`.
//! - Every line of the way down is written behind `-- `, so that `psql -f` and Flyway, to whom it is a comment, run the
//!   way up alone. One that someone writes by hand may be without: a way down in which some line is neither blank nor a
//!   comment is read as it stands. Where all lines are comments, what no semicolon ends is a word to the reader.
//! - The statements of a section are one transaction, except that one under `-- transaction: no` runs by itself, after
//!   what is ahead of it was committed. `-- transaction: no` on the line of a section's heading, `-- UP transaction: no`,
//!   says it of every statement of the section.
//! - Flyway runs a file with such a statement if `mixed=true` is set; the file is run by `psql` without `-1`.
//! - A file with no `-- DOWN` has no way back.
//! - Hazards stand as comments, `-- hazard: table-rewrite …`, and say nothing to the reading side.

mod parse;
mod position;
mod write;

pub use parse::{FileError, FileStatement, Migration, Section, parse};
pub use position::Position;
pub use write::{write, write_one_way};
