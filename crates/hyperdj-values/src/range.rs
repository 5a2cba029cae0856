//! Ranges: two ends, each of which may be left open, or nothing at all.

use crate::Kind;

/// The bits of the first byte (PostgreSQL's `rangetypes.h`).
const EMPTY: u8 = 0x01;
const LOWER_INCLUSIVE: u8 = 0x02;
const UPPER_INCLUSIVE: u8 = 0x04;
const LOWER_INFINITE: u8 = 0x08;
const UPPER_INFINITE: u8 = 0x10;

/// A range, its ends still on the receive buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeValue<'a> {
    kind: Kind,
    flags: u8,
    lower: Option<&'a [u8]>,
    upper: Option<&'a [u8]>,
}

impl<'a> RangeValue<'a> {
    pub(crate) fn read(kind: Kind, bytes: &'a [u8]) -> Option<Self> {
        let (&flags, mut rest) = bytes.split_first()?;
        let mut end = |is_there: bool| -> Option<Option<&'a [u8]>> {
            if !is_there {
                return Some(None);
            }
            let (length, behind) = rest.split_first_chunk::<4>()?;
            let length = usize::try_from(i32::from_be_bytes(*length)).ok()?;
            let (value, behind) = behind.split_at_checked(length)?;
            rest = behind;
            Some(Some(value))
        };
        let lower = end(flags & (EMPTY | LOWER_INFINITE) == 0)?;
        let upper = end(flags & (EMPTY | UPPER_INFINITE) == 0)?;
        rest.is_empty().then_some(Self {
            kind,
            flags,
            lower,
            upper,
        })
    }

    /// The kind of the ends.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The bytes of the lower end; `None` where it is open.
    pub fn lower(&self) -> Option<&'a [u8]> {
        self.lower
    }

    /// The bytes of the upper end; `None` where it is open.
    pub fn upper(&self) -> Option<&'a [u8]> {
        self.upper
    }

    /// The brackets that PostgreSQL writes around the ends, or `empty`.
    pub fn bounds(&self) -> &'static str {
        let has = |bit: u8| self.flags & bit != 0;
        match (has(EMPTY), has(LOWER_INCLUSIVE), has(UPPER_INCLUSIVE)) {
            (true, ..) => "empty",
            (false, true, true) => "[]",
            (false, true, false) => "[)",
            (false, false, true) => "(]",
            (false, false, false) => "()",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ends_and_brackets_are_read() {
        let bytes = [2, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 5];
        let range = RangeValue::read(Kind::Int4, &bytes).unwrap();
        assert_eq!(range.bounds(), "[)");
        assert_eq!(range.lower(), Some(&[0, 0, 0, 1][..]));
        assert_eq!(range.upper(), Some(&[0, 0, 0, 5][..]));
        let open = RangeValue::read(Kind::Int4, &[0x18]).unwrap();
        assert_eq!(
            (open.lower(), open.upper(), open.bounds()),
            (None, None, "()")
        );
        assert_eq!(
            RangeValue::read(Kind::Int4, &[1]).unwrap().bounds(),
            "empty"
        );
        assert_eq!(RangeValue::read(Kind::Int4, &[2, 0, 0]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_cause_a_panic(bytes: Vec<u8>) {
            let _ = RangeValue::read(Kind::Date, &bytes);
        }
    }
}
