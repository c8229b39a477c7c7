from celery import shared_task

from pandarchat import housekeeping


@shared_task
def remove_expired() -> None:
    housekeeping.run()
