"""The format of a journey, read out of any JSON without failing: what is not as it should be is read as absent (`checking.py` names it)."""
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

MOST_NODES = 500
MOST_BYTES = 1_000_000
LONGEST_ANSWER = 10_000  # characters of a text
MOST_FILES = 10  # of one question
MOST_LINES = 200  # options of a question, rules of a condition; what is beyond is not even read
MOST_MAPPED = 500
MOST_OPERANDS = 200  # values that a rule compares with, those of lists within its list among them; no more are read

QUESTION, MESSAGE, CONDITION, END = "question", "message", "condition", "end"
KINDS = (QUESTION, MESSAGE, CONDITION, END)
SINGLE, MULTIPLE, TEXT, NUMBER, DATE, IMAGES, GIFT_CARD = (
    "single_choice", "multiple_choice", "text", "number", "date", "image_upload", "gift_card")
QUESTION_TYPES = (SINGLE, MULTIPLE, TEXT, NUMBER, DATE, IMAGES, GIFT_CARD)
CHOICES = (SINGLE, MULTIPLE)
CREATE_TICKET, SELL_GIFT_CARD, NONE = "create_ticket", "sell_gift_card", "none"
ACTIONS = (CREATE_TICKET, SELL_GIFT_CARD, NONE)
PRIORITIES = ("low", "normal", "high", "urgent")
CARD_FIELDS = ("brand", "country", "amount")  # of a submission; codes and photos belong into the vault


@dataclass(frozen=True)
class Option:
    label: str
    value: str


@dataclass(frozen=True)
class Rule:
    """One line of a condition: `next` where the answer to `node` compares with `value` as `operator` says."""

    node: str
    operator: str
    value: Any
    next: str | None


@dataclass(frozen=True)
class Node:
    """One node of whatever kind; members that its kind does not have are empty. `text` is what it asks or says."""

    id: str
    kind: str = ""
    text: str = ""
    type: str = ""  # of a question
    help: str = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    validation: Mapping[str, Any] = field(default_factory=dict)
    map: Mapping[str, str] = field(default_factory=dict)  # answer's value to the next node
    next: str | None = None
    rules: tuple[Rule, ...] = ()
    action: str = NONE  # of an end
    ticket: Mapping[str, Any] = field(default_factory=dict)
    submission: Mapping[str, str] = field(default_factory=dict)  # field of a gift card to the question that answers it

    @property
    def asks(self) -> bool:
        """Whether somebody must answer before it goes on."""
        return self.kind == QUESTION

    def label(self, value: str) -> str:
        """What stands on the option of a value."""
        return next((option.label for option in self.options if option.value == value), value)


@dataclass(frozen=True)
class Graph:
    start: str | None
    nodes: Mapping[str, Node]

    @classmethod
    def of(cls, data: Any) -> "Graph":
        """The graph that this JSON describes, as far as it does."""
        members = mapping(data)
        nodes = {key: node_of(key, mapping(value)) for key, value in mapping(members.get("nodes")).items()}
        return cls(start=text_or_none(members.get("startNode")), nodes=nodes)

    def question(self, key: str | None) -> Node | None:
        """The question of this id, if there is one."""
        found = self.nodes.get(key) if key is not None else None
        return found if found is not None and found.asks else None


def node_of(key: str, members: Mapping[str, Any]) -> Node:
    kind = text(members.get("type"))
    return Node(
        id=key, kind=kind, text=text(members.get("question" if kind == QUESTION else "message")), type=text(members.get("questionType")),
        help=text(members.get("help")), required=members.get("required") is not False, options=tuple(options_of(members.get("options"))),
        validation=mapping(members.get("validation")), map=dict(islice(texts(members.get("nextNodeMap")).items(), MOST_MAPPED)),
        next=text_or_none(members.get("nextNode")), rules=tuple(rules_of(members.get("rules"))),
        action=text(members.get("action")) or NONE, ticket=mapping(members.get("ticket")), submission=texts(members.get("submission")))


def options_of(value: Any) -> list[Option]:
    """The options that have a value, each value once."""
    found: dict[str, Option] = {}
    for option in map(mapping, listed(value)[:MOST_LINES]):
        name = option.get("value")
        if isinstance(name, str) and name not in found:
            found[name] = Option(label=text(option.get("label")) or name, value=name)
    return list(found.values())


def rules_of(value: Any) -> list[Rule]:
    return [Rule(node=text(rule.get("node")), operator=text(rule.get("operator")), value=operands_of(rule.get("value")),
                 next=text_or_none(rule.get("nextNode"))) for rule in map(mapping, listed(value)[:MOST_LINES])]


def operands_of(value: Any) -> Any:
    """What a rule compares with, of a list as much as is read."""
    if not isinstance(value, list):
        return value
    found: list[Any] = []
    room = MOST_OPERANDS
    for item in value:
        if room <= 0:
            break
        found.append(item[:room] if isinstance(item, list) else item)
        room -= operands(item)
    return found


def operands(value: Any) -> int:
    """How many values there are to compare with, a list within a list being as many as it has."""
    return sum(len(item) if isinstance(item, list) and item else 1 for item in value) if isinstance(value, list) and value else 1


def mapping(value: Any) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) and all(isinstance(key, str) for key in value) else {}


def texts(value: Any) -> Mapping[str, str]:
    """An object's members that are texts."""
    return {key: item for key, item in mapping(value).items() if isinstance(item, str)}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def is_number(value: Any) -> bool:
    """Whether JSON calls it a number; true and false are none, and neither is what no finite float is."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
