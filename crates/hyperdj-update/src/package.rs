//! What the `__init__.py` of a package gives on of its modules.

use std::collections::HashMap;

use hyperdj_codegen::{
    Expression, assignment, export_order, import_statement, natural, string_literal,
};
use ruff_python_ast::Stmt;
use ruff_text_size::Ranged;

use crate::edits::Edits;
use crate::placing::Export;
use crate::sequence::elements;
use crate::source::{Source, places};
use crate::{Error, File, Wanted};

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
        let names: Vec<&str> = changes
            .iter()
            .filter(|export| export.is_new)
            .map(|export| export.class.as_str())
            .collect();
        if !names.is_empty() {
            new_import(
                source,
                edits,
                module,
                &import_statement(&format!(".{module}"), &names),
            );
        }
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

/// Puts the import of a module of the package among the others.
pub(crate) fn new_import(source: &Source<'_>, edits: &mut Edits, module: &str, text: &str) {
    let others = source.body().iter().filter_map(|part| {
        let import = part.as_import_from_stmt()?;
        let name = import.module.as_ref()?;
        (import.level == 1).then(|| (part, name.to_string()))
    });
    let others: Vec<(&Stmt, String)> = others.collect();
    let behind = others.iter().find(|(_, own)| natural(own, module).is_gt());
    let imports = source.body().iter().rev();
    let last = imports
        .clone()
        .find(|part| part.is_import_stmt() || part.is_import_from_stmt());
    match (behind, others.last(), last) {
        (Some((part, _)), ..) => {
            edits.insert(source.line_start(places(*part).0), format!("{text}\n"));
        }
        (None, Some((part, _)), _) => {
            edits.insert(source.line_end(places(*part).1), format!("\n{text}"));
        }
        (None, None, Some(part)) => {
            edits.insert(source.line_end(places(part).1), format!("\n\n{text}"));
        }
        (None, None, None) => {
            let docstring = source.body().first().filter(|first| first.is_expr_stmt());
            match docstring {
                Some(part) => {
                    let end = source.line_end(places(part).1);
                    edits.insert(end, format!("\n\n{text}"));
                }
                None => edits.insert(0, format!("{text}\n\n")),
            }
        }
    }
}

/// The modules of a package in which classes of enumerations stand, by class.
pub(crate) fn enum_modules(
    files: &[File],
    texts: &[String],
    wanted: &Wanted<'_>,
) -> Result<HashMap<String, String>, Error> {
    let mut found = HashMap::new();
    for (file, text) in files.iter().zip(texts).skip(1) {
        let source = Source::parse_text(&file.path, text)?;
        for one in &wanted.wanted.enums {
            if source.class(&one.class).is_some() {
                found.insert(one.class.clone(), module_of(&file.path).to_owned());
            }
        }
    }
    Ok(found)
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
