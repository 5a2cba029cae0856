//! Imports that a changed file needs, and those that it needs no more.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use hyperdj_codegen::{import_statement, natural};
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprContext, Stmt, StmtImportFrom};
use ruff_text_size::Ranged;

use crate::edits::{Edits, indented};
use crate::package::new_import;
use crate::sequence::{Change, edit};
use crate::source::{Source, places};
use crate::{Error, File, Wanted};

/// The text with the imports that its names need.
///
/// `beside` are the modules of the same package that have classes of enumerations.
pub(crate) fn update(
    file: &File,
    text: &str,
    wanted: &Wanted<'_>,
    beside: &HashMap<String, String>,
) -> Result<String, Error> {
    let before = Source::parse(file)?;
    let source = Source::parse_text(&file.path, text)?;
    let used_before = used(&before);
    let used = used(&source);
    let bound = bound(&source);
    let known: BTreeSet<_> = wanted.said.imports.union(&wanted.wanted.imports).collect();
    let needed: Vec<(&str, String)> = known
        .iter()
        .filter(|(.., alias)| used.contains(alias) && !bound.contains(alias))
        .map(|(module, name, alias)| {
            let said = match name == alias {
                true => alias.clone(),
                false => format!("{name} as {alias}"),
            };
            (*module, said)
        })
        .collect();
    let modules: HashSet<&str> = known.iter().map(|(module, ..)| *module).collect();
    let mut edits = Edits::default();
    let mut statements: Vec<&Stmt> = Vec::new();
    for part in source.body() {
        if matches!(part, Stmt::ImportFrom(_) | Stmt::Import(_)) {
            statements.push(part);
        }
    }
    let mut placed: HashSet<&str> = HashSet::new();
    for statement in &statements {
        let Some(import) = statement.as_import_from_stmt() else {
            continue;
        };
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        if import.level > 0 || !modules.contains(module) {
            continue;
        }
        let mut names = names(&source, import);
        let count = names.len();
        // A name that was used, and stands nowhere any more.
        names.retain(|name| {
            let alias = name.rsplit(' ').next().unwrap_or(name);
            let was_read = used_before.contains(alias);
            let stays = match was_read {
                true => used.contains(alias),
                // It may be in an annotation that is text.
                false => stands(text, alias, &source) || !stands(before.text, alias, &before),
            };
            name == "*" || stays
        });
        let is_plain = !names
            .iter()
            .any(|name| name == "*" || name.contains(" as "));
        if is_plain && !names.is_empty() && placed.insert(module) {
            let new = needed
                .iter()
                .filter(|(own, name)| *own == module && !name.contains(' '));
            names.extend(new.map(|(_, name)| name.clone()));
        } else if names.is_empty() {
            // Its place is taken by what is needed of the same module.
            let new = needed
                .iter()
                .filter(|(own, name)| *own == module && !name.contains(' '));
            let new: Vec<String> = new.map(|(_, name)| name.clone()).collect();
            if !new.is_empty() && placed.insert(module) {
                names = new;
            }
        } else if names.len() == count {
            continue;
        }
        if names.len() == count && names == self::names(&source, import) {
            continue;
        }
        rewrite(&source, &mut edits, statement, import, names);
    }
    let mut new: Vec<(&str, String)> = Vec::new();
    for (module, name) in &needed {
        let is_renamed = name.contains(' ');
        if !is_renamed && !placed.insert(module) {
            continue;
        }
        let all: Vec<&str> = match is_renamed {
            true => vec![name.as_str()],
            false => needed
                .iter()
                .filter(|(own, name)| own == module && !name.contains(' '))
                .map(|(_, name)| name.as_str())
                .collect(),
        };
        let text = indented(&import_statement(module, &all), source.step());
        new.push((module, text));
    }
    let (ours, others): (Vec<_>, Vec<_>) = new.into_iter().partition(|(module, _)| is_ours(module));
    for group in [others, ours] {
        insert(&source, &mut edits, &statements, &group);
    }
    let mut local: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (class, module) in beside {
        if used.contains(class) && !bound.contains(class) {
            local.entry(module).or_default().push(class.clone());
        }
    }
    for (module, classes) in local {
        let found = statements.iter().find_map(|part| {
            let import = part.as_import_from_stmt()?;
            let is_it = import.module.as_ref().is_some_and(|own| own == module);
            (import.level == 1 && is_it).then_some((part, import))
        });
        match found {
            Some((statement, import)) => {
                let mut all = names(&source, import);
                all.extend(classes);
                rewrite(&source, &mut edits, statement, import, all);
            }
            None => {
                let classes: Vec<&str> = classes.iter().map(String::as_str).collect();
                let text = import_statement(&format!(".{module}"), &classes);
                new_import(&source, &mut edits, module, &text);
            }
        }
    }
    Ok(edits.apply(&source))
}

/// The names of an import, each as it stands there.
fn names(source: &Source<'_>, import: &StmtImportFrom) -> Vec<String> {
    let names = import.names.iter();
    names
        .map(|name| {
            let text = source.slice(name.range());
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect()
}

fn rewrite(
    source: &Source<'_>,
    edits: &mut Edits,
    statement: &Stmt,
    import: &StmtImportFrom,
    names: Vec<String>,
) {
    let (start, end) = places(statement);
    if names.is_empty() {
        edits.delete(source.line_start(start)..source.next_line(end));
        return;
    }
    if source.has_comment(statement.range()) {
        // Around the comments, what is new is put in at the end.
        let known = self::names(source, import);
        let stays = |name: &String| match names.contains(name) {
            true => Change::Keep,
            false => Change::Remove,
        };
        let changes: Vec<Change> = known.iter().map(stays).collect();
        let new = names.iter().filter(|name| !known.contains(name));
        let new: Vec<String> = new.cloned().collect();
        let items: Vec<(usize, usize)> = import.names.iter().map(places).collect();
        edit(source, edits, &items, end, &changes, &new);
        return;
    }
    let module = import.module.as_ref().map_or("", |module| module.as_str());
    let module = format!("{}{module}", ".".repeat(import.level as usize));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let text = indented(&import_statement(&module, &names), source.step());
    edits.replace(start..end, text);
}

/// Whether a module is the package's own, whose imports stand behind those of the standard library.
fn is_ours(module: &str) -> bool {
    module.starts_with("hyperdjango")
}

/// Puts new imports of one kind where they stand in the order of the others of that kind.
fn insert(source: &Source<'_>, edits: &mut Edits, statements: &[&Stmt], new: &[(&str, String)]) {
    let Some((kind, _)) = new.first() else {
        return;
    };
    let module_of = |part: &Stmt| -> Option<String> {
        let import = part.as_import_from_stmt()?;
        let module = import
            .module
            .as_ref()
            .map_or(String::new(), ToString::to_string);
        (import.level == 0).then_some(module)
    };
    let alike: Vec<(&&Stmt, String)> = statements
        .iter()
        .filter_map(|part| Some((part, module_of(part)?)))
        .filter(|(_, own)| own != "__future__" && is_ours(own) == is_ours(kind))
        .collect();
    let line = |part: &Stmt| source.line_start(places(part).0);
    let all: Vec<&str> = new.iter().map(|(_, text)| text.as_str()).collect();
    let all = all.join("\n");
    if let Some((last, _)) = alike.last() {
        for (module, text) in new {
            let behind = alike.iter().find(|(part, own)| {
                // Of one module, the plain names stand before those that are renamed.
                let here = source.slice(part.range());
                let order = natural(own, module);
                order
                    .then_with(|| first_name(here).cmp(&first_name(text)))
                    .is_gt()
            });
            match behind {
                Some((part, _)) => edits.insert(line(part), format!("{text}\n")),
                None => edits.insert(source.line_end(places(**last).1), format!("\n{text}")),
            }
        }
        return;
    }
    let is_future = |part: &Stmt| module_of(part).is_some_and(|own| own == "__future__");
    let first = statements.iter().find(|part| !is_future(part));
    match (first, statements.last()) {
        (Some(part), _) if !is_ours(kind) => edits.insert(line(part), format!("{all}\n\n")),
        (_, Some(part)) => {
            edits.insert(source.line_end(places(*part).1), format!("\n\n{all}"));
        }
        (_, None) => match source.body().first().filter(|first| first.is_expr_stmt()) {
            Some(part) => edits.insert(source.line_end(places(part).1), format!("\n\n{all}")),
            None => edits.insert(0, format!("{all}\n\n\n")),
        },
    }
}

/// What an import's place among those of its module goes by: its first name, and whether that is renamed, and how.
fn first_name(statement: &str) -> (&str, bool, &str) {
    let names = statement
        .split_once(" import ")
        .map_or("", |(_, names)| names);
    let names = names.trim_start_matches(['(', '\n', '\r', ' ']);
    let name = names.split([' ', ',', '\n', '\r']).next();
    (name.unwrap_or_default(), names.contains(" as "), names)
}

/// Whether a word stands in a text, its imports aside.
fn stands(text: &str, word: &str, source: &Source<'_>) -> bool {
    let imports: Vec<(usize, usize)> = source
        .body()
        .iter()
        .filter(|part| matches!(part, Stmt::ImportFrom(_) | Stmt::Import(_)))
        .map(places)
        .collect();
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(place, _)| {
        let before = text[..place].chars().next_back();
        let behind = text[place + word.len()..].chars().next();
        !before.is_some_and(is_letter)
            && !behind.is_some_and(is_letter)
            && !imports
                .iter()
                .any(|(start, end)| (*start..*end).contains(&place))
    })
}

/// The names that the code of a file reads.
fn used(source: &Source<'_>) -> HashSet<String> {
    struct Names(HashSet<String>);
    impl<'a> Visitor<'a> for Names {
        fn visit_expr(&mut self, found: &'a Expr) {
            if let Expr::Name(name) = found
                && name.ctx == ExprContext::Load
            {
                self.0.insert(name.id.to_string());
            }
            walk_expr(self, found);
        }
    }
    let mut names = Names(HashSet::new());
    for part in source.body() {
        names.visit_stmt(part);
    }
    names.0
}

/// The names that a file gives a meaning at its top.
fn bound(source: &Source<'_>) -> HashSet<String> {
    let mut found = HashSet::new();
    for part in source.body() {
        match part {
            Stmt::ImportFrom(import) => {
                for name in &import.names {
                    found.insert(name.asname.as_ref().unwrap_or(&name.name).to_string());
                }
            }
            Stmt::Import(import) => {
                for name in &import.names {
                    found.insert(name.asname.as_ref().unwrap_or(&name.name).to_string());
                }
            }
            Stmt::ClassDef(class) => {
                found.insert(class.name.to_string());
            }
            Stmt::FunctionDef(function) => {
                found.insert(function.name.to_string());
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    if let Expr::Name(name) = target {
                        found.insert(name.id.to_string());
                    }
                }
            }
            _ => {}
        }
    }
    found
}
