//! `stitch`: the rows of a relation are put to the instances that they belong to.

use super::attributes::set_plainly;
use super::owner::Owner;
use super::row::Row;
use super::{expect, field, functions};
use crate::errors;
use foldhash::fast::RandomState;
use hyperdj_values::{Kind, Type, Value, decode};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

/// A value that is compared without Python: types whose equal values have equal bytes.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Null,
    /// A whole number of whatever width.
    Whole(i64),
    /// The bytes of a value of a type.
    Bytes(Type, Box<[u8]>),
}

/// The key of an instance out of its row; `None` if only Python can tell.
fn wire_key(record: &Bound<'_, PyAny>, position: usize) -> PyResult<Option<Key>> {
    let state = expect(record)?.borrow();
    let is_assigned = state
        .extra
        .as_ref()
        .is_some_and(|extra| extra.assigned.contains(position));
    let Some(row) = state.row.as_ref().filter(|_| !is_assigned) else {
        return Ok(None);
    };
    Ok(key_of(row, position))
}

fn key_of(row: &Row, position: usize) -> Option<Key> {
    let slot = row.layout.slot(position)?;
    if slot.convert {
        return None;
    }
    let Some(bytes) = row.value(slot.column) else {
        return Some(Key::Null);
    };
    match slot.kind {
        Type::Scalar(Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Oid) => {
            match decode(slot.kind, bytes) {
                Ok(Value::Int(number)) => Some(Key::Whole(number)),
                _ => None,
            }
        }
        Type::Scalar(Kind::Text) | Type::Other => {
            // Text is text, in whichever of the two ways it came.
            Some(Key::Bytes(Type::Other, bytes.into()))
        }
        Type::Scalar(Kind::Uuid | Kind::Date | Kind::Bytea | Kind::Bool) => {
            Some(Key::Bytes(slot.kind, bytes.into()))
        }
        _ => None,
    }
}

/// All keys, or `None` if one of them is Python's to compare.
fn wire_keys(records: &Bound<'_, PyList>, position: usize) -> PyResult<Option<Vec<Key>>> {
    let mut keys = Vec::with_capacity(records.len());
    for record in records {
        match wire_key(&record, position)? {
            Some(key) => keys.push(key),
            None => return Ok(None),
        }
    }
    Ok(Some(keys))
}

/// Whether the keys of both sides are of one type.
fn comparable(parents: &[Key], children: &[Key]) -> bool {
    let mut kinds = parents.iter().chain(children).filter_map(|key| match key {
        Key::Null => None,
        Key::Whole(_) => Some(None),
        Key::Bytes(kind, _) => Some(Some(*kind)),
    });
    let first = kinds.next();
    kinds.all(|kind| Some(kind) == first)
}

/// Puts a list of its children into the cache of each parent, and the parent into each child.
#[pyfunction]
pub(crate) fn stitch(
    parents: &Bound<'_, PyList>,
    parent_field: &Bound<'_, PyAny>,
    children: &Bound<'_, PyList>,
    child_field: &Bound<'_, PyAny>,
    name: &Bound<'_, PyString>,
    back: Option<&Bound<'_, PyString>>,
) -> PyResult<()> {
    let parent_position = field::position(parent_field)?;
    let child_position = field::position(child_field)?;
    let lists: Vec<Bound<'_, PyList>>;
    let owners: Vec<Option<usize>>;
    match (
        wire_keys(parents, parent_position)?,
        wire_keys(children, child_position)?,
    ) {
        (Some(of_parents), Some(of_children)) if comparable(&of_parents, &of_children) => {
            (lists, owners) = by_bytes(parents, of_parents, children, &of_children)?;
        }
        _ => {
            let parent_name = field::name(parent_field)?;
            let child_name = field::name(child_field)?;
            (lists, owners) = by_values(parents, &parent_name, children, &child_name)?;
        }
    }
    for (parent, list) in parents.iter().zip(lists) {
        functions::set_prefetched(&parent, name, list)?;
    }
    if let Some(back) = back {
        lead_back(parents, children, &owners, back)?;
    }
    Ok(())
}

/// Has each child find the parent that it belongs to.
fn lead_back(
    parents: &Bound<'_, PyList>,
    children: &Bound<'_, PyList>,
    owners: &[Option<usize>],
    back: &Bound<'_, PyString>,
) -> PyResult<()> {
    let mut known: Vec<Option<Option<Rc<Owner>>>> = vec![None; parents.len()];
    for (child, owner) in children.iter().zip(owners) {
        let Some(place) = *owner else {
            continue;
        };
        let parent = parents.get_item(place)?;
        let owner = match known.get(place) {
            Some(Some(owner)) => owner.clone(),
            _ => {
                let made = Owner::of(&parent, back)?;
                if let Some(known) = known.get_mut(place) {
                    *known = Some(made.clone());
                }
                made
            }
        };
        let cell = expect(&child)?;
        match owner {
            // Fetched for two at once, the second is kept alive as any attribute.
            Some(owner) if cell.borrow().owner.is_none() => cell.borrow_mut().owner = Some(owner),
            _ => set_plainly(&child, back, &parent)?,
        }
    }
    Ok(())
}

/// A list for each parent, and for each child the first parent that it belongs to.
type Groups<'py> = (Vec<Bound<'py, PyList>>, Vec<Option<usize>>);

fn by_bytes<'py>(
    parents: &Bound<'py, PyList>,
    of_parents: Vec<Key>,
    children: &Bound<'py, PyList>,
    of_children: &[Key],
) -> PyResult<Groups<'py>> {
    let py = parents.py();
    let mut firsts: HashMap<Key, usize, RandomState> =
        HashMap::with_capacity_and_hasher(of_parents.len(), RandomState::default());
    let mut first_of = Vec::with_capacity(of_parents.len());
    for (index, key) in of_parents.into_iter().enumerate() {
        first_of.push(match key {
            Key::Null => index,
            key => match firsts.entry(key) {
                Entry::Occupied(entry) => *entry.get(),
                Entry::Vacant(entry) => *entry.insert(index),
            },
        });
    }
    let lists: Vec<_> = first_of.iter().map(|_| PyList::empty(py)).collect();
    let mut owners = Vec::with_capacity(of_children.len());
    for (child, key) in children.iter().zip(of_children) {
        let owner = firsts.get(key).copied();
        if let Some(owner) = owner {
            lists[owner].append(child)?;
        }
        owners.push(owner);
    }
    share(py, lists, &first_of).map(|lists| (lists, owners))
}

fn by_values<'py>(
    parents: &Bound<'py, PyList>,
    parent_name: &Bound<'py, PyString>,
    children: &Bound<'py, PyList>,
    child_name: &Bound<'py, PyString>,
) -> PyResult<Groups<'py>> {
    let py = parents.py();
    let firsts = PyDict::new(py);
    let mut first_of = Vec::with_capacity(parents.len());
    for (index, parent) in parents.iter().enumerate() {
        let key = parent.getattr(parent_name)?;
        if key.is_none() {
            first_of.push(index);
            continue;
        }
        first_of.push(match firsts.get_item(&key)? {
            Some(first) => first.extract()?,
            None => {
                firsts.set_item(&key, index)?;
                index
            }
        });
    }
    let lists: Vec<_> = first_of.iter().map(|_| PyList::empty(py)).collect();
    let mut owners = Vec::with_capacity(children.len());
    for child in children {
        let key = child.getattr(child_name)?;
        let owner: Option<usize> = match firsts.get_item(&key)? {
            Some(owner) if !key.is_none() => Some(owner.extract()?),
            _ => None,
        };
        if let Some(owner) = owner {
            let list = lists.get(owner).ok_or_else(|| {
                errors::interface(py, "the list of parents has changed meanwhile")
            })?;
            list.append(child)?;
        }
        owners.push(owner);
    }
    share(py, lists, &first_of).map(|lists| (lists, owners))
}

/// Gives parents with the same key the same children, each in a list of its own.
fn share<'py>(
    py: Python<'py>,
    lists: Vec<Bound<'py, PyList>>,
    first_of: &[usize],
) -> PyResult<Vec<Bound<'py, PyList>>> {
    let mut all = Vec::with_capacity(lists.len());
    for (index, list) in lists.iter().enumerate() {
        all.push(match first_of.get(index) {
            Some(first) if *first != index => PyList::new(py, lists[*first].iter())?,
            _ => list.clone(),
        });
    }
    Ok(all)
}
