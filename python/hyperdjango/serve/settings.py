"""What ``hyper serve`` was asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """What ``hyper serve`` was asked for.

    Attributes:
        write: bool, whether rows may be added, changed and deleted.
        token: str | None, what a client has to show; None on loopback alone.
        is_local: bool, whether the address is loopback.
        statement_timeout: int, seconds that a statement may take, 1 at least.
        default_limit, most_rows: int, the rows of a page where the client does not say, and the most that it may ask for.
        most_embedded: int, the rows of a relation to many that come with each row.
        most_counted: int, how far rows are counted where there is no estimate.
        most_passed_over: int, the rows of a table without a key that pages may pass over.
        most_filters: int, the conditions across relations that one request may have.
        most_hops: int, the relations that a filter or an embedded row may go over.
    """

    write: bool = False
    token: str | None = None
    is_local: bool = True
    statement_timeout: int = 5
    default_limit: int = 50
    most_rows: int = 1000
    most_embedded: int = 20
    most_counted: int = 1000
    most_passed_over: int = 10_000
    most_filters: int = 10
    most_hops: int = 3

    def database_settings(self) -> dict[str, str]:
        """The server's settings for every session (PostgreSQL documentation, "Statement Behavior")."""
        limits = {
            "statement_timeout": f"{self.statement_timeout}s",
            "idle_in_transaction_session_timeout": f"{self.statement_timeout}s",
        }
        if not self.write:
            limits["default_transaction_read_only"] = "on"
        return limits
