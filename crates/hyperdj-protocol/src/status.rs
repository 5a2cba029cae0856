//! What the server says about itself and about the transaction.

use std::collections::BTreeMap;

/// Whether a transaction is open, as ReadyForQuery says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TransactionStatus {
    /// No transaction is open.
    #[default]
    Idle,
    /// A transaction is open.
    Open,
    /// A transaction is open and failed: only ROLLBACK is accepted.
    Failed,
}

/// The settings that the server reports, kept up to date while it runs.
///
/// PostgreSQL documentation, "Asynchronous Operations" of the protocol: `server_version`, `TimeZone`, `client_encoding` and others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerParameters {
    values: BTreeMap<String, String>,
}

impl ServerParameters {
    /// The last reported value of a setting; the name's case does not matter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .or_else(|| {
                self.values
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value)
            })
            .map(String::as_str)
    }

    /// All reported settings, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }
}

/// Turns a `server_version` into the number that `server_version_num` would give.
///
/// `15.18 (Debian 15.18-0+deb12u1)` is 150018, `9.6.24` is 90624, `16beta1` is 160000.
/// Returns `None` for text that does not start with a number.
pub fn server_version_number(text: &str) -> Option<u32> {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let mut parts = text[..end]
        .split('.')
        .map(|part| part.parse::<u32>().ok().filter(|part| *part < 10_000));
    let major = parts.next().flatten()?;
    let second = parts.next().flatten().unwrap_or(0);
    let third = parts.next().flatten().unwrap_or(0);
    // Before version 10 the second number was part of the major version.
    Some(if major >= 10 {
        major * 10_000 + second
    } else {
        major * 10_000 + second.min(99) * 100 + third.min(99)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_numbers() {
        for (text, number) in [
            ("15.18 (Debian 15.18-0+deb12u1)", Some(150_018)),
            ("16beta1", Some(160_000)),
            ("17rc1", Some(170_000)),
            ("18devel", Some(180_000)),
            ("9.6.24", Some(90_624)),
            ("9.5", Some(90_500)),
            ("14", Some(140_000)),
            ("12.4.1", Some(120_004)),
            ("", None),
            ("PgBouncer", None),
            ("99999999999", None),
        ] {
            assert_eq!(server_version_number(text), number, "{text}");
        }
    }

    #[test]
    fn parameters_are_found_without_regard_to_case() {
        let mut parameters = ServerParameters::default();
        parameters.set("TimeZone", "UTC");
        assert_eq!(parameters.get("timezone"), Some("UTC"));
        assert_eq!(parameters.get("TimeZone"), Some("UTC"));
        assert_eq!(parameters.get("missing"), None);
    }
}
