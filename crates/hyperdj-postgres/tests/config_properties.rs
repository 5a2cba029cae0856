//! What is true of every connection string.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic, and so may their helpers"
)]

use hyperdj_postgres::{Config, Environment};
use proptest::prelude::*;

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn encoded(value: &str) -> String {
    value.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

proptest! {
    // A case that fails is added to the tables above by hand.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn quoting_and_encoding_lose_nothing(user in "[^\0]{1,12}", password in "[^\0]{1,12}", database in "[^\0]{1,12}") {
        let settings = format!("user={} password = {}\n dbname={}", quoted(&user), quoted(&password), quoted(&database));
        let url = format!("postgres://{}:{}@db/{}", encoded(&user), encoded(&password), encoded(&database));
        for text in [settings, url] {
            let config = Config::parse(&text).unwrap();
            prop_assert_eq!(config.user.as_deref(), Some(user.as_str()));
            prop_assert_eq!(config.password.as_ref().unwrap().reveal(), &password);
            prop_assert_eq!(config.database.as_deref(), Some(database.as_str()));
        }
    }

    #[test]
    fn what_is_shown_means_the_same(user in "[^\0]{1,8}", host in "[a-z/.*]([^\0,: ]|[^\0,:]{0,7}[^\0,: ])?", port in 1..u16::MAX, database in "[^\0]{1,8}") {
        let host = host.trim().to_owned();
        let text = format!("host={} port={port} user={} dbname={}", quoted(&host), quoted(&user), quoted(&database));
        let config = Config::parse(&text).unwrap();
        prop_assert_eq!(Config::parse(&config.to_string()).unwrap(), config);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}", head in prop::sample::select(vec!["", "postgres://", "postgres://u:p@", "host=", "postgres://[", "service=", "postgres://h/d?"])) {
        let _ = Config::parse(&format!("{head}{text}"));
    }

    #[test]
    fn no_error_shows_the_password(
        password in "Q[a-z@/:?#%&=' \\\\\\[\\]]{0,6}QQ",
        form in prop::sample::select(vec!["postgres://me:{}@db:x/n?a=b", "postgres://me:{}@db/n?bad=1", "host=db password={} port=x", "host=db password='{}' bad=1", "postgres://me:{}@db", "password={}"]),
    ) {
        if let Err(error) = Config::parse(&form.replace("{}", &password)) {
            prop_assert!(!error.to_string().contains('Q'), "{}", error);
            prop_assert!(!format!("{error:?}").contains('Q'), "{error:?}");
        }
    }

    #[test]
    fn any_password_file_is_read(file in "\\PC{0,80}(\n\\PC{0,40})*") {
        let environment = Environment::empty().with_user("me", "/h").with_file("/h/.pgpass", &file);
        prop_assert!(Config::parse_in("host=db", &environment).is_ok());
    }
}
