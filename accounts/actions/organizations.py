"""What an organization decides about itself."""
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts import audit, queries
from accounts.actions import factors
from accounts.actions.standing import standing
from accounts.actor import AnyActor
from accounts.models import Organization
from foundation import marks
from foundation.errors import NotFound


def change(*, organization: UUID, given: Mapping[str, Any], actor: AnyActor, seen: str | None = None) -> Organization:
    """Its name, whether addresses are confirmed and a second factor demanded, and, for the platform, whether it is open. Raises Conflict
    where `seen` is not the version that it has, and where whoever demands a second factor has none; and what `standing` raises."""
    actor = standing(actor, "accounts.change_organization")
    # As an UPDATE locks it: rows that refer to it are still written meanwhile.
    row = Organization.objects.select_for_update(no_key=True).filter(id=organization).first()
    if row is None:
        raise NotFound("There is no such organization.")
    if seen is not None:
        marks.check(seen, queries.organization_shown(actor, row))
    before = {name: getattr(row, name) for name in given}
    if given.get("requires_second_factor") and not row.requires_second_factor:
        factors.demand(organization=row, actor=actor)
    old, new = audit.changes(before, dict(given))
    if new:
        for name, value in new.items():
            setattr(row, name, value)
        row.save(update_fields=list(new))
        audit.record("organization_changed", actor=actor, target=row, before=old, after=new)
    return row
