"""Functions of text: ``Lower("name")``, ``Concat("name", Value(" "), "code")``, ``MD5("token")``."""

from __future__ import annotations

from hyperdjango.errors import FieldError
from hyperdjango.query.expressions import Expression, Func
from hyperdjango.quoting import identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.query.scope import Scope

_TEXTS = ("text", "character varying", "citext", "name", "varchar")


def as_text(one: Expression, scope: Scope) -> str:
    """An expression as text: what is of another type is cast (PostgreSQL documentation, "Type Casts")."""
    kind = one.type_name(scope)
    sql = one.sql(scope)
    if kind is None or kind.rpartition(".")[2].startswith(_TEXTS):
        return sql
    return f"({sql})::text"


class TextFunc(Func):
    """A function whose first arguments are text.

    Django documentation, "Database Functions", "Text functions"; PostgreSQL documentation, "String Functions
    and Operators".
    """

    result: type[Any] | None = str
    # How many of the arguments are text; the others are numbers.
    texts = 1

    def sql(self, scope: Scope) -> str:
        written = [
            as_text(one, scope) if number < self.texts else one.sql(scope)
            for number, one in enumerate(self.arguments)
        ]
        return f"{self.function}({', '.join(written)})"


class _One(TextFunc):
    def __init__(self, argument: Any) -> None:
        super().__init__(argument)


class Lower(_One):
    """The text in lower case."""

    function = "lower"


class Upper(_One):
    """The text in upper case."""

    function = "upper"


class Length(_One):
    """The number of characters."""

    function = "length"
    result: type[Any] | None = int


class Trim(_One):
    """The text without spaces at its ends."""

    function = "btrim"


class LTrim(_One):
    """The text without spaces at its beginning."""

    function = "ltrim"


class RTrim(_One):
    """The text without spaces at its end."""

    function = "rtrim"


class Reverse(_One):
    """The characters in the opposite order."""

    function = "reverse"


class MD5(_One):
    """The MD5 sum, in hexadecimal digits."""

    function = "md5"


class Ord(_One):
    """The number of the first character."""

    function = "ascii"
    result: type[Any] | None = int


class Chr(Func):
    """The character of a number.

    Arguments:
        argument: an expression or the name of a field, a whole number.
    """

    function = "chr"
    result: type[Any] | None = str

    def __init__(self, argument: Any) -> None:
        super().__init__(argument)

    def sql(self, scope: Scope) -> str:
        return f"chr(({self.arguments[0].sql(scope)})::integer)"


class _Sha(_One):
    def sql(self, scope: Scope) -> str:
        text = as_text(self.arguments[0], scope)
        return f"encode({self.function}(convert_to({text}, 'UTF8')), 'hex')"


class SHA224(_Sha):
    """The SHA-224 sum of the text in UTF-8, in hexadecimal digits."""

    function = "sha224"


class SHA256(_Sha):
    """The SHA-256 sum of the text in UTF-8, in hexadecimal digits."""

    function = "sha256"


class SHA384(_Sha):
    """The SHA-384 sum of the text in UTF-8, in hexadecimal digits."""

    function = "sha384"


class SHA512(_Sha):
    """The SHA-512 sum of the text in UTF-8, in hexadecimal digits."""

    function = "sha512"


class SHA1(_One):
    """The SHA-1 sum of the text in UTF-8, in hexadecimal digits; it needs the extension pgcrypto."""

    def sql(self, scope: Scope) -> str:
        text = as_text(self.arguments[0], scope)
        return f"encode(digest(convert_to({text}, 'UTF8'), 'sha1'), 'hex')"


class Left(TextFunc):
    """The first characters.

    Arguments:
        argument: an expression or the name of a field.
        length: int, or an expression, how many.
    """

    function = "left"

    def __init__(self, argument: Any, length: Any) -> None:
        super().__init__(argument, length)


class Right(Left):
    """The last characters.

    Arguments:
        argument: an expression or the name of a field.
        length: int, or an expression, how many.
    """

    function = "right"


class Repeat(TextFunc):
    """The text several times.

    Arguments:
        argument: an expression or the name of a field.
        number: int, or an expression, how often.
    """

    function = "repeat"

    def __init__(self, argument: Any, number: Any) -> None:
        super().__init__(argument, number)


class Substr(TextFunc):
    """A part of the text.

    Arguments:
        argument: an expression or the name of a field.
        position: int, or an expression, the first character's number, from 1.
        length: int, an expression, or None for all that follows.
    """

    function = "substr"

    def __init__(self, argument: Any, position: Any, length: Any = None) -> None:
        if isinstance(position, int) and position < 1:
            raise FieldError("Substr() counts characters from 1")
        super().__init__(argument, position, *(() if length is None else (length,)))


class LPad(TextFunc):
    """The text made so long by what is put before it, or cut.

    Arguments:
        argument: an expression or the name of a field.
        length: int, or an expression, how many characters.
        fill_text: an expression, what is put there; a space.
    """

    function = "lpad"

    def __init__(self, argument: Any, length: Any, fill_text: Any = None) -> None:
        super().__init__(argument, length, *(() if fill_text is None else (fill_text,)))


class RPad(LPad):
    """The text made so long by what is put behind it, or cut.

    Arguments:
        argument: an expression or the name of a field.
        length: int, or an expression, how many characters.
        fill_text: an expression, what is put there; a space.
    """

    function = "rpad"


class Replace(TextFunc):
    """The text with another one in the place of each occurrence of a part.

    Arguments:
        argument: an expression or the name of a field.
        text: an expression, what is replaced: ``Value("a")``.
        replacement: an expression; nothing by default.
    """

    function = "replace"
    texts = 3

    def __init__(self, argument: Any, text: Any, replacement: Any = None) -> None:
        from hyperdjango.query.expressions import Value

        super().__init__(
            argument, text, Value("") if replacement is None else replacement
        )


class StrIndex(TextFunc):
    """The place of the first occurrence of a text in another one, from 1; 0 if there is none.

    Arguments:
        argument: an expression or the name of a field.
        part: an expression: ``Value("@")``.
    """

    function = "strpos"
    result: type[Any] | None = int
    texts = 2

    def __init__(self, argument: Any, part: Any) -> None:
        super().__init__(argument, part)


class Concat(Func):
    """Several texts, one behind the other; NULL counts as no text, and other types become text.

    Arguments:
        *arguments: at least two expressions or names of fields.

    Django documentation, "Database Functions", ``Concat``.
    """

    function = "concat"
    result: type[Any] | None = str

    def __init__(self, *arguments: Any) -> None:
        if len(arguments) < 2:
            raise FieldError("Concat() takes two expressions or more")
        super().__init__(*arguments)


class Collate(Func):
    """The text under another collation.

    Arguments:
        argument: an expression or the name of a field.
        collation: str, its name, ``"C"``; or (schema, name).

    Django documentation, "Database Functions", ``Collate``; PostgreSQL documentation, "Collation Support".
    """

    result: type[Any] | None = str

    def __init__(self, argument: Any, collation: str | tuple[str, str]) -> None:
        super().__init__(argument)
        parts = (collation,) if isinstance(collation, str) else tuple(collation)
        if not all(isinstance(part, str) and part for part in parts):
            raise FieldError("Collate() takes the name of a collation")
        self.collation = ".".join(map(identifier, parts))

    def sql(self, scope: Scope) -> str:
        return f"({as_text(self.arguments[0], scope)} COLLATE {self.collation})"
