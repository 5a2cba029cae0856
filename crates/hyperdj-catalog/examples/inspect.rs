//! Reads a database from Rust and says what is in it.
//!
//! ```sh
//! cargo run -p hyperdj-catalog --example inspect -- postgres://user@localhost/shop
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use hyperdj_catalog::{Options, inspect};
use hyperdj_postgres::{Client, Config};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("give a database's URL")?;
    let mut client = Client::connect(&Config::parse(&url)?)?;
    let found = inspect(&mut client, &Options::default())?;
    for relation in &found.schema.relations {
        let kind = relation.kind.singular();
        println!(
            "{kind} {}: {} columns",
            relation.name,
            relation.columns.len()
        );
    }
    Ok(())
}
