//! What names say: words of a column and of a table, in the singular and the plural.

/// A name in small letters, its words joined by `_`: `CustomerID` is `customer_id`.
pub(crate) fn snake(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    let mut previous = ' ';
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_alphanumeric() {
            let next_is_small = characters.peek().is_some_and(|next| next.is_lowercase());
            let starts = character.is_uppercase()
                && (previous.is_lowercase()
                    || previous.is_numeric()
                    || previous.is_uppercase() && next_is_small);
            if starts && !text.ends_with('_') && !text.is_empty() {
                text.push('_');
            }
            text.extend(character.to_lowercase());
        } else if !text.ends_with('_') && !text.is_empty() {
            text.push('_');
        }
        previous = character;
    }
    text.trim_end_matches('_').to_owned()
}

/// What a name of a referring column is about, without what says that it refers: `customer` of `customer_id`, `fk_customer`,
/// `customerid`. `None` where nothing says so.
pub(crate) fn stem(column: &str) -> Option<String> {
    const ENDS: [&str; 10] = [
        "_id", "_uuid", "_guid", "_fk", "_ref", "_key", "_code", "_no", "_nr", "_number",
    ];
    for end in ENDS {
        if let Some(stem) = column.strip_suffix(end)
            && !stem.is_empty()
        {
            return Some(stem.to_owned());
        }
    }
    for start in ["fk_", "id_", "ref_"] {
        if let Some(stem) = column.strip_prefix(start)
            && !stem.is_empty()
        {
            return Some(stem.to_owned());
        }
    }
    // Names of one word: `customerid`. Such ends are too short to be sure of by themselves.
    let stem = column
        .strip_suffix("id")
        .filter(|stem| stem.len() >= 3 && !column.contains('_'))?;
    Some(stem.to_owned())
}

/// Whether a table is called after a word, in the singular or the plural.
pub(crate) fn is_of(table: &str, word: &str) -> bool {
    table == word || plurals(word).iter().any(|plural| plural == table)
}

/// The plurals that a table of some things may be called by.
fn plurals(word: &str) -> Vec<String> {
    const ODD: [(&str, &str); 10] = [
        ("person", "people"),
        ("child", "children"),
        ("man", "men"),
        ("woman", "women"),
        ("index", "indices"),
        ("datum", "data"),
        ("medium", "media"),
        ("criterion", "criteria"),
        ("analysis", "analyses"),
        ("matrix", "matrices"),
    ];
    let mut found = vec![format!("{word}s"), format!("{word}es")];
    if let Some(stem) = word.strip_suffix('y') {
        found.push(format!("{stem}ies"));
    }
    if let Some(stem) = word.strip_suffix("fe").or(word.strip_suffix('f')) {
        found.push(format!("{stem}ves"));
    }
    for (one, many) in ODD {
        if let Some(stem) = word.strip_suffix(one) {
            found.push(format!("{stem}{many}"));
        }
    }
    found
}

/// The part of a name behind each of its first words: `b_c` and `c` of `a_b_c`.
pub(crate) fn ends(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('_').map(|(place, _)| &name[place + 1..])
}

/// A table's name without what stands in front of all of a product's tables: `tbl_`, `t_`.
pub(crate) fn without_mark(table: &str) -> &str {
    ["tbl_", "tb_", "t_", "dim_", "fact_"]
        .iter()
        .find_map(|mark| table.strip_prefix(mark))
        .unwrap_or(table)
}

#[cfg(test)]
mod tests {
    use super::{ends, is_of, snake, stem};

    #[test]
    fn words_are_found() {
        assert_eq!(snake("CustomerID"), "customer_id");
        assert_eq!(snake("HTTPServer2Name"), "http_server2_name");
        assert_eq!(snake("order-items "), "order_items");
        assert_eq!(stem("customer_id").as_deref(), Some("customer"));
        assert_eq!(stem("fk_customer").as_deref(), Some("customer"));
        assert_eq!(stem("productid").as_deref(), Some("product"));
        assert_eq!(stem("paid"), None);
        assert_eq!(stem("id"), None);
        assert!(is_of("people", "person") && is_of("categories", "category"));
        assert!(is_of("statuses", "status") && is_of("user", "user"));
        assert!(!is_of("use", "user"));
        assert_eq!(ends("a_b_c").collect::<Vec<_>>(), ["b_c", "c"]);
    }
}
