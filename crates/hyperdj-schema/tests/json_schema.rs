//! `docs/schema.schema.json` is made from the types, and is what they say now.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

use std::fs;
use std::path::Path;

use hyperdj_schema::{FORMAT, Saved, VERSION};
use schemars::generate::SchemaSettings;

/// The JSON Schema of what is written, with what the types can't say of the first two keys.
fn made() -> String {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    let mut schema = generator.into_root_schema_for::<Saved>().to_value();
    schema["title"] = "A PostgreSQL database, as `hyper inspectdb --format json` writes it".into();
    schema["properties"]["format"]["const"] = FORMAT.into();
    schema["properties"]["version"]["const"] = VERSION.into();
    format!("{}\n", serde_json::to_string_pretty(&schema).unwrap())
}

#[test]
fn the_file_in_docs_is_what_the_types_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema.schema.json");
    let made = made();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        known == made,
        "{} is stale: UPDATE_SNAPSHOTS=1 cargo test -p hyperdj-schema writes it anew",
        path.display()
    );
}
