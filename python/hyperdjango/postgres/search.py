"""Full text search: ``SearchVector``, ``SearchQuery``, ``SearchRank`` and ``SearchHeadline``.

Django documentation, "Full text search"; PostgreSQL documentation, "Full Text Search".
"""

from __future__ import annotations

from hyperdjango.errors import FieldError
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query.expressions import Expression, Func, Value, expression
from hyperdjango.query.functions.text import as_text
from hyperdjango.query.sides import Side

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.query.scope import Scope


def _config(config: Any) -> Expression | None:
    """A configuration for text search: text is its name, not a field's."""
    if config is None:
        return None
    if isinstance(config, str):
        return Value(config, db_type="regconfig")
    return expression(config)


def _configured(config: Expression | None, scope: Scope) -> str:
    return "" if config is None else f"({config.sql(scope)})::regconfig, "


class Vector(Expression):
    """The base of what is searched; ``+`` puts two together."""

    def __add__(self, other: Any) -> Vector:  # type: ignore[override]
        if not isinstance(other, Vector):
            raise FieldError(
                f"a search vector and a {type(other).__name__} can't be put together; give "
                "SearchVector(…)"
            )
        return CombinedSearchVector(self, other)

    def side(self, scope: Scope) -> Side:
        return Side("tsvector", type(self).__name__, db_type="tsvector")

    def type_name(self, scope: Scope) -> str | None:
        return "tsvector"


class SearchVector(Vector):
    """Text that can be searched: ``SearchVector("name", "description", config="english", weight="A")``.

    Arguments:
        *arguments: expressions and names of fields; NULL counts as no text.
        config: str | expression | None, the configuration, ``"english"``.
        weight: str | None, ``"A"``, ``"B"``, ``"C"`` or ``"D"``.
    """

    def __init__(
        self, *arguments: Any, config: Any = None, weight: str | None = None
    ) -> None:
        if not arguments:
            raise FieldError("SearchVector() needs the name of a field")
        if weight is not None and weight not in ("A", "B", "C", "D"):
            raise FieldError(f"a weight is 'A', 'B', 'C' or 'D', not {weight!r}")
        self.arguments = tuple(expression(argument) for argument in arguments)
        self.config = _config(config)
        self.weight = weight

    def children(self) -> tuple[Expression, ...]:
        return self.arguments if self.config is None else (*self.arguments, self.config)

    def sql(self, scope: Scope) -> str:
        texts = [f"coalesce({as_text(one, scope)}, '')" for one in self.arguments]
        text = " || ' ' || ".join(texts)
        sql = f"to_tsvector({_configured(self.config, scope)}{text})"
        return sql if self.weight is None else f"setweight({sql}, '{self.weight}')"


class CombinedSearchVector(Vector):
    """Two search vectors, one behind the other."""

    def __init__(self, left: Vector, right: Vector) -> None:
        self.left, self.right = left, right

    def children(self) -> tuple[Expression, ...]:
        return self.left, self.right

    def sql(self, scope: Scope) -> str:
        return f"({self.left.sql(scope)} || {self.right.sql(scope)})"


class Query(Expression):
    """The base of what is searched for; ``&``, ``|`` and ``~`` put queries together."""

    # A lookup compares with it as it is.
    is_text_query = True

    def _combined(self, operator: str, other: Any) -> Query:
        if not isinstance(other, Query):
            raise FieldError(
                f"a search query and a {type(other).__name__} can't be put together; give SearchQuery(…)"
            )
        return CombinedSearchQuery(self, operator, other)

    def __and__(self, other: Any) -> Query:
        return self._combined("&&", other)

    def __or__(self, other: Any) -> Query:
        return self._combined("||", other)

    def __invert__(self) -> Query:
        return NegatedSearchQuery(self)

    def type_name(self, scope: Scope) -> str | None:
        return "tsquery"


_SEARCH_TYPES = {
    "plain": "plainto_tsquery",
    "phrase": "phraseto_tsquery",
    "raw": "to_tsquery",
    "websearch": "websearch_to_tsquery",
}


class SearchQuery(Query):
    """What is searched for: ``SearchQuery("oak table")``.

    Arguments:
        value: str, or an expression, the words.
        config: str | expression | None, the configuration, ``"english"``.
        search_type: str, ``"plain"`` for all the words, ``"phrase"`` for them in this order, ``"raw"`` for
            PostgreSQL's own form, ``"websearch"`` for that of search engines.
        invert: bool, whether it is what must not be there.
    """

    def __init__(
        self,
        value: Any,
        config: Any = None,
        search_type: str = "plain",
        invert: bool = False,
    ) -> None:
        if search_type not in _SEARCH_TYPES:
            raise FieldError(
                f"there is no search_type {search_type!r}; {did_you_mean(search_type, _SEARCH_TYPES)}"
            )
        self.value = value if isinstance(value, Expression) else Value(str(value))
        self.config = _config(config)
        self.function = _SEARCH_TYPES[search_type]
        self.invert = invert

    def children(self) -> tuple[Expression, ...]:
        return (self.value,) if self.config is None else (self.value, self.config)

    def sql(self, scope: Scope) -> str:
        config = _configured(self.config, scope)
        sql = f"{self.function}({config}{as_text(self.value, scope)})"
        return f"(!!{sql})" if self.invert else sql


class CombinedSearchQuery(Query):
    """Two search queries and the operator between them."""

    def __init__(self, left: Query, operator: str, right: Query) -> None:
        self.left, self.operator, self.right = left, operator, right

    def children(self) -> tuple[Expression, ...]:
        return self.left, self.right

    def sql(self, scope: Scope) -> str:
        return f"({self.left.sql(scope)} {self.operator} {self.right.sql(scope)})"


class NegatedSearchQuery(Query):
    """What must not be there."""

    def __init__(self, query: Query) -> None:
        self.query = query

    def children(self) -> tuple[Expression, ...]:
        return (self.query,)

    def sql(self, scope: Scope) -> str:
        return f"(!!{self.query.sql(scope)})"


def _vector(value: Any) -> Expression:
    return SearchVector(value) if isinstance(value, str) else expression(value)


def _query(value: Any) -> Expression:
    return value if isinstance(value, Expression) else SearchQuery(value)


class SearchRank(Func):
    """How well text matches a query.

    Arguments:
        vector: a ``SearchVector``, ``F`` of a column of tsvector, or the name of a field of text.
        query: a ``SearchQuery``, or the words.
        weights: four floats, for D, C, B and A.
        normalization: int, how the length of the text counts.
        cover_density: bool, whether it counts how near the words are to each other.
    """

    result: type[Any] | None = float

    def __init__(
        self,
        vector: Any,
        query: Any,
        weights: Any = None,
        normalization: int | None = None,
        cover_density: bool = False,
    ) -> None:
        super().__init__()
        self.function = "ts_rank_cd" if cover_density else "ts_rank"
        first: tuple[Expression, ...] = ()
        if weights is not None:
            numbers = [float(weight) for weight in weights]
            if len(numbers) != 4:
                raise FieldError("weights are four numbers: for D, C, B and A")
            first = (Value(numbers, db_type="real[]"),)
        last = () if normalization is None else (Value(int(normalization)),)
        self.arguments = (*first, _vector(vector), _query(query), *last)


_HEADLINE_OPTIONS = {
    "start_sel": "StartSel",
    "stop_sel": "StopSel",
    "max_words": "MaxWords",
    "min_words": "MinWords",
    "short_word": "ShortWord",
    "highlight_all": "HighlightAll",
    "max_fragments": "MaxFragments",
    "fragment_delimiter": "FragmentDelimiter",
}


class SearchHeadline(Func):
    """The parts of a text in which a query is found, with the words marked.

    Arguments:
        argument: an expression or the name of a field of text.
        query: a ``SearchQuery``, or the words.
        config: str | expression | None, the configuration.
        start_sel, stop_sel: str, what stands around a word that was found.
        max_words, min_words, short_word, max_fragments: int, how much is shown.
        highlight_all: bool, whether the whole text is shown.
        fragment_delimiter: str, what stands between the parts.
    """

    function = "ts_headline"
    result: type[Any] | None = str

    def __init__(
        self,
        argument: Any,
        query: Any,
        *,
        config: Any = None,
        start_sel: str | None = None,
        stop_sel: str | None = None,
        max_words: int | None = None,
        min_words: int | None = None,
        short_word: int | None = None,
        highlight_all: bool | None = None,
        max_fragments: int | None = None,
        fragment_delimiter: str | None = None,
    ) -> None:
        given = {
            "start_sel": start_sel,
            "stop_sel": stop_sel,
            "max_words": max_words,
            "min_words": min_words,
            "short_word": short_word,
            "highlight_all": highlight_all,
            "max_fragments": max_fragments,
            "fragment_delimiter": fragment_delimiter,
        }
        super().__init__(argument, _query(query))
        self.config = _config(config)
        parts = [
            f'{_HEADLINE_OPTIONS[name]}="{str(value).replace(chr(34), chr(34) * 2)}"'
            for name, value in given.items()
            if value is not None
        ]
        self.options = Value(", ".join(parts)) if parts else None

    def sql(self, scope: Scope) -> str:
        text, query = self.arguments
        written = f"{_configured(self.config, scope)}{as_text(text, scope)}, {query.sql(scope)}"
        if self.options is not None:
            written = f"{written}, {self.options.sql(scope)}"
        return f"ts_headline({written})"


class _Similarity(Func):
    result: type[Any] | None = float

    def __init__(self, argument: Any, text: Any, *, turned: bool = False) -> None:
        words = text if isinstance(text, Expression) else Value(text)
        super().__init__(*((words, argument) if turned else (argument, words)))

    def sql(self, scope: Scope) -> str:
        return f"{self.function}({', '.join(as_text(one, scope) for one in self.arguments)})"


class TrigramSimilarity(_Similarity):
    """How alike two texts are, from 0 to 1; it needs the extension pg_trgm.

    Arguments:
        argument: an expression or the name of a field.
        text: str, or an expression.
    """

    function = "similarity"

    def __init__(self, argument: Any, text: Any) -> None:
        super().__init__(argument, text)


class TrigramWordSimilarity(_Similarity):
    """How alike a text is to the part of another that is most like it.

    Arguments:
        text: str, or an expression, the words.
        argument: an expression or the name of a field.
    """

    function = "word_similarity"

    def __init__(self, text: Any, argument: Any) -> None:
        super().__init__(argument, text, turned=True)


class TrigramStrictWordSimilarity(TrigramWordSimilarity):
    """As ``TrigramWordSimilarity``, with whole words.

    Arguments:
        text: str, or an expression, the words.
        argument: an expression or the name of a field.
    """

    function = "strict_word_similarity"


class _Distance(_Similarity):
    operator = ""

    def sql(self, scope: Scope) -> str:
        left, right = (as_text(one, scope) for one in self.arguments)
        return f"({left} {self.operator} {right})"


class TrigramDistance(_Distance):
    """One minus how alike two texts are.

    Arguments:
        argument: an expression or the name of a field.
        text: str, or an expression.
    """

    operator = "<->"

    def __init__(self, argument: Any, text: Any) -> None:
        super().__init__(argument, text)


class TrigramWordDistance(_Distance):
    """One minus ``TrigramWordSimilarity``.

    Arguments:
        text: str, or an expression, the words.
        argument: an expression or the name of a field.
    """

    operator = "<<->"

    def __init__(self, text: Any, argument: Any) -> None:
        super().__init__(argument, text, turned=True)


class TrigramStrictWordDistance(TrigramWordDistance):
    """One minus ``TrigramStrictWordSimilarity``.

    Arguments:
        text: str, or an expression, the words.
        argument: an expression or the name of a field.
    """

    operator = "<<<->"


__all__ = [
    "SearchHeadline",
    "SearchQuery",
    "SearchRank",
    "SearchVector",
    "TrigramDistance",
    "TrigramSimilarity",
    "TrigramStrictWordDistance",
    "TrigramStrictWordSimilarity",
    "TrigramWordDistance",
    "TrigramWordSimilarity",
]
