//! Writing models as a package: a folder with a module for each schema.

use std::fs;
use std::path::{Path, PathBuf};

use hyperdj_codegen::PackageFile;

use crate::output::{Written, write};
use crate::{Failure, Printer};

/// The docstring that every file of a package begins with.
const MARKS: [&str; 2] = ["\"\"\"\n# Schema: ", "\"\"\"\n# Types and sequences\n"];

/// Whether `--output` names a folder: with a slash at its end, or because it is a package already.
pub(super) fn is_folder(path: &Path) -> bool {
    path.to_string_lossy().ends_with('/') || path.join("__init__.py").is_file()
}

/// Writes the files of a package, all or none where one of them would change and `force` is not given.
pub(super) fn write_package(
    folder: &Path,
    files: &[PackageFile],
    force: bool,
    printer: &mut Printer,
) -> Result<(), Failure> {
    let place = |name: &str| -> PathBuf { folder.join(name) };
    let shown = folder.to_string_lossy();
    let shown = shown.trim_end_matches('/');
    if !force {
        let differing: Vec<&str> = files
            .iter()
            .filter(|file| {
                fs::read(place(&file.name)).is_ok_and(|found| found != file.text.as_bytes())
            })
            .map(|file| file.name.as_str())
            .collect();
        if !differing.is_empty() {
            return Err(Failure::new(format!(
                "{} in `{shown}/` would change; nothing was written",
                differing.join(", ")
            ))
            .with_hint(
                "Add --force to replace what is there, or write to another folder and compare the two.",
            ));
        }
    }
    fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("`{shown}/` could not be made: {error}")))?;
    let mut written = 0;
    for file in files {
        if write(&place(&file.name), &file.text, true)? == Written::Written {
            written += 1;
        }
    }
    printer.line(&match written {
        0 => format!("{shown}/ is up to date."),
        _ => format!("Wrote {written} of {} files of {shown}/.", files.len()),
    });
    for name in left_over(folder, files) {
        printer.line(&format!(
            "{shown}/{name} is of an earlier run, and nothing in it is written any more: remove it if nothing in it is \
             yours."
        ));
    }
    Ok(())
}

/// Files that an earlier run wrote and this one does not.
fn left_over(folder: &Path, files: &[PackageFile]) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".py") && !files.iter().any(|file| file.name == *name))
        .filter(|name| {
            let text = fs::read_to_string(folder.join(name)).unwrap_or_default();
            MARKS.iter().any(|mark| text.starts_with(mark))
        })
        .collect();
    found.sort();
    found
}
