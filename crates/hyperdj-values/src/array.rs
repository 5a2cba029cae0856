//! Arrays: up to six dimensions of elements of one type.

use crate::{Kind, ValueError};

/// The most dimensions that an array has, PostgreSQL's MAXDIM.
pub(crate) const DIMENSIONS: usize = 6;

/// An array, still on the receive buffer. Where its numbering starts is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Array<'a> {
    kind: Kind,
    lengths: [usize; DIMENSIONS],
    dimensions: usize,
    elements: &'a [u8],
}

fn number(bytes: &mut &[u8]) -> Option<i32> {
    let (first, rest) = bytes.split_first_chunk::<4>()?;
    *bytes = rest;
    Some(i32::from_be_bytes(*first))
}

impl<'a> Array<'a> {
    pub(crate) fn read(kind: Kind, bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes;
        let dimensions = usize::try_from(number(&mut rest)?).ok()?;
        // Whether there are NULLs, which shows in the elements, and the type of the elements, which is known.
        number(&mut rest)?;
        number(&mut rest)?;
        let mut lengths = [0; DIMENSIONS];
        for length in lengths.get_mut(..dimensions)? {
            *length = usize::try_from(number(&mut rest)?).ok()?;
            number(&mut rest)?;
        }
        // Each element takes four bytes at least: more than that many were never sent.
        let count = lengths[..dimensions]
            .iter()
            .try_fold(usize::from(dimensions > 0), |count, length| {
                count.checked_mul(*length)
            })?;
        (count <= rest.len() / 4).then_some(Self {
            kind,
            lengths,
            dimensions,
            elements: rest,
        })
    }

    /// The kind of the elements.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The length of each dimension, the outermost first; nothing for an empty array.
    pub fn lengths(&self) -> &[usize] {
        &self.lengths[..self.dimensions]
    }

    /// The elements, the innermost dimension counting fastest; `None` is NULL.
    pub fn elements(&self) -> Elements<'a> {
        Elements {
            kind: self.kind,
            rest: self.elements,
        }
    }
}

/// The elements of an [`Array`].
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    kind: Kind,
    rest: &'a [u8],
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<Option<&'a [u8]>, ValueError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let malformed = ValueError::Malformed {
            kind: self.kind.name(),
            length: self.rest.len(),
        };
        let mut rest = std::mem::take(&mut self.rest);
        match number(&mut rest) {
            Some(-1) => {
                self.rest = rest;
                Some(Ok(None))
            }
            Some(length) => match usize::try_from(length)
                .ok()
                .and_then(|length| rest.split_at_checked(length))
            {
                Some((element, rest)) => {
                    self.rest = rest;
                    Some(Ok(Some(element)))
                }
                None => Some(Err(malformed)),
            },
            None => Some(Err(malformed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_cause_a_panic(dimensions in 0_u8..9, bytes: Vec<u8>) {
            let mut all = vec![0, 0, 0, dimensions];
            all.extend(bytes);
            if let Some(array) = Array::read(Kind::Text, &all) {
                prop_assert!(array.elements().count() <= all.len());
            }
        }
    }
}
