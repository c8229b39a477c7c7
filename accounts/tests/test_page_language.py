"""The pages where mailed links lead, and those that say that something went wrong, are in the reader's language."""
from typing import Any

import pytest
from django.test import Client

from accounts import page_texts, pages
from pandarchat.tests.world import World

SAID = {
    "/account/forgotten/": ("A new password", "Un nouveau mot de passe"),
    "/account/reset/": ("Choose a new password", "Choisissez un nouveau mot de passe"),
    "/account/confirm/": ("This is my address", "C’est mon adresse"),
    "/account/invitation/": ("does not work any more", "ne fonctionne plus"),
    "/nowhere": ("There is nothing at this address.", "Il n’y a rien à cette adresse."),
}


def said(address: str, **more: Any) -> str:
    return Client().get(address, **more).content.decode()


@pytest.mark.parametrize("address", SAID)
def test_the_browser_says_it_and_what_was_chosen_in_the_console_counts_more(world: World, address: str) -> None:
    english, french = SAID[address]
    in_english, in_french = said(address, headers={"Accept-Language": "de, en;q=0.5"}), said(address, headers={"Accept-Language": "fr-CA"})
    assert english in in_english and 'lang="en"' in in_english
    assert french in in_french and 'lang="fr"' in in_french and english not in in_french
    client = Client(headers={"Accept-Language": "en"})
    client.cookies["language"] = "fr"
    assert french in client.get(address).content.decode()


def test_what_is_wrong_is_said_in_it_too(world: World) -> None:
    client = Client(headers={"Accept-Language": "fr"})
    told = client.post("/account/reset/?token=x", {"password": "a lamp in the harbour", "again": "another"}).content.decode()
    assert "Les deux mots de passe diffèrent." in told
    told = client.post("/account/forgotten/", {"organization": "", "email": "no"}).content.decode()
    assert "Ce champ est obligatoire." in told and "adresse" in told
    told = client.post("/account/reset/?token=x", {"password": "a lamp in the harbour", "again": "a lamp in the harbour"}).content.decode()
    assert "Ce lien ne fonctionne plus." in told
    told = Client(enforce_csrf_checks=True, headers={"Accept-Language": "fr"}).post("/account/forgotten/").content.decode()
    assert "Ce formulaire n’a pas été accepté" in told


def test_no_sentence_of_the_pages_is_without_its_french() -> None:
    shown = [pages.Forgotten, pages.Joining, pages.NewPassword]
    labels = [str(field.label or name) for form in shown for name, field in form.base_fields.items() if name != "organization"]
    assert {*labels} <= set(page_texts.FRENCH)
