"""Bodies of requests: strict JSON, or a clear 400."""
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from foundation.errors import DomainError

DEEPEST = 32


class TooLarge(DomainError):
    code = "too_large"
    status = 413


class StrictJSONParser(BaseParser):
    """UTF-8 JSON objects without NaN, lone surrogates or bottomless nesting."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            text = stream.body if hasattr(stream, "body") else stream.read()
        except RequestDataTooBig:
            raise TooLarge("The request is larger than 1 MB.") from None
        try:
            data = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not valid JSON: {error}.") from None
        if not isinstance(data, dict) or deeper_than(data, DEEPEST):
            raise ParseError("The body must be a JSON object of moderate depth.")
        return data


def deeper_than(value: Any, levels: int) -> bool:
    """Whether lists and objects nest deeper than this."""
    layer = [value]
    for _ in range(levels):
        layer = [
            item for outer in layer for item in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
        ]
        if not layer:
            return False
    return True
