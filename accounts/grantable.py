"""What a role can be given, in the order in which people read it."""
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.contrib.auth.models import Permission
from django.utils.module_loading import import_string
from django.utils.text import capfirst

BUILT_IN = ("add_", "change_", "delete_", "view_")


@dataclass(frozen=True)
class Subject:
    """What permissions are about: `name` for programs (`tickets.ticket`), `label` for people."""

    name: str
    label: str
    permissions: tuple[tuple[str, str], ...]  # (name, label)


def for_customers() -> frozenset[str]:
    """What a role can hold that is not staff's: what the shipped ones do."""
    return frozenset().union(*(role.permissions for role in import_string(settings.SHIPPED_ROLES).values() if not role.staff))


def offered(held: Iterable[str] = ()) -> list[Subject]:
    """What our apps define, what a shipped role holds, and what is held now; nothing of libraries, which is for superusers."""
    shipped = {name for role in import_string(settings.SHIPPED_ROLES).values() for name in role.permissions}
    wanted, apps = shipped | set(held), {name.partition(".")[0] for name in shipped}
    rows = [_row(permission) for permission in Permission.objects.select_related("content_type").filter(content_type__app_label__in=apps)
            if permission.content_type.model_class() is not None]
    chosen = sorted(row for row in rows if row[2] in wanted or not row[2].partition(".")[2].startswith(BUILT_IN))
    return [Subject(name, label, tuple((row[2], row[3]) for row in members))
            for (label, name), members in groupby(chosen, key=lambda row: row[:2])]


def _row(permission: Permission) -> tuple[str, str, str, str]:
    kind = permission.content_type
    model = kind.model_class()
    label = capfirst(str(model._meta.verbose_name_plural)) if model else ""
    told = capfirst(permission.name.removeprefix("Can "))
    return label, f"{kind.app_label}.{kind.model}", f"{kind.app_label}.{permission.codename}", told
