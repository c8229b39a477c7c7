"""What the story tells: who saw what, and after how long; and what was expected and did not happen."""
from collections.abc import Callable
from time import monotonic


class Missing(Exception):
    """Something without which the story cannot go on."""


class Report:
    """`tell` takes lines as they happen. Times in ms; those of a line are measured from the act that it answers."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.missing: list[str] = []
        self._tell = tell
        self._began = monotonic()
        self.expectations = 0

    def heading(self, text: str) -> None:
        self._tell(f"\n{text}")

    def saw(self, who: str, what: str, ms: float | None = None) -> None:
        """A line: time since the story began, who, what, after how many ms."""
        after = "" if ms is None else f"{ms:7.0f} ms"
        self._tell(f"  {monotonic() - self._began:7.2f} s  {who:<26.26}  {what:<78}  {after}".rstrip())

    def expect(self, true: bool, what: str) -> None:
        """An expectation, put as it should be; remembered where it is not so."""
        self.expectations += 1
        if not true:
            self.missing.append(what)
            self._tell(f"  MISSING    {what}")

    def need(self, true: bool, what: str) -> None:
        """The same, where nothing can follow without it; raises Missing."""
        self.expect(true, what)
        if not true:
            raise Missing(what)
