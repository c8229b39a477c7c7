"""Django's PostgreSQL backend, knowing which organization the current unit of work belongs to."""
import logging
import re
from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db.backends.postgresql import base

logger = logging.getLogger("foundation.tenancy")


class OutsideUnitOfWork(RuntimeError):
    """A tenant table was asked outside a unit of work, where row-level security hides every row."""


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection; `organization` is set by `unit_of_work` and by nothing else."""

    organization: UUID | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._guard)

    def _guard(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if self.organization is None and isinstance(sql, str) and tenant_statement().match(sql):
            report_outside(sql)
        return execute(sql, params, many, context)


def report_outside(sql: str) -> None:
    """Raise where a developer sees it, log where a customer would."""
    message = f"A tenant table was asked outside a unit of work: {sql[:200]}"
    if getattr(settings, "STRICT_TENANCY", settings.DEBUG):
        raise OutsideUnitOfWork(message)
    logger.error(message)


@cache
def tenant_statement() -> re.Pattern[str]:
    """Matches statements that read or write a table with an organization."""
    tables = {m._meta.db_table for m in apps.get_models(include_auto_created=True) if is_tenant(m)}
    names = "|".join(sorted(map(re.escape, tables))) or "(?!)"
    return re.compile(rf"\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b.*\b(?:{names})\b", re.IGNORECASE | re.DOTALL)


def is_tenant(model: Any) -> bool:
    """Whether a model's rows belong to an organization."""
    return any(field.column == "organization_id" for field in model._meta.local_concrete_fields)
