"""A bar on a terminal, a line every few steps elsewhere."""
import time
from typing import TextIO

WIDTH = 30
EVERY = 5  # seconds between lines where there is no terminal


class Progress:
    """`step(name)` says what begins now, `reach` how far it got; after `total` steps it is full."""

    def __init__(self, total: int, out: TextIO) -> None:
        self.total, self.out = total, out
        self.done = -1
        self.began = self.told = time.monotonic()

    def step(self, name: str) -> None:
        self.reach(self.done + 1, name)

    def reach(self, done: int, name: str) -> None:
        """So many steps are done, and `name` is at work."""
        self.done = min(done, self.total)
        now = time.monotonic()
        if self.out.isatty():
            self._write("\r", name)
        elif now - self.told >= EVERY:
            self.told = now
            self._write("", name, "\n")

    def finish(self) -> None:
        self.done = self.total
        if self.out.isatty():
            self._write("\r", "done", "\n")

    def _write(self, before: str, name: str, after: str = "") -> None:
        full = self.done / self.total
        bar = "#" * round(full * WIDTH)
        self.out.write(f"{before}  [{bar:.<{WIDTH}}] {full:4.0%} {time.monotonic() - self.began:6.1f} s  {name[:48]:<48}{after}")
        self.out.flush()
