"""People with an authenticator app in their hand, and a clock that the tests turn."""
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyotp
import pytest

from accounts.actions import factors
from accounts.models import User
from foundation.units import unit_of_work

PASSWORD = "correct horse battery"
STEP = 30


class Clock:
    """The time as `factors` reads it."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        return self.now

    def tick(self, steps: int = 1) -> None:
        self.now += steps * STEP


@dataclass
class App:
    """An authenticator app."""

    secret: str
    clock: Clock

    def code(self, steps: int = 0) -> str:
        """What it shows now, or so many steps from now."""
        return pyotp.TOTP(self.secret).at(int(self.clock.now) + steps * STEP)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    found = Clock()
    monkeypatch.setattr(factors, "time", found)
    yield found


def equip(user: User, clock: Clock) -> tuple[App, list[str]]:
    """A second factor that counts, and its recovery codes; the code of this step is used up."""
    with unit_of_work(user.tenant):
        user = User.objects.select_related("organization", "role").get(id=user.id)
        app = App(factors.enrol(user=user).secret, clock)
        codes = factors.confirm(user=user, code=app.code(), actor=None)
    assert codes is not None
    clock.tick()
    return app, codes


def credentials(person: User, password: str = PASSWORD, organization: str = "pandar") -> dict[str, Any]:
    return {"organization": organization, "email": person.email, "password": password}
