//! What a session has sent and not yet been answered.

/// One unit that the server answers, in the order sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Messages of the extended protocol for one statement, and the answers still missing.
    Extended {
        /// The statement's number.
        statement: u64,
        /// The answers that are still to come.
        waits: Waits,
    },
    /// A simple query, which ReadyForQuery ends.
    Simple {
        /// The statement's number.
        statement: u64,
    },
    /// A Sync, which ReadyForQuery answers.
    Sync {
        /// The last statement queued before it.
        through: u64,
    },
}

impl Step {
    /// The number of the statement, or of the last before a Sync.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Extended { statement, .. } | Self::Simple { statement } => statement,
            Self::Sync { through } => through,
        }
    }
}

/// The answers that an extended statement waits for, a set of bits in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waits(u8);

impl Waits {
    pub(super) const PARSE: Self = Self(1);
    pub(super) const BIND: Self = Self(2);
    pub(super) const PARAMETERS: Self = Self(4);
    pub(super) const DESCRIBE: Self = Self(8);
    pub(super) const EXECUTE: Self = Self(16);
    pub(super) const CLOSE: Self = Self(32);

    /// The answer that comes next.
    pub(super) fn next(self) -> Self {
        Self(self.0 & self.0.wrapping_neg())
    }

    /// All but `answer`.
    pub(super) fn without(self, answer: Self) -> Self {
        Self(self.0 & !answer.0)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl std::ops::BitOr for Waits {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl std::ops::BitOrAssign for Waits {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Whether a COPY is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copying {
    /// None is.
    No,
    /// Data goes to the server.
    In {
        /// The server ignores a Sync that it reads while it waits for data: the last statement before the one that it
        /// ignored, for which another must be sent behind the data.
        sync_swallowed: Option<u64>,
    },
    /// Data comes from the server.
    Out,
}
