"""The console's page and the portal's, each of which the browser turns into all of its pages."""
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

HEADERS = {"Cache-Control": "no-cache"}
# Where the browser finds its own way. What is not here stays a 404, so that a mistyped address of the API is none of ours.
ADDRESSES = r"^(?:sign-in|(?:tickets|queue|settings|journeys|portal)(?:/.*)?)?$"
PORTAL = re.compile(r"/portal(?:/|$)")  # customers load nothing of what only staff need
MISSING = "The console has not been built here. `make run` builds it where there is Node 20; the API and /admin/ work without."


@require_safe
def page(request: HttpRequest, **where: str) -> HttpResponse:
    """The same for every address below which the browser itself finds its way; 503 where nothing was built."""
    try:
        content = (settings.CONSOLE / ("portal.html" if PORTAL.match(request.path) else "index.html")).read_bytes()
    except FileNotFoundError:
        return HttpResponse(MISSING, status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(content, headers=HEADERS)
