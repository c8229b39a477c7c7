"""The cookie of a browser's session."""
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


class SessionCookie(SessionMiddleware):
    """Django's, but a cookie whose session has ended is left alone, and taken away only by whoever ends a session here.

    An answer to what was asked with the old cookie may come after the browser signed in again; taking the cookie away, it would take the
    new one, and the person would be signed out.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = getattr(request, "session", None)
        if session is None or session.modified or not session.is_empty():
            answer: HttpResponse = super().process_response(request, response)
            return answer
        if session.accessed:
            patch_vary_headers(response, ("Cookie",))
        return response
