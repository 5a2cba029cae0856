//! From PostgreSQL's values to Python's.

use crate::errors;
use hyperdj_values::{
    Array, Clock, Date, Interval, Time, TimeTz, Timestamp, TimestampTz, Type, Value, decode,
};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyBytes, PyDate, PyDateTime, PyDelta, PyFloat, PyInt, PyList, PyString, PyTime,
    PyTuple, PyTzInfo,
};

static DECIMAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static JSON_LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static UUID_MAKER: PyOnceLock<UuidMaker> = PyOnceLock::new();

/// What makes a `uuid.UUID` without running its constructor, which takes as long as a small query.
struct UuidMaker {
    class: Py<PyAny>,
    new: Py<PyAny>,
    set_int: Py<PyAny>,
    set_safe: Py<PyAny>,
    safe: Py<PyAny>,
}

/// The Python object of a value in the format that its type has.
///
/// # Errors
/// `DataError` for bytes that are none; `json.loads`' own for JSON that Python can't read.
pub(crate) fn to_python<'py>(
    py: Python<'py>,
    kind: Type,
    bytes: &[u8],
) -> PyResult<Bound<'py, PyAny>> {
    let value = decode(kind, bytes).map_err(|error| errors::data(py, &error.to_string()))?;
    Ok(match value {
        Value::Bool(value) => PyBool::new(py, value).to_owned().into_any(),
        Value::Int(value) => value.into_pyobject(py)?.into_any(),
        Value::Float(value) => PyFloat::new(py, value).into_any(),
        Value::Text(text) => PyString::new(py, text).into_any(),
        Value::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
        Value::Numeric(number) => DECIMAL
            .import(py, "decimal", "Decimal")?
            .call1((number.to_string(),))?,
        Value::Json(text) => JSON_LOADS.import(py, "json", "loads")?.call1((text,))?,
        Value::Uuid(bytes) => uuid(py, bytes)?,
        Value::Date(value) => date(py, value)?,
        Value::Time(value) => time(py, value)?,
        Value::TimeTz(value) => time_tz(py, value)?,
        Value::Timestamp(value) => timestamp(py, value)?,
        Value::TimestampTz(value) => timestamp_tz(py, value)?,
        Value::Interval(value) => interval(py, value)?,
        Value::Array(value) => array(py, &value)?,
    })
}

fn text<'py>(py: Python<'py>, value: impl std::fmt::Display) -> Bound<'py, PyAny> {
    PyString::new(py, &value.to_string()).into_any()
}

fn uuid(py: Python<'_>, bytes: [u8; 16]) -> PyResult<Bound<'_, PyAny>> {
    let maker = UUID_MAKER.get_or_try_init(py, || {
        let module = py.import("uuid")?;
        let class = module.getattr("UUID")?;
        Ok::<_, PyErr>(UuidMaker {
            new: class.getattr("__new__")?.unbind(),
            set_int: class.getattr("int")?.getattr("__set__")?.unbind(),
            set_safe: class.getattr("is_safe")?.getattr("__set__")?.unbind(),
            safe: module.getattr("SafeUUID")?.getattr("unknown")?.unbind(),
            class: class.unbind(),
        })
    })?;
    let made = maker.new.bind(py).call1((&maker.class,))?;
    maker
        .set_int
        .bind(py)
        .call1((&made, u128::from_be_bytes(bytes)))?;
    maker.set_safe.bind(py).call1((&made, &maker.safe))?;
    Ok(made)
}

fn date(py: Python<'_>, value: Date) -> PyResult<Bound<'_, PyAny>> {
    match value.civil() {
        Some(day) => PyDate::new(py, day.year, day.month, day.day).map(Bound::into_any),
        None => Ok(text(py, value)),
    }
}

fn python_time<'py>(
    py: Python<'py>,
    clock: Clock,
    zone: Option<&Bound<'py, PyTzInfo>>,
) -> PyResult<Bound<'py, PyAny>> {
    PyTime::new(
        py,
        clock.hour,
        clock.minute,
        clock.second,
        clock.microsecond,
        zone,
    )
    .map(Bound::into_any)
}

fn time(py: Python<'_>, value: Time) -> PyResult<Bound<'_, PyAny>> {
    match value.clock() {
        Some(clock) => python_time(py, clock, None),
        None => Ok(text(py, value)),
    }
}

fn time_tz(py: Python<'_>, value: TimeTz) -> PyResult<Bound<'_, PyAny>> {
    match value.time.clock() {
        Some(clock) => {
            let offset = PyDelta::new(py, 0, value.offset, 0, true)?;
            let zone = PyTzInfo::fixed_offset(py, offset)?;
            python_time(py, clock, Some(&zone))
        }
        None => Ok(text(py, value)),
    }
}

fn moment<'py>(
    py: Python<'py>,
    value: Timestamp,
    zone: Option<&Bound<'py, PyTzInfo>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some((day, clock)) = value.civil() else {
        return Ok(None);
    };
    let made = PyDateTime::new(
        py,
        day.year,
        day.month,
        day.day,
        clock.hour,
        clock.minute,
        clock.second,
        clock.microsecond,
        zone,
    )?;
    Ok(Some(made.into_any()))
}

fn timestamp(py: Python<'_>, value: Timestamp) -> PyResult<Bound<'_, PyAny>> {
    Ok(moment(py, value, None)?.unwrap_or_else(|| text(py, value)))
}

fn timestamp_tz(py: Python<'_>, value: TimestampTz) -> PyResult<Bound<'_, PyAny>> {
    let utc = PyTzInfo::utc(py)?;
    Ok(moment(py, Timestamp(value.0), Some(&utc))?.unwrap_or_else(|| text(py, value)))
}

/// A `timedelta` if there are no months in it, which are of no fixed length, and it fits; else PostgreSQL's text.
fn interval(py: Python<'_>, value: Interval) -> PyResult<Bound<'_, PyAny>> {
    const DAY: i64 = 86_400_000_000;
    let days = i64::from(value.days) + value.microseconds.div_euclid(DAY);
    let rest = value.microseconds.rem_euclid(DAY);
    match (
        value.months,
        i32::try_from(days),
        i32::try_from(rest / 1_000_000),
        i32::try_from(rest % 1_000_000),
    ) {
        (0, Ok(days @ -999_999_999..=999_999_999), Ok(seconds), Ok(microseconds)) => {
            PyDelta::new(py, days, seconds, microseconds, false).map(Bound::into_any)
        }
        _ => Ok(text(py, value)),
    }
}

fn array<'py>(py: Python<'py>, value: &Array<'_>) -> PyResult<Bound<'py, PyAny>> {
    let kind = Type::Scalar(value.kind());
    let mut elements = Vec::new();
    for element in value.elements() {
        let element = element.map_err(|error| errors::data(py, &error.to_string()))?;
        elements.push(match element {
            Some(bytes) => to_python(py, kind, bytes)?,
            None => py.None().into_bound(py),
        });
    }
    // The innermost lists first, then lists of those.
    for length in value.lengths().iter().skip(1).rev() {
        let mut lists = Vec::with_capacity(elements.len() / (*length).max(1));
        for part in elements.chunks((*length).max(1)) {
            lists.push(PyList::new(py, part)?.into_any());
        }
        elements = lists;
    }
    Ok(PyList::new(py, elements)?.into_any())
}

/// A whole number that is none of Python's truth values.
pub(crate) fn whole<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyInt>> {
    if value.is_instance_of::<PyBool>() {
        return None;
    }
    value.cast::<PyInt>().ok().cloned()
}

/// The elements of a list or tuple.
pub(crate) fn sequence<'py>(value: &Bound<'py, PyAny>) -> Option<Vec<Bound<'py, PyAny>>> {
    if let Ok(list) = value.cast::<PyList>() {
        return Some(list.iter().collect());
    }
    value
        .cast::<PyTuple>()
        .ok()
        .map(|tuple| tuple.iter().collect())
}
