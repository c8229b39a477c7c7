"""The language of whoever reads one of the few pages that Django draws, or the letters that their request causes.

What they chose in the console, else the browser's, else English.
"""
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar

from django.http import HttpRequest, parse_cookie
from django.utils import translation

FRENCH = "fr"
_asked: ContextVar[tuple[str, str]] = ContextVar("asked", default=("", ""))  # what the request says of it, looked at when it is needed


def begin(request: HttpRequest) -> None:
    """This request is served from now on."""
    _asked.set((request.META.get("HTTP_COOKIE", ""), request.META.get("HTTP_ACCEPT_LANGUAGE", "")))


def wanted() -> str:
    """The language of whoever made the request that is served; English where there is none."""
    cookies, accepted = _asked.get()
    asked = HttpRequest()
    asked.COOKIES, asked.META = parse_cookie(cookies), {"HTTP_ACCEPT_LANGUAGE": accepted}
    return translation.get_language_from_request(asked)


def speaking_to(request: HttpRequest) -> AbstractContextManager[None]:
    """Within it Django's own sentences, and `said`, are in the reader's language."""
    return translation.override(translation.get_language_from_request(request))


def said(text: str, french: Mapping[str, str]) -> str:
    """The text in the language that is spoken now; in English where there is no other."""
    return french.get(text, text) if language() == FRENCH else text


def language() -> str:
    """What is spoken now, as `lang` has it."""
    return translation.get_language() or "en"
