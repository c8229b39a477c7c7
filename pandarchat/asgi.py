"""One process for HTTP and sockets: Django as WSGI on a bounded pool of threads; the socket and what is asked all day on the event loop."""
import asyncio
import os
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pandarchat.settings")
from pandarchat.wsgi import application as wsgi  # loads the apps, which what follows needs

# isort: split

from a2wsgi import WSGIMiddleware
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

from accounts import passwords, sender
from foundation import async_database, draining
from foundation.http.buffering import BufferedBody
from foundation.http.content import Streams
from foundation.http.fast import FastPaths
from foundation.postgresql import pipeline
from pandarchat.fast import ROUTES
from pandarchat.routing import sockets


async def lifespan(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Start the hint line with the server, and end the sockets with 1012 before it stops."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            passwords.start_processes()
            await sockets.start()
            draining.before_stopping(settings.DRAIN_SECONDS, sockets.leave)
            await send({"type": "lifespan.startup.complete"})
        else:
            await sockets.stop()
            await asyncio.to_thread(passwords.stop_processes)
            await get_channel_layer().stop()
            await async_database.close()
            pipeline.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def not_found(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """A socket at another address."""
    await send({"type": "websocket.close", "code": 4404})


application = ProtocolTypeRouter({
    "http": BufferedBody(FastPaths(Streams(cast(Any, WSGIMiddleware(cast(Any, wsgi), workers=settings.HTTP_THREADS))), ROUTES),
                         most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE, larger=settings.LARGER_BODIES, sender=sender.of_scope),
    "websocket": URLRouter([path("ws/v1/", sockets.as_asgi()), path("<path:anywhere>", cast(Any, not_found))]),
    "lifespan": lifespan,
})
