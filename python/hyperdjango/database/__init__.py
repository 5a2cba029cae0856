"""The asyncio client of PostgreSQL: ``Database``, its pool and its transactions."""

from __future__ import annotations

from hyperdjango.database.database import Database
from hyperdjango.database.listen import Notification, Reconnected
from hyperdjango.database.notices import Notice
from hyperdjango.database.observe import Hook, Statement
from hyperdjango.database.pool import PoolStats
from hyperdjango.database.registry import set_default
from hyperdjango.database.routing import ReplicaRouter, Router, set_router
from hyperdjango.database.transaction import Transaction

__all__ = [
    "Database",
    "Hook",
    "Notice",
    "Notification",
    "PoolStats",
    "Reconnected",
    "ReplicaRouter",
    "Router",
    "Statement",
    "Transaction",
    "set_default",
    "set_router",
]
