"""Forms: their fields, and the files that come with them (WHATWG HTML, "Form submission"; RFC 7578)."""

from __future__ import annotations

import asyncio
import shutil
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from hyperdjango.app.problems import HttpError
from hyperdjango.app.request import parse_fields
from hyperdjango.app.values import MultiDict

if TYPE_CHECKING:
    from os import PathLike

    from hyperdjango.app.request import Request


class Upload:
    """A file that came with a form. It is gone when the request is answered: save it, or read it.

    Attributes:
        filename: str, what the client calls it, without folders. Don't make a path of it.
        content_type: str, what the client says it is.
        size: int, its bytes.
        file: a binary file, on disk when it is large.
    """

    __slots__ = ("content_type", "file", "filename", "size")

    def __init__(self, filename: str, content_type: str, memory: int) -> None:
        self.filename = filename.replace("\\", "/").rpartition("/")[2].replace("\0", "")
        self.content_type = content_type
        self.size = 0
        # Closed with the form, when the request is answered.
        self.file: IO[bytes] = SpooledTemporaryFile(max_size=memory)  # noqa: SIM115

    def __repr__(self) -> str:
        return f"<Upload {self.filename!r}, {self.size} bytes>"

    async def read(self) -> bytes:
        """All of it."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> bytes:
        self.file.seek(0)
        return self.file.read()

    async def save(self, path: str | PathLike[str]) -> None:
        """Write it to a file, which is replaced if it exists."""
        await asyncio.to_thread(self._save, path)

    def _save(self, path: str | PathLike[str]) -> None:
        self.file.seek(0)
        with open(path, "wb") as target:
            shutil.copyfileobj(self.file, target)


class Form(MultiDict[Any]):
    """The fields of a form, each a str or an ``Upload``; a name may have several."""

    __slots__ = ()

    def text(self, name: str) -> str:
        """The first value of a field.

        Raises:
            HttpError: 422, the field is missing, or it is a file.
        """
        value = self.get(name)
        if not isinstance(value, str):
            raise HttpError(422, f"the form has no field {name!r}")
        return value

    def upload(self, name: str) -> Upload:
        """The first file of a field.

        Raises:
            HttpError: 422, the field is missing, or it is no file.
        """
        value = self.get(name)
        if not isinstance(value, Upload):
            raise HttpError(422, f"the form has no file {name!r}")
        return value

    def close(self) -> None:
        """Remove the files."""
        for _, value in self._pairs:
            if isinstance(value, Upload):
                value.file.close()


async def read_form(request: Request) -> Form:
    """The form that a request sends."""
    kind = request.content_type
    if kind == "application/x-www-form-urlencoded":
        body = await request.body()
        if len(body) > request.app.limits.form_memory:
            raise _too_much(request)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise HttpError(400, "the form is not UTF-8") from None
        return Form(parse_fields(text, request.app.limits.form_fields))
    if kind == "multipart/form-data":
        return await _read_parts(request)
    raise HttpError(
        415,
        "a form is sent as application/x-www-form-urlencoded or multipart/form-data",
    )


async def _read_parts(request: Request) -> Form:
    from multipart import (  # type: ignore[import-untyped]
        MultipartError,
        ParserLimitReached,
        PushMultipartParser,
        parse_options_header,
    )

    limits = request.app.limits
    _, options = parse_options_header(request.headers["content-type"])
    boundary = options.get("boundary", "")
    pairs: list[tuple[str, Any]] = []
    try:
        parser = PushMultipartParser(
            boundary, max_segment_count=limits.form_fields, strict=True
        )
        memory = 0
        name, field, upload = "", bytearray(), None
        with parser:
            async for chunk in request.stream():
                for event in parser.parse(chunk):
                    if event is None:
                        if upload is None:
                            pairs.append((name, field.decode()))
                    elif isinstance(event, (bytes, bytearray)):
                        if upload is None:
                            memory += len(event)
                            if memory > limits.form_memory:
                                raise _too_much(request)
                            field += event
                        else:
                            await _write(upload, event, limits.form_memory)
                    else:
                        if event.name is None:
                            raise HttpError(
                                400, "the form can't be read: a part has no name"
                            )
                        name, field, upload = event.name, bytearray(), None
                        if event.filename is not None:
                            upload = Upload(
                                event.filename,
                                event.content_type or "application/octet-stream",
                                limits.form_memory,
                            )
                            pairs.append((name, upload))
    except BaseException as problem:
        Form(pairs).close()
        if isinstance(problem, ParserLimitReached):
            raise HttpError(413, f"the form is too large: {problem}") from None
        if isinstance(problem, UnicodeDecodeError):
            raise HttpError(400, "the form is not UTF-8") from None
        if isinstance(problem, MultipartError):
            raise HttpError(400, f"the form can't be read: {problem}") from None
        raise
    return Form(pairs)


async def _write(upload: Upload, data: bytes | bytearray, memory: int) -> None:
    upload.size += len(data)
    if upload.size > memory:
        # It is on disk from here on, which may take its time.
        await asyncio.to_thread(upload.file.write, data)
    else:
        upload.file.write(data)


def _too_much(request: Request) -> HttpError:
    most = request.app.limits.form_memory
    return HttpError(
        413, f"the fields of the form may have {most} bytes together at most"
    )
