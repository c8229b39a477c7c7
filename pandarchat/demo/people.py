"""Two organizations that buy gift cards, and their people."""
from dataclasses import dataclass, field
from datetime import time

WEEK = tuple(range(5))  # Monday to Friday


@dataclass(frozen=True)
class Hours:
    """The same working hours on several weekdays; Monday is 0."""

    weekdays: tuple[int, ...]
    starts: time
    ends: time
    time_zone: str


@dataclass(frozen=True)
class DemoAgent:
    name: str
    capacity: int = 10
    skills: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True)
class DemoCategory:
    slug: str
    name: str
    skill: str | None = None


@dataclass(frozen=True)
class DemoOrganization:
    """`scripts`: which conversations it has had; None for all."""

    slug: str
    name: str
    prefix: str
    admin: str
    manager: str
    agents: tuple[DemoAgent, ...]
    customers: tuple[str, ...]
    desk: tuple[Hours, ...]
    country: str
    scripts: frozenset[str] | None = field(default=None)

    def address(self, login: str) -> str:
        """`agent-1` → `agent-1@pandar.test`."""
        return f"{login}@{self.slug}.test"


@dataclass(frozen=True)
class DemoPromise:
    """Within how many minutes, by priority; in the desk's hours or day and night."""

    clock: str
    low: int
    normal: int
    high: int
    urgent: int
    in_hours: bool = False


PROMISES = (
    DemoPromise("first_response", low=240, normal=60, high=30, urgent=15),
    DemoPromise("next_response", low=480, normal=120, high=60, urgent=30),
    DemoPromise("resolution", low=2880, normal=1440, high=480, urgent=240, in_hours=True),
)
PAYOUTS, IDENTITY = "Payouts", "Identity checks"
SKILLS = (PAYOUTS, IDENTITY)
CATEGORIES = (
    DemoCategory("selling", "Selling a card"),
    DemoCategory("rates", "Rates"),
    DemoCategory("payouts", "Payouts", skill=PAYOUTS),
    DemoCategory("verification", "Identity and limits", skill=IDENTITY),
    DemoCategory("account", "Account and app"),
    DemoCategory("orders", "Orders"),
    DemoCategory("general", "General questions"),
)

PANDAR = DemoOrganization(
    slug="pandar", name="Pandar", prefix="PAN", admin="Ngozi Adeyemi", manager="Samuel Osei", country="NG",
    desk=(Hours(WEEK, time(8), time(20), "Africa/Lagos"), Hours((5,), time(9), time(15), "Africa/Lagos")),
    agents=(
        DemoAgent("Amara Nwosu", skills=(PAYOUTS,)),
        DemoAgent("Kofi Mensah", skills=(PAYOUTS, IDENTITY)),
        DemoAgent("Lena Hartmann", skills=(IDENTITY,)),
        DemoAgent("Tunde Balogun", capacity=6, hours=(
            Hours(WEEK, time(8), time(12), "Africa/Lagos"), Hours(WEEK, time(13), time(17), "Africa/Lagos"),
            Hours((5,), time(22), time(4), "Africa/Lagos"))),
    ),
    customers=(
        "Chidi Okafor", "Zainab Bello", "Efe Igbinedion", "Akosua Boateng", "Yusuf Danjuma", "Blessing Eze", "Kwame Asante", "Halima Sani",
        "Tobi Adebayo", "Mercy Etim", "Kelechi Obi", "Abena Darko", "Ibrahim Musa", "Funke Alabi", "Daniel Quaye", "Rita Effiong",
        "Segun Olawale", "Esi Amponsah", "Musa Garba", "Ada Umeh"),
)

ACME = DemoOrganization(
    slug="acme", name="Acme Cards", prefix="ACM", admin="Julia Brandt", manager="Marek Dvorak", country="DE",
    desk=(Hours(WEEK, time(9), time(12, 30), "Europe/Berlin"), Hours(WEEK, time(13, 30), time(18), "Europe/Berlin")),
    agents=(
        DemoAgent("Sofia Lindqvist", skills=(PAYOUTS, IDENTITY)),
        DemoAgent("Omar Haddad", skills=(PAYOUTS,)),
        DemoAgent("Priya Raman", capacity=8),
        DemoAgent("Jonas Weber", capacity=6, hours=(Hours(WEEK, time(9), time(17, 30), "Europe/Berlin"),)),
    ),
    customers=(
        "Peter Novak", "Anna Kowalska", "Luis Ferreira", "Mia Jensen", "Tomasz Zielinski", "Clara Rossi", "Noah Dubois", "Elif Kaya",
        "Erik Larsen", "Marta Horvat", "Ivan Petrov", "Laura Schmidt", "Hugo Moreau", "Nina Berg", "Pavel Cerny", "Sara Costa",
        "Oskar Nilsson", "Julie Martin", "Adam Nagy", "Emma de Vries"),
    scripts=frozenset({
        "amazon-receipt", "steam-region", "rate-large-card", "payout-missing", "verification-selfie", "payout-account-wrong",
        "itunes-balance", "app-login", "rate-today", "steam-first-time", "limits-raise", "referral"}),
)

ORGANIZATIONS = (PANDAR, ACME)
