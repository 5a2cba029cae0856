//! Class names: PascalCase, the last word made singular, unique, never a name that the file or Python uses.

use std::collections::{HashMap, HashSet};

use hyperdj_schema::{QualifiedName, Relation, Schema};
use unicode_normalization::UnicodeNormalization;

use crate::identifier::cleaned;
use crate::reserved::RESERVED_CLASS_NAMES;
use crate::singular::{plural, singular};

/// The class name of every relation of a schema, whatever part of it is then written.
///
/// In a collision the relation whose name is already the singular keeps it; the others take the plural, and a number
/// where that is taken too, in name order, the schema `public` before all others. Views come after all tables, so that
/// no view renames a table.
pub fn class_names(schema: &Schema) -> HashMap<QualifiedName, String> {
    let mut relations: Vec<&Relation> = schema.relations.iter().collect();
    relations.sort_by_key(|relation| (relation.kind.is_view(), relation.name.schema != "public"));
    let candidates: Vec<Candidate<'_>> = relations
        .into_iter()
        .map(|relation| Candidate::new(&relation.name, relation.kind.is_view()))
        .collect();

    let mut keepers: HashMap<&str, usize> = HashMap::new();
    for (position, candidate) in candidates.iter().enumerate() {
        if RESERVED_CLASS_NAMES
            .binary_search(&candidate.singular.as_str())
            .is_ok()
        {
            continue;
        }
        keepers
            .entry(&candidate.singular)
            .and_modify(|keeper| {
                let other = &candidates[*keeper];
                if candidate.is_singular && !other.is_singular && candidate.is_view == other.is_view
                {
                    *keeper = position;
                }
            })
            .or_insert(position);
    }
    let mut taken: HashSet<String> = keepers.keys().map(|name| (*name).to_owned()).collect();
    taken.extend(RESERVED_CLASS_NAMES.iter().map(|name| (*name).to_owned()));

    let mut names = HashMap::with_capacity(candidates.len());
    for (position, candidate) in candidates.iter().enumerate() {
        let name = if keepers.get(candidate.singular.as_str()) == Some(&position) {
            candidate.singular.clone()
        } else {
            let name = numbered(&candidate.plural(), &taken);
            taken.insert(name.clone());
            name
        };
        names.insert(candidate.name.clone(), name);
    }
    names
}

/// A name, with the first number from 2 behind it that makes it new if it is not.
pub(crate) fn numbered(name: &str, taken: &HashSet<String>) -> String {
    if !taken.contains(name) {
        return name.to_owned();
    }
    let mut number = 2_usize;
    loop {
        let candidate = format!("{name}{number}");
        if !taken.contains(&candidate) {
            return candidate;
        }
        number += 1;
    }
}

struct Candidate<'a> {
    name: &'a QualifiedName,
    is_view: bool,
    words: Vec<String>,
    singular: String,
    is_singular: bool,
}

impl<'a> Candidate<'a> {
    fn new(name: &'a QualifiedName, is_view: bool) -> Self {
        let mut words = words(&name.name);
        if words.is_empty() {
            words.push("table".to_owned());
        }
        let last = words
            .last()
            .map(|word| word.to_lowercase())
            .unwrap_or_default();
        let one = singular(&last);
        let as_it_is = pascal(&words);
        // A word that has no other singular keeps its capitals.
        let singular = if one == last {
            as_it_is.clone()
        } else {
            pascal_with_last(&words, one)
        };
        Self {
            name,
            is_view,
            is_singular: singular == as_it_is,
            words,
            singular,
        }
    }

    /// The name in the plural: as it is, unless it is a singular.
    fn plural(&self) -> String {
        match self.words.last() {
            Some(last) if self.is_singular => {
                pascal_with_last(&self.words, plural(&last.to_lowercase()))
            }
            _ => pascal(&self.words),
        }
    }
}

/// The class name that a name gives by itself, its last word as it is.
pub(crate) fn pascal_name(name: &str) -> String {
    let mut words = words(name);
    if words.is_empty() {
        words.push("type".to_owned());
    }
    pascal(&words)
}

fn pascal_with_last(words: &[String], last: String) -> String {
    let mut words = words.to_vec();
    words.pop();
    words.push(last);
    pascal(&words)
}

/// The words of a table's name: parted by what is no letter or digit, and where a capital begins a new one.
fn words(name: &str) -> Vec<String> {
    let cleaned = cleaned(name);
    let has_small = cleaned.chars().any(char::is_lowercase);
    let mut words: Vec<String> = Vec::new();
    for part in cleaned.split('_').filter(|part| !part.is_empty()) {
        if !has_small {
            words.push(part.to_lowercase());
            continue;
        }
        let characters: Vec<char> = part.chars().collect();
        let mut word = String::new();
        for (position, character) in characters.iter().enumerate() {
            let after_small = position > 0 && !characters[position - 1].is_uppercase();
            let before_small = characters
                .get(position + 1)
                .is_some_and(|next| next.is_lowercase());
            if character.is_uppercase() && position > 0 && (after_small || before_small) {
                words.push(std::mem::take(&mut word));
            }
            word.push(*character);
        }
        words.push(word);
    }
    words.retain(|word| !word.is_empty());
    words
}

fn pascal(words: &[String]) -> String {
    let mut name = String::new();
    for word in words {
        let mut characters = word.chars();
        if let Some(first) = characters.next() {
            // A letter whose capital is two letters (ß, ŉ) stays small: the name must stay an identifier.
            let mut capital = first.to_uppercase();
            match (capital.next(), capital.next()) {
                (Some(capital), None) => name.push(capital),
                _ => name.push(first),
            }
            name.extend(characters);
        }
    }
    if !name.chars().next().is_some_and(unicode_ident::is_xid_start) {
        name.insert_str(0, "Table");
    }
    // What was put together may combine: Python normalises it, and two names that are then one must be seen here.
    name.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use hyperdj_schema::RelationKind;

    use super::*;

    fn names(tables: &[&str]) -> Vec<String> {
        let mut schema = Schema::default();
        for table in tables {
            let kind = match table.strip_prefix("view ") {
                Some(_) => RelationKind::View,
                None => RelationKind::Table,
            };
            let name = table.strip_prefix("view ").unwrap_or(table);
            schema
                .relations
                .push(Relation::new(QualifiedName::new("public", name), kind));
        }
        schema
            .relations
            .sort_by(|left, right| left.name.cmp(&right.name));
        let found = class_names(&schema);
        tables
            .iter()
            .map(|table| table.strip_prefix("view ").unwrap_or(table))
            .map(|table| found[&QualifiedName::new("public", table)].clone())
            .collect()
    }

    #[test]
    fn names_are_pascal_case_and_singular() {
        assert_eq!(
            names(&[
                "users",
                "product_stats",
                "user_sessions",
                "legacy_log",
                "ORDER_ITEMS",
                "UserAddresses",
                "HTTPServers"
            ]),
            [
                "User",
                "ProductStat",
                "UserSession",
                "LegacyLog",
                "OrderItem",
                "UserAddress",
                "HTTPServer"
            ]
        );
        assert_eq!(
            names(&["9_lives", "!!", "größen", "total $"]),
            ["Table9Life", "Tables", "Größen", "Total"]
        );
    }

    #[test]
    fn the_singular_keeps_its_name() {
        assert_eq!(names(&["user", "users"]), ["User", "Users"]);
        assert_eq!(names(&["users", "Users"]), ["Users", "User"]);
        assert_eq!(
            names(&["order item", "order-item", "order_item"]),
            ["OrderItem", "OrderItems", "OrderItems2"]
        );
    }

    #[test]
    fn names_that_python_takes_for_one_are_told_apart() {
        assert_eq!(
            names(&["\u{301}x"]),
            ["Table\u{301}x".nfkc().collect::<String>()]
        );
        let both = names(&["\u{308}x", "table\u{308}x"]);
        assert_ne!(both[0], both[1]);
    }

    #[test]
    fn reserved_names_take_the_plural() {
        assert_eq!(
            names(&["model", "field", "exceptions", "none"]),
            ["Models", "Fields", "Exceptions", "Nones"]
        );
    }

    #[test]
    fn a_view_renames_no_table() {
        assert_eq!(names(&["users", "view user"]), ["User", "Users"]);
    }
}
