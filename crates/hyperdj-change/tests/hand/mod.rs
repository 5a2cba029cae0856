//! A random hand that edits schemas as people do: a column here, a key there, another name.
#![allow(clippy::indexing_slicing, unreachable_pub, reason = "tests may panic")]

use hyperdj_change::{Options, Rename};
use hyperdj_schema::{
    Check, Column, ForeignKey, Generated, Identity, IdentityKind, Index, PrimaryKey, QualifiedName,
    ReferentialAction, Relation, RelationKind, Schema, SequenceOptions, Serial, Unique,
};

const TYPES: &[&str] = &[
    "integer",
    "bigint",
    "smallint",
    "text",
    "character varying(20)",
    "character varying(40)",
    "numeric(10,2)",
    "numeric(12,2)",
    "boolean",
    "timestamp with time zone",
    "date",
    "uuid",
    "jsonb",
    "text[]",
];

/// A hand, and what it did.
pub struct Hand {
    state: u64,
    number: u32,
    pub told: Vec<String>,
}

impl Hand {
    pub fn new(seed: u64) -> Self {
        Self {
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            number: 0,
            told: Vec::new(),
        }
    }

    /// A number below another (xorshift).
    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) as usize % end.max(1)
    }

    fn chance(&mut self) -> bool {
        self.below(2) == 0
    }

    fn name(&mut self, what: &str) -> String {
        self.number += 1;
        format!("{what} {}", self.number)
    }

    fn table(&mut self, schema: &Schema) -> Option<usize> {
        let tables: Vec<usize> = (0..schema.relations.len())
            .filter(|position| {
                let kind = schema.relations[*position].kind;
                matches!(kind, RelationKind::Table | RelationKind::PartitionedTable)
            })
            .collect();
        (!tables.is_empty()).then(|| tables[self.below(tables.len())])
    }

    fn column(&mut self, table: &Relation) -> Option<usize> {
        (!table.columns.is_empty()).then(|| self.below(table.columns.len()))
    }

    /// One edit of what is there.
    pub fn edit(&mut self, schema: &mut Schema, options: &mut Options) {
        let choice = self.below(22);
        if choice == 0 {
            return self.new_table(schema);
        }
        if choice == 1 {
            return match self.below(3) {
                0 => self.domain(schema),
                1 => self.composite(schema),
                _ => self.enumeration(schema),
            };
        }
        let Some(place) = self.table(schema) else {
            return;
        };
        let told = format!("{choice} on {}", schema.relations[place].name);
        self.told.push(told);
        if choice == 2 {
            let gone = schema.relations.remove(place).name;
            for relation in &mut schema.relations {
                relation.foreign_keys.retain(|key| key.target != gone);
            }
            schema.relations.retain(|relation| {
                let partition = relation.partition_of.as_ref();
                partition.is_none_or(|partition| partition.parent != gone)
                    && !relation.inherits.contains(&gone)
            });
            return;
        }
        if choice == 3 {
            return self.reference(schema, place);
        }
        if choice == 4 {
            return self.rename(schema, place, options);
        }
        let table = &mut schema.relations[place];
        let Some(column) = self.column(table) else {
            return;
        };
        self.edit_table(table, column, choice);
    }

    fn edit_table(&mut self, table: &mut Relation, at: usize, choice: usize) {
        let column_name = table.columns[at].name.clone();
        let column = &mut table.columns[at];
        let is_plain = column.generated.is_none() && column.identity.is_none();
        match choice {
            5 | 6 => {
                let column = self.new_column(table);
                table.columns.push(column);
            }
            7 => {
                table.columns.remove(at);
                forget(table, &column_name);
            }
            8 | 9 => {
                column.data_type = TYPES[self.below(TYPES.len())].to_owned();
                column.default = None;
                column.serial = None;
                column.identity = None;
                column.collation = None;
            }
            10 => column.nullable = !column.nullable,
            11 if is_plain && column.serial.is_none() => {
                column.default = if column.default.is_some() {
                    None
                } else {
                    Some("NULL::text".to_owned())
                };
            }
            12 if column.identity.is_some() => {
                column.identity = None;
                column.serial = Some(Serial::default());
            }
            12 if column.serial.is_some() => {
                column.serial = None;
                column.identity = Some(Identity {
                    kind: IdentityKind::ByDefault,
                    options: SequenceOptions::default(),
                    sequence: None,
                });
            }
            12 if column.data_type == "integer" => {
                column.serial = Some(Serial::default());
                column.default = None;
            }
            13 => {
                if table.uniques.pop().is_none() || self.chance() {
                    let name = self.name("key");
                    table.uniques.push(Unique::new(name, vec![column_name]));
                }
            }
            14 => {
                let is_empty = table.checks.pop().is_none();
                if is_empty || self.chance() {
                    let expression = format!(
                        "{} IS NOT NULL",
                        hyperdj_schema::sql::quote_identifier(&column_name)
                    );
                    table.checks.push(Check {
                        name: self.name("check"),
                        expression,
                        no_inherit: false,
                        validated: self.chance(),
                        inherited: false,
                        comment: None,
                    });
                }
            }
            15 | 16 => {
                if table.indexes.pop().is_none() || self.chance() {
                    let name = self.name("index");
                    table.indexes.push(index(name, column_name, self.chance()));
                }
            }
            17 => {
                let name = self.name("named");
                if let Some(index) = table.indexes.first_mut() {
                    index.name = name;
                } else if let Some(unique) = table.uniques.first_mut() {
                    unique.name = name;
                } else if let Some(key) = &mut table.primary_key {
                    key.name = name;
                }
            }
            18 => {
                column.comment = Some("It's \"said\"\nin two lines".to_owned());
                table.comment = if table.comment.is_some() {
                    None
                } else {
                    Some("a table".to_owned())
                };
            }
            19 if table.kind == RelationKind::Table => table.unlogged = !table.unlogged,
            20 if table.kind == RelationKind::Table => {
                table.options = if table.options.is_empty() {
                    vec![("fillfactor".to_owned(), "70".to_owned())]
                } else {
                    Vec::new()
                };
            }
            _ => {
                table.primary_key = if table.primary_key.is_some() {
                    None
                } else {
                    Some(PrimaryKey::new(self.name("pkey"), vec![column_name]))
                };
            }
        }
    }

    fn new_column(&mut self, table: &Relation) -> Column {
        let data_type = TYPES[self.below(TYPES.len())];
        let name = self.name("Column");
        let mut column = Column::new(name, data_type);
        match self.below(6) {
            0 if data_type == "integer" || data_type == "bigint" => {
                column.serial = Some(Serial::default());
                column.nullable = false;
            }
            1 if data_type == "integer" || data_type == "bigint" => {
                column.identity = Some(Identity {
                    kind: IdentityKind::Always,
                    options: SequenceOptions {
                        start: Some(100),
                        ..SequenceOptions::default()
                    },
                    sequence: None,
                });
                column.nullable = false;
            }
            2 if data_type == "text" => column.default = Some("'it''s'::text".to_owned()),
            3 if data_type == "boolean" => {
                column.default = Some("false".to_owned());
                column.nullable = false;
            }
            4 if data_type == "integer" => {
                let other = table
                    .columns
                    .iter()
                    .find(|other| other.data_type == "integer" && other.generated.is_none());
                column.generated = other.map(|other| Generated {
                    expression: format!(
                        "({} + 1)",
                        hyperdj_schema::sql::quote_identifier(&other.name)
                    ),
                    stored: true,
                });
            }
            _ => {}
        }
        column
    }

    fn new_table(&mut self, schema: &mut Schema) {
        let name = self.name("Table");
        self.told.push(format!("new {name}"));
        let name = QualifiedName::new("public", name);
        let mut table = Relation::new(name, RelationKind::Table);
        for _ in 0..3 {
            let column = self.new_column(&table);
            table.columns.push(column);
        }
        schema.relations.push(table);
        let place = schema.relations.len() - 1;
        self.reference(schema, place);
    }

    /// A foreign key to the single-column primary key of some table, or one less.
    fn reference(&mut self, schema: &mut Schema, place: usize) {
        if self.chance() && schema.relations[place].foreign_keys.pop().is_some() {
            return;
        }
        let targets: Vec<(QualifiedName, String, String)> = schema
            .relations
            .iter()
            .filter_map(|relation| {
                let key = relation.primary_key.as_ref()?;
                let [name] = key.columns.as_slice() else {
                    return None;
                };
                let data_type = relation.column(name)?.data_type.clone();
                Some((relation.name.clone(), name.clone(), data_type))
            })
            .collect();
        if targets.is_empty() {
            return;
        }
        let (target, target_column, data_type) = targets[self.below(targets.len())].clone();
        let column = Column::new(self.name("reference"), data_type);
        let mut key = ForeignKey::new(
            self.name("fkey"),
            vec![column.name.clone()],
            target,
            vec![target_column],
        );
        key.on_delete = ReferentialAction::Cascade;
        key.validated = self.chance();
        schema.relations[place].columns.push(column);
        schema.relations[place].foreign_keys.push(key);
    }

    /// Another name for a table or a column that nothing else names.
    fn rename(&mut self, schema: &mut Schema, place: usize, options: &mut Options) {
        let before = schema.relations[place].clone();
        let is_alone = before.partition_of.is_none()
            && before.partition_by.is_none()
            && before.inherits.is_empty()
            && !schema.relations.iter().any(|other| {
                other.inherits.contains(&before.name)
                    || other.view.is_some()
                    || other
                        .foreign_keys
                        .iter()
                        .any(|key| key.target == before.name)
            });
        let renamed_before = options.renames.iter().any(|rename| match rename {
            Rename::Relation { to, .. } => *to == before.name,
            Rename::Column { relation, .. } => *relation == before.name,
        });
        if !is_alone || renamed_before {
            return;
        }
        if self.chance() {
            let to = QualifiedName::new("public", self.name("Renamed"));
            schema.relations[place].name = to.clone();
            options.renames.push(Rename::Relation {
                from: before.name,
                to,
            });
            return;
        }
        let free: Vec<&Column> = before
            .columns
            .iter()
            .filter(|column| {
                before.checks.is_empty()
                    && before.indexes.is_empty()
                    && before.exclusions.is_empty()
                    && !before.columns.iter().any(|other| other.generated.is_some())
                    && column.serial.is_none()
            })
            .collect();
        if free.is_empty() {
            return;
        }
        let from = free[self.below(free.len())].name.clone();
        let to = self.name("Renamed");
        let table = &mut schema.relations[place];
        for column in table
            .columns
            .iter_mut()
            .filter(|column| column.name == from)
        {
            to.clone_into(&mut column.name);
        }
        let lists = table
            .uniques
            .iter_mut()
            .map(|unique| &mut unique.columns)
            .chain(table.foreign_keys.iter_mut().map(|key| &mut key.columns))
            .chain(table.primary_key.iter_mut().map(|key| &mut key.columns));
        for name in lists.flatten().filter(|name| **name == from) {
            to.clone_into(name);
        }
        options.renames.push(Rename::Column {
            relation: before.name,
            from,
            to,
        });
    }

    fn domain(&mut self, schema: &mut Schema) {
        if schema.domains.is_empty() {
            return self.enumeration(schema);
        }
        let place = self.below(schema.domains.len());
        let choice = self.below(3);
        let domain = &mut schema.domains[place];
        self.told.push(format!("domain {choice} {}", domain.name));
        match choice {
            0 => {
                domain.base_type = TYPES[self.below(TYPES.len())].to_owned();
                domain.collation = None;
                domain.default = None;
                domain.checks.clear();
            }
            1 => domain.nullable = !domain.nullable,
            _ => domain.checks.clear(),
        }
    }

    fn composite(&mut self, schema: &mut Schema) {
        if schema.composites.is_empty() {
            return self.enumeration(schema);
        }
        let place = self.below(schema.composites.len());
        let choice = self.below(4);
        let name = self.name("attribute");
        let data_type = TYPES[self.below(TYPES.len())].to_owned();
        let at = self.below(schema.composites[place].attributes.len());
        let composite = &mut schema.composites[place];
        self.told
            .push(format!("composite {choice} {}", composite.name));
        if choice == 0 || composite.attributes.is_empty() {
            composite.attributes.push((name, data_type));
        } else if choice == 1 {
            composite.attributes.remove(at);
        } else {
            composite.attributes[at].1 = data_type;
            if choice == 3 {
                composite.attributes.push((name, "text".to_owned()));
            }
        }
    }

    fn enumeration(&mut self, schema: &mut Schema) {
        if schema.enums.is_empty() {
            return;
        }
        let place = self.below(schema.enums.len());
        let choice = self.below(4);
        self.told
            .push(format!("label {choice} of {}", schema.enums[place].name));
        let label = self.name("label");
        let labels = &mut schema.enums[place].labels;
        match choice {
            0 => labels.push(label),
            1 => labels.insert(0, label),
            2 => labels.reverse(),
            _ => {
                labels.insert(labels.len() / 2, label);
                labels.push("it's".to_owned());
            }
        }
    }
}

/// Takes a column out of everything that names it.
fn forget(table: &mut Relation, column: &str) {
    let has = |names: &[String]| names.iter().any(|name| name == column);
    table
        .uniques
        .retain(|unique| !has(&unique.columns) && !has(&unique.include));
    table.foreign_keys.retain(|key| !has(&key.columns));
    if table
        .primary_key
        .as_ref()
        .is_some_and(|key| has(&key.columns))
    {
        table.primary_key = None;
    }
}

fn index(name: String, column: String, unique: bool) -> Index {
    Index {
        unique,
        ..Index::btree(&name, &[column])
    }
}

/// The order in which a schema keeps its relations.
pub fn sort(schema: &mut Schema) {
    schema
        .relations
        .sort_by(|left, right| left.name.cmp(&right.name));
}
