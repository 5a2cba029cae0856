//! Dates and times are made by the functions that Python's `datetime` module offers to C.
//!
//! They are not in the stable ABI by its letter; the table has only grown at its end since Python 3.7. Calling the classes
//! instead, with an argument tuple of up to nine numbers, takes three times as long.

use hyperdj_values::{Civil, Clock, Interval};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use std::ffi::c_int;

/// The beginning of `PyDateTime_CAPI`, as CPython's `datetime.h` has it.
#[repr(C)]
struct Api {
    date_type: *mut ffi::PyTypeObject,
    datetime_type: *mut ffi::PyTypeObject,
    time_type: *mut ffi::PyTypeObject,
    delta_type: *mut ffi::PyTypeObject,
    zone_type: *mut ffi::PyTypeObject,
    utc: *mut ffi::PyObject,
    date: unsafe extern "C" fn(c_int, c_int, c_int, *mut ffi::PyTypeObject) -> *mut ffi::PyObject,
    datetime: unsafe extern "C" fn(
        c_int,
        c_int,
        c_int,
        c_int,
        c_int,
        c_int,
        c_int,
        *mut ffi::PyObject,
        *mut ffi::PyTypeObject,
    ) -> *mut ffi::PyObject,
    time: unsafe extern "C" fn(
        c_int,
        c_int,
        c_int,
        c_int,
        *mut ffi::PyObject,
        *mut ffi::PyTypeObject,
    ) -> *mut ffi::PyObject,
}

// SAFETY: the table is never written to after the module has made it.
unsafe impl Send for Api {}
// SAFETY: as above.
unsafe impl Sync for Api {}

/// The table of functions.
fn api(py: Python<'_>) -> PyResult<&'static Api> {
    static API: PyOnceLock<&'static Api> = PyOnceLock::new();
    API.get_or_try_init(py, || {
        // SAFETY: the thread is attached; the capsule of this name holds the table, which is never freed.
        unsafe {
            ffi::PyCapsule_Import(c"datetime.datetime_CAPI".as_ptr(), 0)
                .cast::<Api>()
                .as_ref()
                .ok_or_else(|| PyErr::fetch(py))
        }
    })
    .copied()
}

/// Imports `datetime`, if nobody has yet.
pub(crate) fn prepare(py: Python<'_>) -> PyResult<()> {
    api(py).map(|_| ())
}

/// A `datetime.date`.
pub(crate) fn date(py: Python<'_>, day: Civil) -> PyResult<Bound<'_, PyAny>> {
    let api = api(py)?;
    // SAFETY: the arguments are numbers and the class that the table names.
    unsafe {
        let made = (api.date)(day.year, day.month.into(), day.day.into(), api.date_type);
        Bound::from_owned_ptr_or_err(py, made)
    }
}

/// A `datetime.datetime`, in UTC or without a time zone.
pub(crate) fn datetime(
    py: Python<'_>,
    day: Civil,
    clock: Clock,
    utc: bool,
) -> PyResult<Bound<'_, PyAny>> {
    let api = api(py)?;
    // SAFETY: the arguments are numbers, the class and the zone that the table names, or None, which all are alive.
    unsafe {
        let zone = if utc { api.utc } else { ffi::Py_None() };
        let made = (api.datetime)(
            day.year,
            day.month.into(),
            day.day.into(),
            clock.hour.into(),
            clock.minute.into(),
            clock.second.into(),
            // Below a million.
            clock.microsecond as c_int,
            zone,
            api.datetime_type,
        );
        Bound::from_owned_ptr_or_err(py, made)
    }
}

/// A `datetime.time` without a time zone.
pub(crate) fn time(py: Python<'_>, clock: Clock) -> PyResult<Bound<'_, PyAny>> {
    let api = api(py)?;
    // SAFETY: the arguments are numbers, the class that the table names, and None.
    unsafe {
        let made = (api.time)(
            clock.hour.into(),
            clock.minute.into(),
            clock.second.into(),
            clock.microsecond as c_int,
            ffi::Py_None(),
            api.time_type,
        );
        Bound::from_owned_ptr_or_err(py, made)
    }
}

/// Where the bytes of a moment stand in the objects of `datetime`: year (2), month, day, and then hour, minute, second,
/// microsecond (3). They are looked for in a sample of each, since the layout is CPython's to change; where they are not
/// found, everybody does without.
pub(crate) struct Places {
    date: Option<usize>,
    datetime: Option<usize>,
    /// Where the time zone of a datetime stands, in the words of the object. One without a zone ends before it; the byte
    /// before those of the moment says so.
    zone: Option<usize>,
}

/// A moment that was read out of its object.
pub(crate) enum Seen {
    Date(Civil),
    Datetime(Civil, Clock),
}

/// The zone of a datetime.
pub(crate) enum Zone {
    None,
    Utc,
    Other,
}

/// Where the bytes stand in this Python.
pub(crate) fn places(py: Python<'_>) -> PyResult<&'static Places> {
    static PLACES: PyOnceLock<Places> = PyOnceLock::new();
    PLACES.get_or_try_init(py, || {
        let day = Civil {
            year: 2571,
            month: 11,
            day: 29,
        };
        let clock = Clock {
            hour: 22,
            minute: 53,
            second: 47,
            microsecond: 0x0a_0b_0c,
        };
        let bytes = [0x0a, 0x0b, 11, 29, 22, 53, 47, 0x0a, 0x0b, 0x0c];
        let (aware, naive) = (
            datetime(py, day, clock, true)?,
            datetime(py, day, clock, false)?,
        );
        let at = place(&aware, &bytes)?;
        let utc = api(py)?.utc as usize;
        let zone = at
            .filter(|at| {
                [has_zone(&aware, *at), has_zone(&naive, *at)] == [Some(true), Some(false)]
            })
            .map(|_| place(&aware, &utc.to_ne_bytes()))
            .transpose()?
            .flatten();
        Ok(Places {
            date: place(&date(py, day)?, &bytes[..4])?,
            datetime: at,
            zone: zone.filter(|place| place.is_multiple_of(align_of::<usize>())),
        })
    })
}

/// What the byte before those of a moment says of its zone; `None` if it is no truth value.
fn has_zone(object: &Bound<'_, PyAny>, place: usize) -> Option<bool> {
    let before = place.checked_sub(1)?;
    // SAFETY: the bytes at the place are the object's, and so is what stands before them, behind its head.
    match unsafe { *object.as_ptr().cast::<u8>().add(before) } {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// Where these bytes stand in an object, if they stand there once.
fn place(object: &Bound<'_, PyAny>, wanted: &[u8]) -> PyResult<Option<usize>> {
    let size: usize = object.get_type().getattr("__basicsize__")?.extract()?;
    // SAFETY: an object of the class is of this size, or longer, and alive; it was made complete.
    let memory = unsafe { std::slice::from_raw_parts(object.as_ptr().cast::<u8>(), size) };
    let mut found = memory
        .windows(wanted.len())
        .enumerate()
        .filter(|(_, window)| *window == wanted)
        .map(|(place, _)| place);
    let first = found.next();
    Ok(if found.next().is_none() { first } else { None })
}

impl Places {
    /// Reads a date or datetime of exactly this class.
    pub(crate) fn read(&self, object: &Bound<'_, PyAny>) -> PyResult<Option<Seen>> {
        let api = api(object.py())?;
        let class = object.get_type_ptr();
        let civil = |bytes: &[u8]| Civil {
            year: i32::from(bytes[0]) << 8 | i32::from(bytes[1]),
            month: bytes[2],
            day: bytes[3],
        };
        let memory = |place: usize, length: usize| {
            // SAFETY: the object is of exactly the class in whose sample the bytes stood at this place.
            unsafe { std::slice::from_raw_parts(object.as_ptr().cast::<u8>().add(place), length) }
        };
        Ok(match (self.date, self.datetime) {
            (Some(place), _) if class == api.date_type => Some(Seen::Date(civil(memory(place, 4)))),
            (_, Some(place)) if class == api.datetime_type => {
                let bytes = memory(place, 10);
                let clock = Clock {
                    hour: bytes[4],
                    minute: bytes[5],
                    second: bytes[6],
                    microsecond: u32::from_be_bytes([0, bytes[7], bytes[8], bytes[9]]),
                };
                Some(Seen::Datetime(civil(bytes), clock))
            }
            _ => None,
        })
    }

    /// Which zone a datetime of exactly this class has.
    pub(crate) fn zone(&self, object: &Bound<'_, PyAny>) -> PyResult<Zone> {
        let py = object.py();
        let utc = api(py)?.utc;
        let says = |place| has_zone(object, place);
        let zone = match (self.datetime.and_then(says), self.zone) {
            (Some(false), Some(_)) => return Ok(Zone::None),
            (Some(true), Some(zone)) => {
                // SAFETY: the object says that it has a zone; its pointer stands where it stood in the sample.
                unsafe {
                    object
                        .as_ptr()
                        .cast::<u8>()
                        .add(zone)
                        .cast::<*mut ffi::PyObject>()
                        .read()
                }
            }
            _ => {
                let zone = object.getattr(intern!(py, "tzinfo"))?;
                if zone.is_none() {
                    return Ok(Zone::None);
                }
                zone.as_ptr()
            }
        };
        Ok(if zone == utc { Zone::Utc } else { Zone::Other })
    }
}

/// Days, seconds and microseconds of an interval, as a `timedelta` has them; `None` if it has months, which are of no
/// fixed length, or more days than that.
pub(crate) fn timedelta_parts(value: Interval) -> Option<(i32, i32, i32)> {
    const DAY: i64 = 86_400_000_000;
    let days = i64::from(value.days) + value.microseconds.div_euclid(DAY);
    let rest = value.microseconds.rem_euclid(DAY);
    let days = i32::try_from(days)
        .ok()
        .filter(|days| (-999_999_999..=999_999_999).contains(days))?;
    // Both are parts of a day.
    (value.months == 0).then_some((days, (rest / 1_000_000) as i32, (rest % 1_000_000) as i32))
}
