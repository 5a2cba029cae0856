//! `decimal.Decimal`: made and read where it lies in memory, if this Python keeps it as we know it.
//!
//! Going by its text costs three times as much as all else that a row of a table needs. What a `Decimal` looks like is
//! CPython's to change, so it is tried out first: numbers made by Python are looked at, and numbers made here are held
//! against them, byte for byte. Where one differs everybody does without, by way of the text.

use crate::native;
use hyperdj_values::{LONGEST_SCALE, Numeric, Short};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyTuple, PyType};
use std::mem::offset_of;

/// A `Decimal` of CPython's `_decimal` on a machine of 64 bits: `PyDecObject` with libmpdec's `mpd_t`.
#[repr(C)]
struct DecimalObject {
    head: ffi::PyObject,
    /// -1 until somebody asks for it.
    hash: ffi::Py_hash_t,
    flags: u8,
    exponent: isize,
    /// How many decimal digits the coefficient has; 1 for zero.
    digits: isize,
    /// How many words the coefficient takes.
    length: isize,
    /// How many words there is room for.
    allocated: isize,
    /// The words, the lowest first, each below 10 to the 19th: `words`, or memory elsewhere.
    data: *mut u64,
    words: [u64; WORDS],
}

const WORDS: usize = 4;
/// What the highest word is below.
const WORD: u64 = 10_u64.pow(19);
const NEGATIVE: u8 = 1;
/// Infinite, NaN, and NaN that signals.
const SPECIAL: u8 = 2 | 4 | 8;
/// The structure and its words are part of a Python object, and not to be freed by themselves.
const STATIC: u8 = 16 | 32;

/// The class, and what is known about its instances.
pub(crate) struct Decimals {
    class: Py<PyType>,
    maker: ffi::newfunc,
    /// Whether instances look like [`DecimalObject`].
    is_known: bool,
}

static DECIMALS: PyOnceLock<Decimals> = PyOnceLock::new();

/// The class; `decimal` is imported and looked at when it is first asked for.
pub(crate) fn decimals(py: Python<'_>) -> PyResult<&'static Decimals> {
    DECIMALS.get_or_try_init(py, || {
        let class = py.import("decimal")?.getattr("Decimal")?;
        let class = class.cast_into::<PyType>()?;
        let mut found = Decimals {
            maker: native::maker(&class)?,
            is_known: false,
            class: class.unbind(),
        };
        found.is_known = looks_known(py, &found)?;
        Ok(found)
    })
}

/// A short number as a `Decimal`, if that is possible without running Python code now.
pub(crate) fn plain<'py>(py: Python<'py>, number: &Numeric<'_>) -> Option<Bound<'py, PyAny>> {
    let decimals = DECIMALS.get(py).filter(|decimals| decimals.is_known)?;
    // SAFETY: instances look like `DecimalObject`.
    unsafe { make(py, decimals, number.short()?) }
}

/// A number as a `Decimal`.
pub(crate) fn any<'py>(py: Python<'py>, number: &Numeric<'_>) -> PyResult<Bound<'py, PyAny>> {
    let decimals = decimals(py)?;
    if let Some(made) = plain(py, number) {
        return Ok(made);
    }
    let mut text = Vec::with_capacity(48);
    number.write_text(&mut text);
    parse(py, decimals, &PyString::from_bytes(py, &text)?)
}

/// A `Decimal` made by its `__new__` of its text: calling the class costs half as much again.
fn parse<'py>(
    py: Python<'py>,
    decimals: &Decimals,
    text: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyAny>> {
    let arguments = PyTuple::new(py, [text])?;
    // SAFETY: `maker` is the class's `tp_new`, and takes a tuple and no keywords; all objects are alive.
    unsafe {
        let made = (decimals.maker)(
            decimals.class.bind(py).as_type_ptr(),
            arguments.as_ptr(),
            std::ptr::null_mut(),
        );
        Bound::from_owned_ptr_or_err(py, made)
    }
}

/// Makes an instance; `None` where the number has more than two words, or there is no memory.
///
/// # Safety
/// Instances of the class look like [`DecimalObject`], or the result is never used as one: its size is right.
unsafe fn make<'py>(
    py: Python<'py>,
    decimals: &Decimals,
    number: Short,
) -> Option<Bound<'py, PyAny>> {
    let words = match u64::try_from(number.coefficient) {
        Ok(low) if low < WORD => [low, 0],
        _ => [
            // A remainder, and what is left of a number of up to 38 digits.
            (number.coefficient % u128::from(WORD)) as u64,
            u64::try_from(number.coefficient / u128::from(WORD))
                .ok()
                .filter(|high| *high < WORD)?,
        ],
    };
    let digits = |word: u64| word.checked_ilog10().map_or(0, |most| most as isize + 1);
    let is_long = words[1] > 0;
    // SAFETY: the function allocates an instance of any class, all zero but for its head. It is of the size of
    // `DecimalObject`, which `looks_known` has asked for, and nobody has seen it while it is written.
    unsafe {
        let made = ffi::PyType_GenericAlloc(decimals.class.bind(py).as_type_ptr(), 0);
        if made.is_null() {
            ffi::PyErr_Clear();
            return None;
        }
        let object = made.cast::<DecimalObject>();
        (*object).hash = -1;
        (*object).flags = STATIC | if number.negative { NEGATIVE } else { 0 };
        (*object).exponent = -isize::try_from(number.scale).unwrap_or_default();
        (*object).digits = if is_long {
            digits(words[1]) + 19
        } else {
            digits(words[0]).max(1)
        };
        (*object).length = 1 + isize::from(is_long);
        (*object).allocated = WORDS as isize;
        (*object).data = (&raw mut (*object).words).cast();
        (*object).words[0] = words[0];
        (*object).words[1] = words[1];
        Some(Bound::from_owned_ptr(py, made))
    }
}

impl Decimals {
    /// The class.
    pub(crate) fn class(&self) -> &Py<PyType> {
        &self.class
    }

    /// The number that a `Decimal` of exactly this class is, if it is finite and short, without an exponent above 0.
    pub(crate) fn read(&self, object: &Bound<'_, PyAny>) -> Option<Short> {
        if !self.is_known || object.get_type_ptr() != self.class.bind(object.py()).as_type_ptr() {
            return None;
        }
        // SAFETY: the object is of exactly the class whose instances look like `DecimalObject`, and it never changes.
        unsafe { look(object.as_ptr().cast()) }
    }
}

/// Reads an instance.
///
/// # Safety
/// It points to a [`DecimalObject`], alive and complete.
unsafe fn look(object: *const DecimalObject) -> Option<Short> {
    // SAFETY: as above; `data` points to as many words as `length` says.
    unsafe {
        let data = (*object).data;
        let coefficient = match (*object).length {
            _ if (*object).flags & SPECIAL != 0 => return None,
            1 => u128::from(*data),
            2 => u128::from(*data.add(1)) * u128::from(WORD) + u128::from(*data),
            _ => return None,
        };
        let scale = u32::try_from(-(*object).exponent).ok()?;
        (scale <= LONGEST_SCALE).then(|| Short {
            negative: (*object).flags & NEGATIVE != 0,
            coefficient,
            scale,
        })
    }
}

/// Whether instances look like [`DecimalObject`]: those of Python's making are as they would be made here.
fn looks_known(py: Python<'_>, decimals: &Decimals) -> PyResult<bool> {
    const SAMPLES: [(&str, Short); 8] = [
        ("0", sample(false, 0, 0)),
        ("-0.00", sample(true, 0, 2)),
        ("7", sample(false, 7, 0)),
        ("-12.50", sample(true, 1250, 2)),
        ("0.0000000000123", sample(false, 123, 13)),
        (
            "-999999999.9999999999",
            sample(true, 9_999_999_999_999_999_999, 10),
        ),
        ("10000000000000000000", sample(false, 10_u128.pow(19), 0)),
        (
            "1.2345678901234567890123456789012345678",
            sample(
                false,
                12_345_678_901_234_567_890_123_456_789_012_345_678,
                37,
            ),
        ),
    ];
    let class = decimals.class.bind(py);
    let size: usize = class.getattr("__basicsize__")?.extract()?;
    let items: usize = class.getattr("__itemsize__")?.extract()?;
    if size != size_of::<DecimalObject>() || items != 0 {
        return Ok(false);
    }
    for (text, number) in SAMPLES {
        let theirs = parse(py, decimals, &PyString::new(py, text))?;
        // SAFETY: of the right size; where the look is another, it is only looked at as bytes, and then forgotten: to
        // release it might free what was never allocated.
        let ours = unsafe { make(py, decimals, number) };
        let Some(ours) = ours else {
            return Ok(false);
        };
        if theirs.get_type_ptr() != class.as_type_ptr() || memory(&theirs) != memory(&ours) {
            std::mem::forget(ours);
            return Ok(false);
        }
    }
    Ok(true)
}

const fn sample(negative: bool, coefficient: u128, scale: u32) -> Short {
    Short {
        negative,
        coefficient,
        scale,
    }
}

/// What stands in an instance behind its head: the words that count as they are, and where `data` points within it.
fn memory(object: &Bound<'_, PyAny>) -> [isize; 9] {
    // SAFETY: the object is of the size of `DecimalObject`, and alive; any bytes are values of these types. The padding
    // behind the flags and words that are not in use are not looked at.
    unsafe {
        let start = object.as_ptr();
        let it = start.cast::<DecimalObject>();
        let field = |offset: usize| start.cast::<u8>().add(offset).cast::<isize>().read();
        [
            (*it).hash,
            (*it).flags.into(),
            (*it).exponent,
            (*it).digits,
            (*it).length,
            (*it).allocated,
            field(offset_of!(DecimalObject, data)).wrapping_sub(start as isize),
            field(offset_of!(DecimalObject, words)),
            if (*it).length > 1 {
                field(offset_of!(DecimalObject, words) + size_of::<u64>())
            } else {
                0
            },
        ]
    }
}
