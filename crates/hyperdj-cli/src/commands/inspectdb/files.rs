//! The files that models stand in: a file, or those of a package.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use hyperdj_codegen::{module_name, printable};
use hyperdj_state::Document;
use hyperdj_update::File;

use super::compared::Sides;
use crate::Failure;
use crate::models::Place;

/// The files of a module or package, the module itself first; nothing but files of Python at its top.
pub(super) fn files(place: &Place) -> Result<(Vec<PathBuf>, Vec<File>), Failure> {
    let home = place.file().ok_or_else(|| {
        Failure::new(format!("there is no file of the models {}", place.named))
            .with_hint("Name a file, models.py, or the folder of a package, models/.")
    })?;
    let mut paths = vec![home.clone()];
    if place.is_package
        && let Some(folder) = home.parent()
        && let Ok(entries) = fs::read_dir(folder)
    {
        let mut others: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "py") && *path != home)
            .collect();
        others.sort();
        paths.extend(others);
    }
    let mut files = Vec::new();
    let mut real = Vec::new();
    for path in paths {
        let failed = |error: std::io::Error| {
            Failure::new(format!("{} could not be read: {error}", path.display()))
        };
        let text = fs::read_to_string(&path).map_err(failed)?;
        real.push(fs::canonicalize(&path).map_err(failed)?);
        files.push(File {
            path: shown(&path),
            text,
            new_for: None,
        });
    }
    Ok((real, files))
}

/// Gives schemas that no model is of yet a module of their own each.
pub(super) fn add_modules(
    document: &Document,
    sides: &Sides,
    paths: &mut Vec<PathBuf>,
    files: &mut Vec<File>,
) {
    let known: HashSet<String> = document.models().map(|model| model.table.schema).collect();
    let new: BTreeSet<&String> = sides
        .database
        .relations
        .iter()
        .map(|relation| &relation.name.schema)
        .filter(|schema| !known.contains(*schema))
        .collect();
    let (Some(folder), Some(shown)) = (
        paths
            .first()
            .and_then(|path| path.parent())
            .map(Path::to_path_buf),
        files
            .first()
            .and_then(|file| Path::new(&file.path).parent().map(Path::to_path_buf)),
    ) else {
        return;
    };
    for schema in new {
        let name = format!("{}.py", module_name(schema));
        if folder.join(&name).exists() {
            continue;
        }
        paths.push(folder.join(&name));
        files.push(File {
            path: shown.join(&name).display().to_string(),
            text: format!(
                "\"\"\"\n# Schema: {}\n# Tables: 0\n\"\"\"\n",
                printable(schema)
            ),
            new_for: Some(schema.clone()),
        });
    }
}

fn shown(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    path.display().to_string()
}
