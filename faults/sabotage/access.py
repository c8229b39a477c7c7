"""Guards that end a socket whose right has ended, taken away."""
from dataclasses import replace
from typing import Any


def revocation() -> None:
    """Nobody is told that their right ended."""
    from foundation.socket.connection import Connection

    control = Connection.control

    def deaf(self: Any, verb: str, data: dict[str, Any]) -> None:
        if verb not in ("revoke", "access-changed"):
            control(self, verb, data)

    Connection.control = deaf  # type: ignore[method-assign]


def pulse() -> None:
    """Pings do not ask whether the user, the session and the role still are what they were."""
    from pandarchat.routing import HouseBackend

    asked = HouseBackend.pulse

    async def without_people(self: Any, *given: Any) -> Any:
        return replace(await asked(self, *given), ended={}, changed=frozenset())

    HouseBackend.pulse = without_people  # type: ignore[method-assign, assignment]


def expiry() -> None:
    """A socket outlives its token."""
    from foundation.socket.connection import Connection

    identify = Connection.identify

    def for_ever(self: Any, identity: Any) -> None:
        identify(self, identity)
        self._expiry.cancel()

    Connection.identify = for_ever  # type: ignore[method-assign]
