//! The invariant of this crate: it does no input or output, and asks nothing of the system.
#![allow(
    clippy::unwrap_used,
    reason = "tests may panic, and so may their helpers"
)]

use std::path::{Path, PathBuf};

/// What would make the protocol depend on where it runs. `std::time` is left to drivers as well.
const FORBIDDEN: [&str; 11] = [
    "std::io",
    "std::net",
    "std::fs",
    "std::env",
    "std::thread",
    "std::time",
    "std::process",
    "std::os",
    "println!",
    "socket2",
    "pyo3",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn no_source_names_the_outside() {
    let mut found = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert!(found.len() > 10);
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in FORBIDDEN {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}
