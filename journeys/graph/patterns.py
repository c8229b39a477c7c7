"""Patterns of text questions, by RE2: it matches in time linear in the text whatever the pattern, so none can backtrack without bound."""
from functools import lru_cache
from typing import Any

import re2

LONGEST_PATTERN = 1_000  # characters
MEMORY = 1 << 20  # bytes of one compiled pattern; `(a{1000}){1000}` wants more, and is refused
MOST_MEMORY = 32 << 20  # bytes of all that are kept compiled


class BadPattern(ValueError):
    """No pattern of RE2's: it does not parse, needs look-around or back-references, or grows too large."""


@lru_cache(maxsize=MOST_MEMORY // MEMORY)
def compiled(pattern: str) -> Any:
    """Raises BadPattern."""
    if len(pattern) > LONGEST_PATTERN:
        raise BadPattern(f"a pattern has {LONGEST_PATTERN} characters at most")
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeError) as error:
        raise BadPattern(said(error)) from None
    finally:
        re2.purge()  # its module keeps four times as many again


def said(error: Exception) -> str:
    """RE2 tells what is wrong in bytes."""
    text = error.args[0] if error.args else ""
    return text.decode(errors="replace") if isinstance(text, bytes) else str(text)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text is what the pattern says; nothing is where the pattern is none."""
    try:
        return compiled(pattern).fullmatch(text) is not None
    except (BadPattern, UnicodeError):
        return False
