//! Field names: the column's, as it is, wherever Python and the model allow it.

use std::collections::{HashMap, HashSet};

use hyperdj_schema::{Column, Relation};
use unicode_normalization::UnicodeNormalization;

use crate::class_name::numbered;
use crate::identifier::{cleaned, is_identifier};
use crate::reserved::{KEYWORDS, RESERVED_FIELD_NAMES};

/// The field names of a relation's columns, by column name.
///
/// A column keeps its name unless it is a key word of Python or `type`, is no identifier, or would hide what a model
/// needs. Then characters that can't be in an identifier become `_`, `_` is put before a digit, and `_field` behind
/// all; where that is taken, a number follows, in column order.
pub(crate) fn field_names(relation: &Relation) -> HashMap<&str, String> {
    let kept: HashSet<String> = relation
        .columns
        .iter()
        .filter(|column| is_kept(&column.name))
        .map(|column| column.name.clone())
        .collect();
    let mut taken = kept.clone();
    let mut names = HashMap::with_capacity(relation.columns.len());
    for Column { name, .. } in &relation.columns {
        if kept.contains(name) {
            names.insert(name.as_str(), name.clone());
        } else {
            let field = numbered(&renamed(name), &taken);
            taken.insert(field.clone());
            names.insert(name.as_str(), field);
        }
    }
    names
}

fn is_kept(name: &str) -> bool {
    is_identifier(name)
        && KEYWORDS.binary_search(&name).is_err()
        && RESERVED_FIELD_NAMES.binary_search(&name).is_err()
        // Two underscores in front are changed by Python inside a class, or mean something to it.
        && !name.starts_with("__")
}

fn renamed(name: &str) -> String {
    let text = cleaned(name);
    let name = match text.chars().next() {
        None => "column_field".to_owned(),
        Some(first) if unicode_ident::is_xid_start(first) => format!("{text}_field"),
        Some(_) => format!("_{text}_field"),
    };
    name.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use hyperdj_schema::{QualifiedName, RelationKind};

    use super::*;

    fn names(columns: &[&str]) -> Vec<String> {
        let mut relation = Relation::new(QualifiedName::new("public", "t"), RelationKind::Table);
        for column in columns {
            relation.columns.push(Column {
                nullable: false,
                ..Column::new(*column, "text")
            });
        }
        let found = field_names(&relation);
        columns.iter().map(|column| found[column].clone()).collect()
    }

    #[test]
    fn names_stay_where_they_can() {
        let columns = ["id", "match", "case", "_", "date", "größe", "int"];
        assert_eq!(names(&columns), columns);
    }

    #[test]
    fn others_are_renamed() {
        assert_eq!(
            names(&[
                "class",
                "type",
                "9lives",
                "total $",
                "!!",
                "__class__",
                "save",
                "a b",
                "a-b",
                "a_b_field"
            ]),
            [
                "class_field",
                "type_field",
                "_9lives_field",
                "total_field",
                "column_field",
                "class_field2",
                "save_field",
                "a_b_field2",
                "a_b_field3",
                "a_b_field"
            ]
        );
    }
}
