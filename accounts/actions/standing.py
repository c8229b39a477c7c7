"""Whoever changes what people may do does so one after the other, and as who they are by then."""
from uuid import UUID

from django.db import connection

from accounts import tokens
from accounts.actor import AnyActor, Superuser, load
from accounts.models import User
from foundation.errors import Forbidden, NotFound
from foundation.units import current_organization

# Weaker than a change of the key, which the rows of everybody's work would wait for; sign-ins, which share the row, wait.
TURN = "SELECT FROM accounts_organization WHERE id = %s FOR NO KEY UPDATE"


def take_turn() -> None:
    """Nobody else changes people's rights in the organization until the unit ends. Take it before any other lock."""
    with connection.cursor() as cursor:
        cursor.execute(TURN, [current_organization()])


def standing(actor: AnyActor, permission: str) -> AnyActor:
    """The actor as the database knows them now, in their turn. Raises InvalidToken where their session has ended, Forbidden where they do
    not hold the permission any more: otherwise those who administer could take that from each other at the same moment, and nobody would
    be left."""
    take_turn()
    if actor.id is None or isinstance(actor, Superuser):
        return actor
    found = load(actor.id, session=actor.session_id, epoch=actor.epoch, address=actor.address)
    if found is None:
        raise tokens.session_ended()
    if not found.may(permission):
        raise Forbidden("You may not do this.")
    return found


def whom(user: UUID) -> User:
    """The row, locked, of somebody to whom that is done; raises NotFound."""
    found = User.objects.select_for_update(of=("self",)).select_related("role").filter(id=user).first()
    if found is None:
        raise NotFound("There is no such user.")
    return found
