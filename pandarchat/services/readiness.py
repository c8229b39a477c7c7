"""Worker and beat say that they are ready by touching the file that whoever started them named; beat again with every task it sends."""
import os
from pathlib import Path
from typing import Any

from celery.signals import beat_init, before_task_publish, worker_ready

FILE = "PANDAR_READY_FILE"


@worker_ready.connect
@beat_init.connect
@before_task_publish.connect
def announce(**_: Any) -> None:
    if path := os.environ.get(FILE):
        Path(path).touch()
