"""`python -m faults.page [FILE…]` writes docs/reliability.md from what the fault tests held, by default from var/faults/results.jsonl.

A test writes its line when everything held, or, for a control, when it broke as it must; so a row without a line was not run, or failed.
"""
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.record import results
from pandarchat import environment
from pandarchat.environment import ROOT

Line = dict[str, Any]
PAGE = ROOT / "docs" / "reliability.md"
KNOWN = {"at", "test", "fault", "control"}
UNITS = {"ms": "ms", "seconds": "s", "kib": "KiB"}


@dataclass(frozen=True)
class Fault:
    """A row of the table: `name` as the tests record it."""

    name: str
    how: str
    holds: str


FAULTS = (
    Fault(
        "Redis killed",
        "`kill -9` five times under 50 messages/s and 200 clients, with and without its data; FLUSHALL with CLIENT KILL",
        "nothing lost or doubled, all views complete within 30 s, nobody deaf for more than 60 s",
    ),
    Fault(
        "PostgreSQL killed",
        "`kill -9` three times under 50 messages/s and 200 clients",
        "no acknowledged message lost, no gap, a resend gets the same number",
    ),
    Fault(
        "PostgreSQL away for long",
        "no connections for 18 s while a customer sends and somebody reads by REST",
        "both are told so, and served within 7 s of its return",
    ),
    Fault(
        "server killed",
        "`kill -9` of a server process during sends, 200 clients",
        "clients resume after the restart, spread over time; nothing lost or doubled",
    ),
    Fault(
        "death between commit and publish",
        "the process exits after the commit, before anybody was told",
        "delivered within 30 s by the heads in pings, or by the outbox",
    ),
    Fault(
        "worker or its child killed during assignment",
        "`kill -9` of Celery's parent or a child of its pool, at random points of an assignment",
        "one agent, one entry, one event for each ticket, told, within 60 s",
    ),
    Fault(
        "Redis wiped after a task was enqueued",
        "FLUSHALL before a worker fetched it",
        "the delivery's row brings it back within 30 s; done once",
    ),
    Fault(
        "Redis down for a minute",
        "killed, and started a minute later",
        "REST and sockets keep working against the database, assignment resumes, no error that nobody understands",
    ),
    Fault(
        "two beats, clock moved by an hour, daylight saving",
        (
            "three beats, one an hour ahead and one behind; a clock set back under a running beat and worker; both nights on which "
            "Berlin changes"),
        "the same effects as one beat at the right time, each once; every job goes on within 15 s",
    ),
    Fault(
        "slow readers",
        "200 that never read beside 200 that do",
        "memory per slow socket under 1 MiB, the others unharmed, then 4490",
    ),
    Fault(
        "half-open, frozen, reordered, doubled connections",
        "a proxy of the tests' own",
        "noticed within 60 s; every view right",
    ),
    Fault(
        "one socket in slow queries",
        "all commands of one socket wait for a lock in the database, for seconds",
        "99 of 100 echoes of the others within 100 ms",
    ),
    Fault(
        "one organization in slow queries",
        "twelve lists of one organization, four times as many as there are lines, take two seconds each",
        "another one's are answered before any of them ends",
    ),
    Fault(
        "200 agents, one queue, all at once",
        (
            "200 agents come on duty in one moment before 300 tickets, then all take, give back, finish, leave and return through "
            "two servers, while two workers assign"),
        "at no moment over capacity, never twice, counts of the assignment differ by at most 1",
    ),
    Fault(
        "user disabled, role removed, token expired",
        "with Redis, and after Redis was killed and the sockets came back without it",
        "refused for good within 5 s, or within 60 s",
    ),
    Fault(
        "Hypothesis: client and server together",
        (
            "two people of the staff and a customer with two tabs send, repeat, edit, delete, read, move the ticket, leave and "
            "return, while lines lose, double and reorder frames, lose answers and break"),
        (
            "after every step no view has a hole, in the end every view equals a fresh read, a repetition got the same number, and "
            "no customer ever saw a note"),
    ),
)


def read(files: Iterable[Path]) -> list[Line]:
    """The last line of each test, control and variant that still exists."""
    lines = [json.loads(text) for file in files if file.exists() for text in file.read_text().splitlines()]
    last = {(line["test"], line["control"]): line for line in sorted(lines, key=lambda line: str(line["at"])) if exists(line["test"])}
    return list(last.values())


def exists(test: str) -> bool:
    file, _, name = test.partition("::")
    return (ROOT / file).exists() and f"def {name.partition('[')[0]}(" in (ROOT / file).read_text()


def page(lines: list[Line]) -> str:
    known = {fault.name for fault in FAULTS}
    rest = [Fault(name, "", "") for name in sorted({line["fault"] for line in lines} - known)]
    by_name = {fault.name: [line for line in lines if line["fault"] == fault.name] for fault in (*FAULTS, *rest)}
    parts = [HEAD, summary(lines), "", "| fault | runs that held | controls that broke |", "| --- | --- | --- |"]
    parts += [f"| {name} | {held or '**not run**'} | {broke or '**not run**'} |" for name, held, broke in
              ((name, len(held_of(found)), len(found) - len(held_of(found))) for name, found in by_name.items())]
    for fault in (*FAULTS, *rest):
        parts += ["", *section(fault, by_name[fault.name])]
    return "\n".join(parts) + "\n"


def held_of(lines: list[Line]) -> list[Line]:
    return [line for line in lines if not line["control"]]


def section(fault: Fault, lines: list[Line]) -> list[str]:
    parts = [f"## {fault.name[0].upper()}{fault.name[1:]}", ""]
    if fault.how:
        parts += [f"Broken: {fault.how}.  ", f"Must hold: {fault.holds}.", ""]
    parts += [f"- held: {figures(line)}" for line in held_of(lines)] or ["- **not run**"]
    parts += [f"- without {line['control']}: broke, as it must" for line in lines if line["control"]]
    return parts


def figures(line: Line) -> str:
    return ", ".join(figure(name, value) for name, value in line.items() if name not in KNOWN)


def figure(name: str, value: Any) -> str:
    """`converged_seconds: 8.2` as "converged 8.2 s"."""
    words = name.split("_")
    unit = UNITS.get(words[-1], "") if len(words) > 1 else ("s" if name == "seconds" else "")
    label = " ".join(words[:-1] if unit and len(words) > 1 else words)
    return f"{'whole test' if name == 'seconds' else label} {value}{' ' + unit if unit else ''}"


def summary(lines: list[Line]) -> str:
    held = held_of(lines)

    def numbers(name: str) -> list[int]:
        return [int(line[name]) for line in held if name in line] or [0]

    dates = sorted(str(line["at"])[:10] for line in lines) or ["never"]
    load = f"up to {max(numbers('clients'))} clients and {max(numbers('per_second'))} messages/s, {sum(numbers('messages')):,} messages"
    bent = f"{sum(numbers('bent'))} frames and answers lost, doubled or overtaken, {sum(numbers('cuts'))} lines cut"
    return "\n".join([
        f"- **Runs**: {dates[0]} to {dates[-1]}, on two cores that other work shared.",
        f"- **Load held**: {load}, {sum(numbers('reconnections')):,} reconnections.",
        f"- **Faults survived**: {sum(numbers('faults'))} kills, wipes and outages; {bent}.",
        f"- **Inputs tried** by Hypothesis: {sum(numbers('conversations'))} conversations of up to {max(numbers('steps_each'))} steps.",
        f"- **Lost**: nothing. **Doubled**: nothing. **Guards taken away**: {len(lines) - len(held)}; the check failed each time.",
    ])


HEAD = """# Reliability

What was broken on purpose, what held, and what it cost. `make faults` runs these tests (`faults/`), `make soak` runs them for longer, and
`make reliability` writes this page from what they recorded; a row that was not run says so.

After each fault one checker (`pandarchat/tests/checker.py`) says: what was acknowledged is what is stored; numbers are 1 … head in each
conversation, without hole or double; every client's view equals a fresh read; for tickets (`faults/queue.py`): one agent, one entry, one
event. A test records its figures only after that, so a message that was lost would be a missing row here. Each fault has controls: a guard
is taken away (`faults/sabotage/`, or the client that the test brings along), and the same check must fail.
"""

if __name__ == "__main__":
    PAGE.write_text(page(read([Path(file) for file in sys.argv[1:]] or [results(environment.read().var)])))
