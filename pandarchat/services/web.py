"""HTTP in a process of its own: `python -m pandarchat.services.web` is granian with the product as WSGI.

As many threads as database connections; on SIGTERM `/readyz` says 503 for DRAIN_SECONDS, in which everything is served as before, then
no connection is taken any more, and what runs is finished.
"""
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.mp import MPServer

from foundation import draining, logs
from pandarchat.environment import Environment, InvalidSetting, read

WAITING = 128  # connections taken at once; more wait in the proxy, which spreads them
FINISHING = 30  # seconds that running requests get, as long as a statement of the database
DRAIN = signal.SIGUSR1


class Web(MPServer):
    """granian that drains first. `drain_seconds`: from the first SIGTERM until it stops; a second one, or SIGINT, waits no longer."""

    def __init__(self, *, drain_seconds: float, **settings: Any) -> None:
        super().__init__("pandarchat.wsgi:application", **settings)
        self.drain_seconds = drain_seconds
        self.draining = False

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        if self.draining or not self.drain_seconds or signal.SIGINT in args[:1]:
            super().signal_handler_interrupt(*args, **kwargs)
            return
        self.draining = True
        for worker in self.wrks:
            os.kill(worker.inner.pid, DRAIN)
        later = threading.Timer(self.drain_seconds, super().signal_handler_interrupt)
        later.daemon = True
        later.start()


def load(target: str) -> Callable[..., Any]:
    """In the worker: the application, and an ear for the word that the process goes."""
    from django.conf import settings

    from accounts import passwords
    from foundation.http.whole_body import WholeBody
    from pandarchat.wsgi import application

    passwords.start_processes()
    signal.signal(DRAIN, lambda *_: draining.begin())
    return WholeBody(application, most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE, larger=settings.LARGER_BODIES)


def server(env: Environment) -> Web:
    """Without keep-alive: a connection that idles cannot be told from one that is about to ask, and would be cut at the stop."""
    ours = logs.configuration(level=env.log_level, form=env.log_format)
    granians = {name: {"handlers": [], "propagate": True} for name in ("_granian", "granian.access")}
    return Web(
        drain_seconds=env.drain_seconds, address=env.host, port=env.port, interface=Interfaces.WSGI, workers=1,
        blocking_threads=env.database_pool_size, backlog=1024, backpressure=WAITING, http=HTTPModes.http1, websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, keep_alive=False), workers_kill_timeout=FINISHING,
        log_dictconfig={**ours, "loggers": {**ours["loggers"], **granians}})


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pandarchat.settings")
    try:
        server(read()).serve(target_loader=load)
    except InvalidSetting as error:
        sys.exit(f"Pandar Chat does not start: {error}")


if __name__ == "__main__":
    main()
