//! The singular of an English word, for class names.

/// Words that end like a plural and are none, or that nobody says in the singular.
const UNCHANGED: &[&str] = &[
    "always",
    "analytics",
    "atlas",
    "axis",
    "basis",
    "bias",
    "chaos",
    "cosmos",
    "data",
    "diagnostics",
    "economics",
    "goods",
    "graphics",
    "https",
    "iris",
    "kansas",
    "kudos",
    "lens",
    "logistics",
    "mathematics",
    "media",
    "metadata",
    "news",
    "pancreas",
    "pants",
    "physics",
    "politics",
    "species",
    "status",
    "texas",
    "thanks",
    "them",
    "themselves",
    "these",
    "they",
    "those",
    "usps",
];

/// Pronouns and forms of verbs, whose plurals are other words altogether.
const WITHOUT_PLURAL: &[&str] = &[
    "am", "has", "he", "her", "herself", "him", "himself", "his", "i", "is", "it", "itself", "me",
    "mine", "my", "myself", "she", "that", "this", "was", "yourself",
];

/// Words that the library gets wrong.
const IRREGULAR: &[(&str, &str)] = &[
    ("axes", "axis"),
    ("biases", "bias"),
    ("caches", "cache"),
    ("memoranda", "memorandum"),
    ("niches", "niche"),
    ("oases", "oasis"),
    ("reuses", "reuse"),
    ("stadia", "stadium"),
    ("viruses", "virus"),
];

/// Words of three letters that are plurals; all others ("sms", "gps", "bus") are left as they are.
const SHORT_PLURALS: &[(&str, &str)] = &[
    ("ads", "ad"),
    ("cvs", "cv"),
    ("dbs", "db"),
    ("ids", "id"),
    ("ips", "ip"),
    ("men", "man"),
    ("tvs", "tv"),
    ("vms", "vm"),
];

/// Compiles the rules of English that class names need, which takes some milliseconds: a program that waits for a
/// database can do it meanwhile, on another thread.
pub fn prepare() {
    let _ = singular("tables");
    let _ = plural("table");
}

/// The singular of a word in small letters; a word that has none comes back as it is.
pub(crate) fn singular(word: &str) -> String {
    let listed = |list: &[(&str, &str)]| {
        list.iter()
            .find(|(plural, _)| *plural == word)
            .map(|(_, singular)| (*singular).to_owned())
    };
    if word.chars().count() <= 3 {
        return listed(SHORT_PLURALS).unwrap_or_else(|| word.to_owned());
    }
    if UNCHANGED.contains(&word) || !word.is_ascii() {
        return word.to_owned();
    }
    listed(IRREGULAR).unwrap_or_else(|| pluralizer::pluralize(word, 1, false))
}

/// The plural of a word in small letters.
pub(crate) fn plural(word: &str) -> String {
    if word.is_ascii() && !word.is_empty() && !WITHOUT_PLURAL.contains(&word) {
        pluralizer::pluralize(word, 2, false)
    } else {
        format!("{word}s")
    }
}

/// The plural of a kind's words, `operator family` gives `operator families`: all of them are regular.
pub(crate) fn plural_phrase(words: &str) -> String {
    // "constraint that is not enforced": the noun is the first word.
    if let Some((noun, rest)) = words.split_once(" that is ") {
        return format!("{noun}s that are {rest}");
    }
    match words.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        None if words.ends_with('s') => format!("{words}es"),
        _ => format!("{words}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::{plural_phrase, singular};

    #[test]
    fn kinds_are_counted_in_the_plural() {
        assert_eq!(plural_phrase("operator family"), "operator families");
        assert_eq!(plural_phrase("operator class"), "operator classes");
        assert_eq!(plural_phrase("temporal key"), "temporal keys");
        assert_eq!(
            plural_phrase("row security setting"),
            "row security settings"
        );
        assert_eq!(
            plural_phrase("constraint that is not enforced"),
            "constraints that are not enforced"
        );
    }

    #[test]
    fn words_are_made_singular_where_they_are_plural() {
        for (word, expected) in [
            ("users", "user"),
            ("stats", "stat"),
            ("categories", "category"),
            ("addresses", "address"),
            ("address", "address"),
            ("data", "data"),
            ("media", "media"),
            ("news", "news"),
            ("status", "status"),
            ("statuses", "status"),
            ("people", "person"),
            ("caches", "cache"),
            ("sms", "sms"),
            ("ids", "id"),
            ("s", "s"),
            ("grössen", "grössen"),
        ] {
            assert_eq!(singular(word), expected);
        }
    }
}
