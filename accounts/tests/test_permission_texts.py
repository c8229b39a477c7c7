"""The console knows what each permission is called, in both languages: one that is new here is new there."""
from itertools import pairwise

import pytest
from django.conf import settings

from accounts.grantable import BUILT_IN, offered

TEXTS = settings.BASE_DIR / "console" / "src" / "settings" / "texts" / "permissions.ts"


def missing(text: str) -> list[str]:
    """What can be granted, or what that is about, and has no text; seeing, adding, changing and deleting have their own."""
    subjects = offered()
    named = [name for subject in subjects for name, _ in subject.permissions if not name.partition(".")[2].startswith(BUILT_IN)]
    return [name for name in [*(subject.name for subject in subjects), *named] if f"'{name}':" not in text]


@pytest.mark.parametrize("language", [0, 1])
def test_every_permission_has_its_text(db: None, language: int) -> None:
    text = TEXTS.read_text()
    begins = [text.index("export const en"), text.index("export const fr"), len(text)]
    start, end = list(pairwise(begins))[language]
    assert missing(text[start:end]) == []


def test_a_text_that_is_not_there_is_missed(db: None) -> None:
    """The control."""
    assert missing(TEXTS.read_text().replace("'tickets.close_ticket':", "")) == ["tickets.close_ticket"]
