"""How large the world is and what is in it; the same shape as the yardstick's own seed."""
from dataclasses import asdict, dataclass
from typing import Any

MAIN, QUEUE, ARCHIVE = "bench", "bench-queue", "bench-archive"
PASSWORD = "yardstick-of-pandar"  # noqa: S105 (of people who exist in a bench database only)
LONGEST_OF_MANY = 1000  # entries of each conversation of the archive but the first


@dataclass(frozen=True)
class Shape:
    """`tickets` over all `organizations`, of which the first is under load; `agents` and `customers` of each.

    Beside them stand an organization with `waiting` queued tickets, and an archive that fills the conversations up to `entries`.
    """

    tickets: int = 1_000_000
    organizations: int = 20
    agents: int = 200
    customers: int = 5_000
    rooms: int = 100
    waiting: int = 10_000
    entries: int = 5_000_000

    @property
    def archived(self) -> int:
        """Entries of the archive: half of them in one conversation, the others in many."""
        return max(0, self.entries - self.tickets - self.waiting)

    @property
    def slugs(self) -> list[str]:
        """The organizations that share the tickets; the first is the one under load."""
        return [MAIN, *(f"{MAIN}-{number}" for number in range(2, self.organizations + 1))]

    @property
    def sure(self) -> int:
        """The first so many tickets under load are in progress in any case, where 3 % of them are too few for the rooms."""
        return self.rooms if self.tickets // self.organizations * 3 // 100 < 2 * self.rooms else 0

    def problems(self) -> list[str]:
        """Why there can be no such world."""
        under_load = self.tickets // max(1, self.organizations)
        return [text for holds, text in (
            (self.agents >= 2 * self.rooms, "every room needs two agents of its own"),
            (self.customers >= self.rooms, "every room needs a customer of its own"),
            (under_load >= 2 * self.rooms, f"there must be twice as many tickets under load ({under_load}) as rooms"),
            (self.waiting == 0 or self.agents > 0, "waiting tickets need agents"),
        ) if not holds]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
