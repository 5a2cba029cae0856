//! Fields: a column as an annotated attribute, with what the canonical form does not already say.

use hyperdj_schema::{
    BaseType, Column, ForeignKey, Identity, IdentityKind, ReferentialAction, Relation,
    SequenceOptions, Serial,
};

use crate::class::{ClassContext, integer, name_pair, text};
use crate::default_value::{DefaultLiteral, default_literal};
use crate::layout::{Argument, Expression, assignment};
use crate::literal;
use crate::literal::printable;
use crate::rich::{printed, rich_annotation};

/// The Python type of an annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PythonType {
    pub(crate) module: &'static str,
    pub(crate) name: &'static str,
    /// The column type that the annotation alone means.
    canonical: &'static str,
}

const fn python_type(
    module: &'static str,
    name: &'static str,
    canonical: &'static str,
) -> PythonType {
    PythonType {
        module,
        name,
        canonical,
    }
}

impl PythonType {
    /// A type that means no column type by itself.
    pub(crate) const fn rich(module: &'static str, name: &'static str) -> Self {
        python_type(module, name, "")
    }
}

/// The type table of the models' contract; whatever is not in it is a `str` in PostgreSQL's text form.
pub(crate) fn annotation(data_type: &str) -> PythonType {
    match BaseType::of(data_type) {
        BaseType::SmallInt | BaseType::Integer | BaseType::BigInt => {
            python_type("builtins", "int", "integer")
        }
        BaseType::Real | BaseType::DoublePrecision => {
            python_type("builtins", "float", "double precision")
        }
        BaseType::Numeric | BaseType::Money => python_type("decimal", "Decimal", "numeric"),
        BaseType::Boolean => python_type("builtins", "bool", "boolean"),
        BaseType::Bytea => python_type("builtins", "bytes", "bytea"),
        BaseType::Date => python_type("datetime", "date", "date"),
        BaseType::Time | BaseType::TimeTz => {
            python_type("datetime", "time", "time without time zone")
        }
        BaseType::Timestamp | BaseType::TimestampTz => {
            python_type("datetime", "datetime", "timestamp with time zone")
        }
        BaseType::Text
        | BaseType::CharacterVarying
        | BaseType::Character
        | BaseType::Name
        | BaseType::Other => python_type("builtins", "str", "text"),
    }
}

/// The line or lines of a field.
pub(crate) fn field(
    context: &mut ClassContext<'_, '_>,
    relation: &Relation,
    column: &Column,
) -> String {
    let (target, value) = field_parts(context, relation, column);
    let place = (relation.name.clone(), column.name.clone());
    let comment = match context.module.suggestions.comments.get(&place) {
        Some(comment) => format!("    # {}\n", printable(comment)),
        None => String::new(),
    };
    format!("{comment}{}", assignment(&target, &value, 1))
}

/// A field's name with its annotation, and the call behind it.
pub(crate) fn field_parts(
    context: &mut ClassContext<'_, '_>,
    relation: &Relation,
    column: &Column,
) -> (String, Expression) {
    let pieces = field_pieces(context, relation, column);
    let or_none = if pieces.says_none { " | None" } else { "" };
    let target = format!("{}: {}{or_none}", pieces.name, pieces.annotation);
    (target, Expression::call("Field", pieces.arguments))
}

/// What a field is made of.
pub(crate) struct FieldPieces {
    pub(crate) name: String,
    /// The annotation, without a word on NULL.
    pub(crate) annotation: String,
    /// Whether `| None` comes behind it.
    pub(crate) says_none: bool,
    pub(crate) arguments: Vec<Argument>,
}

pub(crate) fn field_pieces(
    context: &mut ClassContext<'_, '_>,
    relation: &Relation,
    column: &Column,
) -> FieldPieces {
    let rich = match context.module.form.rich {
        true => rich_annotation(context, &column.data_type),
        false => None,
    };
    let mut written = Written {
        canonical: "",
        or_none: context.module.form.rich && column.nullable,
    };
    let type_name = rich.unwrap_or_else(|| {
        let usual = annotation(&column.data_type);
        written.canonical = usual.canonical;
        context.type_name(usual)
    });
    let arguments = arguments(context, relation, column, written);
    context.module.imports.model("Field");
    FieldPieces {
        name: context.field(&column.name).to_owned(),
        annotation: type_name,
        says_none: written.or_none,
        arguments,
    }
}

/// What an annotation says already.
#[derive(Clone, Copy)]
struct Written {
    /// The column type that it means; nothing where it means none by itself.
    canonical: &'static str,
    /// Whether it says that the column takes NULL.
    or_none: bool,
}

/// The default as a literal, where the annotation's type has that literal.
fn literal_of(
    context: &ClassContext<'_, '_>,
    column: &Column,
    written: Written,
) -> Option<DefaultLiteral> {
    let literal = default_literal(context.module.schema, column)?;
    if !written.canonical.is_empty() {
        return Some(literal);
    }
    // A rich type's values are no text: what the text means is PostgreSQL's to say. An enumeration has its members.
    let class = context.module.enum_class(&column.data_type)?;
    let found = context.module.schema.enums.iter();
    let labels = found.filter(|found| printed(&found.name) == column.data_type);
    let DefaultLiteral::Plain(code) = literal else {
        return None;
    };
    labels
        .flat_map(|found| &found.labels)
        .find(|label| literal::string(label) == code)
        .and_then(|label| class.member(label))
        .map(DefaultLiteral::Plain)
}

fn arguments(
    context: &mut ClassContext<'_, '_>,
    relation: &Relation,
    column: &Column,
    written: Written,
) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let flag = |value: bool| Expression::Atom(if value { "True" } else { "False" }.to_owned());
    let key_columns = relation
        .primary_key
        .as_ref()
        .map_or(&[][..], |key| key.columns.as_slice());
    let in_key = key_columns.contains(&column.name);
    if in_key {
        arguments.push(Argument::named("primary_key", flag(true)));
    }
    let is_this = |columns: &[String]| matches!(columns, [only] if *only == column.name);
    if relation
        .uniques
        .iter()
        .any(|unique| is_this(&unique.columns))
    {
        arguments.push(Argument::named("unique", flag(true)));
    }
    let foreign_key = marked_foreign_key(relation, &column.name);
    if let Some(key) = foreign_key {
        let target = context.foreign_key_target(key);
        arguments.push(Argument::named("foreign_key", target));
    }
    if column.nullable && !written.or_none {
        arguments.push(Argument::named("nullable", flag(true)));
    }
    let literal = literal_of(context, column, written);
    let mut db_type = None;
    match &literal {
        Some(DefaultLiteral::Plain(code)) => {
            arguments.push(Argument::named("default", Expression::Atom(code.clone())));
        }
        Some(DefaultLiteral::Decimal(code)) => {
            let name = context.type_name(python_type("decimal", "Decimal", "numeric"));
            let code = format!("{name}({code})");
            arguments.push(Argument::named("default", Expression::Atom(code)));
        }
        None => {}
    }
    if context.field(&column.name) != column.name {
        arguments.push(Argument::named("column_name", text(&column.name)));
    }
    let is_minimal = context.module.form.minimal;
    if column.data_type != written.canonical && (!is_minimal || written.canonical.is_empty()) {
        db_type = Some(Argument::named("db_type", text(&column.data_type)));
    }
    if is_minimal {
        arguments.extend(db_type);
        return arguments;
    }
    if let (None, Some(expression)) = (&literal, &column.default) {
        arguments.push(Argument::named("db_default", text(expression)));
    }
    if let Some(key) = foreign_key {
        for (keyword, action) in [("on_delete", key.on_delete), ("on_update", key.on_update)] {
            if action != ReferentialAction::NoAction {
                arguments.push(Argument::named(keyword, text(action.as_sql())));
            }
        }
    }
    arguments.extend(db_type);
    // A key of one integer column means `serial`: what is no such column says what it is.
    let means_serial = in_key
        && key_columns.len() == 1
        && foreign_key.is_none()
        && BaseType::of(&column.data_type).is_integer();
    match &column.serial {
        Some(serial) if !serial.is_default() => {
            arguments.push(Argument::named("auto", self::serial(context, serial)));
        }
        Some(_) if !means_serial => arguments.push(Argument::named("auto", flag(true))),
        None if means_serial
            && column.default.is_none()
            && column.identity.is_none()
            && column.generated.is_none() =>
        {
            arguments.push(Argument::named("auto", flag(false)));
        }
        _ => {}
    }
    if let Some(identity) = &column.identity {
        let value = self::identity(context, identity);
        arguments.push(Argument::named("identity", value));
    }
    if let Some(generated) = &column.generated {
        let expression = text(&generated.expression);
        let value = if generated.stored {
            expression
        } else {
            let arguments = vec![
                Argument::new(expression),
                Argument::named("virtual", flag(true)),
            ];
            Expression::call(context.module.imports.model("Generated"), arguments)
        };
        arguments.push(Argument::named("generated", value));
    }
    if context.is_indexed(&column.name) {
        arguments.push(Argument::named("index", flag(true)));
    }
    if let Some(collation) = &column.collation {
        arguments.push(Argument::named("collation", name_pair(collation)));
    }
    if let Some(comment) = &column.comment {
        arguments.push(Argument::named("comment", text(comment)));
    }
    let place = (relation.name.clone(), column.name.clone());
    if foreign_key.is_some() && context.module.suggestions.unenforced.contains(&place) {
        arguments.push(Argument::named("db_constraint", flag(false)));
    }
    arguments
}

/// The foreign key that a column's own `foreign_key=` says: the one that a partition has from its parent, else the one
/// with the usual name, else the first by name.
pub(crate) fn marked_foreign_key<'r>(
    relation: &'r Relation,
    column: &str,
) -> Option<&'r ForeignKey> {
    let mut keys = relation
        .foreign_keys
        .iter()
        .filter(|key| matches!(key.columns.as_slice(), [only] if only == column));
    let first = keys.clone().next()?;
    let usual = hyperdj_schema::foreign_key_name(&relation.name.name, [column]);
    let inherited = keys.clone().find(|key| key.inherited);
    inherited
        .or_else(|| keys.find(|key| key.name == usual))
        .or(Some(first))
}

fn identity(context: &mut ClassContext<'_, '_>, identity: &Identity) -> Expression {
    let kind = text(match identity.kind {
        IdentityKind::Always => "always",
        IdentityKind::ByDefault => "by default",
    });
    if identity.options.is_default() && identity.sequence.is_none() {
        return kind;
    }
    let mut arguments = vec![Argument::new(kind)];
    push_sequence_options(&mut arguments, &identity.options);
    if let Some(sequence) = &identity.sequence {
        arguments.push(Argument::named("sequence_name", text(&sequence.name)));
    }
    Expression::call(context.module.imports.model("Identity"), arguments)
}

fn serial(context: &mut ClassContext<'_, '_>, serial: &Serial) -> Expression {
    let mut arguments = Vec::new();
    if let Some(data_type) = &serial.data_type {
        arguments.push(Argument::named("data_type", text(data_type)));
    }
    push_sequence_options(&mut arguments, &serial.options);
    Expression::call(context.module.imports.model("Serial"), arguments)
}

/// `start=…, increment=…, …`: what differs from the defaults.
pub(crate) fn push_sequence_options(arguments: &mut Vec<Argument>, options: &SequenceOptions) {
    for (keyword, value) in [
        ("start", options.start),
        ("increment", options.increment),
        ("min_value", options.min_value),
        ("max_value", options.max_value),
        ("cache", options.cache),
    ] {
        if let Some(value) = value {
            arguments.push(Argument::named(keyword, integer(value)));
        }
    }
    if options.cycle {
        arguments.push(Argument::named(
            "cycle",
            Expression::Atom("True".to_owned()),
        ));
    }
}
