"""OpenAPI: the envelope around every answer, errors, and the headers that every write takes."""
from typing import Any

from drf_spectacular.openapi import AutoSchema

ERROR = {"$ref": "#/components/schemas/Error"}
LISTS = {"count": {"type": "integer"}, "count_exact": {"type": "boolean"}, "page": {"type": "integer"}, "pages": {"type": "integer"},
         "next": {"type": ["string", "null"], "description": "Cursor of the next page."}}


class EnvelopeSchema(AutoSchema):
    """drf-spectacular's view of a view, in our conventions. A view says `listed = True` where it answers a counted list."""

    def _get_response_for_code(self, serializer: Any, status_code: str, media_types: Any = None, direction: str = "response") -> Any:
        response = super()._get_response_for_code(serializer, status_code, media_types, direction)
        for media_type, content in response.get("content", {}).items():
            if media_type != "application/json":  # a file is not enveloped
                continue
            content["schema"] = self._enveloped(content["schema"], listed=getattr(self.view, "listed", False) and self.method == "GET")
        return response

    @staticmethod
    def _enveloped(data: dict[str, Any], *, listed: bool) -> dict[str, Any]:
        properties: dict[str, Any] = {"success": {"type": "boolean", "const": True}, "data": data}
        required = ["success", "data"]
        if listed:
            properties |= LISTS
            required += ["count"]
        return {"type": "object", "properties": properties, "required": required}

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            operation["responses"]["default"] = {
                "description": "A refusal; nothing was changed.",
                "content": {"application/json": {"schema": ERROR}},
            }
        return operation

    def get_override_parameters(self) -> list[Any]:
        from drf_spectacular.utils import OpenApiParameter

        if self.method not in {"POST", "PATCH", "PUT", "DELETE"} or not self.get_auth() or getattr(self.view, "own_key", False):
            return []
        return [OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=False,
                                 description="Repeating a request under its key answers as the first time and does nothing more.")]

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]
