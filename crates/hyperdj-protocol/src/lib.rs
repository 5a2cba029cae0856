//! The PostgreSQL frontend protocol as a state machine: bytes in, bytes and events out.
