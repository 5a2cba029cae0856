"""The query language of models: querysets, conditions, expressions, aggregates and functions."""

from __future__ import annotations

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
from hyperdjango.query.conditions import Q
from hyperdjango.query.expressions import (
    Case,
    Cast,
    Expression,
    F,
    Func,
    OrderBy,
    OuterRef,
    RawSQL,
    Value,
    When,
)
from hyperdjango.query.manager import Manager, RawQuerySet
from hyperdjango.query.queryset import QuerySet
from hyperdjango.query.related import Prefetch, RelatedManager
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

__all__ = [
    "Aggregate",
    "ArraySubquery",
    "Avg",
    "Case",
    "Cast",
    "Count",
    "CumeDist",
    "DenseRank",
    "Exists",
    "Expression",
    "F",
    "FirstValue",
    "Func",
    "Lag",
    "LastValue",
    "Lead",
    "Manager",
    "Max",
    "Min",
    "NthValue",
    "Ntile",
    "OrderBy",
    "OuterRef",
    "PercentRank",
    "Prefetch",
    "Q",
    "QuerySet",
    "Rank",
    "RawQuerySet",
    "RawSQL",
    "RelatedManager",
    "RowNumber",
    "RowRange",
    "StdDev",
    "Subquery",
    "Sum",
    "Value",
    "ValueRange",
    "Variance",
    "When",
    "Window",
]
