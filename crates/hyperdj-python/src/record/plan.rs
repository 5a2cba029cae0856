//! `Plan`: how a result's columns become instances of a model.

use crate::native;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};
use pyo3::{PyTraverseError, PyVisit, ffi};

/// The Python type of a field's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Int,
    Float,
    Decimal,
    Str,
    Datetime,
    Date,
    Time,
    Bool,
    Bytes,
    /// Whatever is natural for the column.
    Any,
    /// What the field makes of that: a member of an enumeration, a network address, a list of such.
    Made,
}

/// The target of a relation, made of the same row.
pub(crate) struct RelatedPlan {
    pub(crate) name: Py<PyString>,
    pub(crate) plan: Py<Plan>,
    pub(crate) absent: Vec<usize>,
}

/// Which columns are which fields.
pub(crate) enum Columns {
    Numbered {
        fields: Vec<(Py<PyAny>, FieldKind, usize)>,
        extras: Vec<(Py<PyString>, usize)>,
    },
    /// Those that are called like a field's column; all others are annotations.
    ByName(Vec<(Py<PyAny>, FieldKind, String)>),
}

/// How a result's columns become instances; immutable, and shared by executions.
#[pyclass(module = "hyperdjango._engine", frozen)]
pub(crate) struct Plan {
    pub(crate) model: Py<PyType>,
    pub(crate) maker: ffi::newfunc,
    pub(crate) origin: Py<PyAny>,
    pub(crate) columns: Columns,
    pub(crate) related: Vec<RelatedPlan>,
}

/// The kind of a field: what it says, or else the name of its `python_type`, which is kept.
fn kind_of(field: &Bound<'_, PyAny>) -> PyResult<FieldKind> {
    let py = field.py();
    let said = field.getattr(intern!(py, "kind"))?;
    let kind = if said.is_none() {
        match field.getattr_opt(intern!(py, "python_type"))? {
            None => PyString::new(py, "any").into_any(),
            Some(class) => {
                let name = class.getattr(intern!(py, "__name__"))?;
                field.setattr(intern!(py, "kind"), &name)?;
                name
            }
        }
    } else {
        said
    };
    Ok(match kind.cast::<PyString>()?.to_str()? {
        "int" => FieldKind::Int,
        "float" => FieldKind::Float,
        "Decimal" => FieldKind::Decimal,
        "str" => FieldKind::Str,
        "datetime" => FieldKind::Datetime,
        "date" => FieldKind::Date,
        "time" => FieldKind::Time,
        "bool" => FieldKind::Bool,
        "bytes" => FieldKind::Bytes,
        "any" => FieldKind::Any,
        "made" => FieldKind::Made,
        other => {
            return Err(PyTypeError::new_err(format!(
                "a field's kind is the name of a supported type, \"any\" or \"made\", not {other:?}"
            )));
        }
    })
}

fn check_model(model: &Bound<'_, PyType>) -> PyResult<ffi::newfunc> {
    let record = super::record_type(model.py())?;
    if !model.is_subclass(&record)? {
        return Err(PyTypeError::new_err(
            "a plan makes instances of a subclass of Record",
        ));
    }
    // Imported now, since no Python code may run while a value is made.
    crate::moments::prepare(model.py())?;
    native::maker(model)
}

/// Has the class know all names of its attributes before the first row.
///
/// Python (3.11, 3.12) keeps the attributes of instances in an array whose size it derives from the first instances;
/// thousands of instances without an attribute would leave no room in it.
fn acquaint(
    model: &Bound<'_, PyType>,
    maker: ffi::newfunc,
    fields: &[Bound<'_, PyAny>],
) -> PyResult<()> {
    let py = model.py();
    let sample = super::instance(model, maker, super::state::State::default())?;
    for field in fields {
        let name = field
            .getattr(intern!(py, "name"))?
            .cast_into::<PyString>()?;
        super::attributes::set_plainly(
            &sample,
            &PyString::intern(py, name.to_str()?),
            py.None().bind(py),
        )?;
    }
    Ok(())
}

#[pymethods]
impl Plan {
    #[new]
    #[pyo3(signature = (model, columns, *, extras=Vec::new(), related=Vec::new(), origin=None))]
    #[allow(clippy::type_complexity)]
    fn new(
        model: Bound<'_, PyType>,
        columns: Vec<(Bound<'_, PyAny>, usize)>,
        extras: Vec<(Bound<'_, PyString>, usize)>,
        related: Vec<(Bound<'_, PyString>, Bound<'_, Plan>, Vec<usize>)>,
        origin: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let py = model.py();
        let maker = check_model(&model)?;
        let mut fields = Vec::with_capacity(columns.len());
        let mut readers = Vec::with_capacity(columns.len());
        for (field, column) in columns {
            super::field::position(&field)?;
            fields.push((field.clone().unbind(), kind_of(&field)?, column));
            readers.push(field);
        }
        acquaint(&model, maker, &readers)?;
        Ok(Self {
            model: model.unbind(),
            maker,
            origin: origin.map_or_else(|| py.None(), Bound::unbind),
            columns: Columns::Numbered {
                fields,
                extras: extras
                    .into_iter()
                    .map(|(name, column)| Ok((interned(&name)?, column)))
                    .collect::<PyResult<_>>()?,
            },
            related: related
                .into_iter()
                .map(|(name, plan, absent)| {
                    Ok(RelatedPlan {
                        name: interned(&name)?,
                        plan: plan.unbind(),
                        absent,
                    })
                })
                .collect::<PyResult<_>>()?,
        })
    }

    /// A plan for SQL whose columns are matched with the fields' columns by name; others are annotations.
    #[staticmethod]
    #[pyo3(signature = (model, fields, *, origin=None))]
    fn by_name(
        model: Bound<'_, PyType>,
        fields: Vec<Bound<'_, PyAny>>,
        origin: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let py = model.py();
        let maker = check_model(&model)?;
        let mut named = Vec::with_capacity(fields.len());
        for field in &fields {
            super::field::position(field)?;
            let column = field.getattr(intern!(py, "column"))?;
            named.push((
                field.clone().unbind(),
                kind_of(field)?,
                column.extract::<String>()?,
            ));
        }
        acquaint(&model, maker, &fields)?;
        Ok(Self {
            model: model.unbind(),
            maker,
            origin: origin.map_or_else(|| py.None(), Bound::unbind),
            columns: Columns::ByName(named),
            related: Vec::new(),
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.model)?;
        visit.call(&self.origin)?;
        match &self.columns {
            Columns::Numbered { fields, .. } => {
                fields
                    .iter()
                    .try_for_each(|(field, ..)| visit.call(field))?;
            }
            Columns::ByName(fields) => {
                fields
                    .iter()
                    .try_for_each(|(field, ..)| visit.call(field))?;
            }
        }
        self.related
            .iter()
            .try_for_each(|related| visit.call(&related.plan))
    }

    /// The class of the instances.
    #[getter]
    fn model(&self, py: Python<'_>) -> Py<PyType> {
        self.model.clone_ref(py)
    }

    /// Whose rows they are: what `origin` gives for them.
    #[getter]
    fn origin(&self, py: Python<'_>) -> Py<PyAny> {
        self.origin.clone_ref(py)
    }
}

fn interned(name: &Bound<'_, PyString>) -> PyResult<Py<PyString>> {
    Ok(PyString::intern(name.py(), name.to_str()?).unbind())
}
