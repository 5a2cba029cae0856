//! Several values that are brought to one type: lists, arrays, CASE.

use super::analyse::{Scope, Typed};
use super::parse::{Node, Raw};
use super::resolve::{category, is_implicit, is_preferred};
use crate::Error;
use crate::types::Type;

impl<'a> Scope<'_, 'a> {
    /// The type that several values are brought to, as of COALESCE and CASE.
    pub(super) fn common(&self, all: &[Typed], offset: usize) -> Result<Type, Error> {
        // Only where all are of one domain is it that; else it counts as its base type.
        if let Some(first) = all.first().and_then(|first| first.data_type.clone())
            && all
                .iter()
                .all(|found| found.data_type.as_ref() == Some(&first))
        {
            return Ok(first);
        }
        let mut chosen: Option<Type> = None;
        for found in all.iter().filter_map(|found| found.data_type.clone()) {
            chosen = Some(match chosen {
                None => self.reader.base_type(&found).plain(),
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

    pub(super) fn brought(
        &self,
        all: Vec<Typed>,
        target: &Type,
        offset: usize,
    ) -> Result<Vec<Typed>, Error> {
        all.into_iter()
            .map(|found| self.coerced(found, target, offset))
            .collect()
    }

    pub(super) fn array(
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
    pub(super) fn among(
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

    pub(super) fn any_all(
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
            is_collated: false,
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

    pub(super) fn case(
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
        let target = match otherwise {
            Some(_) => self.common(&results, offset)?,
            // Without ELSE it is NULL, which is of no type: a domain then counts as its base type.
            None => self
                .reader
                .base_type(&self.common(&results, offset)?)
                .plain(),
        };
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
}
