"""Pictures of a run as SVG, by matplotlib: `python -m bench.pictures RESULTS FOLDER`, in the bench's environment."""
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

from bench.goals import GOALS, NAMES, Row, found, per_round, reached
from bench.report import at_size, combined, read

COLOURS = {"pandar": "#1f6feb", "peer": "#9a6700", "limit": "#8c959f"}
GOOD, BAD = "#1a7f37", "#cf222e"
STYLE = {"svg.hashsalt": "pandar", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9, "axes.spines.top": False,
         "axes.spines.right": False, "figure.constrained_layout.use": True, "axes.titlesize": 10, "axes.axisbelow": True}


def main() -> None:
    rows, folder = combined(read(Path(sys.argv[1]))), Path(sys.argv[2])
    mpl.rcParams.update(STYLE)
    folder.mkdir(parents=True, exist_ok=True)
    for draw in (ratios, latency, growth, sockets):
        figure = draw(rows)
        # No date and fixed names inside, so that the same rows give the same file.
        figure.savefig(folder / f"{draw.__name__}.svg", metadata={"Date": None})
        plt.close(figure)


def ratios(rows: Sequence[Row]) -> plt.Figure:
    """How many times as good as the others we are, with a mark where the goal is; on the right of 1 is better."""
    shown = [(goal, what) for goal in GOALS if goal.against and goal.bound and (what := found(rows, goal)).middle]
    figure, axes = plt.subplots(figsize=(9, 0.9 + 0.38 * max(1, len(shown))))
    for place, (goal, what) in enumerate(reversed(shown)):
        good = [number if goal.higher else 1 / number for number in what.numbers if number]
        axes.barh(place, median(good) - 1, left=1, color=GOOD if reached(goal, what) else BAD, height=0.55)
        axes.hlines(place, min(good), max(good), color="black", linewidth=1.2)
        bound = goal.bound if goal.higher else 1 / goal.bound
        axes.plot([bound, bound], [place - 0.38, place + 0.38], color="black", linewidth=2, linestyle=":")
    titles = [f"{goal.title.replace('`', '')}\nto the {NAMES[str(goal.against)]}" for goal, _ in reversed(shown)]
    axes.set_yticks(range(len(shown)), titles, fontsize=7)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    marks = [mark for mark in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if axes.get_xlim()[0] <= mark <= axes.get_xlim()[1]]
    axes.set_xticks(marks, [f"{mark:g} ×" for mark in marks], minor=False)
    axes.minorticks_off()
    axes.set_xlabel("times as good as the other (dotted: the goal; green: reached)")
    return figure


def latency(rows: Sequence[Row]) -> plt.Figure:
    """Percentiles of messages, one at a time and at a fixed rate."""
    figure, both = plt.subplots(1, 2, figsize=(9, 3))
    for axes, measure, title in zip(both, ("send.one", "send.rate"), ("one at a time", "200 messages/s"), strict=True):
        for shift, name in enumerate(NAMES):
            middles = [median(per_round(rows, "main", measure, f"p{p}_ms", name).values() or [0]) for p in (50, 95, 99)]
            axes.bar([place + shift * 0.27 for place in range(3)], middles, 0.25, color=COLOURS[name], label=NAMES[name])
        axes.set_xticks([place + 0.27 for place in range(3)], ["p50", "p95", "p99"])
        axes.set_title(title)
    both[0].set_ylabel("ms to the other sockets")
    both[1].legend(frameon=False)
    return figure


def growth(rows: Sequence[Row]) -> plt.Figure:
    """Requests per second by the number of tickets."""
    sizes = sorted({row["tickets"] for row in rows if row.get("phase") in ("growth", "main")})
    figure, all_axes = plt.subplots(1, 3, figsize=(9, 3))
    for axes, request in zip(all_axes, ("list", "create", "queue"), strict=True):
        for name in NAMES:
            points = [(size, middle) for size in sizes if (middle := at_size(rows, f"http.{request}.c16", "per_s", name, size).middle)]
            axes.plot([x for x, _ in points], [y for _, y in points], marker="o", color=COLOURS[name], label=NAMES[name])
        axes.set_title(request)
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.set_xlabel("tickets")
    all_axes[0].set_ylabel("requests/s, 16 clients")
    all_axes[0].legend(frameon=False)
    return figure


def sockets(rows: Sequence[Row]) -> plt.Figure:
    """Memory per idle socket."""
    figure, axes = plt.subplots(figsize=(6, 3))
    silent = [row for row in rows if row.get("phase") == "sockets"]
    for name in NAMES:
        sizes = sorted({row["sockets"] for row in silent if row["target"] == name})
        points = [(size, median(per_round(rows, "sockets", f"idle.{size}", "server_kb_per_socket", name).values())) for size in sizes]
        axes.plot([x for x, _ in points], [y for _, y in points], marker="o", color=COLOURS[name], label=NAMES[name])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("idle sockets on one process")
    axes.set_ylabel("KB each")
    axes.legend(frameon=False)
    return figure


if __name__ == "__main__":
    main()
