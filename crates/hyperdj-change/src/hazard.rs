//! What can go wrong when a step meets a big or busy table, and the safer way.

/// A danger of a step. Its name is what a person accepts it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hazard {
    /// Rows or values are gone for good.
    DataLoss,
    /// The whole table is written anew while no one can read or write it.
    TableRewrite,
    /// Indexes are built anew while no one can read or write the table.
    IndexRebuild,
    /// Rows are read, or an index is built, while no one can write the table.
    LongLock,
    /// Fails as soon as the table has a row.
    NotNullWithoutDefault,
    /// Fails where a value has no place in the new type.
    ValuesMayNotFit,
    /// Has to be committed by itself, as what comes later uses it.
    EnumValueInUse,
}

impl Hazard {
    /// Every hazard.
    pub const ALL: [Self; 7] = [
        Self::DataLoss,
        Self::TableRewrite,
        Self::IndexRebuild,
        Self::LongLock,
        Self::NotNullWithoutDefault,
        Self::ValuesMayNotFit,
        Self::EnumValueInUse,
    ];

    /// The name, in words with hyphens: what `--accept` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::DataLoss => "data-loss",
            Self::TableRewrite => "table-rewrite",
            Self::IndexRebuild => "index-rebuild",
            Self::LongLock => "long-lock",
            Self::NotNullWithoutDefault => "not-null-without-default",
            Self::ValuesMayNotFit => "values-may-not-fit",
            Self::EnumValueInUse => "enum-value-in-use",
        }
    }

    /// The hazard of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hazard| hazard.name() == name)
    }

    /// What can go wrong.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::DataLoss => "Data goes with it, and the way back does not bring it back.",
            Self::TableRewrite => {
                "The whole table is written anew, and no one can read or write it for that time."
            }
            Self::IndexRebuild => {
                "Indexes are built anew, and no one can read or write the table for that time."
            }
            Self::LongLock => "No one can write the table while its rows are read.",
            Self::NotNullWithoutDefault => "It fails as soon as the table has a row.",
            Self::ValuesMayNotFit => {
                "It fails if a value that is there has no place in the new type."
            }
            Self::EnumValueInUse => {
                "The new label is committed by itself, before the steps that use it: should one of them fail, it stays."
            }
        }
    }

    /// The safer way.
    pub fn recipe(self) -> &'static str {
        match self {
            Self::DataLoss => {
                "Keep a copy first, or stop using it for a release and drop it with the next one."
            }
            Self::TableRewrite => {
                "Add a new column without a default, fill it in batches, and change over to it in a later migration."
            }
            Self::IndexRebuild => {
                "Drop the indexes first, and create them CONCURRENTLY after the change."
            }
            Self::LongLock => "Run it while the table is little used, with a lock_timeout.",
            Self::NotNullWithoutDefault => {
                "Give it a default, or add it nullable, fill it in batches, and set NOT NULL in a later migration."
            }
            Self::ValuesMayNotFit => {
                "Look for such values with a SELECT first, and put them right in a migration of their own; or say how they become the new type: --using TABLE.COLUMN:EXPRESSION."
            }
            Self::EnumValueInUse => "Add the label in a migration of its own.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Hazard;

    #[test]
    fn names_are_told_apart_and_found_again() {
        for hazard in Hazard::ALL {
            assert_eq!(Hazard::named(hazard.name()), Some(hazard));
        }
        assert_eq!(Hazard::named("nothing"), None);
    }
}
