"""Where everything of a measurement is kept: under `PANDAR_VAR/bench`, but for the copy of the yardstick in `PANDAR_VAR/yardstick`."""
import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_YARDSTICK = "../shared/yardstick"


@dataclass(frozen=True)
class Places:
    """`var` is the installation's; `source` is the yardstick's folder, which is only read."""

    var: Path
    source: Path

    @property
    def bench(self) -> Path:
        return self.var / "bench"

    @property
    def yardstick(self) -> Path:
        return self.var / "yardstick"

    @property
    def worlds(self) -> Path:
        return self.yardstick / "worlds"

    @property
    def python(self) -> Path:
        """Of an environment of its own: what measures is no part of the product."""
        return self.bench / "venv" / "bin" / "python"


def places() -> Places:
    """As PANDAR_VAR and YARDSTICK say; both may be relative to the checkout."""
    return Places(var=ROOT / (os.environ.get("PANDAR_VAR") or "var"), source=ROOT / (os.environ.get("YARDSTICK") or DEFAULT_YARDSTICK))
