"""The console's and the portal's page: one file that the browser turns into all of them."""
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

# Scripts and styles are files of ours; data: is for small pictures in styles, blob: for pictures that are still to be uploaded.
POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "media-src 'self'", "img-src 'self' data: blob:",
    "font-src 'self'", "connect-src 'self'",
    "manifest-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
))
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache", "Referrer-Policy": "same-origin",
           "Cross-Origin-Opener-Policy": "same-origin"}
# Where the browser finds its own way. What is not here stays a 404, so that a mistyped address of the API is none of ours.
ADDRESSES = r"^(?:sign-in|(?:tickets|queue|settings|journeys|portal)(?:/.*)?)?$"
MISSING = "The console has not been built here. `make run` builds it where there is Node 20; the API and /admin/ work without."


@require_safe
def page(request: HttpRequest, **where: str) -> HttpResponse:
    """The same for every address below which the browser itself finds its way; 503 where nothing was built."""
    try:
        content = (settings.CONSOLE / "index.html").read_bytes()
    except FileNotFoundError:
        return HttpResponse(MISSING, status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(content, headers=HEADERS)
