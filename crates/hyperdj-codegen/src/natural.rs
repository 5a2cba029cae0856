//! The order in which isort's rules, as ruff has them, put the names of an import.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::str::Chars;

/// Compares two names of one import: constants, classes, then all else; by letter and number, without regard to case.
pub(crate) fn member_order(left: &str, right: &str) -> Ordering {
    kind(left)
        .cmp(&kind(right))
        .then_with(|| natural(&left.to_lowercase(), &right.to_lowercase()))
        .then_with(|| natural(left, right))
}

/// Compares two entries of `__all__`: as in an import, capitals before small letters.
pub fn export_order(left: &str, right: &str) -> Ordering {
    kind(left)
        .cmp(&kind(right))
        .then_with(|| natural(left, right))
}

/// Compares two texts in which a run of digits is a number.
pub fn natural(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.chars().peekable(), right.chars().peekable());
    loop {
        match (left.peek().copied(), right.peek().copied()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(one), Some(other)) if one.is_ascii_digit() && other.is_ascii_digit() => {
                let is_fraction = one == '0' || other == '0';
                let (one, other) = (digits(&mut left), digits(&mut right));
                let by_length = match is_fraction {
                    true => Ordering::Equal,
                    false => one.len().cmp(&other.len()),
                };
                let order = by_length.then_with(|| one.cmp(&other));
                if order != Ordering::Equal {
                    return order;
                }
            }
            (Some(one), Some(other)) => {
                if one != other {
                    return one.cmp(&other);
                }
                left.next();
                right.next();
            }
        }
    }
}

fn digits(text: &mut Peekable<Chars<'_>>) -> String {
    let mut found = String::new();
    while let Some(digit) = text.next_if(char::is_ascii_digit) {
        found.push(digit);
    }
    found
}

/// 0 for a constant, 1 for a class, 2 for all else.
fn kind(name: &str) -> u8 {
    let is_constant = name.chars().count() > 1
        && name.chars().any(char::is_uppercase)
        && !name.chars().any(char::is_lowercase);
    match name.chars().next() {
        _ if is_constant => 0,
        Some(first) if first.is_uppercase() => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::member_order;

    #[test]
    fn names_are_in_the_order_of_isort() {
        let mut names = vec![
            "types", "Blog10", "Blog2", "HTTP", "Alpha", "blog", "B", "a1", "UUID", "alpha",
        ];
        names.sort_by(|left, right| member_order(left, right));
        assert_eq!(
            names,
            [
                "HTTP", "UUID", "Alpha", "B", "Blog2", "Blog10", "a1", "alpha", "blog", "types"
            ]
        );
    }
}
