//! Types and sequences that stand beside the tables, in two lists behind the classes.

use std::collections::HashSet;

use hyperdj_schema::{Composite, Domain, Enum, QualifiedName, Relation, Schema, Sequence};

use crate::class::{name_pair, text};
use crate::constraints::{push_comment, push_flag, push_name};
use crate::field::push_sequence_options;
use crate::layout::{Argument, Expression, assignment};
use crate::module::ModuleContext;
use crate::rich::printed;

/// The text of the lists `types` and `sequences`, each where it has something in it.
///
/// Where the file holds only some tables, only what their columns use is listed.
pub(crate) fn lists(
    module: &mut ModuleContext<'_>,
    relations: &[&Relation],
    is_whole: bool,
) -> String {
    if module.form.minimal {
        return String::new();
    }
    let schema = module.schema;
    let used = UsedNames::of(schema, relations, is_whole);
    let mut types = Vec::new();
    for found in listed_enums(schema, relations, is_whole) {
        types.push(enumeration(module, found));
    }
    for found in schema
        .composites
        .iter()
        .filter(|found| used.holds(&found.name))
    {
        types.push(composite(module, found));
    }
    for found in schema
        .domains
        .iter()
        .filter(|found| used.holds(&found.name))
    {
        types.push(domain(module, found));
    }
    let mut sequences = Vec::new();
    for found in schema
        .sequences
        .iter()
        .filter(|found| used.holds_sequence(found))
    {
        sequences.push(sequence(module, found));
    }
    let mut code = String::new();
    for (name, items) in [("types", types), ("sequences", sequences)] {
        if !items.is_empty() {
            code.push('\n');
            code.push_str(&assignment(name, &Expression::List(items), 0));
        }
    }
    code
}

/// The enumerations that a file lists: all where it has all tables, else those that its tables use.
pub(crate) fn listed_enums<'s>(
    schema: &'s Schema,
    relations: &[&Relation],
    is_whole: bool,
) -> impl Iterator<Item = &'s Enum> {
    let used = UsedNames::of(schema, relations, is_whole);
    let found = schema.enums.iter();
    found.filter(move |found| used.holds(&found.name))
}

/// What the columns of a file's tables name in their types and defaults.
struct UsedNames {
    is_whole: bool,
    text: String,
    tables: HashSet<QualifiedName>,
}

impl UsedNames {
    fn of(schema: &Schema, relations: &[&Relation], is_whole: bool) -> Self {
        let mut text = String::new();
        if !is_whole {
            for column in relations.iter().flat_map(|relation| &relation.columns) {
                text.push_str(&column.data_type);
                text.push('\n');
                text.push_str(column.default.as_deref().unwrap_or_default());
                text.push('\n');
            }
            for (_, data_type) in schema.composites.iter().flat_map(|found| &found.attributes) {
                text.push_str(data_type);
                text.push('\n');
            }
            for domain in &schema.domains {
                text.push_str(&domain.base_type);
                text.push('\n');
            }
        }
        Self {
            is_whole,
            text,
            tables: relations
                .iter()
                .map(|relation| relation.name.clone())
                .collect(),
        }
    }

    fn holds(&self, name: &QualifiedName) -> bool {
        self.is_whole || self.text.contains(&name.to_string())
    }

    fn holds_sequence(&self, sequence: &Sequence) -> bool {
        let of_table = |(table, _): &(QualifiedName, String)| self.tables.contains(table);
        self.is_whole
            || sequence.owned_by.as_ref().is_some_and(of_table)
            || self
                .text
                .contains(&format!("'{}'::regclass", sequence.name))
    }
}

fn named(name: &QualifiedName) -> Vec<Argument> {
    vec![
        Argument::new(text(&name.schema)),
        Argument::new(text(&name.name)),
    ]
}

pub(crate) fn enumeration(module: &mut ModuleContext<'_>, found: &Enum) -> Expression {
    let mut arguments = named(&found.name);
    let labels = match module.enum_class(&printed(&found.name)) {
        Some(class) => Expression::Atom(class.name.clone()),
        None => Expression::List(found.labels.iter().map(|label| text(label)).collect()),
    };
    arguments.push(Argument::new(labels));
    push_comment(&mut arguments, found.comment.as_deref());
    Expression::call(module.imports.model("EnumType"), arguments)
}

pub(crate) fn composite(module: &mut ModuleContext<'_>, found: &Composite) -> Expression {
    let mut arguments = named(&found.name);
    let attributes = found.attributes.iter();
    let attributes = attributes.map(|(name, data_type)| (text(name), text(data_type)));
    arguments.push(Argument::new(Expression::Dictionary(attributes.collect())));
    push_comment(&mut arguments, found.comment.as_deref());
    Expression::call(module.imports.model("CompositeType"), arguments)
}

pub(crate) fn domain(module: &mut ModuleContext<'_>, found: &Domain) -> Expression {
    let mut arguments = named(&found.name);
    arguments.push(Argument::new(text(&found.base_type)));
    if !found.nullable {
        push_flag(&mut arguments, "nullable", false);
    }
    if let Some(default) = &found.default {
        arguments.push(Argument::named("db_default", text(default)));
    }
    if let Some(collation) = &found.collation {
        arguments.push(Argument::named("collation", name_pair(collation)));
    }
    if !found.checks.is_empty() {
        let usual = hyperdj_schema::check_name(&found.name.name, &[]);
        let checks = found
            .checks
            .iter()
            .map(|check| {
                let mut arguments = vec![Argument::new(text(&check.expression))];
                push_name(&mut arguments, &check.name, &usual);
                if !check.validated {
                    push_flag(&mut arguments, "validated", false);
                }
                push_comment(&mut arguments, check.comment.as_deref());
                Expression::call(module.imports.model("Check"), arguments)
            })
            .collect();
        arguments.push(Argument::named("checks", Expression::List(checks)));
    }
    push_comment(&mut arguments, found.comment.as_deref());
    Expression::call(module.imports.model("DomainType"), arguments)
}

pub(crate) fn sequence(module: &mut ModuleContext<'_>, found: &Sequence) -> Expression {
    let mut arguments = named(&found.name);
    if found.data_type != "bigint" {
        arguments.push(Argument::named("data_type", text(&found.data_type)));
    }
    push_sequence_options(&mut arguments, &found.options);
    if let Some((table, column)) = &found.owned_by {
        let table = module.table(table, std::slice::from_ref(column));
        arguments.push(Argument::named("owned_by", table));
    }
    if found.unlogged {
        push_flag(&mut arguments, "unlogged", true);
    }
    push_comment(&mut arguments, found.comment.as_deref());
    Expression::call(module.imports.model("Sequence"), arguments)
}
