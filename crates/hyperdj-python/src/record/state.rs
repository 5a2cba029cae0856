//! What Rust keeps of an instance of a model: its row, and what was changed since.

use super::owner::Owner;
use super::row::Row;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use smallvec::SmallVec;
use std::cell::Cell;
use std::rc::Rc;

/// A set of positions of fields; most models have fewer than 64.
#[derive(Debug, Default, Clone)]
pub(crate) struct Positions {
    low: u64,
    high: Vec<u64>,
}

impl Positions {
    pub(crate) fn insert(&mut self, position: usize) {
        if position < 64 {
            self.low |= 1 << position;
            return;
        }
        let word = position / 64 - 1;
        if self.high.len() <= word {
            self.high.resize(word + 1, 0);
        }
        self.high[word] |= 1 << (position % 64);
    }

    pub(crate) fn contains(&self, position: usize) -> bool {
        let word = match position / 64 {
            0 => Some(&self.low),
            word => self.high.get(word - 1),
        };
        word.is_some_and(|word| word & (1 << (position % 64)) != 0)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        std::iter::once(&self.low)
            .chain(&self.high)
            .enumerate()
            .flat_map(|(word, bits)| {
                (0..64)
                    .filter(move |bit| bits & (1 << bit) != 0)
                    .map(move |bit| word * 64 + bit)
            })
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn extend(&mut self, positions: impl Iterator<Item = usize>) {
        positions.for_each(|position| self.insert(position));
    }
}

/// What few instances have.
#[derive(Default)]
pub(crate) struct Extra {
    /// The positions that were assigned since the instance was loaded or saved.
    pub(crate) changed: Positions,
    /// The positions that were assigned ever.
    pub(crate) assigned: Positions,
    /// The positions that an instance without a row has all the same, as one out of a pickle; all others are not loaded.
    pub(crate) known: Option<Positions>,
    /// The names of the annotations that an instance without a row has.
    pub(crate) annotations: Vec<Py<PyString>>,
    /// What was given to `set_loaded`, in place of the plan's.
    pub(crate) origin: Option<Py<PyAny>>,
    /// The instance's own dict for prefetched relations and hidden values.
    pub(crate) cache: Option<Py<PyDict>>,
    /// Prefetched relations that are not in `cache` yet, which most instances never need.
    pub(crate) prefetched: SmallVec<[(Py<PyString>, Py<PyList>); 1]>,
    /// The relations of the row that are no longer those of the instance, since their key was assigned.
    pub(crate) forgotten: Vec<Py<PyString>>,
    /// What the rows that were prefetched for the instance know of it.
    pub(crate) owned: SmallVec<[Rc<Owner>; 1]>,
}

impl Extra {
    /// Drops it at once, where dropping a `Py` might wait.
    pub(crate) fn release(self, py: Python<'_>) {
        let this = self;
        for owner in this.owned {
            owner.leave();
            owner.release(py);
        }
        drop(this.origin.map(|object| object.into_bound(py)));
        drop(this.cache.map(|object| object.into_bound(py)));
        for (name, rows) in this.prefetched {
            drop((name.into_bound(py), rows.into_bound(py)));
        }
        for name in this.forgotten.into_iter().chain(this.annotations) {
            drop(name.into_bound(py));
        }
    }
}

/// The state of an instance.
#[derive(Default)]
pub(crate) struct State {
    /// What the database gave; none for a constructed instance.
    pub(crate) row: Option<Row>,
    pub(crate) extra: Option<Box<Extra>>,
    /// The instance that the row was prefetched for.
    pub(crate) owner: Option<Rc<Owner>>,
    /// Whether an attribute was read or set, so that the instance may differ from its row.
    pub(crate) touched: Cell<bool>,
    /// Whether it is in the database, without a row of its own.
    pub(crate) loaded: bool,
}

impl State {
    /// The state of an instance that is its row.
    pub(crate) fn of_row(row: Row) -> Self {
        Self {
            row: Some(row),
            ..Self::default()
        }
    }

    pub(crate) fn extra_mut(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }

    /// Whether the instance came from the database or was saved.
    pub(crate) fn is_loaded(&self) -> bool {
        self.loaded || self.row.is_some()
    }

    /// The positions of the fields that can be read, in order.
    pub(crate) fn available(&self) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        if let Some(row) = &self.row {
            found.extend(row.layout.positions());
        }
        if let Some(extra) = &self.extra {
            found.extend(extra.assigned.iter());
            if let Some(known) = &extra.known {
                found.extend(known.iter());
            }
            found.sort_unstable();
            found.dedup();
        }
        found
    }

    /// The objects that it refers to alone, for the collector.
    pub(crate) fn objects(&self) -> impl Iterator<Item = *mut ffi::PyObject> {
        self.extra.iter().flat_map(|extra| {
            extra
                .origin
                .iter()
                .map(Py::as_ptr)
                .chain(extra.cache.iter().map(Py::as_ptr))
                .chain(extra.prefetched.iter().map(|(_, rows)| rows.as_ptr()))
        })
    }

    /// Drops it at once, where dropping a `Py` might wait.
    pub(crate) fn release(self, py: Python<'_>) {
        if let Some(owner) = self.owner {
            owner.release(py);
        }
        if let Some(extra) = self.extra {
            extra.release(py);
        }
    }
}
