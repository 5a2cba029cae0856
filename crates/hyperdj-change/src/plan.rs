//! The steps that make the changes, in forms that spare a table that is in use.

mod columns;
mod keys;
mod tables;
mod types;

use std::collections::HashSet;

use hyperdj_ddl::Statement;
use hyperdj_schema::QualifiedName;

use crate::{Change, Hazard, Lock, LockMode};

/// How to plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanOptions {
    /// Whether tables that are there already are in use: indexes are then built CONCURRENTLY, and constraints added NOT
    /// VALID and validated after. Otherwise each change is made in the plainest form, in one transaction.
    pub online: bool,
}

impl Default for PlanOptions {
    /// Tables are in use.
    fn default() -> Self {
        Self { online: true }
    }
}

/// Steps, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Every hazard that some step has, each once.
    pub fn hazards(&self) -> Vec<Hazard> {
        let mut hazards: Vec<Hazard> = self
            .steps
            .iter()
            .flat_map(|step| step.hazards.iter().copied())
            .collect();
        hazards.sort();
        hazards.dedup();
        hazards
    }
}

/// One statement and what is to be known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The statement.
    pub statement: Statement,
    /// Whether it runs in a transaction with its neighbours. One that does not runs by itself: it either can't be in a
    /// transaction, or would hold the locks of its neighbours for as long as it takes.
    pub transactional: bool,
    /// The locks that it takes on tables that are there already.
    pub locks: Vec<Lock>,
    /// What can go wrong.
    pub hazards: Vec<Hazard>,
    /// A word to the reader.
    pub comment: Option<String>,
}

impl Step {
    fn new(statement: Statement) -> Self {
        Self {
            statement,
            transactional: true,
            locks: Vec::new(),
            hazards: Vec::new(),
            comment: None,
        }
    }

    fn alone(mut self) -> Self {
        self.transactional = false;
        self
    }

    fn hazard(mut self, hazard: Hazard) -> Self {
        if !self.hazards.contains(&hazard) {
            self.hazards.push(hazard);
        }
        self
    }

    fn hazard_if(self, is_so: bool, hazard: Hazard) -> Self {
        if is_so { self.hazard(hazard) } else { self }
    }

    fn comment(mut self, comment: &str) -> Self {
        self.comment = Some(comment.to_owned());
        self
    }
}

/// The steps that make changes, which stand in the order of [`diff`](crate::diff).
///
/// Tables that the changes themselves create have no rows and no users: what is done to them needs no care.
pub fn plan(changes: &[Change], options: &PlanOptions) -> Plan {
    let created = changes
        .iter()
        .filter_map(|change| match change {
            Change::CreateTable { table, .. } => Some(table.name.clone()),
            Change::CreateView(view) => Some(view.name.clone()),
            _ => None,
        })
        .collect();
    let mut planner = Planner {
        steps: Vec::new(),
        created,
        online: options.online,
    };
    for change in changes {
        planner.change(change);
    }
    Plan {
        steps: planner.steps,
    }
}

/// The work so far.
struct Planner {
    steps: Vec<Step>,
    created: HashSet<QualifiedName>,
    online: bool,
}

impl Planner {
    fn change(&mut self, change: &Change) {
        let is_done = self.types(change) || self.tables(change) || self.columns(change);
        if !is_done {
            self.keys(change);
        }
    }

    fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// A statement with nothing to say of it.
    fn statement(&mut self, sql: impl Into<String>) {
        self.push(Step::new(Statement::new(sql)));
    }

    fn statements(&mut self, statements: Vec<Statement>) {
        self.steps.extend(statements.into_iter().map(Step::new));
    }

    /// A step that locks a table, where the table was there before.
    fn locking(&self, sql: impl Into<String>, table: &QualifiedName, mode: LockMode) -> Step {
        self.lock(Step::new(Statement::new(sql)), table, mode)
    }

    fn lock(&self, mut step: Step, table: &QualifiedName, mode: LockMode) -> Step {
        if !self.is_new(table) {
            step.locks.push(Lock {
                relation: table.clone(),
                mode,
            });
        }
        step
    }

    fn is_new(&self, table: &QualifiedName) -> bool {
        self.created.contains(table)
    }

    /// Whether a table must be spared.
    fn spares(&self, table: &QualifiedName) -> bool {
        self.online && !self.is_new(table)
    }
}
