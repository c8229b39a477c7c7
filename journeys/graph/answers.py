"""What is an answer to a question, in the one form in which it is stored; everything else is refused with a reason for people."""
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from journeys.graph import patterns
from journeys.graph.format import (
    DATE,
    GIFT_CARD,
    IMAGES,
    LONGEST_ANSWER,
    MOST_FILES,
    MOST_LINES,
    MULTIPLE,
    NUMBER,
    SINGLE,
    TEXT,
    Node,
    is_number,
)

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
COUNTRY = re.compile(r"[A-Z]{2}")
BRAND = re.compile(r"[^\W_](?:[^\W_]|[ &+.'’-]){0,58}")  # names have no more than a few digits, codes have
MOST_DIGITS_OF_BRAND = 4
AMOUNT = re.compile(r"(?:0|[1-9]\d{0,8})(?:\.\d{1,2})?", re.ASCII)
FARTHEST = 1e15  # numbers beyond lose digits in browsers
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Refused(ValueError):
    """No answer to this question; the message says why. `part` is the field of a gift card that is to blame."""

    def __init__(self, message: str, part: str = "") -> None:
        super().__init__(message)
        self.part = part


def accept(question: Node, value: Any) -> Any:
    """The answer as it is stored; None where an optional question is skipped. Raises Refused.

    single_choice: the option's value. multiple_choice: values in the order of the options. text: trimmed. number: int or float.
    date: `YYYY-MM-DD`. image_upload: keys of uploads. gift_card: {brand, country (ISO 3166, two letters), amount (decimal text)}.
    """
    reader = READERS.get(question.type)
    if reader is None:
        raise Refused("This question cannot be answered.")
    if value is None or value == [] or (isinstance(value, str) and not value.strip()):
        if question.required:
            raise Refused("Please answer this question.")
        return None
    return reader(question, value)


def acceptable(question: Node, value: Any) -> bool:
    """Whether `accept` takes it."""
    try:
        accept(question, value)
    except Refused:
        return False
    return True


def single(question: Node, value: Any) -> str:
    if not isinstance(value, str) or all(option.value != value for option in question.options):
        raise Refused("Please choose one of the options.")
    return value


def multiple(question: Node, value: Any) -> list[str]:
    values = [option.value for option in question.options]
    if not isinstance(value, list) or len(value) > MOST_LINES or not all(isinstance(item, str) and item in values for item in value):
        raise Refused("Please choose among the options.")
    chosen = [item for item in values if item in value]
    check_range(question, len(chosen), "Choose at least {} options.", "Choose at most {} options.")
    return chosen


def written(question: Node, value: Any) -> str:
    if not isinstance(value, str) or CONTROL.search(value):
        raise Refused("Please write a text.")
    found = value.strip()
    least, most = whole(question, "minLength", 0), min(whole(question, "maxLength", LONGEST_ANSWER), LONGEST_ANSWER)
    if len(found) < least:
        raise Refused(f"Please write at least {least} characters.")
    if len(found) > most:
        raise Refused(f"Please write at most {most} characters.")
    pattern = question.validation.get("pattern")
    if isinstance(pattern, str) and not patterns.matches(pattern, found):
        raise Refused("This does not have the form that is asked for.")
    return found


def number(question: Node, value: Any) -> int | float:
    if not is_number(value) or abs(value) > FARTHEST:
        raise Refused("Please give a number.")
    check_range(question, value, "Please give at least {}.", "Please give at most {}.")
    return int(value) if value == int(value) else value


def day(question: Node, value: Any) -> str:
    found = as_date(value)
    if found is None:
        raise Refused("Please give a date as YYYY-MM-DD.")
    least, most = as_date(question.validation.get("min")), as_date(question.validation.get("max"))
    if least is not None and found < least:
        raise Refused(f"Please give {least} or a later date.")
    if most is not None and found > most:
        raise Refused(f"Please give {most} or an earlier date.")
    return found.isoformat()


def images(question: Node, value: Any) -> list[str]:
    """Keys alone: whose uploads they are, and whether images, is for those who keep them to say."""
    keys = [as_key(item) for item in value] if isinstance(value, list) else [None]
    if None in keys or len(set(keys)) != len(keys):
        raise Refused("Please give the ids of your uploads.")
    most = min(whole(question, "maxFiles", MOST_FILES), MOST_FILES)
    if len(keys) > most:
        raise Refused(f"At most {most} images, please.")
    return [key for key in keys if key is not None]


def gift_card(question: Node, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or set(value) != {"brand", "country", "amount"}:
        raise Refused("Please give brand, country and amount of the card, and nothing else: never its code or a photo here.")
    found: dict[str, str] = {}
    for name, read in CARD.items():
        try:
            found[name] = read(value[name])
        except Refused as refusal:
            raise Refused(str(refusal), name) from None
    return found


def brand(value: Any) -> str:
    found = value.strip() if isinstance(value, str) else ""
    if not BRAND.fullmatch(found) or sum(character.isdigit() for character in found) > MOST_DIGITS_OF_BRAND:
        raise Refused("Please give the name of the card's brand, and never its code.")
    return found


def country(value: Any) -> str:
    found = value.strip().upper() if isinstance(value, str) else ""
    if not COUNTRY.fullmatch(found):
        raise Refused("Please give the card's country by its two letters, as in US.")
    return found


def amount(value: Any) -> str:
    """A positive decimal with two places at most, as text, since money is never a float."""
    found = value.strip() if isinstance(value, str) else repr(value) if is_number(value) else ""
    found = found.removesuffix(".0") if is_number(value) else found
    try:
        if AMOUNT.fullmatch(found) and Decimal(found) > 0:
            return found
    except InvalidOperation:
        pass
    raise Refused("Please give the amount on the card, as in 100 or 25.50.")


READERS: dict[str, Callable[[Node, Any], Any]] = {
    SINGLE: single, MULTIPLE: multiple, TEXT: written, NUMBER: number, DATE: day, IMAGES: images, GIFT_CARD: gift_card}


CARD: dict[str, Callable[[Any], str]] = {"brand": brand, "country": country, "amount": amount}


def fits(name: str, value: Any) -> bool:
    """Whether an answer can be this field of a gift card."""
    try:
        CARD[name](value)
    except Refused:
        return False
    return True


def of_key(question: Node, key: str) -> Any:
    """The answer that a key of `nextNodeMap` stands for, or None where no answer is that."""
    value: Any = key
    if question.type == NUMBER:
        value = as_number(key)
    if value is None or question.type not in (SINGLE, TEXT, NUMBER, DATE) or not acceptable(question, value):
        return None
    accepted = accept(question, value)
    return accepted if question.type == NUMBER or accepted == key else None


def as_number(key: str) -> int | float | None:
    try:
        found = float(key)
    except ValueError:
        return None
    if not is_number(found):
        return None
    return int(found) if found == int(found) else found


def as_date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and ISO_DATE.fullmatch(value) else None
    except ValueError:
        return None


def as_key(value: Any) -> str | None:
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def whole(question: Node, name: str, default: int) -> int:
    """A whole number of a question's validation."""
    value = question.validation.get(name)
    return int(value) if is_number(value) and value == int(value) else default  # type: ignore[arg-type]


def check_range(question: Node, value: float, too_little: str, too_much: str) -> None:
    least, most = question.validation.get("min"), question.validation.get("max")
    if is_number(least) and value < least:  # type: ignore[operator]
        raise Refused(too_little.format(least))
    if is_number(most) and value > most:  # type: ignore[operator]
        raise Refused(too_much.format(most))
