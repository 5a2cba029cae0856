//! The description of a PostgreSQL database that every part of the project shares.
