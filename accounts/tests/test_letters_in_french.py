"""Letters in the language of whoever caused them: each has a French text, which says the same and no English."""
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from accounts.tests.mail_world import owed, sent, token_in
from foundation.models import Delivery
from foundation.units import unit_of_work

FOLDER = settings.BASE_DIR / "accounts" / "templates" / "mail"
NAMES = sorted(file.stem for file in FOLDER.glob("*.txt"))
USED = re.compile(r"\{[{%] ?(?:if )?(\w+)")
ENGLISH = re.compile(r"(?i)\b(the|you|your|was|hello|link|works|please|until|address|password|somebody|account)\b")
ABOUT = {"organization": "Pandar", "name": "Ada", "address": "192.0.2.7", "link": "https://x.test/l", "forgotten": "https://x.test/f",
         "role": "Agent", "by": "Chidi", "until": datetime(2030, 8, 1, 18, 30, tzinfo=UTC)}


def used(file: Path) -> set[str]:
    return set(USED.findall(file.read_text()))


def rendered(name: str, **about: Any) -> str:
    with translation.override("fr"):
        return render_to_string(f"mail/{name}.txt", {**ABOUT, **about})


def test_there_are_letters() -> None:
    assert len(NAMES) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_each_has_a_french_text_that_says_the_same_and_no_english(name: str) -> None:
    assert used(FOLDER / f"{name}.txt") == used(FOLDER / "fr" / f"{name}.txt")
    for by in ("Chidi", ""):
        text = rendered(f"fr/{name}", by=by)
        assert not ENGLISH.search(text), text
        assert ("août 2030, 18:30" in text) == ("until" in used(FOLDER / f"{name}.txt"))
    assert ENGLISH.search(rendered(name)), "the control"


def ask(world: Any, **headers: str) -> Any:
    given = {"organization": "pandar", "email": world.agent.email}
    assert world.api(None).call("POST", "auth/password/reset/", body=given, headers=headers).status == 202
    (letter,) = sent(world.pandar.id)
    return letter


def html_of(letter: Any) -> str:
    (html, _), = letter.alternatives
    return str(html)


@pytest.mark.parametrize("headers", [{"Accept-Language": "fr-CA, en;q=0.5"}, {"Cookie": "language=fr", "Accept-Language": "en"}])
def test_whoever_reads_french_is_written_to_in_french(world: Any, headers: dict[str, str]) -> None:
    letter = ask(world, **headers)
    assert letter.subject.startswith("Votre nouveau mot de passe chez") and letter.body.startswith("Bonjour") and token_in(letter)
    assert '<html lang="fr">' in html_of(letter) and ">Continuer</a>" in html_of(letter)
    assert not ENGLISH.search(letter.body.replace(token_in(letter), "").replace("/account/reset/", ""))


@pytest.mark.parametrize("headers", [{}, {"Accept-Language": "de"}, {"Cookie": "language=en", "Accept-Language": "fr"}])
def test_everybody_else_in_english(world: Any, headers: dict[str, str]) -> None:
    letter = ask(world, **headers)
    assert letter.subject.startswith("Your new password at") and '<html lang="en">' in html_of(letter)


def test_what_was_wanted_before_there_was_french_is_sent(world: Any) -> None:
    assert world.api(None).post("auth/password/reset/", {"organization": "pandar", "email": world.agent.email}).status == 202
    with unit_of_work(world.pandar.id):
        event = Delivery.objects.select_related("event").get(id=owed(world.pandar.id)[0]).event
        del event.payload["language"]
        event.save(update_fields=["payload"])
    assert sent(world.pandar.id)[0].subject.startswith("Your new password at")
