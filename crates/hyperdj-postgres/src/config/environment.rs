//! The variables, files and names that a configuration may be read from, real or made up.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Where settings that a connection string leaves open come from.
///
/// [`Environment::process`] is the real one. The others hold what they are given, so that a test needs neither
/// variables of its own process nor files.
#[derive(Clone)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    files: Files,
    user: Option<String>,
    home: Option<PathBuf>,
}

#[derive(Clone)]
enum Files {
    Real,
    Given(BTreeMap<PathBuf, FileText>),
}

/// What a file says, and whether others than its owner can read it.
#[derive(Clone)]
pub(crate) struct FileText {
    pub(crate) text: String,
    pub(crate) open_to_others: bool,
}

impl Environment {
    /// The variables of this process, the files of this machine, and who runs it.
    ///
    /// What is not UTF-8 in them has its invalid bytes replaced.
    pub fn process() -> Self {
        Self {
            variables: std::env::vars_os()
                .map(|(name, value)| {
                    (
                        name.to_string_lossy().into_owned(),
                        value.to_string_lossy().into_owned(),
                    )
                })
                .collect(),
            files: Files::Real,
            user: operating_system_user(),
            home: std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
        }
    }

    /// No variable, no file, no user.
    pub fn empty() -> Self {
        Self {
            variables: BTreeMap::new(),
            files: Files::Given(BTreeMap::new()),
            user: None,
            home: None,
        }
    }

    /// Sets a variable.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Adds a file that its owner alone can read. Real files are no longer looked at.
    #[must_use]
    pub fn with_file(self, path: impl Into<PathBuf>, text: &str) -> Self {
        self.with_file_open_to_others(path.into(), text, false)
    }

    /// Adds a file, saying whether others than its owner can read it. Real files are no longer looked at.
    #[must_use]
    pub fn with_file_open_to_others(
        mut self,
        path: PathBuf,
        text: &str,
        open_to_others: bool,
    ) -> Self {
        if matches!(self.files, Files::Real) {
            self.files = Files::Given(BTreeMap::new());
        }
        if let Files::Given(files) = &mut self.files {
            files.insert(
                path,
                FileText {
                    text: text.to_owned(),
                    open_to_others,
                },
            );
        }
        self
    }

    /// Sets the operating system's user and the home folder.
    #[must_use]
    pub fn with_user(mut self, user: &str, home: impl Into<PathBuf>) -> Self {
        self.user = Some(user.to_owned());
        self.home = Some(home.into());
        self
    }

    /// The value of a variable.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The operating system's user.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The home folder.
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// Whether a file is there.
    pub(crate) fn has_file(&self, path: &Path) -> bool {
        match &self.files {
            Files::Real => path.exists(),
            Files::Given(files) => files.contains_key(path),
        }
    }

    /// Reads a file; `None` if it is not there.
    pub(crate) fn read(&self, path: &Path) -> io::Result<Option<FileText>> {
        match &self.files {
            Files::Given(files) => Ok(files.get(path).cloned()),
            Files::Real => read_real(path),
        }
    }
}

fn read_real(path: &Path) -> io::Result<Option<FileText>> {
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    // Some keep a Python environment in a folder called `.env`.
    if metadata.is_dir() {
        return Ok(None);
    }
    if !metadata.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is not a plain file",
        ));
    }
    Ok(Some(FileText {
        text: String::from_utf8_lossy(&std::fs::read(path)?).into_owned(),
        open_to_others: open_to_others(&metadata),
    }))
}

#[cfg(unix)]
fn open_to_others(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o077 != 0
}

#[cfg(not(unix))]
fn open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

/// The name of the user that this process runs as.
pub(crate) fn operating_system_user() -> Option<String> {
    whoami::username().ok().filter(|name| !name.is_empty())
}

impl std::fmt::Debug for Environment {
    /// Shows no variable: some hold passwords.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Environment")
            .field("user", &self.user)
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}
