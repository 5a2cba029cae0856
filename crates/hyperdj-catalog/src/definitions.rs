//! What is read on demand: definitions, settings, privileges, and the order that `pg_depend` gives.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use hyperdj_schema::{Definition, Dependency, Owner, QualifiedName, RelationSettings, Schema};

use crate::Error;
use crate::assemble::Assembly;
use crate::record::Record;

/// An object by the catalog it is in and its number there.
type Address = (u32, u32);

/// Catalogs, whose numbers are the same on every server.
const PG_TYPE: u32 = 1247;
const PG_CLASS: u32 = 1259;
const PG_EXTENSION: u32 = 3079;

/// The word in front of a sequence's name.
const SEQUENCE: &str = "SEQUENCE";

/// What is known of objects by number while rows arrive.
#[derive(Default)]
pub(crate) struct Numbered {
    /// What each object that is kept is called.
    objects: HashMap<Address, String>,
    /// What each object needs.
    needs: HashMap<Address, Vec<Address>>,
    /// What an object that is not kept is a part of: a default of its table, an array type of its element.
    part_of: HashMap<Address, Address>,
    /// What extensions made.
    of_extensions: HashSet<Address>,
}

impl Numbered {
    /// Notes a type by its number.
    pub(crate) fn note_type(&mut self, number: u32, word: &str, name: &QualifiedName) {
        self.objects
            .insert((PG_TYPE, number), format!("{word} {name}"));
    }

    /// Notes a sequence by its number: an object of its own, or where it is said by a column, a part of that table.
    pub(crate) fn note_sequence(
        &mut self,
        number: u32,
        said_by: Option<u32>,
        name: &QualifiedName,
    ) {
        match said_by {
            Some(table) => {
                self.part_of.insert((PG_CLASS, number), (PG_CLASS, table));
            }
            None => {
                self.objects
                    .insert((PG_CLASS, number), format!("{SEQUENCE} {name}"));
            }
        }
    }
}

/// Takes one row of the definitions.
pub(crate) fn definition(assembly: &mut Assembly, record: &mut Record<'_>) -> Result<(), Error> {
    let address: Address = (record.number()?, record.number()?);
    let owner = record.optional_text()?;
    let kind = record.text()?.to_owned();
    let object = record.text()?.to_owned();
    let schema = record.optional_text()?;
    let table = record.optional_text()?;
    let definition = Definition {
        table: match (&schema, table) {
            (Some(schema), Some(name)) => Some(QualifiedName::new(schema, name)),
            _ => None,
        },
        kind,
        object,
        schema,
        statements: record.json()?,
        roles: record.json()?,
        withheld: record.optional_text()?,
        comment: record.optional_text()?,
    };
    let found = &mut assembly.found.schema;
    if let Some(owner) = owner {
        found.owners.push(Owner {
            object: definition.object.clone(),
            owner,
        });
    }
    // A family's members come under its name as well, and are no object.
    assembly
        .numbered
        .objects
        .entry(address)
        .or_insert_with(|| definition.object.clone());
    found.definitions.push(definition);
    Ok(())
}

/// Takes one row of the settings, comments and labels.
pub(crate) fn detail(assembly: &mut Assembly, record: &mut Record<'_>) -> Result<(), Error> {
    let kind = record.text()?;
    let relation: Option<u32> = record.optional_number()?;
    let column: Option<i16> = record.optional_number()?;
    let place = relation.and_then(|number| assembly.by_oid.get(&number).copied());
    match kind {
        "relation" => {
            if let Some(place) = place {
                let settings: RelationSettings = record.json()?;
                assembly.found.schema.relations[place].settings = settings;
            }
        }
        "column" => {
            if let Some(place) = place
                && let Some(column) =
                    column.and_then(|number| assembly.numbered_column(place, number))
            {
                assembly.found.schema.relations[place].columns[column].settings = record.json()?;
            }
        }
        other => {
            let _settings = record.optional()?;
            let found = &mut assembly.found.schema;
            if other == "comment" {
                found.comments.push(record.json()?);
            } else {
                found.security_labels.push(record.json()?);
            }
        }
    }
    Ok(())
}

/// Takes one row of the owners and privileges.
pub(crate) fn privilege(assembly: &mut Assembly, record: &mut Record<'_>) -> Result<(), Error> {
    let found = &mut assembly.found.schema;
    match record.text()? {
        "owner" => found.owners.push(record.json()?),
        "grant" => found.grants.extend(record.json::<Option<_>>()?),
        _ => found.default_privileges.extend(record.json::<Option<_>>()?),
    }
    Ok(())
}

/// Takes one row of `pg_depend`.
pub(crate) fn dependency(assembly: &mut Assembly, record: &mut Record<'_>) -> Result<(), Error> {
    let numbered = &mut assembly.numbered;
    let object: Address = (record.number()?, record.number()?);
    let needed: Address = (record.number()?, record.number()?);
    let kind = record.character()?;
    if kind == 'e' {
        numbered.of_extensions.insert(object);
        return Ok(());
    }
    // An index that no constraint owns, and a sequence, hang on their table and are no part of what makes it.
    let is_part = kind == 'i' || kind == 'a' && object.0 != PG_CLASS;
    if is_part {
        if kind == 'i' {
            numbered.part_of.insert(object, needed);
        } else {
            numbered.part_of.entry(object).or_insert(needed);
        }
    }
    numbered.needs.entry(object).or_default().push(needed);
    Ok(())
}

/// Puts what was read in its final order, and dependencies among the objects that are kept in words.
pub(crate) fn finish(assembly: &mut Assembly) {
    let mut numbered = std::mem::take(&mut assembly.numbered);
    let found = &mut assembly.found.schema;
    for (&number, &place) in &assembly.by_oid {
        let relation = &found.relations[place];
        numbered
            .objects
            .insert((PG_CLASS, number), relation.object());
    }
    found.dependencies = numbered.dependencies();
    sort(found);
}

fn sort(found: &mut Schema) {
    found
        .definitions
        .sort_by(|left, right| (&left.kind, &left.object).cmp(&(&right.kind, &right.object)));
    found
        .comments
        .sort_by(|left, right| left.object.cmp(&right.object));
    found
        .owners
        .sort_by(|left, right| left.object.cmp(&right.object));
    found.owners.dedup();
    found.security_labels.sort_by(|left, right| {
        (&left.object, &left.provider).cmp(&(&right.object, &right.provider))
    });
}

impl Numbered {
    fn dependencies(&self) -> Vec<Dependency> {
        let mut found: BTreeMap<&str, (BTreeSet<&str>, bool)> = BTreeMap::new();
        for (&object, needs) in &self.needs {
            // A sequence is made first of all, and given to its column when that is there.
            let Some(name) = self.kept(object).filter(|name| !name.starts_with(SEQUENCE)) else {
                continue;
            };
            let entry = found.entry(name).or_default();
            for &needed in needs {
                match self.kept(needed) {
                    Some(needed) if needed == name => {}
                    Some(needed) => {
                        entry.0.insert(needed);
                    }
                    None if needed.0 == PG_EXTENSION || self.is_of_extension(needed) => {}
                    None => entry.1 = true,
                }
            }
        }
        found
            .into_iter()
            .filter(|(_, (needs, outside))| !needs.is_empty() || *outside)
            .map(|(object, (needs, outside))| Dependency {
                object: object.to_owned(),
                needs: needs.into_iter().map(str::to_owned).collect(),
                outside,
            })
            .collect()
    }

    /// The object that an address is, or is a part of, where that is kept.
    fn kept(&self, address: Address) -> Option<&str> {
        self.chain(address)
            .find_map(|address| self.objects.get(&address).map(String::as_str))
    }

    fn is_of_extension(&self, address: Address) -> bool {
        self.chain(address)
            .any(|address| self.of_extensions.contains(&address))
    }

    /// The address, what it is a part of, and so on.
    fn chain(&self, address: Address) -> impl Iterator<Item = Address> {
        // Parts of parts of parts: a circle can't be, but must not hang either.
        std::iter::successors(Some(address), |address| self.part_of.get(address).copied()).take(8)
    }
}
