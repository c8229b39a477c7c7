"""The console says in French what the server says when it refuses: one that is new here is new there, and none there is of the past."""
import re
from collections.abc import Iterable
from pathlib import Path

import django
import rest_framework
from django.conf import settings

TEXTS = settings.BASE_DIR / "console" / "src" / "i18n" / "fr" / "refusals.ts"
ENTRY = re.compile(r"^\s*'((?:[^'\\]|\\.)+)': '", re.MULTILINE)
CODES = re.compile(r"(?:^|[{, ])(\w+): '", re.MULTILINE)
GAP = re.compile(r"\{\{\w+\}\}")
RAISED = re.compile(r"\bcode\s*=\s*\"([a-z_]+)\"")
LIBRARIES = [Path(django.__file__).parent / "contrib" / "auth" / "password_validation.py",
             Path(django.__file__).parent / "core" / "validators.py",
             Path(rest_framework.__file__).parent / "fields.py"]
OURS = ("accounts", "chat", "foundation", "journeys", "tickets")
NOT_MET = {  # by pages: of tokens and keys that the browser does not have, of programs, and where the page itself says it
    "token_expired", "not_plain", "invalid_idempotency_key", "not_acceptable", "unsupported_media_type", "unknown_host", "invitation_void"}


def sources() -> list[str]:
    ours = [file for app in OURS for file in sorted((settings.BASE_DIR / app).rglob("*.py")) if "tests" not in file.parts]
    return [file.read_text() for file in [*ours, *LIBRARIES]]


def past(sentences: Iterable[str], whole: str) -> list[str]:
    """Sentences that nobody says."""
    return [said for said in sentences if not all(part.strip() in whole for part in GAP.split(said.replace("\\'", "'")))]


def unworded(codes: set[str], text: str) -> set[str]:
    return codes - set(CODES.findall(text[text.index("export const codes"):])) - NOT_MET


def test_every_sentence_is_one_that_the_server_says() -> None:
    whole, sentences = "\n".join(sources()), ENTRY.findall(TEXTS.read_text())
    assert len(sentences) > 50
    assert past(sentences, whole) == []
    assert past([*sentences, "Never said by {{anybody}} at all."], whole) == ["Never said by {{anybody}} at all."], "the control"


def test_every_code_has_its_text() -> None:
    text = TEXTS.read_text()
    codes = {code for source in sources()[:-len(LIBRARIES)] for code in RAISED.findall(source)}
    assert len(codes) > 50
    assert unworded(codes, text) == set()
    assert unworded(codes, text.replace(" stale:", " old:")) == {"stale"}, "the control"
