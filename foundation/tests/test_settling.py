"""A serving process is warm before its first request."""
import json
import os
import subprocess
import sys
from typing import Any

TELL = """
import gc, json, sys
from pandarchat.wsgi import application
from django.db import connection
held = connection.pool.get_stats()
print(json.dumps({"held": held["pool_size"] - held["pool_available"],
                  "frozen": gc.get_freeze_count(), "seen": len(gc.get_objects()), "views": "tickets.api.views" in sys.modules}))
"""


def test_a_serving_process_has_its_views_loaded_and_its_collector_spared(django_db_setup: None) -> None:
    told = after_the_start()
    assert told["views"]
    assert told["frozen"] > 10 * told["seen"]


def test_the_start_keeps_no_connection_for_itself(django_db_setup: None) -> None:
    """There are as many as threads that answer requests; the last one would wait for a connection in vain."""
    assert after_the_start()["held"] == 0


def after_the_start() -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", TELL], env=os.environ.copy(), capture_output=True, text=True, check=True, timeout=60)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
