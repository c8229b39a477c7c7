"""The tests' services start here, before Django reads where they are; the fixtures stand in `pandarchat/testing/`."""
from hypothesis import settings

from pandarchat.testing import start

start.services()
settings.register_profile("untimed", deadline=None)  # a busy machine says nothing about the code
settings.load_profile("untimed")

pytest_plugins = ["pandarchat.testing.database", "pandarchat.testing.services", "pandarchat.testing.proxy", "pandarchat.testing.node",
                  "pandarchat.testing.clients", "pandarchat.tests.world"]
