//! `hyper sqlmigrate`: the SQL of a migration.

use hyperdj_migrate::{Direction, Folder};

use super::migrate::{find, text};
use crate::arguments::SqlmigrateArguments;
use crate::{Failure, Printer, Status};

pub(crate) fn run(
    arguments: &SqlmigrateArguments,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let folder = Folder::read(&arguments.migrations)?;
    let script = find(&folder, &arguments.migration)?;
    let direction = match arguments.backwards {
        true => Direction::Down,
        false => Direction::Up,
    };
    printer.data(&text(script, direction)?)?;
    Ok(Status::Done)
}
