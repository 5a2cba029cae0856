//! Every object of a schema as facts for a person: what there is, under which name, in the words of SQL.

use hyperdj_ddl::index::Manner;
use hyperdj_ddl::{
    column, constraint, index, privilege, relation, sequence, settings, storage_parameters,
};
use hyperdj_schema::sql::{quote_identifier, quote_literal};
use hyperdj_schema::{
    Column, Composite, Definition, Domain, Enum, Index, Relation, Schema, Sequence, SequenceOptions,
};

/// An object and what is to be said of it, each under a name that it has alone.
pub(crate) struct Facts {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) parts: Vec<(String, String)>,
    /// The names of its columns in their order, where it has some.
    pub(crate) columns: Vec<String>,
    /// The whole, to see whether something differs that no part says.
    pub(crate) whole: String,
    /// Whether it comes and goes with another object, which is then told.
    pub(crate) goes_with_another: bool,
}

impl Facts {
    fn new(kind: &str, name: impl ToString, whole: &impl std::fmt::Debug) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.to_string(),
            parts: Vec::new(),
            columns: Vec::new(),
            whole: format!("{whole:?}"),
            goes_with_another: false,
        }
    }

    fn tell(&mut self, part: impl Into<String>, text: impl Into<String>) {
        self.parts.push((part.into(), text.into()));
    }

    fn tell_some(&mut self, part: impl Into<String>, text: Option<impl Into<String>>) {
        if let Some(text) = text {
            self.tell(part, text);
        }
    }

    fn tell_if(&mut self, is_so: bool, part: &str) {
        self.tell_some(part, is_so.then_some("yes"));
    }

    fn comment(&mut self, on: &str, comment: Option<&String>) {
        self.tell_some(
            format!("comment{on}"),
            comment.map(|text| quote_literal(text)),
        );
    }
}

/// The facts of a schema, by kind, then by name.
pub(crate) fn facts(schema: &Schema) -> Vec<Facts> {
    let mut all = Vec::new();
    for found in &schema.namespaces {
        let mut facts = Facts::new("schema", quote_identifier(&found.name), found);
        facts.comment("", found.comment.as_ref());
        all.push(facts);
    }
    for found in &schema.extensions {
        let mut facts = Facts::new("extension", quote_identifier(&found.name), found);
        // A dump does not say it.
        let version = Some(&found.version).filter(|version| !version.is_empty());
        facts.tell_some("version", version);
        facts.tell("schema", quote_identifier(&found.schema));
        all.push(facts);
    }
    all.extend(schema.enums.iter().map(enumeration));
    all.extend(schema.domains.iter().map(domain));
    all.extend(schema.composites.iter().map(composite));
    all.extend(schema.sequences.iter().map(free_sequence));
    all.extend(schema.relations.iter().map(table));
    all.extend(schema.definitions.iter().map(definition));
    for found in &schema.comments {
        let mut facts = Facts::new("comment on", &found.object, found);
        facts.tell("text", quote_literal(&found.comment));
        all.push(facts);
    }
    for found in &schema.security_labels {
        let name = format!("{} of {}", quote_identifier(&found.provider), found.object);
        let mut facts = Facts::new("security label", name, found);
        facts.tell("text", quote_literal(&found.label));
        all.push(facts);
    }
    // A privilege has no name but what it says.
    for found in &schema.grants {
        all.push(Facts::new(
            "privilege",
            privilege::grant(found).sql(),
            found,
        ));
    }
    for found in &schema.default_privileges {
        let statement = privilege::default_privilege(found);
        all.push(Facts::new("default privilege", statement.sql(), found));
    }
    for found in &schema.owners {
        let mut facts = Facts::new("owner of", &found.object, found);
        facts.tell("role", quote_identifier(&found.owner));
        facts.goes_with_another = true;
        all.push(facts);
    }
    all
}

/// What is kept as statements. [`Schema::unmodelled`] counts the same, and [`Schema::dependencies`] follow from it.
fn definition(found: &Definition) -> Facts {
    let head = format!("{} ", found.kind.to_uppercase());
    let name = found.object.strip_prefix(&head).unwrap_or(&found.object);
    let mut facts = Facts::new(&found.kind, name, found);
    facts.tell("definition", found.statements.join(";\n"));
    facts.tell_some("withheld", found.withheld.as_ref());
    facts.comment("", found.comment.as_ref());
    facts
}

fn enumeration(found: &Enum) -> Facts {
    let mut facts = Facts::new("enum", &found.name, found);
    let labels: Vec<String> = found
        .labels
        .iter()
        .map(|label| quote_literal(label))
        .collect();
    facts.tell("labels", labels.join(", "));
    facts.comment("", found.comment.as_ref());
    facts
}

fn domain(found: &Domain) -> Facts {
    let mut facts = Facts::new("domain", &found.name, found);
    facts.tell("type", &found.base_type);
    facts.tell_if(!found.nullable, "NOT NULL");
    facts.tell_some("default", found.default.as_ref());
    let collation = found.collation.as_ref().map(ToString::to_string);
    facts.tell_some("collation", collation);
    for check in &found.checks {
        let proven = if check.validated { "" } else { " NOT VALID" };
        let text = format!("CHECK ({}){proven}", check.expression);
        facts.tell(
            format!("constraint {}", quote_identifier(&check.name)),
            text,
        );
    }
    facts.comment("", found.comment.as_ref());
    facts
}

fn composite(found: &Composite) -> Facts {
    let mut facts = Facts::new("composite type", &found.name, found);
    for (name, data_type) in &found.attributes {
        facts.tell(format!("attribute {}", quote_identifier(name)), data_type);
    }
    let names = found.attributes.iter();
    facts.columns = names.map(|(name, _)| name.clone()).collect();
    facts.comment("", found.comment.as_ref());
    facts
}

fn free_sequence(found: &Sequence) -> Facts {
    let mut facts = Facts::new("sequence", &found.name, found);
    facts.tell("type", &found.data_type);
    facts.tell_some("options", sequence_options(&found.options));
    let owner = found.owned_by.as_ref();
    facts.tell_some(
        "owned by",
        owner.map(|(table, column)| format!("{table}.{}", quote_identifier(column))),
    );
    facts.tell_if(found.unlogged, "UNLOGGED");
    facts.comment("", found.comment.as_ref());
    facts
}

fn sequence_options(options: &SequenceOptions) -> Option<String> {
    let clauses = sequence::option_clauses(options);
    (!clauses.is_empty()).then(|| clauses.join(" "))
}

fn table(found: &Relation) -> Facts {
    let kind = match found.kind.is_view() {
        true => found.kind.singular(),
        // What was partitioned, or taken elsewhere, is still the table of that name.
        false => "table",
    };
    let mut facts = Facts::new(kind, &found.name, found);
    facts.columns = found.columns.iter().map(|own| own.name.clone()).collect();
    if !found.kind.is_view() && found.kind.singular() != "table" {
        facts.tell("kind", found.kind.singular());
    }
    for own in &found.columns {
        let name = quote_identifier(&own.name);
        facts.tell(format!("column {name}"), column_text(found, own));
        facts.comment(&format!(" on column {name}"), own.comment.as_ref());
    }
    let keys = found
        .foreign_keys
        .iter()
        .map(constraint::Constraint::ForeignKey);
    for own in relation::table_constraints(found).chain(keys) {
        let name = quote_identifier(own.name());
        let definition = own.definition();
        let head = format!("CONSTRAINT {name} ");
        let text = definition.strip_prefix(&head).unwrap_or(&definition);
        facts.tell(
            format!("constraint {name}"),
            inherited(text, own.inherited()),
        );
        let comment = own.comment().map(str::to_owned);
        facts.comment(&format!(" on constraint {name}"), comment.as_ref());
    }
    for own in &found.indexes {
        let name = quote_identifier(&own.name);
        facts.tell(format!("index {name}"), index_text(found, own));
        facts.comment(&format!(" on index {name}"), own.comment.as_ref());
    }
    facts.tell_some("PARTITION BY", found.partition_by.as_ref());
    let partition = found.partition_of.as_ref();
    facts.tell_some(
        "PARTITION OF",
        partition.map(|part| format!("{} {}", part.parent, part.bound)),
    );
    let parents: Vec<String> = found.inherits.iter().map(ToString::to_string).collect();
    facts.tell_some(
        "INHERITS",
        (!parents.is_empty()).then(|| parents.join(", ")),
    );
    if let Some(view) = &found.view {
        facts.tell("definition", view.definition.trim());
        facts.tell_if(!view.populated, "never filled");
    }
    if let Some(server) = &found.foreign_server {
        facts.tell("server", quote_identifier(&server.name));
        facts.tell_some("server's options", options(&server.options));
    }
    facts.tell_if(found.unlogged, "UNLOGGED");
    let own = settings::of_table(found).into_iter();
    let own = own
        .chain(settings::of_indexes(found))
        .chain(settings::row_security(found));
    for statement in own {
        facts.tell(format!("setting: {}", statement.sql()), "yes");
    }
    facts.tell_some("storage parameters", options(&found.options));
    facts.tell_some("tablespace", found.tablespace.as_ref());
    facts.comment("", found.comment.as_ref());
    facts
}

fn options(options: &[(String, String)]) -> Option<String> {
    (!options.is_empty()).then(|| storage_parameters(options))
}

/// A column as `ADD COLUMN` says it, without its name.
fn column_text(relation: &Relation, own: &Column) -> String {
    let definition = column::definition(relation, own);
    let head = format!("{} ", quote_identifier(&own.name));
    let text = definition.strip_prefix(&head).unwrap_or(&definition);
    let serial = own.serial.as_ref().filter(|serial| !serial.is_default());
    match serial {
        Some(serial) => {
            let data_type = serial.data_type.as_ref().unwrap_or(&own.data_type);
            let options = sequence_options(&serial.options).unwrap_or_default();
            format!("{text} (sequence AS {data_type} {options}")
                .trim_end()
                .to_owned()
                + ")"
        }
        None => text.to_owned(),
    }
}

/// An index as `CREATE INDEX` says it, without its name and table.
fn index_text(relation: &Relation, own: &Index) -> String {
    let statement = index::create(&relation.name, own, Manner::default());
    let name = quote_identifier(&own.name);
    let head = format!("INDEX {name} ON {} ", relation.name);
    let text = statement.sql().replacen(&head, "", 1);
    let text = text.strip_prefix("CREATE ").unwrap_or(&text);
    let text = if own.valid {
        text.to_owned()
    } else {
        format!("{text} (invalid)")
    };
    inherited(&text, own.inherited)
}

fn inherited(text: &str, is_so: bool) -> String {
    match is_so {
        true => format!("{text} (of a parent)"),
        false => text.to_owned(),
    }
}
