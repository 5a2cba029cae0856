//! From Python's values to a statement's parameters, by the types that the server has found for them.

use crate::decimals::decimals;
use crate::errors;
use crate::moments::{Seen, Zone, places};
use crate::statement::Parameter;
use crate::text_form;
use crate::values::{sequence, whole};
use hyperdj_protocol::Format;
use hyperdj_values::{
    Date, Interval, Kind, Oid, Time, TimeTz, Timestamp, Type, ValueError, encode,
};
use pyo3::exceptions::PyUnicodeEncodeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyBytes, PyDate, PyDateTime, PyDelta, PyDict, PyFloat, PyString, PyTime, PyTimeAccess,
    PyTuple, PyTzInfo, PyTzInfoAccess,
};
use std::ops::Range;

/// The parameters of one execution, one behind the other.
#[derive(Default)]
pub(crate) struct Encoded {
    bytes: Vec<u8>,
    ranges: Vec<Option<Range<usize>>>,
    /// The format of each.
    pub(crate) formats: Vec<Format>,
}

/// Why a value can't be a parameter.
pub(crate) enum Refusal {
    /// It is of another type than this one.
    Wanted(&'static str),
    /// It does not fit the parameter's type.
    DoesNotFit(String),
    /// Python had an error of its own.
    Python(PyErr),
}

impl From<PyErr> for Refusal {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<ValueError> for Refusal {
    fn from(error: ValueError) -> Self {
        Self::DoesNotFit(error.to_string())
    }
}

impl Encoded {
    /// Takes the values of a tuple; those whose index is in `text` go in PostgreSQL's text form.
    ///
    /// # Errors
    /// `InterfaceError` for another number of them, `DataError` for one of another type; no value is shown.
    pub(crate) fn fill(
        &mut self,
        parameters: &[Parameter],
        values: &Bound<'_, PyTuple>,
        text: &[usize],
    ) -> PyResult<()> {
        let py = values.py();
        self.bytes.clear();
        self.ranges.clear();
        self.formats.clear();
        if parameters.len() != values.len() {
            return Err(errors::interface(
                py,
                &format!(
                    "the statement has {} parameters, and {} were given",
                    parameters.len(),
                    values.len()
                ),
            ));
        }
        for (index, (parameter, value)) in parameters.iter().zip(values.iter()).enumerate() {
            if value.is_none() {
                self.ranges.push(None);
                self.formats.push(Format::Binary);
                continue;
            }
            let start = self.bytes.len();
            let written = if text.contains(&index) {
                text_form::write(&value, &mut self.bytes).map(|()| Format::Text)
            } else {
                write(parameter, &value, &mut self.bytes)
            };
            let format = written.map_err(|refusal| explain(refusal, index, parameter, &value))?;
            self.ranges.push(Some(start..self.bytes.len()));
            self.formats.push(format);
        }
        Ok(())
    }

    /// The parameters, in order.
    pub(crate) fn values(&self) -> impl Iterator<Item = Option<&[u8]>> {
        self.ranges
            .iter()
            .map(|range| range.clone().map(|range| &self.bytes[range]))
    }
}

fn explain(
    refusal: Refusal,
    index: usize,
    parameter: &Parameter,
    value: &Bound<'_, PyAny>,
) -> PyErr {
    let py = value.py();
    let of = match parameter.kind {
        Type::Scalar(kind) => kind.name().to_owned(),
        Type::Array { kind, .. } => format!("{}[]", kind.name()),
        Type::Other => format!("of the type with OID {}", parameter.oid),
    };
    let number = index + 1;
    match refusal {
        Refusal::Wanted(wanted) => {
            let given = value
                .get_type()
                .name()
                .map_or_else(|_| "value".to_owned(), |name| name.to_string());
            errors::data(
                py,
                &format!(
                    "parameter ${number} is {of} and can't be made from a {given}; give {wanted}"
                ),
            )
        }
        Refusal::DoesNotFit(reason) => {
            errors::data(py, &format!("parameter ${number} is {of}: {reason}"))
        }
        Refusal::Python(error) if error.is_instance_of::<PyUnicodeEncodeError>(py) => errors::data(
            py,
            &format!(
                "parameter ${number} has half of a surrogate pair in its text, which is no character and has no UTF-8"
            ),
        ),
        Refusal::Python(error) => error,
    }
}

fn write(
    parameter: &Parameter,
    value: &Bound<'_, PyAny>,
    output: &mut Vec<u8>,
) -> Result<Format, Refusal> {
    match parameter.kind {
        Type::Scalar(Kind::Interval) if value.is_instance_of::<PyString>() => {
            output.extend_from_slice(
                value
                    .cast::<PyString>()
                    .map_err(PyErr::from)?
                    .to_str()?
                    .as_bytes(),
            );
            Ok(Format::Text)
        }
        // Dates are in ISO form there, which the server reads whatever its DateStyle is.
        Type::Scalar(kind) | Type::Array { kind, .. } if kind.of_ends().is_some() => {
            text_form::write(value, output).map(|()| Format::Text)
        }
        Type::Scalar(kind) => scalar(kind, value, output).map(|()| Format::Binary),
        Type::Array { kind, element } => {
            array(kind, element, value, output).map(|()| Format::Binary)
        }
        Type::Other => text_form::write(value, output).map(|()| Format::Text),
    }
}

/// A whole number of a width.
fn integer<T>(value: &Bound<'_, PyAny>) -> Result<T, Refusal>
where
    T: TryFrom<i64>,
{
    let number = whole(value).ok_or(Refusal::Wanted("an int"))?;
    number
        .extract::<i64>()
        .ok()
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| Refusal::DoesNotFit("the number is out of its range".to_owned()))
}

/// A float, or a whole number that a float can say.
fn float(value: &Bound<'_, PyAny>) -> Result<f64, Refusal> {
    if value.is_instance_of::<PyFloat>() || whole(value).is_some() {
        return Ok(value.extract::<f64>()?);
    }
    Err(Refusal::Wanted("a float"))
}

fn scalar(kind: Kind, value: &Bound<'_, PyAny>, output: &mut Vec<u8>) -> Result<(), Refusal> {
    match kind {
        Kind::Bool => {
            let truth = value
                .cast::<PyBool>()
                .map_err(|_| Refusal::Wanted("a bool"))?;
            output.push(u8::from(truth.is_true()));
        }
        Kind::Int2 => output.extend_from_slice(&integer::<i16>(value)?.to_be_bytes()),
        Kind::Int4 => output.extend_from_slice(&integer::<i32>(value)?.to_be_bytes()),
        Kind::Int8 => output.extend_from_slice(&integer::<i64>(value)?.to_be_bytes()),
        Kind::Oid => output.extend_from_slice(&integer::<u32>(value)?.to_be_bytes()),
        Kind::Float8 => output.extend_from_slice(&float(value)?.to_be_bytes()),
        Kind::Float4 => {
            let wide = float(value)?;
            // The cast rounds, as PostgreSQL does; what becomes infinite or nothing on the way does not fit.
            let narrow = wide as f32;
            let vanishes = narrow == 0.0 && wide != 0.0;
            if vanishes || narrow.is_infinite() && wide.is_finite() {
                return Err(Refusal::DoesNotFit(
                    "the number is out of its range".to_owned(),
                ));
            }
            output.extend_from_slice(&narrow.to_be_bytes());
        }
        Kind::Text => {
            let text = value
                .cast::<PyString>()
                .map_err(|_| Refusal::Wanted("a str"))?;
            output.extend_from_slice(text.to_str()?.as_bytes());
        }
        Kind::Bytea => bytes(value, output)?,
        Kind::Numeric => numeric(value, output)?,
        Kind::Uuid => uuid(value, output)?,
        Kind::Json => json(value, output)?,
        Kind::Jsonb => {
            output.push(1);
            json(value, output)?;
        }
        Kind::Date => date(value, output)?,
        Kind::Time | Kind::TimeTz => time(kind, value, output)?,
        Kind::Timestamp => output.extend_from_slice(&timestamp(value, false)?.to_be_bytes()),
        Kind::TimestampTz => output.extend_from_slice(&timestamp(value, true)?.to_be_bytes()),
        Kind::Interval => interval(value, output)?,
        Kind::Int4Range
        | Kind::Int8Range
        | Kind::NumRange
        | Kind::DateRange
        | Kind::TsRange
        | Kind::TsTzRange => {
            return Err(Refusal::Wanted(
                "a Range, or a str in PostgreSQL's text form",
            ));
        }
    }
    Ok(())
}

fn bytes(value: &Bound<'_, PyAny>, output: &mut Vec<u8>) -> Result<(), Refusal> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        output.extend_from_slice(bytes.as_bytes());
        return Ok(());
    }
    let name = value.get_type().name()?;
    if name != "bytearray" && name != "memoryview" {
        return Err(Refusal::Wanted("bytes"));
    }
    let copy = value.py().get_type::<PyBytes>().call1((value,))?;
    output.extend_from_slice(copy.cast::<PyBytes>().map_err(PyErr::from)?.as_bytes());
    Ok(())
}

fn numeric(value: &Bound<'_, PyAny>, output: &mut Vec<u8>) -> Result<(), Refusal> {
    let decimals = decimals(value.py())?;
    if decimals
        .read(value)
        .is_some_and(|number| number.write(output))
    {
        return Ok(());
    }
    if !value.is_instance(decimals.class().bind(value.py()))? && whole(value).is_none() {
        return Err(Refusal::Wanted("a Decimal or an int"));
    }
    Ok(encode::numeric(value.str()?.to_str()?, output)?)
}

fn uuid(value: &Bound<'_, PyAny>, output: &mut Vec<u8>) -> Result<(), Refusal> {
    static UUID: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class = UUID.import(value.py(), "uuid", "UUID")?;
    let made = if value.is_instance(class)? {
        value.clone()
    } else if value.is_instance_of::<PyString>() {
        class
            .call1((value,))
            .map_err(|_| Refusal::DoesNotFit("the text is no UUID".to_owned()))?
    } else {
        return Err(Refusal::Wanted("a uuid.UUID or its text"));
    };
    let number: u128 = made.getattr("int")?.extract()?;
    output.extend_from_slice(&number.to_be_bytes());
    Ok(())
}

/// Any value becomes JSON, a str a JSON string: what comes back is what was given.
fn json(value: &Bound<'_, PyAny>, output: &mut Vec<u8>) -> Result<(), Refusal> {
    static DUMPS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = value.py();
    let settings = PyDict::new(py);
    settings.set_item("ensure_ascii", false)?;
    settings.set_item("allow_nan", false)?;
    let text = DUMPS
        .import(py, "json", "dumps")?
        .call((value,), Some(&settings))
        .map_err(|error| Refusal::DoesNotFit(error.value(py).to_string()))?;
    output.extend_from_slice(
        text.cast::<PyString>()
            .map_err(PyErr::from)?
            .to_str()?
            .as_bytes(),
    );
    Ok(())
}

fn date(value: &Bound<'_, PyAny>, output: &mut Vec<u8>) -> Result<(), Refusal> {
    const WANTED: Refusal = Refusal::Wanted("a date");
    if let Some(Seen::Date(day)) = places(value.py())?.read(value)? {
        output.extend_from_slice(&Date::from(day).0.to_be_bytes());
        return Ok(());
    }
    let date = value.cast::<PyDate>().map_err(|_| WANTED)?;
    if value.is_instance_of::<PyDateTime>() {
        return Err(WANTED);
    }
    let days: i32 = date.call_method0("toordinal")?.extract()?;
    // The ordinal of 2000-01-01.
    output.extend_from_slice(&(days - 730_120).to_be_bytes());
    Ok(())
}

fn time(kind: Kind, value: &Bound<'_, PyAny>, output: &mut Vec<u8>) -> Result<(), Refusal> {
    let time = value
        .cast::<PyTime>()
        .map_err(|_| Refusal::Wanted("a time"))?;
    let seconds = i64::from(time.get_hour()) * 3600
        + i64::from(time.get_minute()) * 60
        + i64::from(time.get_second());
    let clock = Time(seconds * 1_000_000 + i64::from(time.get_microsecond()));
    let offset = time.call_method0("utcoffset")?;
    match (kind, offset.is_none()) {
        (Kind::TimeTz, false) => {
            let offset = i32::try_from(microseconds(&offset)? / 1_000_000)
                .map_err(|_| Refusal::Wanted("a time with a time zone"))?;
            encode::time_tz(
                TimeTz {
                    time: clock,
                    offset,
                },
                output,
            );
        }
        (Kind::TimeTz, true) => return Err(Refusal::Wanted("a time with a time zone (tzinfo)")),
        (_, false) => return Err(Refusal::Wanted("a time without a time zone")),
        (_, true) => output.extend_from_slice(&clock.0.to_be_bytes()),
    }
    Ok(())
}

/// The length of a `timedelta`.
fn microseconds(delta: &Bound<'_, PyAny>) -> Result<i64, Refusal> {
    let (days, rest) = days_and_rest(delta)?;
    Ok(i64::from(days) * 86_400_000_000 + rest)
}

fn days_and_rest(delta: &Bound<'_, PyAny>) -> Result<(i32, i64), Refusal> {
    use pyo3::types::PyDeltaAccess;
    let delta = delta
        .cast::<PyDelta>()
        .map_err(|_| Refusal::Wanted("a timedelta, or a str in PostgreSQL's text form"))?;
    Ok((
        delta.get_days(),
        i64::from(delta.get_seconds()) * 1_000_000 + i64::from(delta.get_microseconds()),
    ))
}

/// Microseconds since 2000-01-01, in UTC if the value is to have a time zone.
fn timestamp(value: &Bound<'_, PyAny>, aware: bool) -> Result<i64, Refusal> {
    static NAIVE: PyOnceLock<Py<PyDateTime>> = PyOnceLock::new();
    static AWARE: PyOnceLock<Py<PyDateTime>> = PyOnceLock::new();
    let py = value.py();
    let places = places(py)?;
    if let Some(Seen::Datetime(day, clock)) = places.read(value)?
        && let (true, Zone::Utc) | (false, Zone::None) = (aware, places.zone(value)?)
    {
        return Ok(Timestamp::from((day, clock)).0);
    }
    let moment = value
        .cast::<PyDateTime>()
        .map_err(|_| Refusal::Wanted("a datetime"))?;
    let has_zone = moment.get_tzinfo().is_some() && !moment.call_method0("utcoffset")?.is_none();
    let epoch = match (aware, has_zone) {
        (true, true) => AWARE.get_or_try_init(py, || {
            let utc = PyTzInfo::utc(py)?;
            PyDateTime::new(py, 2000, 1, 1, 0, 0, 0, 0, Some(&utc)).map(Bound::unbind)
        }),
        (false, false) => NAIVE.get_or_try_init(py, || {
            PyDateTime::new(py, 2000, 1, 1, 0, 0, 0, 0, None).map(Bound::unbind)
        }),
        (true, false) => {
            return Err(Refusal::Wanted(
                "a datetime with a time zone, datetime(…, tzinfo=timezone.utc)",
            ));
        }
        (false, true) => return Err(Refusal::Wanted("a datetime without a time zone")),
    }?;
    microseconds(&moment.sub(epoch)?)
}

fn interval(value: &Bound<'_, PyAny>, output: &mut Vec<u8>) -> Result<(), Refusal> {
    let (days, microseconds) = days_and_rest(value)?;
    encode::interval(
        Interval {
            months: 0,
            days,
            microseconds,
        },
        output,
    );
    Ok(())
}

/// An array, of lists or tuples that may hold lists or tuples.
fn array(
    kind: Kind,
    element: Oid,
    value: &Bound<'_, PyAny>,
    output: &mut Vec<u8>,
) -> Result<(), Refusal> {
    let mut level = sequence(value).ok_or(Refusal::Wanted("a list"))?;
    let mut lengths = vec![level.len()];
    // A list inside is a dimension, unless the element is JSON, of which a list is a value.
    let is_json = matches!(kind, Kind::Json | Kind::Jsonb);
    while !is_json && level.first().is_some_and(|first| sequence(first).is_some()) {
        if lengths.len() >= 6 {
            return Err(ValueError::TooDeep.into());
        }
        let mut next = Vec::new();
        let mut length = None;
        for inner in &level {
            let inner = sequence(inner).ok_or(ValueError::Ragged)?;
            if *length.get_or_insert(inner.len()) != inner.len() {
                return Err(ValueError::Ragged.into());
            }
            next.extend(inner);
        }
        lengths.push(length.unwrap_or(0));
        level = next;
    }
    if level.is_empty() {
        lengths.clear();
    }
    let has_null = level.iter().any(|value| value.is_none());
    encode::array_header(element, &lengths, has_null, output)?;
    for value in level {
        if value.is_none() {
            output.extend_from_slice(&(-1_i32).to_be_bytes());
            continue;
        }
        let at = output.len();
        output.extend_from_slice(&[0; 4]);
        scalar(kind, &value, output)?;
        let length = i32::try_from(output.len() - at - 4)
            .map_err(|_| Refusal::DoesNotFit("an element is longer than 2 GiB".to_owned()))?;
        output[at..at + 4].copy_from_slice(&length.to_be_bytes());
    }
    Ok(())
}
