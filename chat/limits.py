"""How often somebody may send: 20 messages in 10 seconds, over all their tabs and both ways to send; and upload: 30 files in a minute."""
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from foundation import limits
from foundation.errors import RateLimited


@dataclass(frozen=True)
class UserLimit:
    """At most so many in so many seconds; `message` is for whoever is refused."""

    name: str
    most: int
    seconds: int
    message: str

    def check(self, user: UUID) -> None:
        """Count one; raises RateLimited."""
        self._refuse(limits.allow_sync(f"{self.name}:{user}", self.most, self.seconds))

    async def check_async(self, user: UUID) -> None:
        """The same on an event loop."""
        self._refuse(await limits.allow(f"{self.name}:{user}", self.most, self.seconds))

    def _refuse(self, retry_after_ms: int) -> None:
        if retry_after_ms:
            raise RateLimited(self.message, retry_after_ms=retry_after_ms)


SENDS = UserLimit("send", 20, 10, "You are sending too fast. The message was not sent; it can be sent again in a moment.")
UPLOADS = UserLimit("upload", 30, 60, "You are uploading too fast. The file was not taken; it can be sent again in a moment.")

DRAFTS = UserLimit("draft", 60, 10, "You are saving too fast. Your draft was not saved; it can be in a moment.")


class SignLimit:
    """How often one socket may say that somebody types or looks, or which list: what passes here costs everybody in the room a frame."""

    most, seconds = 40, 10

    def __init__(self) -> None:
        self._windows = limits.Windows()

    def check(self, session: str) -> None:
        """Count a sign, in this process, where the socket is; raises RateLimited."""
        retry_after_ms = self._windows.allow(session, self.most, self.seconds) if settings.RATE_LIMITS else 0
        if retry_after_ms:
            raise RateLimited("Too many signs of typing, viewing or scrolling.", retry_after_ms=retry_after_ms)


SIGNS = SignLimit()
WATCHES = SignLimit()  # lists that are scrolled keep nobody from typing
