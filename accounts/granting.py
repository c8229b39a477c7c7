"""For migrations: permissions that are new in the product, for the shipped roles of organizations that are there already."""
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.management import create_permissions
from django.db.models import F

from foundation.tenancy import for_each_organization


def grant_to_shipped(apps: Any, schema_editor: Any, app: str, granted: Mapping[str, Sequence[str]]) -> None:
    """Give shipped roles, by slug, permissions of an app, by codename. What an organization defined itself, and what it took from a shipped
    role of other apps, stays as it is. Idempotent."""
    make_permissions(apps, app)
    permissions = dict(apps.get_model("auth", "Permission").objects.filter(content_type__app_label=app).values_list("codename", "id"))
    role_model, grants = apps.get_model("accounts", "Role"), apps.get_model("accounts", "RolePermission")

    def work(organization: UUID) -> None:
        for role in role_model.objects.filter(is_shipped=True, slug__in=list(granted)):
            held = set(grants.objects.filter(role=role).values_list("permission_id", flat=True))
            missing = [permissions[name] for name in granted[role.slug] if permissions[name] not in held]
            grants.objects.bulk_create(grants(organization_id=organization, role=role, permission_id=key) for key in missing)
            if missing:
                role_model.objects.filter(pk=role.pk).update(version=F("version") + 1)

    for_each_organization(schema_editor, apps, work)


def make_permissions(apps: Any, app: str) -> None:
    """What Django does after the last migration, and a migration that grants them needs before."""
    config = apps.get_app_config(app)
    before, config.models_module = getattr(config, "models_module", None), True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = before
