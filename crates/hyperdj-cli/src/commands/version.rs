//! `hyper version`.

use crate::{Failure, Printer, Status};

pub(crate) fn run(printer: &mut Printer) -> Result<Status, Failure> {
    printer.data(concat!("hyper ", env!("CARGO_PKG_VERSION"), "\n"))?;
    Ok(Status::Done)
}
