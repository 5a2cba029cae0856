//! Comments of relations, columns, constraints and indexes.

use hyperdj_schema::Relation;

use super::difference::{Difference, Phase};
use crate::Change;
use crate::change::Commented;

impl Difference<'_> {
    /// Notes a comment that differs.
    pub(super) fn comment(&mut self, on: Commented, from: Option<&str>, to: Option<&str>) {
        if from != to {
            self.push(
                Phase::Comments,
                Change::Comment {
                    on,
                    text: to.map(str::to_owned),
                },
            );
        }
    }

    pub(super) fn relation_comment(&mut self, from: &Relation, to: &Relation) {
        self.comment(
            Commented::Relation(to.name.clone(), to.kind),
            from.comment.as_deref(),
            to.comment.as_deref(),
        );
    }
}
