"""The tests' services start here, before Django reads where they are; the fixtures stand in `pandarchat/testing/`."""
from pandarchat.testing import start

start.services()

pytest_plugins = ["pandarchat.testing.database", "pandarchat.testing.services", "pandarchat.testing.proxy", "pandarchat.tests.world"]
