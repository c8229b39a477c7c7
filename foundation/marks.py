"""The version of what has no counter: a mark of the state that was shown, so that nobody overwrites what they have not seen."""
import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from foundation.errors import Conflict

LENGTH = 16


def mark(state: Mapping[str, Any]) -> str:
    """A short text that two states share only where they are alike, whatever the order of their names."""
    text = orjson.dumps(state, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return hashlib.sha256(text).hexdigest()[:LENGTH]


def check(seen: str | None, current: Mapping[str, Any]) -> None:
    """Raises Conflict with the current state, which names its mark as `version`, where somebody saw an older one. Ask under the lock that
    the write takes. Whoever names no version writes over whatever is there."""
    if seen is not None and seen != current["version"]:
        raise Conflict("Somebody else changed this in the meantime.", code="stale", current=current)
