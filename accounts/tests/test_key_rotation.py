"""A signing key is replaced while people are signed in: in three steps, each a rolling restart, and nobody is signed out."""
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from accounts import tokens
from pandarchat.tests.world import PASSWORD, World

OLD, NEW = "old key " + "0123456789" * 5, "new key " + "abcdefghij" * 5
BEFORE: dict[str, Any] = {"SECRET_KEY": OLD, "SECRET_KEY_FALLBACKS": []}
KNOWN: dict[str, Any] = {"SECRET_KEY": OLD, "SECRET_KEY_FALLBACKS": [NEW]}
IN_USE: dict[str, Any] = {"SECRET_KEY": NEW, "SECRET_KEY_FALLBACKS": [OLD]}
AFTER: dict[str, Any] = {"SECRET_KEY": NEW, "SECRET_KEY_FALLBACKS": []}
STEPS = [(BEFORE, KNOWN), (KNOWN, IN_USE), (IN_USE, AFTER)]


def login(world: World) -> dict[str, str]:
    given = {"organization": "pandar", "email": world.customer.email, "password": PASSWORD}
    data: dict[str, str] = world.api(None).post("auth/login/", given).data
    return data


def status_of(world: World, pair: dict[str, str]) -> tuple[int, int]:
    """Whether the access token opens the API, and whether the refresh token gives the next pair (which uses it up)."""
    me = type(world.api(None))(pair["access"]).get("auth/me/").status
    return me, world.api(None).post("auth/refresh/", {"refresh": pair["refresh"]}).status


@pytest.mark.parametrize(("older", "newer"), STEPS[:2])
def test_while_a_step_rolls_out_processes_of_both_settings_believe_each_other(world: World, older: Any, newer: Any) -> None:
    for signer, reader in ((older, newer), (newer, older)):
        with override_settings(**signer):
            pair = login(world)
        with override_settings(**reader):
            assert status_of(world, pair) == (200, 200)


def test_who_keeps_refreshing_passes_through_all_steps(world: World) -> None:
    with override_settings(**BEFORE):
        pair = login(world)
    for step in (KNOWN, IN_USE, AFTER):
        with override_settings(**step):
            answer = world.api(None).post("auth/refresh/", {"refresh": pair["refresh"]})
            pair = answer.data
            assert type(world.api(None))(pair["access"]).get("auth/me/").status == 200


def test_a_key_that_is_gone_signs_out_and_one_that_nobody_named_never_counts(world: World) -> None:
    """The control: without the overlap people would be signed out, and the overlap believes the named keys alone."""
    with override_settings(**BEFORE):
        pair = login(world)
    for reader in (AFTER, {"SECRET_KEY": NEW, "SECRET_KEY_FALLBACKS": ["third key " + "xyz" * 20]}):
        with override_settings(**reader):
            assert status_of(world, pair) == (401, 401)
            with pytest.raises(tokens.InvalidToken):
                tokens.read(pair["access"], tokens.ACCESS)


def test_a_browser_session_survives_under_its_own_name(world: World) -> None:
    with override_settings(**BEFORE):
        browser = Client()
        given = {"organization": "pandar", "email": world.admin.email, "password": PASSWORD}
        assert browser.post("/admin/login/", given).status_code == 302
        name = browser.cookies[settings.SESSION_COOKIE_NAME].value
    for step in (KNOWN, IN_USE):
        with override_settings(**step):
            assert browser.get("/admin/").status_code == 200
            assert browser.cookies[settings.SESSION_COOKIE_NAME].value == name
    with override_settings(**AFTER):
        assert browser.get("/admin/").status_code == 302
