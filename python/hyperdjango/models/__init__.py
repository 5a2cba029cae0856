"""Models: classes that say what a table is, and whose instances are its rows.

>>> class User(Model):
...     id: int = Field(primary_key=True)
...     email: str = Field(unique=True)
...     name: str = Field(nullable=True)
...
...     class Meta:
...         table_name = "users"
...         managed = False
>>> User(id="7", email="ada@example.org")
User(id=7, email='ada@example.org')
"""

from __future__ import annotations

from hyperdjango.models.columns import Generated, Identity, Serial, Table
from hyperdjango.models.constraints import (
    Check,
    Exclude,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from hyperdjango.models.field import Field
from hyperdjango.models.indexes import Index, IndexColumn, IndexExpression
from hyperdjango.models.model import Model
from hyperdjango.models.tables import ForeignServer, Partition, View
from hyperdjango.models.types import CompositeType, DomainType, EnumType, Sequence

# What a class body calls is in __all__; what queries are made of is imported when it is asked for.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.models.ranges import Range as Range

    # One by one: what a * brings, and is not in __all__, is private for type checkers.
    # isort: off
    from hyperdjango.query import (
        KT as KT,
        MD5 as MD5,
        SHA1 as SHA1,
        SHA224 as SHA224,
        SHA256 as SHA256,
        SHA384 as SHA384,
        SHA512 as SHA512,
        ACos as ACos,
        ASin as ASin,
        ATan as ATan,
        ATan2 as ATan2,
        Abs as Abs,
        Aggregate as Aggregate,
        ArraySubquery as ArraySubquery,
        Avg as Avg,
        Case as Case,
        Cast as Cast,
        Ceil as Ceil,
        Chr as Chr,
        Coalesce as Coalesce,
        Collate as Collate,
        Concat as Concat,
        Cos as Cos,
        Cot as Cot,
        Count as Count,
        CumeDist as CumeDist,
        Degrees as Degrees,
        DenseRank as DenseRank,
        Exists as Exists,
        Exp as Exp,
        Expression as Expression,
        Extract as Extract,
        ExtractDay as ExtractDay,
        ExtractHour as ExtractHour,
        ExtractIsoWeekDay as ExtractIsoWeekDay,
        ExtractIsoYear as ExtractIsoYear,
        ExtractMinute as ExtractMinute,
        ExtractMonth as ExtractMonth,
        ExtractQuarter as ExtractQuarter,
        ExtractSecond as ExtractSecond,
        ExtractWeek as ExtractWeek,
        ExtractWeekDay as ExtractWeekDay,
        ExtractYear as ExtractYear,
        F as F,
        FirstValue as FirstValue,
        Floor as Floor,
        Func as Func,
        Greatest as Greatest,
        JSONArray as JSONArray,
        JSONObject as JSONObject,
        KeyTextTransform as KeyTextTransform,
        KeyTransform as KeyTransform,
        LPad as LPad,
        LTrim as LTrim,
        Lag as Lag,
        LastValue as LastValue,
        Lead as Lead,
        Least as Least,
        Left as Left,
        Length as Length,
        Ln as Ln,
        Log as Log,
        Lower as Lower,
        Manager as Manager,
        Max as Max,
        Min as Min,
        Mod as Mod,
        Now as Now,
        NthValue as NthValue,
        Ntile as Ntile,
        NullIf as NullIf,
        Ord as Ord,
        OrderBy as OrderBy,
        OuterRef as OuterRef,
        PercentRank as PercentRank,
        Pi as Pi,
        Power as Power,
        Prefetch as Prefetch,
        Q as Q,
        QuerySet as QuerySet,
        RPad as RPad,
        RTrim as RTrim,
        Radians as Radians,
        Random as Random,
        Rank as Rank,
        RawQuerySet as RawQuerySet,
        RawSQL as RawSQL,
        RelatedManager as RelatedManager,
        Repeat as Repeat,
        Replace as Replace,
        Reverse as Reverse,
        Right as Right,
        Round as Round,
        RowNumber as RowNumber,
        RowRange as RowRange,
        Sign as Sign,
        Sin as Sin,
        Sqrt as Sqrt,
        StdDev as StdDev,
        StrIndex as StrIndex,
        Subquery as Subquery,
        Substr as Substr,
        Sum as Sum,
        Tan as Tan,
        Trim as Trim,
        Trunc as Trunc,
        TruncDate as TruncDate,
        TruncDay as TruncDay,
        TruncHour as TruncHour,
        TruncMinute as TruncMinute,
        TruncMonth as TruncMonth,
        TruncQuarter as TruncQuarter,
        TruncSecond as TruncSecond,
        TruncTime as TruncTime,
        TruncWeek as TruncWeek,
        TruncYear as TruncYear,
        Upper as Upper,
        Value as Value,
        ValueRange as ValueRange,
        Variance as Variance,
        When as When,
        Window as Window,
    )
    # isort: on

__all__ = [
    "Check",
    "CompositeType",
    "DomainType",
    "EnumType",
    "Exclude",
    "Field",
    "ForeignKey",
    "ForeignServer",
    "Generated",
    "Identity",
    "Index",
    "IndexColumn",
    "IndexExpression",
    "Model",
    "Partition",
    "PrimaryKey",
    "Sequence",
    "Serial",
    "Table",
    "Unique",
    "View",
]


def __getattr__(name: str) -> Any:
    """``Range``, and the query language, ``Q``, ``F``, ``Count``: imported when first asked for."""
    if name == "Range":
        from hyperdjango.models.ranges import Range

        globals()[name] = Range
        return Range
    if not name.startswith("_"):
        from hyperdjango import query

        if name in query.__all__:
            found = globals()[name] = getattr(query, name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
