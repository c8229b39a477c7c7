"""One target in several processes: its addresses in turn."""
import itertools
from typing import Any
from urllib.parse import urlsplit

ADDRESSES = ("ws", "http")


class Spread(dict[str, Any]):
    """A world file's content whose addresses are those of `many` server processes in turn, on ports that follow one another."""

    def __init__(self, world: dict[str, Any], many: int) -> None:
        super().__init__(world)
        self.turns = {name: itertools.cycle([moved(world[name], number) for number in range(many)]) for name in ADDRESSES}

    def __getitem__(self, name: str) -> Any:
        return next(self.turns[name]) if name in self.turns else super().__getitem__(name)


def moved(address: str, ports: int) -> str:
    """The address so many ports further."""
    parts = urlsplit(address)
    return parts._replace(netloc=f"{parts.hostname}:{(parts.port or 0) + ports}").geturl()
