//! Operators and functions: which one is meant, and what its operands are cast to.

use super::analyse::{Scope, Typed};
use super::parse::Raw;
use super::resolve::{Candidate, bounds_of, is_polymorphic, select, stands_for};
use crate::Error;
use crate::facts::{FUNCTIONS, OPERATORS};
use crate::types::{Base, Type};
use hyperdj_schema::sql::quote_identifier;

impl<'a> Scope<'_, 'a> {
    pub(super) fn binary(
        &self,
        operator: &str,
        sides: Vec<Typed>,
        offset: usize,
    ) -> Result<Typed, Error> {
        let (sides, result) = self.operator(operator, sides, offset)?;
        Ok(Typed::new(
            format!("({} {operator} {})", sides[0].text, sides[1].text),
            result,
        ))
    }

    /// Finds what an operator means for its operands, and casts them to that.
    pub(super) fn operator(
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
            let is_kept = is_polymorphic(wanted) && argument.data_type.is_some();
            let is_of_many = target.is_array || bounds_of(&target).is_some();
            if is_domain && is_kept && (is_of_many || is_polymorphic(&found.result)) {
                return Err(unknown());
            }
            // What any type will do for stays as it is.
            arguments.push(if is_kept {
                argument
            } else {
                self.coerced(argument, &target, offset)?
            });
        }
        let result = stands_for(&found.result, found, &types).ok_or_else(unknown)?;
        Ok((arguments, result))
    }

    pub(super) fn builtin(
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

    pub(super) fn call(
        &self,
        parts: &[String],
        arguments: Vec<Typed>,
        offset: usize,
    ) -> Result<Typed, Error> {
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

    pub(super) fn special(
        &self,
        word: &str,
        raw: &[Raw<'a>],
        offset: usize,
    ) -> Result<Typed, Error> {
        let all = raw
            .iter()
            .map(|part| self.typed(part))
            .collect::<Result<Vec<_>, _>>()?;
        if word == "nullif" {
            let (sides, _) = self.operator("=", all, offset)?;
            let [left, right] = sides.as_slice() else {
                return Err(Error::broken(offset, "NULLIF takes two values"));
            };
            let result = left
                .data_type
                .clone()
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
}
