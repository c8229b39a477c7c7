"""The socket, composed of what each app answers there."""
from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

import accounts.socket
import chat.socket
import tickets.socket
from foundation import history
from foundation.async_database import STRANGERS, in_thread
from foundation.socket.application import SocketApplication
from foundation.socket.backend import Identity, Pulse
from foundation.socket.frames import CloseCode, Frame


class HouseBackend:
    """What the socket asks: accounts knows people, chat knows rooms."""

    async def authenticate_token(self, token: str, address: str) -> Identity:
        return await in_thread(STRANGERS, accounts.socket.of_token, token, address)

    async def authenticate_cookie(self, cookies: Mapping[str, str], address: str) -> Identity | None:
        return await in_thread(STRANGERS, accounts.socket.of_cookie, dict(cookies), address)

    async def refresh(self, identity: Identity) -> Identity | None:
        return await in_thread(identity.organization_id, accounts.socket.again, identity)

    async def may_see(self, identity: Identity, room_ids: Iterable[UUID]) -> set[UUID]:
        return await in_thread(identity.organization_id, chat.socket.may_see, identity, room_ids)

    async def pulse(self, organization_id: UUID, sessions: Mapping[str, Identity], rooms: frozenset[UUID]) -> Pulse:
        pulse = await chat.socket.pulse(organization_id, sessions, rooms)
        life = history.known() or await in_thread(organization_id, history.current)
        if past := {socket: int(CloseCode.RESTART) for socket, identity in sessions.items() if identity.history != life}:
            pulse = replace(pulse, ended={**past, **pulse.ended})
        browsers = {socket: key for socket, identity in sessions.items() if (key := identity.actor.browser_session)}
        if not browsers:
            return pulse
        living = await in_thread(organization_id, accounts.socket.living, set(browsers.values()))
        gone = {socket: int(CloseCode.REVOKED) for socket, key in browsers.items() if key not in living}
        return replace(pulse, ended={**pulse.ended, **gone})

    async def seen(self, organization_id: UUID, user_ids: frozenset[UUID]) -> None:
        await in_thread(organization_id, accounts.socket.seen, organization_id, user_ids)

    async def welcome(self, identity: Identity) -> list[Frame]:
        return await in_thread(identity.organization_id, accounts.socket.welcome, identity)

    async def gone(self, identity: Identity) -> None:
        await in_thread(identity.organization_id, accounts.socket.gone, identity)


COMMANDS = [*accounts.socket.COMMANDS, *chat.socket.COMMANDS, *tickets.socket.COMMANDS]
sockets = SocketApplication(backend=HouseBackend(), commands=COMMANDS)
