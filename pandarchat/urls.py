"""Every address of the house."""
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts import pages
from foundation import health
from foundation.http import errors, metrics
from pandarchat import asyncapi, console
from pandarchat.admin_site import site

handler400 = "foundation.http.errors.bad_request"
handler404 = "foundation.http.errors.not_found"
handler500 = "foundation.http.errors.server_error"

READ = ["get", "head"]
api = [
    path("", include("accounts.api.urls")),
    path("", include("chat.api.urls")),
    path("", include("tickets.api.urls")),
    path("", include("journeys.api.urls")),
    path("", include("analytics.api.urls")),
]
urlpatterns = [
    path("api/v1/", include(api)),
    path("api/schema", SpectacularAPIView.as_view(http_method_names=READ), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(http_method_names=READ, url_name="schema"), name="docs"),
    path("api/asyncapi.yaml", asyncapi.description, name="asyncapi"),
    path("api/socket", asyncapi.page, name="socket"),
    path("api", errors.nothing_here),
    re_path("^api/", errors.nothing_here),  # whatever follows, line breaks too
    path("account/forgotten/", pages.forgotten),
    path("account/reset/", pages.reset),
    path("account/confirm/", pages.confirm),
    path("account/invitation/", pages.invitation),
    path("admin/", site.urls),
    re_path(console.ADDRESSES, console.page),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.view),
]
