//! Writes a Schema as Python models.
