//! What all examinations share: the schema, the figures, the findings so far, and names that are still free.

use std::collections::{HashMap, HashSet};

use hyperdj_ddl::index::{self, Manner};
use hyperdj_schema::statistics::{RelationStatistics, Statistics};
use hyperdj_schema::{
    Index, IndexKey, KeyTarget, QualifiedName, Relation, RelationKind, Schema, index_name,
    sequence_name,
};

use crate::{Finding, Request};

/// `NAMEDATALEN - 1`: the bytes that a name may have.
const MAX_NAME_BYTES: usize = 63;

/// An examination under way.
pub(crate) struct Examination<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) statistics: &'a Statistics,
    request: &'a Request<'a>,
    found: Vec<Finding>,
    taken: HashSet<QualifiedName>,
    children: HashMap<&'a QualifiedName, Vec<&'a Relation>>,
}

impl<'a> Examination<'a> {
    pub(crate) fn new(
        schema: &'a Schema,
        statistics: &'a Statistics,
        request: &'a Request<'a>,
    ) -> Self {
        Self {
            schema,
            statistics,
            request,
            found: Vec::new(),
            taken: taken_names(schema),
            children: children(schema),
        }
    }

    pub(crate) fn tell(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// All that was found, in order.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        self.found.sort_by(|left, right| {
            let key = |finding: &Finding| (finding.severity, finding.code);
            key(left)
                .cmp(&key(right))
                .then_with(|| left.object.cmp(&right.object))
        });
        self.found
    }

    pub(crate) fn wants(&self, name: &QualifiedName) -> bool {
        (self.request.wants)(name)
    }

    /// Whether what belongs to no table is looked at.
    pub(crate) fn is_whole(&self) -> bool {
        self.request.whole
    }

    /// Tables that are asked for: no views, and no tables whose rows are elsewhere.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &'a Relation> + use<'a> {
        let wants = self.request.wants;
        self.schema.relations.iter().filter(move |relation| {
            matches!(
                relation.kind,
                RelationKind::Table | RelationKind::PartitionedTable
            ) && wants(&relation.name)
        })
    }

    pub(crate) fn figures(&self, name: &QualifiedName) -> RelationStatistics {
        self.statistics
            .relations
            .get(name)
            .cloned()
            .unwrap_or_default()
    }

    /// Rows and bytes of a table, those of its partitions and children too.
    pub(crate) fn extent(&self, relation: &Relation) -> (u64, u64) {
        let own = self.figures(&relation.name);
        let mut extent = (own.rows, own.bytes);
        if relation.kind == RelationKind::PartitionedTable {
            // What an analysed partitioned table says of itself is said again by its partitions.
            extent = (0, 0);
        }
        for child in self.children(&relation.name) {
            let (rows, bytes) = self.extent(child);
            extent = (extent.0 + rows, extent.1 + bytes);
        }
        extent
    }

    /// The partitions and children of a table.
    pub(crate) fn children(&self, name: &QualifiedName) -> Vec<&'a Relation> {
        self.children.get(name).cloned().unwrap_or_default()
    }

    /// A table and all that is under it.
    pub(crate) fn family(&self, relation: &'a Relation) -> Vec<&'a Relation> {
        let mut all = vec![relation];
        let mut next = 0;
        while let Some(relation) = all.get(next) {
            for child in self.children(&relation.name) {
                if !all.iter().any(|known| known.name == child.name) {
                    all.push(child);
                }
            }
            next += 1;
        }
        all
    }

    fn has_foreign_part(&self, name: &QualifiedName) -> bool {
        self.children(name).iter().any(|part| {
            part.kind == RelationKind::ForeignTable || self.has_foreign_part(&part.name)
        })
    }

    /// A name that no relation of a namespace has, which is then taken: the one that is wanted, or that with a number.
    pub(crate) fn free_name(&mut self, schema: &str, wanted: &str) -> String {
        for number in 0.. {
            let suffix = match number {
                0 => String::new(),
                number => number.to_string(),
            };
            let mut end = wanted.len().min(MAX_NAME_BYTES - suffix.len());
            while !wanted.is_char_boundary(end) {
                end -= 1;
            }
            let name = format!("{}{suffix}", &wanted[..end]);
            if self.taken.insert(QualifiedName::new(schema, &name)) {
                return name;
            }
        }
        wanted.to_owned()
    }

    /// The statements that build an index while others write, a partitioned table's part by part; and its name.
    pub(crate) fn build_index(
        &mut self,
        relation: &Relation,
        columns: &[String],
    ) -> (String, Vec<String>) {
        let usual = index_name(&relation.name.name, &Index::btree("", columns));
        let name = self.free_name(&relation.name.schema, &usual);
        let mut index = Index::btree(&name, columns);
        let is_partitioned = relation.kind == RelationKind::PartitionedTable;
        // A part that can't have an index would leave that of the whole invalid if it were built part by part.
        let by_part = is_partitioned && !self.has_foreign_part(&relation.name);
        let manner = Manner {
            concurrently: !is_partitioned,
            only: by_part,
        };
        index.valid = !by_part;
        let create = index::create(&relation.name, &index, manner);
        let mut sql = vec![create.sql().to_owned()];
        if by_part {
            let parent = QualifiedName::new(&relation.name.schema, &name);
            for part in self.children(&relation.name) {
                let (own, built) = self.build_index(part, columns);
                sql.extend(built);
                let own = QualifiedName::new(&part.name.schema, own);
                sql.push(index::attach(&parent, &own).sql().to_owned());
            }
        }
        (name, sql)
    }
}

/// The partitions and children of each table that has some.
fn children(schema: &Schema) -> HashMap<&QualifiedName, Vec<&Relation>> {
    let mut found: HashMap<&QualifiedName, Vec<&Relation>> = HashMap::new();
    for relation in &schema.relations {
        let partitioned = relation.partition_of.iter().map(|part| &part.parent);
        for parent in partitioned.chain(&relation.inherits) {
            found.entry(parent).or_default().push(relation);
        }
    }
    found
}

/// The columns of a list of keys, where all are columns.
pub(crate) fn key_columns(keys: &[IndexKey]) -> Option<Vec<&str>> {
    keys.iter()
        .map(|key| match &key.target {
            KeyTarget::Column(name) => Some(name.as_str()),
            KeyTarget::Expression(_) => None,
        })
        .collect()
}

/// Every name that a new index, sequence or table can't have, as far as the schema knows.
fn taken_names(schema: &Schema) -> HashSet<QualifiedName> {
    let mut taken = HashSet::new();
    for relation in &schema.relations {
        taken.insert(relation.name.clone());
        let mut own = |name: &str| {
            taken.insert(QualifiedName::new(&relation.name.schema, name));
        };
        relation.primary_key.iter().for_each(|key| own(&key.name));
        relation.uniques.iter().for_each(|key| own(&key.name));
        relation
            .exclusions
            .iter()
            .for_each(|found| own(&found.name));
        relation.indexes.iter().for_each(|index| own(&index.name));
        for column in &relation.columns {
            if column.serial.is_some() || column.identity.is_some() {
                own(&sequence_name(&relation.name.name, &column.name));
            }
            if let Some(name) = column
                .identity
                .as_ref()
                .and_then(|own| own.sequence.as_ref())
            {
                own(&name.name);
            }
        }
    }
    let sequences = schema
        .sequences
        .iter()
        .map(|sequence| sequence.name.clone());
    let composites = schema
        .composites
        .iter()
        .map(|composite| composite.name.clone());
    taken.extend(sequences.chain(composites));
    taken
}
