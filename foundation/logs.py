"""JSON logs with request, organization and user, and without a secret in them."""
import json
import logging
import re
from contextvars import Context, ContextVar, copy_context
from functools import lru_cache
from typing import Any

import orjson

request_id: ContextVar[str] = ContextVar("request_id", default="")
organization_id: ContextVar[str] = ContextVar("organization_id", default="")
user_id: ContextVar[str] = ContextVar("user_id", default="")

LONGEST = 20_000  # characters of one text in the log
SHORT = 80  # characters
MARGIN = 4_000  # read beyond what is kept, so that a secret at the cut is seen whole

# Whatever a client sends may come here, so each pattern takes time in proportion to the text: once its beginning has matched, it
# matches and consumes, or what it looked at holds no other beginning.
NAMES_OF_SECRETS = (
    r"(?:password|passwd|secret|token|access|refresh|authorization|cookie|sessionid|api[_-]?key|code|pin|ticket_token)"
)
SECRETS = [
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}"), "[token]"),
    (re.compile(r"argon2\w{0,2}\$[\w$=,+/.-]+"), "[hash]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 [token]"),
    (re.compile(rf"""(?i)(["']?\b{NAMES_OF_SECRETS}\\{{0,8}}["']?\s{{0,8}}[:=]\s{{0,8}})(\\{{0,8}}["'])(?:(?!\2).)*+(?:\2)?"""),
     r"\1\2[hidden]\2"),
    (re.compile(r"""(?i)((?:password|passwd|secret|token|access|refresh|sessionid|api[_-]?key)=)[^\s&"',;]+"""), r"\1[hidden]"),
    (re.compile(r"""(://[^\s:/@]*+:)[^\s@/]++@"""), r"\1[hidden]@"),
]
SECRET_NAME = re.compile(rf"(?i){NAMES_OF_SECRETS}")
CARD_NUMBER = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")


def redact(text: str) -> str:
    """The text without tokens, passwords and card numbers (13 to 19 digits that pass the Luhn check)."""
    for pattern, replacement in SECRETS:
        text = pattern.sub(replacement, text)
    return CARD_NUMBER.sub(lambda match: "[card]" if passes_luhn(match[0]) else match[0], text)


def fit(text: str) -> str:
    """The text as it may stand in the log: redacted, and cut where it is very long."""
    return short(text) if len(text) <= SHORT else cut(text)


@lru_cache(maxsize=2048)
def short(text: str) -> str:
    """Names, levels and paths stand in line after line."""
    return redact(text)


def cut(text: str) -> str:
    """A long text, redacted and cut."""
    kept = redact(text[:LONGEST + MARGIN])
    return kept if len(text) <= LONGEST else f"{kept[:LONGEST]} [cut, {len(text)} characters]"


def safe(value: Any, name: str = "") -> Any:
    """A value of a structured line, redacted all the way down; `name` is the one that it stands under."""
    if SECRET_NAME.fullmatch(name):
        return "[hidden]"
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {fit(str(key)): safe(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [safe(inner) for inner in value]
    return fit(str(value))


def passes_luhn(number: str) -> bool:
    """The check digit of ISO/IEC 7812-1, separators ignored."""
    digits = [int(c) for c in number if c.isdigit()]
    doubled = [d * 2 - 9 if d > 4 else d * 2 for d in digits[-2::-2]]  # noqa: PLR2004
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


CONTEXT = (("request", request_id), ("organization", organization_id), ("user", user_id))  # named by us: no secret is in them


def nobodys() -> Context:
    """A context for what is done for many: a task inherits who and what is served from whoever happened to start it."""
    context = copy_context()
    for _, variable in CONTEXT:
        context.run(variable.set, "")
    return context


class WithContext(logging.Filter):
    """Adds who and what is being served to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, variable in CONTEXT:
            if value := variable.get():
                setattr(record, name, value)
        return True


OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}  # what every record has
TRUSTED = frozenset(name for name, _ in CONTEXT)


class RedactedJson(logging.Formatter):
    """A record as one line of JSON: `at`, `level`, `logger`, `message`, what was told beside it, and what was raised."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"at": self.formatTime(record), "level": record.levelname, "logger": record.name,
                                "message": fit(record.getMessage())}
        for name, value in vars(record).items():
            if name not in OWN:
                line[fit(name)] = value if name in TRUSTED and type(value) is str else safe(value, name)
        if record.exc_info:
            line["exc_info"] = fit(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack_info"] = fit(record.stack_info)
        try:
            return orjson.dumps(line).decode()
        except TypeError:  # a number or a character that JSON's standard does not know
            return json.dumps(line)


class RedactedText(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return fit(super().format(record))


def configuration(*, level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING: one handler to standard error, in `form` json or text."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": WithContext}},
        "formatters": {
            "json": {"()": RedactedJson},
            "text": {"()": RedactedText, "fmt": "%(asctime)s %(levelname)-7s %(name)s  %(message)s"},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form, "filters": ["context"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},
            "uvicorn": {"handlers": [], "propagate": True},
            "uvicorn.access": {"level": "CRITICAL", "propagate": False},  # has the query; our own line says the rest
            "daphne": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "psycopg": {"level": level if level == "ERROR" else "WARNING"},
        },
    }
