"""How an organization's queue works."""
import re
from collections.abc import Mapping
from typing import Any

from accounts import audit
from accounts.actor import AnyActor
from foundation import events, marks
from foundation.errors import Invalid
from foundation.marks import mark
from foundation.units import current_organization
from tickets.models import QueueSettings

NAMES = ("number_prefix", "assigns_automatically", "grace_seconds")
PREFIX = re.compile(r"[^\W_]{0,10}")  # letters and digits of any script


def shown(actor: AnyActor) -> dict[str, Any]:
    """The settings as the API shows them; as they are without a row until somebody made one."""
    return _shown(actor, QueueSettings.objects.filter(organization_id=current_organization()).first() or QueueSettings())


def _shown(actor: AnyActor, row: QueueSettings) -> dict[str, Any]:
    state = {name: getattr(row, name) for name in NAMES}
    allowed = ["change"] if actor.may("tickets.change_queuesettings") else []
    return {**state, "next_number": row.next_number, "version": mark(state), "allowed": allowed}


def configure(*, given: Mapping[str, Any], actor: AnyActor, seen: str | None = None) -> QueueSettings:
    """Another prefix of numbers, assignment on or off, another time of grace. Raises Conflict where `seen` is not the version that they
    have, Invalid for a prefix that is no word. Where assignment is switched on, the queue is looked at at once."""
    row, _ = QueueSettings.objects.select_for_update().get_or_create(organization_id=current_organization())
    marks.check(seen, _shown(actor, row))
    if "number_prefix" in given:
        check_prefix(given["number_prefix"])
    old, new = audit.changes({name: getattr(row, name) for name in NAMES}, {name: given[name] for name in NAMES if name in given})
    if not new:
        return row
    for name, value in new.items():
        setattr(row, name, value)
    row.save(update_fields=list(new))  # and not the counter, which goes on meanwhile
    audit.record("queuesettings_changed", actor=actor, target=row, before=old, after=new)
    if new.get("assigns_automatically"):
        events.emit("queue.resumed", {})
    return row


def check_prefix(prefix: str) -> None:
    """Raises Invalid for what would not be read as one word with the number."""
    if not PREFIX.fullmatch(prefix):
        raise Invalid("Some fields are not valid.", fields={"number_prefix": ["Up to ten letters and digits."]})
