"""Adds to the OpenAPI schema what DRF does not know: the error envelope, the entries, and the socket's frames as webhooks."""
from typing import Any

from pandarchat import socket_schemas

ERROR = {
    "type": "object", "required": ["success", "error", "code", "fields"],
    "properties": {
        "success": {"type": "boolean", "const": False}, "error": {"type": "string", "description": "For people."},
        "code": {"type": "string", "description": "For programs."},
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "retry_after_ms": {"type": "integer"},
        "allowed": {"type": "array", "items": {"type": "string"}, "description": "Moves that are allowed instead."},
        "current": {"description": "The current state, where an older one was meant."},
        "challenge": {"type": "string", "description": "With which a sign-in goes on that needs a second factor."},
        "expires_in": {"type": "integer", "description": "Seconds until the challenge ends."},
    },
}


def add_frames(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas |= {"Error": ERROR, **socket_schemas.schemas()}
    result["webhooks"] = {"socketCommand": webhook("SocketCommand", "What a client sends on /ws/v1/."),
                          "socketFrame": webhook("SocketFrame", "What the server sends on /ws/v1/.")}
    return result


def webhook(name: str, description: str) -> dict[str, Any]:
    """A frame on the socket, as the nearest thing that OpenAPI has."""
    content = {"application/json": {"schema": {"$ref": socket_schemas.TEMPLATE.format(name=name)}}}
    return {"post": {"operationId": name, "description": description, "requestBody": {"required": True, "content": content},
                     "responses": {"200": {"description": "None; answers are frames."}}}}
