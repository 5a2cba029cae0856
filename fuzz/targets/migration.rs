//! A migration's file: statements at their places, or an error with one.
#![no_main]

use hyperdj_change::{file, split};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = split(text);
    match file::parse(text) {
        Ok(migration) => {
            let _ = format!("{migration:?}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
