"""Sockets of this process, for `/metrics`."""
from collections.abc import Iterator
from typing import TYPE_CHECKING
from weakref import WeakSet

from prometheus_client.core import Metric

from foundation import metrics
from foundation.socket.frames import CloseCode

if TYPE_CHECKING:
    from foundation.socket.application import SocketApplication

OPENED = metrics.counter("pandar_sockets_opened", "Sockets that were accepted")
CLOSED = metrics.counter("pandar_sockets_closed", "Sockets that ended, by our close code; `peer` where the other side ended it", ["code"])
CODES = {int(code): CLOSED.labels(str(int(code))) for code in CloseCode}
PEER, OTHER = CLOSED.labels("peer"), CLOSED.labels("other")
applications: WeakSet["SocketApplication"] = WeakSet()


def closed(closing: tuple[int, str] | None) -> None:
    """Counts a socket's end; `closing` as the connection keeps it."""
    (PEER if closing is None else CODES.get(closing[0], OTHER)).inc()


@metrics.reader
def open_sockets() -> Iterator[Metric]:
    """Connections, authenticated or not."""
    count = sum(len(application.connections) for application in tuple(applications))
    yield metrics.gauge("pandar_sockets_open", "Sockets that are open in this process", count)
