"""A serving process is warm before its first request."""
import json
import os
import subprocess
import sys

TELL = """
import gc, json, sys
from pandarchat.wsgi import application
print(json.dumps({"frozen": gc.get_freeze_count(), "seen": len(gc.get_objects()), "views": "tickets.api.views" in sys.modules}))
"""


def test_a_serving_process_has_its_views_loaded_and_its_collector_spared(django_db_setup: None) -> None:
    done = subprocess.run([sys.executable, "-c", TELL], env=os.environ.copy(), capture_output=True, text=True, check=True, timeout=60)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["views"]
    assert told["frozen"] > 10 * told["seen"]
