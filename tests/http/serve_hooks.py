"""What schemathesis can't make up: a cursor, which only the server gives."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Leave the cursor out."""
    if case.query:
        case.query.pop("after", None)
