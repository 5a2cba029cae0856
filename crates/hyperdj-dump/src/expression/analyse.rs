//! Gives each part of an expression its type and writes it as PostgreSQL's own deparser does.
//!
//! Each part has two texts: as it stands where a cast that nobody wrote is shown (among operands and arguments), and as
//! it stands where it is not (the whole, what is cast, the sides of AND).

use hyperdj_schema::Column;
use hyperdj_schema::sql::quote_identifier;

use super::constants::{numeric_constant, quoted};
use super::parse::{Node, Raw};
use super::resolve::{
    Candidate, cast, category, is_implicit, is_polymorphic, is_preferred, select, stands_for,
};
use crate::Error;
use crate::facts::{Context, FUNCTIONS, OPERATORS};
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
    literal: Option<String>,
}

impl Typed {
    fn new(text: String, data_type: Type) -> Self {
        Self {
            bare: text.clone(),
            text,
            data_type: Some(data_type),
            literal: None,
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
                literal: Some(text.clone()),
            }),
            Node::Null => Ok(Typed {
                text: "NULL".to_owned(),
                bare: "NULL".to_owned(),
                data_type: None,
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
                    let inner = self.settle(self.typed(inner)?);
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
                        arguments[1].text
                    ),
                    result,
                ))
            }
            Node::AtTimeZone(moment, zone) => {
                let arguments = vec![self.typed(zone)?, self.typed(moment)?];
                let (arguments, result) = self.builtin("timezone", arguments, offset)?;
                Ok(Typed::new(
                    format!("({} AT TIME ZONE {})", arguments[1].text, arguments[0].text),
                    result,
                ))
            }
            Node::Collate(inner, name) => {
                let inner = self.typed(inner)?;
                let inner = match &inner.data_type {
                    None => self.constant_of(&inner, &Type::builtin("text"), offset)?,
                    Some(_) => inner,
                };
                let mut name = name.clone();
                let collation = self.reader.collation_name(&mut name)?;
                let printed = match collation.schema.as_str() {
                    "pg_catalog" => quote_identifier(&collation.name).into_owned(),
                    _ => collation.to_string(),
                };
                let data_type = inner
                    .data_type
                    .clone()
                    .unwrap_or_else(|| Type::builtin("text"));
                Ok(Typed::new(
                    format!("({} COLLATE {printed})", inner.text),
                    data_type,
                ))
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

    /// A constant without a type, where nothing else says what it is: text.
    fn settle(&self, found: Typed) -> Typed {
        match found.data_type {
            None => {
                let text = Type::builtin("text");
                self.constant_of(&found, &text, 0).unwrap_or(found)
            }
            Some(_) => found,
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

    fn is_enum(&self, found: &Type) -> bool {
        matches!(&found.base, Base::User(name) if !found.is_array && self.reader.enum_labels(name).is_some())
    }

    /// A value where one of a type is wanted, by the casts that are applied without a word.
    fn coerced(&self, found: Typed, target: &Type, offset: usize) -> Result<Typed, Error> {
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
        Ok(Typed {
            text: format!("({})::{}", found.bare, target.plain()),
            bare: found.bare,
            data_type: Some(target.plain()),
            literal: None,
        })
    }

    /// `value::type`
    fn explicit(&self, raw: &Raw<'a>, target: &Type, offset: usize) -> Result<Typed, Error> {
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
        if from == target.plain() && (target.modifier.is_empty() || !has_length(target)) {
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

    fn boolean(&self, raw: &Raw<'a>) -> Result<Typed, Error> {
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

    fn binary(&self, operator: &str, sides: Vec<Typed>, offset: usize) -> Result<Typed, Error> {
        let (sides, result) = self.operator(operator, sides, offset)?;
        Ok(Typed::new(
            format!("({} {operator} {})", sides[0].text, sides[1].text),
            result,
        ))
    }

    /// Finds what an operator means for its operands, and casts them to that.
    fn operator(
        &self,
        operator: &str,
        sides: Vec<Typed>,
        offset: usize,
    ) -> Result<(Vec<Typed>, Type), Error> {
        let candidates: Vec<Candidate> = OPERATORS
            .get(operator)
            .into_iter()
            .flatten()
            .filter(|found| found.left.is_some() == (sides.len() == 2))
            .map(|found| Candidate {
                arguments: found
                    .left
                    .iter()
                    .chain([&found.right])
                    .map(|name| Type::builtin(name))
                    .collect(),
                result: Type::builtin(found.result),
            })
            .collect();
        if self.reader.has_operator(operator) {
            return Err(Error::unknown(
                offset,
                format!("which operator `{operator}` is meant, only a server can tell"),
            ));
        }
        self.chosen(&candidates, sides, operator, offset)
    }

    /// Casts what is given to what the chosen candidate takes.
    fn chosen(
        &self,
        candidates: &[Candidate],
        given: Vec<Typed>,
        name: &str,
        offset: usize,
    ) -> Result<(Vec<Typed>, Type), Error> {
        let types: Vec<Option<Type>> = given
            .iter()
            .map(|found| {
                found
                    .data_type
                    .as_ref()
                    .map(|found| self.reader.base_type(found).plain())
            })
            .collect();
        let found = select(candidates, &types, &|found| self.is_enum(found));
        let Some(found) = found else {
            return Err(Error::unknown(
                offset,
                format!("what `{name}` means for these values, only a server can tell"),
            ));
        };
        let unknown = || {
            Error::unknown(
                offset,
                format!("what `{name}` gives for these values, only a server can tell"),
            )
        };
        let mut arguments = Vec::new();
        for (argument, wanted) in given.into_iter().zip(&found.arguments) {
            let is_any = matches!(&wanted.base, Base::Builtin(name) if name == "any");
            let target = if is_any {
                wanted.clone()
            } else {
                stands_for(wanted, found, &types).ok_or_else(unknown)?
            };
            let is_domain = argument
                .data_type
                .as_ref()
                .is_some_and(|given| self.reader.base_type(given).plain() != given.plain());
            // A domain is taken for its base type, which is shown, unless any type will do.
            arguments.push(
                if is_polymorphic(wanted) && argument.data_type.is_some() && !is_domain {
                    argument
                } else {
                    self.coerced(argument, &target, offset)?
                },
            );
        }
        let result = stands_for(&found.result, found, &types).ok_or_else(unknown)?;
        Ok((arguments, result))
    }

    fn builtin(
        &self,
        name: &str,
        arguments: Vec<Typed>,
        offset: usize,
    ) -> Result<(Vec<Typed>, Type), Error> {
        let count = arguments.len();
        let candidates: Vec<Candidate> = FUNCTIONS
            .get(name)
            .into_iter()
            .flatten()
            .filter_map(|found| {
                let declared: Vec<Type> = found
                    .arguments
                    .iter()
                    .map(|name| Type::builtin(name))
                    .collect();
                let arguments = match found.variadic {
                    // Any number of anything.
                    Some("any") if count + 1 >= declared.len() => {
                        let mut arguments = declared[..declared.len() - 1].to_vec();
                        arguments.resize(count, Type::builtin("any"));
                        arguments
                    }
                    Some(_) => return None,
                    None if count < declared.len() && count + found.defaults >= declared.len() => {
                        declared[..count].to_vec()
                    }
                    None => declared,
                };
                Some(Candidate {
                    arguments,
                    result: Type::builtin(found.result),
                })
            })
            .collect();
        self.chosen(&candidates, arguments, name, offset)
    }

    fn call(&self, parts: &[String], arguments: Vec<Typed>, offset: usize) -> Result<Typed, Error> {
        let name = parts.last().map(String::as_str).unwrap_or_default();
        let in_catalog = match parts {
            [_] => true,
            [schema, _] => schema == "pg_catalog",
            _ => false,
        };
        let written = |name: String, arguments: &[Typed], result: Type| {
            let texts: Vec<&str> = arguments
                .iter()
                .map(|argument| argument.text.as_str())
                .collect();
            Typed::new(format!("{name}({})", texts.join(", ")), result)
        };
        let own = self.reader.functions(parts);
        if in_catalog && FUNCTIONS.contains_key(name) {
            if own.is_some() {
                return Err(Error::unknown(
                    offset,
                    format!("which function `{name}` is meant, only a server can tell"),
                ));
            }
            let (arguments, result) = self.builtin(name, arguments, offset)?;
            return Ok(written(
                quote_identifier(name).into_owned(),
                &arguments,
                result,
            ));
        }
        let Some((found, functions)) = own else {
            return Err(Error::unknown(
                offset,
                format!("the file makes no function `{}`", parts.join(".")),
            ));
        };
        let candidates: Vec<Candidate> = functions
            .into_iter()
            .filter_map(|(arguments, result)| {
                Some(Candidate {
                    arguments: arguments.to_vec(),
                    result: result?.plain(),
                })
            })
            .collect();
        let (arguments, result) = self.chosen(&candidates, arguments, name, offset)?;
        Ok(written(found.to_string(), &arguments, result))
    }

    /// The type that several values are brought to, as of COALESCE and CASE.
    fn common(&self, all: &[Typed], offset: usize) -> Result<Type, Error> {
        let mut chosen: Option<Type> = None;
        for found in all.iter().filter_map(|found| found.data_type.clone()) {
            chosen = Some(match chosen {
                None => found,
                Some(before) if before == found => before,
                Some(before) => {
                    let (before, found) = (
                        self.reader.base_type(&before).plain(),
                        self.reader.base_type(&found).plain(),
                    );
                    if category(&before) != category(&found) {
                        return Err(Error::broken(
                            offset,
                            "values of such different types can't stand for each other",
                        ));
                    }
                    let labelled = |found: &Type| self.is_enum(found);
                    let takes = !is_preferred(&before)
                        && is_implicit(&before, &found, &labelled)
                        && !is_implicit(&found, &before, &labelled);
                    if takes { found } else { before }
                }
            });
        }
        Ok(chosen.unwrap_or_else(|| Type::builtin("text")))
    }

    fn brought(&self, all: Vec<Typed>, target: &Type, offset: usize) -> Result<Vec<Typed>, Error> {
        all.into_iter()
            .map(|found| self.coerced(found, target, offset))
            .collect()
    }

    fn special(&self, word: &str, raw: &[Raw<'a>], offset: usize) -> Result<Typed, Error> {
        let all = raw
            .iter()
            .map(|part| self.typed(part))
            .collect::<Result<Vec<_>, _>>()?;
        if word == "nullif" {
            let result = all.first().and_then(|first| first.data_type.clone());
            let (sides, _) = self.operator("=", all, offset)?;
            let [left, right] = sides.as_slice() else {
                return Err(Error::broken(offset, "NULLIF takes two values"));
            };
            let result = result
                .or_else(|| left.data_type.clone())
                .unwrap_or_else(|| Type::builtin("text"));
            return Ok(Typed::new(
                format!("NULLIF({}, {})", left.text, right.text),
                result,
            ));
        }
        let target = self.common(&all, offset)?;
        let texts: Vec<String> = self
            .brought(all, &target, offset)?
            .into_iter()
            .map(|found| found.text)
            .collect();
        Ok(Typed::new(
            format!("{}({})", word.to_ascii_uppercase(), texts.join(", ")),
            target,
        ))
    }

    fn array(
        &self,
        elements: &[Raw<'a>],
        wanted: Option<&Type>,
        offset: usize,
    ) -> Result<Typed, Error> {
        if elements
            .iter()
            .any(|element| matches!(element.node, Node::Array(_)))
        {
            return Err(Error::unknown(
                offset,
                "an array of arrays is not read from a dump",
            ));
        }
        let mut all = Vec::new();
        for element in elements {
            all.push(match wanted {
                Some(wanted) => self.explicit(element, wanted, offset)?,
                None => self.typed(element)?,
            });
        }
        let element = match wanted {
            Some(wanted) => wanted.clone(),
            None => self.common(&all, offset)?,
        };
        if all.is_empty() {
            return match wanted {
                Some(wanted) => Ok(Typed::new(
                    format!("ARRAY[]::{}", wanted.array()),
                    wanted.array(),
                )),
                None => Err(Error::broken(offset, "an empty array needs a type")),
            };
        }
        let texts: Vec<String> = self
            .brought(all, &element, offset)?
            .into_iter()
            .map(|found| found.text)
            .collect();
        Ok(Typed::new(
            format!("ARRAY[{}]", texts.join(", ")),
            element.plain().array(),
        ))
    }

    /// `left IN (…)`: one comparison for a single value, else one with an array.
    fn among(
        &self,
        left: &Raw<'a>,
        list: &[Raw<'a>],
        not: bool,
        offset: usize,
    ) -> Result<Typed, Error> {
        let operator = if not { "<>" } else { "=" };
        let left = self.typed(left)?;
        if let [only] = list {
            return self.binary(operator, vec![left, self.typed(only)?], offset);
        }
        let mut all = vec![left.clone()];
        for part in list {
            // Columns among the values are compared one by one.
            if matches!(part.node, Node::Column(_)) {
                return Err(Error::unknown(
                    part.offset,
                    "IN with columns in its list is not read from a dump",
                ));
            }
            all.push(self.typed(part)?);
        }
        let target = self.reader.base_type(&self.common(&all, offset)?).plain();
        let elements = self.brought(all.split_off(1), &target, offset)?;
        let texts: Vec<String> = elements.into_iter().map(|found| found.text).collect();
        let array = Typed::new(format!("ARRAY[{}]", texts.join(", ")), target.array());
        self.any_all(left, operator, !not, array, offset)
    }

    fn any_all(
        &self,
        left: Typed,
        operator: &str,
        any: bool,
        right: Typed,
        offset: usize,
    ) -> Result<Typed, Error> {
        let word = if any { "ANY" } else { "ALL" };
        let element = match &right.data_type {
            None => None,
            Some(found) => match self.reader.base_type(found).element() {
                Some(element) => Some(element.plain()),
                None => {
                    return Err(Error::broken(
                        offset,
                        "what stands behind ANY must be an array",
                    ));
                }
            },
        };
        let stand_in = Typed {
            text: String::new(),
            bare: String::new(),
            data_type: element.clone(),
            literal: None,
        };
        if element.is_none() {
            return Err(Error::unknown(
                offset,
                "an array as text is not read from a dump",
            ));
        }
        let (sides, result) = self.operator(operator, vec![left, stand_in], offset)?;
        let wanted = sides[1]
            .data_type
            .clone()
            .unwrap_or_else(|| Type::builtin("text"));
        let array = self.coerced(right, &wanted.array(), offset)?;
        Ok(Typed::new(
            format!("({} {operator} {word} ({}))", sides[0].text, array.text),
            result,
        ))
    }

    fn case(
        &self,
        subject: Option<&Raw<'a>>,
        branches: &[(Raw<'a>, Raw<'a>)],
        otherwise: Option<&Raw<'a>>,
        offset: usize,
    ) -> Result<Typed, Error> {
        if subject.is_some() {
            return Err(Error::unknown(
                offset,
                "CASE with a value behind it is not read from a dump",
            ));
        }
        let mut conditions = Vec::new();
        let mut results = Vec::new();
        for (condition, result) in branches {
            conditions.push(self.boolean(condition)?.bare);
            results.push(self.typed(result)?);
        }
        results.extend(otherwise.map(|raw| self.typed(raw)).transpose()?);
        // The server looks at the last one first.
        results.rotate_right(usize::from(otherwise.is_some()));
        let target = self.common(&results, offset)?;
        results.rotate_left(usize::from(otherwise.is_some()));
        let results = self.brought(results, &target, offset)?;
        if conditions
            .iter()
            .chain(results.iter().map(|found| &found.text))
            .any(|text| text.contains("\nCASE"))
        {
            return Err(Error::unknown(
                offset,
                "CASE within CASE is not read from a dump",
            ));
        }
        let mut text = String::from("\nCASE");
        for (condition, result) in conditions.iter().zip(&results) {
            text.push_str(&format!("\n    WHEN {condition} THEN {}", result.text));
        }
        let last = match otherwise.and(results.last()) {
            Some(last) => last.text.clone(),
            None => format!("NULL::{}", target.plain()),
        };
        text.push_str(&format!("\n    ELSE {last}\nEND"));
        Ok(Typed::new(text, target))
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
