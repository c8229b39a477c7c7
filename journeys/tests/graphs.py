"""Graphs to test with: the example, small ones by hand, and generated ones."""
import json
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from journeys.graph import checking, conditions
from journeys.graph.format import (
    CHOICES,
    CONDITION,
    DATE,
    END,
    GIFT_CARD,
    IMAGES,
    KINDS,
    MESSAGE,
    MULTIPLE,
    NUMBER,
    QUESTION,
    QUESTION_TYPES,
    SINGLE,
    TEXT,
)

FILE = Path(__file__).parents[1] / "example.json"
Graph = dict[str, Any]
UPLOADS = [f"01939c1e-0000-7000-8000-00000000000{digit}" for digit in range(5)]


def example() -> Graph:
    """The example of the format, anew."""
    found: Graph = json.loads(FILE.read_text())
    return found


def graph(*nodes: dict[str, Any], start: str | None = None) -> Graph:
    """The first node is the start."""
    return {"startNode": start or nodes[0]["id"], "nodes": {node["id"]: node for node in nodes}}


def ask(key: str, kind: str = TEXT, **members: Any) -> dict[str, Any]:
    """A question; choices get the options a, b, c."""
    options = {"options": [{"label": value.upper(), "value": value} for value in "abc"]} if kind in CHOICES else {}
    return {"id": key, "type": QUESTION, "questionType": kind, "question": f"{key}?", **options, **members}


def say(key: str, to: str) -> dict[str, Any]:
    return {"id": key, "type": MESSAGE, "message": f"{key}!", "nextNode": to}


def choose(key: str, rules: list[Any], otherwise: str) -> dict[str, Any]:
    """`rules` are (node, operator, value, next)."""
    return {"id": key, "type": CONDITION, "nextNode": otherwise,
            "rules": [dict(zip(("node", "operator", "value", "nextNode"), rule, strict=True)) for rule in rules]}


def end(key: str = "end", action: str = "none", **members: Any) -> dict[str, Any]:
    return {"id": key, "type": END, "action": action, "message": f"{key}.", **members}


# Anything that JSON can say and more, and what comes close to a graph.

huge = st.integers(300, 6_000).map(lambda digits: 10**digits)  # more than a float holds, or than Python writes out
scalars = st.none() | st.booleans() | st.integers() | huge | st.floats() | st.text(max_size=8)
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
                        max_leaves=12)
keys = st.sampled_from([f"n{number}" for number in range(6)])
WORDS = ("a", "b", "c", "", "1", "2.5", "2026-03-01", "yes")
MEMBERS: dict[str, Any] = {
    "id": keys, "type": st.sampled_from(KINDS), "questionType": st.sampled_from(QUESTION_TYPES), "question": st.just("{{n1}}?"),
    "message": st.text(max_size=6), "required": st.booleans(), "nextNode": keys,
    "nextNodeMap": st.dictionaries(st.sampled_from(WORDS), keys, max_size=3),
    "options": st.lists(st.fixed_dictionaries({"label": st.text(max_size=3), "value": st.sampled_from(WORDS)}), max_size=4),
    "validation": st.dictionaries(st.sampled_from(["min", "max", "minLength", "maxLength", "pattern", "maxFiles"]),
                                  st.integers(-2, 5) | st.sampled_from([*WORDS, "(", "a+"]), max_size=3),
    "rules": st.lists(st.fixed_dictionaries({"node": keys, "operator": st.sampled_from(conditions.OPERATORS), "nextNode": keys,
                                             "value": st.sampled_from(WORDS) | st.integers(-2, 5) | st.lists(st.sampled_from(WORDS))}),
                      max_size=3),
    "action": st.sampled_from(["create_ticket", "sell_gift_card", "none"]),
    "ticket": st.fixed_dictionaries({"subject": st.sampled_from(["{{n0}}", "x", "{{n9}}"])},
                                    optional={"tags": st.lists(st.sampled_from(["{{n1}}", "t"]), max_size=2)}),
    "submission": st.dictionaries(st.sampled_from(["brand", "country", "amount", "code"]), keys, max_size=2),
}


@st.composite
def damaged(draw: Any) -> Any:
    """A graph with wrong members of every kind."""
    nodes = {key: draw(st.fixed_dictionaries({}, optional={name: value | anything for name, value in MEMBERS.items()}) | anything)
             for key in draw(st.lists(keys, unique=True))}
    return draw(st.fixed_dictionaries({"startNode": keys | anything, "nodes": st.just(nodes) | anything}) | anything)


DRAWN = (*[QUESTION] * 6, MESSAGE, CONDITION)


@st.composite
def plausible(draw: Any, kinds: Sequence[str] = DRAWN) -> Graph:
    """A graph of well-formed nodes that lead anywhere; some can be published, some cannot."""
    many = draw(st.integers(1, 7))
    nodes = [draw(node(draw(st.sampled_from(kinds)), number, many)) for number in range(many)]
    return graph(*nodes, end("end", draw(st.sampled_from(["none", "create_ticket"])), ticket={"subject": "{{n0}}"}))


@st.composite
def sound(draw: Any, kinds: Sequence[str] = DRAWN) -> Graph:
    """A graph that can be published: a plausible one whose nodes lead to the following one too, mended where it has errors."""
    found: Graph = draw(plausible(kinds))
    following = dict(pairwise(found["nodes"]))
    for name, to in following.items():
        if "nextNode" in found["nodes"][name]:
            found["nodes"][name]["nextNode"] = to
    for _ in range(20):
        if not (wrong := checking.errors(found)):
            return found
        for problem in wrong:
            mend(found["nodes"], problem, following)
    raise AssertionError(wrong)


def mend(nodes: Any, problem: checking.Problem, following: dict[str, str]) -> None:
    """What cannot be reached follows what stands before it, what leads nowhere leads on; silent circles and what compares nothing go."""
    key = str(problem.node)
    if problem.code in ("unreachable", "no_end", "leads_nowhere", "option_leads_nowhere"):
        before = key if problem.code != "unreachable" else next(name for name, to in following.items() if to == key)
        nodes[before].update(nextNode=following[before], required=False)
    elif problem.code in ("compares_nothing", "endless_circle"):
        kept = [rule for rule in nodes[key].get("rules", ()) if nodes[rule["node"]]["type"] == QUESTION]
        nodes[key]["rules"] = kept if problem.code == "compares_nothing" else []
    else:
        assert problem.code == "inserts_nothing", problem
        nodes[key]["ticket"] = {"subject": "x"}


@cache
def node(kind: str, number: int, many: int) -> Any:
    """One of so many, which leads to any of them or to the end. Kept: Hypothesis takes long to build a strategy, not to draw from it."""
    key, to = st.just(f"n{number}"), st.sampled_from([*(f"n{other}" for other in range(many)), "end"])
    rule = st.tuples(to, st.sampled_from(conditions.OPERATORS), st.sampled_from(WORDS) | st.integers(0, 3), to)
    return {
        QUESTION: st.builds(asked, key, st.sampled_from((*QUESTION_TYPES, SINGLE, MULTIPLE)), least=st.integers(0, 3),
                            otherwise=to | st.none(), required=st.booleans(), nextNodeMap=mapped(to)),
        MESSAGE: st.builds(say, key, to), CONDITION: st.builds(choose, key, st.lists(rule, max_size=3), to)}[kind]


def asked(key: str, kind: str, *, least: int, otherwise: str | None, **members: Any) -> dict[str, Any]:
    """A question; of several options so many must be chosen."""
    members |= {"nextNode": otherwise} if otherwise else {}
    members |= {"validation": {"min": least}} if kind == MULTIPLE and least else {}
    return ask(key, kind, **members)


def mapped(to: Any) -> Any:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(["a", "b", "c", "1", "yes"], to))


@cache
def answers_to(kind: str, least: int = 1) -> Any:
    """Answers that a question of `ask` takes; of several options, so many at least."""
    return {
        SINGLE: st.sampled_from(["a", "b", "c"]), MULTIPLE: st.lists(st.sampled_from(["a", "b", "c"]), min_size=least, unique=True),
        TEXT: st.sampled_from(["yes", "1", "no idea"]), NUMBER: st.integers(0, 3) | st.just(2.5), DATE: st.sampled_from(["2026-03-01"]),
        IMAGES: st.lists(st.sampled_from(UPLOADS), min_size=1, unique=True),
        GIFT_CARD: st.just({"brand": "Steam", "country": "US", "amount": "50"}),
    }[kind]
