"""Files as responses: ranges, conditional requests, and no way out of a folder."""

from __future__ import annotations

import mimetypes
import os
import stat
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import quote

from hyperdjango.app.conditional import is_known
from hyperdjango.app.problems import HttpError, error_response
from hyperdjango.app.response import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

    from hyperdjango.app.request import Request

# How much is read at once where the server can't send a file by itself.
CHUNK = 256 * 1024


class FileResponse(Response):
    """A file that is sent by the server itself, where that can; ``Response.file`` makes it.

    Attributes:
        path: str, the file.
        start: int, the first byte that is sent.
        length: int, how many bytes are sent.
    """

    __slots__ = ("length", "path", "size", "start")

    def __init__(
        self,
        path: str,
        size: int,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None,
        content_type: str,
    ) -> None:
        self._prepare(200, headers)
        self.body = b""
        self.path = path
        self.size = size
        self.start = 0
        self.length = size
        self._conditional = True
        self.headers.setdefault("content-type", content_type)
        self.headers["accept-ranges"] = "bytes"


def file_response(
    path: str | PathLike[str],
    root: str | PathLike[str] | None,
    download_as: str | None,
    content_type: str | None,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] | None,
) -> FileResponse:
    """The response of ``Response.file``."""
    place = os.fspath(path) if root is None else inside(root, os.fspath(path))
    try:
        status = os.stat(place)
    except (OSError, ValueError):
        raise HttpError(404) from None
    if not stat.S_ISREG(status.st_mode):
        raise HttpError(404)
    if content_type is None:
        guess, encoding = mimetypes.guess_type(place)
        # A .tar.gz is gzip's; said as an encoding, a browser would unpack it.
        content_type = "application/octet-stream" if encoding or not guess else guess
        if content_type.startswith("text/"):
            content_type += "; charset=utf-8"
    response = FileResponse(place, status.st_size, headers, content_type)
    response.headers["last-modified"] = formatdate(status.st_mtime, usegmt=True)
    response.headers["etag"] = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    # What a file says it is, it is: a picture can't be a script.
    response.headers.setdefault("x-content-type-options", "nosniff")
    if download_as is not None:
        response.headers["content-disposition"] = (
            f"attachment; filename*=UTF-8''{quote(download_as, safe='')}"
        )
    return response


def inside(root: str | PathLike[str], path: str) -> str:
    """The real place of a path in a folder.

    Raises:
        HttpError: 404, the path leads out of the folder, by ``..``, as an absolute path, or over a link.
    """
    folder = os.path.realpath(root)
    if "\0" in path or os.path.isabs(path) or "\\" in path:
        raise HttpError(404)
    place = os.path.realpath(os.path.join(folder, path))
    if os.path.commonpath((folder, place)) != folder:
        raise HttpError(404)
    return place


def narrowed(request: Request, response: FileResponse) -> Response:
    """What is sent of a file: nothing where the client has it, a part where it asks for one, or all."""
    headers = response.headers
    etag, modified = headers.get("etag"), headers.get("last-modified")
    if is_known(request, etag, modified):
        pairs = [
            pair
            for pair in response._pairs
            if pair[0] not in ("content-type", "accept-ranges", "content-disposition")
        ]
        return Response(status=304, headers=pairs)
    wanted = request.headers.get("range")
    condition = request.headers.get("if-range")
    if wanted is None or request.method != "GET" or response.status != 200:
        return response
    if condition is not None and condition not in (etag, modified):
        return response
    part = _range(wanted, response.size)
    if part is None:
        return response
    start, end = part
    if start >= end:
        return error_response(
            416, headers={"content-range": f"bytes */{response.size}"}
        )
    response.status = 206
    response.start = start
    response.length = end - start
    headers["content-range"] = f"bytes {start}-{end - 1}/{response.size}"
    return response


def _range(header: str, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last; None if the header is to be ignored: several ranges, or none."""
    unit, _, text = header.partition("=")
    first, dash, last = text.strip().partition("-")
    first, last = first.strip(), last.strip()
    if unit.strip().lower() != "bytes" or not dash or not (first or last):
        return None
    digits = (first or "0") + (last or "0")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 36:
        return None
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1) if last else size
