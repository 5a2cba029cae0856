//! What must change for one schema to become another.

mod columns;
mod comments;
mod difference;
mod indexes;
mod inheritance;
mod keys;
mod rebuild;
mod references;
mod rename;
mod sequences;
mod tables;
mod types;
mod values;
mod views;

use hyperdj_schema::{Namespace, Schema};

use crate::{Change, Options, Scope};
use difference::Difference;

/// The changes that turn `from` into `to`, in an order in which they can be made.
///
/// Nothing is compared that [`Options`] leaves out. The result depends on the two schemas and the options alone.
pub fn diff(from: &Schema, to: &Schema, options: &Options) -> Vec<Change> {
    let mut renames = Vec::new();
    let renamed;
    let from = if options.renames.is_empty() {
        from
    } else {
        renamed = rename::apply(from, to, options, &mut renames);
        &renamed
    };
    let mut difference = Difference::new(from, to, options);
    for change in renames {
        difference.push(difference::Phase::Renames, change);
    }
    difference.tables();
    difference.types();
    difference.sequences();
    difference.views();
    difference.namespaces();
    difference.finish()
}

/// The left side under the names that [`Options::renames`] gives: what [`diff`] compares with the right one.
pub fn renamed(from: &Schema, to: &Schema, options: &Options) -> Schema {
    rename::apply(from, to, options, &mut Vec::new())
}

/// The changes that lead back from `to` to `from`: renames go the other way, and a namespace that came is dropped.
pub fn reverse(from: &Schema, to: &Schema, options: &Options) -> Vec<Change> {
    let mut back = options.reversed();
    let mut left = to.clone();
    for change in diff(from, to, options) {
        if let Change::CreateNamespace(namespace) = change {
            if let Scope::Only(names) = &mut back.namespaces {
                names.insert(namespace.name.clone());
            }
            if !left.namespaces.iter().any(|own| own.name == namespace.name) {
                left.namespaces.push(Namespace {
                    name: namespace.name,
                    comment: None,
                    of_extension: false,
                });
            }
        }
    }
    diff(&left, from, &back)
}
