//! Starts a throwaway PostgreSQL cluster that goes away with its owner.
