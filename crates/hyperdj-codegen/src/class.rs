//! A class: its fields, and `Meta` with what no field says.

use std::collections::{HashMap, HashSet};

use hyperdj_schema::{ForeignKey, QualifiedName, Relation, RelationKind};

use crate::constraints::constraints;
use crate::field::{PythonType, field};
use crate::imports::Imports;
use crate::indexes::{indexes, marked_column};
use crate::layout::{Argument, Expression, assignment};
use crate::literal;
use crate::module::ModuleContext;

/// What is known while a class is written.
pub(crate) struct ClassContext<'m, 's> {
    pub(crate) module: &'m mut ModuleContext<'s>,
    fields: HashMap<&'s str, String>,
    /// Columns whose `index=True` says an index.
    indexed: HashSet<&'s str>,
}

impl<'m, 's> ClassContext<'m, 's> {
    /// What is known of a class, with the names of its fields by column.
    pub(crate) fn new(
        module: &'m mut ModuleContext<'s>,
        relation: &'s Relation,
        fields: HashMap<&'s str, String>,
    ) -> Self {
        Self {
            module,
            fields,
            indexed: relation
                .indexes
                .iter()
                .filter_map(|index| marked_column(relation, index))
                .collect(),
        }
    }
}

impl ClassContext<'_, '_> {
    /// The field of a column of this class.
    pub(crate) fn field(&self, column: &str) -> &str {
        self.fields.get(column).map_or("", String::as_str)
    }

    /// Whether the column's field is marked `index=True`.
    pub(crate) fn is_indexed(&self, column: &str) -> bool {
        self.indexed.contains(column)
    }

    /// Fields of columns, as strings.
    pub(crate) fn field_list(&self, columns: &[String]) -> Vec<Expression> {
        columns
            .iter()
            .map(|column| text(self.field(column)))
            .collect()
    }

    /// The name that this class's body calls a type by: its own, unless a field is called the same.
    pub(crate) fn type_name(&mut self, wanted: PythonType) -> String {
        let mut name = wanted.name.to_owned();
        while self.fields.values().any(|field| *field == name) {
            name.push('_');
        }
        let imports: &mut Imports = &mut self.module.imports;
        if name != wanted.name {
            imports.alias(wanted.module, wanted.name, &name);
        } else if wanted.module != "builtins" {
            imports.name(wanted.module, wanted.name);
        }
        name
    }

    /// What `foreign_key=` says: `"User"`, `"Country.code"`, or a table outside the file.
    pub(crate) fn foreign_key_target(&mut self, key: &ForeignKey) -> Expression {
        match self.module.target_class(&key.target) {
            Some((class, relation)) => {
                if is_primary_key(relation, &key.target_columns) {
                    text(&class)
                } else {
                    let names = self.module.field_names(relation);
                    let column = key.target_columns.first().map_or("", String::as_str);
                    let field = names.get(column).map_or("", String::as_str);
                    text(&format!("{class}.{field}"))
                }
            }
            None => self.module.table(&key.target, &key.target_columns),
        }
    }

    /// A table, by class where it is in the file.
    pub(crate) fn table_or_class(&mut self, name: &QualifiedName) -> Expression {
        match self.module.target_class(name) {
            Some((class, _)) => text(&class),
            None => self.module.table(name, &[]),
        }
    }
}

/// Whether columns are the primary key of a relation, in key order.
pub(crate) fn is_primary_key(relation: &Relation, columns: &[String]) -> bool {
    relation
        .primary_key
        .as_ref()
        .is_some_and(|key| key.columns == columns)
}

/// The text of a class, with a line break behind it.
pub(crate) fn class<'s>(module: &mut ModuleContext<'s>, relation: &'s Relation) -> String {
    let name = module.class_name(&relation.name).to_owned();
    let names = module.field_names(relation);
    let mut context = ClassContext::new(module, relation, names);
    let mut code = String::new();
    let is_table = !relation.kind.is_view();
    if is_table && relation.primary_key.is_none() {
        code.push_str(
            "# No primary key: mark a unique column, or add ctid: str = Field(primary_key=True).\n",
        );
    }
    let base = context.module.imports.model("Model");
    code.push_str(&format!("class {name}({base}):\n"));
    for column in &relation.columns {
        let text = field(&mut context, relation, column);
        code.push_str(&text);
    }
    if !relation.columns.is_empty() {
        code.push('\n');
    }
    code.push_str("    class Meta:\n");
    for (name, value) in meta(&mut context, relation) {
        code.push_str(&assignment(name, &value, 2));
    }
    code
}

/// The entries of `Meta`: the two that are always written, then what no field says.
pub(crate) fn meta(
    context: &mut ClassContext<'_, '_>,
    relation: &Relation,
) -> Vec<(&'static str, Expression)> {
    let mut entries = vec![
        ("table_name", text(&relation.name.name)),
        ("managed", Expression::Atom("False".to_owned())),
    ];
    if relation.name.schema != "public" {
        entries.push(("schema", text(&relation.name.schema)));
    }
    if context.module.form.minimal {
        entries.push(("complete", Expression::Atom("False".to_owned())));
        return entries;
    }
    if let Some(key) = &relation.primary_key {
        let in_table_order = relation
            .columns
            .iter()
            .filter(|column| key.columns.contains(&column.name))
            .map(|column| &column.name);
        if !in_table_order.eq(&key.columns) {
            let fields = context.field_list(&key.columns);
            entries.push(("primary_key", Expression::Tuple(fields)));
        }
    }
    if let Some(view) = &relation.view {
        let mut arguments = vec![Argument::new(Expression::Lines(literal::lines(
            &view.definition,
        )))];
        let materialized = relation.kind == RelationKind::MaterializedView;
        if materialized {
            arguments.push(Argument::named(
                "materialized",
                Expression::Atom("True".to_owned()),
            ));
        }
        if materialized && !view.populated {
            arguments.push(Argument::named(
                "with_data",
                Expression::Atom("False".to_owned()),
            ));
        }
        let function = context.module.imports.model("View");
        entries.push(("view", Expression::call(function, arguments)));
    }
    if let Some(partition) = &relation.partition_of {
        let arguments = vec![
            Argument::new(context.table_or_class(&partition.parent)),
            Argument::new(text(&partition.bound)),
        ];
        let function = context.module.imports.model("Partition");
        entries.push(("partition_of", Expression::call(function, arguments)));
    }
    if let Some(key) = &relation.partition_by {
        entries.push(("partition_by", text(key)));
    }
    if !relation.inherits.is_empty() {
        let parents = relation.inherits.iter();
        let parents = parents
            .map(|parent| context.table_or_class(parent))
            .collect();
        entries.push(("inherits", Expression::Tuple(parents)));
    }
    if let Some(server) = &relation.foreign_server {
        let mut arguments = vec![Argument::new(text(&server.name))];
        push_options(&mut arguments, &server.options);
        let columns = relation.columns.iter();
        let column_options: Vec<_> = columns
            .filter(|column| !column.foreign_options.is_empty())
            .map(|column| {
                let field = text(context.field(&column.name));
                (field, option_dictionary(&column.foreign_options))
            })
            .collect();
        if !column_options.is_empty() {
            let options = Expression::Dictionary(column_options);
            arguments.push(Argument::named("column_options", options));
        }
        let function = context.module.imports.model("ForeignServer");
        entries.push(("foreign", Expression::call(function, arguments)));
    }
    if relation.unlogged {
        entries.push(("unlogged", Expression::Atom("True".to_owned())));
    }
    if !relation.options.is_empty() {
        let pairs = relation.options.iter();
        let pairs = pairs.map(|(name, value)| Expression::Tuple(vec![text(name), text(value)]));
        entries.push(("options", Expression::Tuple(pairs.collect())));
    }
    if let Some(tablespace) = &relation.tablespace {
        entries.push(("tablespace", text(tablespace)));
    }
    let lists = [
        ("constraints", constraints(context, relation)),
        ("indexes", indexes(context, relation)),
    ];
    for (name, found) in lists {
        if !found.is_empty() {
            let items = found.into_iter().map(|(_, said)| said).collect();
            entries.push((name, Expression::Tuple(items)));
        }
    }
    if let Some(comment) = &relation.comment {
        entries.push(("comment", text(comment)));
    }
    entries
}

/// A string literal.
pub(crate) fn text(value: &str) -> Expression {
    Expression::Atom(literal::string(value))
}

/// An integer literal.
pub(crate) fn integer(value: i64) -> Expression {
    Expression::Atom(value.to_string())
}

/// A collation: its name where it is the system's, else namespace and name.
pub(crate) fn name_pair(name: &QualifiedName) -> Expression {
    if name.schema == "pg_catalog" {
        text(&name.name)
    } else {
        Expression::Tuple(vec![text(&name.schema), text(&name.name)])
    }
}

/// `options={…}` where there are any.
pub(crate) fn push_options(arguments: &mut Vec<Argument>, options: &[(String, String)]) {
    if !options.is_empty() {
        arguments.push(Argument::named("options", option_dictionary(options)));
    }
}

/// Options as a dictionary of strings.
pub(crate) fn option_dictionary(options: &[(String, String)]) -> Expression {
    let items = options
        .iter()
        .map(|(name, value)| (text(name), text(value)));
    Expression::Dictionary(items.collect())
}
