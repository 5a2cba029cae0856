//! The version of a server program, as `postgres --version` prints it.

use std::fmt;

/// A PostgreSQL version, 12 or later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    text: String,
    number: u32,
}

impl Version {
    /// Reads the output of `postgres --version`, such as `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` or
    /// `postgres (PostgreSQL) 19beta1`; `None` if there is no version in it.
    pub(crate) fn parse(output: &str) -> Option<Self> {
        let after = output.split_once("(PostgreSQL)")?.1.trim();
        let text = after.split_whitespace().next()?;
        let (major, rest) = leading_number(text)?;
        let minor = rest
            .strip_prefix('.')
            .and_then(leading_number)
            .map_or(0, |(minor, _)| minor);
        Some(Self {
            text: text.to_owned(),
            number: major.checked_mul(10_000)?.checked_add(minor)?,
        })
    }

    /// The version as the server's parameter `server_version_num` gives it: 15.18 is 150018.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The major version: 15 for 15.18.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.number / 10_000
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_distributions_print_them() {
        for (output, number, text) in [
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n",
                150_018,
                "15.18",
            ),
            ("postgres (PostgreSQL) 19beta1", 190_000, "19beta1"),
            ("postgres (PostgreSQL) 20devel", 200_000, "20devel"),
            ("postgres (PostgreSQL) 9.6.24", 90_006, "9.6.24"),
        ] {
            let version = Version::parse(output).unwrap();
            assert_eq!(
                (version.number(), version.to_string().as_str()),
                (number, text)
            );
        }
        assert_eq!(Version::parse("mysqld  Ver 8.0.36"), None);
        assert_eq!(Version::parse("postgres (PostgreSQL) next"), None);
        assert_eq!(Version::parse("postgres (PostgreSQL) 99999999999"), None);
        assert_eq!(Version::parse("postgres (PostgreSQL) 4294967295.1"), None);
    }
}
