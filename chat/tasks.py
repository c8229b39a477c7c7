from uuid import UUID

from celery import shared_task

from chat.attachments import actions
from foundation import each


@shared_task
def remove_bytes(organization: str, delivery: str) -> None:
    actions.remove_bytes(organization=UUID(organization), delivery=UUID(delivery))


@shared_task
def collect_uploads() -> None:
    each.organization(actions.organizations_with_expired(), actions.collect)
