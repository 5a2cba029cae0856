//! Models as a package: a module for each schema, or for each group of tables where a schema has many.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use hyperdj_schema::{QualifiedName, Relation, Schema};

use crate::class::class;
use crate::class_name::{class_names, numbered};
use crate::enumeration::enum_classes;
use crate::header::docstring;
use crate::identifier::cleaned;
use crate::imports::import_statement;
use crate::layout::{Expression, assignment};
use crate::literal::{self, printable};
use crate::module::{ModuleContext, Request, taken};
use crate::natural::{export_order, natural};
use crate::order::ordered;
use crate::reserved::KEYWORDS;
use crate::rich::printed;
use crate::types::{listed_enums, lists};

/// The module of types and sequences, which those of tables may import.
const TYPES: &str = "database_types";
/// A schema with more tables than this has a module for each group of them.
const LARGE: usize = 60;
/// A group of tables that is smaller than this has no module of its own.
const SMALLEST_GROUP: usize = 4;

/// A file of a package: its name in the folder, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageFile {
    /// `__init__.py`, `public.py`
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// The files of a package with all models of a request, `__init__.py` first.
pub fn package(schema: &Schema, request: &Request<'_>) -> Vec<PackageFile> {
    let relations = taken(schema, request);
    let mut tables = schema
        .relations
        .iter()
        .filter(|relation| !relation.kind.is_view());
    let is_whole = tables.all(|relation| request.takes(relation));
    let names = class_names(schema);
    let new_module = || {
        let mut module = ModuleContext::new(schema, relations.iter().copied(), names.clone());
        module.form = request.form;
        module.suggestions = request.suggestions.cloned().unwrap_or_default();
        module
    };
    let mut files = Vec::new();
    let mut exported: BTreeMap<String, Vec<String>> = BTreeMap::new();

    // Types and sequences belong to no table.
    let mut module = new_module();
    let mut classes = String::new();
    let mut enums = HashMap::new();
    if request.form.rich {
        let mut found = enum_classes(schema);
        for one in listed_enums(schema, &relations, is_whole) {
            if let Some(class) = found.remove(&one.name) {
                classes.push_str("\n\n");
                classes.push_str(&class.text(&mut module.imports));
                let exports = exported.entry(TYPES.to_owned()).or_default();
                exports.push(class.name.clone());
                enums.insert(printed(&one.name), class);
            }
        }
    }
    module.set_enums(enums.clone(), false);
    let listed = lists(&mut module, &relations, is_whole);
    if !listed.is_empty() || !classes.is_empty() {
        let exports = exported.entry(TYPES.to_owned()).or_default();
        for name in ["sequences", "types"] {
            if listed.contains(&format!("\n{name} = [")) {
                exports.push(name.to_owned());
            }
        }
        let head = "\"\"\"\n# Types and sequences\n\"\"\"\n".to_owned();
        let body = separated(&classes, &listed);
        files.push(file(TYPES, head, &module.imports.text(), &body));
    }

    for (name, group) in groups(&relations) {
        let mut module = new_module();
        module.set_enums(enums.clone(), true);
        let mut body = String::new();
        let mut exports = Vec::new();
        for relation in ordered(&group) {
            body.push_str("\n\n");
            body.push_str(&class(&mut module, relation));
            exports.push(module.class_name(&relation.name).to_owned());
        }
        let head = format!("\"\"\"\n{}\"\"\"\n", contents(&group));
        files.push(file(&name, head, &module.imports.text(), &body));
        exported.insert(name, exports);
    }
    files.insert(0, init(schema, &relations, request, exported));
    files
}

/// What a module's first lines say of what is in it.
fn contents(group: &[&Relation]) -> String {
    let schemas: BTreeSet<&str> = group
        .iter()
        .map(|relation| relation.name.schema.as_str())
        .collect();
    let mut text = String::new();
    for schema in schemas {
        text.push_str(&format!("# Schema: {}\n", printable(schema).trim_end()));
    }
    let views = group.iter().filter(|relation| relation.kind.is_view());
    let views = views.count();
    text.push_str(&format!("# Tables: {}\n", group.len() - views));
    if views > 0 {
        text.push_str(&format!("# Views: {views}\n"));
    }
    text
}

fn file(name: &str, head: String, imports: &str, body: &str) -> PackageFile {
    let mut text = head;
    if !imports.is_empty() {
        text.push('\n');
        text.push_str(imports);
    }
    text.push_str(body);
    PackageFile {
        name: format!("{name}.py"),
        text,
    }
}

/// Classes, and the lists behind them.
fn separated(classes: &str, lists: &str) -> String {
    match (classes.is_empty(), lists.is_empty()) {
        (false, false) => format!("{classes}\n{lists}"),
        _ => format!("{classes}{lists}"),
    }
}

/// `__init__.py`: everything of the modules under one name, as of a single file.
fn init(
    schema: &Schema,
    relations: &[&Relation],
    request: &Request<'_>,
    exported: BTreeMap<String, Vec<String>>,
) -> PackageFile {
    let mut text = docstring(schema, relations, request);
    let mut all = Vec::new();
    if !exported.is_empty() {
        text.push('\n');
    }
    let mut exported: Vec<(String, Vec<String>)> = exported.into_iter().collect();
    exported.sort_by(|(left, _), (right, _)| natural(left, right));
    for (module, names) in exported {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        text.push_str(&import_statement(&format!(".{module}"), &names));
        text.push('\n');
        all.extend(names.iter().map(|name| (*name).to_owned()));
        all.sort_by(|left: &String, right| export_order(left, right));
    }
    if !all.is_empty() {
        let items = all
            .iter()
            .map(|name| Expression::Atom(literal::string(name)));
        text.push('\n');
        text.push_str(&assignment(
            "__all__",
            &Expression::List(items.collect()),
            0,
        ));
    }
    PackageFile {
        name: "__init__.py".to_owned(),
        text,
    }
}

/// The relations of each module, by the module's name.
fn groups<'r>(relations: &[&'r Relation]) -> BTreeMap<String, Vec<&'r Relation>> {
    let mut by_schema: BTreeMap<&str, Vec<&'r Relation>> = BTreeMap::new();
    for relation in relations {
        by_schema
            .entry(&relation.name.schema)
            .or_default()
            .push(relation);
    }
    let is_only = by_schema.len() == 1;
    // What `__init__.py` calls by these names is no module.
    let mut taken: HashSet<String> = ["types", "sequences", TYPES]
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut found = BTreeMap::new();
    let mut put = |name: String, group: Vec<&'r Relation>| {
        let name = numbered(&name, &taken);
        taken.insert(name.clone());
        found.insert(name, group);
    };
    for (schema, group) in by_schema {
        let name = module_name(schema);
        if group.len() <= LARGE {
            put(name, group);
            continue;
        }
        let mut rest = Vec::new();
        for (word, part) in by_first_word(&group) {
            if part.len() < SMALLEST_GROUP {
                rest.extend(part);
            } else if is_only {
                put(module_name(word), part);
            } else {
                put(format!("{name}_{}", module_name(word)), part);
            }
        }
        if !rest.is_empty() {
            rest.sort_by_key(|relation| &relation.name);
            put(name, rest);
        }
    }
    found
}

/// Tables by the first word of their names in which they differ.
fn by_first_word<'r>(group: &[&'r Relation]) -> BTreeMap<&'r str, Vec<&'r Relation>> {
    let word = |name: &'r QualifiedName, position: usize| {
        let mut words = name.name.split('_').filter(|word| !word.is_empty());
        let last = words.clone().next_back();
        words.nth(position).or(last).unwrap_or("")
    };
    let mut found = BTreeMap::new();
    for position in 0..4 {
        found = BTreeMap::<&str, Vec<&Relation>>::new();
        for relation in group {
            let word = word(&relation.name, position);
            found.entry(word).or_default().push(relation);
        }
        if found.len() > 1 {
            break;
        }
    }
    found
}

/// A module's name: a schema's or a word's in small letters, made an identifier.
pub fn module_name(text: &str) -> String {
    let name = cleaned(&text.to_lowercase());
    let name = match name.chars().next() {
        Some(first) if unicode_ident::is_xid_start(first) => name,
        _ => format!("schema_{}", name.trim_start_matches('_')),
    };
    let name: String = unicode_normalization::UnicodeNormalization::nfkc(name.as_str()).collect();
    if KEYWORDS.binary_search(&name.as_str()).is_ok() {
        format!("{name}_")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use hyperdj_schema::RelationKind;

    use super::*;

    #[test]
    fn modules_are_named_after_schemas() {
        for (schema, module) in [
            ("public", "public"),
            ("Sales 2", "sales_2"),
            ("import", "import_"),
            ("9", "schema_9"),
            ("../evil", "evil"),
            ("", "schema_"),
        ] {
            assert_eq!(module_name(schema), module);
        }
    }

    #[test]
    fn many_tables_are_grouped_by_their_first_words() {
        let mut relations = Vec::new();
        for number in 0..LARGE {
            let word = ["app_order", "app_user"][number % 2];
            let name = QualifiedName::new("public", format!("{word}_{number}"));
            relations.push(Relation::new(name, RelationKind::Table));
        }
        for name in [
            "app_x",
            "app_types_1",
            "app_types_2",
            "app_types_3",
            "app_types_4",
        ] {
            let name = QualifiedName::new("public", name);
            relations.push(Relation::new(name, RelationKind::Table));
        }
        let relations: Vec<&Relation> = relations.iter().collect();
        let sizes: Vec<(String, usize)> = groups(&relations)
            .into_iter()
            .map(|(name, group)| (name, group.len()))
            .collect();
        let expected = [("order", 30), ("public", 1), ("types2", 4), ("user", 30)];
        assert_eq!(sizes, expected.map(|(name, size)| (name.to_owned(), size)));
    }
}
