"""Doing the same for many organizations, so that one's trouble is its own."""
import logging
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

logger = logging.getLogger(__name__)


def organization(organizations: Iterable[UUID], work: Callable[..., Any]) -> None:
    """Call `work(organization=…)` for each; what one raises is logged, and the next one has its turn."""
    for key in organizations:
        try:
            work(organization=key)
        except Exception:
            logger.exception("%s failed for organization %s", getattr(work, "__name__", work), key)
