"""The conversation on the socket."""
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, cast
from uuid import UUID

import msgspec
import orjson

from accounts.actions import agents
from accounts.actor import Actor
from chat import actions, queries, rooms, sending, wire
from chat.limits import SENDS, SIGNS, WATCHES
from foundation import events
from foundation.async_database import in_thread, one_row
from foundation.errors import Conflict, Forbidden
from foundation.socket.backend import Identity, Pulse
from foundation.socket.commands import Handler
from foundation.socket.connection import SHOW_AGAIN, Connection, Shown
from foundation.socket.frames import CloseCode, Frame, Ok, encode
from foundation.units import unit_of_work

PULSE = "SELECT socket_pulse(%s::uuid, %s::uuid[], %s::uuid[], %s::uuid[])"


async def join(connection: Connection, command: wire.JoinTicketRoom) -> Frame:
    """Subscribe first, then read: what is stored in between arrives twice at the most, and never not at all."""
    actor: Actor = connection.me.actor
    await in_thread(actor.organization_id, _check_visible, actor, command.ticket)
    connection.enter(command.ticket, rooms.room(command.ticket, staff=actor.staff))
    return await in_thread(actor.organization_id, _batch, actor, command)


def _check_visible(actor: Actor, ticket: UUID) -> None:
    with unit_of_work(actor):
        queries.get(actor, ticket)


def _batch(actor: Actor, command: wire.JoinTicketRoom) -> Frame:
    with unit_of_work(actor):
        conversation = queries.get(actor, command.ticket)
        head = queries.head(actor, conversation)
        if head - command.after > queries.RESET_BEYOND or command.after > head:
            return wire.Reset(ref=command.ref, ticket=command.ticket, head=head)
        page = queries.after(actor, conversation, command.after)
        entries, reads = cast(Any, page.entries), cast(Any, page.reads)  # encoded already
        return wire.Batch(ref=command.ref, ticket=command.ticket, first=page.first, to=page.last, head=page.head, more=page.more,
                          entries=entries, reads=reads)


async def leave(connection: Connection, command: wire.LeaveTicketRoom) -> Frame:
    connection.leave(command.ticket)
    return Ok(ref=command.ref)


async def send(connection: Connection, command: wire.SendMessage) -> Frame:
    actor: Actor = connection.me.actor
    await SENDS.check_async(actor.id)
    draft = sending.Draft(conversation=command.ticket, client_id=command.client_id, text=command.text, internal=command.internal,
                          attachments=tuple(command.attachments))
    stored = await sending.send_from_socket(actor=actor, draft=draft, session=connection.session)
    place = wire.Place(stored.place.id, stored.place.number) if stored.place else msgspec.UNSET
    return wire.MessageStored(ref=command.ref, seq=stored.seq, id=stored.id, created_at=stored.created_at, duplicate=stored.duplicate,
                              ticket=place)


async def typing(connection: Connection, command: wire.Typing) -> Frame:
    _check_joined(connection, command.ticket)
    SIGNS.check(connection.session)
    internal = command.internal and connection.me.staff
    frame = encode(wire.TypingNow(ticket=command.ticket, user=person(connection.me), typing=command.typing, internal=internal))
    for staff in (True,) if internal else (True, False):
        events.hints().publish(rooms.room(command.ticket, staff=staff), frame, exclude=connection.session)
    return Ok(ref=command.ref)


async def viewing(connection: Connection, command: wire.Viewing) -> Frame:
    _check_joined(connection, command.ticket)
    SIGNS.check(connection.session)
    show_viewing(connection, command.ticket, command.viewing)
    again, gone = (partial(show_viewing, connection, command.ticket, now) for now in (True, False))
    connection.shows(command.ticket, Shown(again=again, gone=gone) if command.viewing else None)
    return Ok(ref=command.ref)


async def watch(connection: Connection, command: wire.WatchTickets) -> Frame:
    """Hear what happens in the conversations that a list shows, and who looks at them already. Subscribed first, then read: a last number
    that the list does not have says that it is old."""
    organization = connection.me.organization_id
    if not connection.me.staff:
        raise Forbidden("Only staff watch lists of tickets.")
    WATCHES.check(connection.session)
    wanted = set(command.tickets)
    known = wanted & (connection.watched.keys() | connection.rooms.keys())
    seen = known | await in_thread(organization, may_see, connection.me, wanted - known) if wanted - known else known
    if new := connection.watch({ticket: rooms.staff_room(ticket) for ticket in seen}):
        events.hints().control(agents.staff_group(organization), SHOW_AGAIN, rooms=",".join(map(str, new)))
    return wire.Watching(ref=command.ref, heads=await in_thread(organization, _heads, connection.me.actor, seen) if seen else {})


def _heads(actor: Actor, tickets: set[UUID]) -> dict[str, int]:
    with unit_of_work(actor):
        return {str(key): head for key, head in queries.visible_to(actor).filter(id__in=tickets).values_list("id", "staff_seq")}


def show_viewing(connection: Connection, ticket: UUID, now: bool) -> None:
    """Tell the staff in the room; a customer never learns who looks."""
    frame = encode(wire.ViewingNow(ticket=ticket, user=person(connection.me), viewing=now))
    events.hints().publish(rooms.staff_room(ticket), frame, exclude=connection.session)


async def read(connection: Connection, command: wire.Read) -> Frame:
    await in_thread(connection.me.organization_id, _read, connection.me.actor, command, connection.session)
    return Ok(ref=command.ref)


def _read(actor: Actor, command: wire.Read, session: str) -> None:
    with unit_of_work(actor):
        actions.read(actor=actor, conversation=command.ticket, seq=command.seq, session=session)


def _check_joined(connection: Connection, ticket: UUID) -> None:
    if ticket not in connection.rooms:
        raise Conflict("Join the ticket's room first.", code="not_joined")


def person(identity: Identity) -> wire.Person:
    return wire.Person(id=identity.user_id, name=identity.name, staff=identity.staff)


COMMANDS: list[Any] = [
    Handler(wire.JoinTicketRoom, join), Handler(wire.LeaveTicketRoom, leave), Handler(wire.SendMessage, send), Handler(wire.Typing, typing),
    Handler(wire.Viewing, viewing), Handler(wire.WatchTickets, watch),
    Handler(wire.Read, read),
]
FRAMES = [
    wire.Batch, wire.Reset, wire.MessageStored, wire.Watching, wire.EntryAdded, wire.TypingNow,
    wire.ViewingNow, wire.ReadUpTo, wire.DraftChanged,
]


def may_see(identity: Identity, conversations: Iterable[UUID]) -> set[UUID]:
    """Those of the conversations that this person may see now."""
    actor: Actor = identity.actor
    with unit_of_work(actor):
        found: set[UUID] = set(queries.visible_to(actor).filter(id__in=list(conversations)).values_list("id", flat=True))
    return found


async def pulse(organization: UUID, sockets: Mapping[str, Identity], conversations: frozenset[UUID]) -> Pulse:
    """Heads of the joined rooms, and which sockets' users, sessions or roles have ended or changed: one statement."""
    users = {identity.user_id for identity in sockets.values()}
    logins = {identity.session_id for identity in sockets.values() if identity.session_id}
    (answer,), _ = await one_row(PULSE, (organization, list(conversations), list(users), list(logins)), of=organization)
    found = orjson.loads(answer) if isinstance(answer, str) else answer
    heads = {UUID(key): (staff, public) for key, staff, public in found["heads"]}
    people = {UUID(key): (epoch, UUID(role), version) for key, epoch, role, version in found["users"]}
    alive = {UUID(key) for key in found["sessions"]}
    ended, changed = {}, set()
    for socket, identity in sockets.items():
        actor: Actor = identity.actor
        known = people.get(identity.user_id)
        if known is None or known[0] != actor.epoch or (identity.session_id and identity.session_id not in alive):
            ended[socket] = CloseCode.REVOKED
        elif known[1:] != (actor.role_id, actor.role_version):
            changed.add(socket)
    return Pulse(heads=heads, ended={key: int(code) for key, code in ended.items()}, changed=frozenset(changed))
