"""The audit trail: who did what, on what, when and from where. Entries are added and never changed; the database sees to that."""
from typing import Any

from accounts.actor import AnyActor
from accounts.models import AuditEntry
from foundation import logs
from foundation.ids import PLATFORM
from foundation.units import current_organization


def record(
    action: str,
    *,
    actor: AnyActor | None,
    target: Any = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    address: str = "",
    name: str = "",
) -> None:
    """Add an entry in the current unit of work. `actor` is None where nobody is signed in; `name` then says who they claim to be."""
    organization = current_organization()
    AuditEntry.objects.create(
        organization_id=None if organization == PLATFORM else organization,
        actor_id=actor.id if actor else None,
        actor_name=actor.name if actor else name,
        action=action,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        target_name=str(target)[:200] if target is not None else "",
        before=before,
        after=after,
        address=address or (actor.address if actor else ""),
        request_id=logs.request_id.get(),
    )


def changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The two states, cut down to what differs."""
    different = [key for key in after if before.get(key) != after[key]]
    return {key: before.get(key) for key in different}, {key: after[key] for key in different}
