"""Django's test clients share their middlewares, as the requests of a server do: alone, each would look through all static files again."""
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from django.conf import settings
from django.test.client import ClientHandler

LOADED = ("_view_middleware", "_template_response_middleware", "_exception_middleware", "_middleware_chain")


@pytest.fixture(scope="session", autouse=True)
def shared_middlewares() -> Iterator[None]:
    """By the settings in force, as middlewares read them when they begin; an overridden setting has middlewares of its own."""
    alone, by_settings = ClientHandler.load_middleware, WeakKeyDictionary[Any, ClientHandler]()

    def load(handler: ClientHandler, is_async: bool = False) -> None:
        in_force = vars(settings)["_wrapped"]
        if in_force not in by_settings:
            alone(handler, is_async)
            by_settings[in_force] = handler
        for name in LOADED:
            setattr(handler, name, getattr(by_settings[in_force], name))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ClientHandler, "load_middleware", load)
        yield
