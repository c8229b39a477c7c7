"""Reading a request's input by a serializer."""
import unicodedata
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

TURNING = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}  # embeddings, overrides, isolates of bidi


class KeyField(serializers.UUIDField):
    """A uuid as text. DRF's own also takes numbers, and of `true` it makes one that nothing can encode."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


def plain(text: str) -> None:
    """A validator of one-line texts: no control characters, and none that turn the direction of what stands beside them."""
    if any(unicodedata.category(character) == "Cc" for character in text) or TURNING & set(text):
        raise ValidationError("Control characters are not allowed here.", code="not_plain")


def valid(serializer: Any, request: Request) -> dict[str, Any]:
    """The request's body; raises a validation error."""
    return _validated(serializer(data=request.data))


def valid_query(serializer: Any, request: Request) -> dict[str, Any]:
    """The request's query, every name known and given once; raises a validation error."""
    return query_of(serializer, request.query_params)


def query_of(serializer: Any, query: QueryDict) -> dict[str, Any]:
    """The same of a query by itself."""
    unknown = {name: ["There is no such filter."] for name in query if name not in serializer().fields}
    twice = {name: ["Give this filter once."] for name, values in query.lists() if len(values) > 1}
    if unknown or twice:
        raise ValidationError({**twice, **unknown})
    return _validated(serializer(data=query.dict()))


def _validated(bound: Any) -> dict[str, Any]:
    bound.is_valid(raise_exception=True)
    data: dict[str, Any] = bound.validated_data
    return data
