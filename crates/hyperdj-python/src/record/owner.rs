//! The instance that rows were prefetched for, as those rows know it: without keeping it alive.
//!
//! An order has its items, and each item leads back to its order. Were both references Python's, they would be a circle,
//! and thousands of instances would wait for the collector whenever a page was made. So the way back is none: while the
//! order lives, its items find it, and afterwards they make it anew of its row.

use super::attributes::set_plainly;
use super::dict::from_row;
use super::row::Row;
use super::state::State;
use super::{expect, functions};
use crate::errors;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};
use std::cell::{Cell, RefCell};
use std::ptr;
use std::rc::Rc;

/// What the rows that were prefetched for an instance share.
pub(crate) struct Owner {
    /// The relation of the rows that leads to the instance.
    pub(crate) name: Py<PyString>,
    /// The instance, which takes itself out when it goes; null afterwards.
    object: Cell<*mut ffi::PyObject>,
    /// What it is made of, should it be asked for when it is gone.
    row: RefCell<Row>,
    /// Whether it was changed, so that its row does not say what it was.
    is_changed: Cell<bool>,
}

impl Owner {
    /// Has an instance be found by its rows under a name; `None` where it isn't just what its row says.
    pub(crate) fn of(
        instance: &Bound<'_, PyAny>,
        name: &Bound<'_, PyString>,
    ) -> PyResult<Option<Rc<Self>>> {
        let cell = expect(instance)?;
        let mut state = cell.borrow_mut();
        let is_changed = state.extra.as_ref().is_some_and(|extra| {
            extra.changed.iter().next().is_some() || extra.assigned.iter().next().is_some()
        });
        let Some(row) = state.row.clone().filter(|_| !is_changed) else {
            return Ok(None);
        };
        let made = Rc::new(Self {
            name: name.clone().unbind(),
            object: Cell::new(instance.as_ptr()),
            row: RefCell::new(row),
            is_changed: Cell::new(false),
        });
        state.extra_mut().owned.push(Rc::clone(&made));
        Ok(Some(made))
    }

    /// The instance, if it is alive.
    fn alive<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let object = self.object.get();
        // SAFETY: an instance takes itself out before its memory is given back. One that is being taken apart has no
        // references any more, and must get none.
        unsafe {
            if object.is_null() || ffi::Py_REFCNT(object) <= 0 {
                return None;
            }
            Some(Bound::from_borrowed_ptr(py, object))
        }
    }

    /// The instance, or one like it, and whether it is new: whoever asked has then to keep it.
    ///
    /// # Errors
    /// `RelationNotLoaded` where the instance was changed and is gone.
    pub(crate) fn get<'py>(
        self: &Rc<Self>,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, bool)> {
        if let Some(object) = self.alive(py) {
            return Ok((object, false));
        }
        if self.is_changed.get() {
            let name = self.name.bind(py).to_str()?;
            let message = format!(
                "the instance that {name} leads to was changed and is gone: keep a reference to it, or fetch {name} \
                 with select_related"
            );
            return Err(errors::raise(py, "RelationNotLoaded", &message));
        }
        let row = self.row.borrow().clone();
        let made = from_row(py, row)?;
        expect(&made)?
            .borrow_mut()
            .extra_mut()
            .owned
            .push(Rc::clone(self));
        self.object.set(made.as_ptr());
        Ok((made, true))
    }

    /// The instance goes.
    pub(crate) fn leave(&self) {
        self.object.set(ptr::null_mut());
    }

    /// Drops it at once, where dropping a `Py` might wait.
    pub(crate) fn release(self: Rc<Self>, py: Python<'_>) {
        if let Some(last) = Rc::into_inner(self) {
            drop(last.name.into_bound(py));
        }
    }

    /// The instance is no longer what its row says.
    pub(crate) fn change(&self) {
        self.is_changed.set(true);
    }
}

/// Has the rows that were prefetched for an instance keep it, since it can't be made of its row any more.
///
/// Those that its cache has lost meanwhile still find it while it lives.
pub(crate) fn keep_alive(instance: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = instance.py();
    let owned: Vec<Rc<Owner>> = {
        let state = expect(instance)?.borrow();
        let owned = state.extra.iter().flat_map(|extra| &extra.owned);
        owned
            .filter(|owner| !owner.is_changed.get())
            .cloned()
            .collect()
    };
    owned.iter().for_each(|owner| owner.change());
    if owned.is_empty() || !functions::has_cache(instance)? {
        return Ok(());
    }
    for rows in functions::cache(instance)?.values() {
        let Ok(rows) = rows.cast_into::<PyList>() else {
            continue;
        };
        for row in rows {
            let own = expect(&row)?.borrow().owner.clone();
            if let Some(own) = own
                && owned.iter().any(|owner| Rc::ptr_eq(owner, &own))
            {
                set_plainly(&row, own.name.bind(py), instance)?;
                expect(&row)?.borrow_mut().owner = None;
            }
        }
    }
    Ok(())
}

impl State {
    /// Takes over what another state was to prefetched rows, when the instance's state becomes another.
    pub(crate) fn inherit_rows(&mut self, old: &mut Self) {
        let Some(extra) = &mut old.extra else {
            return;
        };
        let owned = std::mem::take(&mut extra.owned);
        if owned.is_empty() {
            return;
        }
        for owner in &owned {
            match &self.row {
                Some(row) => {
                    *owner.row.borrow_mut() = row.clone();
                    owner.is_changed.set(false);
                }
                None => owner.change(),
            }
        }
        self.extra_mut().owned = owned;
    }
}
