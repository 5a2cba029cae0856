//! Settings as they were written, before anything is made of them.

use super::keywords::{self, Support};
use super::{ConfigError, conninfo, url};
use std::collections::BTreeMap;

/// Settings by name, each as text.
#[derive(Clone, Default)]
pub(crate) struct Parameters {
    values: BTreeMap<&'static str, String>,
}

impl Parameters {
    /// Reads a URL or a list of settings, whichever the text is.
    pub(crate) fn parse(text: &str) -> Result<Self, ConfigError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ConfigError::Syntax("it is empty".to_owned()));
        }
        if let Some((scheme, rest)) = url::split_scheme(text) {
            return url::parse(scheme, rest);
        }
        if text.contains('=') {
            return conninfo::parse(text);
        }
        Err(neither())
    }

    /// Sets a setting; a later value replaces an earlier one.
    ///
    /// # Errors
    /// [`ConfigError::UnknownKeyword`], [`ConfigError::Unsupported`].
    pub(crate) fn set(&mut self, name: &str, value: String) -> Result<(), ConfigError> {
        let Some(keyword) = keywords::find(name) else {
            if !is_word(name) {
                // A misplaced URL or password: nothing of it may be repeated.
                return Err(neither());
            }
            return Err(ConfigError::UnknownKeyword {
                name: name.to_owned(),
                nearest: keywords::nearest(name),
            });
        };
        match keyword.support {
            Support::Used => {
                self.values.insert(keyword.name, value);
            }
            Support::Ignored => {}
            // Empty is how libpq spells "not set".
            Support::Refused(_) if value.is_empty() => {}
            Support::Refused(reason) => {
                return Err(ConfigError::Unsupported {
                    keyword: keyword.name,
                    reason,
                });
            }
        }
        Ok(())
    }

    /// Sets a setting unless it is set already.
    pub(crate) fn set_default(&mut self, name: &str, value: String) -> Result<(), ConfigError> {
        if self.values.contains_key(name) {
            Ok(())
        } else {
            self.set(name, value)
        }
    }

    /// The value of a setting, as it was written.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The value of a setting, unless it is empty, which libpq takes for "not set".
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }
}

/// Whether a text can be the name of a setting.
fn is_word(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn neither() -> ConfigError {
    ConfigError::Syntax(
        "it is neither a URL (postgres://user@host:5432/name) nor a list of settings (host=… user=… dbname=…)"
            .to_owned(),
    )
}
