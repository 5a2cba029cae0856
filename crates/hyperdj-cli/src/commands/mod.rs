//! One file a verb.

pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod inspectdb;
pub(crate) mod run;
pub(crate) mod version;
