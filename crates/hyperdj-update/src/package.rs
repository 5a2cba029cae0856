//! What the `__init__.py` of a package gives on of its modules.

use hyperdj_codegen::{Expression, assignment, export_order, import_statement, string_literal};
use ruff_python_ast::Stmt;
use ruff_text_size::Ranged;

use crate::edits::Edits;
use crate::placing::Export;
use crate::sequence::elements;
use crate::source::{Source, places};
use crate::{Error, File};

/// Has the first file import the classes that have come to others, and no longer those that have gone.
pub(crate) fn export(
    files: &[File],
    texts: &mut [String],
    exports: &[Export],
) -> Result<(), Error> {
    let elsewhere: Vec<&Export> = exports.iter().filter(|export| export.file > 0).collect();
    if elsewhere.is_empty() {
        return Ok(());
    }
    let text = {
        let source = Source::parse_text(&files[0].path, &texts[0])?;
        let mut edits = Edits::default();
        for (number, file) in files.iter().enumerate() {
            let changes: Vec<&&Export> = elsewhere
                .iter()
                .filter(|export| export.file == number)
                .collect();
            if !changes.is_empty() {
                imports(&source, &mut edits, module_of(&file.path), &changes);
            }
        }
        all(&source, &mut edits, &elsewhere);
        edits.apply(&source)
    };
    texts[0] = text;
    Ok(())
}

/// `models/sales.py` is the module `sales`.
fn module_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".py").unwrap_or(name)
}

fn imports(source: &Source<'_>, edits: &mut Edits, module: &str, changes: &[&&Export]) {
    let found = source.body().iter().find_map(|part| {
        let import = part.as_import_from_stmt()?;
        let is_it = import.level == 1 && import.module.as_ref().is_some_and(|own| own == module);
        is_it.then_some((part, import))
    });
    let Some((statement, import)) = found else {
        return;
    };
    let mut names: Vec<String> = import
        .names
        .iter()
        .map(|name| source.slice(name.range()).to_owned())
        .filter(|name| {
            !changes
                .iter()
                .any(|export| !export.is_new && export.class == *name)
        })
        .collect();
    for export in changes.iter().filter(|export| export.is_new) {
        names.push(export.class.clone());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (start, end) = places(statement);
    match names.is_empty() {
        true => edits.delete(source.line_start(start)..source.next_line(end)),
        false => edits.replace(start..end, import_statement(&format!(".{module}"), &names)),
    }
}

/// `__all__`
fn all(source: &Source<'_>, edits: &mut Edits, changes: &[&Export]) {
    let Some((statement @ Stmt::Assign(_), value)) = source.assigned("__all__") else {
        return;
    };
    let Some(found) = elements(value) else { return };
    let mut names: Vec<String> = found
        .iter()
        .filter_map(|item| Some(item.as_string_literal_expr()?.value.to_str().to_owned()))
        .filter(|name| {
            !changes
                .iter()
                .any(|export| !export.is_new && export.class == *name)
        })
        .collect();
    names.extend(
        changes
            .iter()
            .filter(|export| export.is_new)
            .map(|export| export.class.clone()),
    );
    names.sort_by(|left, right| export_order(left, right));
    let items = names
        .iter()
        .map(|name| Expression::Atom(string_literal(name)));
    let text = assignment("__all__", &Expression::List(items.collect()), 0);
    let (start, end) = places(statement);
    edits.replace(start..end, text.trim_end().to_owned());
}
