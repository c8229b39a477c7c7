"""What is to be reached, and whether it was; numbers without a unit are ratios of ours to the other's, turn by turn."""
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Row = dict[str, Any]
OURS, PEER, LIMIT = "pandar", "peer", "limit"
NAMES = {OURS: "Pandar Chat", PEER: "reference", LIMIT: "limit"}


@dataclass(frozen=True)
class Goal:
    """`against` is another target, or None for an absolute `bound`; `higher` says which side of it is the good one."""

    title: str
    phase: str
    measure: str
    metric: str
    bound: float
    against: str | None = None
    higher: bool = False
    unit: str = ""

    @property
    def wanted(self) -> str:
        word = "at least" if self.higher else "at most"
        return f"{word} {self.bound:g} {self.unit or '×'}".rstrip()


GOALS = (
    Goal("send → other sockets, p50, one at a time", "main", "send.one", "p50_ms", 0.5, PEER),
    Goal("send → other sockets, p50, one at a time", "main", "send.one", "p50_ms", 2, LIMIT),
    Goal("p99 at 200 messages/s, 100 rooms × 3 sockets", "main", "send.rate", "p99_ms", 0.4, PEER),
    Goal("p99 at 200 messages/s, 100 rooms × 3 sockets", "main", "send.rate", "p99_ms", 2, LIMIT),
    Goal("p99 at 200 messages/s, where the machine is quiet", "main", "send.rate", "p99_ms", 15, unit="ms"),
    Goal("most messages/s with p99 ≤ 50 ms, none lost", "main", "send.max", "per_s", 3, PEER, higher=True),
    Goal("most messages/s with p99 ≤ 50 ms, none lost", "main", "send.max", "per_s", 0.5, LIMIT, higher=True),
    Goal("`new-ticket` to 2,000 agent sockets", "main", "fanout.2000", "p50_ms", 1, PEER),
    Goal("`new-ticket` to 2,000 agent sockets", "main", "fanout.2000", "p50_ms", 1.6, LIMIT),
    Goal("memory per idle socket, 10,000 on one process", "sockets", "idle.10000", "server_kb_per_socket", 2, PEER),
    Goal("dropped of 10,000 idle sockets", "sockets", "idle.10000", "dropped", 0, unit=" "),
    Goal("list tickets, 1,000,000 rows, 16 clients, requests/s", "main", "http.list.c16", "per_s", 2.5, PEER, higher=True),
    Goal("list tickets, 1,000,000 rows, 16 clients, requests/s", "main", "http.list.c16", "per_s", 0.7, LIMIT, higher=True),
    Goal("create ticket, 16 clients, requests/s", "main", "http.create.c16", "per_s", 2, PEER, higher=True),
    Goal("create ticket, 16 clients, requests/s", "main", "http.create.c16", "per_s", 0.6, LIMIT, higher=True),
    Goal("queue with 10,000 waiting, p95 at 16 clients", "waiting", "queue.waiting", "p95_ms", 20, unit="ms"),
    Goal("conversation page out of 5,000,000 entries, p95 at 16 clients", "page", "page.entries", "p95_ms", 20, unit="ms"),
    Goal("assign 1,000 queued tickets to 50 agents", "inside", "assign.1000", "took_ms", 300, unit="ms"),
    Goal("statements that write in that assignment, for the tickets", "inside", "assign.1000", "giving_statements", 1, unit=" "),
    Goal("escalate 500 late of 1,000,000 open tickets, to 500 of 500", "sweep", "sweep.500", "times_slower", 1.2),
    Goal("console: first paint of the inbox, nothing kept", "console", "load.first", "paint_ms", 1000, unit="ms"),
    Goal("console: scripts of the inbox, compressed", "console", "load.first", "scripts_kb", 250, unit="KB"),
    Goal("console: to a conversation that was never seen", "console", "switch", "new_ms", 100, unit="ms"),
    Goal("console: to one that was never seen, by a mouse", "console", "switch", "pointed_ms", 100, unit="ms"),
    Goal("console: to another conversation, seen before", "console", "switch", "known_ms", 100, unit="ms"),
    Goal("console: frames over 50 ms in 4 s through 10,000 tickets", "console", "scroll.list", "late", 0, unit=" "),
    Goal("console: the same through 5,000 entries", "console", "scroll.conversation", "late", 0, unit=" "),
    Goal("console: the same, moving a journey of 200 nodes", "console", "pan.canvas", "late", 0, unit=" "),
    Goal("other requests' p95 beside 50 logins/s, to without", "login", "login.beside", "times_slower", 1.2),
    Goal("logins/s, to what argon2 alone allows on these cores", "login", "login.beside", "of_argon2", 0.8, higher=True),
)


@dataclass(frozen=True)
class Found:
    """The median over rounds with the lowest and the highest; nothing where it was not measured."""

    numbers: tuple[float, ...]

    @property
    def middle(self) -> float | None:
        return median(self.numbers) if self.numbers else None

    def text(self, unit: str = "") -> str:
        if self.middle is None:
            return "–"
        around = f" ({short(min(self.numbers))}–{short(max(self.numbers))})" if len(self.numbers) > 1 else ""
        return f"**{short(self.middle)}**{' ' + unit if unit.strip() else ''}{around}"


def short(number: float) -> str:
    """Three figures, no exponent."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"  # noqa: PLR2004


def per_round(  # noqa: PLR0917
    rows: Sequence[Row], phase: str, measure: str, metric: str, target: str, tickets: int | None = None
) -> dict[int, float]:
    """{round: value}, of the world of that size or of the largest."""
    size = tickets or max((row["tickets"] for row in rows if row.get("phase") == phase and row.get("tickets")), default=None)
    return {row.get("round", 1): row[metric] for row in rows
            if row.get("phase") == phase and row.get("measure") == measure and row.get("target") == target
            and row.get(metric) is not None and row.get("tickets") in (size, None)}


def found(rows: Sequence[Row], goal: Goal) -> Found:
    """What was measured for a goal: our own numbers, or their ratio to the other's, round by round."""
    ours = per_round(rows, goal.phase, goal.measure, goal.metric, OURS)
    if goal.against is None:
        return Found(tuple(ours.values()))
    theirs = per_round(rows, goal.phase, goal.measure, goal.metric, goal.against)
    return Found(tuple(ours[turn] / theirs[turn] for turn in ours if theirs.get(turn)))


def reached(goal: Goal, what: Found) -> bool | None:
    """Whether the median is on the good side; None where nothing was measured."""
    if what.middle is None:
        return None
    return what.middle >= goal.bound if goal.higher else what.middle <= goal.bound
