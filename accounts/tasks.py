from celery import shared_task

from accounts.actions import agents


@shared_task
def mark_gone_agents() -> None:
    for organization in agents.organizations_with_gone_agents():
        agents.mark_gone(organization=organization)
