"""Middlewares that tests share, and those that they do not."""
from django.test import Client, override_settings


def chain(client: Client) -> object:
    client.get("/healthz")
    return vars(client.handler)["_middleware_chain"]


def test_they_are_loaded_once_and_anew_for_other_settings() -> None:
    assert chain(Client()) is chain(Client(enforce_csrf_checks=True))
    with override_settings(SECURE_SSL_REDIRECT=True, SECURE_REDIRECT_EXEMPT=[]):
        assert chain(Client()) is chain(Client())
        assert Client().get("/healthz").status_code == 301
    assert Client().get("/healthz").status_code == 200
