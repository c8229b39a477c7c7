"""The language of whoever reads one of the few pages that Django draws.

What they chose in the console, else the browser's, else English.
"""
from collections.abc import Mapping
from contextlib import AbstractContextManager

from django.http import HttpRequest
from django.utils import translation

FRENCH = "fr"


def speaking_to(request: HttpRequest) -> AbstractContextManager[None]:
    """Within it Django's own sentences, and `said`, are in the reader's language."""
    return translation.override(translation.get_language_from_request(request))


def said(text: str, french: Mapping[str, str]) -> str:
    """The text in the language that is spoken now; in English where there is no other."""
    return french.get(text, text) if language() == FRENCH else text


def language() -> str:
    """What is spoken now, as `lang` has it."""
    return translation.get_language() or "en"
