//! The catalog queries, and the lines of them that a server's version takes.

/// A catalog query: one kind of object each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Query {
    Settings,
    Namespaces,
    Relations,
    Columns,
    Constraints,
    OperatorClasses,
    Indexes,
    Enums,
    Domains,
    Composites,
    Sequences,
    Extensions,
    Unmodelled,
    Definitions,
    SeldomDefinitions,
    Details,
    Privileges,
    Dependencies,
    StatisticsRelations,
    StatisticsTexts,
    StatisticsSequences,
    StatisticsEnums,
    StatisticsReaders,
}

/// In the order that assembling needs: what is referred to comes before what refers to it.
pub(crate) const QUERIES: &[Query] = &[
    Query::Settings,
    Query::Namespaces,
    Query::Relations,
    Query::Columns,
    Query::Constraints,
    Query::OperatorClasses,
    Query::Indexes,
    Query::Enums,
    Query::Domains,
    Query::Composites,
    Query::Sequences,
    Query::Extensions,
    Query::Unmodelled,
];

/// What is sent behind the others where definitions are asked for.
pub(crate) const ON_DEMAND: &[Query] = &[
    Query::Definitions,
    Query::SeldomDefinitions,
    Query::Details,
    Query::Privileges,
    Query::Dependencies,
];

/// The server's figures, which need relations to be there already.
pub(crate) const STATISTICS_QUERIES: &[Query] = &[
    Query::StatisticsRelations,
    Query::StatisticsTexts,
    Query::StatisticsSequences,
    Query::StatisticsEnums,
    Query::StatisticsReaders,
];

impl Query {
    /// The text as it stands in its file.
    fn source(self) -> &'static str {
        match self {
            Self::Settings => include_str!("queries/settings.sql"),
            Self::Namespaces => include_str!("queries/namespaces.sql"),
            Self::Relations => include_str!("queries/relations.sql"),
            Self::Columns => include_str!("queries/columns.sql"),
            Self::Constraints => include_str!("queries/constraints.sql"),
            Self::OperatorClasses => include_str!("queries/operator_classes.sql"),
            Self::Indexes => include_str!("queries/indexes.sql"),
            Self::Enums => include_str!("queries/enums.sql"),
            Self::Domains => include_str!("queries/domains.sql"),
            Self::Composites => include_str!("queries/composites.sql"),
            Self::Sequences => include_str!("queries/sequences.sql"),
            Self::Extensions => include_str!("queries/extensions.sql"),
            Self::Unmodelled => include_str!("queries/unmodelled.sql"),
            Self::Definitions => include_str!("queries/definitions.sql"),
            Self::SeldomDefinitions => include_str!("queries/seldom_definitions.sql"),
            Self::Details => include_str!("queries/details.sql"),
            Self::Privileges => include_str!("queries/privileges.sql"),
            Self::Dependencies => include_str!("queries/dependencies.sql"),
            Self::StatisticsRelations => include_str!("queries/statistics_relations.sql"),
            Self::StatisticsTexts => include_str!("queries/statistics_texts.sql"),
            Self::StatisticsSequences => include_str!("queries/statistics_sequences.sql"),
            Self::StatisticsEnums => include_str!("queries/statistics_enums.sql"),
            Self::StatisticsReaders => include_str!("queries/statistics_readers.sql"),
        }
    }

    /// The text for a server of a major version.
    pub(crate) fn text(self, major: u32) -> String {
        for_version(self.source(), major)
    }
}

/// Leaves out comments and the lines that another version is meant by: `--@15+` behind a line keeps it from 15 on,
/// `--@<15` before 15.
fn for_version(source: &str, major: u32) -> String {
    let mut text = String::with_capacity(source.len());
    for line in source.lines() {
        let (code, mark) = line.split_once("--@").unwrap_or((line, ""));
        let taken = if let Some(from) = mark.strip_suffix('+') {
            from.parse().is_ok_and(|from: u32| major >= from)
        } else if let Some(before) = mark.strip_prefix('<') {
            before.parse().is_ok_and(|before: u32| major < before)
        } else {
            !code.starts_with("--")
        };
        if taken {
            text.push_str(code);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_by_version() {
        let source = "-- about\nSELECT a,\n  b, --@15+\n  NULL, --@<15\n  c\n";
        assert_eq!(for_version(source, 15), "SELECT a,\n  b, \n  c\n");
        assert_eq!(for_version(source, 14), "SELECT a,\n  NULL, \n  c\n");
    }

    #[test]
    fn every_mark_is_understood() {
        for query in QUERIES.iter().chain(ON_DEMAND).chain(STATISTICS_QUERIES) {
            for line in query.source().lines() {
                let Some((_, mark)) = line.split_once("--@") else {
                    continue;
                };
                let number = mark.strip_suffix('+').or(mark.strip_prefix('<'));
                assert!(
                    number.is_some_and(|number| number.parse::<u32>().is_ok()),
                    "{query:?}: {mark}"
                );
            }
        }
    }
}
