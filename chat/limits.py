"""How often somebody may send: 20 messages in 10 seconds, over all their tabs and both ways to send."""
from dataclasses import dataclass
from uuid import UUID

from foundation import limits
from foundation.errors import RateLimited


@dataclass(frozen=True)
class SendLimit:
    most: int
    seconds: int

    def check(self, user: UUID) -> None:
        """Count a message; raises RateLimited."""
        self._refuse(limits.allow_sync(f"send:{user}", self.most, self.seconds))

    async def check_async(self, user: UUID) -> None:
        """The same on an event loop."""
        self._refuse(await limits.allow(f"send:{user}", self.most, self.seconds))

    @staticmethod
    def _refuse(retry_after_ms: int) -> None:
        if retry_after_ms:
            raise RateLimited("You are sending too fast. The message was not sent; it can be sent again in a moment.", retry_after_ms=retry_after_ms)


SENDS = SendLimit(20, 10)
