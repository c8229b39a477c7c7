"""HTTP. The start refuses a database role that could see more than one organization."""
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pandarchat.settings")

application = get_wsgi_application()

from django.db import connection  # noqa: E402

from foundation.roles import refuse_unsafe_role  # noqa: E402 - the apps are loaded now
from foundation.settling import settle  # noqa: E402

refuse_unsafe_role()
connection.close()  # back into the pool, which has one for each thread that answers
settle()
