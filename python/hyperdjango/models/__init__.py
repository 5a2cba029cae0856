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

    from hyperdjango.query import (
        KT as KT,
    )
    from hyperdjango.query import (
        MD5 as MD5,
    )
    from hyperdjango.query import (
        SHA1 as SHA1,
    )
    from hyperdjango.query import (
        SHA224 as SHA224,
    )
    from hyperdjango.query import (
        SHA256 as SHA256,
    )
    from hyperdjango.query import (
        SHA384 as SHA384,
    )
    from hyperdjango.query import (
        SHA512 as SHA512,
    )
    from hyperdjango.query import (
        Abs as Abs,
    )
    from hyperdjango.query import (
        ACos as ACos,
    )
    from hyperdjango.query import (
        Aggregate as Aggregate,
    )
    from hyperdjango.query import (
        ArraySubquery as ArraySubquery,
    )
    from hyperdjango.query import (
        ASin as ASin,
    )
    from hyperdjango.query import (
        ATan as ATan,
    )
    from hyperdjango.query import (
        ATan2 as ATan2,
    )
    from hyperdjango.query import (
        Avg as Avg,
    )
    from hyperdjango.query import (
        Case as Case,
    )
    from hyperdjango.query import (
        Cast as Cast,
    )
    from hyperdjango.query import (
        Ceil as Ceil,
    )
    from hyperdjango.query import (
        Chr as Chr,
    )
    from hyperdjango.query import (
        Coalesce as Coalesce,
    )
    from hyperdjango.query import (
        Collate as Collate,
    )
    from hyperdjango.query import (
        Concat as Concat,
    )
    from hyperdjango.query import (
        Cos as Cos,
    )
    from hyperdjango.query import (
        Cot as Cot,
    )
    from hyperdjango.query import (
        Count as Count,
    )
    from hyperdjango.query import (
        CumeDist as CumeDist,
    )
    from hyperdjango.query import (
        Degrees as Degrees,
    )
    from hyperdjango.query import (
        DenseRank as DenseRank,
    )
    from hyperdjango.query import (
        Exists as Exists,
    )
    from hyperdjango.query import (
        Exp as Exp,
    )
    from hyperdjango.query import (
        Expression as Expression,
    )
    from hyperdjango.query import (
        Extract as Extract,
    )
    from hyperdjango.query import (
        ExtractDay as ExtractDay,
    )
    from hyperdjango.query import (
        ExtractHour as ExtractHour,
    )
    from hyperdjango.query import (
        ExtractIsoWeekDay as ExtractIsoWeekDay,
    )
    from hyperdjango.query import (
        ExtractIsoYear as ExtractIsoYear,
    )
    from hyperdjango.query import (
        ExtractMinute as ExtractMinute,
    )
    from hyperdjango.query import (
        ExtractMonth as ExtractMonth,
    )
    from hyperdjango.query import (
        ExtractQuarter as ExtractQuarter,
    )
    from hyperdjango.query import (
        ExtractSecond as ExtractSecond,
    )
    from hyperdjango.query import (
        ExtractWeek as ExtractWeek,
    )
    from hyperdjango.query import (
        ExtractWeekDay as ExtractWeekDay,
    )
    from hyperdjango.query import (
        ExtractYear as ExtractYear,
    )
    from hyperdjango.query import (
        F as F,
    )
    from hyperdjango.query import (
        FirstValue as FirstValue,
    )
    from hyperdjango.query import (
        Floor as Floor,
    )
    from hyperdjango.query import (
        Func as Func,
    )
    from hyperdjango.query import (
        Greatest as Greatest,
    )
    from hyperdjango.query import (
        JSONArray as JSONArray,
    )
    from hyperdjango.query import (
        JSONObject as JSONObject,
    )
    from hyperdjango.query import (
        KeyTextTransform as KeyTextTransform,
    )
    from hyperdjango.query import (
        KeyTransform as KeyTransform,
    )
    from hyperdjango.query import (
        Lag as Lag,
    )
    from hyperdjango.query import (
        LastValue as LastValue,
    )
    from hyperdjango.query import (
        Lead as Lead,
    )
    from hyperdjango.query import (
        Least as Least,
    )
    from hyperdjango.query import (
        Left as Left,
    )
    from hyperdjango.query import (
        Length as Length,
    )
    from hyperdjango.query import (
        Ln as Ln,
    )
    from hyperdjango.query import (
        Log as Log,
    )
    from hyperdjango.query import (
        Lower as Lower,
    )
    from hyperdjango.query import (
        LPad as LPad,
    )
    from hyperdjango.query import (
        LTrim as LTrim,
    )
    from hyperdjango.query import (
        Manager as Manager,
    )
    from hyperdjango.query import (
        Max as Max,
    )
    from hyperdjango.query import (
        Min as Min,
    )
    from hyperdjango.query import (
        Mod as Mod,
    )
    from hyperdjango.query import (
        Now as Now,
    )
    from hyperdjango.query import (
        NthValue as NthValue,
    )
    from hyperdjango.query import (
        Ntile as Ntile,
    )
    from hyperdjango.query import (
        NullIf as NullIf,
    )
    from hyperdjango.query import (
        Ord as Ord,
    )
    from hyperdjango.query import (
        OrderBy as OrderBy,
    )
    from hyperdjango.query import (
        OuterRef as OuterRef,
    )
    from hyperdjango.query import (
        PercentRank as PercentRank,
    )
    from hyperdjango.query import (
        Pi as Pi,
    )
    from hyperdjango.query import (
        Power as Power,
    )
    from hyperdjango.query import (
        Prefetch as Prefetch,
    )
    from hyperdjango.query import (
        Q as Q,
    )
    from hyperdjango.query import (
        QuerySet as QuerySet,
    )
    from hyperdjango.query import (
        Radians as Radians,
    )
    from hyperdjango.query import (
        Random as Random,
    )
    from hyperdjango.query import (
        Rank as Rank,
    )
    from hyperdjango.query import (
        RawQuerySet as RawQuerySet,
    )
    from hyperdjango.query import (
        RawSQL as RawSQL,
    )
    from hyperdjango.query import (
        RelatedManager as RelatedManager,
    )
    from hyperdjango.query import (
        Repeat as Repeat,
    )
    from hyperdjango.query import (
        Replace as Replace,
    )
    from hyperdjango.query import (
        Reverse as Reverse,
    )
    from hyperdjango.query import (
        Right as Right,
    )
    from hyperdjango.query import (
        Round as Round,
    )
    from hyperdjango.query import (
        RowNumber as RowNumber,
    )
    from hyperdjango.query import (
        RowRange as RowRange,
    )
    from hyperdjango.query import (
        RPad as RPad,
    )
    from hyperdjango.query import (
        RTrim as RTrim,
    )
    from hyperdjango.query import (
        Sign as Sign,
    )
    from hyperdjango.query import (
        Sin as Sin,
    )
    from hyperdjango.query import (
        Sqrt as Sqrt,
    )
    from hyperdjango.query import (
        StdDev as StdDev,
    )
    from hyperdjango.query import (
        StrIndex as StrIndex,
    )
    from hyperdjango.query import (
        Subquery as Subquery,
    )
    from hyperdjango.query import (
        Substr as Substr,
    )
    from hyperdjango.query import (
        Sum as Sum,
    )
    from hyperdjango.query import (
        Tan as Tan,
    )
    from hyperdjango.query import (
        Trim as Trim,
    )
    from hyperdjango.query import (
        Trunc as Trunc,
    )
    from hyperdjango.query import (
        TruncDate as TruncDate,
    )
    from hyperdjango.query import (
        TruncDay as TruncDay,
    )
    from hyperdjango.query import (
        TruncHour as TruncHour,
    )
    from hyperdjango.query import (
        TruncMinute as TruncMinute,
    )
    from hyperdjango.query import (
        TruncMonth as TruncMonth,
    )
    from hyperdjango.query import (
        TruncQuarter as TruncQuarter,
    )
    from hyperdjango.query import (
        TruncSecond as TruncSecond,
    )
    from hyperdjango.query import (
        TruncTime as TruncTime,
    )
    from hyperdjango.query import (
        TruncWeek as TruncWeek,
    )
    from hyperdjango.query import (
        TruncYear as TruncYear,
    )
    from hyperdjango.query import (
        Upper as Upper,
    )
    from hyperdjango.query import (
        Value as Value,
    )
    from hyperdjango.query import (
        ValueRange as ValueRange,
    )
    from hyperdjango.query import (
        Variance as Variance,
    )
    from hyperdjango.query import (
        When as When,
    )
    from hyperdjango.query import (
        Window as Window,
    )

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
    """The query language, ``Q``, ``F``, ``Count``, which is imported when it is first asked for."""
    if not name.startswith("_"):
        from hyperdjango import query

        if name in query.__all__:
            found = globals()[name] = getattr(query, name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
