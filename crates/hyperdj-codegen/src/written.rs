//! What a schema is written as, piece by piece, under names that a file has already: what bringing a file up to date
//! compares and puts in.

use std::collections::{BTreeSet, HashMap};

use hyperdj_schema::{QualifiedName, Relation, Schema};

use crate::class::{ClassContext, class, meta};
use crate::class_name::class_names;
use crate::constraints::constraints;
use crate::enumeration::{EnumClass, enum_classes};
use crate::field::{field, field_pieces};
use crate::indexes::indexes;
use crate::layout::Expression;
use crate::module::{Form, ModuleContext};
use crate::order::ordered;
use crate::rich::printed;
use crate::types::{composite, domain, enumeration, sequence};

/// The names that models have in a file; what is not in here gets its usual name.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    /// Classes by their tables.
    pub classes: HashMap<QualifiedName, String>,
    /// Fields by their columns, by table.
    pub fields: HashMap<QualifiedName, HashMap<String, String>>,
    /// Classes of enumerations by their types, each with its members and their labels.
    pub enums: HashMap<QualifiedName, (String, Vec<(String, String)>)>,
}

/// A schema in the words of models.
#[derive(Debug, Default)]
pub struct Written {
    /// A class for each table, what is referred to before what refers to it.
    pub classes: Vec<WrittenClass>,
    /// The entries of `types`.
    pub types: Vec<(QualifiedName, Expression)>,
    /// The entries of `sequences`.
    pub sequences: Vec<(QualifiedName, Expression)>,
    /// The classes of enumerations, in the rich form.
    pub enums: Vec<WrittenEnum>,
    /// What any of this imports: the module, the name, and the name that it is used under.
    pub imports: BTreeSet<(&'static str, &'static str, String)>,
}

/// A table as a class.
#[derive(Debug)]
pub struct WrittenClass {
    /// The table.
    pub table: QualifiedName,
    /// The class.
    pub name: String,
    /// Whether it is of a view.
    pub is_view: bool,
    /// Whether it has a primary key, or needs none.
    pub is_keyed: bool,
    /// Its fields, in the order of the columns.
    pub fields: Vec<WrittenField>,
    /// The entries of `Meta.constraints`, each with the constraint's name.
    pub constraints: Vec<(String, Expression)>,
    /// The entries of `Meta.indexes`, each with the index's name.
    pub indexes: Vec<(String, Expression)>,
    /// All other entries of `Meta` but those that name the table, in their order.
    pub entries: Vec<(&'static str, Expression)>,
    /// The whole class, with the comment above it.
    pub text: String,
}

/// A column as a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenField {
    /// The column.
    pub column: String,
    /// The field.
    pub name: String,
    /// The annotation, without a word on NULL.
    pub annotation: String,
    /// Whether the annotation says `| None` where the column takes NULL.
    pub says_none: bool,
    /// Whether the column takes NULL.
    pub nullable: bool,
    /// The column's type.
    pub data_type: String,
    /// The arguments of `Field` but `nullable`, in order.
    pub arguments: Vec<(String, Expression)>,
    /// The whole line or lines, in a class.
    pub text: String,
}

/// An enumeration as a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenEnum {
    /// The type.
    pub name: QualifiedName,
    /// The class.
    pub class: String,
    /// Each member with its label, in order.
    pub members: Vec<(String, String)>,
    /// The whole class.
    pub text: String,
}

/// What the relations of `written`, all tables of `all` being known, are written as.
///
/// `form` gives the form of each class.
pub fn written(
    written: &Schema,
    all: &Schema,
    naming: &Naming,
    form: &dyn Fn(&QualifiedName) -> Form,
    rich: bool,
) -> Written {
    let mut names = class_names(all);
    names.extend(naming.classes.clone());
    let is_new = |said: &&Relation| all.relation(&said.name).is_none();
    let known = all
        .relations
        .iter()
        .chain(written.relations.iter().filter(is_new));
    let mut module = ModuleContext::new(all, known, names);
    module.named_fields = naming.fields.clone();
    let mut found = Written::default();
    if rich {
        let classes = enums(written, naming);
        for one in &written.enums {
            if let Some(class) = classes.get(&printed(&one.name)) {
                found.enums.push(WrittenEnum {
                    name: one.name.clone(),
                    class: class.name.clone(),
                    members: class.members.clone(),
                    text: class.text(&mut module.imports),
                });
            }
        }
        module.set_enums(classes, false);
    }
    let relations: Vec<&Relation> = written.relations.iter().collect();
    for relation in ordered(&relations) {
        module.form = form(&relation.name);
        found.classes.push(written_class(&mut module, relation));
    }
    module.form = Form::default();
    for one in &written.enums {
        let entry = enumeration(&mut module, one);
        found.types.push((one.name.clone(), entry));
    }
    for one in &written.composites {
        let entry = composite(&mut module, one);
        found.types.push((one.name.clone(), entry));
    }
    for one in &written.domains {
        let entry = domain(&mut module, one);
        found.types.push((one.name.clone(), entry));
    }
    for one in &written.sequences {
        let entry = sequence(&mut module, one);
        found.sequences.push((one.name.clone(), entry));
    }
    found.imports = module.imports.all();
    found
}

/// The classes of enumerations, those that the file has under its names.
fn enums(schema: &Schema, naming: &Naming) -> HashMap<String, EnumClass> {
    let mut usual = enum_classes(schema);
    let mut found = HashMap::new();
    for one in &schema.enums {
        let Some(mut class) = usual.remove(&one.name) else {
            continue;
        };
        if let Some((name, members)) = naming.enums.get(&one.name) {
            class = class.named(name, members);
        }
        found.insert(printed(&one.name), class);
    }
    found
}

fn written_class<'s>(module: &mut ModuleContext<'s>, relation: &'s Relation) -> WrittenClass {
    let text = class(module, relation);
    let name = module.class_name(&relation.name).to_owned();
    let names = module.field_names(relation);
    let mut context = ClassContext::new(module, relation, names);
    let fields = relation.columns.iter().map(|column| {
        let pieces = field_pieces(&mut context, relation, column);
        WrittenField {
            column: column.name.clone(),
            name: pieces.name,
            annotation: pieces.annotation,
            says_none: pieces.says_none,
            nullable: column.nullable,
            data_type: column.data_type.clone(),
            arguments: pieces
                .arguments
                .into_iter()
                .filter_map(|argument| Some((argument.keyword?.into_owned(), argument.value)))
                .filter(|(keyword, _)| keyword != "nullable")
                .collect(),
            text: field(&mut context, relation, column),
        }
    });
    let fields = fields.collect();
    let entries = meta(&mut context, relation)
        .into_iter()
        .filter(|(name, _)| {
            !matches!(
                *name,
                "table_name" | "managed" | "schema" | "complete" | "constraints" | "indexes"
            )
        })
        .collect();
    let is_minimal = context.module.form.minimal;
    let (constraints, indexes) = match is_minimal {
        true => (Vec::new(), Vec::new()),
        false => (
            constraints(&mut context, relation),
            indexes(&mut context, relation),
        ),
    };
    WrittenClass {
        table: relation.name.clone(),
        name,
        is_view: relation.kind.is_view(),
        is_keyed: relation.kind.is_view() || relation.primary_key.is_some(),
        fields,
        constraints,
        indexes,
        entries,
        text,
    }
}
