# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A TCP proxy that is as far away as its round trip says: it holds each segment back for half of it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from types import TracebackType

_SEGMENT = 65536


class SlowNetwork:
    """Forwards a free port on 127.0.0.1 to another one, with a round trip of so many seconds, until the block ends.

    The operating system answers a connection at once, so the first segment is held back for one more round trip: the
    one that TCP's own handshake would have taken.
    """

    def __init__(self, port: int, round_trip: float) -> None:
        self.port = 0
        self._target = port
        self._round_trip = round_trip
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> SlowNetwork:
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self) -> None:
        tasks = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            server, to_server = await asyncio.open_connection("127.0.0.1", self._target)
            await asyncio.gather(
                self._forward(client, to_server, handshake=self._round_trip),
                self._forward(server, to_client, handshake=0.0),
            )

    async def _forward(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, handshake: float) -> None:
        """Forward what comes, each piece at its time and in order, and then the end."""
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        sending = asyncio.create_task(self._send(pieces, target))
        not_before = self._loop.time() + handshake
        piece = b"-"
        while piece:
            try:
                piece = await source.read(_SEGMENT)
            except OSError:  # broken off
                piece = b""
            pieces.put_nowait((max(self._loop.time(), not_before) + self._round_trip / 2, piece))
        await sending

    async def _send(self, pieces: asyncio.Queue[tuple[float, bytes]], target: asyncio.StreamWriter) -> None:
        try:
            while True:
                due, piece = await pieces.get()
                await asyncio.sleep(due - self._loop.time())
                if not piece:
                    return
                target.write(piece)
        finally:
            target.close()
