//! The command line of `hyper doctor`: the doc comments here are the help texts.

use std::str::FromStr;

use clap::Args;

use super::{DatabaseArguments, TablesArguments};
use hyperdj_doctor::Code;

use crate::near::{alternatives, near};
use crate::pattern::Pattern;

/// Look for the risks of a database, and say what mends each.
///
/// Reads the catalog and the server's own statistics in one read-only transaction; no table is read. Each finding has its
/// evidence, why it matters, and the exact SQL, in a form that spares a database in use. Nothing is changed.
#[derive(Args, Debug)]
#[command(after_help = after_help())]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,

    #[command(flatten)]
    pub(crate) tables: TablesArguments,

    /// Look for these only. May be repeated.
    #[arg(long, value_name = "CODE", num_args = 1.., value_parser = code)]
    pub(crate) only: Vec<Code>,

    /// Leave these out: everywhere, or at one object (`CODE:public.log`, with `*` for any characters). May be repeated.
    #[arg(long, value_name = "CODE[:OBJECT]", num_args = 1..)]
    pub(crate) ignore: Vec<Ignored>,

    /// Write one JSON object for programs; docs/doctor.md says what is in it.
    #[arg(long)]
    pub(crate) json: bool,

    /// How long one catalog query may take, in seconds; 0 is no limit.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) statement_timeout: u32,
}

fn after_help() -> String {
    let codes: Vec<String> = Code::ALL.iter().map(|code| format!("  {code}")).collect();
    format!(
        "\
Examples:
  hyper doctor                                    the schema `public`
  hyper doctor --schema '*'                       all schemas
  hyper doctor --table orders 'order_*'           some tables
  hyper doctor --ignore naive-timestamp           all but one code
  hyper doctor --ignore no-primary-key:audit_log  all but one place
  hyper doctor --only unindexed-foreign-key --json

Codes (docs/doctor.md explains each):
{}

Exit status: 0 nothing found, 1 findings, 2 an error.",
        codes.join("\n")
    )
}

/// A code, by its name.
fn code(name: &str) -> Result<Code, String> {
    Code::of(name).ok_or_else(|| {
        let near = near(name, Code::ALL.iter().map(|code| code.name()));
        match near.is_empty() {
            true => "there is no such code; --help lists them".to_owned(),
            false => format!(
                "there is no such code; did you mean {}?",
                alternatives(&near)
            ),
        }
    })
}

/// What of the findings the user knows already.
#[derive(Clone, Debug)]
pub(crate) struct Ignored {
    /// The code.
    pub(crate) code: Code,
    /// The place; all of them where none is named.
    pub(crate) place: Option<Pattern>,
}

impl FromStr for Ignored {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, place) = match text.split_once(':') {
            Some((name, place)) => (name, Some(Pattern::from(place))),
            None => (text, None),
        };
        Ok(Self {
            code: code(name)?,
            place,
        })
    }
}
