//! Prepared statements: what is known about one, and the cache of those that a connection has.

use crate::errors;
use crate::record::layout::Layout;
use crate::record::plan::Plan;
use hyperdj_protocol::{Column, Format, Oid};
use hyperdj_values::Type;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// How many forms of one statement are kept: plans and choices of text columns that it is run with.
const VARIANTS: usize = 16;

/// A parameter of a statement.
#[derive(Clone)]
pub(crate) struct Parameter {
    /// Its type.
    pub(crate) oid: Oid,
    /// What is known about it.
    pub(crate) kind: Type,
}

/// A prepared statement, and how its rows become objects.
pub(crate) struct Statement {
    /// The statement's name on the server; empty for the unnamed one.
    pub(crate) name: String,
    pub(crate) sql: Py<PyString>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) formats: Vec<Format>,
    pub(crate) kinds: Vec<Type>,
    pub(crate) keys: Vec<Py<PyString>>,
    /// A dict with every key and None for each value: a copy of it never has to grow.
    pub(crate) template: Py<PyDict>,
    /// Whether it leaves the session another one.
    pub(crate) changes_session: bool,
    /// Whether what it sets ends with its transaction: SET LOCAL and SET TRANSACTION.
    pub(crate) is_local: bool,
    /// How rows become instances, if they do.
    pub(crate) layout: Option<Arc<Layout>>,
    /// The same statement as it was asked for with a plan or with columns as text, the latest last.
    variants: Mutex<Vec<Variant>>,
}

/// A statement for a plan and with a choice of columns as text.
struct Variant {
    plan: Option<Py<Plan>>,
    text_columns: Vec<usize>,
    statement: Arc<Statement>,
}

fn is_local(sql: &str) -> bool {
    let mut words = sql.split_ascii_whitespace();
    let mut next = |wanted: &[&str]| {
        words
            .next()
            .is_some_and(|word| wanted.iter().any(|one| word.eq_ignore_ascii_case(one)))
    };
    next(&["set"]) && next(&["local", "transaction"])
}

/// Whether a statement's text has a word for what outlives its transaction in a session and no tag of the server tells:
/// settings (`set_config`), locks (`pg_advisory_lock` and its kin), temporary tables, cursors WITH HOLD.
pub(crate) fn changes_session(sql: &str) -> bool {
    let (mut makes, mut temporary, mut declares, mut holds) = (false, false, false, false);
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    for word in sql.split(|character| !is_word(character)) {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        makes |= is("create") || is("into");
        temporary |= is("temp") || is("temporary") || is("pg_temp");
        declares |= is("declare");
        holds |= is("hold");
        if is("set_config") || word.to_ascii_lowercase().contains("advisory_lock") {
            return true;
        }
    }
    makes && temporary || declares && holds
}

impl Statement {
    pub(crate) fn new(
        py: Python<'_>,
        name: String,
        sql: Py<PyString>,
        parameters: &[Oid],
        columns: &[Column],
    ) -> PyResult<Self> {
        let kinds: Vec<Type> = columns
            .iter()
            .map(|column| Type::of(column.type_oid))
            .collect();
        let keys: Vec<Bound<'_, PyString>> = columns
            .iter()
            .map(|column| PyString::intern(py, &column.name))
            .collect();
        let template = PyDict::new(py);
        for key in &keys {
            template.set_item(key, py.None())?;
        }
        Ok(Self {
            changes_session: changes_session(sql.bind(py).to_str()?),
            is_local: is_local(sql.bind(py).to_str()?),
            name,
            sql,
            parameters: parameters
                .iter()
                .map(|oid| Parameter {
                    oid: *oid,
                    kind: Type::of(*oid),
                })
                .collect(),
            formats: kinds
                .iter()
                .map(|kind| {
                    if kind.is_binary() {
                        Format::Binary
                    } else {
                        Format::Text
                    }
                })
                .collect(),
            kinds,
            keys: keys.into_iter().map(Bound::unbind).collect(),
            template: template.unbind(),
            layout: None,
            variants: Mutex::default(),
        })
    }

    /// The same statement for a plan, and with some columns in PostgreSQL's own text form; made once and kept.
    pub(crate) fn variant(
        &self,
        py: Python<'_>,
        plan: Option<&Py<Plan>>,
        text_columns: &[usize],
    ) -> PyResult<Arc<Self>> {
        // Nothing panics while it holds the lock, which is never held while Python code runs.
        let lock = || {
            self.variants
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
        };
        let pointer = plan.map(Py::as_ptr);
        let known = lock().iter().find_map(|variant| {
            let same = variant.plan.as_ref().map(Py::as_ptr) == pointer
                && variant.text_columns == text_columns;
            same.then(|| Arc::clone(&variant.statement))
        });
        if let Some(known) = known {
            return Ok(known);
        }
        let mut columns = text_columns.to_vec();
        if let Some(plan) = plan {
            columns.extend(plan.get().text_columns(py, self)?);
        }
        let mut statement = self.with_text(py, &columns);
        if let Some(plan) = plan {
            statement.layout = Some(plan.get().layout(py, &statement)?);
        }
        let statement = Arc::new(statement);
        let variant = Variant {
            plan: plan.map(|plan| plan.clone_ref(py)),
            text_columns: text_columns.to_vec(),
            statement: Arc::clone(&statement),
        };
        let gone = {
            let mut variants = lock();
            variants.push(variant);
            (variants.len() > VARIANTS).then(|| variants.remove(0))
        };
        drop(gone);
        Ok(statement)
    }

    /// The same statement, some of whose columns are to come in PostgreSQL's own text form.
    fn with_text(&self, py: Python<'_>, columns: &[usize]) -> Self {
        let mut formats = self.formats.clone();
        let mut kinds = self.kinds.clone();
        for column in columns {
            if let (Some(format), Some(kind)) = (formats.get_mut(*column), kinds.get_mut(*column)) {
                *format = Format::Text;
                *kind = Type::Other;
            }
        }
        Self {
            changes_session: self.changes_session,
            is_local: self.is_local,
            name: self.name.clone(),
            sql: self.sql.clone_ref(py),
            parameters: self.parameters.clone(),
            formats,
            kinds,
            keys: self.keys.iter().map(|key| key.clone_ref(py)).collect(),
            template: self.template.clone_ref(py),
            layout: None,
            variants: Mutex::default(),
        }
    }

    /// Fails if a dict would lose a column, since two have the same name.
    pub(crate) fn check_names(&self, py: Python<'_>) -> PyResult<()> {
        if self.template.bind(py).len() == self.keys.len() {
            return Ok(());
        }
        let mut seen = std::collections::HashSet::new();
        let twice = self
            .keys
            .iter()
            .map(|key| key.bind(py).to_string_lossy().into_owned())
            .find(|name| !seen.insert(name.clone()))
            .unwrap_or_default();
        Err(errors::raise(
            py,
            "ProgrammingError",
            &format!(
                "two columns of the result are named {twice:?}, and a dict has room for one; name them apart with AS"
            ),
        ))
    }
}

struct Entry {
    statement: Arc<Statement>,
    used: u64,
}

/// The prepared statements of a connection, by their text; those that were used last stay.
pub(crate) struct Cache {
    /// By the hash that Python keeps with the text; of two texts with one hash only one is here.
    entries: HashMap<isize, Entry>,
    size: usize,
    clock: u64,
    names: u64,
}

impl Cache {
    pub(crate) fn new(size: usize) -> Self {
        Self {
            entries: HashMap::new(),
            size,
            clock: 0,
            names: 0,
        }
    }

    /// A name for a statement to prepare; empty if none is kept.
    pub(crate) fn new_name(&mut self) -> String {
        if self.size == 0 {
            return String::new();
        }
        self.names += 1;
        format!("hyper_{}", self.names)
    }

    /// The statement with this text, if it is prepared.
    pub(crate) fn get(&mut self, sql: &Bound<'_, PyString>) -> PyResult<Option<Arc<Statement>>> {
        self.clock += 1;
        let Some(entry) = self.entries.get_mut(&sql.hash()?) else {
            return Ok(None);
        };
        let known = entry.statement.sql.bind(sql.py());
        if !known.is(sql) && !known.as_any().eq(sql)? {
            return Ok(None);
        }
        entry.used = self.clock;
        Ok(Some(Arc::clone(&entry.statement)))
    }

    /// Keeps a statement; gives one that has to go for it.
    pub(crate) fn insert(
        &mut self,
        py: Python<'_>,
        statement: &Arc<Statement>,
    ) -> PyResult<Option<Arc<Statement>>> {
        if self.size == 0 {
            return Ok(None);
        }
        let hash = statement.sql.bind(py).hash()?;
        let mut gone = None;
        if self.entries.len() >= self.size && !self.entries.contains_key(&hash) {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used);
            gone = oldest.map(|(hash, _)| *hash);
        }
        let gone = gone.and_then(|hash| self.entries.remove(&hash));
        let replaced = self.entries.insert(
            hash,
            Entry {
                statement: Arc::clone(statement),
                used: self.clock,
            },
        );
        Ok(gone.or(replaced).map(|entry| entry.statement))
    }

    /// Forgets a statement that the server no longer runs.
    pub(crate) fn forget(&mut self, statement: &Statement) {
        self.entries
            .retain(|_, entry| entry.statement.name != statement.name);
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}
