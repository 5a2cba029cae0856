//! The server's figures, put in their places as they arrive.

use hyperdj_schema::QualifiedName;
use hyperdj_schema::statistics::{
    IndexStatistics, RelationStatistics, SequenceStatistics, Statistics, TextStatistics,
};

use crate::Error;
use crate::assemble::{Assembly, qualified};
use crate::query::Query;
use crate::record::Record;

/// Takes one row of a query for figures.
pub(crate) fn take(
    assembly: &mut Assembly,
    query: Query,
    record: &mut Record<'_>,
) -> Result<(), Error> {
    match query {
        Query::StatisticsSequences => return sequence(&mut assembly.statistics, record),
        Query::StatisticsEnums => {
            let name = qualified(record)?;
            assembly.statistics.unused_enums.push(name);
            return Ok(());
        }
        _ => {}
    }
    // What an extension owns is not among the relations.
    let Some(&position) = assembly.by_oid.get(&record.number()?) else {
        return Ok(());
    };
    let name = assembly.found.schema.relations[position].name.clone();
    let statistics = &mut assembly.statistics;
    match query {
        Query::StatisticsRelations => {
            let found = relation(record)?;
            statistics.relations.insert(name, found);
        }
        Query::StatisticsTexts => {
            let column = record.text()?.to_owned();
            let found = TextStatistics {
                values: record.number()?,
                integers: record.number()?,
                numbers: record.number()?,
                dates: record.number()?,
                moments: record.number()?,
            };
            statistics.texts.insert((name, column), found);
        }
        _ => {
            let column = record.text()?.to_owned();
            let readers = record.json()?;
            statistics.readers.insert((name, column), readers);
        }
    }
    Ok(())
}

fn relation(record: &mut Record<'_>) -> Result<RelationStatistics, Error> {
    let mut found = RelationStatistics {
        rows: record.number()?,
        bytes: record.number()?,
        filled: record.boolean()?,
        analysed: record.optional()?.map(|text| text == "t"),
        columns_fixed: record.boolean()?,
        ..RelationStatistics::default()
    };
    let indexes: Vec<(String, u64, u64, bool)> = record.json()?;
    for (name, bytes, scans, needed) in indexes {
        let figures = IndexStatistics {
            bytes,
            scans,
            needed,
        };
        found.indexes.insert(name, figures);
    }
    Ok(found)
}

fn sequence(statistics: &mut Statistics, record: &mut Record<'_>) -> Result<(), Error> {
    let found = SequenceStatistics {
        name: qualified(record)?,
        data_type: record.text()?.to_owned(),
        increment: record.number()?,
        min_value: record.number()?,
        max_value: record.number()?,
        cycle: record.boolean()?,
        readable: record.boolean()?,
        last_value: record.optional_number()?,
        columns: record
            .json::<Vec<(String, String, String, String)>>()?
            .into_iter()
            .map(|(schema, table, column, data_type)| {
                (QualifiedName::new(schema, table), column, data_type)
            })
            .collect(),
    };
    statistics.sequences.push(found);
    Ok(())
}
