//! Reads a live PostgreSQL catalog into a Schema.
