"""Event loops for tests of what a server does on its own."""
import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from foundation import async_database
from foundation.postgresql import pipeline


def in_loop(work: Callable[[], Awaitable[Any]]) -> Any:
    """What the work comes to, on a loop whose connections end with it."""

    async def run() -> Any:
        try:
            return await work()
        finally:
            pipeline.close()
            await async_database.close()

    return asyncio.run(run())
