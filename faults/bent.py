"""Tabs whose line is bent: frames get lost, doubled and overtaken on the way, answers are lost together with the connection."""
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection

from pandarchat.story.client import Client

REPEATABLE = {"send-message", "join-ticket-room", "leave-ticket-room"}


class BentTab(Client):
    """A client on a line that does what it was told. `fates` are those of the next entries that come in: "lost", "doubled", or
    "overtaken", which is to arrive after the next one; `loses_answer` cuts the line where the next acknowledgement would come in;
    `says_twice` sends the next command twice. `saw` is everything that came over the line."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.fates: deque[str] = deque()
        self.loses_answer = False
        self.says_twice = False
        self.saw: list[str] = []
        self.bent = 0  # how often something was done
        self.overtaken: list[str] = []

    def straighten(self) -> None:
        """From now on everything goes as it should; what was overtaken and never came is lost."""
        self.fates.clear()
        self.overtaken.clear()
        self.loses_answer = self.says_twice = False

    @asynccontextmanager
    async def _dial(self) -> AsyncIterator[Any]:
        async with super()._dial() as socket:
            yield BentLine(socket, self)

    def arrived(self, text: str) -> list[str]:
        """What of a frame reaches the client now, in this order."""
        self.saw.append(text)
        if json.loads(text)["type"] != "entry":
            return [text]
        fate = self.fates.popleft() if self.fates else ""
        self.bent += bool(fate)
        if fate == "lost":
            return []
        if fate == "overtaken":
            self.overtaken.append(text)
            return []
        before, self.overtaken = self.overtaken, []
        return [text, *before] if fate != "doubled" else [text, text, *before]

    def takes_answer(self, text: str) -> bool:
        """Whether the line holds while this comes in."""
        if self.loses_answer and '"type":"ok"' in text and '"client_id"' not in text and '"duplicate"' in text:
            self.loses_answer = False
            self.bent += 1
            return False
        return True

    def copies(self, text: str) -> int:
        if self.says_twice and json.loads(text)["type"] in REPEATABLE:
            self.says_twice = False
            self.bent += 1
            return 2
        return 1


class BentLine:
    """What a client uses of a connection."""

    def __init__(self, socket: ClientConnection, tab: BentTab) -> None:
        self._socket = socket
        self._tab = tab
        self._arrived: deque[str] = deque()
        self.transport = socket.transport

    async def send(self, text: str) -> None:
        for _ in range(self._tab.copies(text)):
            await self._socket.send(text)

    async def recv(self) -> str:
        while not self._arrived:
            text = str(await self._socket.recv())
            if not self._tab.takes_answer(text):
                self.transport.abort()
                continue
            self._arrived.extend(self._tab.arrived(text))
        return self._arrived.popleft()
