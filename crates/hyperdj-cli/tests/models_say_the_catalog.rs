//! The laws: what the models of a database say, read back through Python, is what its catalog says; and so is its JSON.
//!
//! It runs over the project's own schemas, and over every `*.sql` in the folder that `HYPER_CORPUS` names.

#[path = "../../hyperdj-ddl/tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hyperdj_catalog::{Options, inspect};
use hyperdj_cluster::Cluster;
use hyperdj_codegen::{Form, Request, models};
use hyperdj_schema::{QualifiedName, Schema, from_json, to_json};
use hyperdj_state::Document;
use support::{Outcome, connect, load, root, schemas};

/// The project's Python where it is, else the system's.
fn python() -> PathBuf {
    let own = root().join(".venv/bin/python");
    if own.exists() {
        own
    } else {
        PathBuf::from("python3")
    }
}

/// What the models of a file say.
fn state_of(folder: &Path, module: &str, text: &str) -> Outcome<Schema> {
    Ok(hyperdj_state::schema(&document_of(folder, module, text)?)?)
}

fn document_of(folder: &Path, module: &str, text: &str) -> Outcome<Document> {
    fs::write(folder.join(format!("{module}.py")), text)?;
    let output = Command::new(python())
        .args(["-W", "error", "-m", "hyperdjango._state", module, "--path"])
        .arg(folder)
        .env("PYTHONPATH", root().join("python"))
        .stderr(Stdio::inherit())
        .output()?;
    Ok(Document::parse(&String::from_utf8(output.stdout)?)?)
}

/// Only what models carry.
fn carried(mut schema: Schema) -> Schema {
    schema.namespaces.clear();
    schema.extensions.clear();
    schema.unmodelled.clear();
    schema
}

/// The first difference, told so that a person can find it.
fn first_difference(catalog: &Schema, models: &Schema) -> Option<String> {
    for relation in &catalog.relations {
        match models.relation(&relation.name) {
            Some(said) if said == relation => {}
            Some(said) => return Some(format!("catalog: {relation:#?}\nmodels: {said:#?}")),
            None => return Some(format!("no model of {}", relation.name)),
        }
    }
    (catalog != models).then(|| {
        format!(
            "catalog: {:#?} {:#?} {:#?} {:#?}\nmodels: {:#?} {:#?} {:#?} {:#?}",
            catalog.enums,
            catalog.domains,
            catalog.composites,
            catalog.sequences,
            models.enums,
            models.domains,
            models.composites,
            models.sequences
        )
    })
}

#[test]
fn models_say_what_the_catalog_says() -> Outcome<()> {
    let cluster = Cluster::start(&hyperdj_cluster::Options::default())?;
    let folder = tempfile::tempdir()?;
    let mut failures = Vec::new();
    for (number, (name, path)) in schemas()?.into_iter().enumerate() {
        let database = format!("law_{number}");
        load(&cluster, &database, &path)?;
        let mut client = connect(&cluster, &database)?;
        let options = Options {
            schemas: None,
            views: true,
            ..Options::default()
        };
        let found = inspect(&mut client, &options)?;
        let saved = to_json(&found.schema)?;
        let read = from_json(&saved)?;
        if read != found.schema || to_json(&read)? != saved {
            failures.push(format!("{name}: its JSON is read back otherwise"));
        }
        let request = Request {
            wanted: &|_: &QualifiedName| true,
            views: true,
            form: Form::default(),
            suggestions: None,
        };
        let text = models(&found.schema, &request);
        let said = state_of(folder.path(), &format!("law_{number}"), &text)?;
        // The rich form says the same in other words.
        let form = Form {
            rich: true,
            minimal: false,
        };
        let rich = models(&found.schema, &Request { form, ..request });
        let rich = state_of(folder.path(), &format!("law_rich_{number}"), &rich)?;
        if let Some(difference) = first_difference(&carried(found.schema.clone()), &rich) {
            failures.push(format!("{name}, rich: {difference}"));
        }
        // The minimal form says what the catalog says as far as it says anything.
        for rich in [false, true] {
            let form = Form {
                rich,
                minimal: true,
            };
            let text = models(&found.schema, &Request { form, ..request });
            let module = format!("law_minimal_{number}_{rich}");
            let document = document_of(folder.path(), &module, &text)?;
            let whole = |table: &QualifiedName| found.schema.relation(table).cloned();
            let mut said = hyperdj_state::schema_over(&document, &|_, _| None, &whole)?;
            said.enums.clone_from(&found.schema.enums);
            said.domains.clone_from(&found.schema.domains);
            said.composites.clone_from(&found.schema.composites);
            said.sequences.clone_from(&found.schema.sequences);
            if let Some(difference) = first_difference(&carried(found.schema.clone()), &said) {
                failures.push(format!("{name}, minimal: {difference}"));
            }
        }
        if name == "legacy_shop" {
            // The comparison itself must be able to fail.
            let altered = text.replacen("nullable=True, ", "", 1);
            let altered = state_of(folder.path(), "law_altered", &altered)?;
            assert!(first_difference(&carried(found.schema.clone()), &altered).is_some());
        }
        if let Some(difference) = first_difference(&carried(found.schema), &said) {
            failures.push(format!("{name}: {difference}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    Ok(())
}
