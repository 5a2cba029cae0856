//! What Python takes for an identifier, on every version that the models may be imported under.

use unicode_ident::{is_xid_continue, is_xid_start};
use unicode_normalization::{UnicodeNormalization, is_nfkc};

/// Characters of the basic plane that newer versions of Unicode allow in identifiers and CPython 3.11 does not.
///
/// Found by asking `str.isidentifier` of CPython 3.11 for every character that the `unicode-ident` crate allows.
const NEWER_THAN_PYTHON: &[(u32, u32)] = &[
    (0x0558, 0x0558),
    (0x058B, 0x058C),
    (0x05C8, 0x05C9),
    (0x088F, 0x088F),
    (0x0897, 0x0897),
    (0x0B53, 0x0B54),
    (0x0C5C, 0x0C5C),
    (0x0CDC, 0x0CDC),
    (0x0CF3, 0x0CF3),
    (0x0ECE, 0x0ECE),
    (0x1ACF, 0x1AF0),
    (0x1C89, 0x1C8A),
    (0x200C, 0x200D),
    (0x208F, 0x208F),
    (0x209D, 0x209F),
    (0x30FB, 0x30FB),
    (0xA7CB, 0xA7CF),
    (0xA7D2, 0xA7D2),
    (0xA7D4, 0xA7D4),
    (0xA7DA, 0xA7DD),
    (0xA7E2, 0xA7E2),
    (0xA7F1, 0xA7F1),
    (0xAB6C, 0xAB6D),
    (0xFF65, 0xFF65),
];

/// Whether a name is an identifier that Python leaves as it is: PEP 3131 normalises identifiers to NFKC.
///
/// Characters outside the basic plane are refused: which of them are letters differs between versions of Python.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    let starts = characters
        .next()
        .is_some_and(|first| first == '_' || (is_xid_start(first) && is_known(first)));
    starts
        && characters.all(|character| is_xid_continue(character) && is_known(character))
        && is_nfkc(name)
}

/// The name with all that can't be in an identifier replaced: a run of such characters becomes one `_`.
///
/// The result holds no two underscores at its ends and may be empty or begin with a digit.
pub(crate) fn cleaned(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for character in name.nfkc() {
        if is_xid_continue(character) && is_known(character) {
            text.push(character);
        } else if !text.ends_with('_') {
            text.push('_');
        }
    }
    // Normalising again: what a removed character kept apart may now combine.
    text.nfkc().collect::<String>().trim_matches('_').to_owned()
}

fn is_known(character: char) -> bool {
    let number = character as u32;
    number <= 0xFFFF
        && !NEWER_THAN_PYTHON
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_told_from_the_rest() {
        for name in ["id", "_", "größe", "名前", "a1", "bıgınt"] {
            assert!(is_identifier(name), "{name}");
        }
        for name in [
            "",
            "9lives",
            "a b",
            "a-b",
            "ﬁ",
            "total $",
            "a\u{200d}b",
            "𝔘",
        ] {
            assert!(!is_identifier(name), "{name}");
        }
    }

    #[test]
    fn the_rest_is_cleaned() {
        assert_eq!(cleaned("total $"), "total");
        assert_eq!(cleaned("a - b"), "a_b");
        assert_eq!(cleaned("!!"), "");
        assert_eq!(cleaned("__secret"), "secret");
        assert_eq!(cleaned("ﬁ"), "fi");
    }
}
