"""Comparing answers: what the operators of a condition say. Comparing unlike types is false, for `not_equals` too."""
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any

from journeys.graph.answers import as_date
from journeys.graph.format import CHOICES, DATE, MULTIPLE, NUMBER, SINGLE, TEXT, Node, Rule, is_number

ANSWERED, NOT_ANSWERED = "answered", "not_answered"


def typed(question: Node, value: Any) -> Any:
    """A value as one of the type that the question asks for; None where it is of another, or of none that compares."""
    if question.type in (SINGLE, TEXT):
        return value if isinstance(value, str) else None
    if question.type == MULTIPLE:
        return frozenset(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else None
    if question.type == NUMBER:
        return value if is_number(value) else None
    return as_date(value) if question.type == DATE else None


def equals(question: Node, left: Any, value: Any) -> bool:
    right = typed(question, value)
    return right is not None and bool(left == right)


def not_equals(question: Node, left: Any, value: Any) -> bool:
    right = typed(question, value)
    return right is not None and bool(left != right)


def among(question: Node, left: Any, value: Any) -> bool:
    return isinstance(value, list) and any(equals(question, left, item) for item in value)


def contains(question: Node, left: Any, value: Any) -> bool:
    """A text has this part, or this option was chosen too."""
    return isinstance(value, str) and isinstance(left, str | frozenset) and value in left


def greater_than(question: Node, left: Any, value: Any) -> bool:
    right = typed(question, value)
    return question.type in (NUMBER, DATE) and right is not None and bool(left > right)


def less_than(question: Node, left: Any, value: Any) -> bool:
    right = typed(question, value)
    return question.type in (NUMBER, DATE) and right is not None and bool(left < right)


COMPARISONS: dict[str, Callable[[Node, Any, Any], bool]] = {
    "equals": equals, "not_equals": not_equals, "in": among, "contains": contains, "greater_than": greater_than, "less_than": less_than}
OPERATORS = (*COMPARISONS, ANSWERED, NOT_ANSWERED)


def holds(rule: Rule, question: Node | None, answer: Any) -> bool:
    """Whether a rule takes its way; `answer` is None where the question was skipped or not asked."""
    if rule.operator in (ANSWERED, NOT_ANSWERED):
        return question is not None and (answer is not None) == (rule.operator == ANSWERED)
    compare = COMPARISONS.get(rule.operator)
    left = typed(question, answer) if question is not None else None
    return compare is not None and question is not None and left is not None and compare(question, left, rule.value)


def possible(rule: Rule, question: Node | None) -> bool:
    """Whether some answer could make the rule hold, as far as types and options tell."""
    if question is None or rule.operator in (ANSWERED, NOT_ANSWERED):
        return question is not None
    if rule.operator == "contains":
        return isinstance(rule.value, str) and could_contain(question, rule.value)
    operands = rule.value if rule.operator == "in" and isinstance(rule.value, list) else [rule.value]
    values = {option.value for option in question.options}
    return rule.operator in COMPARISONS and any(could_compare(rule.operator, question, operand, values) for operand in operands)


def could_compare(operator: str, question: Node, operand: Any, values: AbstractSet[str]) -> bool:
    """`values` are those of the question's options."""
    right = typed(question, operand)
    if right is None or (operator in ("greater_than", "less_than") and question.type not in (NUMBER, DATE)):
        return False
    if question.type not in CHOICES or operator == "not_equals":
        return True
    return right in values if isinstance(right, str) else right <= values


def could_contain(question: Node, part: str) -> bool:
    values = [option.value for option in question.options]
    return question.type == TEXT or (question.type == MULTIPLE and part in values) or (
        question.type == SINGLE and any(part in value for value in values))
