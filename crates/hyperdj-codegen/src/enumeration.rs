//! Enumerations as classes of Python: their names, and those of their members.

use std::collections::{HashMap, HashSet};

use hyperdj_schema::{Enum, QualifiedName, Schema};
use unicode_normalization::UnicodeNormalization;

use crate::class_name::{class_names, numbered, pascal_name};
use crate::field_name::field_names;
use crate::identifier::cleaned;
use crate::imports::Imports;
use crate::layout::{Expression, assignment};
use crate::literal;
use crate::reserved::RESERVED_CLASS_NAMES;

/// An enumeration as a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EnumClass {
    pub(crate) name: String,
    /// Each member with its label, in order.
    pub(crate) members: Vec<(String, String)>,
}

impl EnumClass {
    /// The member of a label, as code: `Mood.CALM`.
    pub(crate) fn member(&self, label: &str) -> Option<String> {
        let (member, _) = self.members.iter().find(|(_, known)| known == label)?;
        Some(format!("{}.{member}", self.name))
    }

    /// The same labels under the names that a file has for the class and its members.
    pub(crate) fn named(&self, name: &str, members: &[(String, String)]) -> Self {
        let taken: HashSet<String> = members.iter().map(|(member, _)| member.clone()).collect();
        let of_label = |label: &String| members.iter().find(|(_, known)| known == label);
        Self {
            name: name.to_owned(),
            members: self
                .members
                .iter()
                .map(|(usual, label)| {
                    let member = match of_label(label) {
                        Some((member, _)) => member.clone(),
                        None => numbered(usual, &taken),
                    };
                    (member, label.clone())
                })
                .collect(),
        }
    }

    /// The text of the class, with a line break behind it.
    pub(crate) fn text(&self, imports: &mut Imports) -> String {
        imports.name("enum", "StrEnum");
        let mut code = format!("class {}(StrEnum):\n", self.name);
        for (member, label) in &self.members {
            let value = Expression::Atom(literal::string(label));
            code.push_str(&assignment(member, &value, 1));
        }
        code
    }
}

/// The class of every enumeration of a schema that has labels, whatever part of the schema is then written.
///
/// Tables keep their names: where one has it, `Enum` is put behind, then a number. No class is called like a field,
/// which would hide it inside of a model.
pub(crate) fn enum_classes(schema: &Schema) -> HashMap<QualifiedName, EnumClass> {
    let mut taken: HashSet<String> = class_names(schema).into_values().collect();
    taken.extend(RESERVED_CLASS_NAMES.iter().map(|name| (*name).to_owned()));
    for relation in &schema.relations {
        taken.extend(field_names(relation).into_values());
    }
    let mut found: Vec<&Enum> = schema.enums.iter().collect();
    found.sort_by_key(|one| (one.name.schema != "public", &one.name));
    let mut classes = HashMap::with_capacity(found.len());
    for one in found.into_iter().filter(|one| !one.labels.is_empty()) {
        let mut name = pascal_name(&one.name.name);
        if taken.contains(&name) {
            name = numbered(&format!("{name}Enum"), &taken);
        }
        taken.insert(name.clone());
        let members = members(&one.labels);
        classes.insert(one.name.clone(), EnumClass { name, members });
    }
    classes
}

/// Names for labels: in capitals, words parted by `_`, unique.
fn members(labels: &[String]) -> Vec<(String, String)> {
    let mut taken = HashSet::new();
    labels
        .iter()
        .map(|label| {
            let name = numbered(&member(label), &taken);
            taken.insert(name.clone());
            (name, label.clone())
        })
        .collect()
}

fn member(label: &str) -> String {
    let plain: String = label.nfkc().collect();
    // Python means something by names with underscores around them.
    let cleaned = cleaned(&plain.to_uppercase());
    let words: Vec<&str> = cleaned.split('_').filter(|word| !word.is_empty()).collect();
    let name = words.join("_");
    let name: String = match name.chars().next() {
        None => "EMPTY".to_owned(),
        Some(first) if unicode_ident::is_xid_start(first) => name,
        Some(_) => format!("VALUE_{name}"),
    };
    name.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::members;

    #[test]
    fn members_are_identifiers_and_unique() {
        let labels = [
            "pending",
            "in progress",
            "in-progress",
            "",
            "!",
            "1st",
            "_x_",
            "mro",
            "größe",
            "ｍｒｏ",
            "None",
        ];
        let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
        let names: Vec<String> = members(&labels).into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "PENDING",
                "IN_PROGRESS",
                "IN_PROGRESS2",
                "EMPTY",
                "EMPTY2",
                "VALUE_1ST",
                "X",
                "MRO",
                "GRÖSSE",
                "MRO2",
                "NONE"
            ]
        );
    }
}
