//! What is drawn: tables with rows for their columns, and lines for foreign keys.

use std::collections::{BTreeSet, HashMap};

use hyperdj_schema::{QualifiedName, Relation, Schema};

/// A diagram as data.
#[derive(Clone, Debug)]
pub struct Diagram<'a> {
    /// What it is of: the database's name.
    pub title: String,
    /// The tables, in name order.
    pub tables: Vec<Table<'a>>,
    /// Foreign keys between them, in the order of the tables.
    pub lines: Vec<Line<'a>>,
    /// Whether all tables are in one schema, so that its name need not be said.
    pub is_one_schema: bool,
}

/// A table or view.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    /// What the schema says of it.
    pub relation: &'a Relation,
    /// Its columns.
    pub rows: Vec<Row<'a>>,
    /// How many partitions it has that are not drawn.
    pub partitions: usize,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// The name.
    pub name: &'a str,
    /// The type, without what is the same for all: the usual schema.
    pub data_type: String,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// Whether it is a part of the primary key.
    pub primary: bool,
    /// Whether it alone is unique.
    pub unique: bool,
    /// What it refers to: a table and one of its columns, drawn or not.
    pub references: Option<(&'a QualifiedName, &'a str)>,
    /// `COMMENT ON COLUMN`.
    pub comment: Option<&'a str>,
}

/// A foreign key, by the places of both tables in [`Diagram::tables`].
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// The referring table.
    pub from: usize,
    /// The referenced table.
    pub to: usize,
    /// The referring columns.
    pub columns: &'a [String],
    /// The referenced columns.
    pub target_columns: &'a [String],
    /// Whether a referring row need not refer to anything.
    pub optional: bool,
    /// Whether at most one row refers to each.
    pub single: bool,
}

impl<'a> Diagram<'a> {
    /// All of a schema. Partitions whose partitioned table is there are counted with that.
    ///
    /// # Arguments
    ///
    /// - `schema`: what is drawn, already narrowed to what was asked for.
    /// - `title`: what it is of.
    pub fn new(schema: &'a Schema, title: &str) -> Self {
        let is_drawn = |relation: &Relation| {
            let partition = relation.partition_of.as_ref();
            partition.is_none_or(|partition| schema.relation(&partition.parent).is_none())
        };
        let drawn: Vec<&Relation> = schema
            .relations
            .iter()
            .filter(|relation| is_drawn(relation))
            .collect();
        let namespaces: BTreeSet<&str> = drawn
            .iter()
            .map(|relation| relation.name.schema.as_str())
            .collect();
        let usual = match namespaces.iter().collect::<Vec<_>>().as_slice() {
            [one] => Some((**one).to_owned()),
            _ => None,
        };
        let places: HashMap<&QualifiedName, usize> = drawn
            .iter()
            .enumerate()
            .map(|(place, relation)| (&relation.name, place))
            .collect();
        let mut lines = Vec::new();
        for (from, relation) in drawn.iter().enumerate() {
            for key in &relation.foreign_keys {
                if let Some(&to) = places.get(&drawn_name(schema, &key.target)) {
                    let is_null =
                        |name: &String| relation.column(name).is_some_and(|column| column.nullable);
                    lines.push(Line {
                        from,
                        to,
                        columns: &key.columns,
                        target_columns: &key.target_columns,
                        optional: key.columns.iter().any(is_null),
                        single: is_unique(relation, &key.columns),
                    });
                }
            }
        }
        let tables = drawn
            .iter()
            .map(|relation| table(schema, relation, usual.as_deref()));
        Self {
            title: title.to_owned(),
            tables: tables.collect(),
            lines,
            is_one_schema: usual.is_some(),
        }
    }

    /// A table's name as it is shown: with its schema where there are several.
    pub fn shown(&self, name: &QualifiedName) -> String {
        match self.is_one_schema
            && self
                .tables
                .iter()
                .any(|table| table.relation.name.schema == name.schema)
        {
            true => name.name.clone(),
            false => format!("{}.{}", name.schema, name.name),
        }
    }
}

/// The table that stands for another: the partitioned one for its partitions.
fn drawn_name<'a>(schema: &'a Schema, name: &'a QualifiedName) -> &'a QualifiedName {
    let mut name = name;
    while let Some(partition) = schema
        .relation(name)
        .and_then(|found| found.partition_of.as_ref())
    {
        if schema.relation(&partition.parent).is_none() {
            break;
        }
        name = &partition.parent;
    }
    name
}

fn table<'a>(schema: &'a Schema, relation: &'a Relation, usual: Option<&str>) -> Table<'a> {
    let primary: &[String] = relation
        .primary_key
        .as_ref()
        .map_or(&[], |key| &key.columns);
    let rows = relation.columns.iter().map(|column| {
        let own = std::slice::from_ref(&column.name);
        let references = relation.foreign_keys.iter().find_map(|key| {
            let place = key.columns.iter().position(|name| *name == column.name)?;
            Some((&key.target, key.target_columns.get(place)?.as_str()))
        });
        Row {
            name: &column.name,
            data_type: short_type(&column.data_type, usual),
            nullable: column.nullable,
            primary: primary.contains(&column.name),
            unique: is_unique(relation, own) && primary != own,
            references,
            comment: column.comment.as_deref(),
        }
    });
    Table {
        relation,
        rows: rows.collect(),
        partitions: count_partitions(schema, &relation.name),
    }
}

fn count_partitions(schema: &Schema, name: &QualifiedName) -> usize {
    let parts = schema.relations.iter().filter(|relation| {
        let partition = relation.partition_of.as_ref();
        partition.is_some_and(|partition| partition.parent == *name)
    });
    parts
        .map(|part| 1 + count_partitions(schema, &part.name))
        .sum()
}

/// Whether columns name at most one row of a table.
fn is_unique(relation: &Relation, columns: &[String]) -> bool {
    let is_same = |key: &[String]| {
        key.len() == columns.len() && key.iter().all(|name| columns.contains(name))
    };
    let primary = relation.primary_key.as_ref();
    primary.is_some_and(|key| is_same(&key.columns))
        || relation
            .uniques
            .iter()
            .any(|unique| is_same(&unique.columns))
        || relation.indexes.iter().any(|index| {
            let names: Option<Vec<String>> = index
                .keys
                .iter()
                .map(|key| key.plain_column().map(str::to_owned))
                .collect();
            index.unique && index.predicate.is_none() && names.is_some_and(|names| is_same(&names))
        })
}

/// A type as one says it: without the schema that all tables are in, and in the shorter of two usual words.
fn short_type(printed: &str, usual: Option<&str>) -> String {
    let mut text = printed.to_owned();
    if let Some(usual) = usual
        && let Some(rest) = text.strip_prefix(&format!("{usual}."))
    {
        text = rest.to_owned();
    }
    text.replace("character varying", "varchar")
        .replace("timestamp with time zone", "timestamptz")
        .replace("timestamp without time zone", "timestamp")
        .replace("time without time zone", "time")
        .replace("double precision", "float8")
}

/// The tables that some others are joined to by at most `depth` foreign keys, in either direction, with these.
pub fn neighbourhood(
    schema: &Schema,
    around: &BTreeSet<QualifiedName>,
    depth: usize,
) -> BTreeSet<QualifiedName> {
    let mut beside: HashMap<&QualifiedName, Vec<&QualifiedName>> = HashMap::new();
    for relation in &schema.relations {
        for key in relation.foreign_keys.iter().filter(|key| !key.inherited) {
            beside.entry(&relation.name).or_default().push(&key.target);
            beside.entry(&key.target).or_default().push(&relation.name);
        }
    }
    let mut reached = around.clone();
    let mut edge: Vec<QualifiedName> = around.iter().cloned().collect();
    for _ in 0..depth {
        let next: BTreeSet<&QualifiedName> = edge
            .iter()
            .filter_map(|name| beside.get(name))
            .flatten()
            .copied()
            .filter(|name| !reached.contains(name) && schema.relation(name).is_some())
            .collect();
        edge = next.into_iter().cloned().collect();
        reached.extend(edge.iter().cloned());
    }
    reached
}
