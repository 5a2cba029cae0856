//! A PostgreSQL client: where to connect, how to secure it, and a blocking driver.
