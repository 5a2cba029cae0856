//! Expressions that a person wrote (`price > 0`) beside what PostgreSQL prints of them (`(price > (0)::numeric)`): the
//! server says whether they are the same, and models are compared by what it prints.
//!
//! It is asked for the plan of a query that reads no table (EXPLAIN VERBOSE) with the one expression and with the other:
//! nothing is run and nothing is written. What it said is recorded beside the migrations, for comparisons without it.

use std::collections::{BTreeSet, HashMap};

use hyperdj_migrate::SameExpression;
use hyperdj_postgres::Client;
use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{
    Column, Domain, KeyTarget, QualifiedName, Relation, Schema, same_expression, without_modifiers,
};
use serde_json::Value;

/// Who says which expressions are the same.
pub(crate) struct Expressions<'c> {
    /// The server, where one is asked.
    client: Option<&'c mut Client>,
    /// What a server said before.
    known: &'c [SameExpression],
    /// Expressions in the form of a plan, by what was asked.
    planned: HashMap<String, Option<String>>,
    /// What was found to be the same.
    found: BTreeSet<SameExpression>,
}

/// Where an expression stands.
struct Place<'a> {
    /// The table or domain.
    of: &'a QualifiedName,
    /// `check`, `default of price`: expressions of different places are never the same.
    place: String,
    /// The names that it may read.
    columns: &'a [Column],
    /// The type that its value becomes.
    data_type: Option<&'a str>,
}

impl<'c> Expressions<'c> {
    /// The server at the other end of a connection says it; without one, what is known from before.
    pub(crate) fn new(client: Option<&'c mut Client>, known: &'c [SameExpression]) -> Self {
        Self {
            client,
            known,
            planned: HashMap::new(),
            found: BTreeSet::new(),
        }
    }

    /// What was found to be the same, in an order of its own.
    pub(crate) fn found(self) -> Vec<SameExpression> {
        self.found.into_iter().collect()
    }

    /// Puts the database's words in the place of the models', where they mean the same.
    pub(crate) fn settle(&mut self, said: &mut Schema, there: &Schema) {
        for relation in &mut said.relations {
            if let Some(there) = there.relation(&relation.name)
                && *relation != *there
            {
                self.relation(relation, there);
            }
        }
        for domain in &mut said.domains {
            let known = there.domains.iter().find(|known| known.name == domain.name);
            if let Some(there) = known
                && *domain != *there
            {
                self.domain(domain, there);
            }
        }
    }

    fn relation(&mut self, said: &mut Relation, there: &Relation) {
        let mut columns = there.columns.clone();
        for column in &said.columns {
            if there.column(&column.name).is_none() {
                columns.push(column.clone());
            }
        }
        let of = &there.name;
        for column in &mut said.columns {
            let Some(known) = there.column(&column.name) else {
                continue;
            };
            let place = |what: &str| Place {
                of,
                place: format!("{what} {}", known.name),
                columns: &columns,
                data_type: Some(&known.data_type),
            };
            if let (Some(own), Some(known)) = (&mut column.default, &known.default) {
                self.text(&place("default of"), own, &[known]);
            }
            if let (Some(own), Some(known)) = (&mut column.generated, &known.generated) {
                self.text(
                    &place("generated"),
                    &mut own.expression,
                    &[&known.expression],
                );
            }
        }
        let place = |what: &str| Place {
            of,
            place: what.to_owned(),
            columns: &columns,
            data_type: None,
        };
        let checks: Vec<&String> = there.checks.iter().map(|check| &check.expression).collect();
        for check in &mut said.checks {
            self.text(&place("check"), &mut check.expression, &checks);
        }
        let targets = there.indexes.iter().flat_map(|index| &index.keys);
        let keys: Vec<&String> = targets
            .filter_map(|key| match &key.target {
                KeyTarget::Expression(text) => Some(text),
                KeyTarget::Column(_) => None,
            })
            .collect();
        let predicates: Vec<&String> = there
            .indexes
            .iter()
            .filter_map(|index| index.predicate.as_ref())
            .collect();
        for index in &mut said.indexes {
            for key in &mut index.keys {
                if let KeyTarget::Expression(text) = &mut key.target {
                    self.text(&place("index"), text, &keys);
                }
            }
            if let Some(text) = &mut index.predicate {
                self.text(&place("predicate"), text, &predicates);
            }
        }
    }

    fn domain(&mut self, said: &mut Domain, there: &Domain) {
        // What is read in a check of a domain is the value.
        let mut value = Column::new("value", &there.base_type);
        value.collation.clone_from(&there.collation);
        let columns = [value];
        let place = |what: &str, data_type| Place {
            of: &there.name,
            place: what.to_owned(),
            columns: &columns,
            data_type,
        };
        if let (Some(own), Some(known)) = (&mut said.default, &there.default) {
            self.text(&place("default", Some(&there.base_type)), own, &[known]);
        }
        let checks: Vec<&String> = there.checks.iter().map(|check| &check.expression).collect();
        for check in &mut said.checks {
            self.text(&place("check", None), &mut check.expression, &checks);
        }
    }

    /// Puts the one of the database's expressions that is the same in the place of an expression.
    fn text(&mut self, place: &Place<'_>, said: &mut String, there: &[&String]) {
        if there.is_empty() || there.iter().any(|known| same_expression(said, known)) {
            return;
        }
        let printed = there.iter().find(|known| self.is_same(place, said, known));
        if let Some(printed) = printed {
            self.found.insert(SameExpression {
                of: place.of.to_string(),
                place: place.place.clone(),
                said: said.clone(),
                printed: (*printed).clone(),
            });
            said.clone_from(printed);
        }
    }

    fn is_same(&mut self, place: &Place<'_>, said: &str, printed: &str) -> bool {
        if self.client.is_none() {
            return self.known.iter().any(|known| {
                known.said == said
                    && known.printed == printed
                    && known.place == place.place
                    && known.of == place.of.to_string()
            });
        }
        let own = self.planned(place, said);
        own.is_some() && own == self.planned(place, printed)
    }

    /// An expression as the server plans it; `None` for what it does not take.
    fn planned(&mut self, place: &Place<'_>, expression: &str) -> Option<String> {
        let sql = query(place, expression);
        if let Some(known) = self.planned.get(&sql) {
            return known.clone();
        }
        let client = self.client.as_deref_mut()?;
        let planned = plan(client, &sql);
        self.planned.insert(sql, planned.clone());
        planned
    }
}

/// The query: the columns that the expression reads are NULLs of their types, in a part of the plan of its own.
fn query(place: &Place<'_>, expression: &str) -> String {
    // One that is not read does no harm, and need not be found out.
    let folded = expression.to_lowercase();
    let nulls: Vec<String> = place
        .columns
        .iter()
        .filter(|column| folded.contains(&column.name.to_lowercase()))
        .map(|column| {
            let collation = match &column.collation {
                Some(collation) => format!(" COLLATE {collation}"),
                None => String::new(),
            };
            format!(
                "NULL::{}{collation} AS {}",
                column.data_type,
                quote_identifier(&column.name)
            )
        })
        .collect();
    let cast = match place.data_type {
        // A length would cut the constant of a default.
        Some(printed) => {
            let bare = without_modifiers(printed).unwrap_or_else(|| printed.to_owned());
            format!("::{bare}")
        }
        None => String::new(),
    };
    format!(
        "EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT (\n{expression}\n){cast} FROM (SELECT {} OFFSET 0) AS said",
        nulls.join(", ")
    )
}

/// What the plan puts out, in a transaction that can't write.
fn plan(client: &mut Client, sql: &str) -> Option<String> {
    client.batch_execute("BEGIN TRANSACTION READ ONLY").ok()?;
    let rows = client.query(sql, &[]);
    let ended = client.batch_execute("ROLLBACK");
    let rows = rows.ok()?;
    ended.ok()?;
    let text = rows.first()?.get(0).ok()??;
    let plan: Value = serde_json::from_str(text).ok()?;
    let output = plan.get(0)?.get("Plan")?.get("Output")?.get(0)?.as_str()?;
    Some(output.to_owned())
}
