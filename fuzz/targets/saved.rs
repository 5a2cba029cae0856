//! A saved schema: what is read is written so that it is read as the same.
#![no_main]

use hyperdj_schema::{from_json, to_json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(schema) = from_json(text) {
        let written = to_json(&schema).expect("it was read");
        assert_eq!(from_json(&written).expect("it was written"), schema);
    }
});
