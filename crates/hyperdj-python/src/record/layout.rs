//! How the columns of one statement become the attributes of one plan's instances: made once for both and kept.

use super::plan::{Columns, FieldKind, Plan};
use crate::errors;
use crate::json;
use crate::statement::Statement;
use hyperdj_values::{Kind, Type};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};
use std::sync::Arc;

/// One column of the result, as an attribute.
pub(crate) struct Slot {
    pub(crate) name: Py<PyString>,
    /// The field; none for an annotation of the query.
    pub(crate) field: Option<Py<PyAny>>,
    /// The field's position among the model's.
    pub(crate) position: usize,
    /// The column, counted from 0.
    pub(crate) column: usize,
    /// What comes in it.
    pub(crate) kind: Type,
    /// Whether the value is then converted by the field, since the column's type is not the field's.
    pub(crate) convert: bool,
    /// Whether the field converts even the text that stands for what Python can't hold.
    pub(crate) always: bool,
    /// The name as the key of a JSON object, with the colon.
    pub(crate) key: Vec<u8>,
}

/// An instance that is made of the same row when it is asked for.
pub(crate) struct Related {
    pub(crate) name: Py<PyString>,
    pub(crate) layout: Arc<Layout>,
    /// The columns that are all NULL if there is none.
    pub(crate) absent: Vec<usize>,
}

/// The system column that tells the versions of a row apart; no column of a table can have its name.
pub(crate) const VERSION: &str = "xmin";

/// A plan over a statement.
pub(crate) struct Layout {
    pub(crate) model: Py<PyType>,
    pub(crate) maker: ffi::newfunc,
    pub(crate) origin: Py<PyAny>,
    /// The fields by their position, then the annotations.
    pub(crate) slots: Vec<Slot>,
    /// How many of them are fields.
    pub(crate) fields: usize,
    /// Where the field of a position stands in `slots`, and 1 more; 0 if it was not fetched.
    by_position: Vec<u32>,
    pub(crate) related: Vec<Related>,
    /// The column of the row's version, which is kept with an instance and is none of its values.
    pub(crate) version: Option<usize>,
    /// A dict with every name and None for each value: a copy of it never has to grow.
    pub(crate) template: Py<PyDict>,
    /// Whether every value becomes JSON without Python.
    pub(crate) native_json: bool,
    /// How many columns the statement gives.
    pub(crate) columns: usize,
}

/// How a column is asked for and read, for a field's kind: whether as text, and whether the field converts it then.
fn reading(kind: FieldKind, column: Type) -> (bool, bool) {
    let natural = match (kind, column) {
        (FieldKind::Any, _) => true,
        (FieldKind::Made, _) => false,
        (FieldKind::Str, Type::Scalar(Kind::Text)) => true,
        (FieldKind::Str, _) => return (true, false),
        (FieldKind::Int, Type::Scalar(Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Oid))
        | (FieldKind::Float, Type::Scalar(Kind::Float4 | Kind::Float8))
        | (FieldKind::Decimal, Type::Scalar(Kind::Numeric))
        | (FieldKind::Bool, Type::Scalar(Kind::Bool))
        | (FieldKind::Bytes, Type::Scalar(Kind::Bytea))
        | (FieldKind::Date, Type::Scalar(Kind::Date))
        | (FieldKind::Time, Type::Scalar(Kind::Time | Kind::TimeTz))
        | (FieldKind::Datetime, Type::Scalar(Kind::Timestamp | Kind::TimestampTz)) => true,
        _ => false,
    };
    (false, !natural)
}

impl Plan {
    /// The columns that must come in PostgreSQL's text form for the plan, those of its relations among them.
    pub(crate) fn text_columns(
        &self,
        py: Python<'_>,
        statement: &Statement,
    ) -> PyResult<Vec<usize>> {
        let mut found = Vec::new();
        for (_, kind, column) in self.numbered(py, statement)?.fields {
            if let Some(of) = statement.kinds.get(column)
                && reading(kind, *of).0
            {
                found.push(column);
            }
        }
        for related in &self.related {
            found.extend(related.plan.get().text_columns(py, statement)?);
        }
        Ok(found)
    }

    /// The plan over a statement, whose columns come in the formats that it says now.
    ///
    /// # Errors
    /// `InterfaceError` for a column that the statement does not have.
    pub(crate) fn layout(&self, py: Python<'_>, statement: &Statement) -> PyResult<Arc<Layout>> {
        let numbered = self.numbered(py, statement)?;
        let missing = |column: usize| {
            errors::interface(
                py,
                &format!(
                    "the plan reads column {column}, and the statement gives {} columns, counted from 0",
                    statement.kinds.len()
                ),
            )
        };
        let mut slots = Vec::with_capacity(numbered.fields.len() + numbered.extras.len());
        for (field, kind, column) in numbered.fields {
            let of = *statement.kinds.get(column).ok_or_else(|| missing(column))?;
            let name = field.getattr("name")?.cast_into::<PyString>()?;
            slots.push(Slot {
                name: PyString::intern(py, name.to_str()?).unbind(),
                position: super::field::position(&field)?,
                column,
                kind: of,
                // A str in PostgreSQL's text form is what is wanted, or what the field makes something of.
                convert: kind != FieldKind::Str && reading(kind, of).1,
                always: kind == FieldKind::Made,
                key: json::key(name.to_str()?),
                field: Some(field.unbind()),
            });
        }
        slots.sort_by_key(|slot| slot.position);
        let fields = slots.len();
        let mut by_position = Vec::new();
        for (index, slot) in slots.iter().enumerate() {
            if by_position.len() <= slot.position {
                by_position.resize(slot.position + 1, 0);
            }
            by_position[slot.position] = u32::try_from(index + 1)?;
        }
        let mut version = None;
        for (name, column) in numbered.extras {
            if name.to_str()? == VERSION {
                version = Some(column);
                continue;
            }
            slots.push(Slot {
                position: usize::MAX,
                column,
                kind: *statement.kinds.get(column).ok_or_else(|| missing(column))?,
                convert: false,
                always: false,
                key: json::key(name.to_str()?),
                field: None,
                name: name.unbind(),
            });
        }
        let template = PyDict::new(py);
        for slot in &slots {
            template.set_item(&slot.name, py.None())?;
        }
        let mut related = Vec::with_capacity(self.related.len());
        for one in &self.related {
            if let Some(column) = one
                .absent
                .iter()
                .find(|column| **column >= statement.kinds.len())
            {
                return Err(missing(*column));
            }
            related.push(Related {
                name: one.name.clone_ref(py),
                layout: one.plan.get().layout(py, statement)?,
                absent: one.absent.clone(),
            });
        }
        let native_json = slots.iter().all(|slot| {
            let is_made = match slot.kind {
                Type::Scalar(kind) => {
                    matches!(kind, Kind::Json | Kind::Jsonb) || kind.of_ends().is_some()
                }
                Type::Array { .. } => true,
                Type::Other => false,
            };
            !slot.convert && !is_made
        });
        Ok(Arc::new(Layout {
            native_json,
            model: self.model.clone_ref(py),
            maker: self.maker,
            origin: self.origin.clone_ref(py),
            slots,
            fields,
            by_position,
            related,
            version,
            template: template.unbind(),
            columns: statement.kinds.len(),
        }))
    }

    /// The fields and annotations with the numbers of their columns.
    fn numbered<'py>(&self, py: Python<'py>, statement: &Statement) -> PyResult<Numbered<'py>> {
        let mut numbered = Numbered {
            fields: Vec::new(),
            extras: Vec::new(),
        };
        match &self.columns {
            Columns::Numbered { fields, extras } => {
                for (field, kind, column) in fields {
                    numbered
                        .fields
                        .push((field.bind(py).clone(), *kind, *column));
                }
                for (name, column) in extras {
                    numbered.extras.push((name.bind(py).clone(), *column));
                }
            }
            Columns::ByName(fields) => {
                statement.check_names(py)?;
                for (column, key) in statement.keys.iter().enumerate() {
                    let key = key.bind(py);
                    match fields.iter().find(|(_, _, name)| key == name.as_str()) {
                        Some((field, kind, _)) => {
                            numbered
                                .fields
                                .push((field.bind(py).clone(), *kind, column));
                        }
                        None => numbered.extras.push((key.clone(), column)),
                    }
                }
            }
        }
        Ok(numbered)
    }
}

/// What a plan says, with numbers for all names.
struct Numbered<'py> {
    fields: Vec<(Bound<'py, PyAny>, FieldKind, usize)>,
    extras: Vec<(Bound<'py, PyString>, usize)>,
}

impl Layout {
    /// Where the field of a position comes from, if it was fetched.
    pub(crate) fn slot(&self, position: usize) -> Option<&Slot> {
        match self.by_position.get(position) {
            None | Some(0) => None,
            Some(index) => self.slots.get(*index as usize - 1),
        }
    }

    /// The positions of the fields that were fetched, in order.
    pub(crate) fn positions(&self) -> impl Iterator<Item = usize> {
        self.slots[..self.fields].iter().map(|slot| slot.position)
    }

    /// The annotations.
    pub(crate) fn extras(&self) -> &[Slot] {
        &self.slots[self.fields..]
    }
}
