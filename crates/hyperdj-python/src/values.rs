//! From PostgreSQL's values to Python's.

use crate::{decimals, errors, moments};
use hyperdj_values::{
    Array, Clock, Date, Interval, Kind, Numeric, RangeValue, Time, TimeTz, Timestamp, TimestampTz,
    Type, Value, ValueError, decode,
};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyBytes, PyDelta, PyFloat, PyInt, PyList, PyString, PyTime, PyTuple, PyTzInfo,
};

static JSON_LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static RANGE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static UUID_MAKER: PyOnceLock<UuidMaker> = PyOnceLock::new();

/// What makes a `uuid.UUID` without running its constructor, which takes as long as a small query.
struct UuidMaker {
    class: Py<PyAny>,
    new: Py<PyAny>,
    set_int: Py<PyAny>,
    set_safe: Py<PyAny>,
    safe: Py<PyAny>,
}

/// What [`plain`] can do.
pub(crate) enum Plain<'py> {
    /// The object.
    Value(Bound<'py, PyAny>),
    /// It takes Python code to make the object.
    Slow,
}

/// The Python object of a value, if no Python code runs while it is made: nothing is called but what makes numbers,
/// text and moments, none of which the garbage collector takes notice of.
///
/// # Errors
/// Bytes that are no value.
pub(crate) fn plain<'py>(
    py: Python<'py>,
    kind: Type,
    bytes: &[u8],
) -> Result<Plain<'py>, ValueError> {
    let malformed = || ValueError::Malformed {
        kind: match kind {
            Type::Scalar(kind) => kind.name(),
            Type::Array { .. } | Type::Other => "value",
        },
        length: bytes.len(),
    };
    // Written out, and not by `decode`, whose result has room for all that it might be.
    let made = match kind {
        Type::Scalar(Kind::Int4) => match bytes.try_into() {
            Ok(bytes) => int(py, i32::from_be_bytes(bytes).into()),
            Err(_) => return Err(malformed()),
        },
        Type::Scalar(Kind::Int8) => match bytes.try_into() {
            Ok(bytes) => int(py, i64::from_be_bytes(bytes)),
            Err(_) => return Err(malformed()),
        },
        Type::Scalar(Kind::Text) | Type::Other => match PyString::from_bytes(py, bytes) {
            Ok(made) => made.into_any(),
            Err(_) => return Err(ValueError::NotUnicode),
        },
        Type::Scalar(Kind::Bool) => match bytes {
            [byte] => PyBool::new(py, *byte != 0).to_owned().into_any(),
            _ => return Err(malformed()),
        },
        Type::Scalar(Kind::Numeric) => {
            let number = Numeric::read(bytes).ok_or_else(malformed)?;
            match decimals::plain(py, &number) {
                Some(made) => made,
                None => return Ok(Plain::Slow),
            }
        }
        Type::Scalar(
            Kind::Int2
            | Kind::Oid
            | Kind::Float4
            | Kind::Float8
            | Kind::Bytea
            | Kind::Date
            | Kind::Time
            | Kind::Timestamp
            | Kind::TimestampTz,
        ) => {
            let made = match decode(kind, bytes)? {
                Value::Int(value) => Ok(int(py, value)),
                Value::Float(value) => Ok(PyFloat::new(py, value).into_any()),
                Value::Bytes(bytes) => Ok(PyBytes::new(py, bytes).into_any()),
                Value::Date(value) => date(py, value),
                Value::Time(value) => time(py, value),
                Value::Timestamp(value) => moment(py, value, false),
                Value::TimestampTz(value) => moment(py, Timestamp(value.0), true),
                _ => return Ok(Plain::Slow),
            };
            match made {
                Ok(made) => made,
                Err(_) => return Ok(Plain::Slow),
            }
        }
        _ => return Ok(Plain::Slow),
    };
    Ok(Plain::Value(made))
}

fn int(py: Python<'_>, value: i64) -> Bound<'_, PyAny> {
    match value.into_pyobject(py) {
        Ok(made) => made.into_any(),
        Err(never) => match never {},
    }
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
    let wrong = |error: ValueError| errors::data(py, &error.to_string());
    if let Plain::Value(made) = plain(py, kind, bytes).map_err(wrong)? {
        return Ok(made);
    }
    Ok(match decode(kind, bytes).map_err(wrong)? {
        Value::Numeric(number) => decimals::any(py, &number)?,
        Value::Json(text) => JSON_LOADS.import(py, "json", "loads")?.call1((text,))?,
        Value::Uuid(bytes) => uuid(py, bytes)?,
        Value::TimeTz(value) => time_tz(py, value)?,
        Value::Interval(value) => interval(py, value)?,
        Value::Array(value) => array(py, &value)?,
        Value::Range(value) => range(py, &value)?,
        Value::Bool(value) => PyBool::new(py, value).to_owned().into_any(),
        Value::Int(value) => int(py, value),
        Value::Float(value) => PyFloat::new(py, value).into_any(),
        Value::Text(text) => PyString::new(py, text).into_any(),
        Value::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
        Value::Date(value) => date(py, value)?,
        Value::Time(value) => time(py, value)?,
        Value::Timestamp(value) => moment(py, value, false)?,
        Value::TimestampTz(value) => moment(py, Timestamp(value.0), true)?,
    })
}

/// Whether a value of a type of dates and times is text, since Python can't hold it.
pub(crate) fn is_text_of(kind: Type, value: &Bound<'_, PyAny>) -> bool {
    matches!(
        kind,
        Type::Scalar(
            Kind::Date
                | Kind::Time
                | Kind::TimeTz
                | Kind::Timestamp
                | Kind::TimestampTz
                | Kind::Interval
        )
    ) && value.is_instance_of::<PyString>()
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
        Some(day) => moments::date(py, day),
        None => Ok(text(py, value)),
    }
}

fn time(py: Python<'_>, value: Time) -> PyResult<Bound<'_, PyAny>> {
    match value.clock() {
        Some(clock) => moments::time(py, clock),
        None => Ok(text(py, value)),
    }
}

fn zoned_time<'py>(
    py: Python<'py>,
    clock: Clock,
    zone: &Bound<'py, PyTzInfo>,
) -> PyResult<Bound<'py, PyAny>> {
    PyTime::new(
        py,
        clock.hour,
        clock.minute,
        clock.second,
        clock.microsecond,
        Some(zone),
    )
    .map(Bound::into_any)
}

fn time_tz(py: Python<'_>, value: TimeTz) -> PyResult<Bound<'_, PyAny>> {
    match value.time.clock() {
        Some(clock) => {
            let offset = PyDelta::new(py, 0, value.offset, 0, true)?;
            let zone = PyTzInfo::fixed_offset(py, offset)?;
            zoned_time(py, clock, &zone)
        }
        None => Ok(text(py, value)),
    }
}

/// A `datetime`, in UTC or without a time zone; text for what is outside of the years 1 to 9999.
fn moment(py: Python<'_>, value: Timestamp, utc: bool) -> PyResult<Bound<'_, PyAny>> {
    match value.civil() {
        Some((day, clock)) => moments::datetime(py, day, clock, utc),
        None if utc => Ok(text(py, TimestampTz(value.0))),
        None => Ok(text(py, value)),
    }
}

/// A `timedelta` if it is one, else PostgreSQL's text.
fn interval(py: Python<'_>, value: Interval) -> PyResult<Bound<'_, PyAny>> {
    match moments::timedelta_parts(value) {
        Some((days, seconds, microseconds)) => {
            PyDelta::new(py, days, seconds, microseconds, false).map(Bound::into_any)
        }
        None => Ok(text(py, value)),
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

/// The class of ranges.
pub(crate) fn range_class(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    RANGE
        .import(py, "hyperdjango.models.ranges", "Range")
        .map(|class| class.as_any())
}

/// A `Range`, as it was read.
fn range<'py>(py: Python<'py>, value: &RangeValue<'_>) -> PyResult<Bound<'py, PyAny>> {
    let end = |bytes: Option<&[u8]>| match bytes {
        Some(bytes) => to_python(py, Type::Scalar(value.kind()), bytes),
        None => Ok(py.None().into_bound(py)),
    };
    let (lower, upper) = (end(value.lower())?, end(value.upper())?);
    range_class(py)?.call1((lower, upper, value.bounds()))
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
