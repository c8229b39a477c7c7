"""What a client said it was, in a few words."""
from functools import lru_cache

LONGEST = 80


@lru_cache(maxsize=1024)
def name_of(user_agent: str) -> str:
    """`Firefox on Windows`, `Chrome Mobile on Android`, or the beginning of what an unknown client calls itself. Nothing to rely on:
    anybody may say anything."""
    from ua_parser import parse  # thousands of expressions, for those who look

    said = parse(user_agent)
    names = [part.family for part in (said.user_agent, said.os) if part]
    return (" on ".join(names) or user_agent or "unknown")[:LONGEST]
