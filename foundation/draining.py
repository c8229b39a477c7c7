"""The last seconds of a process: it says that it goes, still serves what comes, and stops when nobody sends it anything any more.

`/readyz` answers 503 from then on, so that a proxy looks elsewhere before the listening socket is closed.
"""
import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

_begun = threading.Event()


def begin() -> None:
    """From now on this process is not ready for more."""
    _begun.set()


def begun() -> bool:
    return _begun.is_set()


def before_stopping(seconds: float, leave: Callable[[float], None]) -> None:
    """Put so many seconds between SIGTERM and the server's own handler of it; `leave(seconds)` is told of them, on the running loop.

    Called on the loop in the main thread, after the server took its signals; elsewhere, or for 0 seconds, it changes nothing. A second
    SIGTERM waits no longer.
    """
    stop = signal.getsignal(signal.SIGTERM)
    if not seconds or threading.current_thread() is not threading.main_thread() or not callable(stop):
        return
    loop = asyncio.get_running_loop()
    server_stops: Callable[[int, Any], Any] = stop

    def told(number: int, frame: FrameType | None) -> None:
        if begun():
            server_stops(number, frame)
        else:
            begin()
            loop.call_soon_threadsafe(loop.call_later, seconds, server_stops, number, None)
            loop.call_soon_threadsafe(leave, seconds)

    signal.signal(signal.SIGTERM, told)
