"""A network between client and server that tests can have encrypted, slow, or cut."""

from __future__ import annotations

import asyncio
import ssl
import struct
from contextlib import suppress

# PostgreSQL documentation, "Message Formats", SSLRequest.
_TLS_REQUEST = struct.pack("!II", 8, 80877103)


class Proxy:
    """Passes bytes between a TCP port of this machine and a server's local socket."""

    def __init__(
        self,
        socket: str,
        *,
        tls: ssl.SSLContext | None = None,
        piece: int = 65536,
    ) -> None:
        self._socket = socket
        self._tls = tls
        self._piece = piece
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.passed = 0
        """How many bytes the server has sent."""
        self.cut_after: int | None = None
        """After how many bytes of the server's every connection is cut."""
        self.flows = asyncio.Event()
        """Whether anything passes; cleared, the network stands still, and no connection ends."""
        self.flows.set()

    async def start(self) -> None:
        """Listen, on the port of the last time if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and cut every connection."""
        assert self._server is not None
        self._server.close()
        self.cut()
        await asyncio.sleep(0)

    def cut(self) -> None:
        """Cut every connection at once."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            self._writers.add(writer)
            if self._tls is not None:
                assert await reader.readexactly(8) == _TLS_REQUEST
                writer.write(b"S")
                await writer.start_tls(self._tls)
            server, to_server = await asyncio.open_unix_connection(self._socket)
            self._writers.add(to_server)
            await asyncio.gather(
                self._pass(reader, to_server, False), self._pass(server, writer, True)
            )

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        from_server: bool,
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(self._piece):
                await self.flows.wait()
                if from_server:
                    self.passed += len(data)
                    if self.cut_after is not None and self.passed > self.cut_after:
                        self.cut()
                        return
                writer.write(data)
                await writer.drain()
        writer.close()
        self._writers.discard(writer)
