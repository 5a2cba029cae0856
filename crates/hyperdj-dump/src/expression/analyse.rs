//! Gives each part of an expression its type and writes it as PostgreSQL's own deparser does.
//!
//! Each part has two texts: as it stands where a cast that nobody wrote is shown (among operands and arguments), and as
//! it stands where it is not (the whole, what is cast, the sides of AND).

use hyperdj_schema::Column;
use hyperdj_schema::sql::quote_identifier;

use super::constants::{numeric_constant, quoted};
use super::parse::{Node, Raw};
use super::resolve::{cast, category, is_polymorphic};
use crate::Error;
use crate::facts::Context;
use crate::reader::Reader;
use crate::types::{Base, Type};

/// A part of an expression with its type.
#[derive(Clone)]
pub(super) struct Typed {
    /// With the casts that nobody wrote.
    pub(super) text: String,
    /// Without one around the whole.
    pub(super) bare: String,
    /// `None` of a constant that has no type yet.
    pub(super) data_type: Option<Type>,
    /// The text of a constant without a type; `None` of NULL.
    pub(super) literal: Option<String>,
    /// Whether this is `… COLLATE …`: a cast would go under it.
    pub(super) is_collated: bool,
}

impl Typed {
    pub(super) fn new(text: String, data_type: Type) -> Self {
        Self {
            bare: text.clone(),
            text,
            data_type: Some(data_type),
            literal: None,
            is_collated: false,
        }
    }
}

/// What an expression may name.
pub(super) struct Scope<'s, 'a> {
    pub(super) reader: &'s Reader<'a>,
    pub(super) columns: &'s [Column],
    /// The name of the table that the columns are of is not asked for; `VALUE` is that of a domain's check.
    pub(super) value: Option<&'s Type>,
}

impl<'a> Scope<'_, 'a> {
    pub(super) fn typed(&self, raw: &Raw<'a>) -> Result<Typed, Error> {
        let offset = raw.offset;
        match &raw.node {
            Node::Column(parts) => self.column(parts, offset),
            Node::Text(text) if text.contains("\nCASE") => Err(Error::unknown(
                offset,
                "a string that looks like printed SQL is not read from a dump",
            )),
            Node::Text(text) => Ok(Typed {
                text: quoted(text),
                bare: quoted(text),
                data_type: None,
                is_collated: false,
                literal: Some(text.clone()),
            }),
            Node::Null => Ok(Typed {
                text: "NULL".to_owned(),
                bare: "NULL".to_owned(),
                data_type: None,
                is_collated: false,
                literal: None,
            }),
            Node::Number(text) => number(text, offset),
            Node::Boolean(value) => Ok(Typed::new(value.to_string(), Type::builtin("bool"))),
            Node::Cast(inner, name) => {
                let mut name = name.clone();
                let target = self.reader.data_type(&mut name)?;
                name.finish()?;
                self.explicit(inner, &target, offset)
            }
            Node::Unary(operator, inner) => {
                let inner = self.typed(inner)?;
                let (mut inner, result) = self.operator(operator, vec![inner], offset)?;
                let operand = inner.pop().map(|found| found.text).unwrap_or_default();
                Ok(Typed::new(format!("({operator} {operand})"), result))
            }
            Node::Binary(operator, left, right) => {
                let sides = vec![self.typed(left)?, self.typed(right)?];
                self.binary(operator, sides, offset)
            }
            Node::And(parts) => self.joined(parts, " AND "),
            Node::Or(parts) => self.joined(parts, " OR "),
            Node::Not(inner) => {
                let inner = self.boolean(inner)?;
                Ok(Typed::new(
                    format!("(NOT {})", inner.bare),
                    Type::builtin("bool"),
                ))
            }
            Node::Is(inner, words) => {
                let text = if words.ends_with("NULL") {
                    // A constant has no type here, and none is printed.
                    if matches!(inner.node, Node::Null) {
                        return Err(Error::unknown(
                            offset,
                            "NULL IS NULL is not read from a dump",
                        ));
                    }
                    let inner = self.typed(inner)?;
                    format!("({} IS {words})", inner.text)
                } else {
                    format!("({} IS {words})", self.boolean(inner)?.bare)
                };
                Ok(Typed::new(text, Type::builtin("bool")))
            }
            Node::Distinct(left, right, not) => {
                let sides = vec![self.typed(left)?, self.typed(right)?];
                let (sides, _) = self.operator("=", sides, offset)?;
                let inner = format!("({} IS DISTINCT FROM {})", sides[0].text, sides[1].text);
                Ok(Typed::new(
                    if *not {
                        format!("(NOT {inner})")
                    } else {
                        inner
                    },
                    Type::builtin("bool"),
                ))
            }
            Node::Between(value, low, high, not) => {
                let (above, below, word) = if *not {
                    ("<", ">", "OR")
                } else {
                    (">=", "<=", "AND")
                };
                let low = self.binary(above, vec![self.typed(value)?, self.typed(low)?], offset)?;
                let high =
                    self.binary(below, vec![self.typed(value)?, self.typed(high)?], offset)?;
                Ok(Typed::new(
                    format!("({} {word} {})", low.bare, high.bare),
                    Type::builtin("bool"),
                ))
            }
            Node::In(left, list, not) => self.among(left, list, *not, offset),
            Node::AnyAll(left, operator, any, right) => {
                let left = self.typed(left)?;
                let right = self.typed(right)?;
                self.any_all(left, operator, *any, right, offset)
            }
            Node::Call(parts, arguments) => {
                let arguments = arguments
                    .iter()
                    .map(|argument| self.typed(argument))
                    .collect::<Result<_, _>>()?;
                self.call(parts, arguments, offset)
            }
            Node::Special(word, arguments) => self.special(word, arguments, offset),
            Node::Value(word, precision) => value(word, *precision, offset),
            Node::Extract(field, source) => {
                let field = field.to_ascii_lowercase();
                let text = Typed {
                    literal: Some(field.clone()),
                    ..Typed::new(quoted(&field), Type::builtin("text"))
                };
                let arguments = vec![
                    self.constant_of(&text, &Type::builtin("text"), offset)?,
                    self.typed(source)?,
                ];
                let (arguments, result) = self.builtin("extract", arguments, offset)?;
                Ok(Typed::new(
                    format!(
                        "EXTRACT({} FROM {})",
                        quote_identifier(&field),
                        arguments[1].bare
                    ),
                    result,
                ))
            }
            Node::AtTimeZone(moment, zone) => {
                let arguments = vec![self.typed(zone)?, self.typed(moment)?];
                let (arguments, result) = self.builtin("timezone", arguments, offset)?;
                Ok(Typed::new(
                    format!("({} AT TIME ZONE {})", arguments[1].bare, arguments[0].bare),
                    result,
                ))
            }
            Node::Collate(inner, name) => {
                let inner = self.typed(inner)?;
                let Some(data_type) = inner.data_type.clone().filter(|_| !inner.is_collated) else {
                    return Err(Error::unknown(
                        offset,
                        "COLLATE behind a constant is not read from a dump",
                    ));
                };
                let mut name = name.clone();
                let collation = self.reader.collation_name(&mut name)?;
                let printed = match collation.schema.as_str() {
                    "pg_catalog" => quote_identifier(&collation.name).into_owned(),
                    _ => collation.to_string(),
                };
                Ok(Typed {
                    bare: format!("({} COLLATE {printed})", inner.bare),
                    is_collated: true,
                    ..Typed::new(format!("({} COLLATE {printed})", inner.text), data_type)
                })
            }
            Node::Case(subject, branches, otherwise) => {
                self.case(subject.as_deref(), branches, otherwise.as_deref(), offset)
            }
            Node::Array(elements) => self.array(elements, None, offset),
        }
    }

    fn column(&self, parts: &[String], offset: usize) -> Result<Typed, Error> {
        let [name] = parts else {
            return Err(Error::unknown(
                offset,
                format!("`{}` is not a column that is known here", parts.join(".")),
            ));
        };
        if let Some(value) = self.value.filter(|_| name == "value") {
            return Ok(Typed::new("VALUE".to_owned(), value.plain()));
        }
        let column = self.columns.iter().find(|column| column.name == *name);
        let found = column.and_then(|column| self.reader.type_of(&column.data_type));
        match found {
            Some(found) => Ok(Typed::new(
                quote_identifier(name).into_owned(),
                found.plain(),
            )),
            None => Err(Error::unknown(
                offset,
                format!("there is no column `{name}` here"),
            )),
        }
    }

    /// A constant without a type as one of a type.
    pub(super) fn constant_of(
        &self,
        found: &Typed,
        target: &Type,
        offset: usize,
    ) -> Result<Typed, Error> {
        let base = self.reader.base_type(target).plain();
        let printed = match &found.literal {
            None => Some(format!("NULL::{base}")),
            Some(text) => self.reader.constant(text, &base),
        };
        let Some(printed) = printed else {
            return Err(Error::unknown(
                offset,
                format!(
                    "what {} is as a constant of the type {base}, only a server can tell",
                    found.text
                ),
            ));
        };
        let mut constant = Typed::new(printed, base.clone());
        if base != target.plain() {
            constant.text = format!("({})::{}", constant.bare, target.plain());
            constant.data_type = Some(target.plain());
        }
        Ok(constant)
    }

    pub(super) fn is_enum(&self, found: &Type) -> bool {
        matches!(&found.base, Base::User(name) if !found.is_array && self.reader.enum_labels(name).is_some())
    }

    /// A value where one of a type is wanted, by the casts that are applied without a word.
    pub(super) fn coerced(
        &self,
        found: Typed,
        target: &Type,
        offset: usize,
    ) -> Result<Typed, Error> {
        let Some(from) = found.data_type.clone() else {
            return if matches!(&target.base, Base::Builtin(name) if name == "any") {
                Ok(found)
            } else {
                self.constant_of(&found, target, offset)
            };
        };
        if from == target.plain() || is_polymorphic(target) {
            return Ok(found);
        }
        check_collation(&found, offset)?;
        Ok(Typed {
            text: format!("({})::{}", found.bare, target.plain()),
            bare: found.bare,
            data_type: Some(target.plain()),
            literal: None,
            is_collated: false,
        })
    }

    /// `value::type`
    pub(super) fn explicit(
        &self,
        raw: &Raw<'a>,
        target: &Type,
        offset: usize,
    ) -> Result<Typed, Error> {
        if let (Node::Array(elements), Some(element)) = (&raw.node, target.element())
            && target.modifier.is_empty()
        {
            return self.array(elements, Some(&element), offset);
        }
        let inner = self.typed(raw)?;
        let base = self.reader.base_type(target);
        let is_domain = base.plain() != target.plain();
        let Some(from) = inner.data_type.clone() else {
            let constant = self.constant_of(&inner, &base, offset)?;
            if is_domain {
                return Ok(Typed::new(
                    format!("({})::{}", constant.bare, target.plain()),
                    target.plain(),
                ));
            }
            if target.modifier.is_empty() || !has_length(target) {
                return Ok(constant);
            }
            // A constant of the type itself is cut to its length: the type is said once.
            let label = format!("::{}", base.plain());
            let text = constant
                .bare
                .strip_suffix(&label)
                .map(str::to_owned)
                .unwrap_or(format!("({})", constant.bare));
            let text = if text == constant.bare {
                format!("({text})")
            } else {
                text
            };
            return Ok(Typed::new(format!("{text}::{target}"), target.plain()));
        };
        check_collation(&inner, offset)?;
        if from == target.plain() && has_length(target) {
            // The same type with the same length is no cast, and a constant is cut to its length.
            let given = self.modifier(raw).ok_or_else(|| {
                Error::unknown(
                    offset,
                    "a cast to the type that is there is not read from a dump",
                )
            })?;
            if given == target.modifier {
                return Ok(inner);
            }
            let label = format!("::{}", base.plain());
            let is_constant = matches!(raw.node, Node::Number(_));
            if matches!(raw.node, Node::Cast(..)) {
                return Err(Error::unknown(
                    offset,
                    "a cast of a cast to the same type is not read from a dump",
                ));
            }
            let constant = inner.bare.strip_suffix(&label).unwrap_or(&inner.bare);
            return Ok(if is_constant && !target.modifier.is_empty() {
                Typed::new(format!("{constant}::{target}"), target.plain())
            } else {
                Typed::new(format!("({})::{target}", inner.bare), target.plain())
            });
        }
        if from == target.plain() {
            return Ok(inner);
        }
        let from = self.reader.base_type(&from);
        let is_text = |found: &Type| category(found) == 'S';
        let by_element = match (from.element(), base.element()) {
            (Some(from), Some(base)) => {
                from.plain() == base.plain() || cast(&from, &base).is_some()
            }
            _ => false,
        };
        let is_known = from.plain() == base.plain()
            || cast(&from, &base.plain()).is_some()
            || is_text(&from)
            || is_text(&base)
            || by_element;
        if !is_known {
            return Err(Error::unknown(
                offset,
                format!("how {from} is cast to {target}, only a server can tell"),
            ));
        }
        Ok(Typed::new(
            format!("({})::{target}", inner.bare),
            target.plain(),
        ))
    }

    /// The length, precision or scale that a part is known to have; `None` where that depends on what is in it.
    fn modifier(&self, raw: &Raw<'a>) -> Option<String> {
        match &raw.node {
            Node::Column(parts) => {
                if self.value.is_some() {
                    return None;
                }
                let column = self
                    .columns
                    .iter()
                    .find(|column| Some(&column.name) == parts.last())?;
                Some(self.reader.type_of(&column.data_type)?.modifier)
            }
            Node::Cast(_, name) => {
                let found = self.reader.data_type(&mut name.clone()).ok()?;
                Some(found.modifier)
            }
            Node::Case(..)
            | Node::Special(..)
            | Node::Array(_)
            | Node::Collate(..)
            | Node::Value(..) => None,
            _ => Some(String::new()),
        }
    }

    pub(super) fn boolean(&self, raw: &Raw<'a>) -> Result<Typed, Error> {
        let found = self.typed(raw)?;
        let target = Type::builtin("bool");
        match &found.data_type {
            Some(given) if self.reader.base_type(given) != target => Err(Error::broken(
                raw.offset,
                "a condition must be true or false",
            )),
            _ => self.coerced(found, &target, raw.offset),
        }
    }

    fn joined(&self, parts: &[Raw<'a>], word: &str) -> Result<Typed, Error> {
        let mut texts = Vec::new();
        for part in parts {
            texts.push(self.boolean(part)?.bare);
        }
        Ok(Typed::new(
            format!("({})", texts.join(word)),
            Type::builtin("bool"),
        ))
    }

    /// A value in the place of a column or a condition: what is cast for that is not shown.
    pub(super) fn assigned(
        &self,
        found: Typed,
        target: &Type,
        offset: usize,
    ) -> Result<String, Error> {
        let base = self.reader.base_type(target).plain();
        let Some(given) = &found.data_type else {
            return Ok(self.constant_of(&found, &base, offset)?.bare);
        };
        let given = self.reader.base_type(given).plain();
        if given != base {
            check_collation(&found, offset)?;
        }
        let is_known = given == base
            || cast(&given, &base).is_some_and(|(context, _)| context != Context::Explicit)
            || category(&base) == 'S'
            || given.element().is_some() && base.element().is_some();
        if is_known {
            Ok(found.bare)
        } else {
            Err(Error::unknown(
                offset,
                format!("how {given} becomes {base}, only a server can tell"),
            ))
        }
    }
}

/// A cast of `… COLLATE …` goes under the collation, which is not followed.
fn check_collation(found: &Typed, offset: usize) -> Result<(), Error> {
    if found.is_collated {
        return Err(Error::unknown(
            offset,
            "a cast around COLLATE is not read from a dump",
        ));
    }
    Ok(())
}

/// A number: `integer` where it fits, else `bigint`, else `numeric`.
fn number(text: &str, offset: usize) -> Result<Typed, Error> {
    if let Ok(value) = text.parse::<i32>() {
        let printed = if value < 0 {
            format!("'{value}'::integer")
        } else {
            value.to_string()
        };
        return Ok(Typed::new(printed, Type::builtin("int4")));
    }
    if let Ok(value) = text.parse::<i64>() {
        return Ok(Typed::new(
            format!("'{value}'::bigint"),
            Type::builtin("int8"),
        ));
    }
    match numeric_constant(text) {
        Some(printed) => Ok(Typed::new(printed, Type::builtin("numeric"))),
        None => Err(Error::unknown(
            offset,
            format!("the number `{text}` is not read from a dump"),
        )),
    }
}

/// CURRENT_DATE and its kin.
fn value(word: &str, precision: Option<i64>, offset: usize) -> Result<Typed, Error> {
    let (word, data_type) = match word {
        "current_date" => ("CURRENT_DATE", "date"),
        "current_time" => ("CURRENT_TIME", "timetz"),
        "current_timestamp" => ("CURRENT_TIMESTAMP", "timestamptz"),
        "localtime" => ("LOCALTIME", "time"),
        "localtimestamp" => ("LOCALTIMESTAMP", "timestamp"),
        "current_user" => ("CURRENT_USER", "name"),
        "user" => ("USER", "name"),
        "session_user" => ("SESSION_USER", "name"),
        "current_role" => ("CURRENT_ROLE", "name"),
        "current_catalog" => ("CURRENT_CATALOG", "name"),
        "current_schema" => ("CURRENT_SCHEMA", "name"),
        _ => {
            return Err(Error::unknown(
                offset,
                format!("`{word}` is not read from a dump"),
            ));
        }
    };
    let text = match precision {
        Some(precision) => format!("{word}({precision})"),
        None => word.to_owned(),
    };
    Ok(Typed::new(text, Type::builtin(data_type)))
}

/// Whether values of a type are fitted to its length, precision or scale by a function.
fn has_length(found: &Type) -> bool {
    match &found.base {
        Base::Builtin(name) => matches!(
            name.as_str(),
            "varchar"
                | "bpchar"
                | "numeric"
                | "bit"
                | "varbit"
                | "time"
                | "timetz"
                | "timestamp"
                | "timestamptz"
                | "interval"
        ),
        Base::User(_) => true,
    }
}
