//! The bytes of a value of any type: a value, or an error.
#![no_main]

use hyperdj_values::{Type, Value, decode, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u32, &[u8])| {
    let (oid, bytes) = input;
    let Ok(value) = decode(Type::of(oid), bytes) else {
        return;
    };
    let _ = format!("{value:?}");
    if let Value::Numeric(number) = value {
        let mut text = Vec::new();
        number.write_text(&mut text);
        let text = String::from_utf8(text).expect("digits are text");
        // What is written of a number is a number.
        encode::numeric(&text, &mut Vec::new()).expect("it was one");
    }
});
