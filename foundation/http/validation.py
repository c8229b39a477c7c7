"""Reading a request's input by a serializer."""
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


class KeyField(serializers.UUIDField):
    """A uuid as text. DRF's own also takes numbers, and of `true` it makes one that nothing can encode."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


def valid(serializer: Any, request: Request) -> dict[str, Any]:
    """The request's body; raises a validation error."""
    return _validated(serializer(data=request.data))


def valid_query(serializer: Any, request: Request) -> dict[str, Any]:
    """The request's query, every name known and given once; raises a validation error."""
    unknown = {name: ["There is no such filter."] for name in request.query_params if name not in serializer().fields}
    if unknown:
        raise ValidationError(unknown)
    return _validated(serializer(data=request.query_params.dict()))


def _validated(bound: Any) -> dict[str, Any]:
    bound.is_valid(raise_exception=True)
    data: dict[str, Any] = bound.validated_data
    return data
