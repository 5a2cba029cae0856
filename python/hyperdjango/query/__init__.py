"""The query language of models: querysets, conditions, expressions, aggregates and functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperdjango.query.aggregates import (
    Aggregate,
    Avg,
    Count,
    Max,
    Min,
    StdDev,
    Sum,
    Variance,
)
from hyperdjango.query.cases import Case, When
from hyperdjango.query.conditions import Q
from hyperdjango.query.expressions import (
    Cast,
    Expression,
    F,
    Func,
    OrderBy,
    OuterRef,
    Value,
)
from hyperdjango.query.manager import Manager, RawQuerySet
from hyperdjango.query.queryset import QuerySet
from hyperdjango.query.rawsql import RawSQL
from hyperdjango.query.related import Prefetch
from hyperdjango.query.relatedmanagers import RelatedManager
from hyperdjango.query.subqueries import ArraySubquery, Exists, Subquery
from hyperdjango.query.window import (
    CumeDist,
    DenseRank,
    FirstValue,
    Lag,
    LastValue,
    Lead,
    NthValue,
    Ntile,
    PercentRank,
    Rank,
    RowNumber,
    RowRange,
    ValueRange,
    Window,
)

if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.query.functions import *

__all__ = [
    "KT",
    "MD5",
    "SHA1",
    "SHA224",
    "SHA256",
    "SHA384",
    "SHA512",
    "ACos",
    "ASin",
    "ATan",
    "ATan2",
    "Abs",
    "Aggregate",
    "ArraySubquery",
    "Avg",
    "Case",
    "Cast",
    "Ceil",
    "Chr",
    "Coalesce",
    "Collate",
    "Concat",
    "Cos",
    "Cot",
    "Count",
    "CumeDist",
    "Degrees",
    "DenseRank",
    "Exists",
    "Exp",
    "Expression",
    "Extract",
    "ExtractDay",
    "ExtractHour",
    "ExtractIsoWeekDay",
    "ExtractIsoYear",
    "ExtractMinute",
    "ExtractMonth",
    "ExtractQuarter",
    "ExtractSecond",
    "ExtractWeek",
    "ExtractWeekDay",
    "ExtractYear",
    "F",
    "FirstValue",
    "Floor",
    "Func",
    "Greatest",
    "JSONArray",
    "JSONObject",
    "KeyTextTransform",
    "KeyTransform",
    "LPad",
    "LTrim",
    "Lag",
    "LastValue",
    "Lead",
    "Least",
    "Left",
    "Length",
    "Ln",
    "Log",
    "Lower",
    "Manager",
    "Max",
    "Min",
    "Mod",
    "Now",
    "NthValue",
    "Ntile",
    "NullIf",
    "Ord",
    "OrderBy",
    "OuterRef",
    "PercentRank",
    "Pi",
    "Power",
    "Prefetch",
    "Q",
    "QuerySet",
    "RPad",
    "RTrim",
    "Radians",
    "Random",
    "Rank",
    "RawQuerySet",
    "RawSQL",
    "RelatedManager",
    "Repeat",
    "Replace",
    "Reverse",
    "Right",
    "Round",
    "RowNumber",
    "RowRange",
    "Sign",
    "Sin",
    "Sqrt",
    "StdDev",
    "StrIndex",
    "Subquery",
    "Substr",
    "Sum",
    "Tan",
    "Trim",
    "Trunc",
    "TruncDate",
    "TruncDay",
    "TruncHour",
    "TruncMinute",
    "TruncMonth",
    "TruncQuarter",
    "TruncSecond",
    "TruncTime",
    "TruncWeek",
    "TruncYear",
    "Upper",
    "Value",
    "ValueRange",
    "Variance",
    "When",
    "Window",
]


def __getattr__(name: str) -> Any:
    """The functions of the database, imported when the first is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from hyperdjango.query import functions

    return getattr(functions, name)
