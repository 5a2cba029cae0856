//! Where a database is, as a URL or as `key=value`: settings, or an error that does not repeat a password.
#![no_main]

use hyperdj_postgres::{Config, Environment};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let environment = Environment::empty();
    if let Ok(config) = Config::parse_in(text, &environment) {
        let _ = config.to_string();
        let _ = config.effective_user();
    }
    let secret = format!("postgres://u:se+cr+et@h/{text}");
    let said = match Config::parse_in(&secret, &environment) {
        Ok(config) => format!("{config} {config:?}"),
        Err(error) => format!("{error} {error:?}"),
    };
    assert!(
        text.contains("se+cr+et") || !said.contains("se+cr+et"),
        "{said}"
    );
});
