//! The hyper command.
