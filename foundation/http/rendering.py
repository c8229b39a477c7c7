"""Answers in the envelope: {"success": true, "data": …, "count", "page", "pages"}."""
from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.renderers import BaseRenderer


class EnvelopeRenderer(BaseRenderer):
    """JSON by orjson. Errors and lists come enveloped already (`Listed`), everything else is put under `data` here."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        status = renderer_context["response"].status_code if renderer_context else 200
        return encode(data if status >= 400 or isinstance(data, Listed) else {"success": True, "data": data})  # noqa: PLR2004


class Listed(dict[str, Any]):
    """A list in its envelope, with counts or cursors beside `data`."""

    def __init__(self, data: list[Any], **about: Any) -> None:
        super().__init__(success=True, data=data, **about)


def encode(data: Any) -> bytes:
    """JSON; lazy texts, decimals and other strangers as strings."""
    return orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)


def enveloped(data: bytes, about: bytes = b"") -> bytes:
    """A success whose JSON is there already; `about` are further members (`,"count":3`)."""
    return b'{"success":true,"data":' + data + about + b"}"


def beside(about: dict[str, Any]) -> bytes:
    """Members that stand beside a list."""
    return b"," + encode(about)[1:-1]


def ready_made(data: bytes, about: bytes = b"", *, status: int = 200) -> HttpResponse:
    """The answer of that envelope."""
    return HttpResponse(enveloped(data, about), status=status, content_type="application/json")
