"""Answers as people read them, and texts with answers inserted."""
import re
from collections.abc import Iterator, Mapping
from typing import Any

from journeys.graph.answers import CARD, fits
from journeys.graph.format import CHOICES, GIFT_CARD, IMAGES, LONGEST_ANSWER, Graph, Node, is_number

INSERTION = re.compile(r"\{\{([^{}]*)\}\}")
LONGEST_SUBJECT, LONGEST_TAG, MOST_TAGS = 200, 50, 20
LONGEST_INSERTED = 20_000  # characters of a text with its answers; a longest text and a longest answer are 15,000
SHORTENED = 2_000  # characters of one answer in the message that tells them all; each is kept whole beside it
BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


def insertions(template: str) -> list[str]:
    """The ids that a text inserts the answers of."""
    return [match[1].strip() for match in INSERTION.finditer(template)]


def inserted(template: str, graph: Graph, answers: Mapping[str, Any], *, raw: bool = False) -> str:
    """A text with `{{node-id}}` replaced by the answer, or by nothing where there is none; `raw` for values instead of labels. What is too
    long for anybody is cut: a text may insert an answer any number of times."""
    parts, length = list[str](), 0
    for part in pieces(template, graph, answers, raw):
        parts.append(part)
        length += len(part)
        if length > LONGEST_INSERTED:
            break
    text = "".join(parts)
    return text if length <= LONGEST_INSERTED else text[: LONGEST_INSERTED - 1] + "…"


def pieces(template: str, graph: Graph, answers: Mapping[str, Any], raw: bool) -> Iterator[str]:
    """What stands between insertions, and what is inserted, in turn."""
    end = 0
    for match in INSERTION.finditer(template):
        yield template[end:match.start()]
        node = graph.question(match[1].strip())
        yield "" if node is None else as_text(node, answers.get(node.id), raw=raw)
        end = match.end()
    yield template[end:]


def as_text(question: Node, answer: Any, *, raw: bool = False) -> str:
    """An answer for people; nothing for one that was skipped."""
    if question.type in CHOICES:
        chosen = answer if isinstance(answer, list) else [answer]
        return ", ".join(item if raw else question.label(item) for item in chosen if isinstance(item, str))
    if question.type == IMAGES:
        many = len(answer) if isinstance(answer, list) else 0
        return f"{many} image{'' if many == 1 else 's'}" if many else ""
    if question.type == GIFT_CARD and isinstance(answer, dict):
        return " ".join(str(answer[name]) for name in ("brand", "country", "amount") if name in answer)
    return answer if isinstance(answer, str) else str(answer) if is_number(answer) else ""


def subject(template: str, graph: Graph, answers: Mapping[str, Any], otherwise: str) -> str:
    """One line of a ticket's length; `otherwise` where nothing is left of it."""
    return line(inserted(template, graph, answers), LONGEST_SUBJECT) or line(otherwise, LONGEST_SUBJECT)


def tags(templates: Any, graph: Graph, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """A ticket's tags, each once, sorted; one that inserts several chosen options becomes as many."""
    found: set[str] = set()
    for template in templates[:MOST_TAGS] if isinstance(templates, list) else []:
        found.update(tag for part in variants(str(template), graph, answers) if (tag := line(part, LONGEST_TAG)))
    return tuple(sorted(found)[:MOST_TAGS])


def variants(template: str, graph: Graph, answers: Mapping[str, Any]) -> Iterator[str]:
    """The text once for each chosen option, where it is nothing but the answer of a question for several."""
    match = INSERTION.fullmatch(template.strip())
    question = graph.question(match[1].strip()) if match else None
    chosen = answers.get(question.id) if question is not None and question.type in CHOICES else None
    if isinstance(chosen, list):
        yield from (item for item in chosen if isinstance(item, str))
    else:
        yield inserted(template, graph, answers, raw=True)


def line(text: str, longest: int) -> str:
    """Without breaks and control characters, and no longer than this."""
    flat = BREAKS.sub(" ", text).strip()
    return flat if len(flat) <= longest else flat[: longest - 1].rstrip() + "…"


def told(graph: Graph, answers: Mapping[str, Any]) -> str:
    """Questions and answers as one message."""
    blocks = []
    for key, answer in answers.items():
        question = graph.question(key)
        if question is not None and (text := as_text(question, answer)):
            shown = inserted(question.text, graph, answers)
            blocks.append(f"{shortened(shown)}\n{shortened(text)}")
    whole = "\n\n".join(blocks)
    return whole if len(whole) <= LONGEST_ANSWER else whole[: LONGEST_ANSWER - 1] + "…"


def shortened(text: str) -> str:
    return text if len(text) <= SHORTENED else text[: SHORTENED - 1] + "…"


def submission(end: Node, graph: Graph, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Brand, country and amount of the card to sell: as the end maps them, otherwise of the last gift card that was described."""
    found: dict[str, Any] = {}
    for key, answer in answers.items():
        question = graph.question(key)
        if question is not None and question.type == GIFT_CARD and isinstance(answer, dict):
            found = dict(answer)
    for name, key in end.submission.items():
        if (answer := answers.get(key)) is not None:
            found[name] = CARD[name](answer) if name in CARD and fits(name, answer) else None
    return found
