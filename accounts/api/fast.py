"""Signing in on the event loop: whoever waits for their password to be checked holds no thread."""
from functools import cache
from typing import Any

import orjson
from rest_framework.exceptions import ValidationError

from accounts import passwords
from accounts.actions import entering
from accounts.actions.steps import run_on_loop
from accounts.api import serializers
from accounts.api.views import entered
from foundation.errors import DomainError
from foundation.http import errors
from foundation.http.fast import Answer, Call, unavailable
from foundation.http.rendering import encode, enveloped

JSON_TYPES = {b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"}


async def login(call: Call) -> Answer | None:
    """Signing in, refusals included: the try is counted by the time it is refused, so nobody else may be asked."""
    given = credentials(call.body)
    if given is None or call.query or call.headers.get(b"content-type") not in JSON_TYPES or not passwords.in_processes():
        return None
    user_agent = call.headers.get(b"user-agent", b"").decode("latin-1")
    try:
        signed_in = await run_on_loop(entering.signing_in(**given, address=call.address, user_agent=user_agent))
    except DomainError as error:
        return refusal(error)
    except Exception:  # the try was counted, and a session may have begun: Django may not do it a second time
        errors.logger.exception("A sign-in was not answered")
        return unavailable()
    return Answer(enveloped(encode(entered(signed_in))))


def refusal(error: DomainError) -> Answer:
    """As Django's views answer it."""
    response = errors.refused(error)
    headers = [(name.lower().encode(), value.encode()) for name, value in response.headers.items() if name != "Content-Type"]
    return Answer(encode(response.data), response.status_code, headers)


def credentials(body: bytes) -> dict[str, Any] | None:
    """What the serializer makes of well-formed credentials; None for whatever else, which Django refuses in its words."""
    try:
        data = orjson.loads(body)
        if not isinstance(data, dict) or data.keys() != fields().keys():
            return None
        return {name: field.run_validation(data[name]) for name, field in fields().items()}
    except (orjson.JSONDecodeError, ValidationError):
        return None


@cache
def fields() -> dict[str, Any]:
    return dict(serializers.Credentials().fields)
