//! A whole schema, in an order that works in an empty database.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use hyperdj_schema::{
    Definition, ForeignKey, Namespace, Owner, QualifiedName, Relation, RelationKind, Schema,
    relations_named,
};

use crate::constraint::Constraint;
use crate::definition::{self, Stage, stage};
use crate::faithful::faithful;
use crate::index::Manner;
use crate::order::{Object, ordered, own_name};
use crate::{
    Statement, comment, constraint, index, namespace, privilege, relation, sequence, settings,
    types,
};

/// What a session must be set to for the statements of [`create`], as names and values in SQL: expressions are printed
/// for an empty `search_path`, and the body of a function may name what comes behind it.
pub const SETTINGS: [(&str, &str); 6] = [
    ("client_encoding", "'UTF8'"),
    ("standard_conforming_strings", "on"),
    ("client_min_messages", "warning"),
    ("default_tablespace", "''"),
    ("check_function_bodies", "off"),
    ("search_path", "''"),
];

/// What may be left out of what [`create`] writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Whether objects are given to their owners. Else they are whose the session is.
    pub owners: bool,
}

/// Leaves out which tablespaces a schema is in: they are the server's, and may be missing elsewhere.
pub fn without_tablespaces(schema: &mut Schema) {
    for relation in &mut schema.relations {
        relation.tablespace = None;
        if let Some(key) = &mut relation.primary_key {
            key.tablespace = None;
        }
        for unique in &mut relation.uniques {
            unique.tablespace = None;
        }
        for index in &mut relation.indexes {
            index.tablespace = None;
        }
    }
}

/// The statements that build a schema in an empty database, in order, for a session with [`SETTINGS`].
///
/// An index that a failed build left invalid is left out, as `pg_dump` does. Rows of a foreign key that PostgreSQL keeps
/// for the partitions of the referenced table are its own, and so are keys that a partition has from its parent under
/// the parent's name. What names a role is run only where the role is there.
pub fn create(schema: &Schema, parts: Parts) -> Vec<Statement> {
    let by_name: HashMap<&QualifiedName, &Relation> = schema
        .relations
        .iter()
        .map(|relation| (&relation.name, relation))
        .collect();
    let find = |name: &QualifiedName| by_name.get(name).copied();

    let mut statements = create_namespaces(schema);
    statements.extend(schema.definitions.iter().filter_map(definition::shell));
    for sequence in &schema.sequences {
        statements.extend(sequence::create_sequence(sequence));
    }
    let ordered = ordered(schema);
    let mut postponed = Postponed::new(schema, &ordered);
    for (position, object) in ordered.into_iter().enumerate() {
        statements.extend(match object {
            Object::Definition(definition) => definition::create(definition),
            Object::Enum(enumeration) => types::create_enum(enumeration),
            Object::Domain(domain) => types::create_domain(domain),
            Object::Composite(composite) => types::create_composite(composite),
            Object::Relation(relation) => match postponed.without(relation, position) {
                Some(part) => {
                    // The parents are looked up by name, so that the part may be a copy.
                    let made = relation::create(&part, &find);
                    made.into_iter().collect()
                }
                None => relation::create(relation, &find),
            },
        });
    }
    statements.append(&mut postponed.statements);
    for sequence in &schema.sequences {
        if let Some((table, column)) = &sequence.owned_by {
            statements.push(sequence::own_sequence(
                &sequence.name,
                Some((table, column)),
            ));
        }
    }
    for relation in &schema.relations {
        statements.extend(settings::of_table(relation));
    }
    let deepest_first = deepest_first(schema, &by_name);
    for relation in &deepest_first {
        statements.extend(create_indexes(relation));
    }
    for relation in &deepest_first {
        statements.extend(add_foreign_keys(relation, &find));
    }
    for relation in &schema.relations {
        statements.extend(settings::of_indexes(relation));
    }
    statements.extend(postponed.fillings);
    statements.extend(create_late(schema));
    statements.extend(privilege::grants(&schema.grants));
    statements.extend(privilege::default_privileges(&schema.default_privileges));
    let (of_last, of_others): (Vec<Owner>, Vec<Owner>) = schema
        .owners
        .iter()
        .filter(|_| parts.owners)
        .cloned()
        .partition(|own| own.object.starts_with("EVENT TRIGGER "));
    statements.extend(privilege::owners(&of_others));
    for definition in of_stage(schema, Stage::Last) {
        statements.extend(definition::create(definition));
    }
    statements.extend(privilege::owners(&of_last));
    statements
        .into_iter()
        .map(|statement| match faithful(statement.sql()) {
            Cow::Owned(sql) => Statement::new(sql),
            Cow::Borrowed(_) => statement,
        })
        .collect()
}

/// Namespaces and extensions. What an extension makes by itself is left to it.
fn create_namespaces(schema: &Schema) -> Vec<Statement> {
    let mut statements = Vec::new();
    for own in schema.namespaces.iter().filter(|own| !own.of_extension) {
        statements.extend(namespace::create_missing_namespace(own));
    }
    let mut there: HashSet<&str> = schema
        .namespaces
        .iter()
        .map(|own| own.name.as_str())
        .chain(["public", "pg_catalog"])
        .collect();
    for extension in &schema.extensions {
        // Every new database has it.
        if extension.name == "plpgsql" {
            continue;
        }
        if there.insert(&extension.schema) {
            statements.extend(namespace::create_missing_namespace(&Namespace {
                name: extension.schema.clone(),
                comment: None,
                of_extension: false,
            }));
        }
        statements.push(namespace::create_extension(extension));
    }
    statements
}

/// What comes when all tables are there: triggers, rules, row security, comments and labels.
fn create_late(schema: &Schema) -> Vec<Statement> {
    let mut late: Vec<(Stage, &Definition)> = schema
        .definitions
        .iter()
        .map(|definition| (stage(&definition.kind), definition))
        .filter(|(stage, _)| matches!(stage, Stage::Late(_)))
        .collect();
    late.sort_by_key(|(stage, _)| *stage);
    let mut statements = Vec::new();
    for (_, definition) in late {
        statements.extend(definition::create(definition));
    }
    for relation in &schema.relations {
        statements.extend(settings::row_security(relation));
    }
    for said in &schema.comments {
        statements.push(comment::on_object(&said.object, Some(&said.comment)));
    }
    for label in &schema.security_labels {
        statements.push(privilege::security_label(label));
    }
    statements
}

fn of_stage(schema: &Schema, wanted: Stage) -> impl Iterator<Item = &Definition> {
    schema
        .definitions
        .iter()
        .filter(move |definition| stage(&definition.kind) == wanted)
}

/// What of tables and views can't be said when they are made, for a function that comes later.
struct Postponed<'a> {
    /// Where the last function of a name is made.
    functions: HashMap<QualifiedName, usize>,
    /// The materialized views that call functions, or read views that do.
    calling: HashSet<&'a QualifiedName>,
    statements: Vec<Statement>,
    /// What fills materialized views. A function may read what is not there, or find nothing by its search path.
    fillings: Vec<Statement>,
}

impl<'a> Postponed<'a> {
    fn new(schema: &Schema, ordered: &[Object<'a>]) -> Self {
        let mut functions = HashMap::new();
        for (position, object) in ordered.iter().enumerate() {
            if let Object::Definition(definition) = object
                && let Some(name) = own_name(definition)
            {
                functions.insert(name, position);
            }
        }
        let mut calling: HashSet<&QualifiedName> = HashSet::new();
        let named_functions: HashSet<&str> = schema
            .definitions
            .iter()
            .filter(|own| matches!(own.kind.as_str(), "function" | "aggregate" | "operator"))
            .map(|own| own.object.as_str())
            .collect();
        for object in ordered {
            if let Object::Relation(relation) = object
                && let Some(view) = &relation.view
            {
                let calls = if schema.dependencies.is_empty() {
                    relations_named(&view.definition)
                        .iter()
                        .any(|name| functions.contains_key(name) || calling.contains(name))
                } else {
                    let words = relation.object();
                    let known = schema.dependencies.iter().find(|own| own.object == words);
                    known.iter().flat_map(|own| &own.needs).any(|needed| {
                        named_functions.contains(needed.as_str())
                            || calling
                                .iter()
                                .any(|name| needed.ends_with(&format!("VIEW {name}")))
                    })
                };
                if calls {
                    calling.insert(&relation.name);
                }
            }
        }
        Self {
            functions,
            calling,
            statements: Vec::new(),
            fillings: Vec::new(),
        }
    }

    /// The relation without what must wait, where anything must.
    fn without(&mut self, relation: &Relation, position: usize) -> Option<Relation> {
        let comes_later = |text: &str| {
            relations_named(text).iter().any(|name| {
                self.functions
                    .get(name)
                    .is_some_and(|made| *made > position)
            })
        };
        let fills = relation.kind == RelationKind::MaterializedView
            && self.calling.contains(&relation.name)
            && relation.view.as_ref().is_some_and(|view| view.populated);
        if fills {
            let mut empty = relation.clone();
            if let Some(view) = &mut empty.view {
                view.populated = false;
            }
            self.fillings.push(definition::or_warn(
                &Statement::new(format!("REFRESH MATERIALIZED VIEW {}", relation.name)),
                &format!("the materialized view {} was not filled", relation.name),
            ));
            return Some(empty);
        }
        let waits = |text: Option<&String>| text.is_some_and(|text| comes_later(text));
        let any = relation
            .columns
            .iter()
            .any(|column| waits(column.default.as_ref()))
            || relation
                .checks
                .iter()
                .any(|check| comes_later(&check.expression));
        if relation.kind.is_view() || !any {
            return None;
        }
        let mut part = relation.clone();
        let mut later = Vec::new();
        for column in &mut part.columns {
            if let Some(default) = column.default.take_if(|text| comes_later(text)) {
                later.push(Statement::new(format!(
                    "ALTER TABLE ONLY {} ALTER COLUMN {} SET DEFAULT {default}",
                    relation.name,
                    hyperdj_schema::sql::quote_identifier(&column.name)
                )));
            }
        }
        part.checks.retain(|check| {
            let is_later = comes_later(&check.expression);
            if is_later {
                later.push(constraint::add(&relation.name, Constraint::Check(check)));
                if let Some(text) = &check.comment {
                    later.push(comment::on_constraint(
                        &relation.name,
                        &check.name,
                        Some(text),
                    ));
                }
            }
            !is_later
        });
        self.statements.extend(later);
        Some(part)
    }
}

/// Partitions before their partitioned tables, so that what the parent then gets finds theirs and takes it over, with
/// its name. Otherwise in name order.
fn deepest_first<'a>(
    schema: &'a Schema,
    by_name: &HashMap<&QualifiedName, &'a Relation>,
) -> Vec<&'a Relation> {
    let depth = |relation: &Relation| {
        let mut depth = 0;
        let mut partition_of = relation.partition_of.as_ref();
        // A circle can't be, but text that says so must not hang.
        while let Some(partition) = partition_of
            && depth < schema.relations.len()
        {
            depth += 1;
            partition_of = by_name
                .get(&partition.parent)
                .and_then(|parent| parent.partition_of.as_ref());
        }
        depth
    };
    let mut sorted: Vec<&Relation> = schema.relations.iter().collect();
    sorted.sort_by_cached_key(|relation| (std::cmp::Reverse(depth(relation)), &relation.name));
    sorted
}

/// The indexes of a relation that no constraint owns, with their comments.
///
/// Those that a failed build left invalid are left out.
pub fn create_indexes(relation: &Relation) -> Vec<Statement> {
    let mut statements = Vec::new();
    for index in &relation.indexes {
        // A partitioned table's own part is invalid until all partitions have theirs; elsewhere a build has failed.
        let only = !index.valid && relation.kind == RelationKind::PartitionedTable;
        if !index.valid && !only {
            continue;
        }
        let manner = Manner {
            only,
            ..Manner::default()
        };
        statements.push(index::create(&relation.name, index, manner));
        if let Some(text) = &index.comment {
            let name = QualifiedName::new(&relation.name.schema, &index.name);
            statements.push(comment::on_index(&name, Some(text)));
        }
    }
    statements
}

fn add_foreign_keys<'a>(relation: &'a Relation, parents: relation::Parents<'a>) -> Vec<Statement> {
    let mut statements = Vec::new();
    for key in own_foreign_keys(relation, parents) {
        let said = Constraint::ForeignKey(key);
        statements.push(constraint::add_to(relation, said));
        if let Some(text) = said.comment() {
            statements.push(comment::on_constraint(
                &relation.name,
                said.name(),
                Some(text),
            ));
        }
    }
    statements
}

/// The foreign keys that a table must state by itself.
///
/// One that a partition has from its partitioned table comes by itself under the same name; under another name it is
/// stated first, and the parent's then takes it over. One that is inherited from nothing belongs to a partition of the
/// referenced table.
pub fn own_foreign_keys<'a>(
    relation: &'a Relation,
    parents: relation::Parents<'a>,
) -> impl Iterator<Item = &'a ForeignKey> {
    let parent = relation
        .partition_of
        .as_ref()
        .and_then(|partition| parents(&partition.parent));
    relation.foreign_keys.iter().filter(move |key| {
        let said_by = |above: &&ForeignKey| {
            above.columns == key.columns
                && above.target == key.target
                && above.target_columns == key.target_columns
        };
        let above = parent.and_then(|parent| parent.foreign_keys.iter().find(said_by));
        match above {
            Some(above) if key.inherited => above.name != key.name,
            None if key.inherited => false,
            _ => true,
        }
    })
}
