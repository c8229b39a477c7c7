"""Metrics of a Celery worker: what becomes of tasks, and a port of its own on which its parent process tells it."""
import threading
import time
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from celery.signals import task_postrun, task_prerun
from django.http import HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST

from foundation import metrics
from foundation.http.metrics import refusal

TASKS = metrics.counter("pandar_tasks", "Tasks that a worker ended, by name and state", ["task", "state"])
SECONDS = metrics.histogram("pandar_task_seconds", "Time that a task ran", ["task"])
PATH = "/metrics"
_started: dict[str, float] = {}


def connect() -> None:
    """Count this worker's tasks."""
    task_prerun.connect(_begun, dispatch_uid="pandarchat.worker_metrics")
    task_postrun.connect(_ended, dispatch_uid="pandarchat.worker_metrics")


def _begun(task_id: str, **kwargs: Any) -> None:
    _started[task_id] = time.perf_counter()


def _ended(task_id: str, task: Any, state: str | None = None, **kwargs: Any) -> None:
    TASKS.labels(task.name, (state or "unknown").lower()).inc()
    if (started := _started.pop(task_id, None)) is not None:
        SECONDS.labels(task.name).observe(time.perf_counter() - started)


def serve(port: int) -> None:
    """In a thread of its own: for this machine, or with a token for everybody who bears it."""
    host = "0.0.0.0" if metrics.access_token() else "127.0.0.1"  # noqa: S104
    server = make_server(host, port, application, server_class=_Server, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """WSGI: `/metrics` and nothing else, under the same condition as in the web."""
    response = answer(environ)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [response.content]


def answer(environ: dict[str, Any]) -> HttpResponse:
    if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "GET":
        return HttpResponse(status=404)
    return refusal(environ) or HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    timeout = 10  # seconds for a client that says nothing

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing of every look into the log."""
