"""JSON logs with request, organization and user, and without a secret in them."""
import logging
import re
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="")
organization_id: ContextVar[str] = ContextVar("organization_id", default="")
user_id: ContextVar[str] = ContextVar("user_id", default="")

NAMES_OF_SECRETS = r"""(?:password|passwd|secret|token|access|refresh|authorization|cookie|api[_-]?key|code|pin|ticket_token)"""
SECRETS = [
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 [token]"),
    (re.compile(rf"""(?i)(["']?\b{NAMES_OF_SECRETS}\\*["']?\s*[:=]\s*)(\\*["'])(?:(?!\2).)*\2"""), r"\1\2[hidden]\2"),
    (re.compile(r"""(?i)(\b(?:password|passwd|secret|token|api[_-]?key)=)[^\s&"',;]+"""), r"\1[hidden]"),
    (re.compile(r"""(?i)(\w+://[^\s:/@]*:)[^\s@/]+@"""), r"\1[hidden]@"),
]
CARD_NUMBER = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")


def redact(text: str) -> str:
    """The text without tokens, passwords and card numbers (13 to 19 digits that pass the Luhn check)."""
    for pattern, replacement in SECRETS:
        text = pattern.sub(replacement, text)
    return CARD_NUMBER.sub(lambda match: "[card]" if passes_luhn(match[0]) else match[0], text)


def passes_luhn(number: str) -> bool:
    """The check digit of ISO/IEC 7812-1, separators ignored."""
    digits = [int(c) for c in number if c.isdigit()]
    doubled = [d * 2 - 9 if d > 4 else d * 2 for d in digits[-2::-2]]  # noqa: PLR2004
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


class WithContext(logging.Filter):
    """Adds who and what is being served to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, variable in (("request", request_id), ("organization", organization_id), ("user", user_id)):
            if value := variable.get():
                setattr(record, name, value)
        return True


class RedactedJson(JsonFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class RedactedText(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def configuration(*, level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING: one handler to standard error, in `form` json or text."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": WithContext}},
        "formatters": {
            "json": {
                "()": RedactedJson,
                "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
                "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
            },
            "text": {"()": RedactedText, "fmt": "%(asctime)s %(levelname)-7s %(name)s  %(message)s"},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form, "filters": ["context"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},
            "uvicorn": {"handlers": [], "propagate": True},
            "daphne": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
        },
    }
