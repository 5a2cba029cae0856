//! The file as a whole.

use std::collections::{HashMap, HashSet};

use hyperdj_schema::{QualifiedName, Relation, Schema};

use crate::class::{class, text};
use crate::class_name::{class_names, numbered};
use crate::enumeration::{EnumClass, enum_classes};
use crate::field_name::field_names;
use crate::header::docstring;
use crate::imports::Imports;
use crate::layout::{Argument, Expression};
use crate::order::ordered;
use crate::rich::printed;
use crate::types::{listed_enums, lists};

/// What says which relations are wanted.
pub trait Wanted {
    /// Whether a relation is wanted, by name. Class names are the same whatever is wanted.
    fn wants(&self, name: &QualifiedName) -> bool;
}

impl<F: Fn(&QualifiedName) -> bool> Wanted for F {
    fn wants(&self, name: &QualifiedName) -> bool {
        self(name)
    }
}

/// Relations of models that the database does not know of, by table and column.
#[derive(Clone, Debug, Default)]
pub struct Suggestions {
    /// What is said above a field, in a comment.
    pub comments: HashMap<(QualifiedName, String), String>,
    /// Columns whose foreign key in the schema is the models' alone: `db_constraint=False`.
    pub unenforced: HashSet<(QualifiedName, String)>,
}

/// Which relations of a schema to write.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The relations that are wanted.
    pub wanted: &'a dyn Wanted,
    /// Whether views are wanted at all.
    pub views: bool,
    /// How much is said, and by which annotations.
    pub form: Form,
    /// Relations that are not the database's.
    pub suggestions: Option<&'a Suggestions>,
}

/// The form of a models file; without any of these, it is the canonical one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Annotations that say more: `UUID`, `list[int]`, classes for enumerations, `X | None` for what takes NULL.
    pub rich: bool,
    /// Only what every reader of a model knows; the classes say that they leave the rest unsaid.
    pub minimal: bool,
}

impl Request<'_> {
    pub(crate) fn takes(&self, relation: &Relation) -> bool {
        (self.views || !relation.kind.is_view()) && self.wanted.wants(&relation.name)
    }
}

/// What is known while a file is written.
pub(crate) struct ModuleContext<'s> {
    pub(crate) schema: &'s Schema,
    pub(crate) imports: Imports,
    names: HashMap<QualifiedName, String>,
    relations: HashMap<&'s QualifiedName, &'s Relation>,
    pub(crate) form: Form,
    /// Relations that are not the database's.
    pub(crate) suggestions: Suggestions,
    /// The classes of enumerations by their types, as `format_type` prints those.
    enums: HashMap<String, EnumClass>,
    /// Names that fields have in a file, by table and column.
    pub(crate) named_fields: HashMap<QualifiedName, HashMap<String, String>>,
    /// Whether these classes stand in another module, from which they are imported.
    imports_enums: bool,
}

impl<'s> ModuleContext<'s> {
    /// A file with some relations of a schema in it, under the given class names.
    pub(crate) fn new(
        schema: &'s Schema,
        relations: impl Iterator<Item = &'s Relation>,
        names: HashMap<QualifiedName, String>,
    ) -> Self {
        Self {
            schema,
            imports: Imports::default(),
            names,
            relations: relations
                .map(|relation| (&relation.name, relation))
                .collect(),
            form: Form::default(),
            suggestions: Suggestions::default(),
            enums: HashMap::new(),
            named_fields: HashMap::new(),
            imports_enums: false,
        }
    }

    /// Has the file know the classes of enumerations, its own or those of the module beside it.
    pub(crate) fn set_enums(&mut self, enums: HashMap<String, EnumClass>, are_imported: bool) {
        self.enums = enums;
        self.imports_enums = are_imported;
    }

    /// As [`Self::enum_class`], and notes that its name is used.
    pub(crate) fn used_enum(&mut self, data_type: &str) -> Option<String> {
        let name = self.enums.get(data_type)?.name.clone();
        if self.imports_enums {
            self.imports.beside(&name);
        }
        Some(name)
    }

    /// The class of an enumeration, by its type.
    pub(crate) fn enum_class(&self, data_type: &str) -> Option<&EnumClass> {
        self.enums.get(data_type)
    }

    /// The names of a relation's fields: those that the file has, the usual ones for other columns.
    pub(crate) fn field_names<'r>(&self, relation: &'r Relation) -> HashMap<&'r str, String> {
        let mut names = field_names(relation);
        let Some(named) = self.named_fields.get(&relation.name) else {
            return names;
        };
        let taken: HashSet<String> = named.values().cloned().collect();
        for (column, name) in &mut names {
            *name = match named.get(*column) {
                Some(known) => known.clone(),
                None => numbered(name, &taken),
            };
        }
        names
    }

    /// The class of a relation.
    pub(crate) fn class_name(&self, name: &QualifiedName) -> &str {
        self.names.get(name).map_or("", String::as_str)
    }

    /// The class and relation of a table, where it is in this file.
    pub(crate) fn target_class(&self, name: &QualifiedName) -> Option<(String, &'s Relation)> {
        let relation = *self.relations.get(name)?;
        Some((self.names.get(name)?.clone(), relation))
    }

    /// A table outside the file.
    pub(crate) fn table(&mut self, name: &QualifiedName, columns: &[String]) -> Expression {
        let parts = [&name.schema, &name.name].into_iter().chain(columns);
        let arguments = parts.map(|part| Argument::new(text(part))).collect();
        Expression::call(self.imports.model("Table"), arguments)
    }
}

/// The text of a models file.
pub fn models(schema: &Schema, request: &Request<'_>) -> String {
    Body::write(schema, request).with_header(schema, request)
}

/// A models file without the docstring on top, which alone says what models can't say.
pub struct Body(String);

impl Body {
    /// The imports, classes, types and sequences of a file. [`Schema::unmodelled`] is not looked at.
    pub fn write(schema: &Schema, request: &Request<'_>) -> Self {
        let relations = taken(schema, request);
        let names = class_names(schema);
        let mut module = ModuleContext::new(schema, relations.iter().copied(), names);
        let mut tables = schema
            .relations
            .iter()
            .filter(|relation| !relation.kind.is_view());
        let is_whole = tables.all(|relation| request.takes(relation));
        module.form = request.form;
        module.suggestions = request.suggestions.cloned().unwrap_or_default();

        let mut classes = String::new();
        if request.form.rich {
            classes = enum_texts(&mut module, &relations, is_whole);
        }
        for relation in ordered(&relations) {
            classes.push_str("\n\n");
            classes.push_str(&class(&mut module, relation));
        }
        let mut lists = lists(&mut module, &relations, is_whole);
        if !lists.is_empty() && !classes.is_empty() {
            lists.insert(0, '\n');
        }
        let imports = module.imports.text();
        let mut code = String::with_capacity(imports.len() + classes.len() + lists.len() + 1);
        if !imports.is_empty() {
            code.push('\n');
            code.push_str(&imports);
        }
        code.push_str(&classes);
        code.push_str(&lists);
        Self(code)
    }

    /// The whole file.
    pub fn with_header(&self, schema: &Schema, request: &Request<'_>) -> String {
        let mut code = docstring(schema, &taken(schema, request), request);
        code.push_str(&self.0);
        code
    }
}

/// The classes of the enumerations that the file lists, which the module knows then.
fn enum_texts(module: &mut ModuleContext<'_>, relations: &[&Relation], is_whole: bool) -> String {
    let mut classes = enum_classes(module.schema);
    let mut code = String::new();
    for found in listed_enums(module.schema, relations, is_whole) {
        if let Some(class) = classes.remove(&found.name) {
            code.push_str("\n\n");
            code.push_str(&class.text(&mut module.imports));
            module.enums.insert(printed(&found.name), class);
        }
    }
    code
}

/// The relations that a request takes, in name order.
pub(crate) fn taken<'s>(schema: &'s Schema, request: &Request<'_>) -> Vec<&'s Relation> {
    schema
        .relations
        .iter()
        .filter(|relation| request.takes(relation))
        .collect()
}
