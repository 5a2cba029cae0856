//! The search: every column beside every key that it may refer to.

use std::collections::HashMap;

use hyperdj_schema::{BaseType, Column, Relation, RelationKind, Schema};

use crate::names::{ends, is_of, snake, stem, without_mark};
use crate::{Candidate, Reason};

/// Words for a row of the same table that stands over another.
const PARENTS: [&str; 6] = [
    "parent",
    "ancestor",
    "root",
    "previous",
    "original",
    "successor",
];
/// Words for people, and what people did.
const PEOPLE: [&str; 18] = [
    "creator",
    "owner",
    "author",
    "updater",
    "editor",
    "approver",
    "uploader",
    "reviewer",
    "assignee",
    "sender",
    "recipient",
    "inviter",
    "purchaser",
    "redeemer",
    "deleter",
    "manager",
    "requester",
    "banner",
];
/// Tables of people, the likeliest first.
const PEOPLE_TABLES: [&str; 6] = ["user", "account", "person", "member", "employee", "profile"];
/// How much better the best must be than the next.
const CLEARLY: f64 = 0.06;

/// A key of one column that something may refer to.
struct Key<'a> {
    relation: &'a Relation,
    column: &'a Column,
    /// The table's name in words.
    table: String,
    /// The column's.
    name: String,
    is_primary: bool,
}

/// Relations that names and types tell of, where no foreign key says one; at most one for each column.
///
/// They stand in the order of tables and columns. Columns of views, of partitions and of what is generated are passed over,
/// and so are columns with a kind beside them (`subject_type` beside `subject_id`), which refer to several tables.
pub fn candidates(schema: &Schema) -> Vec<Candidate> {
    let keys = keys(schema);
    let mut key_names: HashMap<&str, usize> = HashMap::new();
    for key in keys.iter().filter(|key| key.is_primary) {
        *key_names.entry(key.name.as_str()).or_default() += 1;
    }
    let mut found = Vec::new();
    for relation in schema
        .relations
        .iter()
        .filter(|relation| is_searched(relation))
    {
        let names: Vec<String> = relation
            .columns
            .iter()
            .map(|column| snake(&column.name))
            .collect();
        for (column, name) in relation.columns.iter().zip(&names) {
            if !may_refer(relation, column) {
                continue;
            }
            let best = best(relation, column, name, &keys, &key_names);
            // With a kind beside it, only a table of just that name is meant: `payment_methods`, where there is a
            // `payment_method_type`.
            let is_named =
                |best: &Candidate| best.reasons.first() == Some(&Reason::NamedAfterTable);
            found.extend(best.filter(|best| !has_kind(name, &names) || is_named(best)));
        }
    }
    found
}

/// Whether a table's own columns are looked at.
fn is_searched(relation: &Relation) -> bool {
    let is_table = matches!(
        relation.kind,
        RelationKind::Table | RelationKind::PartitionedTable
    );
    is_table && relation.partition_of.is_none()
}

/// Whether a column has values of its own that may be keys of another table, and no foreign key.
fn may_refer(relation: &Relation, column: &Column) -> bool {
    let counts = column.identity.is_some()
        || column.serial.is_some()
        || column
            .default
            .as_ref()
            .is_some_and(|default| default.contains("nextval(") || default.contains("uuid"));
    let is_said = relation
        .foreign_keys
        .iter()
        .any(|key| key.columns.contains(&column.name));
    !counts && !is_said && column.generated.is_none() && kind(&column.data_type).is_some()
}

/// Whether another column says of which table the value is a key.
fn has_kind(name: &str, names: &[String]) -> bool {
    let Some(stem) = name.strip_suffix("_id").or(name.strip_suffix("_uuid")) else {
        return false;
    };
    let kinds = [
        format!("{stem}_type"),
        format!("{stem}_kind"),
        format!("{stem}_class"),
    ];
    names.iter().any(|other| kinds.contains(other))
}

/// Types whose values can be compared with each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Text,
    Uuid,
}

fn kind(data_type: &str) -> Option<Kind> {
    match BaseType::of(data_type) {
        BaseType::SmallInt | BaseType::Integer | BaseType::BigInt => Some(Kind::Integer),
        BaseType::Text | BaseType::CharacterVarying | BaseType::Character => Some(Kind::Text),
        BaseType::Other if data_type == "uuid" => Some(Kind::Uuid),
        _ => None,
    }
}

/// Every key of one column.
fn keys(schema: &Schema) -> Vec<Key<'_>> {
    let mut keys = Vec::new();
    for relation in schema
        .relations
        .iter()
        .filter(|relation| is_searched(relation))
    {
        let primary = relation.primary_key.iter().map(|key| (&key.columns, true));
        let uniques = relation
            .uniques
            .iter()
            .map(|unique| (&unique.columns, false));
        let mut seen: Vec<&str> = Vec::new();
        for (columns, is_primary) in primary.chain(uniques) {
            let [only] = columns.as_slice() else {
                continue;
            };
            let Some(column) = relation.column(only) else {
                continue;
            };
            if kind(&column.data_type).is_some() && !seen.contains(&only.as_str()) {
                seen.push(only);
                keys.push(Key {
                    relation,
                    column,
                    table: without_mark(&snake(&relation.name.name)).to_owned(),
                    name: snake(&column.name),
                    is_primary,
                });
            }
        }
    }
    keys
}

/// The best of all keys, where one is good enough.
fn best(
    relation: &Relation,
    column: &Column,
    name: &str,
    keys: &[Key<'_>],
    key_names: &HashMap<&str, usize>,
) -> Option<Candidate> {
    let mut scored: Vec<(f64, Reason, &Key<'_>)> = keys
        .iter()
        .filter(|key| kind(&key.column.data_type) == kind(&column.data_type))
        // A key is no reference to itself.
        .filter(|key| key.relation.name != relation.name || key.column.name != column.name)
        .filter_map(|key| {
            let (score, reason) = by_name(relation, name, key, key_names)?;
            Some((score + nearness(relation, column, key), reason, key))
        })
        .collect();
    scored.sort_by(|left, right| {
        let name = |key: &Key<'_>| (key.relation.name.clone(), key.column.name.clone());
        right
            .0
            .total_cmp(&left.0)
            .then_with(|| name(left.2).cmp(&name(right.2)))
    });
    let mut ranked = scored.into_iter();
    let (mut score, reason, key) = ranked.next()?;
    let mut reasons = vec![reason];
    let is_same = column.data_type == key.column.data_type;
    reasons.push(if is_same {
        Reason::SameType
    } else {
        Reason::OtherWidth
    });
    let leads = |index: &hyperdj_schema::Index| {
        index.keys.first().and_then(|key| key.plain_column()) == Some(column.name.as_str())
    };
    if relation.indexes.iter().any(leads) {
        score += 0.03;
        reasons.push(Reason::Indexed);
    }
    let rival = ranked.find(|(_, _, other)| other.relation.name != key.relation.name);
    if let Some((next, _, other)) = rival
        && score - next < CLEARLY
    {
        score = score.min(0.5);
        reasons.push(Reason::Ambiguous(other.relation.name.clone()));
    }
    (score >= 0.4).then(|| Candidate {
        table: relation.name.clone(),
        column: column.name.clone(),
        target: key.relation.name.clone(),
        target_column: key.column.name.clone(),
        score: score.min(0.98),
        reasons,
    })
}

/// What types and places add to what names say.
fn nearness(relation: &Relation, column: &Column, key: &Key<'_>) -> f64 {
    let mut score = 0.0;
    if column.data_type != key.column.data_type {
        // Another width or length; a wider column than its key is odder.
        score -= 0.08;
    }
    if relation.name.schema != key.relation.name.schema {
        score -= 0.07;
    }
    if !key.is_primary {
        score -= 0.02;
    }
    score
}

/// How well names fit, and how they do.
fn by_name(
    relation: &Relation,
    name: &str,
    key: &Key<'_>,
    key_names: &HashMap<&str, usize>,
) -> Option<(f64, Reason)> {
    let own = without_mark(&snake(&relation.name.name)).to_owned();
    let is_self = key.relation.name == relation.name;
    let is_plain_key = matches!(
        key.name.as_str(),
        "id" | "uuid" | "guid" | "pk" | "oid" | "key"
    );
    // `film_id` in every table, the key of `film` too; `country_code` for the unique `country_code`.
    if !is_self && name == key.name && !is_plain_key {
        let about = stem(name).unwrap_or_else(|| name.to_owned());
        if is_of(&key.table, &about) || key.name.starts_with(&key.table) {
            return Some((0.95, Reason::NamedAsKey));
        }
        if key.is_primary && key_names.get(name) == Some(&1) && stem(name).is_some() {
            return Some((0.88, Reason::NamedAsKey));
        }
        return None;
    }
    if is_plain_key {
        return by_stem(name, &id_stem(name)?, &own, is_self, key);
    }
    // A key with a name of its own is named by that: `country_code` for `code` of `countries`, never for its `id`; or, where it
    // is the primary key, as any other is: `original_film_id` for `film_id`.
    let by_end = name.strip_suffix(&format!("_{}", key.name));
    let by_role = key.is_primary.then(|| id_stem(name)).flatten();
    let best = by_end
        .map(str::to_owned)
        .into_iter()
        .chain(by_role)
        .filter_map(|about| by_stem(name, &about, &own, is_self, key))
        .max_by(|left, right| left.0.total_cmp(&right.0));
    // Names of one word: `billtoaddressid` for the key `addressid` of `address`.
    let ends_so = key.is_primary
        && key.name.len() >= 6
        && key.name.starts_with(&key.table)
        && name.ends_with(&key.name)
        && name != key.name;
    best.or(ends_so.then_some((0.75, Reason::NameEndsWithTable)))
}

/// How well what a name is about fits a table.
fn by_stem(
    name: &str,
    about: &str,
    own: &str,
    is_self: bool,
    key: &Key<'_>,
) -> Option<(f64, Reason)> {
    if is_self && key.is_primary {
        let mut words = about.split('_');
        return if words.any(|word| PARENTS.contains(&word)) {
            Some((0.85, Reason::Parent))
        } else if ends(about).any(|end| is_of(&key.table, end)) {
            Some((0.66, Reason::NameEndsWithTable))
        } else if is_person(name, about) {
            let is_people = PEOPLE_TABLES.iter().any(|word| is_of(&key.table, word));
            is_people.then_some((0.62, Reason::Person))
        } else {
            None
        };
    }
    if is_of(&key.table, about) {
        return Some((0.92, Reason::NamedAfterTable));
    }
    if !key.is_primary {
        // `billing_country_code` for the unique `code` of `countries`.
        let ends_so = ends(about).any(|end| is_of(&key.table, end));
        return ends_so.then_some((0.8, Reason::NameEndsWithTable));
    }
    // `entitlement_features` for `feature_id` in `entitlement_values`.
    let prefixes = own.match_indices('_').map(|(place, _)| &own[..place]);
    if prefixes
        .chain([own])
        .any(|prefix| is_of(&key.table, &format!("{prefix}_{about}")))
    {
        return Some((0.84, Reason::SharesPrefix));
    }
    if let Some(end) = ends(about).find(|end| is_of(&key.table, end)) {
        // The more words the name has in front, the likelier there is a better table.
        let words = about.matches('_').count() - end.matches('_').count();
        return Some((
            0.82 - 0.03 * (words as f64 - 1.0),
            Reason::NameEndsWithTable,
        ));
    }
    if is_person(name, about) {
        let place = PEOPLE_TABLES
            .iter()
            .position(|word| is_of(&key.table, word))?;
        return Some((0.72 - 0.07 * place as f64, Reason::Person));
    }
    if ends(&key.table).any(|end| is_of(end, about)) {
        return Some((0.56, Reason::TableEndsWithName));
    }
    None
}

/// The stem of a name that ends as those of numbers do, not as those of codes.
fn id_stem(name: &str) -> Option<String> {
    const CODES: [&str; 5] = ["_code", "_no", "_nr", "_number", "_key"];
    if CODES.iter().any(|end| name.ends_with(end)) {
        return None;
    }
    match name.strip_suffix("_by") {
        Some(stem) if !stem.is_empty() => Some(stem.to_owned()),
        _ => stem(name),
    }
}

/// Whether a name says who: `created_by`, `owner_id`, `post_author_id`.
fn is_person(name: &str, about: &str) -> bool {
    let last = about.rsplit('_').next().unwrap_or(about);
    name.ends_with("_by") || name.ends_with("_by_id") || PEOPLE.contains(&last)
}
