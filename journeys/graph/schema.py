"""The JSON Schema of the format, and what it finds wrong with a graph. What a schema cannot say is in `checking.py`.

Members that it does not know are left alone: a file may carry what another tool keeps there, such as places on a canvas.
"""
from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]

from journeys.graph.conditions import OPERATORS
from journeys.graph.format import (
    ACTIONS,
    CARD_FIELDS,
    CONDITION,
    CREATE_TICKET,
    DATE,
    END,
    GIFT_CARD,
    IMAGES,
    KINDS,
    LONGEST_ANSWER,
    MESSAGE,
    MOST_FILES,
    MOST_LINES,
    MOST_MAPPED,
    MOST_NODES,
    MOST_OPERANDS,
    MULTIPLE,
    NUMBER,
    PRIORITIES,
    QUESTION,
    QUESTION_TYPES,
    SINGLE,
    TEXT,
)
from journeys.graph.patterns import LONGEST_PATTERN
from journeys.graph.rendering import MOST_TAGS

Schema = dict[str, Any]
ID: Schema = {"type": "string", "minLength": 1, "maxLength": 100, "not": {"pattern": r"[{}\s]"}}
SAID: Schema = {"type": "string", "pattern": r"\S", "maxLength": 5_000}
NODE: Schema = {"$ref": "#/$defs/id"}
COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": LONGEST_ANSWER}
ISO: Schema = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
VALIDATION: dict[str, Schema] = {
    SINGLE: {},
    MULTIPLE: {"min": COUNT, "max": COUNT},
    TEXT: {"minLength": COUNT, "maxLength": COUNT, "pattern": {"type": "string", "maxLength": LONGEST_PATTERN}},
    NUMBER: {"min": {"type": "number"}, "max": {"type": "number"}},
    DATE: {"min": ISO, "max": ISO},
    IMAGES: {"maxFiles": {"type": "integer", "minimum": 1, "maximum": MOST_FILES}},
    GIFT_CARD: {},
}
OPTION: Schema = {
    "type": "object", "required": ["label", "value"],
    "properties": {"label": {**SAID, "maxLength": 500}, "value": {"type": "string", "pattern": r"\S", "maxLength": 200}},
}
RULE: Schema = {
    "type": "object", "required": ["node", "operator", "nextNode"],
    "properties": {"node": NODE, "operator": {"enum": list(OPERATORS)}, "nextNode": NODE,
                   "value": {"description": f"Of `in` a list. At most {MOST_OPERANDS} values in all."}},
}
TICKET: Schema = {
    "type": "object", "required": ["subject"],
    "description": "`{{node-id}}` inserts an answer: its label into the subject, its value everywhere else.",
    "properties": {
        "subject": {**SAID, "maxLength": 500},
        "category": {"type": ["string", "null"], "maxLength": 200},
        "priority": {"anyOf": [{"enum": list(PRIORITIES)}, {"type": "string", "pattern": r"\{\{"}]},
        "tags": {"type": "array", "items": {"type": "string", "pattern": r"\S", "maxLength": 200}, "maxItems": MOST_TAGS},
    },
}
SUBMISSION: Schema = {
    "type": "object", "additionalProperties": False, "properties": dict.fromkeys(CARD_FIELDS, NODE),
    "description": "The question that answers each field; what is not named is of the gift card that was described.",
}


def when(member: str, value: str, then: Schema) -> Schema:
    return {"if": {"properties": {member: {"const": value}}, "required": [member]}, "then": then}


def choices(kind: str) -> Schema:
    return {"required": ["options"], "properties": {
        "options": {"type": "array", "items": {"$ref": "#/$defs/option"}, "minItems": 1, "maxItems": MOST_LINES}, **validation(kind)}}


def validation(kind: str) -> Schema:
    return {"validation": {"type": "object", "properties": VALIDATION[kind]}}


QUESTIONS: Schema = {
    "required": ["questionType", "question"],
    "properties": {
        "questionType": {"enum": list(QUESTION_TYPES)}, "question": SAID, "help": {"type": "string", "maxLength": 5_000},
        "required": {"type": "boolean", "default": True}, "nextNode": NODE,
        "nextNodeMap": {"type": "object", "additionalProperties": NODE, "maxProperties": MOST_MAPPED,
                        "description": "By the answer's value; `nextNode` otherwise."},
    },
    "allOf": [when("questionType", kind, choices(kind) if kind in (SINGLE, MULTIPLE) else {"properties": validation(kind)})
              for kind in QUESTION_TYPES],
}
CONDITIONS: Schema = {
    "required": ["rules", "nextNode"],
    "properties": {"rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}, "maxItems": MOST_LINES}, "nextNode": NODE},
}
MESSAGES: Schema = {"required": ["message", "nextNode"], "properties": {"message": SAID, "nextNode": NODE}}
ENDS: Schema = {
    "required": ["action"],
    "properties": {"action": {"enum": list(ACTIONS)}, "message": {"type": "string", "maxLength": 5_000},
                   "ticket": {"$ref": "#/$defs/ticket"}, "submission": {"$ref": "#/$defs/submission"}},
    "allOf": [when("action", CREATE_TICKET, {"required": ["ticket"]})],
}
SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:pandar:journey",
    "title": "Journey",
    "description": "A graph of questions, messages, conditions and ends that a customer is led through.",
    "type": "object",
    "required": ["startNode", "nodes"],
    "properties": {
        "startNode": NODE,
        "nodes": {"type": "object", "minProperties": 1, "maxProperties": MOST_NODES, "propertyNames": NODE,
                  "additionalProperties": {"$ref": "#/$defs/node"}},
    },
    "$defs": {
        "id": ID,
        "option": OPTION,
        "rule": RULE,
        "ticket": TICKET,
        "submission": SUBMISSION,
        "node": {
            "type": "object", "required": ["id", "type"], "properties": {"id": NODE, "type": {"enum": list(KINDS)}},
            "allOf": [when("type", QUESTION, QUESTIONS), when("type", MESSAGE, MESSAGES), when("type", CONDITION, CONDITIONS),
                      when("type", END, ENDS)],
        },
    },
}
MISSING, MALFORMED = "missing", "malformed"
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
EXPLAINED = {
    "type": "must be of the type {}", "enum": "must be one of {}", "maxLength": "has {} characters at most", "minItems": "needs {} or more",
    "maxItems": "has {} at most", "minimum": "must be {} or more", "maximum": "must be {} or less", "maxProperties": "has {} at most",
    "minProperties": "must not be empty", "minLength": "must not be empty", "not": "must be an id without spaces and braces",
}
PATTERNS = {SAID["pattern"]: "must not be blank", ISO["pattern"]: "must be a date as YYYY-MM-DD"}


def violations(data: Any) -> Iterator[tuple[list[str | int], str, str]]:
    """Where a graph is not what the schema says (a path into it), whether nothing is there (`missing`) or something else (`malformed`), and
    how, for people."""
    for error in VALIDATOR.iter_errors(data):
        path = list(error.absolute_path)
        if error.validator == "required":
            yield from (([*path, name], MISSING, "is missing") for name in error.validator_value if name not in error.instance)
            continue
        named = [error.instance] if "propertyNames" in error.absolute_schema_path else []
        yield [*path, *named], MISSING if is_empty(error) else MALFORMED, explained(error)


def is_empty(error: Any) -> bool:
    """Whether what is there says nothing: a blank text, a list or an object without anything in it."""
    return error.validator in ("minItems", "minProperties", "minLength") or error.validator_value == SAID["pattern"]


def explained(error: Any) -> str:
    """What is wrong, without repeating what was given."""
    kind, wanted = str(error.validator), error.validator_value
    if kind == "pattern":
        return PATTERNS.get(wanted, "does not have the form that is asked for")
    if kind == "additionalProperties":
        return f"takes {', '.join(CARD_FIELDS)} alone"
    if kind == "anyOf":
        return f"must be one of {', '.join(PRIORITIES)}, or insert an answer"
    shown = ", ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)
    return EXPLAINED.get(kind, "is not as it should be").format(shown)
