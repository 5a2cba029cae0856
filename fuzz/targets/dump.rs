//! A dump: any text is read, or refused at a place of it.
#![no_main]

use hyperdj_dump::{Options, Place, read, statements};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for statement in statements(text) {
        if statement.is_err() {
            break;
        }
    }
    let options = Options {
        schemas: None,
        views: true,
    };
    if let Err(error) = read(text, &options) {
        assert!(error.offset <= text.len(), "{error}");
        assert!(text.is_char_boundary(error.offset), "{error}");
        let _ = Place::of(text, error.offset).to_string();
    }
});
