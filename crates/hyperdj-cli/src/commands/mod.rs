//! One file a verb.

pub(crate) mod adopt;
pub(crate) mod baseline;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod dbshell;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod dumpdata;
pub(crate) mod grants;
pub(crate) mod inspectdb;
pub(crate) mod loaddata;
pub(crate) mod makemigrations;
pub(crate) mod man;
pub(crate) mod migrate;
pub(crate) mod new;
pub(crate) mod rollback;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod shell;
pub(crate) mod showmigrations;
pub(crate) mod sqlmigrate;
pub(crate) mod version;
