"""From the rows of a run to docs/performance.md. Needs nothing but the rows and bench/remarks.md, so it can be written again any time."""
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bench.goals import GOALS, LIMIT, NAMES, OURS, PEER, Found, Row, found, per_round, reached, short
from bench.places import ROOT

FOLDER, PAGE, PICTURES = ROOT / "docs", "performance.md", "performance"
REMARKS = Path(__file__).with_name("remarks.md")
TROUBLES = ("lost", "doubles", "errors", "closed", "failed")
MOST_BUSY = 10  # percent of the machine that others may use before a turn
ANSWERS = {True: "reached", False: "**missed**", None: "not measured"}
MAIN = (  # measure, metric, how it reads
    ("send.one", "p50_ms", "send, one at a time, p50 ms"),
    ("send.one", "p99_ms", "the same, p99 ms"),
    ("send.rate", "p50_ms", "200 messages/s, p50 ms"),
    ("send.rate", "p99_ms", "the same, p99 ms"),
    ("send.rate", "server_cpu_us", "the same, server CPU per message, µs"),
    ("send.rate", "postgres_cpu_us", "the same, PostgreSQL CPU per message, µs"),
    ("send.max", "per_s", "most messages/s"),
    ("fanout.2000", "p50_ms", "`new-ticket` to 2,000 sockets, last one, p50 ms"),
    ("fanout.2000", "spread_p50_ms", "the same, from first to last, p50 ms"),
    ("http.list.c16", "per_s", "list, requests/s"),
    ("http.list.c16", "p95_ms", "list, p95 ms"),
    ("http.list.c16", "server_cpu_us", "list, server CPU each, µs"),
    ("http.list.c16", "body_bytes", "list, bytes of an answer"),
    ("http.create.c16", "per_s", "create, requests/s"),
    ("http.create.c16", "p95_ms", "create, p95 ms"),
    ("http.create.c16", "server_cpu_us", "create, server CPU each, µs"),
    ("http.queue.c16", "per_s", "queue, requests/s"),
    ("http.queue.c16", "p95_ms", "queue, p95 ms"),
    ("http.login.c4", "per_s", "login at 4 clients, requests/s"),
)
GROWTH = (("http.list.c16", "per_s", "list, requests/s"), ("http.create.c16", "per_s", "create, requests/s"),
          ("http.queue.c16", "per_s", "queue, requests/s"), ("send.one", "p50_ms", "send, one at a time, p50 ms"),
          ("send.rate", "p99_ms", "200 messages/s, p99 ms"))
QUEUE = (("p50_ms", "p50 ms"), ("p95_ms", "p95 ms"), ("per_s", "requests/s"))
HEAD = """# Performance

Written by `make bench`; do not edit. What is said of causes stands in `bench/remarks.md`, and `make bench-report` writes this page again.

Three systems on one machine and one PostgreSQL (18, fsync on), each in databases of its own, taking turns: **Pandar Chat**; the
**reference**, what a Node developer would build (Express, Sequelize, Socket.io); and the **limit**, the least work that still stores a
message and shows it to others, without people, permissions or promises. One server process each, one load generator for all. Ours does
all it promises while measured: tenant, token, permission, row-level security, idempotency, sequence, outbox; only the limits on how
much one user may ask are off.

A number of one system says little about another machine. A **ratio** is ours to the other's in the same round; shown is the median
over rounds, and in brackets the lowest and the highest. Where the bracket holds 1.00 there is no difference.
"""


def read(results: Path) -> list[Row]:
    """The rows of a run, with what follows from them."""
    return [derived(json.loads(line)) for line in results.read_text().splitlines()]


def derived(row: Row) -> Row:
    """A row with the figures that the goals name and no client prints."""
    if row.get("phase") == "sockets":
        dropped = sum(row.get("closed", {}).values()) + sum(row.get("errors", {}).values())
        return {**row, "measure": f"idle.{row['sockets']}", "dropped": dropped}
    return row


def combined(rows: Sequence[Row]) -> list[Row]:
    """The rows with what only two of them together say: how near the logins came to what argon2 alone allows."""
    cores = about(rows).get("cores", 1)
    possible = [row["per_core_s"] * min(cores, row["workers"]) for row in rows if row.get("measure") == "password.check"]
    asked = [row for row in rows if row.get("measure") == "login.beside" and row["target"] == OURS]
    if not possible or not asked:
        return list(rows)
    best = min(sorted(possible)[len(possible) // 2], asked[0]["logins_asked_per_s"])
    return [{**row, "of_argon2": round(row["logins_per_s"] / best, 3)} if row in asked else row for row in rows]


def about(rows: Sequence[Row]) -> Row:
    return next((row for row in rows if row.get("phase") == "about"), {})


def write(results: Path, folder: Path) -> None:
    """The page, into a folder; its pictures are drawn by `bench.pictures`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_text(page(read(results)))


def page(rows: Sequence[Row]) -> str:
    """The whole page."""
    rows = combined(rows)
    parts = [HEAD, where(about(rows)), goals(rows), section("What falls short, and why", REMARKS.read_text().strip()), side_by_side(rows),
             growth(rows), sockets(rows), beyond(rows), processes(rows), console(rows), doubts(rows), AGAIN]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


AGAIN = """## To measure again

    make bench                          # everything; some 25 minutes. BENCH_ARGS="--rounds 5", YARDSTICK=folder
    make bench-quick                    # three minutes on a small world, into var/bench/quick
    make bench-console                  # the console in a browser alone, on the world of the last run
    make bench-report                   # this page again from the rows in var/bench/results.jsonl

Nothing else should run on the machine meanwhile."""


def where(meta: Row) -> str:
    if not meta:
        return "Nothing has been measured yet."
    return (f"Measured {meta['at']} at commit `{meta['commit']}`: {meta['cores']} cores ({meta['processor']}), {meta['system']}, "
            f"{meta['tickets']:,} tickets, {meta['rounds']} rounds" + (", the quick form on a small world." if meta.get("quick") else "."))


def side_by_side(rows: Sequence[Row]) -> str:
    text = systems(rows, "main", MAIN)
    return section("Side by side", f"{text}\n\n{picture('latency', 'Latency of messages')}") if text else ""


def section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text.strip() else ""


def picture(name: str, title: str) -> str:
    return f"![{title}]({PICTURES}/{name}.svg)"


def table(head: Sequence[str], lines: Iterable[Sequence[str]], *, numbers_from: int = 1) -> str:
    """Markdown; columns from `numbers_from` on are aligned to the right."""
    marks = ["---" if place < numbers_from else "---:" for place in range(len(head))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, marks, *lines])


def goals(rows: Sequence[Row]) -> str:
    lines = []
    for goal in GOALS:
        what = found(rows, goal)
        against = NAMES[goal.against] if goal.against else ""
        lines.append((goal.title, against, goal.wanted, what.text(goal.unit), ANSWERS[reached(goal, what)]))
    text = table(("measure", "against", "goal", "found", ""), lines, numbers_from=5)
    drawn = picture("ratios", "How many times as good as the others, and what is to be reached") if rows else ""
    return section("Goals", f"{text}\n\n{drawn}".strip())


def systems(rows: Sequence[Row], phase: str, wanted: Sequence[tuple[str, str, str]], tickets: int | None = None) -> str:
    """Medians of the three systems and ours to the others'."""
    lines = []
    for measure, metric, title in wanted:
        numbers = {name: per_round(rows, phase, measure, metric, name, tickets) for name in NAMES}
        if not any(numbers.values()):
            continue
        ratios = [Found(tuple(value / numbers[other][turn] for turn, value in numbers[OURS].items() if numbers[other].get(turn)))
                  for other in (PEER, LIMIT)]
        lines.append((title, *(one(Found(tuple(numbers[name].values()))) for name in NAMES), *(ratio.text() for ratio in ratios)))
    return table(("", *NAMES.values(), "to the reference", "to the limit"), lines) if lines else ""


def one(what: Found) -> str:
    return "–" if what.middle is None else short(what.middle)


def growth(rows: Sequence[Row]) -> str:
    """The same figures in worlds of different sizes."""
    sizes = sorted({row["tickets"] for row in rows if row.get("phase") in ("growth", "main")})
    lines = []
    for measure, metric, title in GROWTH:
        for name, label in NAMES.items():
            cells = [one(at_size(rows, measure, metric, name, size)) for size in sizes]
            if any(cell != "–" for cell in cells):
                lines.append((title, label, *cells))
    if len(sizes) < 2:  # noqa: PLR2004
        return ""
    text = table(("", "", *(f"{size:,} tickets" for size in sizes)), lines, numbers_from=2)
    return section("Growth", f"{text}\n\n{picture('growth', 'Requests per second by the number of tickets')}")


def at_size(rows: Sequence[Row], measure: str, metric: str, target: str, size: int) -> Found:
    phases = (per_round(rows, phase, measure, metric, target, size) for phase in ("growth", "main"))
    return Found(next((tuple(numbers.values()) for numbers in phases if numbers), ()))


def sockets(rows: Sequence[Row]) -> str:
    """What silent sockets cost, by their number."""
    figures = ("server_kb_per_socket", "dropped", "server_cpu_ms_per_connect", "server_idle_core_percent", "per_s")
    sizes = sorted({row["sockets"] for row in rows if row.get("phase") == "sockets"})
    lines = []
    for name, label in NAMES.items():
        for size in sizes:
            numbers = (per_round(rows, "sockets", f"idle.{size}", figure, name) for figure in figures)
            lines.append((label, f"{size:,}", *(one(Found(tuple(found_there.values()))) for found_there in numbers)))
    if not lines:
        return ""
    head = ("", "sockets", "KB each", "dropped", "CPU ms to connect", "% of a core while silent", "connected per s")
    return section("Idle sockets on one process", f"{table(head, lines)}\n\n{picture('sockets', 'Memory per idle socket')}")


def beyond(rows: Sequence[Row]) -> str:
    """What the yardstick's generator does not ask."""
    queue = [("queue.waiting", metric, f"long queue, {title}") for metric, title in QUEUE]
    lists = [("list.unlike", metric, f"lists that differ, {title}") for metric, title in QUEUE]
    parts = [systems(rows, "waiting", queue), systems(rows, "unlike", lists), pages(rows), assignments(rows), logins(rows)]
    return section("Long queues, lists that differ, long conversations, assignment, login", "\n\n".join(part for part in parts if part))


def pages(rows: Sequence[Row]) -> str:
    lines = [(f"{row['entries']:,} entries", short(row["p50_ms"]), short(row["p95_ms"]), short(row["per_s"]), short(row["body_bytes"]))
             for row in rows if row.get("measure") == "page.entries"]
    return table(("conversation page out of", "p50 ms", "p95 ms", "requests/s", "bytes"), lines) if lines else ""


def assignments(rows: Sequence[Row]) -> str:
    figures = ("took_ms", "statements", "writing_statements", "giving_statements", "unevenness")
    lines = [(f"{row['assigned']:,} tickets to {row['agents']} agents", *(short(row[name]) for name in figures))
             for row in rows if str(row.get("measure", "")).startswith("assign.")]
    return table(("assignment", "ms", "statements", "that write", "that write tickets", "most tickets of one agent above another's"),
                 lines) if lines else ""


def logins(rows: Sequence[Row]) -> str:
    lines = [(NAMES[row["target"]], short(row["logins_asked_per_s"]), short(row["logins_per_s"]), said(row["refused"]), *(
        "–" if row[name] is None else short(row[name]) for name in ("login_p95_ms", "alone_p95_ms", "beside_p95_ms", "times_slower")))
        for row in rows if row.get("measure") == "login.beside"]
    each = [f"One password check of ours takes {short(row['cpu_ms'])} ms of CPU: {short(row['per_core_s'])} per second and core."
            for row in rows if row.get("measure") == "password.check"][:1]
    head = ("", "logins/s asked", "done", "refused", "their p95 ms", "lists alone, p95 ms", "beside them, p95 ms", "times slower")
    return "\n\n".join([table(head, lines), *each]) if lines else ""


def said(statuses: Row) -> str:
    return ", ".join(f"{many} × {status}" for status, many in statuses.items()) or "none"


def processes(rows: Sequence[Row]) -> str:
    """What a second server process brings."""
    found_rows = [row for row in rows if row.get("phase") == "processes"]
    lines = []
    for measure, title in (("processes.send.max", "most messages/s"), ("processes.list", "list, requests/s")):
        for name in (OURS, PEER):
            numbers = {row["processes"]: row["per_s"] for row in found_rows if row["measure"] == measure and row["target"] == name}
            if numbers:
                ratio = numbers[2] / numbers[1] if numbers.get(1) and numbers.get(2) else None
                lines.append((title, NAMES[name], *(short(numbers[many]) if many in numbers else "–" for many in (1, 2)),
                              f"**{short(ratio)}**" if ratio else "–"))
    if not lines:
        return ""
    text = ("Behind one Redis, clients spread over both; one process of the reference runs without Redis, as it may. Servers, PostgreSQL "
            "and the generator share all cores here, so on two cores two processes cannot do twice what one does.")
    return section("A second process", f"{text}\n\n{table(('', '', 'one process', 'two', 'two to one'), lines, numbers_from=2)}")


def console(rows: Sequence[Row]) -> str:
    """What the browser's own clocks say of the console."""
    by_name = {row["measure"]: row for row in rows if row.get("phase") == "console"}
    loads = [(title, *(short(by_name[name][figure]) for figure in ("paint_ms", "list_ms", "scripts_kb")))
             for name, title in (("load.first", "nothing kept"), ("load.again", "everything kept")) if name in by_name]
    moved = [(title, *(short(by_name[name][figure]) for figure in ("frames", "p50_ms", "p95_ms", "longest_ms", "late")))
             for name, title in (("scroll.list", "10,000 tickets"), ("scroll.conversation", "5,000 entries and more, loaded upward"),
                                 ("pan.canvas", "a journey of 200 nodes")) if name in by_name]
    switch = by_name.get("switch")
    told = [switched(switch)] if switch else []
    tables = [table(("the inbox", "first paint ms", "list shown ms", "scripts KB"), loads) if loads else "",
              table(("scrolled", "frames", "p50 ms", "p95 ms", "longest ms", "over 50 ms"), moved) if moved else ""]
    at = next((f" Measured at commit `{row['commit']}`." for row in by_name.values() if row.get("commit")), "")
    intro = f"A headless Chromium that draws without a graphics card, on the same cores as the server.{at}"
    return section("The console", "\n\n".join([intro, *filter(None, tables), *told])) if by_name else ""


def switched(row: Row) -> str:
    new, known, worst = (short(row[name]) for name in ("new_ms", "known_ms", "known_worst_ms"))
    pointed = f", {short(row['pointed_ms'])} ms by a mouse, which rests on it for a moment first" if "pointed_ms" in row else ""
    after = f", {short(row['following_ms'])} ms where it follows one that was read for a second" if "following_ms" in row else ""
    first = f"{new} ms where it is new{pointed}{after}"
    return f"From one conversation to another: {first}, {known} ms where it was seen before (the slowest: {worst})."


def doubts(rows: Sequence[Row]) -> str:
    return section("What makes single figures doubtful", "\n".join(f"- {line}" for line in doubtful(rows)))


def doubtful(rows: Sequence[Row]) -> Iterator[str]:
    """Everything that went wrong, or disturbed: lost messages, refused requests, others who used the machine."""
    busy: dict[str, list[float]] = {}
    for row in rows:
        if row.get("phase") == "failed":
            yield f"{row['title']}: did not end ({row['error']})"
        troubles = {name: row[name] for name in TROUBLES if row.get(name)}
        if troubles:
            told = ", ".join(f"{name} {said(value) if isinstance(value, dict) else value}" for name, value in troubles.items())
            yield f"{NAMES[row['target']]}, {row['measure']}, round {row.get('round', 1)}: {told}"
        if row.get("machine_busy", 0) > MOST_BUSY:
            busy.setdefault(NAMES[row["target"]], []).append(row["machine_busy"])
    for name, percents in busy.items():
        yield f"{name}: before {len(percents)} of its measurements others used up to {max(percents):.0f} % of the machine"


