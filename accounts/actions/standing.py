"""Whoever changes what people may do does so one after the other, and as who they are by then."""
from django.db import connection

from accounts import tokens
from accounts.actor import AnyActor, Superuser, load
from foundation.errors import Forbidden
from foundation.units import current_organization

# Weaker than a change of the key, which the rows of everybody's work would wait for; sign-ins, which share the row, wait.
TURN = "SELECT FROM accounts_organization WHERE id = %s FOR NO KEY UPDATE"


def standing(actor: AnyActor, permission: str) -> AnyActor:
    """The actor as the database knows them now; nobody else changes people's rights in the organization until the unit ends. Take it
    before any other lock. Raises InvalidToken where their session has ended, Forbidden where they do not hold the permission any more:
    otherwise those who administer could take that from each other at the same moment, and nobody would be left."""
    with connection.cursor() as cursor:
        cursor.execute(TURN, [current_organization()])
    if actor.id is None or isinstance(actor, Superuser):
        return actor
    found = load(actor.id, session=actor.session_id, epoch=actor.epoch, address=actor.address)
    if found is None:
        raise tokens.session_ended()
    if not found.may(permission):
        raise Forbidden("You may not do this.")
    return found
